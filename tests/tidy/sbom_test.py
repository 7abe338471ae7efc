"""If this fails, a user who asks whether a weak library is in the program gets a wrong answer, or none that a tool can read.

    sbom_test.py BUILD_FOLDER     MOISSON is the built program; by ctest

Judged against SPDX 2.3 (the required fields and forms of its clauses 6, 7, 10 and 11), against dpkg, and by a reader of licence expressions that
is not ours.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from license_expression import get_spdx_licensing

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ["MOISSON"]
BUILD = Path(sys.argv.pop(1))
WRITER = [sys.executable, "-B", str(ROOT / "src/sbom.py")]


def written(*packages, **environment):
    with tempfile.NamedTemporaryFile(suffix=".json") as to:
        subprocess.run([*WRITER, PROGRAM, "9.8.7", str(ROOT), to.name, *packages], check=True, env={**os.environ, **environment})
        return Path(to.name).read_bytes()


class Bill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = (BUILD / "moisson.spdx.json").read_text("utf-8")
        cls.bill = json.loads(cls.text)
        cls.packages = {package["SPDXID"]: package for package in cls.bill["packages"]}
        cls.relations = {(one["spdxElementId"], one["relationshipType"], one["relatedSpdxElement"]) for one in cls.bill["relationships"]}

    def test_the_document_has_what_spdx_requires(self):
        self.assertEqual(self.bill["spdxVersion"], "SPDX-2.3")
        self.assertEqual(self.bill["dataLicense"], "CC0-1.0")
        self.assertEqual(self.bill["SPDXID"], "SPDXRef-DOCUMENT")
        self.assertTrue(self.bill["name"])
        self.assertRegex(self.bill["documentNamespace"], r"^[a-z][a-z0-9+.-]*:[^#\s]+$")
        self.assertRegex(self.bill["creationInfo"]["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertTrue(self.bill["creationInfo"]["creators"])
        for creator in self.bill["creationInfo"]["creators"]:
            self.assertRegex(creator, r"^(Tool|Person|Organization): \S")

    def test_every_package_has_what_spdx_requires(self):
        self.assertEqual(len(self.packages), len(self.bill["packages"]), "an identifier stands twice")
        for package in self.packages.values():
            self.assertRegex(package["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")
            self.assertTrue(package["name"])
            self.assertRegex(package["downloadLocation"], r"^(NOASSERTION|NONE|[a-z+]+:\S+)$")
            self.assertIs(package["filesAnalyzed"], False)
            for reference in package.get("externalRefs", []):
                self.assertEqual(reference["referenceCategory"], "PACKAGE-MANAGER")
                self.assertRegex(reference["referenceLocator"], r"^pkg:deb/debian/[a-z0-9.%B-]+@[^\s+:@]+\?arch=[a-z0-9]+$")

    def test_relations_join_what_is_there(self):
        self.assertIn(("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-moisson"), self.relations)
        joined = set()
        for one, kind, other in self.relations:
            self.assertIn(kind, {"DESCRIBES", "DYNAMIC_LINK", "STATIC_LINK", "RUNTIME_DEPENDENCY_OF", "OPTIONAL_DEPENDENCY_OF"})
            joined |= {one, other}
        self.assertEqual(joined, set(self.packages) | {"SPDXRef-DOCUMENT"}, "a package that nothing joins, or the other way round")

    def test_licences_are_expressions_whose_names_are_known_or_told(self):
        told = {entry["licenseId"]: entry["extractedText"] for entry in self.bill.get("hasExtractedLicensingInfos", [])}
        licensing = get_spdx_licensing()
        used = set()
        for package in self.packages.values():
            self.assertIn("licenseConcluded", package)
            expression = package["licenseDeclared"]
            if expression == "NOASSERTION":
                self.assertIn("licenseComments", package, f"{package['name']}: neither a licence nor where to read it")
                continue
            for reference in re.findall(r"LicenseRef-[A-Za-z0-9.-]+", expression):
                used.add(reference)
                expression = expression.replace(reference, "MIT")
            self.assertEqual(licensing.validate(expression).errors, [], package["name"])
        self.assertEqual(used, set(told), "a licence's text that is missing, or of no package")
        for reference, text in told.items():
            self.assertGreater(len(text), 40, reference)

    def test_the_licences_of_what_reads_the_world_are_known(self):
        declared = {package["name"]: package["licenseDeclared"] for package in self.packages.values()}
        for name, licence in {"moisson": "MIT", "libexpat1": "MIT", "libarchive13": "BSD-2-Clause", "zlib1g": "Zlib", "rapidjson-dev": "MIT"}.items():
            self.assertEqual(declared[name], licence)

    def test_every_library_stands_with_the_installed_version(self):
        loaded = subprocess.run(["ldd", PROGRAM], check=True, capture_output=True, text=True).stdout
        files = re.findall(r"=> (/\S+)", loaded)
        self.assertGreater(len(files), 20)
        names = {package["name"]: package for package in self.packages.values()}
        for file in files:
            found = ""
            for path in (os.path.realpath(file), os.path.realpath(file).removeprefix("/usr")):
                result = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, check=False)
                found = found or result.stdout.split(":")[0]
            self.assertIn(found, names, file)
            version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}\n", found], capture_output=True, text=True, check=True).stdout.split("\n")[0]
            self.assertEqual(names[found]["versionInfo"], version)
        for name in ("rapidjson-dev", "libcli11-dev", "libexpected-dev"):
            self.assertIn(("SPDXRef-moisson", "STATIC_LINK", f"SPDXRef-{name}"), self.relations)
        self.assertIn(("SPDXRef-moisson", "DYNAMIC_LINK", "SPDXRef-libexpat1"), self.relations)
        for name in ("libpq5", "libpocodatapostgresql80", "libldap-2.5-0"):  # loaded for a database alone
            self.assertIn((f"SPDXRef-{name}", "OPTIONAL_DEPENDENCY_OF", "SPDXRef-moisson"), self.relations)

    def test_it_is_of_this_program(self):
        digest = subprocess.run(["sha256sum", PROGRAM], check=True, capture_output=True, text=True).stdout.split()[0]
        self.assertEqual(self.packages["SPDXRef-moisson"]["checksums"], [{"algorithm": "SHA256", "checksumValue": digest}])


class Writer(unittest.TestCase):
    def test_the_same_machine_gives_the_same_bytes(self):
        first = written("rapidjson-dev", TZ="Pacific/Auckland", LC_ALL="C")
        self.assertEqual(first, written("rapidjson-dev", TZ="America/Lima", LC_ALL="C.UTF-8", PYTHONHASHSEED="7"))

    def test_the_instant_can_be_given(self):
        self.assertEqual(json.loads(written(SOURCE_DATE_EPOCH="86400"))["creationInfo"]["created"], "1970-01-02T00:00:00Z")

    def test_nothing_is_claimed_where_no_package_is_known(self):
        with tempfile.TemporaryDirectory() as folder:
            for tool in ("ldd", "readelf", "bash", "cat", "sh"):
                found = subprocess.run(["sh", "-c", f"command -v {tool}"], capture_output=True, text=True, check=True).stdout.strip()
                os.symlink(os.path.realpath(found), Path(folder) / tool)
            bill = json.loads(written("rapidjson-dev", PATH=folder))
        libraries = [package for package in bill["packages"] if package["name"] != "moisson"]
        self.assertIn("libexpat.so.1", [package["name"] for package in libraries])
        for package in libraries:
            self.assertNotIn("versionInfo", package)
            self.assertNotIn("externalRefs", package)
            self.assertEqual(package["licenseDeclared"], "NOASSERTION")


if __name__ == "__main__":
    unittest.main(verbosity=2)
