"""Whether each file of src/ reaches the headers of what it names, through its own includes. A room is compiled as a few large files, where a
missing include of the project's own stays unseen."""

import re
from collections import defaultdict

KEYWORDS = set("alignas alignof and auto bool break case catch char class co_await co_return co_yield concept const consteval constexpr constinit continue "
               "decltype default delete do double else enum explicit export extern false final float for friend goto if inline int long "
               "mutable namespace new noexcept not nullptr operator or override private protected public register requires return short "
               "signed sizeof static static_assert struct switch template this throw true try typedef typeid typename union unsigned using "
               "virtual void volatile while defined".split())
TYPE = re.compile(r"\b(?:class|struct|union|enum(?:\s+class|\s+struct)?)\s+(?:\[\[\w+\]\]\s+)?([A-Z]\w*)\s*(?:final\b|[:;{])")
LOCAL = re.compile(r"\b(?:class|typename)\s+([A-Z]\w*)\s*[,>=]|\b[Cc]ase\s+\w*::([A-Z]\w*)")
DEFINED = re.compile(r"\b(?:class|struct|union|enum(?:\s+class|\s+struct)?)\s+(?:\[\[\w+\]\]\s+)?(\w+)\s*(?:final\b|[:{])")
ALIAS = re.compile(r"\busing\s+([A-Z]\w*)\s*=|\bconcept\s+([A-Z]\w*)\s*=")
VALUE = re.compile(r"\b(?:constexpr|constinit|extern)\b[^;=({]*?[\w>&*]\s+(\w+)\s*(?:=|\{|\[|;)")
# A type, then a name with its parameters.
FUNCTION = re.compile(r"(?:^|[\s:>&*\]])(?:(\w+)(?:<[\w:, ]*>)?|>)[\s&*]+(?:\w+::)*([a-z]\w{3,})\s*\(", re.M)
VARIABLE = re.compile(r"[\w>&*]\s+&{0,2}([a-z]\w{3,})\s*(?:[=;,){]|:[^:])")
NAME = re.compile(r"(?<![\w.])(?:(\w+)\s*::\s*)?([A-Za-z_]\w*)")
TYPE_WORDS = {"auto", "bool", "int", "void", "char", "long", "unsigned", "double", "const"}


def outer(code):
    """The code of a namespace, without what stands inside the braces of classes, functions and values."""
    out, depth, inner, last = [], [], 0, 0
    for match in re.finditer(r"[{};]", code):
        head = code[last:match.start()]
        last = match.end()
        if inner == 0:
            out.append(head + match.group(0))
        if match.group(0) == "{":
            is_namespace = inner == 0 and re.search(r"\b(?:namespace(?:\s+[\w:]+)?|extern)\s*$", head) is not None
            depth.append(is_namespace)
            inner += not is_namespace
        elif match.group(0) == "}" and depth:
            inner -= not depth.pop()
    return "".join(out)


def functions(code):
    return {match.group(2) for match in FUNCTION.finditer(code) if match.group(1) not in KEYWORDS - TYPE_WORDS} - KEYWORDS


def types(code, *, also=()):
    return {name for pattern in (TYPE, ALIAS, *also) for match in pattern.finditer(code) for name in match.groups() if name}


def values(code):
    return {match.group(1) for match in VALUE.finditer(code)} - KEYWORDS


def names_of(header):
    """The namespace that a header is of, if it is one that is named where it is used: messages, limits, a room."""
    found = re.findall(r"\bnamespace\s+([\w:]+)\s*\{", header)
    return {part for one in found for part in one.split("::")[-1:]} - {"moisson"}


def missing(texts, without_comments):
    """(file, position, name, header) of each name of ours that a header declares, and neither the file nor what it reaches. `texts`: all of src/ by
    name."""
    code = {name: re.sub(r"#\s*include[^\n]*", lambda match: " " * len(match.group(0)), without_comments(text)) for name, text in texts.items()}
    included = {name: [other for other in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.M) if other in texts] for name, text in texts.items()}
    reach = {}
    for name in texts:
        reach[name], waiting = {name}, [name]
        while waiting:
            for other in set(included[waiting.pop()]) - reach[name]:
                reach[name].add(other)
                waiting.append(other)

    free, qualified = defaultdict(set), defaultdict(set)  # name, or (namespace, name), to the headers that declare it
    told_by = {}                                          # file to all names that it declares, however deep
    for name, text in code.items():
        told_by[name] = (types(text, also=[LOCAL]) | functions(text) | {match.group(1) for match in VARIABLE.finditer(text)} |
                         set(re.findall(r"\(\*\s*(\w+)\)", text)) | set(re.findall(r"\w+", " ".join(re.findall(r"\btemplate\s*<([^{;]*?)>\s", text)))) |
                         set(re.findall(r"^\s*#\s*define\s+(\w+)", text, re.M)) | set(re.findall(r"\busing\s+[\w:]+::(\w+)\s*;", text)))
        if name.endswith(".hpp"):
            top = outer(text)
            defined = set(DEFINED.findall(top)) | functions(top) | {one for found in ALIAS.findall(top) for one in found}
            for one in defined | set(re.findall(r"^\s*#\s*define\s+(\w+)", text, re.M)):
                free[one].add(name)
            for scope in names_of(text):
                for one in values(top) | defined | set(re.findall(r"^inline constexpr Row<[^\n]*> (\w+)\{", text, re.M)):
                    qualified[scope, one].add(name)

    for name, text in code.items():
        visible = set().union(*(told_by[other] for other in reach[name]))
        told = set()
        for match in NAME.finditer(text):
            scope, one = match.groups()
            is_declared = one in visible and (not scope or one[0].isupper())
            headers = None if is_declared else qualified.get((scope, one)) if scope else free.get(one)
            if headers is None or headers & reach[name] or one in told or text[max(0, match.start() - 2):match.start()].endswith(("->", "::")):
                continue
            if not scope and one[0].islower() and not text[match.end():match.end() + 2].lstrip().startswith("("):
                continue
            told.add(one)
            yield name, match.start(), f"{scope}::{one}" if scope else one, sorted(headers)[0]
