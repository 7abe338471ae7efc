"""Time stamps and signatures of a published month, by an authority of the tests' own around `openssl ts`: what came of it is judged by OpenSSL's
own commands. What would be wrong for a user: a month without proof though it was asked for, a proof that no auditor's tool accepts, or a month
lost because an authority was down.
"""

import hashlib
import json
import subprocess
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness import Case, tree_of

CONFIGURATION = """
[ca]
default_ca=own
[own]
database=index.txt
new_certs_dir=.
serial=serial
default_md=sha256
policy=any
unique_subject=no
[any]
commonName=supplied
[root]
basicConstraints=critical,CA:TRUE
subjectKeyIdentifier=hash
[stamps]
extendedKeyUsage=critical,timeStamping
[plain]
keyUsage=digitalSignature
[tsa]
default_tsa=one
[one]
serial=tsaserial
default_policy=1.2.3.4.1
digests=sha256
signer_digest=sha256
ess_cert_id_alg=sha256
"""


class Authority:
    """A root, what it certifies, and an HTTP server around `openssl ts -reply`. `mode` says what is wrong with the next answers."""

    def __init__(self, folder, name="Test root"):
        self.folder = Path(folder)
        self.folder.mkdir()
        for file, text in {"ca.cnf": CONFIGURATION, "index.txt": "", "serial": "01\n", "tsaserial": "2A\n"}.items():
            (self.folder / file).write_text(text, "utf-8")
        self._key("ca", name)
        self.openssl("ca", "-batch", "-notext", "-selfsign", "-config", "ca.cnf", "-extensions", "root", "-keyfile", "ca.key", "-in", "ca.csr",
                     "-out", "ca.pem", "-startdate", "20200101000000Z", "-enddate", "20991231235959Z")
        self.ca_file = self.folder / "ca.pem"
        self.certify("tsa", "stamps")
        self.mode = "well"
        self.asked = []
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                question = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked.append((dict(self.headers), question))
                status, body = authority.answer(question)
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/tsr"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def openssl(self, *arguments, check=True, **more):
        return subprocess.run(["openssl", *map(str, arguments)], cwd=self.folder, check=check, capture_output=True, timeout=60, **more)

    def _key(self, file, name):
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{file}.key", "-out", f"{file}.csr", "-subj",
                     f"/CN={name}")

    def certify(self, name, use, start="20200101000000Z", end="20991231235959Z"):
        self._key(name, name)
        self.openssl("ca", "-batch", "-notext", "-config", "ca.cnf", "-extensions", use, "-cert", "ca.pem", "-keyfile", "ca.key", "-in", f"{name}.csr",
                     "-out", f"{name}.pem", "-startdate", start, "-enddate", end)

    def answer(self, question):
        if self.mode == "500":
            return 500, b"busy"
        if self.mode == "404":
            return 404, b"no such thing"
        if self.mode == "garbage":
            return 200, b"<html>sign in first</html>"
        if self.mode == "other digest":
            (self.folder / "other").write_bytes(b"other")
            self.openssl("ts", "-query", "-data", "other", "-sha256", "-cert", "-out", "other.tsq")
            question = (self.folder / "other.tsq").read_bytes()
        if self.mode == "old answer":  # to another question on the same digest
            return 200, self.kept
        (self.folder / "question.tsq").write_bytes(question)
        self.openssl("ts", "-reply", "-config", "ca.cnf", "-section", "one", "-queryfile", "question.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out",
                     "answer.tsr")
        self.kept = (self.folder / "answer.tsr").read_bytes()
        return 200, self.kept

    def stamp_of(self, data, time, name):
        """What `name` would have answered at `time`: openssl ts knows the present alone."""
        (self.folder / "tst.cnf").write_text(f"""asn1=SEQUENCE:tst
[tst]
version=INTEGER:1
policy=OID:1.2.3.4.1
imprint=SEQUENCE:imprint
serial=INTEGER:77
time=GENERALIZEDTIME:{time}
[imprint]
algorithm=SEQUENCE:algorithm
hash=FORMAT:HEX,OCTETSTRING:{hashlib.sha256(data).hexdigest()}
[algorithm]
name=OID:2.16.840.1.101.3.4.2.1
parameters=NULL
""", "utf-8")
        self.openssl("asn1parse", "-genconf", "tst.cnf", "-noout", "-out", "tst.der")
        self.openssl("cms", "-sign", "-binary", "-nodetach", "-nosmimecap", "-cades", "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-in", "tst.der", "-outform",
                     "DER", "-signer", f"{name}.pem", "-inkey", f"{name}.key", "-out", "token.der")
        inside = bytes.fromhex("3003020100") + (self.folder / "token.der").read_bytes()
        return bytes([0x30, 0x82]) + len(inside).to_bytes(2, "big") + inside


