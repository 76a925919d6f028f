#!/usr/bin/python3
"""Sets of runs: repeats, pairs, sweeps, their set.json; a set that is stopped, killed at any moment and gone on with.

KILLS=100 in the environment makes a soak of the kill test (scripts/soak-kill-sets does so)."""
import datetime
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree as ElementTree

from product import PROGRAM, SOURCE, ProductTest, needs_quiet

QUICK = ("--idle_roll", "0.1", "--no_plot", "--no_html", "--no_live_monitor", "--timeseries_format", "none")
KILLS = int(os.environ.get("KILLS", "6"))


class Sets(ProductTest):
    gpu_script = "gpus 1\nprofile steady 100\n"

    def about(self, *arguments):
        return subprocess.run([str(PROGRAM), *arguments], env=self.environment, cwd=self.folder, text=True, errors="replace",
                              capture_output=True, timeout=120, check=False)

    def resume(self, name, *arguments):
        return self.about("--results_dir", str(self.results), "--resume", name, *arguments)

    def set_folders(self):
        return sorted(path.parent for path in self.results.glob("*/set.json") if not path.parent.is_symlink())

    def only_set(self):
        folders = self.set_folders()
        self.assertEqual(len(folders), 1, folders)
        return self.read_set(folders[0])

    def read_set(self, folder):
        """The set as it stands, which is whole and goes together with its runs whatever has happened."""
        data = json.loads((folder / "set.json").read_text())
        self.assertEqual(data["set_id"], folder.name)
        for member in data["members"]:
            self.assertEqual(member["role"] == "excluded", bool(member["reasons"]), member)
            if member["reasons"] != ["not_finished"]:
                metrics = json.loads((self.results / member["run"] / "metrics.json").read_text())
                self.assertEqual(metrics["run_id"], member["run"])
        return data

    @staticmethod
    def roles(data):
        return [member["role"] for member in data["members"]]


