"""Writes the bill of materials of a built program (SPDX 2.3, JSON): what is linked or compiled in, its version and its licence.

    sbom.py [--at-need LIBRARY]... PROGRAM VERSION SOURCE OUTPUT [HEADER_PACKAGE...]

HEADER_PACKAGE is a Debian package whose headers are compiled in; LIBRARY, a file that the program loads only when it needs it.

Versions and licences are those of the packages that are installed here (dpkg), so the same machine gives the same bytes; no network. Where
there is no dpkg, a library stands by its file name and nothing more is claimed. The instant is SOURCE_DATE_EPOCH, else that of SOURCE's commit.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

# How Debian's copyright files call a licence (DEP 5 leaves the names to their authors), and its SPDX identifier. A name that is not here
# is given as a reference with the licence's text.
LICENCES = {
    "apache-2.0": "Apache-2.0",
    "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "bsd-3-google": "BSD-3-Clause",
    "bsl-1": "BSL-1.0",
    "bsl-1.0": "BSL-1.0",
    "boost-1.0": "BSL-1.0",
    "cc0-1.0": "CC0-1.0",
    "expat": "MIT",
    "gpl-2": "GPL-2.0-only",
    "gpl-2+": "GPL-2.0-or-later",
    "gpl-3": "GPL-3.0-only",
    "gpl-3+": "GPL-3.0-or-later",
    "isc": "ISC",
    "lgpl-2": "LGPL-2.0-only",
    "lgpl-2+": "LGPL-2.0-or-later",
    "lgpl-2.1": "LGPL-2.1-only",
    "lgpl-2.1+": "LGPL-2.1-or-later",
    "lgpl-3": "LGPL-3.0-only",
    "lgpl-3+": "LGPL-3.0-or-later",
    "libpng": "Libpng",
    "mit": "MIT",
    "mpl-2.0": "MPL-2.0",
    "openldap-2.8": "OLDAP-2.8",
    "postgresql": "PostgreSQL",
    "zlib": "Zlib",
}

# Source packages whose copyright file is prose.
PROSE = {
    r"gcc-\d+": "GPL-3.0-or-later WITH GCC-exception-3.1",
    r"glibc": "LGPL-2.1-or-later",
}


def output_of(*command):
    """What a command prints; empty when it is not there."""
    try:
        return subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout
    except OSError:
        return ""


def needed_by(program):
    """The libraries that the program itself names."""
    return set(re.findall(r"\(NEEDED\)\s+Shared library: \[([^]]+)\]", output_of("readelf", "--wide", "--dynamic", str(program))))


def loaded_by(program):
    """{name: file} of all that is loaded with the program."""
    return dict(re.findall(r"^\s*(\S+) => (/\S+)", output_of("ldd", str(program)), re.M))


def packages_of(files):
    """{file: the installed package that it came with}; files of no package are left out."""
    # The packages of a merged /usr still name some files by their old place.
    names = {path: file for file in files for real in (file, os.path.realpath(file)) for path in (real, real.removeprefix("/usr"))}
    found = re.findall(r"^([^:, \n]+)(?::\w+)?(?:, [^:\n]+)*: (/.*)$", output_of("dpkg-query", "--search", *sorted(names)) if names else "", re.M)
    return {names[path]: package for package, path in found if path in names}


def facts_of(packages):
    """{package: {field: text}} of those that are installed."""
    fields = ("Package", "Version", "Architecture", "source:Package", "source:Version", "Homepage")
    shown = output_of("dpkg-query", "--show", "--showformat", "\t".join("${%s}" % field for field in fields) + "\n", *sorted(packages))
    return {facts["Package"]: facts for facts in (dict(zip(fields, line.split("\t"))) for line in shown.splitlines()) if facts.get("Version")}


class Licences:
    """Licences as Debian's copyright files have them, and the texts of those that have no SPDX identifier."""

    def __init__(self):
        self.texts = {}

    def of(self, name, source):
        """(SPDX expression, where it is from) of a package's own files."""
        path = Path("/usr/share/doc") / name / "copyright"
        try:
            text = path.read_text("utf-8", "replace")
        except OSError:
            return "NOASSERTION", ""
        stanza = re.search(r"^Files:[ \t]*\n?[ \t]*\*[ \t]*\n(?:.+\n)*?License:[ \t]*(\S[^\n]*)\n", text, re.M)
        if not re.search(r"^Format:.*copyright-format", text, re.M | re.I) or not stanza:
            known = next((licence for pattern, licence in PROSE.items() if re.fullmatch(pattern, source)), "NOASSERTION")
            return known, f"For licences see {path}"
        words = re.split(r"\s+(and|or)\s+", stanza.group(1).strip().rstrip("."))
        licences = [word.upper() if word in ("and", "or") else self.identifier(word.strip(","), name, text) for word in words]
        return " ".join(licences), f"As {path} has it for Files: *"

    def identifier(self, word, package, text):
        if word.lower() in LICENCES:
            return LICENCES[word.lower()]
        reference = "LicenseRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", f"{package}-{word}")
        body = re.search(r"^License:[ \t]*" + re.escape(word) + r"[ \t]*\n((?:[ \t].*\n?)+)", text, re.M)
        lines = body.group(1).splitlines() if body else [word]
        self.texts[reference] = "\n".join("" if line.strip() == "." else line.strip() for line in lines).strip()
        return reference


