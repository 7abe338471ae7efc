"""The metrics of an export, read by those who will: Prometheus' own parser for Python, and promtool where it is installed."""

import shutil
import subprocess
import sys
import time
import unittest
from decimal import Decimal
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import PDF, ROOT, Case, document, end, signal, start, wait_until  # noqa: E402

DAY = 86400


class Metrics(Case):
    def metrics(self, name="moisson.prom"):
        """{metric: {label values without `export`: value}}, after what holds for every such file."""
        path = self.folder / name
        text = path.read_text("utf-8")
        self.assertEqual(path.stat().st_mode & 0o777, 0o644, "the collector runs as another user")
        self.assertEqual([each.name for each in path.parent.iterdir() if each.name.endswith(".part")], [])
        found = {}
        for family in text_string_to_metric_families(text):
            self.assertEqual(family.type, "gauge")
            self.assertNotEqual(family.documentation, "")
            for sample in family.samples:
                self.assertIsNone(sample.timestamp, "the collector refuses timestamps")
                labels = dict(sample.labels)
                self.assertEqual(labels.pop("export"), path.name.removesuffix(".prom"))
                self.assertNotIn(tuple(labels.values()), found.get(sample.name, {}))
                found.setdefault(sample.name, {})[tuple(labels.values())] = sample.value
        if shutil.which("promtool"):
            judged = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual((judged.returncode, judged.stdout, judged.stderr), (0, "", ""))
        return found

    def test_a_month_and_its_summary_say_the_same(self):
        """A dashboard would show other counts and sums than the summary."""
        self.run_moisson("export", "--sandbox", "--period", "2026-10", "--rate", "0", "--metrics", "moisson.prom", expect=3)
        found, summary = self.metrics(), self.summary()
        self.assertEqual(found["moisson_run_exit_code"], {(): 3})
        self.assertEqual(found["moisson_run_success"], {(): 0})
        self.assertNotIn("moisson_last_success_timestamp_seconds", found)
        self.assertEqual([key[1:] for key in found["moisson_run_info"]], [("2026-10", "incomplete")])
        for status, member in (("ok", "ok"), ("not-ready", "not_ready"), ("failed", "failed"), ("skipped", "skipped")):
            self.assertEqual(found["moisson_documents"][(status,)], summary["documents"][member])
        for kind in ("token", "contracts", "lists", "files"):
            self.assertEqual(found["moisson_requests"][(kind,)], summary["requests"][kind])
        lists = [entry["list"] for entry in summary["completeness"]]
        for ended in ("complete", "unproven", "capped", "forbidden", "failed", "unknown-answer"):
            self.assertEqual(found["moisson_contracts"][(ended,)], lists.count(ended))
        codes = [(finding["code"], finding["severity"]) for finding in summary["findings"]]
        self.assertEqual(found["moisson_findings"], {key: codes.count(key) for key in set(codes)})
        for severity in ("error", "warning", "info"):
            self.assertEqual(found["moisson_findings_by_severity"][(severity,)], sum(1 for code in codes if code[1] == severity))
        # Exact in the file, whatever a reader makes of it.
        lines = (self.folder / "moisson.prom").read_text("utf-8").splitlines()
        for total in summary["totals"]:
            line = next(line for line in lines if line.startswith("moisson_total_amount{") and f'currency="{total["currency"]}"' in line)
            self.assertEqual(line.rsplit(" ", 1)[1], total["amount"])
            self.assertEqual(found["moisson_total_amount"][(total["currency"],)], float(Decimal(total["amount"])))

    def test_a_failure_is_told_and_the_last_success_remembered(self):
        """An export that fails every night would look as it did when it last went well."""
        double = self.double()
        double.lists["OCB0000001"] = [document("d1")]
        double.files["d1"] = PDF
        arguments = ("export", "--period", "2026-10", "--metrics", "moisson.prom", "--rate", "0")
        before = time.time()
        self.run_moisson(*arguments, environment=double.environment, expect=0)
        good = self.metrics()
        success = good["moisson_last_success_timestamp_seconds"][()]
        self.assertTrue(before - 1 <= success <= time.time() + 1)
        self.assertEqual(good["moisson_run_success"], {(): 1})
        self.assertGreaterEqual(good["moisson_run_duration_seconds"][()], 0)

        double.token_answer = (401, {}, b'{"error":"invalid_client"}')
        self.run_moisson(*arguments, environment=double.environment, expect=4)
        refused = self.metrics()
        self.assertEqual(refused["moisson_run_exit_code"], {(): 4})
        self.assertEqual(refused["moisson_last_success_timestamp_seconds"], {(): success})
        self.assertNotIn("moisson_documents", refused)
        # A wrong setting too, and it keeps the day through a second failure.
        self.run_moisson("export", "--period", "2026-13", "--metrics", "moisson.prom", environment=double.environment, expect=2)
        wrong = self.metrics()
        self.assertEqual(wrong["moisson_run_exit_code"], {(): 2})
        self.assertEqual(wrong["moisson_last_success_timestamp_seconds"], {(): success})

        double.token_answer = None
        self.run_moisson(*arguments, "--exit-nothing-new", environment=double.environment, expect=9)
        again = self.metrics()
        self.assertEqual(again["moisson_run_success"], {(): 1})
        self.assertGreater(again["moisson_last_success_timestamp_seconds"][()], success)

    def test_a_stopped_run_says_so(self):
        """A run that the machine's shutdown ended would look like one that still goes on."""
        double = self.double()
        double.lists["OCB0000001"] = lambda query: (503, {}, b'{"code":6}')
        process = start("export", "--period", "2026-10", "--metrics", "moisson.prom", folder=self.folder, environment=double.environment)
        self.addCleanup(end, process)
        self.assertTrue(wait_until(lambda: double.count("/documents") > 0, process))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        self.assertEqual(self.metrics()["moisson_run_exit_code"], {(): 143})

    def test_a_file_that_cannot_be_written(self):
        """A person would believe in metrics that are not there."""
        double = self.double()
        double.lists["OCB0000001"] = [document("d1")]
        double.files["d1"] = PDF
        # Where no file can ever be, the run says so before it asks for anything.
        (self.folder / "file").write_text("x", "utf-8")
        ended = self.run_moisson("export", "--period", "2026-10", "--metrics", "file/moisson.prom", environment=double.environment, expect=7)
        self.assertIn("Choose another place for the metrics (--metrics)", ended.err)
        self.assertEqual(double.count(""), 0)
        (self.folder / "taken.prom").mkdir()
        ended = self.run_moisson("export", "--period", "2026-10", "--metrics", "taken.prom", environment=double.environment, expect=7)
        self.assertIn("the metrics file could not be written", ended.err)
        self.assertTrue((self.folder / "out/2026-10/ledger.csv").exists())
        # Another file's text is not taken for an earlier success, and a strange name breaks no line.
        strange = 'we"ird\\na me.prom'
        (self.folder / strange).write_text("moisson_last_success_timestamp_seconds never\n", "utf-8")
        self.run_moisson("export", "--period", "2026-13", "--metrics", strange, environment=double.environment, expect=2)
        self.assertNotIn("moisson_last_success_timestamp_seconds", self.metrics(strange))

    def test_the_key_in_the_job_file(self):
        """The key's end would come as a surprise."""
        double = self.double()
        double.lists["OCB0000001"] = [document("d1")]
        double.files["d1"] = PDF
        issued = time.time() - 700 * DAY
        (self.folder / "job.toml").write_text(time.strftime("[api]\napi_key_issued = %Y-%m-%d\n", time.gmtime(issued)) +
                                              '[export]\nmetrics = "prom/nightly.prom"\nperiod = "2026-10"\n', "utf-8")
        ended = self.run_moisson("export", "job.toml", environment=double.environment, expect=0)
        self.assertIn("the API key ends on", ended.out)
        found = self.metrics("prom/nightly.prom")
        left = found["moisson_api_key_left_seconds"][()]
        self.assertTrue(28 * DAY < left < 32 * DAY, left)
        self.assertEqual(list(found["moisson_api_key_expiry_timestamp_seconds"]), [("issued",)])
        self.assertEqual(found["moisson_findings"], {("api-key-expires-soon", "warning"): 1})
        self.assertEqual(found["moisson_token_life_seconds"], {(): 3600})
        self.assertLess(abs(found["moisson_clock_offset_seconds"][()]), 5)
        summary = self.summary()
        self.assertEqual(summary["credentials"]["api_key_date"], "issued")
        self.assertIn(summary["credentials"]["api_key_days_left"], (30, 31))
        self.assertEqual([finding["code"] for finding in summary["findings"]], ["api-key-expires-soon"])
        self.assertIn("api-key-expires-soon", (self.folder / "out/2026-10/report.html").read_text("utf-8"))

    def test_the_keys_end_is_told_by_a_refused_run_too(self):
        """The alert on the key's end would fall silent with the first run that the key's end breaks."""
        double = self.double()
        double.contracts = lambda query: (401, {}, b'{"code":41,"message":"Invalid credentials"}')
        (self.folder / "job.toml").write_text(time.strftime("[api]\napi_key_issued = %Y-%m-%d\n", time.gmtime(time.time() - 740 * DAY)), "utf-8")
        self.run_moisson("export", "job.toml", "--metrics", "moisson.prom", environment=double.environment, expect=4)
        self.assertLess(self.metrics()["moisson_api_key_left_seconds"][()], 0)

    @unittest.skipUnless(shutil.which("promtool"), "promtool is not installed")
    def test_the_alerts_of_the_samples(self):
        """The sample's alerts would not load, or never fire."""
        judged = subprocess.run(["promtool", "check", "rules", str(ROOT / "samples" / "prometheus-alerts.yaml")], capture_output=True, text=True, check=False)
        self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)
        # Prometheus' own unit test: 100 days before its end nobody is told of the key, 80 days before somebody is.
        (self.folder / "test.yaml").write_text(f"""
rule_files: [{ROOT}/samples/prometheus-alerts.yaml]
evaluation_interval: 1d
tests:
  - interval: 1d
    input_series:
      - series: 'moisson_api_key_expiry_timestamp_seconds{{export="m",date="issued"}}'
        values: '{100 * DAY}x30'
      - series: 'moisson_run_success{{export="m"}}'
        values: '1x20 0x10'
      - series: 'moisson_last_success_timestamp_seconds{{export="m"}}'
        values: '0x60'
    alert_rule_test:
      - {{eval_time: 9d, alertname: MoissonApiKeyEndsSoon, exp_alerts: []}}
      - {{eval_time: 19d, alertname: MoissonExportNotComplete, exp_alerts: []}}
      - {{eval_time: 34d, alertname: MoissonExportOverdue, exp_alerts: []}}
    promql_expr_test:
      - expr: count(ALERTS{{alertname="MoissonApiKeyEndsSoon",alertstate="firing"}})
        eval_time: 20d
        exp_samples: [{{value: 1}}]
      - expr: count(ALERTS{{alertname="MoissonExportNotComplete",alertstate="firing"}})
        eval_time: 25d
        exp_samples: [{{value: 1}}]
      - expr: count(ALERTS{{alertname="MoissonExportOverdue",alertstate="firing"}})
        eval_time: 40d
        exp_samples: [{{value: 1}}]
""", "utf-8")
        judged = subprocess.run(["promtool", "test", "rules", str(self.folder / "test.yaml")], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)


if __name__ == "__main__":
    unittest.main()
