"""The program against nginx serving recorded answers, over TLS with a CA of its own.

Nothing here comes from the sandbox: the answers were written by hand from what is known of the API, the server is nginx, the expected ledger is a
hand-written table, digests are sha256sum's. What client and sandbox both misread would show here.
"""

import base64
import csv
import io
import json
import os
import shutil
import socket
import string
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import Case, end, pdf, rows_of, run, tree_of, wait_until  # noqa: E402
from ports import free_port  # noqa: E402

CLIENT = "portal-application"
SECRET = "portal:secret/with+signs"
# As long as the one that the guide prints, in base64's alphabet.
API_KEY = base64.b64encode(bytes((7 * number + 3) % 256 for number in range(900))).decode()
TYPES = ["invoices", "bills", "reports", "partialBills", "partialConsumptionRatedReports", "comsumptionRatedReports"]


def xlsx(amount):
    """A workbook with the sheet "Billing Report", as the bills of 2021 have it: thirteen rows of preamble, then data."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                               '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                               '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
                               '<Override PartName="/xl/worksheets/sheet1.xml" '
                               'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
                       'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
                           'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
                           '<sheet name="Billing Report" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
                                      'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
                                      'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="13">'
                                    '<c r="M13" t="inlineStr"><is><t>Quantity</t></is></c><c r="P13" t="inlineStr"><is><t>Amount</t></is></c>'
                                    '<c r="R13" t="inlineStr"><is><t>Discounted amount</t></is></c></row><row r="14">'
                                    f'<c r="P14"><v>{amount}</v></c><c r="R14"><v>{amount}</v></c></row></sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2021, 11, 2, 5, 0, 0)), '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return out.getvalue()


def consumption(contract, amount, currency="EUR"):
    """A rated consumption report: 27 columns, decimal commas."""
    heading = ("BillingMode;BeginDate;EndDate;ServiceID;TenantLabel;Country;Region;ServiceCloud;CodeLabel;ChargeLabel;IdResource;Project;Tags;Quantity;"
               "BillingUnit;UnitPrice;Amount;VolumeDiscount;DiscountedAmount;Currency;SubsChargeType;SubsBeginDate;SubsEndDate;SubsUpfront;"
               "SubsUpfrontDiscounted;SubsFlavor;SubsDuration")
    row = ["PAYG", "2021-10-01", "2021-10-31", contract, "tenant", "FR", "eu-west-0", "ECS", "c1", "Compute", "vm-1", "p", "", "744", "hour", "0,1",
           amount, "0", amount, currency] + [""] * 7
    return (heading + "\r\n" + ";".join(row) + "\r\n").encode()


# The name in expected.csv's column `served`, where nginx finds it, and its bytes.
SERVED = {
    "invoice-1234.pdf": ("OCB0001234/files/61f0c2a1b7e4", pdf("Facture 2021-10")),
    "credit-1234.pdf": ("OCB0001234/files/61f0c2a1b7e5", pdf("Avoir 2021-10")),
    "bill-1234.xlsx": ("OCB0001234/files/bill 2021+10", xlsx("12225.17")),
    "consumption-1234.csv": ("OCB0001234/files/cons-202110", consumption("OCB0001234", "12225,17")),
    "report-1234.csv": ("OCB0001234/files/rep-202110", b"service;hours\r\nECS;744\r\n"),
    "bill-1240-1.xlsx": ("OCB0001240/files/b-240-1", xlsx("90071992547409.93")),
    "bill-1240-2.xlsx": ("links/bill-1240-2.xlsx", xlsx("0")),
    "consumption-1240.csv": ("OCB0001240/files/cons-240", b"\xef\xbb\xbf" + consumption("OCB0001240", "90071992547409,93", "USD")),
    "invoice-1250.pdf": ("OCB0001250/files/inv-250", pdf("Invoice 2021-10")),
}


def openssl(*arguments, folder):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "HOME": str(folder)})


def make_certificates(folder):
    """A CA, and a server certificate for localhost and 127.0.0.1."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=Recorded answers CA", folder=folder)
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "server.key", "-out", "server.csr",
            "-subj", "/CN=localhost", folder=folder)
    (folder / "extensions").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions",
            "-out", "server.pem", folder=folder)


def lay_out_answers(www):
    """The folder that nginx serves: each contract's detail and lists, cut from the recorded lines without touching their text."""
    answers = HERE / "answers"
    www.mkdir()
    shutil.copy(answers / "contracts.json", www / "contracts.json")
    for recorded in answers.glob("*.documents"):
        contract = www / recorded.stem
        (contract / "files").mkdir(parents=True)
        shutil.copy(answers / f"{recorded.stem}.contract.json", contract / "contract.json")
        lines = recorded.read_text("utf-8").splitlines()
        lists = {"mixed": lines, **{kind: [line for line in lines if f'"documentType":"{kind}"' in line] for kind in TYPES}}
        lists["default"] = lists["reports"][:10]
        for name, chosen in lists.items():
            (contract / f"{name}.json").write_text("[" + ",".join(chosen) + "]", "utf-8")
        (contract / "unknown.json").write_text('{"documents": null}')
    (www / "links").mkdir()
    for place, content in SERVED.values():
        (www / place).write_bytes(content)


