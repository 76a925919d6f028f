#!/usr/bin/python3
"""Runs that are over: the journal, list, show, report and recover; a killed tool, a full and a read-only disk.

KILLS=200 in the environment makes a soak of the kill test (scripts/soak-kill does so)."""
import concurrent.futures
import csv
import datetime
import gzip
import json
import os
import random
import signal
import subprocess
import time
import unittest

from product import PROGRAM, SOURCE, ProductTest, carbon_service

QUICK = ("--idle_roll", "0.2", "--no_plot", "--no_live_monitor")
KILLS = int(os.environ.get("KILLS", "30"))
AT_ONCE = 5
MOST_LOST_SECONDS = 1.0
TELLS_WORK = r'''printf 'time: 12.5\nwork: 500\nwork_unit: steps\n' > "$IRIS_GPUBENCH_RESULTS/metrics.yml"'''
SAME = ("metrics.yml", "metrics.json", "formatted_metrics.txt", "timeseries.csv", "power.csv")


class SavedRun(ProductTest):
    gpu_script = "gpus 2\nprofile steady 100\n"

    def about(self, word, *arguments):
        return subprocess.run([str(PROGRAM), word, *arguments], env=self.environment, cwd=self.folder, text=True, errors="replace",
                              capture_output=True, timeout=120, check=False)

    def below(self, word, *arguments):
        return self.about(word, *arguments, "--results_dir", str(self.results))

    def json_of(self, directory):
        return json.loads((directory / "metrics.json").read_text())


