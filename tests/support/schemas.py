"""What the program prints with --json, held against the schemas of samples/schema/."""

import functools
import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "samples" / "schema"


def load(name):
    """The schema of that name; one that only points to another is that other."""
    schema = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return load(schema["$ref"].removesuffix(".json")) if "$ref" in schema else schema


@functools.cache
def validator(name):
    from jsonschema import Draft202012Validator, RefResolver
    schema = load(name)
    others = {path.name: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}
    return Draft202012Validator(schema, resolver=RefResolver(schema["$id"], schema, store=others))


def problems_of(name, value):
    """Sentences on where a value is not as the schema says."""
    found = []
    for problem in validator(name).iter_errors(value):
        deepest = min(problem.context, key=lambda one: len(list(one.schema_path)), default=problem)
        found.append(f"{name}.json: {'/'.join(map(str, problem.absolute_path))}: {problem.message[:300]} ({deepest.message[:300]})")
    return found


def values_of(text):
    """The JSON values that stand in a text, one after the other."""
    values = []
    decoder = json.JSONDecoder()
    rest = text.strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        values.append(value)
        rest = rest[end:].strip()
    return values


def command_of(arguments):
    """"contracts-list" of ("contracts", "list", …); empty where there is no such command."""
    words = []
    for word in map(str, arguments):
        if not (FOLDER / f"{'-'.join([*words, word])}.json").exists() and not any(FOLDER.glob(f"{'-'.join([*words, word])}-*.json")):
            break
        words.append(word)
    return "-".join(words) if words and (FOLDER / f"{'-'.join(words)}.json").exists() else ""


def problems_of_run(arguments, out, err):
    """Of a run with --json: what it printed to standard output, and an error that it printed to standard error as its last line."""
    arguments = arguments[:arguments.index("--")] if "--" in arguments else arguments
    name = command_of(arguments)
    if "--json" not in arguments or not name or "--help" in arguments:
        return []
    found = [problem for value in values_of(out) for problem in problems_of(name, value)]
    last = err.rstrip("\n").split("\n")[-1]
    if last.startswith('{"error"'):
        found += problems_of("error", json.loads(last))
    return found