class Served(Case):
    """One authority for all, and what OpenSSL says."""

    @classmethod
    def setUpClass(cls):
        cls.keeper = Case()
        cls.keeper.setUp()
        cls.authority = Authority(cls.keeper.folder / "authority")
        cls.keeper.addCleanup(cls.authority.stop)
        cls.authority.certify("seal", "plain")

    @classmethod
    def tearDownClass(cls):
        cls.keeper.doCleanups()

    def setUp(self):
        super().setUp()
        self.authority.mode = "well"
        self.authority.asked.clear()

    def job(self, *lines, stamps=True, signs=True):
        """A job file with [evidence]."""
        own = [f'tsa_url = "{self.authority.url}"', f'tsa_ca_file = "{self.authority.ca_file}"'] if stamps else []
        own += [f'certificate = "{self.authority.folder}/seal.pem"', f'key = "{self.authority.folder}/seal.key"'] if signs else []
        (self.folder / "job.toml").write_text("\n".join(["[evidence]", *own, *lines, ""]), "utf-8")

    def month(self, path="out/2026-10"):
        """A folder with an evidence.json: all that a stamp is of."""
        month = self.folder / path
        month.mkdir(parents=True)
        (month / "evidence.json").write_text('{"schema": 1}\n', "utf-8")
        return month

    def stamp(self, *options, path="out/2026-10", expect=0):
        return self.run_moisson("evidence", "stamp", path, "--job", "job.toml", *options, expect=expect)

    def accepts(self, *arguments, folder):
        """OpenSSL's own word on it."""
        done = subprocess.run(["openssl", *map(str, arguments)], cwd=folder, capture_output=True, timeout=60)
        return done.returncode == 0

    def stamp_holds(self, folder, data="evidence.json", token="evidence.json.tsr", *more):
        return self.accepts("ts", "-verify", "-in", token, "-data", data, "-CAfile", self.authority.ca_file, *more, folder=folder)

    def signature_holds(self, folder):
        return self.accepts("cms", "-verify", "-binary", "-inform", "DER", "-in", "evidence.json.p7s", "-content", "evidence.json", "-CAfile", self.authority.ca_file,
                            "-purpose", "any", "-out", "/dev/null", folder=folder)