class Repeats(Sets):
    def test_each_run_has_a_folder_and_the_set_knows_them(self):
        outcome = self.run_program(*QUICK, "--runs", "3", "--seed", "7", "--label", "main", "--", "sleep", "0.3")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        data = self.only_set()
        self.assertEqual(self.roles(data), ["warmup", "counted", "counted", "counted"])
        self.assertEqual([member["block"] for member in data["members"]], [0, 1, 2, 3])
        self.assertTrue(data["complete"])
        self.assertEqual((data["label"], data["seed"], data["benchmark"]), ("main", 7, "sleep"))
        runs = {path.name for path in self.results.iterdir() if (path / "metrics.json").exists() and not path.is_symlink()}
        self.assertEqual(runs, {member["run"] for member in data["members"]})
        self.assertEqual((self.results / "latest").resolve().name, data["set_id"])
        for words in ("Run 4 of 4", "on this board (95 %, 3 runs)", "warm-up     run 1, ", "about"):
            self.assertIn(words, outcome.stdout)
        metrics = json.loads((self.results / data["members"][0]["run"] / "metrics.json").read_text())
        self.assertEqual(metrics["label"], "main")
        self.assertLess(metrics["tool_cost"]["cpu_seconds"], 2)

    def test_set_json_keeps_its_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((SOURCE / "docs/set.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        outcome = self.run_program(*QUICK, "--parameter", "N=0.1,0.2", "--start_at", "120C", "--pause", "0.05", "--warmup", "0",
                                   "--label", "a|b <i>", "--", "sleep", "{N}")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        data = self.only_set()
        jsonschema.validate(data, schema, jsonschema.Draft202012Validator)
        self.assertEqual([finding["name"] for finding in data["findings"]], ["start_temperature_not_reached"])

    def test_a_failed_run_ends_the_set_unless_it_is_to_keep_going(self):
        line = "test -e first && exit 3; touch first"
        outcome = self.run_program(*QUICK, "--runs", "3", "--warmup", "0", "--benchmark_command", line)
        self.assertEqual(outcome.code, 3)
        data = self.only_set()
        self.assertEqual(self.roles(data), ["counted", "excluded"])
        self.assertEqual(data["members"][1]["reasons"], ["workload_failed"])
        self.assertFalse(data["complete"])
        again = self.resume(data["set_id"])
        self.assertEqual(again.returncode, 3, "the third run")
        data = self.only_set()
        self.assertEqual(self.roles(data), ["counted", "excluded", "excluded"])
        self.assertEqual([member["sitting"] for member in data["members"]], [1, 1, 2])
        self.assertIn("is complete", self.resume(data["set_id"]).stderr)

    def test_keep_going(self):
        line = "test -e first && exit 3; touch first"
        outcome = self.run_program(*QUICK, "--runs", "3", "--keep_going", "--warmup", "0", "--benchmark_command", line)
        self.assertEqual(outcome.code, 3, "the benchmark's own bad status")
        data = self.only_set()
        self.assertEqual(self.roles(data), ["counted", "excluded", "excluded"])
        self.assertTrue(data["complete"])

    def test_a_set_in_which_nothing_can_be_measured_leaves_nothing(self):
        outcome = self.run_program(*QUICK, "--runs", "3", "--", "/nonexistent/program")
        self.assertNotEqual(outcome.code, 0)
        self.assertEqual(self.set_folders(), [])

    def test_quiet(self):
        outcome = self.run_program(*QUICK, "--quiet", "--runs", "2", "--warmup", "0", "--", "true")
        self.assertEqual((outcome.code, outcome.stdout, outcome.stderr), (0, "", ""))


class Variants(Sets):
    def test_pairs_in_random_balanced_order(self):
        outcome = self.run_program(*QUICK, "--runs", "4", "--seed", "1", "--against", "sleep 0.2", "--", "sleep", "0.1")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        data = self.only_set()
        order = [(member["variant"], member["block"]) for member in data["members"]]
        self.assertEqual(order[:2], [("base", 0), ("against", 0)])
        self.assertEqual([block for _, block in order[2:]], [1, 1, 2, 2, 3, 3, 4, 4])
        firsts = [variant for variant, _ in order[2::2]]
        self.assertEqual(firsts.count("base"), 2, "each is first in half of the pairs")
        self.assertEqual([variant["command"] for variant in data["variants"]], ["sleep 0.1", "sleep 0.2"])
        self.assertIn("against compared with base\nenergy      +", outcome.stdout)
        line = next(line for line in outcome.stdout.splitlines() if line.startswith("Compare     "))
        said = subprocess.run(line.removeprefix("Compare     ").replace("iris-gpubench", str(PROGRAM), 1), shell=True, cwd=self.folder,
                              env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("4 pairs", said.stdout)

    def test_a_sweep(self):
        outcome = self.run_program(*QUICK, "--runs", "2", "--warmup", "0", "--parameter", "N=0.1,0.3", "--", "sleep", "{N}")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        data = self.only_set()
        self.assertEqual([variant["parameters"] for variant in data["variants"]],
                         [[{"name": "N", "value": "0.1"}], [{"name": "N", "value": "0.3"}]])
        for member in data["members"]:
            metrics = json.loads((self.results / member["run"] / "metrics.json").read_text())
            self.assertEqual(metrics["workload"]["command"], "sleep " + member["variant"].removeprefix("N="))
        self.assertRegex(outcome.stdout, r"\nleast       N=0.1, \d")
        picture = self.results / data["set_id"] / "sweep.svg"
        self.assertIn("Picture     " + str(picture), outcome.stdout)
        ElementTree.parse(picture)
        picture.unlink()
        self.assertEqual(self.about("report", data["set_id"], "--results_dir", str(self.results)).returncode, 0)
        self.assertTrue(picture.exists())


class SavedSets(Sets):
    """What the other commands make of a set."""

    def setUp(self):
        super().setUp()
        outcome = self.run_program(*QUICK, "--runs", "2", "--label", "a|b <i>", "--", "sleep", "0.2")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.run_program(*QUICK, "--", "true")
        self.data = self.only_set()

    def say(self, *arguments):
        said = self.about(*arguments, "--results_dir", str(self.results))
        self.assertEqual(said.returncode, 0, said.stderr)
        return said.stdout

    def test_list_shows_the_set_for_its_runs(self):
        rows = self.say("list").splitlines()
        self.assertEqual(len(rows), 3, rows)
        self.assertTrue(rows[1].endswith("2 runs"), rows)
        self.assertIn("a|b", rows[1])
        self.assertLessEqual(max(map(len, rows)), 80)
        self.assertEqual(len(self.say("list", "--members").splitlines()), 6)
        self.assertEqual(len(self.say("list", "--label", "B <I").splitlines()), 2)
        self.assertIn("2 runs", self.say("list", "--wide"))
        short = rows[1].split()[0]
        self.assertIn("Set " + self.data["set_id"], self.say("show", short), "as list names it")

    def test_list_as_json(self):
        listed = json.loads(self.say("list", "--json"))
        self.assertEqual([entry["kind"] for entry in listed], ["set", "run", "run", "run", "run"])
        counted = [entry for entry in listed if entry["role"] == "counted"]
        self.assertEqual({entry["set_id"] for entry in counted}, {self.data["set_id"]})
        self.assertEqual(listed[0]["counted_runs"], 2)
        self.assertAlmostEqual(listed[0]["energy_joules"], sum(entry["energy_joules"] for entry in counted) / 2)
        self.assertEqual([entry["run_id"] for entry in json.loads(self.say("list", "--json", "--sort", "time"))][0], listed[4]["run_id"])

    def test_commands_that_take_runs(self):
        self.assertIn("on this board (95 %, 2 runs)", self.say("show", "a|b <i>"))
        self.assertEqual(json.loads(self.say("show", "--json", self.data["set_id"]))["set_id"], self.data["set_id"])
        for command in ("report", "recarbon"):
            self.say(command, self.data["set_id"], *(("--carbon_intensity", "100") if command == "recarbon" else ()))
        for member in self.data["members"]:
            self.assertTrue((self.results / member["run"] / "report.html").exists())
        self.assertIn("energy", self.say("compare", self.data["set_id"], "latest"))


class Until(Sets):
    def test_precise_enough(self):
        outcome = self.run_program(*QUICK, "--until", "energy 40%", "--warmup", "0", "--", "sleep", "0.3")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        data = self.only_set()
        self.assertTrue(data["complete"])
        self.assertEqual(len(data["members"]), 5, "the fewest that it asks")
        self.assertIn("Run 5 of at most 30", outcome.stdout)

    def test_not_precise_enough(self):
        outcome = self.run_program(*QUICK, "--until", "time 0.000001%", "--max_runs", "2", "--warmup", "0", "--", "sleep", "0.1")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual([finding["name"] for finding in self.only_set()["findings"]], ["precision_not_reached"])
        self.assertIn("precision_not_reached", outcome.stdout)

    def test_decided(self):
        outcome = self.run_program(*QUICK, "--until", "decided", "--warmup", "0", "--against", "sleep 1.2", "--", "sleep", "0.3", timeout=90)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        data = self.only_set()
        self.assertLess(len(data["members"]), 40, "before --max_runs")
        self.assertEqual(data["findings"], [])
        self.assertIn("against compared with base\nenergy      +", outcome.stdout)


class Stopped(Sets):
    def wait_for_members(self, count):
        def there():
            folders = self.set_folders()
            return folders and len(json.loads((folders[0] / "set.json").read_text())["members"]) >= count
        self.wait_for(there, f"{count} runs")

    def test_ctrl_c_leaves_the_runs_done(self):
        process = self.start(*QUICK, "--runs", "5", "--warmup", "0", "--", "sleep", "0.5")
        self.wait_for_members(2)
        time.sleep(0.4)
        self.interrupt(process)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 130, outcome.stderr)
        data = self.only_set()
        self.assertEqual(self.roles(data)[0], "counted")
        self.assertFalse(data["complete"])
        self.assertIn("--resume", outcome.stdout + outcome.stderr)
        again = self.resume(data["set_id"])
        self.assertEqual(again.returncode, 0, again.stderr)
        data = self.only_set()
        self.assertTrue(data["complete"])
        self.assertEqual(self.roles(data).count("counted"), 5)

    def test_ctrl_c_in_a_pause(self):
        process = self.start(*QUICK, "--runs", "2", "--warmup", "0", "--pause", "60", "--", "true")
        self.wait_for(lambda: self.set_folders() and self.roles(self.only_set()) == ["counted"], "a run")
        time.sleep(0.2)
        self.interrupt(process)
        self.assertEqual(self.finish(process, timeout=10).code, 130)
        self.assertEqual(self.roles(self.only_set()), ["counted"])

    def test_only_one_process_makes_runs(self):
        process = self.start(*QUICK, "--runs", "2", "--warmup", "0", "--", "sleep", "1")
        self.wait_for_members(1)
        self.assertIn("is under way", self.resume(self.only_set()["set_id"]).stderr)
        self.assertEqual(self.finish(process).code, 0)

    def test_a_secret_is_typed_again(self):
        outcome = self.run_program(*QUICK, "--runs", "2", "--benchmark_image", "absent", "--env", "TOKEN=secret")
        self.assertNotEqual(outcome.code, 0)
        self.assertNotIn("secret", "".join(path.read_text(errors="replace") for path in self.results.rglob("set.json")))

    def test_another_command_line_is_refused(self):
        self.run_program(*QUICK, "--runs", "3", "--warmup", "0", "--label", "mine", "--benchmark_command",
                         "test -e first && exit 3; touch first")
        self.assertIn("not the command line of the set", self.resume("mine", "--", "true").stderr)
        self.assertIn("there is no set", self.resume("other").stderr)
        elsewhere = subprocess.run([str(PROGRAM), "--results_dir", str(self.results), "--resume", "mine"], cwd="/",
                                   env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        self.assertIn("was begun in the folder", elsewhere.stderr)

    def test_killed_at_random_moments(self):
        generator = random.Random(19)
        kills = 0
        while kills < KILLS:
            known = set(self.set_folders())
            process = self.start(*QUICK, "--runs", "4", "--against", "sleep 0.15", "--", "sleep", "0.1")
            self.wait_for(lambda: len(self.set_folders()) > len(known), "the set")
            folder = next(iter(set(self.set_folders()) - known))
            while kills < KILLS and not self.read_set(folder)["complete"]:
                time.sleep(generator.uniform(0.0, 1.5))
                process.send_signal(signal.SIGKILL)
                process.communicate()
                kills += 1
                self.read_set(folder)
                process = subprocess.Popen([str(PROGRAM), "--results_dir", str(self.results), "--resume", folder.name], cwd=self.folder,
                                           env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE)
            process.communicate(timeout=120)
            self.assert_whole(self.read_set(folder), pairs=4)

    def assert_whole(self, data, pairs):
        """Every pair is there once, and is of one sitting."""
        self.assertTrue(data["complete"])
        for block in range(1, pairs + 1):
            counted = [member for member in data["members"] if member["block"] == block and member["role"] == "counted"]
            self.assertEqual(sorted(member["variant"] for member in counted), ["against", "base"], block)
            self.assertEqual(len({member["sitting"] for member in counted}), 1, block)


@needs_quiet
class SharedIdleTime(Sets):
    """The idle time between two runs serves both, with the default --idle_roll."""
    PLAIN = ("--no_plot", "--no_html", "--no_live_monitor", "--timeseries_format", "none")

    def setUp(self):
        super().setUp()
        self.load = self.folder / "load"
        self.script_gpu(f"gpus 1\nload_file {self.load} 100 600\n")
        (self.folder / "load.py").write_text(
            "import os, sys, time\nbegun = time.monotonic()\nopen(sys.argv[1], 'w').close()\non = time.monotonic()\ntime.sleep(1)\n"
            "off = time.monotonic()\nos.remove(sys.argv[1])\nended = time.monotonic()\n"
            "print(off - on, ended - begun, file=open(os.environ['IRIS_GPUBENCH_RESULTS'] + '/seconds', 'w'))\n")
        self.benchmark = f"{sys.executable} load.py {self.load}"

    def all_metrics(self):
        return [json.loads((self.results / member["run"] / "metrics.json").read_text()) for member in self.only_set()["members"]]

    @staticmethod
    def gaps(metrics):
        """Seconds from each run's end to the next one's start."""
        times = [[datetime.datetime.fromisoformat(one[key].replace("Z", "+00:00")) for key in ("start_time", "end_time")] for one in metrics]
        return [(after[0] - before[1]).total_seconds() for before, after in zip(times, times[1:])]

    def assert_as_a_single_run(self, run, single):
        """The same method and interval, and the truth in it."""
        gpu, by_itself = run["gpus"][0], single["gpus"][0]
        self.assertEqual(gpu["energy_method"], by_itself["energy_method"])
        width = run["total_energy_uncertainty"]["comparative_joules"]
        self.assertLess(width, single["total_energy_uncertainty"]["comparative_joules"] + 1)
        least, most = map(float, (self.results / run["run_id"] / "benchmark_results/seconds").read_text().split())
        load = 500 * (least + most) / 2
        # The fake looks for the load every millisecond; a busy machine may stop the benchmark while it begins or ends it.
        slack = 1.5 * width + 500 * (0.002 + (most - least) / 2)
        self.assertAlmostEqual(gpu["energy_joules"], 100 * run["elapsed_time"] + load, delta=slack)
        idle = gpu["energy"]["idle"]
        self.assertTrue(idle["settled"], idle)
        self.assertAlmostEqual(idle["before"]["power_watts"], 100, delta=0.5)
        self.assertAlmostEqual(idle["energy_above_joules"], load, delta=slack)

    def test_each_run_is_measured_as_one_by_itself(self):
        self.assertEqual(self.run_program(*self.PLAIN, "--benchmark_command", self.benchmark).code, 0)
        single = json.loads((self.results / "latest/metrics.json").read_text())
        outcome = self.run_program(*self.PLAIN, "--runs", "3", "--against", self.benchmark, "--benchmark_command", self.benchmark)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        metrics = self.all_metrics()
        self.assertEqual(len(metrics), 8)
        for run in metrics:
            self.assert_as_a_single_run(run, single)
            self.assertEqual([one["name"] for one in run["findings"]], [one["name"] for one in single["findings"]])
        self.assertLess(max(self.gaps(metrics)), 2.8)
        self.assertGreater(min(self.gaps(metrics)), 1.65, "the load's tail, and what the idle power is taken from")
        energies = [run["gpus"][0]["energy"] for run in metrics]
        again = self.about("report", self.only_set()["set_id"], "--results_dir", str(self.results))
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual([run["gpus"][0]["energy"] for run in self.all_metrics()], energies, "by each run's own journal")

    def test_it_takes_less_time(self):
        begun = time.monotonic()
        self.assertEqual(self.run_program(*self.PLAIN, "--", "true").code, 0)
        single = time.monotonic() - begun
        outcome = self.run_program(*self.PLAIN, "--runs", "5", "--warmup", "0", "--", "true")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertLess(time.monotonic() - begun - single, 0.8 * 5 * single)

    def test_a_pause_and_power_that_does_not_settle_leave_each_run_its_own(self):
        self.assertEqual(self.run_program(*self.PLAIN, "--runs", "2", "--warmup", "0", "--pause", "0.5", "--", "true").code, 0)
        self.assertGreater(self.gaps(self.all_metrics())[0], 3.5)
        shutil.rmtree(self.results)
        self.script_gpu("gpus 1\nprofile square 1.3 0.5 100 250\n")
        self.assertEqual(self.run_program(*self.PLAIN, "--runs", "2", "--warmup", "0", "--", "true").code, 0)
        self.assertGreater(self.gaps(self.all_metrics())[0], 3)


class Damaged(Sets):
    def test_another_version_is_refused_by_name(self):
        self.run_program(*QUICK, "--runs", "2", "--warmup", "0", "--", "true")
        folder = self.set_folders()[0]
        text = (folder / "set.json").read_text()
        (folder / "set.json").write_text(text.replace('"schema_version": 1', '"schema_version": 9'))
        self.assertIn("schema version 9", self.resume(folder.name).stderr)
        (folder / "set.json").write_text(text[:len(text) // 2])
        self.assertIn("it is damaged", self.resume(folder.name).stderr)


if __name__ == "__main__":
    unittest.main()