class Recorded(Case):
    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.site = self.folder / "site"
        self.site.mkdir()
        make_certificates(self.site)
        lay_out_answers(self.site / "www")
        self.start_nginx()
        self.environment = {"MOISSON_API_URL": f"https://localhost:{self.api}/cloud/b2b/v1", "MOISSON_OAUTH_URL": f"https://localhost:{self.api}/oauth/v3",
                            "MOISSON_CLIENT_ID": CLIENT, "MOISSON_CLIENT_SECRET": SECRET, "MOISSON_API_KEY": API_KEY,
                            "MOISSON_CA_FILE": str(self.site / "ca.pem")}

    def start_nginx(self):
        for _ in range(5):  # another process may take a port between the look and the start
            self.api, self.elsewhere = free_port(), free_port()
            text = string.Template((HERE / "nginx.conf").read_text("utf-8")).substitute(
                root=self.site, api=self.api, elsewhere=self.elsewhere, user="user root;" if os.geteuid() == 0 else "", key=API_KEY.replace("+", r"\+"),
                basic=base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode())
            (self.site / "nginx.conf").write_text(text)
            with open(self.site / "nginx.out", "wb") as out:
                self.nginx = subprocess.Popen(["nginx", "-p", str(self.site), "-e", str(self.site / "error.log"), "-c", str(self.site / "nginx.conf")],
                                              stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            self.addCleanup(end, self.nginx)
            if wait_until(self.listens, self.nginx, 20):
                return
            end(self.nginx)
        self.fail((self.site / "nginx.out").read_text() + (self.site / "error.log").read_text())

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.api), timeout=1).close()
            return self.nginx.poll() is None
        except OSError:
            return False

    def asked(self):
        return [json.loads(line) for line in (self.site / "access.log").read_text("utf-8").splitlines()]

    def export(self, *more, **options):
        environment = {**self.environment, **options.pop("environment", {})}
        return run("export", "--period", "2021-10", *more, folder=self.folder, environment=environment, **options)

    def test_every_document_stands_in_the_ledger(self):
        """An amount, month or file would be read as nobody but our own sandbox means it."""
        result = self.export()
        self.assertEqual(result.code, 0, result)
        with open(HERE / "answers/expected.csv", newline="", encoding="utf-8") as file:
            expected = list(csv.DictReader(file))
        rows = rows_of(self.folder / "out/2021-10/ledger.csv")
        self.assertEqual([(row["contract_id"], row["document_id"]) for row in rows], [(row["contract_id"], row["document_id"]) for row in expected])
        for row, wanted in zip(rows, expected):
            served = self.site / "www" / SERVED[wanted["served"]][0]
            with self.subTest(document=wanted["document_id"]):
                for column in wanted:
                    if column != "served":
                        self.assertEqual(row[column], wanted[column], column)
                digest = subprocess.run(["sha256sum", str(served)], capture_output=True, check=True, text=True).stdout.split()[0].lstrip("\\")
                self.assertEqual(row["sha256"], digest)
                self.assertEqual(int(row["size_bytes"]), served.stat().st_size)
        self.check_totals()
        self.check_bundle(rows)

    def check_totals(self):
        summary = json.loads((self.folder / "out/2021-10/summary.json").read_text("utf-8"))
        self.assertEqual({item["currency"]: item["amount"] for item in summary["totals"]},
                         {"EUR": "12225.17", "JPY": "1234567", "USD": "90071992547409.93"})
        self.assertEqual({item["contract_id"]: item["verdict"] for item in summary["completeness"]},
                         dict.fromkeys(["OCB0001234", "OCB0001240", "OCB0001250", "OCB0001260"], "complete"))
        self.assertEqual({item["contract_id"]: item["listed"] for item in summary["completeness"]},
                         {"OCB0001234": 18, "OCB0001240": 3, "OCB0001250": 1, "OCB0001260": 0})
        named = {(item["document_id"], item["code"]) for item in summary["findings"]}
        for wanted in (("61f0c2a1b7e5", "credit-note"), ("b-240-2", "amount-zero"), ("b-240-2", "period-tail"), ("inv-250", "updated-after-issue"),
                       ("cons-240", "filename-unsafe"), ("bill 2021+10", "invoice-and-bill")):
            self.assertIn(wanted, named)
        self.assertIn(("OCB0001260", "list-empty"), {(item["contract_id"], item["code"]) for item in summary["findings"]})

    def check_bundle(self, rows):
        with zipfile.ZipFile(self.folder / "out/2021-10/bundle.zip") as bundle:
            names = {name.split("/", 1)[1]: name for name in bundle.namelist() if "/" in name}
            for row in rows:
                found = [name for name in names if name.endswith(row["path"])]
                self.assertEqual(len(found), 1, row["path"])
                wanted = next(content for place, content in SERVED.values() if place.endswith("/" + row["document_id"]) or
                              (row["document_id"] == "b-240-2" and place.startswith("links/")))
                self.assertEqual(bundle.read(names[found[0]]), wanted)

    def test_requests_are_what_the_documentation_asks_for(self):
        """The real service would refuse what only our own sandbox takes."""
        self.assertEqual(self.export().code, 0)
        asked = self.asked()
        tokens = [request for request in asked if request["uri"].endswith("/token")]
        self.assertEqual([(request["method"], request["status"]) for request in tokens], [("POST", 200)])
        calls = [request for request in asked if request["server"] == str(self.api) and not request["uri"].endswith("/token")]
        for request in calls:
            with self.subTest(uri=request["uri"]):
                self.assertEqual(request["method"], "GET")
                self.assertIn(request["status"], (200, 302))
                self.assertEqual(request["authorization"], "Bearer AbCdEfGhIjKlMnOpQrStUvWxYz12")
                self.assertEqual(request["key"], API_KEY)
                self.assertTrue(request["accept"])
                self.assertRegex(request["agent"], r"^moisson/\d")
                self.assertEqual(request["host"], f"localhost:{self.api}")
                if "/contracts" not in request["uri"]:
                    self.assertRegex(request["contract"], r"^OCB000\d{4}$")
                if "/documents?" in request["uri"]:
                    self.assertRegex(request["uri"], r"[?&]documentType=")
                    self.assertGreater(int(request["uri"].split("limit=")[1].split("&")[0]), 18)
        lists = [request["uri"].split("documentType=")[1].split("&")[0] for request in calls if "/documents?" in request["uri"]]
        for kind in ["", *TYPES]:
            self.assertEqual(lists.count(kind), 4, f"type {kind!r}")
        files = sorted(request["uri"] for request in calls if request["uri"].endswith("/file"))
        self.assertEqual(len(files), 9)
        self.assertTrue(any("/bill%202021%2B10/" in uri or "/bill%202021+10/" in uri for uri in files), files)

    def test_credentials_stay_on_their_host(self):
        """A redirect would hand the API key to another server."""
        self.assertEqual(self.export().code, 0)
        elsewhere = [request for request in self.asked() if request["server"] == str(self.elsewhere)]
        self.assertEqual([(request["status"], request["authorization"], request["key"]) for request in elsewhere], [(200, "", "")])

    def test_second_run_asks_less_and_publishes_the_same(self):
        """Each month would be fetched again and again."""
        self.assertEqual(self.export().code, 0)
        before = {name: digest for name, digest in tree_of(self.folder / "out/2021-10").items() if name in ("ledger.csv", "ledger.xlsx", "bundle.zip")}
        first = len(self.asked())
        self.assertEqual(self.export("--transfers", "1").code, 0)
        second = self.asked()[first:]
        self.assertEqual([request["uri"] for request in second if request["uri"].endswith("/file")], [])
        lists = [request for request in second if "/documents?" in request["uri"]]
        self.assertEqual(len(lists), 4, "one list a contract, once the mixed list is trusted")
        after = {name: digest for name, digest in tree_of(self.folder / "out/2021-10").items() if name in before}
        self.assertEqual(after, before)

    def test_wrong_credentials_and_wrong_ca(self):
        """A refused key would look like an empty month, a stranger's certificate would be taken."""
        for name, changes, code, word in (("secret", {"MOISSON_CLIENT_SECRET": "no"}, 4, "client"), ("key", {"MOISSON_API_KEY": "no"}, 4, "API key"),
                                          ("ca", {"MOISSON_CA_FILE": ""}, 5, "certificate"),
                                          ("name", {"MOISSON_API_URL": f"https://127.0.0.2:{self.api}/cloud/b2b/v1",
                                                    "MOISSON_OAUTH_URL": f"https://127.0.0.2:{self.api}/oauth/v3"}, 5, "certificate")):
            with self.subTest(wrong=name):
                result = self.export("--out", name, environment=changes)
                self.assertEqual(result.code, code, result)
                self.assertIn(word, result.err)
                self.assertFalse((self.folder / name / "2021-10").exists())


if __name__ == "__main__":
    unittest.main()
