"""Style as a test: what may include what, banned calls, long lines and functions, names, and whether the documents keep up.

Run by ctest, one check at a time: tidy.py CHECK. Prints each violation as file:line with what to do instead; exit code 1 when there is one.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import own_includes

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"


def read_rooms():
    """{room: what it may include of the others} in the order of CMakeLists.txt, whose moisson_room calls are the table. "room/file.hpp"
    allows that one header."""
    rooms = {}
    for name, arguments in re.findall(r"^moisson_room\((\w+)([^)]*)\)", (ROOT / "CMakeLists.txt").read_text("utf-8"), re.M):
        allowed = list(rooms) if "ALL_ABOVE" in arguments.split() else []
        takes = False
        for word in arguments.split():
            if word.isupper():
                takes = word in ("ROOMS", "HEADERS")
            elif takes:
                allowed.append(word)
        rooms[name] = allowed
    rooms["main.cpp"] = ["cli"]
    return rooms


ROOMS = read_rooms()

WHY_ROOMS = {
    "sandbox": "the sandbox is written from what is known of the API, never from its client: one misreading cannot hide in both",
    "normalize": "normalisation is pure: of the client it knows the wire records alone",
    "http": "http is one request and knows nothing of the API",
    "cage": "the cage carries frames and knows nothing of what they hold",
    "domain": "domain is pure values: no I/O, no clock",
    "base": "base is under everything but the languages, and knows nobody else",
    "language": "language is under everything: a message is a row and values, and knows nobody",
}

# Libraries and the rooms that may use them; in headers only where HEADER_LIBRARIES says so.
LIBRARIES = {
    "Poco/": ["http", "notify", "state", "sandbox"],
    "openssl/": ["archive", "base", "evidence", "http", "sandbox"],
    "rapidjson/": ["api", "archive", "report", "bundle", "cli", "notify", "parts", "pipeline", "postman", "writes"],
    "toml++/": ["config", "invoice", "sandbox", "erp"],
    "toml.hpp": ["config", "sandbox", "erp"],
    "xlsxwriter": ["ledger", "sandbox", "erp"],
    "archive": ["bundle", "invoice", "ledger", "sandbox", "usage"],
    "expat": ["archive", "base", "usage"],
    "hpdf": ["sandbox"],
    "qpdf/": ["invoice", "sandbox"],
    "zlib.h": ["base", "bundle", "state", "transfer"],
    "minizip/": ["ledger"],
    "re2/": ["invoice", "erp"],
    "date/": ["erp"],
    "sqlite3.h": ["state", "sandbox"],
    "libpq": ["state"],
    "CLI/": ["cli"],
    "spdlog/": ["cli"],
    "fmt/": list(ROOMS),
    "tl/": ["base"],
}
# Small value libraries whose types the doors speak.
HEADER_LIBRARIES = {"fmt/": list(ROOMS), "tl/": ["base"]}

# What of the headers that builds for checks precompile is used by name: a file that forgets one of them compiles there all the same.
PRECOMPILED = {
    "algorithm": "adjacent_find all_of any_of binary_search clamp copy copy_if copy_n count count_if equal equal_range fill fill_n find find_if "
                 "find_if_not for_each generate includes is_partitioned is_permutation is_sorted lexicographical_compare lower_bound max "
                 "max_element merge min min_element minmax mismatch none_of nth_element partial_sort partition pop_heap push_heap "
                 "ranges::copy ranges::count_if ranges::move ranges::sort remove remove_if replace replace_if reverse rotate search "
                 "set_difference set_intersection set_union shuffle sort stable_partition stable_sort transform unique upper_bound",
    "array": "array to_array", "charconv": "from_chars to_chars", "chrono": "chrono chrono_literals", "filesystem": "filesystem",
    "cstdint": "int8_t int16_t int32_t int64_t intptr_t uint8_t uint16_t uint32_t uint64_t uintptr_t",
    "fstream": "fstream ifstream ofstream", "functional": "cref equal_to function greater greater_equal hash invoke less minus not_fn plus ref reference_wrapper",
    "map": "map multimap", "memory": "addressof const_pointer_cast dynamic_pointer_cast enable_shared_from_this make_shared make_unique "
                                                "shared_ptr static_pointer_cast unique_ptr weak_ptr",
    "mutex": "call_once lock_guard mutex once_flag recursive_mutex scoped_lock unique_lock", "optional": "make_optional nullopt optional",
    "set": "multiset set", "span": "as_bytes span", "stop_token": "stop_callback stop_source stop_token",
    "string": "basic_string getline stod stoi stol stoll stoul stoull string string_literals to_string u16string u32string u8string", "string_view": "string_view", "thread": "jthread this_thread thread",
    "unordered_map": "unordered_map unordered_multimap", "unordered_set": "unordered_set",
    "utility": "as_const declval exchange forward in_place index_sequence make_index_sequence make_pair move pair swap",
    "variant": "get_if holds_alternative monostate variant visit", "vector": "vector",
    "fmt/format.h": "fmt::format fmt::format_int fmt::format_string fmt::format_to fmt::formatter fmt::join fmt::memory_buffer "
                                                       "fmt::to_string", "tl/expected.hpp": "tl::expected tl::unexpected",
    "doctest/doctest.h": "TEST_CASE",
}
HEADER_OF = {name if name.startswith(("fmt::", "tl::", "TEST_")) else "std::" + name: header for header, names in PRECOMPILED.items() for name in names.split()}

STANDARD = re.compile(r"^[a-z_0-9]+$")
POSIX = re.compile(r"^(sys/|netinet/|arpa/|linux/)?(c?[a-z_0-9]+)\.h$")

# (pattern, files where it is the right thing, what to write instead)
BANNED = [
    (r"\b(?:std::)?(?:atof|strtod|strtof|strtold|stod|stof|stold)\s*\(", [], "the money parser (domain) or std::from_chars on integers"),
    (r"\bstd::rename\s*\(|\bfilesystem::rename\s*\(", ["base/files.cpp"], "rename_path or AtomicFile (base/files.hpp)"),
    (r"\bO_CREAT\b|\bmk(?:d|s|os)temps?\s*\(", ["base/files.cpp", "sandbox/sandbox.cpp"], "open_new_file, open_kept_file, make_temporary_folder or AtomicFile (base/files.hpp): links that others planted are not followed there"),
    (r"\bstd::o?fstream\b", [], "AtomicFile or read_file (base/files.hpp)"),
    (r"(?<![\w.>:])(?:std::)?(?:exit|quick_exit|_exit|abort)\s*\(", ["main.cpp", "base/result.cpp", "cage/child.cpp"], "return an Error or throw FatalError"),
    (r"\b(?:std::)?(?:localtime|localtime_r|mktime|setlocale)\s*\(", ["cli/process.cpp"], "UTC values (base/clock.hpp); the locale is never set"),
    (r"\.detach\s*\(\s*\)", [], "std::jthread, joined by its owner"),
    (r"\bstd::async\s*\(", [], "the transfer engine's workers"),
    (r"\bsystem_clock::now\b", ["base/clock.cpp"], "a Clock (base/clock.hpp)"),
    (r"\b(?:std::)?(?:tmpnam|mktemp|gets|strcpy|strcat|sprintf|vsprintf|strtok)\s*\(", [], "std::string and fmt; AtomicFile for temporary files"),
    (r"\bstd::cout\b|\bstd::cerr\b", ["main.cpp", "cli/"], "the Reporter (base/reporter.hpp); only cli prints"),
    (r"\bconst_cast\s*<", [], "a value that is not const"),
    (r"\busing\s+namespace\s+std\b", [], "the names in full"),
]

# Document types are spelt in one table. Elsewhere the words are other things: sections of the portal, a check of doctor, a group of commands,
# a table of the job file, a language's words;
# and what judges or stands in for the program must not share a misreading with it.
DOCUMENT_TYPES = {"invoices", "bills", "reports", "partialBills", "partialConsumptionRatedReports", "comsumptionRatedReports"}
SPELLS_DOCUMENT_TYPES = ("domain/document_type.hpp", "api/write_checks.cpp", "cli/commands.cpp", "cli/doctor", "config/keys.cpp", "doctor/",
                         "bundle/", "sandbox/")


def sources():
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in (".cpp", ".hpp", ".h") and path.is_file():
            yield path


def project_files():
    """Every file that git knows or would add; the tree without build folders where git is not there."""
    listed = subprocess.run(["git", "-C", str(ROOT), "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode("utf-8", "surrogateescape").split("\0") if name]
        return [ROOT / name for name in sorted(set(names)) if (ROOT / name).is_file()]
    return [path for path in sorted(ROOT.rglob("*"))
            if path.is_file() and not {".git", "build", "out"} & set(path.relative_to(ROOT).parts[:1])]


def room_of(path):
    return path.relative_to(SOURCE).parts[0]


TOKEN = re.compile(r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')


def without_comments(text):
    """Comments, string and character literals blanked, line ends kept, so that positions still tell the line."""
    def blank(match):
        token = match.group(0)
        # A quote inside a number (1'000'000) is a digit separator, not a character.
        if token.startswith("'") and match.start() > 0 and text[match.start() - 1].isalnum():
            return token
        return re.sub(r"[^\n]", " ", token)

    return TOKEN.sub(blank, re.sub(r"(?<=\d)'(?=[\dA-Fa-f])", "0", text))


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_room_include(name, where, room, violations):
    target = name.split("/", 1)[0]
    if not (SOURCE / name).exists():
        violations.append(f"{where}: \"{name}\" is no file of src/")
        return
    if target == room:
        return
    allowed = ROOMS[room]
    if target not in allowed and name not in allowed:
        why = WHY_ROOMS.get(room, "rooms depend in one direction")
        violations.append(f"{where}: {room} may not include \"{name}\" ({why}). It may include: {', '.join(allowed) or 'nothing'}")


def check_library_include(name, where, room, is_header, violations):
    for prefix, rooms in LIBRARIES.items():
        if name.startswith(prefix):
            if room not in rooms:
                violations.append(f"{where}: <{name}> belongs into {', '.join(rooms)}; go through their doors")
            elif is_header and room not in HEADER_LIBRARIES.get(prefix, []) and not is_private_header(where):
                violations.append(f"{where}: <{name}> stands in a header that another room includes; move it into a .cpp or a private header")
            return
    if not STANDARD.match(name) and not POSIX.match(name):
        violations.append(f"{where}: <{name}> is of no library in the table of tests/tidy/tidy.py")


_doors = None


def is_private_header(where):
    """True when no file outside the header's room includes it, directly or through another header."""
    global _doors
    if _doors is None:
        _doors = set()
        includes = {path.relative_to(SOURCE).as_posix(): re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text("utf-8"), re.M) for path in sources()}
        for name, included in includes.items():
            room = name.split("/", 1)[0]
            waiting = [other for other in included if other.split("/", 1)[0] != room]
            while waiting:
                other = waiting.pop()
                if other not in _doors:
                    _doors.add(other)
                    waiting.extend(includes.get(other, []))
    return where.split(":", 1)[0].removeprefix("src/") not in _doors


