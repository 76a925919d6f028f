#!/usr/bin/python3
"""One command around which all nodes of a job are measured (--nodes slurm), on a real Slurm of three nodes."""
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

import clusters
from product import PROGRAM

QUICK = ("--idle_roll", "0.3", "--no_plot", "--nodes", "slurm")
THREE = ("-N3", "--gpus-per-node=4")
OPEN_MPI = pathlib.Path("/usr/lib/x86_64-linux-gnu/libmpi.so.40")
FAKETIME = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


class AroundTest(clusters.ClusterTest):
    def words(self, command, tool=(), allocation=THREE):
        """In the allocation, which then says which steps are left after a while: Slurm needs a moment to forget them."""
        left = ("\"$@\"; code=$?; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5; squeue -h -s -j $SLURM_JOB_ID -o %i"
                f" >{self.results}.steps; [ -s {self.results}.steps ] || break; done; exit $code")
        return ["salloc", "-Q", *allocation, "sh", "-c", left, "sh", str(PROGRAM), "--results_dir", str(self.results), *QUICK, *tool, "--", *command]

    def around(self, command, tool=(), allocation=THREE, timeout=90):
        return self.slurm.run(*self.words(command, tool, allocation), environment=self.environment, timeout=timeout)

    def start_around(self, command, tool=(), allocation=THREE):
        """Started; the benchmark says "begun" when it runs."""
        process = self.slurm.start(*self.words(command, tool, allocation), environment=self.environment)
        self.addCleanup(self.end, process)
        self.wait_for(lambda: any("begun" in path.read_text() for path in self.results.glob("*/nodes/head/benchmark.log")), "the benchmark")
        time.sleep(0.5)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.communicate()

    def wait_for(self, condition, what, timeout=40):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"timed out waiting for {what}")

    def findings(self):
        return [finding["name"] for finding in self.job()["findings"]]

    def steps(self):
        return pathlib.Path(f"{self.results}.steps").read_text().split()

    def processes(self, word, node=None):
        """Of this test, on a node or on all; `word` is among the words of their command lines."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (path / "cmdline").read_bytes().decode(errors="replace").split("\0")
                namespace = os.stat(path / "ns/net").st_ino
            except OSError:
                continue
            if word in words and str(self.results) in " ".join(words) and node in (None, self.slurm.node_in(namespace)):
                found.append(int(path.name))
        return found

    def head(self):
        return next(id for id in self.processes("--nodes") if os.readlink(f"/proc/{id}/exe") == str(PROGRAM))


class WholeRecord(AroundTest):
    def test_three_nodes_make_one_record(self):
        done = self.around(("srun", "--ntasks-per-node=2", "--gpus-per-node=4", "sh", "-c", "sleep 1.5; echo rank $SLURM_PROCID; echo 'score: 42'"),
                           ("--score_regex", r"score: (\d+)"), (*THREE, "--ntasks-per-node=2"))
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual(self.parts(), ["0-n1", "1-n2", "2-n3", "head"])
        self.assertEqual(len({gpu["uuid"] for gpu in job["gpus"]}), 12)
        self.assertTrue(job["group"]["complete"])
        self.assertEqual(job["score"], 42)
        self.assertEqual(job["workload"]["exit_code"], 0)
        self.assert_sum_is_the_truth(job, sum(clusters.WATTS))
        self.assertEqual([(node["node"], node["gpus"], node["gpus_allocated"], node["state"]) for node in job["nodes"]], [(f"n{i}", 4, 4, "complete") for i in (1, 2, 3)])
        for node in job["nodes"]:
            self.assertLess(abs(node["clock_offset"]["seconds"]), 0.05)
            self.assertLess(node["clock_offset"]["bound_seconds"], 0.05)
            self.assertAlmostEqual(node["elapsed_seconds"], job["elapsed_time"], delta=0.01)
        self.assertEqual(self.findings(), ["carbon_fallback"])
        self.assertEqual(job["source"]["kind"], "nvml")
        log = (self.results / "latest/nodes/head/benchmark.log").read_text()
        self.assertEqual(sorted(line for line in log.splitlines() if line.startswith("rank")), [f"rank {rank}" for rank in range(6)])
        self.assertEqual(done.stdout.count("Balance\n"), 1)
        before = (self.results / "latest/metrics.json").read_bytes()
        merged = self.slurm.run(str(PROGRAM), "merge", "--results_dir", str(self.results), "latest", environment=self.environment)
        self.assertEqual(merged.returncode, 0, merged.stderr)
        self.assertEqual((self.results / "latest/metrics.json").read_bytes(), before)

    def test_the_idle_time_at_the_end_is_waited_for(self):
        """Longer than the head would wait for parts alone."""
        words = self.words(("srun", "-n3", "sleep", "0.5"), ("--quiet", "--merge_wait", "1"))
        words[words.index("--idle_roll") + 1] = "15"
        done = self.slurm.run(*words, environment=self.environment, timeout=150)
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual([node["state"] for node in job["nodes"]], ["complete"] * 3)
        self.assert_sum_is_the_truth(job, sum(clusters.WATTS))
        self.assertNotIn("agent_lost", self.findings())

    def test_from_a_batch_script_with_several_steps(self):
        script = self.folder / "batch.sh"
        tool = f"{PROGRAM} --results_dir {self.results} --quiet {' '.join(QUICK)}"
        script.write_text(f"#!/bin/sh\n{tool} -- sh -c 'srun -n3 sleep 0.5; srun -n3 sleep 0.5; exit 5'\n[ $? = 5 ] || exit 1\n{tool} -- srun -n3 true\n")
        done = self.slurm.run("sbatch", "-W", *THREE, "-o", f"{self.folder}/batch.out", str(script), environment=self.environment)
        self.assertEqual(done.returncode, 0, (self.folder / "batch.out").read_text())
        groups = sorted(path.name for path in self.results.glob("slurm-*"))
        self.assertEqual([group.rpartition("-")[2] for group in groups], ["1", "2"])
        first = json.loads((self.results / groups[0] / "metrics.json").read_text())
        self.assertEqual(first["workload"]["exit_code"], 5)
        self.assertEqual([node["ranks"] for node in first["nodes"]], [1, 0, 0])
        self.assert_sum_is_the_truth(first, sum(clusters.WATTS))

    @unittest.skipUnless(clusters.has_device_cgroups(), "no device cgroups of version 1")
    def test_a_job_with_gpus_per_task_is_seen_whole(self):
        done = self.around(("srun", "sleep", "0.5"), ("--quiet",), ("-N2", "--ntasks-per-node=4", "--gpus-per-task=1"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([(node["gpus"], node["gpus_allocated"]) for node in self.job()["nodes"]], [(4, 4), (4, 4)])

    @unittest.skipUnless(clusters.has_device_cgroups(), "no device cgroups of version 1")
    def test_gpus_that_the_step_does_not_show_are_a_finding(self):
        done = self.around(("srun", "-n2", "sleep", "0.5"), ("--quiet",), ("-N2", "--gpus=5"))
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual(sorted(node["gpus_allocated"] for node in job["nodes"]), [1, 4])
        self.assertIn("gpus_hidden", self.findings())

    def test_processes_of_the_benchmark_are_no_strangers(self):
        script = self.folder / "users.script"
        script.write_text("gpus 1\nhost_uuids\nprofile steady 300\ngpu 0 process_file /tmp/users\n")
        self.environment["FAKE_NVML_SCRIPT"] = str(script)
        for node in (1, 2, 3):
            (self.folder / f"slurm/n{node}/tmp/users").touch()
        done = self.around(("srun", "-n3", "sh", "-c", 'echo "$$ 100" >>/tmp/users; sleep 4'), ("--quiet", "--interval", "0.5"))
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual([[user["kind"] for user in gpu["events"]["users"]] for gpu in job["gpus"]], [["benchmark"]] * 3)
        self.assertNotIn("foreign_process", self.findings())

    @unittest.skipUnless(FAKETIME.exists(), "not installed: libfaketime")
    def test_clocks_that_differ_are_put_right(self):
        for node, ahead in ((1, "+0"), (2, "+1.5"), (3, "-0.25")):
            (self.folder / f"slurm/n{node}/tmp/faketime").write_text(ahead)
        self.environment |= {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": "/tmp/faketime", "DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}
        done = self.around(("env", "-u", "LD_PRELOAD", "srun", "-n3", "sleep", "1"), ("--quiet",))
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        for node, ahead in zip(job["nodes"], (0, 1.5, -0.25)):
            self.assertLess(node["clock_offset"]["bound_seconds"], 0.05)
            self.assertAlmostEqual(node["clock_offset"]["seconds"], ahead, delta=node["clock_offset"]["bound_seconds"] + 1e-3)
            self.assertAlmostEqual(node["elapsed_seconds"], job["elapsed_time"], delta=0.01)
        self.assert_sum_is_the_truth(job, sum(clusters.WATTS))


class Ends(AroundTest):
    TASKS = ("srun", "-n3", "sh", "-c", "trap 'echo asked; exit 0' TERM; echo begun; while :; do sleep 0.05; done")

    def test_tasks_that_are_killed_leave_a_whole_record(self):
        """As MPI_Abort does it: SIGKILL to all tasks of the step."""
        done = self.around(("srun", "-n3", "sh", "-c", "sleep 1; [ $SLURM_PROCID = 1 ] && scancel -s KILL $SLURM_JOB_ID.$SLURM_STEP_ID; sleep 60"), ("--quiet",))
        self.assertEqual(done.returncode, 137, done.stderr)
        job = self.job()
        self.assertEqual([node["state"] for node in job["nodes"]], ["failed"] * 3)
        self.assert_sum_is_the_truth(job, sum(clusters.WATTS))
        self.assertIn("workload_failed", self.findings())

    @unittest.skipUnless(OPEN_MPI.exists(), "no Open MPI")
    def test_mpi_abort_leaves_a_whole_record(self):
        line = ("import ctypes, time; mpi = ctypes.CDLL('libmpi.so.40', ctypes.RTLD_GLOBAL); mpi.MPI_Init(None, None); rank = ctypes.c_int()\n"
                "world = ctypes.byref(ctypes.c_char.in_dll(mpi, 'ompi_mpi_comm_world')); mpi.MPI_Comm_rank(world, ctypes.byref(rank))\n"
                "time.sleep(1.5); rank.value == 1 and mpi.MPI_Abort(world, 5); time.sleep(60)")
        self.environment |= {"OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "eth0"}
        begun = time.monotonic()
        done = self.around(("mpirun", "--allow-run-as-root", "-n", "3", "--map-by", "node", "/usr/bin/python3", "-c", line), ("--quiet",))
        self.assertNotEqual(done.returncode, 0)
        self.assertLess(time.monotonic() - begun, 40, "the tasks were ended, and did not sleep on")
        job = self.job()
        self.assertEqual([node["state"] for node in job["nodes"]], ["failed"] * 3)
        self.assert_sum_is_the_truth(job, sum(clusters.WATTS))
        self.assertIn("MPI_ABORT was invoked", (self.results / job["group"]["id"] / "nodes/head/benchmark.log").read_text())

    def test_control_c_asks_the_tasks_first_and_leaves_no_step(self):
        process = self.start_around(self.TASKS)
        os.kill(self.head(), signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, out + err)
        self.assertEqual(self.steps(), [])
        log = (self.results / "latest/nodes/head/benchmark.log").read_text()
        self.assertEqual(log.count("asked"), 3, log)
        job = self.job()
        self.assertEqual([node["state"] for node in job["nodes"]], ["interrupted"] * 3)
        self.assertIsNotNone(job["total_energy_joules"])

    def test_a_timeout_ends_tasks_that_do_not_listen(self):
        command = ("srun", "-n3", "sh", "-c", "trap '' TERM; while :; do sleep 0.05; done")
        done = self.around(command, ("--quiet", "--timeout", "1", "--stop_grace", "1"))
        self.assertEqual(done.returncode, 124, done.stderr)
        self.assertEqual(self.steps(), [])
        self.assertEqual([node["state"] for node in self.job()["nodes"]], ["timed out"] * 3)

    def test_a_cancelled_step_of_the_agents_leaves_whole_parts(self):
        process = self.start_around(self.TASKS)
        self.slurm.run("scancel", "-u", "root")
        process.communicate(timeout=60)
        self.wait_for(lambda: not self.processes("agent"), "the agents' end")
        merged = self.slurm.run(str(PROGRAM), "merge", "--results_dir", str(self.results), "latest", environment=self.environment)
        self.assertEqual(merged.returncode, 0, merged.stderr)
        self.assertEqual(len(self.job()["nodes"]), 3)

    def test_an_agent_that_is_killed_leaves_the_benchmark_alone(self):
        process = self.start_around(("srun", "-n3", "sh", "-c", "echo begun; sleep 4; echo done"))
        os.kill(self.processes("agent", "n2")[0], signal.SIGKILL)
        _, err = process.communicate(timeout=90)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual((self.results / "latest/nodes/head/benchmark.log").read_text().count("done"), 3)
        job = self.job()
        self.assertIsNone(job["total_energy_joules"])
        self.assertGreater(job["known_energy_joules"], 2 * sum(clusters.WATTS) * 4)
        self.assertEqual([node["state"] for node in job["nodes"]], ["complete", "recovered", "complete"])
        self.assertIn("agent_lost", self.findings())

    def test_a_head_that_is_killed_leaves_parts_for_merge(self):
        process = self.start_around(("srun", "-n3", "sh", "-c", "echo begun; sleep 60"))
        os.kill(self.head(), signal.SIGKILL)
        self.wait_for(lambda: not self.processes("agent"), "the agents' end")
        process.communicate(timeout=60)
        for part in self.results.glob("*/nodes/[0-9]*/part.json"):
            self.assertTrue(json.loads(part.read_text())["ended"], part)
        merged = self.slurm.run(str(PROGRAM), "merge", "--results_dir", str(self.results), "latest", environment=self.environment)
        self.assertEqual(merged.returncode, 0, merged.stderr)
        job = self.job()
        self.assertEqual(len(job["gpus"]), 12)
        self.assertIsNotNone(job["total_energy_joules"])
        self.assertIn("head_lost", self.findings())

    def test_a_lost_node_is_no_success(self):
        process = self.start_around(("srun", "--no-kill", "-n3", "sh", "-c", "echo begun; [ $SLURM_PROCID = 1 ] && exec sleep 300; sleep 3; exit 0"),
                                    allocation=("--no-kill", *THREE))
        self.slurm.lose(2)
        try:
            _, err = process.communicate(timeout=120)
        finally:
            self.slurm.bring_back(2)
        self.assertEqual(process.returncode, 125, err)
        self.assertIn("node_lost", self.findings())
        job = self.job()
        self.assertIsNone(job["total_energy_joules"])
        self.assertGreater(job["known_energy_joules"], 0, (job["nodes"], job["findings"], err))

    def test_a_link_that_is_cut_for_a_while_loses_nothing(self):
        process = self.start_around(("srun", "-n3", "sh", "-c", "echo begun; sleep 14; echo done"))
        self.slurm.cut(2, down=True)
        self.addCleanup(self.slurm.cut, 2, down=False)
        time.sleep(10)
        self.slurm.cut(2, down=False)
        _, err = process.communicate(timeout=90)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual((self.results / "latest/nodes/head/benchmark.log").read_text().count("done"), 3)
        job = self.job()
        self.assertEqual([node["state"] for node in job["nodes"]], ["complete"] * 3)
        self.assert_sum_is_the_truth(job, sum(clusters.WATTS))


class Refusals(AroundTest):
    def said_by(self, *words, environment=None):
        done = self.slurm.run(str(PROGRAM), "--results_dir", str(self.results), *words, environment=self.environment | (environment or {}))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertFalse(self.results.exists())
        return done.stderr

    def test_what_cannot_be_is_refused_with_a_remedy(self):
        self.assertIn("salloc", self.said_by("--nodes", "slurm", "--", "true"))
        self.assertIn("slurm", self.said_by("--nodes", "pbs", "--", "true"))
        self.assertIn("leave out the srun", self.said_by("--nodes", "slurm", "--", "true", environment={"SLURM_JOB_ID": "1", "SLURM_STEP_ID": "0", "SLURM_JOB_NODELIST": "n1"}))
        for option in (("--alone",), ("--host", "a"), ("--runs", "2"), ("--live-plot",), ("--gpus", "1"), ("--serve", "9400")):
            self.assertIn(f"{option[0]} and --nodes cannot be used together", self.said_by("--nodes", "slurm", *option, "--", "true"))

    def test_agents_that_cannot_measure_are_an_error_that_says_why(self):
        self.environment["IRIS_GPUBENCH_NVML"] = "/nonexistent.so"
        begin = time.monotonic()
        done = self.around(("srun", "true"))
        self.assertEqual(done.returncode, 125, done.stderr)
        self.assertIn("cannot measure", done.stderr)
        self.assertIn("n1", done.stderr)
        self.assertEqual(done.stderr.count("/nonexistent.so"), 1, "three agents with one reason")
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual(list(self.results.glob("*")), [])
        self.assertEqual(self.steps(), [])

    def test_a_benchmark_that_cannot_be_started_leaves_nothing(self):
        done = self.around(("nosuch",), ("--quiet",))
        self.assertEqual(done.returncode, 125, done.stderr)
        self.assertIn("nosuch", done.stderr)
        self.assertEqual(list(self.results.glob("*")), [])

    def test_a_results_folder_that_the_nodes_do_not_share(self):
        self.results = pathlib.Path("/tmp") / f"gpubench-not-shared-{os.getpid()}"
        self.addCleanup(subprocess.run, ["rm", "-rf", str(self.results)], check=False)
        done = self.around(("true",))
        self.assertEqual(done.returncode, 125, done.stderr)
        self.assertIn("all nodes", done.stderr)
        self.assertEqual(list(self.results.glob("*")), [])


if __name__ == "__main__":
    unittest.main()