class Later(Served):
    """`moisson evidence stamp`."""

    def test_stamp_and_signature_are_what_openssl_accepts(self):
        """An auditor with standard tools could not check them, or they would fit other bytes."""
        self.job()
        month = self.month()
        killed = self.folder / "out/.2026-10.evidence.json.tsr.moisson-part"  # what a kill leaves behind
        killed.mkdir()
        (killed / "evidence.json.tsr.0123456789abcdef.part").write_bytes(b"half")
        result = self.stamp()
        self.assertFalse(killed.exists())
        self.assertEqual(sorted(tree_of(month)), ["evidence.json", "evidence.json.p7s", "evidence.json.tsr"])
        self.assertTrue(self.stamp_holds(month), result)
        self.assertTrue(self.signature_holds(month), result)
        self.assertIn("by CN=tsa", result.out)
        self.assertIn("by CN=seal", result.out)
        headers, question = self.authority.asked[0]
        self.assertEqual(headers["Content-Type"], "application/timestamp-query")
        self.assertNotIn("Authorization", headers)
        self.assertNotIn("X-API-Key", headers)
        self.assertLess(len(question), 100)
        # Once more: nothing is asked, nothing changes.
        before = tree_of(self.folder)
        self.assertIn("nothing was written", self.stamp().out)
        self.assertEqual(tree_of(self.folder), before)
        self.assertEqual(len(self.authority.asked), 1)
        (month / "evidence.json").write_text('{"schema": 2}\n', "utf-8")
        self.assertFalse(self.stamp_holds(month))
        self.assertFalse(self.signature_holds(month))
        result = self.stamp(expect=6)
        self.assertIn("of other bytes", result.out)
        self.assertIn("not one of these bytes", result.out)

    def test_an_answer_that_proves_nothing_is_not_kept(self):
        """A file beside the month would look like a proof; the cause would stay in the dark."""
        self.job(signs=False)
        month = self.month()
        for mode, said, asked in (("500", "status 500", 3), ("404", "status 404", 1), ("garbage", "no time stamp", 1), ("other digest", "of other bytes", 1)):
            with self.subTest(mode):
                self.authority.asked.clear()
                self.authority.mode = mode
                result = self.stamp(expect=5)
                self.assertIn(said, result.out)
                self.assertIn(self.authority.url, result.out)
                self.assertEqual(len(self.authority.asked), asked)
                self.assertEqual(list(tree_of(self.folder / "out")), ["2026-10/evidence.json"])
        self.authority.mode = "well"
        self.stamp()
        (month / "evidence.json.tsr").unlink()
        self.authority.mode = "old answer"
        self.assertIn("nonce", self.stamp(expect=5).out)
        self.assertEqual(list(tree_of(month)), ["evidence.json"])

    def test_an_authority_that_is_down_or_that_nobody_named(self):
        """The month would seem stamped, or the run would not say by what it is not."""
        stranger = Authority(self.folder / "stranger", "Another root")
        self.addCleanup(stranger.stop)
        self.month()
        self.job(signs=False)
        text = (self.folder / "job.toml").read_text("utf-8")
        (self.folder / "job.toml").write_text(text.replace(self.authority.url, stranger.url), "utf-8")
        self.assertIn("none of the authorities", self.stamp(expect=5).out)
        (self.folder / "job.toml").write_text(text.replace(self.authority.url, "http://127.0.0.1:9/tsr"), "utf-8")
        result = self.stamp(expect=5)
        self.assertIn("127.0.0.1:9", result.out)
        self.assertEqual(list(tree_of(self.folder / "out")), ["2026-10/evidence.json"])

    def test_renewal(self):
        """A stamp would lose its worth with its authority's certificate, or the new one would not hold the old one."""
        self.authority.certify("past", "stamps", end="20220101000000Z")
        self.job(signs=False)
        month = self.month()
        data = (month / "evidence.json").read_bytes()
        old = self.authority.stamp_of(data, "20210601120000Z", "past")
        (month / "evidence.json.tsr").write_bytes(old)
        # Its certificate has ended: OpenSSL looks as of then (1622548800: 2021-06-01), and the program renews by itself.
        self.assertFalse(self.stamp_holds(month))
        self.assertTrue(self.stamp_holds(month, "evidence.json", "evidence.json.tsr", "-attime", "1622548800"))
        result = self.stamp()
        self.assertIn("evidence.json.2.tsr written", result.out)
        self.assertIn("its certificate ends on 2022-01-01", result.out)
        (self.folder / "both").write_bytes(data + old)
        self.assertTrue(self.stamp_holds(month, self.folder / "both", "evidence.json.2.tsr"), result)
        self.assertEqual((month / "evidence.json.tsr").read_bytes(), old)
        self.assertIn("nothing was written", self.stamp().out)
        self.stamp("--renew")
        (self.folder / "three").write_bytes((self.folder / "both").read_bytes() + (month / "evidence.json.2.tsr").read_bytes())
        self.assertTrue(self.stamp_holds(month, self.folder / "three", "evidence.json.3.tsr"))
        # A link of the chain is gone.
        (month / "evidence.json.2.tsr").unlink()
        self.assertIn("evidence.json.2.tsr is missing", self.stamp(expect=6).out)

    def test_all_months_of_a_folder(self):
        """Whoever has years of months would have to name each."""
        self.job()
        for name in ("2026-08", "2026-09", ".moisson"):
            self.month(f"out/{name}")
        (self.folder / "out" / "notes").mkdir()
        result = self.stamp("--json", path="out")
        answer = json.loads(result.out)
        self.assertEqual([one["path"] for one in answer["months"]], ["out/2026-08", "out/2026-09"])
        self.assertEqual(answer["months"][0]["written"], ["evidence.json.p7s", "evidence.json.tsr"])
        self.assertEqual(list(tree_of(self.folder / "out/.moisson")), ["evidence.json"])
        self.assertEqual(self.stamp(path="out/notes", expect=2).out, "")

    def test_a_sign_command(self):
        """A key in an HSM could not sign; what a command prints would be believed."""
        month = self.month()
        sign = f"openssl cms -sign -binary -outform DER -signer {self.authority.folder}/seal.pem -inkey {self.authority.folder}/seal.key"
        self.job(f'sign_command = "{sign}"', stamps=False, signs=False)
        self.stamp()
        self.assertTrue(self.signature_holds(month))
        for command, said in (("false", "ended with code 1"), ("echo signed", "no CMS signature"), ("/nowhere/sign", "cannot start"),
                              (sign + " -in job.toml", "not one of these bytes")):
            with self.subTest(command):
                (month / "evidence.json.p7s").unlink(missing_ok=True)
                self.job(f'sign_command = "{command}"', stamps=False, signs=False)
                result = self.stamp(expect=7)
                self.assertIn(said, result.out)
                self.assertIn("job.toml:2", result.out)
                self.assertEqual(list(tree_of(month)), ["evidence.json"])

    def test_a_sign_command_gets_no_secret(self):
        """A stranger's program would see the credentials of the service."""
        self.month()
        seen = self.folder / "seen"
        self.job(f"sign_command = \"sh -c 'env > {seen}; false'\"", stamps=False, signs=False)
        self.run_moisson("evidence", "stamp", "out/2026-10", "--job", "job.toml", environment={
            "MOISSON_API_KEY": "an-api-key-of-the-test", "MOISSON_CLIENT_SECRET": "a-client-secret", "MOISSON_EVIDENCE_PASSPHRASE": "a-passphrase", "LANG": "C"}, expect=7)
        text = seen.read_text("utf-8")
        self.assertIn("LANG=C", text)
        for secret in ("an-api-key-of-the-test", "a-client-secret", "a-passphrase"):
            self.assertNotIn(secret, text)

    def test_what_is_wrong_is_told_before_anything_is_asked(self):
        """A key that does not fit would be found out when the month is made already."""
        folder = self.authority.folder
        self.authority.certify("other", "plain")
        self.authority.openssl("pkcs12", "-export", "-in", "seal.pem", "-inkey", "seal.key", "-passout", "pass:geheim", "-out", "seal.p12")
        (self.folder / "text").write_text("a text\n", "utf-8")
        for lines, said, place, cure in (
                ([f'certificate = "{folder}/seal.pem"', f'key = "{folder}/other.key"'], "not the one of the certificate", "job.toml:3", "Name the key that belongs to"),
                ([f'certificate = "{folder}/nowhere.pem"', f'key = "{folder}/seal.key"'], "certificate cannot be read", "job.toml:2", "Correct the path"),
                ([f'certificate = "{folder}/seal.pem"'], "certificate is given without key", "job.toml:2", "needs both"),
                ([f'pkcs12 = "{folder}/seal.p12"'], "no passphrase is given", "job.toml:2", "MOISSON_EVIDENCE_PASSPHRASE_FILE"),
                ([f'pkcs12 = "{folder}/seal.p12"', 'passphrase = "wrong"'], "does not open with the passphrase", "job.toml:2", "Give its passphrase"),
                (['pkcs12 = "text"'], "no PKCS#12 container", "job.toml:2", ".p12"),
                ([f'pkcs12 = "{folder}/seal.p12"', 'sign_command = "sign"'], "pkcs12 and sign_command are both given", "job.toml:3", "Keep one"),
                (['sign_command = "sign | cat"'], "sign_command cannot be run", "job.toml:2", "sh -c"),
                (['tsa_url = "tsa.example.com"'], "tsa_url cannot be used", "job.toml:2", "https://tsa.example.com/tsr"),
                (['tsa_url = "https://tsa.example.com"', 'tsa_ca_file = "text"'], "no certificate", "job.toml:3", "BEGIN CERTIFICATE"),
                (['tsa_ca_file = "text"'], "without tsa_url", "job.toml:2", "tsa_url ="),
                (["tsa_uri = 1"], "tsa_uri", "job.toml:2", "tsa_url")):
            with self.subTest(lines):
                (self.folder / "job.toml").write_text("\n".join(["[evidence]", *lines, ""]), "utf-8")
                for arguments in (("export", "--job", "job.toml", "--sandbox", "--scenario", "clean", "--no-progress"), ("evidence", "stamp", "out", "--job", "job.toml")):
                    result = self.run_moisson(*arguments, expect=2)
                    for word in (said, place, cure):
                        self.assertIn(word, result.err)
                    self.assertNotIn("wrong\n", result.err)
                self.assertFalse((self.folder / "out").exists(), "something was made")
                doctor = self.run_moisson("doctor", "--job", "job.toml", "--sandbox", "--scenario", "clean", expect=2)
                self.assertIn(said, doctor.out)

    def test_a_container_with_its_passphrase_from_each_place(self):
        """A PKCS#12 container could not be used, or its passphrase would be said."""
        self.authority.openssl("pkcs12", "-export", "-in", "seal.pem", "-inkey", "seal.key", "-passout", "pass:geheimwort", "-out", "seal.p12")
        (self.folder / "word").write_text("geheimwort\n", "utf-8")
        for number, (lines, environment) in enumerate((
                (['passphrase = "geheimwort"'], {}), (['passphrase_file = "word"'], {}), (["passphrase_command = \"cat word\""], {}),
                ([], {"MOISSON_EVIDENCE_PASSPHRASE": "geheimwort"}), (['passphrase = "another"'], {"MOISSON_EVIDENCE_PASSPHRASE_FILE": "word"}))):
            with self.subTest(number):
                month = self.month(f"out/2026-{number + 1:02}")
                self.job(f'pkcs12 = "{self.authority.folder}/seal.p12"', *lines, stamps=False, signs=False)
                result = self.run_moisson("evidence", "stamp", month, "--job", "job.toml", "-v", environment=environment, expect=0)
                self.assertTrue(self.signature_holds(month), result)
                self.assertNotIn("geheimwort", result.out + result.err)


