#!/usr/bin/python3
"""A job of several processes and nodes: its parts and the record that is made of them."""
import json
import subprocess
import time
import unittest

import browser
from browser import Browser
from databases import WithDatabase
from product import PROGRAM, SOURCE, ProductTest, needs_quiet

QUICK = ("--idle_roll", "0.3", "--no_plot", "--quiet")
WATTS = (300, 400, 500, 600)


class Parts(ProductTest):
    """Three machines with four GPUs each: the same one under three names, each with a network of its own, where its processes meet."""

    gpu_script = "gpus 4\nhost_uuids\n" + "".join(f"gpu {i} profile steady {watts}\n" for i, watts in enumerate(WATTS))

    def node(self, number, *arguments, nodes=3, command=("sleep", "1.2")):
        line = self.command(*QUICK, "--group", "job", "--rank", str(number), "--ranks", str(nodes), *arguments, "--", *command)
        return subprocess.Popen(["unshare", "--uts", "--net", "sh", "-c", 'hostname "$0"; exec "$@"', f"n{number}", *line], env=self.environment,
                                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_job(self, *arguments, nodes=3, starts=None, command=("sleep", "1")):
        processes = [self.node(i, *arguments, nodes=nodes, command=command) for i in (range(nodes) if starts is None else starts)]
        ends = [(process.communicate(timeout=60), process.returncode) for process in processes]
        self.assertEqual([code for _, code in ends], [0] * len(processes), ends)
        return ends

    def job(self, folder="job"):
        return json.loads((self.results / folder / "metrics.json").read_text())

    def merge(self, *arguments):
        return subprocess.run([str(PROGRAM), "merge", "--results_dir", str(self.results), *arguments], env=self.environment, cwd=self.folder,
                              capture_output=True, text=True, timeout=60, check=False)

    def bytes_of(self, folder):
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    @needs_quiet
    def test_the_sum_of_three_nodes_is_the_truth(self):
        self.run_job(command=("sleep", "8"))
        job = self.job()
        self.assertEqual(job["group"]["complete"], True)
        self.assertEqual([node["node"] for node in job["nodes"]], ["n0", "n1", "n2"])
        self.assertEqual(len({gpu["uuid"] for gpu in job["gpus"]}), 12)
        self.assertEqual(job["device_count"], 12)
        truth = sum(sum(WATTS) * node["elapsed_seconds"] for node in job["nodes"])
        self.assertAlmostEqual(job["total_energy_joules"], truth, delta=1e-3 * truth)
        parts = sum(json.loads(path.read_text())["total_energy_joules"] for path in self.results.glob("job/nodes/*/metrics.json"))
        self.assertAlmostEqual(job["total_energy_joules"], parts, delta=1e-6 * parts)
        self.assertEqual([rank["exit_code"] for rank in job["ranks"]], [0, 0, 0])
        try:
            import jsonschema
            jsonschema.Draft202012Validator(json.loads((SOURCE / "docs/metrics.schema.json").read_text())).validate(job)
        except ImportError:
            pass
        text = (self.results / "job/formatted_metrics.txt").read_text()
        for heading in ("Nodes", "Ranks", "Balance"):
            self.assertIn(heading, text)
        self.assertIn("<h2 id=\"nodes-heading\">", (self.results / "job/report.html").read_text())
        self.assertFalse((self.results / "job/metrics_plot.png").exists())
        self.assertEqual(self.merge("job").returncode, 0)
        self.assertTrue((self.results / "job/metrics_plot.png").read_bytes().startswith(b"\x89PNG"))
        for path in self.results.glob("job/nodes/*/power_curves.json"):
            power = json.loads(path.read_text())
            self.assertEqual([{round(watts) for watts in gpu["watts"]} for gpu in power["gpus"]], [{watts} for watts in WATTS])
        self.assertEqual((self.results / "latest").resolve().name, "job")
        listed = subprocess.run([str(PROGRAM), "list", str(self.results)], env=self.environment, capture_output=True, text=True, check=False)
        self.assertIn("job", listed.stdout)

    def test_merged_again_and_elsewhere_the_bytes_are_the_same(self):
        self.run_job()
        first = self.bytes_of(self.results / "job")
        self.assertEqual(self.merge("--no-plot", "job").returncode, 0)
        self.assertEqual(self.bytes_of(self.results / "job"), first)
        parts = [str(path) for path in sorted((self.results / "job/nodes").iterdir(), reverse=True)]
        self.assertEqual(self.merge("--no-plot", "--output", str(self.folder / "elsewhere"), *parts).returncode, 0)
        self.assertEqual(self.bytes_of(self.folder / "elsewhere"), first)

    def test_a_group_of_any_name_is_found_and_its_output_comes_once(self):
        outcome = self.run_program(*QUICK, "--group", "Job-A.1", "--monitor-benchmark-logs", "--", "sh", "-c", "echo working; sleep 0.3")
        self.assertEqual((outcome.code, outcome.stdout), (0, "working\n"), outcome.stderr)
        self.assertEqual(self.merge("Job-A.1").returncode, 0)

    def test_a_node_that_is_missing_leaves_no_total(self):
        self.run_job("--merge_wait", "0", starts=[0, 2])
        done = self.merge("job")
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertIsNone(job["total_energy_joules"])
        self.assertGreater(job["known_energy_joules"], 0)
        self.assertIn("ranks_missing", [finding["name"] for finding in job["findings"]])
        self.assertIn("at least", done.stdout)

    def test_the_processes_of_other_ranks_are_the_benchmarks(self):
        users = self.folder / "users"
        users.touch()
        self.script_gpu(f"gpus 2\nprofile steady 100\ngpu 0 process_file {users}\ngpu 1 process_file {users}\n")
        lines = [self.command(*QUICK, "--interval", "0.5", "--group", "job", "--rank", str(rank), "--ranks", "2", "--", "sh", "-c", f'echo "$$ 100" >> {users}; sleep 6')
                 for rank in range(2)]
        ranks = [subprocess.Popen(line, env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  text=True) for line in lines]
        self.assertEqual([(process.communicate(timeout=60)[1], process.returncode) for process in ranks], [("", 0)] * 2)
        job = self.job()
        self.assertEqual({user["kind"] for gpu in job["gpus"] for user in gpu["events"]["users"]}, {"benchmark"})
        self.assertNotIn("foreign_process", [finding["name"] for finding in job["findings"]])

    def job_with_a_late_rank(self, idle, begun):
        """Of two ranks with a GPU each. Nobody knows how many are on the machine; the second one comes once there is a file `begun` of that content."""
        def rank(number, line):
            words = self.command("--idle_roll", idle, "--no_plot", "--quiet", "--group", "job", "--rank", str(number), "--ranks", "2", "--", "sh", "-c", line)
            return subprocess.Popen(words, env=self.environment | {"CUDA_VISIBLE_DEVICES": str(number)}, cwd=self.folder, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        first = rank(0, "echo begun; sleep 4")
        self.wait_for(lambda: any(begun[1] in path.read_text() for path in self.results.glob(f"job/nodes/*/{begun[0]}")), "the first rank")
        for process in (rank(1, "sleep 0.5"), first):
            self.assertEqual((process.communicate(timeout=60)[1], process.returncode), ("", 0))
        job = self.job()
        self.assertEqual([rank["exit_code"] for rank in job["ranks"]], [0, 0])
        return job, [finding["name"] for finding in job["findings"]]

    def test_two_jobs_of_one_name_in_two_folders_are_two(self):
        def rank(number, results):
            words = [str(PROGRAM), *QUICK, "--quiet", "--results_dir", str(results), "--group", "job", "--rank", str(number), "--ranks", "2", "--", "sleep", "2"]
            return subprocess.Popen(words, env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        folders = [self.folder / "one", self.folder / "two"]
        ranks = [rank(number, folder) for folder in folders for number in range(2)]
        self.assertEqual([(process.communicate(timeout=60)[1], process.returncode) for process in ranks], [("", 0)] * 4)
        for folder in folders:
            job = json.loads((folder / "latest/metrics.json").read_text())
            self.assertEqual([one["exit_code"] for one in job["ranks"]], [0, 0])

    def test_a_rank_that_comes_before_the_start_measures_its_own_gpu(self):
        job, findings = self.job_with_a_late_rank("2", ("part.json", "job"))
        self.assertEqual(len(job["gpus"]), 2)
        truth = sum(WATTS[:2]) * job["elapsed_time"]
        self.assertAlmostEqual(job["total_energy_joules"], truth, delta=0.01 * truth)
        self.assertNotIn("gpus_not_measured", findings)

    def test_a_rank_that_comes_after_the_start_leaves_no_total(self):
        job, findings = self.job_with_a_late_rank("0.3", ("benchmark.log", "begun"))
        self.assertEqual(len(job["gpus"]), 1)
        self.assertIsNone(job["total_energy_joules"])
        self.assertGreater(job["known_energy_joules"], 0)
        self.assertIn("gpus_not_measured", findings)

    def test_a_name_that_a_job_had_is_refused(self):
        self.run_job(nodes=2)
        first = self.bytes_of(self.results / "job")
        for process in [self.node(i, nodes=2) for i in range(2)]:
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 2, err)
            self.assertIn("has ended already", err)
            self.assertIn("another --group", err)
        self.assertEqual(self.bytes_of(self.results / "job"), first)
        self.assertEqual(len(list((self.results / "job/nodes").iterdir())), 2)

    def test_two_jobs_of_one_name_are_not_one(self):
        """As where the first one's rank 0 was killed: nobody made its record."""
        self.run_job(nodes=2)
        for path in (self.results / "job").glob("*.*"):
            path.unlink()
        ends = self.run_job(nodes=2)
        self.assertIn("two jobs had the name job", ends[0][0][1])
        self.assertFalse((self.results / "job/metrics.json").exists())
        refused = self.merge("job")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("another --group", refused.stderr)
        later = [str(path) for path in sorted((self.results / "job/nodes").glob("*-2"))]
        self.assertEqual(self.merge("--no-plot", "--output", str(self.folder / "later"), *later).returncode, 0)
        self.assertTrue(json.loads((self.folder / "later/metrics.json").read_text())["group"]["complete"])

    def test_a_killed_part_is_recovered(self):
        late = self.node(1, command=("sleep", "50"))
        self.run_job("--merge_wait", "0", starts=[0, 2])
        late.kill()
        late.communicate()
        done = self.merge("job")
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual([node["state"] for node in job["nodes"]], ["complete", "recovered", "complete"])
        again = self.bytes_of(self.results / "job")
        self.assertEqual(self.merge("job").returncode, 0)
        self.assertEqual(self.bytes_of(self.results / "job"), again)

    def test_command_lines_that_do_not_go_together(self):
        for words, complaint in ((("--rank", "1"), "--ranks"), (("--group", "g", "--rank", "3", "--ranks", "3"), "from 0"),
                                 (("--group", "a/b"), "letters"), (("--ranks", "2"), "--rank")):
            with self.subTest(words=words):
                done = self.run_program(*words, "--", "true")
                self.assertEqual(done.code, 2)
                self.assertIn(complaint, done.stderr)
        self.assertEqual(self.merge("nothing").returncode, 2)

    def test_a_set_is_not_made_by_each_rank(self):
        step = {"SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_PROCID": "1", "SLURM_LOCALID": "1", "SLURM_NTASKS": "4", "SLURM_STEP_NUM_TASKS": "4",
                "SLURM_NNODES": "1", "SLURM_NODEID": "0", "SLURM_STEP_TASKS_PER_NODE": "4", "SLURMD_NODENAME": "n1"}
        self.environment |= step
        for words in (("--runs", "2"), ("--until", "energy 1%")):
            with self.subTest(words=words):
                done = self.run_program(*QUICK, *words, "--", "true")
                self.assertEqual(done.code, 2, done.stderr)
                self.assertIn("process 1 of the 4", done.stderr)
                self.assertIn("repeat the whole step", done.stderr)
        self.assertEqual(self.run_program(*QUICK, "--alone", "--runs", "2", "--", "sleep", "0.2").code, 0)

    def test_outputs_of_a_job_are_those_of_its_parts(self):
        self.run_job(nodes=2)
        first = self.bytes_of(self.results / "job")
        for name in ("metrics.json", "report.html"):
            for path in (self.results / "job", *(self.results / "job/nodes").iterdir()):
                (path / name).unlink(missing_ok=True)
        done = subprocess.run([str(PROGRAM), "report", "job", "--results_dir", str(self.results)], env=self.environment, cwd=self.folder,
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        again = self.bytes_of(self.results / "job")
        self.assertTrue(again.pop("metrics_plot.png").startswith(b"\x89PNG"))
        self.assertEqual(again, first)
        for part in (self.results / "job/nodes").iterdir():
            self.assertTrue((part / "metrics_plot.png").exists() and (part / "report.html").exists())


    @unittest.skipUnless(browser.DRIVER and browser.BROWSER, "no chromium and chromedriver (packages chromium, chromium-driver)")
    def test_its_page_in_a_browser(self):
        self.run_job(nodes=2)
        for width, switches in ((1400, ()), (390, ()), (1400, ("--force-dark-mode", "--blink-settings=preferredColorScheme=0"))):
            with self.subTest(width=width, switches=switches), Browser(width, 900, switches) as window:
                window.open(self.results / "job/report.html")
                self.assertEqual([entry for entry in window.log("browser") if entry["level"] == "SEVERE"], [])
                self.assertEqual(window.run("report.charts.map(chart => chart.curves.length)"), [2, 1])
                self.assertEqual(window.run("[...document.querySelectorAll('#tools label')].map(label => label.textContent)"), ["n0", "n1"])
                self.assertLessEqual(window.run("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0, "scrolls sideways")
                painted = "report.charts.map(chart => chart.canvas.toDataURL())"
                before = window.run(painted)
                window.click("#tools label:nth-of-type(1) input")
                window.wait(f"{painted}[0] !== arguments[0]", before[0])
                self.assertEqual(window.run(painted)[1], before[1], "the sum stays")


class Exported(WithDatabase, ProductTest):
    """Each test's job has a name of its own: all share a database."""

    gpu_script = "gpus 1\nhost_uuids\nprofile steady 100\n"

    def setUp(self):
        super().setUp()
        self.group = f"job-{time.monotonic_ns()}"

    def node(self, number, nodes):
        line = self.command(*QUICK, "--group", self.group, "--rank", str(number), "--ranks", str(nodes), "--merge_wait", "20", "--", "sleep", "0.5")
        return subprocess.Popen(["unshare", "--uts", "--net", "sh", "-c", 'hostname "$0"; exec "$@"', f"n{number}", *line], env=self.environment,
                                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def export(self, code=0):
        self.environment["IRIS_GPUBENCH_VICTORIA_URL"] = self.database.url
        done = subprocess.run([str(PROGRAM), "export", self.group, "--results_dir", str(self.results), "--export_settle", "0.5"], env=self.environment,
                              cwd=self.folder, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def values(self):
        """{name, or name of node: value} of the job's own series."""
        self.database.get("/internal/force_flush")
        found = {}
        for one in self.database.query(f'last_over_time({{run_id="{self.group}"}}[1h])'):
            name = one["metric"]["__name__"] + (" " + one["metric"]["node"] if "node" in one["metric"] else "")
            found[name] = float(one["value"][1])
        return found

    def test_the_parts_of_a_job_are_sent_and_what_its_record_says(self):
        for process in [self.node(number, 2) for number in range(2)]:
            self.assertEqual(process.wait(60), 0)
        self.export()
        for part in (self.results / self.group / "nodes").iterdir():
            self.assertTrue(self.database.series(json.loads((part / "metrics.json").read_text())["run_id"]))
        job, values = json.loads((self.results / self.group / "metrics.json").read_text()), self.values()
        for name, value in (("energy_joules", job["total_energy_joules"]), ("known_energy_joules", job["total_energy_joules"]), ("nodes", 2), ("ranks", 2),
                            ("energy_uncertainty_joules", job["total_energy_uncertainty"]["comparative_joules"]), ("duration_seconds", job["elapsed_time"]),
                            ("emissions_grams", job["total_carbon"]), ("energy_imbalance_ratio", job["balance"]["energy"]), ("exit_code", 0),
                            ("node_energy_joules n1", job["nodes"][1]["energy_joules"])):
            self.assertAlmostEqual(values["gpubench_job_" + name], value, delta=6e-4, msg=name)

    def test_a_job_with_a_node_missing_has_no_total_there(self):
        self.assertEqual(self.node(0, 2).wait(60), 0)
        self.export()
        values = self.values()
        self.assertNotIn("gpubench_job_energy_joules", values)
        self.assertGreater(values["gpubench_job_known_energy_joules"], 0)
        self.assertEqual((values["gpubench_job_ranks"], values["gpubench_job_ranks_expected"]), (1, 2))

    def test_a_job_without_a_record_says_so(self):
        self.assertEqual(self.node(0, 1).wait(60), 0)
        (self.results / self.group / "metrics.json").unlink()
        self.assertIn(f"iris-gpubench merge {self.group}", self.export(125).stderr)


if __name__ == "__main__":
    unittest.main()
