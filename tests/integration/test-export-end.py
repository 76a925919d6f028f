#!/usr/bin/python3
"""The series of a run that is over end with it: no query goes on with their last value, and the markers that say so are no samples."""
import json
import subprocess
import time
import unittest
import urllib.parse
import urllib.request

from databases import PASSWORD, USER, Prometheus, VictoriaMetrics, tally
from fault_proxy import FaultProxy
from product import PROGRAM, ProductTest

QUICK = ("--export_to_victoria", "--export_settle", "2.5", "--idle_roll", "0.2", "--no_plot", "--no_live_monitor", "--interval", "0.5",
         "--carbon_intensity", "200")
LASTING = ("gpubench_gpu_power_watts", "gpubench_gpu_power_sample_watts", "gpubench_gpu_energy_joules_total", "gpubench_run_info",
           "gpubench_carbon_intensity_grams_per_kilowatt_hour", "gpubench_emissions_grams_total")


class End(ProductTest):
    gpu_script = "gpus 2\nprofile steady 300\n"

    def prometheus_query(self, database, text, at):
        arguments = urllib.parse.urlencode({"query": text, "time": str(at)})
        return json.loads(urllib.request.urlopen(f"{database.url}/api/v1/query?{arguments}", timeout=20).read())["data"]["result"]

    def assert_ends(self, database, ask, *arguments):
        self.environment["IRIS_GPUBENCH_VICTORIA_URL"] = database.url
        outcome = self.run_program(*QUICK, *arguments, "--", "sleep", "2")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        exported, run_id = outcome.metrics["export"], outcome.metrics["run_id"]
        self.assertEqual((exported["accepted"], exported["verified"], exported["pending"]), (exported["recorded"], exported["recorded"], 0), exported)
        series = database.series(run_id)
        self.assertEqual(tally(series), (exported["recorded"], 0))
        last = max(max(times) for name, times in series.items() if "gpubench_gpu_power_watts" in name) / 1000
        for name in LASTING:
            query = f'{name}{{run_id="{run_id}"}}'
            self.assertTrue(ask(query, last), name)
            self.assertEqual(ask(query, last + 20), [], f"{name} goes on after its end")
        # A result is a moment: no marker cuts it off.
        result = f'gpubench_run_energy_joules{{run_id="{run_id}"}}'
        self.assertTrue(ask(f"last_over_time({result}[1h])", last + 20))
        # Nor is it sent a second time.
        again = subprocess.run([str(PROGRAM), "export", str(outcome.directory), "--export_settle", "0.5", *arguments, "--verify"],
                               env=self.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertEqual(tally(database.series(run_id)), (exported["recorded"], 0))
        return run_id, len(series)

    def test_victoriametrics(self):
        self.environment.update(IRIS_GPUBENCH_VICTORIA_USERNAME=USER, IRIS_GPUBENCH_VICTORIA_PASSWORD=PASSWORD)
        database = VictoriaMetrics("")  # without deduplication: what is sent twice is seen
        self.addCleanup(database.close)
        for protocol in ("import", "remote_write"):
            with self.subTest(protocol):
                run_id, _ = self.assert_ends(database, lambda text, at: database.query(text, at), "--export_protocol", protocol)
                ends = database.series(run_id, ends=True)
                self.assertEqual({len(times) for times in ends.values()}, {1})
                self.assertTrue(any("gpubench_gpu_power_watts" in name for name in ends))
                self.assertFalse(any("gpubench_run_energy" in name or "timestamp_seconds" in name for name in ends))
                print(f"{protocol}: {len(ends)} series ended")

    def test_prometheus(self):
        database = Prometheus(out_of_order="")
        self.addCleanup(database.close)
        self.assert_ends(database, lambda text, at: self.prometheus_query(database, text, at), "--export_protocol", "remote_write")

    def test_a_server_that_takes_no_markers(self):
        """They are no samples: what is counted does not depend on them."""
        self.environment.update(IRIS_GPUBENCH_VICTORIA_USERNAME=USER, IRIS_GPUBENCH_VICTORIA_PASSWORD=PASSWORD)
        database = VictoriaMetrics()
        self.addCleanup(database.close)
        for status in (400, 404, 500):
            with self.subTest(status=status):
                proxy = FaultProxy(database.url, ends=("status", status, {}, "not here"))
                self.addCleanup(proxy.close)
                self.environment["IRIS_GPUBENCH_VICTORIA_URL"] = proxy.url
                begin = time.monotonic()
                outcome = self.run_program(*QUICK, "--", "sleep", "1")
                self.assertLess(time.monotonic() - begin, 20)
                exported = outcome.metrics["export"]
                self.assertEqual((outcome.code, exported["verified"]), (0, exported["recorded"]), exported)
                self.assertNotIn("export_incomplete", outcome.findings())


if __name__ == "__main__":
    unittest.main(verbosity=2)
