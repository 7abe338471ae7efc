"""Whether documents and comments name what is there: files, headings, sections.

A document links with [words](path#anchor), anything else cites FILE.md, "Heading" or FILE.md §4; paths are relative to the file, to src/ or to
the top.
"""

import re

README_LINES = 160
CITING = {".cpp", ".hpp", ".py", ".toml", ".sql", ".cmake", ".md"}
FENCE = re.compile(r"^```.*?^```[^\n]*$", re.M | re.S)
# What stands for any name in a quoted path.
PUBLISHED = {"summary.md"}  # by every export; none of this repository
PLACEHOLDER = re.compile(r"\b(?:FILE|NAME|ROOM)\b")


def without_code(text):
    """Fenced blocks are examples: line ends stay, so that lines can be counted."""
    return FENCE.sub(lambda match: "\n" * match.group(0).count("\n"), text)


def headings_of(path):
    """The document's headings as they are cited, without marks."""
    titles = re.findall(r"^#+ (.+?)\s*$", without_code(path.read_text("utf-8")), re.M)
    return [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).replace("`", "").replace("**", "") for title in titles]


def anchors_of(path):
    """What a link into the document may name, as GitHub makes anchors of headings: a second one of a name ends in -1."""
    anchors = []
    for title in headings_of(path):
        anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        again = sum(1 for other in anchors if re.fullmatch(re.escape(anchor) + r"(-\d+)?", other))
        anchors.append(f"{anchor}-{again}" if again else anchor)
    return anchors


def places_of(name, path, root):
    return [folder / name for folder in (path.parent, root / "src", root) if (folder / name).exists()]


def broken_links(path, text):
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*\]\([^`\n]*`", "", without_code(text))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        whole = (path.parent / file) if file else path
        if not whole.exists():
            yield f"links to {target}, which is not there"
        elif anchor and (whole.suffix != ".md" or anchor not in anchors_of(whole)):
            yield f"links to {target}, which has no such heading"


def broken_citations(path, text, root):
    # A citation may go on in the next line of a comment, and stand in a literal.
    flowing = re.sub(r"\s*\n\s*(?:///?<?|#|--|\*)?\s*", " ", text).replace('\\"', '"')
    for document, title in re.findall(r"([\w./-]*\w\.md)`?, \"([^\"]{1,80})\"", flowing):
        places = places_of(document, path, root)
        if places and not any(title in headings_of(place) for place in places):
            yield f'cites {document}, "{title}", which is no heading there'
    for words in re.findall(r"\bREADME(?:'s)?,? \(?\"[^\"]{1,80}\"", flowing):
        yield f"cites {words}: say which of the READMEs, with its folder"
    for document, section in re.findall(r"([\w./-]*\w\.md) §(\d+)", flowing):
        places = places_of(document, path, root)
        if places and not any(re.match(rf"{section}\. ", title) for place in places for title in headings_of(place)):
            yield f"cites {document} §{section}, which is not there"


def missing_names(path, text, root):
    if path.suffix == ".md":
        quoted = re.findall(r"`((?:src|tests|samples|jobs|templates|\.ci)/[\w./*-]*)`", without_code(text))
        quoted += re.findall(r"`([\w./-]*\w\.md)`", without_code(text))
    else:
        # A whole literal is a name of the program's own.
        quoted = re.findall(r"(?<![\w./*\"-])((?:[\w-]+/)*[\w-]+\.md)\b", text)
    for name in sorted(set(quoted)):
        if PLACEHOLDER.search(name) or name in PUBLISHED:
            continue
        if not any(True for folder in (path.parent, root / "src", root) for _ in folder.glob(name)):
            yield f"names {name}, which is not there"


def violations_of(root, files):
    """Each as file and what to mend; `files` are those of the project."""
    violations = []
    for path in files:
        name = path.relative_to(root)
        if path.suffix not in CITING or "seeds" in name.parts or name.name == "documents_test.py":
            continue
        text = path.read_text("utf-8", errors="replace")
        if "README" not in text and ".md" not in text and path.suffix != ".md":
            continue
        found = list(broken_links(path, text)) if path.suffix == ".md" else []
        if name.as_posix() != "CHANGELOG.md":  # it tells of what was
            found += [*broken_citations(path, text, root), *missing_names(path, text, root)]
        violations += [f"{name}: {problem}" for problem in found]
    lines = (root / "README.md").read_text("utf-8").count("\n")
    if lines > README_LINES:
        violations.append(f"README.md: {lines} lines; at most {README_LINES}. The reference stands beside what it describes")
    return violations
