#!/usr/bin/python3
"""Export to a real VictoriaMetrics with user and password."""
import json
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse
import urllib.request

from product import CLOSED_PORT, SUPPORT, ProductTest

USER, PASSWORD = "meter", "marker-secret"
QUICK = ("--export_settle", "2.5", "--idle_roll", "0", "--no_plot", "--no_live_monitor", "--interval", "0.5")


class Export(ProductTest):
    gpu_script = "gpus 2\nprofile steady 300\n"

    def start_database(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-victoria-"))
        started = subprocess.run([str(SUPPORT / "start-victoria"), str(folder), USER, PASSWORD], capture_output=True, text=True)
        self.assertEqual(started.returncode, 0, started.stderr)
        said = dict(line.split("=", 1) for line in started.stdout.splitlines() if "=" in line)
        self.addCleanup(subprocess.run, ["rm", "-rf", str(folder)])
        self.addCleanup(subprocess.run, ["kill", said["PID"]])
        return said["URL"]

    def query(self, url, path):
        authentication = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        authentication.add_password(None, url, USER, PASSWORD)
        opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(authentication))
        return opener.open(url + path, timeout=10).read().decode()

    def power_series(self, url):
        """What the database shows; it takes a second or two until it shows what it has accepted."""
        self.query(url, "/internal/force_flush")
        match = urllib.parse.quote('{__name__="gpubench_gpu_power_watts"}')
        return [json.loads(line) for line in self.query(url, "/api/v1/export?match[]=" + match).splitlines()]

    def test_every_interval_arrives_once(self):
        url = self.start_database()
        self.environment.update(MEERKAT_URL=url, MEERKAT_USERNAME=USER, MEERKAT_PASSWORD=PASSWORD)
        outcome = self.run_program(*QUICK, "--export_to_victoria", "--benchmark_command", "sleep 3")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        exported = outcome.metrics["export"]
        self.assertGreater(exported["recorded"], 0)
        self.assertEqual(exported["recorded"], exported["accepted"])
        self.assertEqual((exported["verified"], exported["pending"], exported["quarantined"]), (exported["accepted"], 0, 0))
        rows = outcome.text("timeseries.csv").count("\n") - 1
        self.wait_for(lambda: sum(len(one["values"]) for one in self.power_series(url)) >= rows, "the database to show the samples")
        series = self.power_series(url)
        self.assertEqual({one["metric"]["gpu"] for one in series}, {"0", "1"})
        self.assertEqual(sum(len(one["values"]) for one in series), rows)
        for one in series:
            self.assertEqual(len(set(one["timestamps"])), len(one["timestamps"]))
            self.assertTrue(all(abs(value - 300) < 1 for value in one["values"]))

    def test_wrong_password_and_absent_server_never_fail_the_run(self):
        url = self.start_database()
        for where, password, words in ((url, "wrong", "401"), (CLOSED_PORT, PASSWORD, "127.0.0.1")):
            with self.subTest(where=where):
                self.environment.update(MEERKAT_URL=where, MEERKAT_USERNAME=USER, MEERKAT_PASSWORD=password)
                outcome = self.run_program(*QUICK, "--export_to_victoria", "--export_drain", "3", "--benchmark_command", "sleep 1")
                self.assertEqual(outcome.code, 0)
                self.assertIn("export_incomplete", outcome.findings())
                self.assertEqual(outcome.metrics["export"]["accepted"], 0)
                self.assertIn(words, outcome.stdout)
                self.assertNotIn(password + "@", outcome.stdout)

    def test_without_an_address(self):
        outcome = self.run_program(*QUICK, "--export_to_victoria", "--", "true")
        self.assertEqual(outcome.code, 125)
        self.assertIn("IRIS_GPUBENCH_VICTORIA_URL", outcome.stderr)
        self.assertEqual(list(self.results.iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