class Reports(SavedRun):
    def measure(self, *arguments):
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            outcome = self.run_program(*QUICK, "--interval", "0.3", *arguments)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        return outcome

    def test_report_makes_every_output_again(self):
        outcome = self.measure("--benchmark_command", "sleep 1.5; " + TELLS_WORK)
        before = {name: (outcome.directory / name).read_bytes() for name in SAME}
        for name in SAME:
            (outcome.directory / name).unlink()
        made = self.below("report", "latest", "--no_plot")
        self.assertEqual(made.returncode, 0, made.stderr)
        for name in SAME:
            self.assertEqual((outcome.directory / name).read_bytes().decode(), before[name].decode(), name)

    def test_report_of_a_read_only_copy_and_by_folder(self):
        outcome = self.measure("--", "sleep", "0.5")
        shown = self.about("show", str(outcome.directory))
        self.assertEqual(shown.stdout, outcome.text("formatted_metrics.txt"))
        run = outcome.directory.resolve()
        self.assertEqual(self.below("show", run.name).stdout, shown.stdout)
        (run / "formatted_metrics.txt").unlink()
        self.assertEqual(self.below("show", run.name).stdout, shown.stdout, "made from the journal")

    def test_metrics_json_says_what_metrics_yml_says_and_keeps_its_schema(self):
        outcome = self.measure("--benchmark_command", f"sleep 1; {TELLS_WORK}")
        data = self.json_of(outcome.directory)
        self.assertEqual(data, outcome.metrics)
        self.assertEqual((data["work"]["amount"], data["work"]["unit"]), (500, "steps"))
        self.assertAlmostEqual(data["work"]["joules_per_unit"] * 500, data["total_energy_joules"], places=6)
        self.assertIn("Energy per Work (J/steps)", outcome.text("formatted_metrics.txt"))
        self.assertIn("Work       500 steps, ", outcome.stdout)
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((SOURCE / "docs/metrics.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(data)

    def test_list(self):
        self.assertIn("No runs", self.about("list", str(self.folder)).stdout)
        self.measure("--", "sleep", "0.5")
        worked = self.measure("--benchmark_command", f"sleep 0.4; {TELLS_WORK}")
        listed = self.about("list", str(self.results), "--wide")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        for run in self.results.iterdir():
            if run.is_dir() and not run.is_symlink():
                self.assertIn(run.name, listed.stdout)
        self.assertIn("2 x ", listed.stdout)
        self.assertEqual(listed.stdout.count("kWh"), 2)
        self.assertIn(f"{worked.metrics['work']['joules_per_unit']:.4f}".rstrip("0") + " J ", listed.stdout)
        narrow = self.about("list", str(self.results)).stdout.splitlines()
        self.assertEqual(len(narrow), 3)
        self.assertTrue(all(len(line) <= 80 for line in narrow), narrow)
        for row in narrow[1:]:
            self.assertEqual(self.below("show", row.split()[0]).returncode, 0, "a run can be named by what list shows")
        data = json.loads(self.about("list", str(self.results), "--json", "--sort", "time", "--last", "1").stdout)
        self.assertEqual([run["run_id"] for run in data], [max(self.json_list(), key=lambda run: run["elapsed_seconds"])["run_id"]])
        self.assertEqual(self.json_list("--benchmark", "SLEE")[0]["benchmark"], "sleep")
        self.assertEqual(self.json_list("--gpu", "K80"), [])

    def json_list(self, *arguments):
        return json.loads(self.about("list", str(self.results), "--json", *arguments).stdout)

    def test_show_in_other_forms(self):
        outcome = self.measure("--name", "a name", "--", "sleep", "0.5")
        self.assertEqual(json.loads(self.about("show", str(outcome.directory), "--json").stdout), self.json_of(outcome.directory))
        brief = self.about("show", str(outcome.directory), "--brief").stdout
        self.assertTrue(brief.startswith("a name: succeeded (exit code 0)\n"), brief)
        self.assertEqual(brief, outcome.stdout[outcome.stdout.index("a name: "):])
        self.assertEqual((outcome.metrics["benchmark"], outcome.metrics["workload"]["name"]), ("a name", "sleep"))
        self.assertIn("-a-name", outcome.directory.resolve().name)
        self.assertIn("kernel", outcome.metrics["environment"])
        self.assertNotIn("environment", self.measure("--no_environment", "--", "true").metrics)

    def test_list_says_what_became_of_each(self):
        self.measure("--", "sleep", "0.3")
        self.run_program(*QUICK, "--", "sh", "-c", "exit 3")
        self.run_program(*QUICK, "--meter", f"replay:{SOURCE}/traces/h200.trace", "--", "true")
        rows = self.about("list", str(self.results), "--wide").stdout.splitlines()
        self.assertEqual([row.split("|")[-2].strip() for row in rows if "kWh" in row or "exit" in row][:3], ["complete", "FAILED", "REPLAY"], rows)

    def test_a_journal_damaged_later_costs_no_result(self):
        outcome = self.measure("--", "sleep", "1.5")
        run = outcome.directory.resolve()
        journal = run / "journal/00000001.journal"
        whole, kept = journal.read_bytes(), (run / "metrics.yml").read_bytes()
        # One record is lost, what comes after it is not.
        journal.write_bytes(whole[:len(whole) // 2] + b"XXXX" + whole[len(whole) // 2 + 4:])
        made = self.below("report", run.name, "--no_plot")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("are damaged", made.stderr)
        self.assertIn("journal_incomplete", [finding["name"] for finding in self.json_of(run)["findings"]])
        for words in (("recarbon", run.name, "--carbon_intensity", "50"), ("recover", run.name, "--no_plot"), ("show", run.name, "--brief")):
            made = self.below(*words)
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertIn("are damaged", made.stderr, words)
        recarbon = json.loads((run / "recarbon.json").read_text())
        self.assertIn("journal_incomplete", [finding["name"] for finding in recarbon["findings"]])
        (run / "metrics.yml").write_bytes(kept)
        # All that a header says is elsewhere, too.
        for at in (3, 30, 60, 80):
            journal.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1:])
            made = self.below("show", run.name, "--brief")
            self.assertEqual((made.returncode, "96 bytes are damaged" in made.stderr), (0, True), f"{at}: {made.stderr}")
        # The end is lost: what there is of results tells more.
        journal.write_bytes(whole[:len(whole) // 2])
        for words in (("report", run.name, "--no_plot"), ("recover", run.name, "--no_plot"), ("recarbon", run.name)):
            made = self.below(*words)
            self.assertEqual(made.returncode, 125, made.stdout)
            self.assertIn("left unchanged", made.stderr)
        self.assertEqual((run / "metrics.yml").read_bytes(), kept)

    def test_timeseries_formats(self):
        plain = self.measure("--", "sleep", "0.5").directory.resolve()
        packed = self.below("report", plain.name, "--no_plot", "--timeseries-format", "csv.gz")
        self.assertEqual(packed.returncode, 0, packed.stderr)
        for name in ("timeseries.csv", "power.csv"):
            self.assertEqual(gzip.decompress((plain / (name + ".gz")).read_bytes()), (plain / name).read_bytes())
        bare = self.measure("--timeseries_format", "none", "--", "sleep", "0.3").directory
        self.assertFalse([path for path in bare.iterdir() if "csv" in path.name and "log" not in path.name])
        self.assertEqual(self.run_program("--timeseries_format", "xml", "--", "true").code, 2)

    def test_usage(self):
        for arguments, words in ((("show", "nothing"), "there is no run"), (("report",), "RUN"),
                                 (("report", "x", "--timeseries_format", "xml"), "csv.gz")):
            made = self.about(*arguments)
            self.assertEqual(made.returncode, 2, made.stderr)
            self.assertIn(words, made.stderr)
        self.assertEqual(self.about("recover", "--help").returncode, 0)


class Killed(SavedRun):
    def start_run(self, number, *options):
        results = self.folder / f"killed-{number}"
        process = subprocess.Popen([str(PROGRAM), "--results_dir", str(results), "--idle_roll", "0.2", "--interval", "0.1", "--no_plot",
                                    "--no_live_monitor", *options, "--", "sleep", "30"],
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, cwd=self.folder)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return results, process

    def last_values(self, run):
        """Time of the last row of each time series."""
        last = {}
        for name in ("timeseries.csv", "power.csv"):
            rows = list(csv.DictReader((run / name).open()))
            last[name] = max(datetime.datetime.fromisoformat(row["timestamp"][:-1]).replace(tzinfo=datetime.timezone.utc).timestamp()
                             for row in rows)
        return last

    def check_recovered(self, results, killed_at):
        run = next(path for path in results.iterdir() if not path.is_symlink())
        refused = self.about("report", str(run))
        self.assertIn("recover", refused.stderr)
        made = self.about("recover", str(run), "--no_plot")
        self.assertEqual(made.returncode, 0, made.stderr)
        data = self.json_of(run)
        names = [finding["name"] for finding in data["findings"]]
        self.assertIn("recovered", names)
        self.assertNotIn("damaged", data["findings"][names.index("recovered")]["text"])
        self.assertNotIn("journal_incomplete", names)
        self.assertEqual(set(data["tool_cost"].values()), {None}, "nobody counted")
        self.assertIn("| exit code not known ", made.stdout)
        self.assertNotIn("0 of 0", made.stdout)
        lost = {name: killed_at - at for name, at in self.last_values(run).items()}
        for name, seconds in lost.items():
            self.assertLess(seconds, MOST_LOST_SECONDS + 0.1, f"{name}: too much is lost")
        for gpu in data["gpus"]:
            self.assertGreater(gpu["readings"], 0)
        return max(lost.values())

    def test_killed_at_random_moments(self):
        random.seed(6)
        worst = []
        for first in range(0, KILLS, AT_ONCE):
            runs = [(*self.start_run(number), random.uniform(0, 2.5)) for number in range(first, min(first + AT_ONCE, KILLS))]
            for results, _, _ in runs:
                self.wait_for(lambda: b'"started"' in b"".join(p.read_bytes() for p in results.glob("2*/journal/*.journal")), "the start")
            begun = time.monotonic()
            for results, process, wait in sorted(runs, key=lambda run: run[2]):
                time.sleep(max(0, begun + 0.5 + wait - time.monotonic()))
                process.send_signal(signal.SIGKILL)
                killed_at = time.time()
                process.wait()
                worst.append((results, killed_at))
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            lost = list(pool.map(self.check_recovered, *zip(*worst)))
        print(f"{KILLS} kills: at most {max(lost):.2f} s lost, {sum(lost) / len(lost):.2f} s on average, no damaged record")

    def test_a_run_under_way_is_left_alone(self):
        results, process = self.start_run(0)
        self.wait_for(lambda: list(results.glob("*/journal/*.journal")), "the journal")
        made = self.about("recover", str(next(results.iterdir())))
        self.assertEqual(made.returncode, 125)
        self.assertIn("still running", made.stderr)
        self.assertIn("running", self.about("list", str(results)).stdout)
        self.wait_for((results / "latest").is_symlink, "the link to the newest run")
        self.assertIn("still running", self.about("recover", "latest", "--results_dir", str(results)).stderr)
        process.kill()


@unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
class Disks(SavedRun):
    def small_disk(self, size):
        self.results.mkdir(exist_ok=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(self.results)], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("no tmpfs can be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(self.results)], check=False)

    def test_disk_that_fills_up_during_the_run(self):
        self.small_disk("8m")
        outcome = self.run_program(*QUICK, "--interval", "0.1", "--benchmark_command",
                                   f"sleep 1; dd if=/dev/zero of={self.results}/fill bs=4k 2>/dev/null; sleep 2")
        self.assertNotEqual(outcome.code, 0)
        self.assertIn("\nEnergy     ", outcome.stdout, "what is known is told on the terminal")
        self.assertIn("No space left", outcome.stderr + outcome.stdout)
        self.assertRegex(outcome.stdout.replace("\n", " "), "journal")
        (self.results / "fill").unlink()
        run = next(path for path in self.results.iterdir() if path.is_dir() and not path.is_symlink())
        made = self.about("recover", str(run), "--no_plot")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertGreater(self.json_of(run)["elapsed_time"], 0.8)

    def test_read_only_disk(self):
        self.small_disk("1m")
        subprocess.run(["mount", "-o", "remount,ro", str(self.results)], check=True)
        outcome = self.run_program(*QUICK, "--", "true")
        self.assertEqual(outcome.code, 125)
        self.assertIn("Read-only", outcome.stderr)
        self.assertIn("--results-dir", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
