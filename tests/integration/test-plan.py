#!/usr/bin/python3
"""Carbon after the run: recarbon calculates the carbon of a saved run again, plan says when to run it again, and waits for it."""
import datetime
import json
import signal
import subprocess
import time
import unittest

from product import CLOSED_PORT, PROGRAM, ProductTest, carbon_service

QUICK = ("--no_plot", "--no_live_monitor", "--no_html", "--idle_roll", "0.3", "--interval", "0.2")
FILES = ("recarbon.txt", "recarbon.yml", "recarbon.json", "recarbon_intensities.json")


class AfterTheRun(ProductTest):
    def measure(self, *options, command="sleep 0.6"):
        return self.run_program(*QUICK, *options, "--benchmark_command", command)

    def about(self, word, *arguments):
        return subprocess.run([str(PROGRAM), word, *arguments], env=self.environment, cwd=self.folder, text=True, errors="replace",
                              capture_output=True, timeout=60, check=False)

    def contents(self, directory):
        return {path.name: path.read_bytes() for path in directory.rglob("*") if path.is_file()}

    def costed(self, outcome):
        return json.loads(outcome.text("recarbon.json"))


class Recarbon(AfterTheRun):
    def test_forecasts_become_actual_values_and_the_original_stays(self):
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            outcome = self.measure()
            before = self.contents(outcome.directory)
            made = self.about("recarbon", "latest", "--carbon_source", "grid_gb_national", "--pue", "1.5")
            self.assertEqual(made.returncode, 0, made.stderr)
            first = self.contents(outcome.directory)
            self.assertEqual({name: first[name] for name in before}, before)
            self.assertEqual(set(first) - set(before), set(FILES))
            self.assertIn("national", made.stdout)
            time.sleep(1.1)  # so that another time of asking would show
            again = self.about("recarbon", "latest", "--carbon-source", "grid_gb_national", "--pue", "1.5")
            self.assertEqual(again.stdout, made.stdout)
            self.assertEqual(self.contents(outcome.directory), first)
        slots = self.costed(outcome)["emissions"]["slots"]
        by_hand = sum(slot["energy_joules"] / 3.6e6 * slot["intensity_grams_per_kwh"] for slot in slots)
        self.assertAlmostEqual(self.costed(outcome)["total_carbon"], by_hand, delta=1e-9)
        self.assertAlmostEqual(self.costed(outcome)["footprint"]["operational_grams"], 1.5 * by_hand, delta=1e-9)
        self.assertEqual(self.costed(outcome)["total_energy_joules"] if "total_energy_joules" in self.costed(outcome) else None,
                         outcome.metrics.get("total_energy_joules"))

    def test_another_region_value_and_file(self):
        outcome = self.measure("--carbon_intensity", "100")
        total = outcome.metrics["total_carbon"]
        self.assertEqual(self.about("recarbon", "latest", "--carbon_intensity", "50").returncode, 0)
        self.assertAlmostEqual(self.costed(outcome)["total_carbon"], total / 2, delta=1e-12)
        self.assertEqual(self.about("recarbon", "latest", "--carbon_source", "yearly", "--carbon_region", "FR").returncode, 0)
        self.assertAlmostEqual(self.costed(outcome)["total_carbon"], total * 0.56, delta=1e-12)
        # What was used is a source itself.
        self.about("recarbon", "latest", "--carbon_intensity", "50")
        kept = self.folder / "kept.json"
        now = datetime.datetime.now(datetime.timezone.utc)
        slot = {"from": f"{now - datetime.timedelta(hours=1):%Y-%m-%dT%H:%MZ}", "to": f"{now + datetime.timedelta(hours=1):%Y-%m-%dT%H:%MZ}"}
        kept.write_text(json.dumps({"slots": [{**slot, "g_per_kwh": 10, "kind": "actual"}]}))
        self.assertEqual(self.about("recarbon", "latest", "--carbon_source", f"file:{kept}").returncode, 0)
        self.assertAlmostEqual(self.costed(outcome)["total_carbon"], total / 10, delta=1e-12)

    def test_without_a_network_the_own_values_stand(self):
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            outcome = self.measure()
        self.environment["IRIS_GPUBENCH_CARBON_URL"] = CLOSED_PORT
        made = self.about("recarbon", "latest", "--pue", "1.2")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("some intensities could not be fetched again", made.stderr)
        self.assertAlmostEqual(self.costed(outcome)["total_carbon"], outcome.metrics["total_carbon"], delta=1e-12)
        self.assertAlmostEqual(self.costed(outcome)["footprint"]["pue"], 1.2)

    def test_another_source_that_does_not_answer_writes_nothing(self):
        outcome = self.measure("--carbon_intensity", "100")
        made = self.about("recarbon", "latest", "--carbon_source", "grid_gb_national")
        self.assertEqual(made.returncode, 125)
        self.assertFalse((outcome.directory / "recarbon.json").exists())