def spdx_id(text):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", text)


def package_entry(identity, name, facts, licences):
    entry = {"name": name, "SPDXID": identity, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
             "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION"}
    if not facts:
        entry["comment"] = "No package of this machine is known to hold it"
        return entry
    licence, where = licences.of(name, facts["source:Package"])
    quoted = facts["Version"].replace("+", "%2B").replace(":", "%3A")
    entry |= {"versionInfo": facts["Version"], "licenseDeclared": licence,
              "sourceInfo": f"Debian source package {facts['source:Package']} {facts['source:Version']}",
              "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                "referenceLocator": f"pkg:deb/debian/{name.replace('+', '%2B')}@{quoted}?arch={facts['Architecture']}"}]}
    if where:
        entry["licenseComments"] = where
    if re.match(r"https?://\S+$", facts["Homepage"]):
        entry["homepage"] = facts["Homepage"]
    return entry


def instant(source):
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or output_of("git", "-c", "safe.directory=*", "-C", source, "log", "-1", "--format=%ct").strip()
    return datetime.fromtimestamp(int(seconds or 0), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def document(program, version, source, at_need, header_packages):
    own = {"name": "moisson", "SPDXID": "SPDXRef-moisson", "versionInfo": version, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
           "checksums": [{"algorithm": "SHA256", "checksumValue": hashlib.sha256(Path(program).read_bytes()).hexdigest()}],
           "licenseConcluded": "NOASSERTION", "licenseDeclared": "MIT", "copyrightText": "NOASSERTION",
           "primaryPackagePurpose": "APPLICATION"}
    files, direct, licences = loaded_by(program), needed_by(program), Licences()
    optional = {}
    for library in at_need:
        optional |= {os.path.basename(library): library, **loaded_by(library)}
    optional = {library: path for library, path in optional.items() if library not in files}
    files |= optional
    packages = packages_of(files.values())
    facts = facts_of({*packages.values(), *header_packages})
    entries, relations = {}, {("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-moisson")}
    for library in sorted(direct | set(files)):
        name = packages.get(files.get(library), library)
        identity = spdx_id(name)
        entries[identity] = package_entry(identity, name, facts.get(name), licences)
        relations.add(("SPDXRef-moisson", "DYNAMIC_LINK", identity) if library in direct
                      else (identity, "OPTIONAL_DEPENDENCY_OF" if library in optional else "RUNTIME_DEPENDENCY_OF", "SPDXRef-moisson"))
    for name in header_packages:
        identity = spdx_id(name)
        entries[identity] = package_entry(identity, name, facts.get(name), licences)
        relations.add(("SPDXRef-moisson", "STATIC_LINK", identity))
    # What the program names itself needs no second line for being loaded, nor what is always loaded one for being loaded at need.
    linked = {other for _, kind, other in relations if kind == "DYNAMIC_LINK"}
    always = linked | {one for one, kind, _ in relations if kind == "RUNTIME_DEPENDENCY_OF"}
    relations = {relation for relation in relations if not (relation[1] == "RUNTIME_DEPENDENCY_OF" and relation[0] in linked)
                 and not (relation[1] == "OPTIONAL_DEPENDENCY_OF" and relation[0] in always)}
    result = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"moisson-{version}",
              "documentNamespace": "", "creationInfo": {"created": instant(source), "creators": ["Tool: moisson-sbom"]},
              "packages": [own, *(entries[identity] for identity in sorted(entries))],
              "relationships": [{"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
                                for one, kind, other in sorted(relations)]}
    if licences.texts:
        result["hasExtractedLicensingInfos"] = [{"licenseId": reference, "name": reference.removeprefix("LicenseRef-"), "extractedText": text}
                                                for reference, text in sorted(licences.texts.items())]
    # A name of its own for every content, and the same one for the same content.
    result["documentNamespace"] = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(result, sort_keys=True)).urn
    return result


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--at-need", action="append", default=[])
    for name in ("program", "version", "source", "output"):
        words.add_argument(name)
    words.add_argument("header_packages", nargs="*")
    given = words.parse_args()
    text = json.dumps(document(given.program, given.version, given.source, given.at_need, given.header_packages), indent=2, ensure_ascii=False)
    Path(given.output).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
