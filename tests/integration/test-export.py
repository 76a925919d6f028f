#!/usr/bin/python3
"""Export to a real VictoriaMetrics with user and password."""
import contextlib
import json
import pathlib
import subprocess
import tempfile
import time
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
        found = [json.loads(line) for line in self.query(url, "/api/v1/export?match[]=" + match).splitlines()]
        for one in found:  # a null ends a series: it is no sample
            kept = [(value, time) for value, time in zip(one["values"], one["timestamps"]) if value is not None]
            one["values"], one["timestamps"] = [value for value, _ in kept], [time for _, time in kept]
        return found

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

    def command_lines_below(self, pid):
        """Of a process and all that it has started; other tests start servers of their own, with passwords."""
        parents, lines = {}, {}
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                lines[int(path.name)] = (path / "cmdline").read_bytes().decode(errors="replace")
        family = {pid}
        for _ in range(10):
            family |= {child for child, parent in parents.items() if parent in family}
        return {line for number, line in lines.items() if number in family}

    def test_secrets_show_nowhere(self):
        """In a whole run with all outputs: in no file, nothing that is said, no command line, and not in the benchmark's environment."""
        url = self.start_database()
        self.environment.update(IRIS_GPUBENCH_VICTORIA_URL=url, IRIS_GPUBENCH_VICTORIA_USERNAME=USER, IRIS_GPUBENCH_VICTORIA_PASSWORD=PASSWORD,
                                IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN=PASSWORD + "-2", IRIS_GPUBENCH_WATTTIME_PASSWORD=PASSWORD + "-3")
        process = self.start("--export_to_victoria", "--verbose", "--log_level", "debug", "--interval", "0.5", "--idle_roll", "0.3", "--live_plot",
                             "--benchmark_command", "env; tr '\\0' '\\n' < /proc/$PPID/cmdline; sleep 2")
        seen = set()
        while process.poll() is None and len(seen) < 100000:
            seen |= self.command_lines_below(process.pid)
            time.sleep(0.02)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertGreater(outcome.metrics["export"]["accepted"], 0)
        self.assertTrue(any("gnuplot" in line for line in seen), "the plot's process was looked at")
        files = {str(path): path.read_bytes().decode(errors="replace") for path in self.results.rglob("*") if path.is_file()}
        self.assertIn("IRIS_GPUBENCH_RESULTS=", outcome.text("benchmark.log"))
        for where, text in {**files, "stdout": outcome.stdout, "stderr": outcome.stderr, "command lines": "".join(seen)}.items():
            with self.subTest(where=where):
                self.assertFalse(PASSWORD in text)

    def test_wrong_password_and_absent_server_never_fail_the_run(self):
        url = self.start_database()
        for where, password, words in ((url, "wrong", "401"), (CLOSED_PORT, PASSWORD, "127.0.0.1")):
            with self.subTest(where=where):
                self.environment.update(MEERKAT_URL=where, MEERKAT_USERNAME=USER, MEERKAT_PASSWORD=password)
                outcome = self.run_program(*QUICK, "--export_to_victoria", "--export_drain", "3", "--benchmark_command", "sleep 1")
                self.assertEqual(outcome.code, 0)
                self.assertIn("export_incomplete", outcome.findings())
                self.assertEqual(outcome.metrics["export"]["accepted"], 0)
                self.assertIn(words, outcome.metrics["export"]["reason"])
                self.assertIn("values reached the database", outcome.stdout)
                self.assertNotIn(password + "@", outcome.stdout)

    def test_without_an_address(self):
        outcome = self.run_program(*QUICK, "--export_to_victoria", "--", "true")
        self.assertEqual(outcome.code, 125)
        self.assertIn("IRIS_GPUBENCH_VICTORIA_URL", outcome.stderr)
        self.assertFalse(self.results.exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