def check_includes():
    """The table of rooms: who includes whom, libraries kept inside theirs, and the document that shows it."""
    violations = []
    for path in sources():
        room = room_of(path)
        if room not in ROOMS:
            violations.append(f"{path.relative_to(ROOT)}: {room} is no moisson_room of CMakeLists.txt")
            continue
        text = path.read_text("utf-8")
        for match in re.finditer(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', text, re.M):
            where = f"{path.relative_to(ROOT)}:{line_of(text, match.start(0) + len(match.group(0)) - len(match.group(0).lstrip()))}"
            if match.group(1) and match.group(1).endswith(".inc"):
                continue
            if match.group(1):
                check_room_include(match.group(1), where, room, violations)
            else:
                check_library_include(match.group(2), where, room, path.suffix != ".cpp", violations)
        if path.suffix != ".cpp" and not re.search(r"^#pragma once$", text, re.M):
            violations.append(f"{path.relative_to(ROOT)}:1: a header begins with #pragma once")
    return violations + check_room_table() + check_precompiled() + check_own()


def check_own():
    """Each file includes the headers of what it names of ours, itself or through others: rooms are compiled as a few large files."""
    texts = {path.relative_to(SOURCE).as_posix(): path.read_text("utf-8") for path in sources()}
    return [f"src/{name}:{line_of(texts[name], position)}: {used} is of \"{header}\", which nothing here includes"
            for name, position, used, header in own_includes.missing(texts, without_comments)]


def check_precompiled():
    """Each file includes what it uses of the precompiled headers, itself or through the project's own headers."""
    texts = {path.relative_to(SOURCE).as_posix(): path.read_text("utf-8") for path in sources()}
    texts |= {path.relative_to(ROOT / "tests").as_posix(): path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.?pp")}
    included = {name: re.findall(r'^\s*#\s*include\s+(["<])([^">]+)[">]', text, re.M) for name, text in texts.items()}

    def reached(name):
        seen, waiting, libraries = {name}, [name], set()
        while waiting:
            for mark, other in included[waiting.pop()]:
                # A test's own header stands beside it, or is named from the folder of all unit tests.
                found = next((near for near in (other, f"unit/{other}", f"{name.rpartition('/')[0]}/{other}") if near in texts), None)
                if mark == "<":
                    libraries.add(other)
                elif found and found not in seen:
                    seen.add(found)
                    waiting.append(found)
        return libraries

    precompiled = re.search(r"set\(MOISSON_COMMON_HEADERS ([^)]*)\)", (ROOT / "CMakeLists.txt").read_text("utf-8")).group(1)
    precompiled += re.search(r"MOISSON_COMMON_HEADERS\} ([^)]*)\)", (ROOT / "tests/CMakeLists.txt").read_text("utf-8")).group(1)
    violations = [f"CMakeLists.txt: {header} is precompiled and not in the table of tests/tidy/tidy.py"
                  for header in re.findall(r"<([^>]+)>", precompiled) if header not in PRECOMPILED]
    for name, text in texts.items():
        libraries = reached(name)
        code = without_comments(text)
        for match in re.finditer(r"\b(?:(?:std|fmt|tl)::(?:ranges::)?\w+|TEST_CASE\b)", code):
            header = HEADER_OF.get(match.group(0), "")
            if header and header not in libraries:
                libraries.add(header)
                where = f"src/{name}" if (SOURCE / name).exists() else f"tests/{name}"
                violations.append(f"{where}:{line_of(code, match.start())}: {match.group(0)} is of <{header}>, which nothing here includes")
    return violations


def check_room_table():
    """src/README.md names each room once, in the order of CMakeLists.txt, with what it may include."""
    rooms = [room for room in ROOMS if room != "main.cpp"]
    listed = re.findall(r"^\| `(\w+)` \| .* \| ([^|]*) \|$", (SOURCE / "README.md").read_text("utf-8"), re.M)
    violations = []
    for at, room in enumerate(rooms):
        includes = ", ".join(f"`{name}`" for name in ROOMS[room]) or "nothing"
        if len(ROOMS[room]) > 3 and ROOMS[room] == rooms[:at]:
            includes = "all above"
        if [text for name, text in listed if name == room] != [includes]:
            violations.append(f"src/README.md: the table of rooms has one line | `{room}` | what lives there | {includes} |")
    if not violations and [name for name, _ in listed] != rooms:
        violations.append(f"src/README.md: the rooms stand in the order of CMakeLists.txt: {', '.join(rooms)}")
    return violations


def check_document_types(name, text, violations):
    if name.startswith(SPELLS_DOCUMENT_TYPES):
        return
    for match in TOKEN.finditer(text):
        if match.group(0).strip('"') in DOCUMENT_TYPES:
            violations.append(f"src/{name}:{line_of(text, match.start())}: {match.group(0)} is spelt once; ask domain/document_type.hpp")


def check_cases(name, code, violations):
    """A finding that is made right behind a `case` needs a block: clang 16 destroys what its call made at the end of the switch, in every case
    (compile-time constructors with temporaries beside them); found by the undefined-behaviour sanitizer."""
    lines = code.split("\n")
    label = None  # the indent of the statements of a case without a block
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip())
        found = re.match(r"\s*(?:case\b.*[^:]|default):(?!:)(.*)$", line)
        if found:
            label = None if line.split("//")[0].rstrip().endswith("{") else indent + 4
        elif line.strip() and label is not None and indent < label:
            label = None
        statement = found.group(1) if found and label is not None else line if label is not None and indent == label else ""
        statement += lines[number] if statement.rstrip().endswith("(") and number < len(lines) else ""
        if re.search(r"\b(?:report|make_finding|add)\(\s*\"[a-z]+(?:-[a-z]+)+\"", statement):
            violations.append(f"src/{name}:{number}: a case that makes a finding needs a block; see check_cases")


def check_banned():
    """Calls that have a better place, doubles where money is, handlers that swallow, and document types by their names."""
    violations = []
    for path in sources():
        name = path.relative_to(SOURCE).as_posix()
        text = path.read_text("utf-8")
        check_document_types(name, text, violations)
        check_cases(name, text, violations)
        code = without_comments(text)
        for pattern, allowed, instead in BANNED:
            if any(name == place or (place.endswith("/") and name.startswith(place)) for place in allowed):
                continue
            for match in re.finditer(pattern, code):
                violations.append(f"src/{name}:{line_of(code, match.start())}: {match.group(0).strip()} is banned; use {instead}")
        if room_of(path) in ("domain", "books", "usage"):
            for match in re.finditer(r"\b(?:double|float)\b", code):
                violations.append(f"src/{name}:{line_of(code, match.start())}: no floating point on money's way; use Money")
        for match in re.finditer(r"catch\s*\(\s*\.\.\.\s*\)\s*\{\s*\}", code):
            violations.append(f"src/{name}:{line_of(code, match.start())}: catch (...) that swallows; rethrow or report")
        if room_of(path) in ("http", "state", "sandbox"):
            for match in re.finditer(r"catch\s*\(\s*(?:const\s+)?Poco::[\w:]+\s*&\s*(\w+)\s*\)\s*\{", code):
                end = code.find("}", match.end())
                if f"{match.group(1)}.what()" in code[match.end():end]:
                    violations.append(f"src/{name}:{line_of(code, match.start())}: what() of a Poco exception is its class; use displayText()")
    return violations


def check_lines():
    """Line length, blanks at line ends, tabs, words that promise work, paths of one machine."""
    violations = []
    machine = re.compile(r"(?<![\w.$}/])/(?:work|home|root|Users)/[\w.]|/tmp/b-")
    promise = re.compile(r"\b(?:TODO|FIXME|HACK)\b")
    # Tables of sentences, one text a line, and data that is text in code.
    data_row = re.compile(r'^\s*(?:Row\{|\{"|"|\{\.name = "|inline constexpr Row<)')
    suffixes = {".cpp", ".hpp", ".py", ".md", ".toml", ".txt", ".cmake", ".json", ".sh", ".yml", ""}
    for path in project_files():
        if path.suffix not in suffixes or path.name in ("LICENSE",):
            continue
        name = path.relative_to(ROOT).as_posix()
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # data of a test, on purpose
        if text and not text.endswith("\n"):
            violations.append(f"{name}: the last line has no line end")
        for number, line in enumerate(text.split("\n"), 1):
            if path.suffix in (".cpp", ".hpp") and len(line) > 140 and not data_row.match(line):
                violations.append(f"{name}:{number}: {len(line)} characters; at most 140")
            if path.suffix in (".cpp", ".hpp", ".py", ".cmake") and (line.endswith((" ", "\t", "\r")) or "\t" in line):
                violations.append(f"{name}:{number}: a tab, or a blank at the line's end")
            if name != "tests/tidy/tidy.py" and promise.search(line):
                violations.append(f"{name}:{number}: do it, or open an issue")
            if name != "tests/tidy/tidy.py" and machine.search(line):
                violations.append(f"{name}:{number}: a path of one machine: {machine.search(line).group(0)}…")
    return violations


def long_functions():
    """{"file function": lines} of every function in src/ over 70 lines, by universal-ctags."""
    listed = subprocess.run(["ctags", "--languages=C++", "--kinds-C++=f", "--fields=+ne", "--output-format=json", "-f", "-", *map(str, sources())],
                            capture_output=True, check=True, text=True)
    found = {}
    for line in listed.stdout.splitlines():
        tag = json.loads(line)
        if "end" in tag and tag["end"] - tag["line"] + 1 > 70:
            name = f"{Path(tag['path']).relative_to(ROOT).as_posix()} {tag['name']}"
            found[name] = max(found.get(name, 0), tag["end"] - tag["line"] + 1)
    return found


def long_files():
    """{file: lines} of every file in src/ over 700 lines."""
    counts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8").count("\n") for path in sources()}
    return {name: lines for name, lines in counts.items() if lines > 700}


def check_ratchet(found, limit, allowed_path, advice):
    """`allowed_path` lists what still has more lines than the limit: it may only get shorter."""
    ratchet = {}
    for line in (ROOT / allowed_path).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, lines = line.rsplit(" ", 1)
            ratchet[name] = int(lines)
    violations = []
    for name, lines in sorted(found.items()):
        if lines > ratchet.get(name, limit):
            violations.append(f"{name}: {lines} lines; at most {ratchet.get(name, limit)}. {advice}")
    for name in sorted(set(ratchet) - set(found)):
        violations.append(f"{name}: has at most {limit} lines by now; take it out of {allowed_path}")
    return violations


def check_functions():
    """At most 70 lines a function, and 700 a file."""
    return (check_ratchet(long_functions(), 70, "tests/tidy/long_functions.txt", "Split it: control flow above, leaves below") +
            check_ratchet(long_files(), 700, "tests/tidy/long_files.txt", "Find the second concept in it, and give that a file"))


def check_names():
    """What lies at the top, and how files are called."""
    allowed = {"CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "src", "templates", "tests",
               "samples", "jobs"}
    violations = []
    lower = {}
    for path in project_files():
        parts = path.relative_to(ROOT).parts
        if parts[0] not in allowed and not parts[0].startswith("."):
            violations.append(f"{parts[0]}: not a name for the top; one of {', '.join(sorted(allowed))}")
        if parts[0] == "src" and not re.fullmatch(r"README\.md|[a-z0-9_]+\.[a-z]+|CMakeLists\.txt|[a-z0-9_]+", parts[-1]):
            violations.append(f"{'/'.join(parts)}: file names are snake_case")
        other = lower.setdefault("/".join(parts).lower(), "/".join(parts))
        if other != "/".join(parts):
            violations.append(f"{'/'.join(parts)}: differs from {other} in case alone")
    return sorted(set(violations))


# Where options and commands are explained.
REFERENCE = ("README.md", "jobs/README.md", "samples/README.md", "templates/README.md")


def check_findings():
    """Every finding code is explained, and nothing else."""
    codes = re.findall(r'^    \{"([a-z0-9-]+)", Severity::\w+,$', (SOURCE / "domain/finding_kinds.hpp").read_text("utf-8"), re.M)
    if len(codes) < 10:
        return ["src/domain/finding_kinds.hpp: the table of finding kinds was not understood"]
    listed = re.findall(r"^\| `([a-z0-9-]+)` \|", (ROOT / "jobs/findings.md").read_text("utf-8"), re.M)
    return ([f"jobs/findings.md: finding `{code}` is not listed" for code in codes if code not in listed]
            + [f"jobs/findings.md: there is no finding `{code}`" for code in listed if code not in codes]
            + ([] if listed == sorted(listed) else ["jobs/findings.md: codes are sorted"]))


def help_text(program, *words):
    result = subprocess.run([program, *words, "--help"], capture_output=True, text=True, timeout=30, check=False,
                            cwd=tempfile.gettempdir(), env={"PATH": "/usr/bin:/bin", "NO_COLOR": "1"})
    return result.returncode, result.stdout


def check_options():
    """Every command that --help shows is in the README, every option in the reference; every command's help shows exit codes and an example."""
    program = os.environ["MOISSON"]
    violations = []
    code, top = help_text(program)
    if code != 0:
        return [f"moisson --help ended with {code}"]
    section = re.search(r"^Commands:\n((?: .*\n)+)", top, re.M)
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)*)  ", section.group(1), re.M) if section else []
    if len(commands) < 10:
        return ["moisson --help: its list of commands was not understood"]
    texts = {"": top}
    for command in commands:
        code, shown = help_text(program, *command.split())
        if code != 0 or not shown:
            violations.append(f"moisson {command} --help ended with {code}")
        texts[command] = shown
        if "exit code" not in shown.lower():
            violations.append(f"moisson {command} --help shows no exit codes")
        if "example" not in shown.lower():
            violations.append(f"moisson {command} --help shows no example")
    readme = (ROOT / "README.md").read_text("utf-8")
    reference = "\n".join((ROOT / name).read_text("utf-8") for name in REFERENCE)
    shown_by = {}
    for command, shown in texts.items():
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", shown):
            shown_by.setdefault(option, command)
    for option, command in sorted(shown_by.items()):
        if not re.search(re.escape(option) + r"(?![\w-])", reference):
            violations.append(f"{', '.join(REFERENCE)}: option {option} of `moisson {command}` is in none of them")
    for command in commands:
        if f"moisson {command}" not in readme:
            violations.append(f"README.md: command `moisson {command}` is not there")
    return violations


CHECKS = {
    "includes": check_includes,
    "banned": check_banned,
    "lines": check_lines,
    "functions": check_functions,
    "names": check_names,
    "findings": check_findings,
    "options": check_options,
}


def main():
    violations = CHECKS[sys.argv[1]]()
    for violation in violations:
        print(violation)
    print(f"{sys.argv[1]}: {len(violations)} violation{'' if len(violations) == 1 else 's'}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