class Published(Served):
    """What an export has published, with the evidence that it writes."""

    def export(self, *options, expect=0):
        return self.run_moisson("export", "--job", "job.toml", "--sandbox", "--scenario", "clean", "--no-progress", *options, expect=expect)

    def published(self):
        return next(path for path in (self.folder / "out").iterdir() if not path.name.startswith("."))

    def verify(self, *options, expect=0):
        return self.run_moisson("verify", self.published(), *options, expect=expect)

    def test_an_export_stamps_and_signs(self):
        """The month would lie there without proof; verify would call the proof a stray file, or take one of another month."""
        self.job()
        result = self.export()
        month = self.published()
        self.assertTrue(self.stamp_holds(month), result)
        self.assertTrue(self.signature_holds(month), result)
        result = self.verify("--evidence-ca", self.authority.ca_file)
        self.assertIn("evidence: evidence.json.tsr: stamped at", result.out)
        self.assertNotIn("was not checked", result.out)
        self.assertIn("was not checked", self.verify().out)
        stranger = Authority(self.folder / "stranger", "Another root")
        self.addCleanup(stranger.stop)
        self.assertIn("none of the authorities", self.verify("--evidence-ca", stranger.ca_file, expect=6).out)
        (month / "evidence.json.tsr").write_bytes(self.authority.stamp_of(b"another month", "20210601120000Z", "tsa"))
        self.assertIn("evidence.json.tsr: the time stamp is of other bytes", self.verify(expect=6).out)
        (month / "evidence.json.tsr").write_bytes(b"")
        self.assertIn("evidence.json.tsr: this is no time stamp", self.verify(expect=6).out)
        for name in ("evidence.json.tsr", "evidence.json.p7s"):
            (month / name).unlink()
        self.verify()
        self.assertIn("neither a time stamp nor a signature", self.verify("--evidence-ca", self.authority.ca_file, expect=6).out)
        bundle = self.run_moisson("verify", month / "bundle.zip", "--evidence-ca", self.authority.ca_file, expect=6)
        self.assertIn("give the month's folder", bundle.out)

    def test_an_authority_that_is_down_costs_no_month(self):
        """A month would be late, or wrong, because somebody else's server was down."""
        self.job()
        self.authority.mode = "500"
        result = self.export()
        self.assertIn("moisson evidence stamp", result.err)
        again = self.export("--json", "--log-format", "json")
        self.assertIn("evidence-not-stamped", again.err)
        found = [one for one in json.loads(again.out)["findings"] if one["code"].startswith("evidence-")]
        self.assertEqual([(one["code"], one["severity"]) for one in found], [("evidence-not-stamped", "warning")])
        self.assertIn("status 500", json.dumps(found))
        month = self.published()
        self.assertFalse((month / "evidence.json.tsr").exists())
        self.assertTrue(self.signature_holds(month))
        self.verify()
        self.authority.mode = "well"
        self.stamp(path=month)
        self.assertTrue(self.stamp_holds(month))
        self.verify()

    def test_a_month_that_is_exported_again_has_proofs_of_its_own(self):
        """The proofs of earlier evidence would lie beside the new one, and verify would refuse the month."""
        self.job()
        self.export()
        self.stamp("--renew", path=self.published())
        first = {name: (self.published() / name).read_bytes() for name in ("evidence.json", "evidence.json.tsr")}
        self.authority.asked.clear()
        self.export()
        month = self.published()
        self.assertEqual(len(self.authority.asked), 1)
        self.assertNotIn((month / "evidence.json").read_bytes(), first.values())
        self.assertFalse((month / "evidence.json.2.tsr").exists())
        self.assertTrue(self.stamp_holds(month))
        self.assertTrue(self.signature_holds(month))
        self.verify("--evidence-ca", self.authority.ca_file)

    def test_a_closed_month_may_be_stamped_and_renewed(self):
        """A closed month could not be proved any more, or its stamp would be called a change."""
        self.job(stamps=False, signs=False)
        self.export()
        month = self.published()
        self.run_moisson("close", month.name, "--job", "job.toml", "--sandbox", "--scenario", "clean", expect=0)
        self.job()
        self.stamp(path=month)
        self.stamp("--renew", path=month)
        before = tree_of(month)
        self.assertIn("evidence.json.2.tsr", before)
        self.export()
        self.assertEqual(tree_of(month), before)
        self.verify()


if __name__ == "__main__":
    unittest.main()