class Plan(AfterTheRun):
    def forecast(self, values, minutes=1, start=None):
        """A file source: `values` g/kWh, each for some minutes."""
        start = start or datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
        step = datetime.timedelta(minutes=minutes)
        rows = [f"{start + i * step:%Y-%m-%dT%H:%MZ},{start + (i + 1) * step:%Y-%m-%dT%H:%MZ},{value},forecast" for i, value in enumerate(values)]
        path = self.folder / "forecast.csv"
        path.write_text("from,to,g_per_kwh,kind\n" + "\n".join(rows))
        return f"file:{path}"

    def test_table_picture_and_json(self):
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            outcome = self.measure()
            made = self.about("plan", "latest", "--regions", "South England,London", "--deadline", "12h")
        self.assertEqual(made.returncode, 0, made.stderr)
        for words in ("Best Start (UTC)", "London", "South England", "forecast", "Best start: South England"):
            self.assertIn(words, made.stdout)
        plan = json.loads(outcome.text("plan.json"))
        self.assertEqual(len(plan["regions"]), 2)
        self.assertTrue((outcome.directory / "plan.png").read_bytes().startswith(b"\x89PNG"))
        # The stub's lowest half-hour has 100 g/kWh.
        self.assertAlmostEqual(plan["best"]["grams"], plan["energy_kwh"] * 100, delta=1e-9)
        self.assertAlmostEqual(plan["grams_saved"], plan["best"]["grams_if_started_now"] - plan["best"]["grams"], delta=1e-9)

    def test_wait_runs_the_benchmark_in_its_slot(self):
        self.measure("--carbon_intensity", "100")
        now = datetime.datetime.now(datetime.timezone.utc)
        if now.second > 50:
            time.sleep(62 - now.second)
        first = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
        source = self.forecast([300, 100, 300, 300], start=first)
        process = subprocess.Popen([str(PROGRAM), "plan", "latest", "--carbon_source", source, "--no_plot", "--wait", "--",
                                    "--results_dir", str(self.results), *QUICK, "--benchmark_command", "sleep 0.2"],
                                   env=self.environment, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        runs = len(list(self.results.iterdir()))
        outcome = self.finish(process, timeout=90)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIn("Waiting for the start at", outcome.stdout)
        self.assertEqual(len(list(self.results.iterdir())), runs + 1)
        started = outcome.directory.resolve().name[:15]
        begin = datetime.datetime.strptime(started, "%Y%m%dt%H%M%S").replace(tzinfo=datetime.timezone.utc)
        self.assertGreaterEqual(begin, first + datetime.timedelta(minutes=1))

    def test_waiting_is_ended_by_a_signal(self):
        self.measure("--carbon_intensity", "100")
        source = self.forecast([300] * 5 + [10] * 60)
        process = subprocess.Popen([str(PROGRAM), "plan", "latest", "--carbon_source", source, "--no_plot", "--wait", "--", "true"],
                                   env=self.environment, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.wait_for(lambda: self.expects(process, signal.SIGINT), "it to wait")
        self.interrupt(process, signal.SIGINT)
        outcome = self.finish(process, timeout=10)
        self.assertEqual(outcome.code, 130)
        self.assertIn("nothing was run", outcome.stderr)

    def test_a_saved_command_is_shown_while_it_can_be_prevented(self):
        self.measure("--carbon_intensity", "100", command="sleep 0.5; echo again > again.txt")
        (self.folder / "again.txt").unlink()
        source = self.forecast([300] * 5 + [10] * 60)
        process = subprocess.Popen([str(PROGRAM), "plan", "latest", "--carbon_source", source, "--no_plot", "--wait"],
                                   env=self.environment, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.wait_for(lambda: self.expects(process, signal.SIGINT), "it to wait")
        self.interrupt(process, signal.SIGINT)
        outcome = self.finish(process, timeout=10)
        self.assertIn("Will run: iris-gpubench ", outcome.stderr)
        self.assertIn("echo again > again.txt", outcome.stderr)
        self.assertFalse((self.folder / "again.txt").exists())

    def test_the_runs_own_command_line_is_run_again(self):
        self.measure("--carbon_intensity", "100", command="sleep 0.5; echo again > again.txt")
        (self.folder / "again.txt").unlink()
        runs = len(list(self.results.iterdir()))
        made = self.about("plan", "latest", "--carbon_source", self.forecast([100] * 60), "--no_plot", "--wait")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertTrue((self.folder / "again.txt").exists())
        self.assertEqual(len(list(self.results.iterdir())), runs + 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
