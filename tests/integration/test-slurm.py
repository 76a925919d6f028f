#!/usr/bin/python3
"""A job on a real Slurm of three nodes, and under Open MPI and MPICH: every GPU once, ranks as their launcher expects them.

LEADERS=50 in the environment makes a soak of the test that kills the process that measures a node (scripts/soak-leaders does so)."""
import datetime
import json
import os
import pathlib
import random
import re
import shutil
import signal
import time
import unittest

import apptainers
import clusters
from product import PROGRAM, SOURCE

LEADERS = int(os.environ.get("LEADERS", "1"))
QUICK = ("--idle_roll", "0.3", "--no_plot")


class Cluster(clusters.ClusterTest):
    def words(self, allocation, command, tool=()):
        return ["srun", *allocation, str(PROGRAM), "--results_dir", str(self.results), *QUICK, *tool, "--", *command]

    def srun(self, allocation, command, tool=(), timeout=60):
        return self.slurm.run(*self.words(allocation, command, tool), environment=self.environment, timeout=timeout)

    def test_one_sampler_a_node_that_sees_all(self):
        done = self.srun(("-N3", "--ntasks-per-node=4", "--gpus-per-node=4"), ("sh", "-c", "sleep 1; echo rank $SLURM_PROCID"))
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual(len(self.parts()), 3)
        self.assertEqual(len({gpu["uuid"] for gpu in job["gpus"]}), 12)
        self.assertEqual([rank["rank"] for rank in job["ranks"]], list(range(12)))
        self.assert_sum_is_the_truth(job, sum(clusters.WATTS))
        self.assertTrue(job["group"]["complete"])
        for rank in range(12):
            self.assertEqual(done.stdout.count(f"rank {rank}\n"), 1, done.stdout)
        self.assertEqual(done.stdout.count("Balance\n"), 1, "the tables are printed once")

    @unittest.skipUnless(clusters.has_device_cgroups(), "no device cgroups of version 1")
    def test_a_sampler_a_task_under_device_cgroups(self):
        done = self.srun(("-N2", "--ntasks-per-node=4", "--gpus-per-task=1"), ("sleep", "1"))
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual(len(self.parts()), 8)
        self.assertEqual(len({gpu["uuid"] for gpu in job["gpus"]}), 8)
        self.assertEqual(len(job["ranks"]), 8)
        self.assertTrue(all(rank["energy_joules"] for rank in job["ranks"]))
        self.assert_sum_is_the_truth(job, sum(clusters.WATTS))

    def test_uneven_ranks(self):
        done = self.srun(("-N3", "-n7", "--gpus-per-node=4"), ("sleep", "0.5"))
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual([node["ranks"] for node in job["nodes"]], [5, 1, 1])
        self.assertEqual(len(job["gpus"]), 12)

    def test_two_ranks_share_boards(self):
        done = self.srun(("-N1", "-n4", "--gpus-per-node=4", "--gpu-bind=single:2"), ("sleep", "0.5"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.results / "latest/metrics.json").exists(), (done.stderr, sorted(self.results.rglob("*.json"))))
        job = self.job()
        self.assertEqual(len(job["ranks"]), 4)
        self.assertEqual(len({gpu["uuid"] for gpu in job["gpus"]}), len(job["gpus"]))

    def test_a_heterogeneous_step(self):
        """One node with a GPU and two nodes with two."""
        tool = [str(PROGRAM), "--results_dir", str(self.results), *QUICK, "--", "sleep", "1"]
        done = self.slurm.run("srun", "-N1", "-n1", "--gpus-per-node=1", *tool, ":", "-N2", "-n2", "--gpus-per-node=2", *tool, environment=self.environment,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertTrue(job["group"]["complete"])
        self.assertEqual(len(self.parts()), 3)
        self.assertEqual([node["gpus"] for node in job["nodes"]], [1, 2, 2])
        self.assertEqual(len({gpu["uuid"] for gpu in job["gpus"]}), 5)
        self.assertEqual([rank["rank"] for rank in job["ranks"]], [0, 1, 2])
        self.assertEqual(done.stdout.count("Balance\n"), 1, done.stdout)

    def test_the_board_of_two_instances_counts_once(self):
        """A board divided by MIG, of which each task has an instance."""
        script = self.folder / "mig.script"
        script.write_text(f"gpus 4\nhost_uuids\nprofile steady 300\ngpu 0 mig 2\nvisible_by {self.folder}/slurm/dev/nvidia%d\n")
        self.environment["FAKE_NVML_SCRIPT"] = str(script)
        own = 'export CUDA_VISIBLE_DEVICES=MIG-fa4e0000-0000-0000-0000-00000000000$SLURM_LOCALID; exec "$@"'
        allocation, command = ("-N1", "-n2", "--gpus-per-node=1"), ("sleep", "1")
        words = self.words(allocation, command)
        begin = 1 + len(allocation)
        done = self.slurm.run(*words[:begin], "sh", "-c", own, "sh", *words[begin:], environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual((len(self.parts()), len(job["gpus"]), len(job["ranks"])), (1, 1, 2))
        self.assert_sum_is_the_truth(job, 300)

    def test_a_job_that_is_requeued_has_a_folder_of_each_time(self):
        script = self.folder / "again.sh"
        line = 'echo begun; test "${SLURM_RESTART_COUNT:-0}" -gt 0 || exec sleep 60; sleep 1'
        words = " ".join(self.words((), ("sh", "-c", f"'{line}'")))
        script.write_text(f"#!/bin/sh\nexec {words}\n")
        self.results.mkdir()
        asked = self.slurm.run("sbatch", "--parsable", "--requeue", "-N2", "--ntasks-per-node=1", "--gpus-per-node=4", "-o", f"{self.results}/out", str(script),
                               environment=self.environment)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        job = asked.stdout.strip()
        self.wait_for_ranks(2)
        self.assertEqual(self.slurm.run("scontrol", "requeue", job).returncode, 0)
        end = time.monotonic() + 60
        while "JobState=COMPLETED" not in (state := self.slurm.run("scontrol", "show", "job", job).stdout) and time.monotonic() < end:
            if "JobState=PENDING" in state:
                self.slurm.run("scontrol", "update", f"JobId={job}", "StartTime=now")  # Slurm would wait two minutes
            time.sleep(0.3)
        self.assertIn("Restarts=1", state)
        self.assertEqual(sorted(path.name for path in self.results.glob("slurm-*")), [f"slurm-ci-{job}-0", f"slurm-ci-{job}-0-r1"])
        self.assertEqual((self.results / "latest").resolve().name, f"slurm-ci-{job}-0-r1")
        self.assertEqual([node["state"] for node in self.job()["nodes"]], ["complete"] * 2)
        first = self.slurm.run(str(PROGRAM), "merge", "--no-plot", "--results_dir", str(self.results), f"slurm-ci-{job}-0", environment=self.environment)
        self.assertEqual(first.returncode, 0, first.stderr)
        states = [node["state"] for node in json.loads((self.results / f"slurm-ci-{job}-0/metrics.json").read_text())["nodes"]]
        self.assertEqual([state.split(",")[0] for state in states], ["interrupted"] * 2)

    def test_ranks_in_containers(self):
        programs, image = apptainers.make_root(), self.folder / "image"
        apptainers.make_folder_image(image)
        self.environment["PATH"] = f"{programs}:/usr/bin:/bin"
        line = "echo rank $SLURM_PROCID; echo mine > $IRIS_GPUBENCH_RESULTS/own.txt; exit $SLURM_PROCID"
        done = self.srun(("-N2", "--ntasks-per-node=2", "--gpus-per-node=4"), ("sh", "-c", line), ("--gpu_access", "none", "--benchmark_image", str(image)))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual([done.stdout.count(f"rank {rank}\n") for rank in range(4)], [1, 1, 1, 1], done.stdout)
        job = self.job()
        self.assertEqual([rank["exit_code"] for rank in job["ranks"]], [0, 1, 2, 3])
        self.assertEqual(job["workload"]["kind"], "container")

    def test_one_task_is_an_ordinary_run(self):
        done = self.srun(("-N1", "-n1", "--gpus=2"), ("true",), ("--quiet",))
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertNotIn("group", job)
        self.assertEqual(job["device_count"], 2)

    def sacct(self, script):
        """A stand-in for Slurm's own, first in PATH. `$id`: what it is asked for."""
        programs = self.results.with_suffix(".bin")
        programs.mkdir(exist_ok=True)
        (programs / "sacct").write_text(f"#!/bin/sh\nfor word; do case $word in --jobs=*) id=${{word#--jobs=}};; esac; done\nnow=$(date +%s)\n{script}\n")
        (programs / "sacct").chmod(0o755)
        self.environment["PATH"] = f"{programs}:{self.slurm.environment['PATH']}"

    def again(self, *words):
        done = self.slurm.run(str(PROGRAM), *words, "--results_dir", str(self.results), environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_accounting_that_is_off_is_said_beside(self):
        """As the Slurm of this test has it: neither a finding nor an error."""
        for allocation, group in ((("-N2", "-n2", "--gpus-per-node=4"), True), (("-N1", "-n1", "--gpus=2"), False)):
            done = self.srun(allocation, ("true",), ("--quiet",))
            words = [line for line in done.stderr.splitlines() if not line.startswith("srun: job")]  # it may have to wait for its turn
            self.assertEqual((done.returncode, words), (0, []))
            job = self.job()
            self.assertEqual("group" in job, group)
            self.assertEqual(job["beside"]["slurm"]["state"], "unsupported")
            self.assertIsNone(job["beside"]["slurm"]["energy_joules"])
            self.assertIn("accounting is off", (self.results / "latest/formatted_metrics.txt").read_text())
            self.assertNotIn("slurm", str(job["findings"]).lower())

    def test_energy_of_the_accounting_comes_after_the_end(self):
        for allocation, again in ((("-N2", "-n2", "--gpus-per-node=4"), "merge"), (("-N1", "-n1", "--gpus=2"), "report")):
            self.sacct('echo "$id|ci|$((now - 30))|Unknown|2|0|0"')
            self.assertEqual(self.srun(allocation, ("true",)).returncode, 0)
            before = self.job()
            self.assertEqual(before["beside"]["slurm"]["state"], "unfinished")
            self.sacct('echo "$id|ci|$((now - 30))|$now|2|87654321|87.65M"')
            self.again(again, "latest")
            job = self.job()
            self.assertEqual(job["beside"]["slurm"]["energy_joules"], 87654321)
            self.assertEqual(job["beside"]["slurm"]["scope"], "whole nodes")
            self.assertEqual(job["total_energy_joules"], before["total_energy_joules"])
            self.assertIn("87,654,321", (self.results / "latest/formatted_metrics.txt").read_text())
            self.sacct('echo "$id|ci|$((now - 30))|$now|2|5|5"')
            self.again("report", "latest")
            self.assertEqual(self.job()["beside"], job["beside"], "what is known is not asked again")

    def test_an_accounting_that_hangs_delays_nothing_for_long(self):
        self.sacct("exec sleep 60")
        begin = time.monotonic()
        done = self.srun(("-N1", "-n1", "--gpus=2"), ("sh", "-c", "exit 7"))
        self.assertLess(time.monotonic() - begin, 40)
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertEqual(self.job()["beside"]["slurm"]["state"], "not_read")

    def test_a_batch_script_without_srun_says_what_it_misses(self):
        script = self.folder / "batch.sh"
        script.write_text(f"#!/bin/sh\n{PROGRAM} --results_dir {self.results} --quiet {' '.join(QUICK)} -- true\n")
        done = self.slurm.run("sbatch", "-W", "-N2", "--gpus-per-node=4", "-o", "/dev/null", str(script), environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nodes_not_measured", [finding["name"] for finding in self.job()["findings"]])

    def test_the_batch_script_of_the_share_folder(self):
        """By sbatch, with a command that fails on one rank; its own words ask for two nodes."""
        tools = self.results / "bin"
        tools.mkdir(parents=True)
        (tools / "iris-gpubench").symlink_to(PROGRAM)
        more = {"PATH": f"{tools}:{self.slurm.environment['PATH']}", "RESULTS_DIR": str(self.results), "IRIS_GPUBENCH_IDLE_ROLL": "0.3", "IRIS_GPUBENCH_NO_PLOT": "true"}
        done = self.slurm.run("sbatch", "-W", "-o", f"{self.results}/out", str(SOURCE / "share/slurm/train.sbatch"), "sh", "-c", "sleep 1; exit $((SLURM_PROCID / 7))",
                              environment=self.environment | more)
        out = (self.results / "out").read_text()
        self.assertEqual(done.returncode, 1, done.stderr + out)
        job = self.job()
        self.assertEqual([(node["node"], node["ranks"]) for node in job["nodes"]], [("n1", 4), ("n2", 4)])
        self.assertEqual(len({gpu["uuid"] for gpu in job["gpus"]}), 8)
        self.assert_sum_is_the_truth(job, sum(clusters.WATTS))
        self.assertEqual(out.count("Balance\n"), 1, out)

    def test_codes_as_the_launcher_expects_them(self):
        done = self.srun(("-N2", "-n4", "--gpus-per-node=4"), ("sh", "-c", "exit $((3 + SLURM_PROCID))"))
        self.assertEqual(done.returncode, 6, done.stderr)
        job = self.job()
        self.assertEqual([rank["exit_code"] for rank in job["ranks"]], [3, 4, 5, 6])
        self.assertEqual(job["workload"]["exit_code"], 6)
        done = self.srun(("-N2", "-n2", "--gpus-per-node=4"), ("sh", "-c", "test $SLURM_PROCID = 0 || kill -SEGV $$; sleep 0.5"))
        self.assertEqual(done.returncode, 139, done.stderr)
        self.assertEqual([rank["exit_code"] for rank in self.job()["ranks"]], [0, 139])

    def test_a_rank_that_is_late_is_waited_for(self):
        """And one that never comes for ten seconds; so no rank's load is in the idle time of another."""
        for late, count in (("sleep 3", 3), ("exit 0", 2)):
            with self.subTest(late=late):
                allocation, command = ("-N1", "-n3", "--gpus-per-node=4"), ("sh", "-c", "echo begun; sleep 1")
                words = self.words(allocation, command, ("--merge_wait", "0"))
                words[words.index("--idle_roll") + 1] = "1.5"  # in it nobody begins
                begin = 1 + len(allocation)
                first = f"{self.folder}/first-{late[0]}"
                done = self.slurm.run(*words[:begin], "sh", "-c", f'test $SLURM_PROCID != 0 || date +%s.%N >{first}; test $SLURM_PROCID != 2 || {late}; exec "$@"', "sh", *words[begin:],
                                      environment=self.environment)
                self.assertEqual(done.returncode, 0, done.stderr)
                ranks, started = self.job()["ranks"], float(pathlib.Path(first).read_text())
                begun = [datetime.datetime.fromisoformat(rank["start_time"].replace("Z", "+00:00")).timestamp() for rank in ranks]
                self.assertEqual(len(begun), count)
                self.assertLess(max(begun) - min(begun), 0.5, "all start together")
                self.assertLess(begun[0] - started, 15)
                self.assertGreater(begun[0] - started, 3 if count == 3 else 9)

    def test_two_steps_at_once_are_two_jobs(self):
        script = self.folder / "two.sh"
        step = " ".join(["srun", "-N2", "-n2", "--overlap", "--gpus-per-node=4", *self.words((), ("sleep", "1"))[1:]])
        script.write_text(f"#!/bin/sh\n{step} &\nfirst=$!\n{step} || exit 1\nwait $first\n")
        self.results.mkdir()
        done = self.slurm.run("sbatch", "-W", "--parsable", "-N2", "--gpus-per-node=4", "-o", f"{self.results}/out", str(script), environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr + (self.results / "out").read_text())
        job = done.stdout.split()[0]
        self.assertEqual(sorted(path.name for path in self.results.glob("slurm-*")), [f"slurm-ci-{job}-{step}" for step in range(2)])
        for record in self.results.glob("slurm-*/metrics.json"):
            self.assertEqual(len({gpu["uuid"] for gpu in json.loads(record.read_text())["gpus"]}), 8)

    def test_a_step_that_is_killed_leaves_journals(self):
        """As by MPI_Abort: Slurm kills every task at once, and the program with it."""
        process = self.slurm.start(*self.words(("-N3", "-n3", "--gpus-per-node=4"), ("sh", "-c", "echo begun; exec sleep 60")), environment=self.environment)
        self.wait_for_ranks(3)
        time.sleep(2)
        [step] = [name for name in self.slurm.run("squeue", "-h", "-s", "-o", "%i").stdout.split() if name.endswith(".0")]
        self.slurm.run("scancel", "-s", "KILL", step)
        process.communicate(timeout=60)
        self.assertNotEqual(process.returncode, 0)
        done = self.slurm.run(str(PROGRAM), "merge", "--no-plot", "--results_dir", str(self.results), "latest", environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual([node["state"].split(",")[0] for node in job["nodes"]], ["recovered"] * 3)
        self.assertEqual(len({gpu["uuid"] for gpu in job["gpus"]}), 12)
        self.assertIsNone(job["total_energy_joules"], "it is not known whether each rank had begun")
        truth = sum(sum(clusters.WATTS) * node["elapsed_seconds"] for node in job["nodes"])
        self.assertAlmostEqual(job["known_energy_joules"], truth, delta=0.01 * truth)

    def test_a_warning_goes_to_every_rank(self):
        command = "trap 'echo checkpoint; exit 0' USR1; echo begun; while :; do sleep 0.05; done"
        process = self.slurm.start(*self.words(("-N2", "-n4", "--gpus-per-node=4"), ("sh", "-c", command)), environment=self.environment)
        self.wait_for_ranks(4)
        self.slurm.run("scancel", "-s", "USR1", "-u", "root")
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(out.count("checkpoint"), 4, out)

    def wait_for_ranks(self, count):
        """Until the commands of that many ranks run: each holds the measurement's start."""
        end = time.monotonic() + 30
        marker = [part for part in self.results.glob("*/nodes/*")]
        while time.monotonic() < end:
            marker = list(self.results.glob("*/nodes/*/benchmark.log"))
            if len(marker) >= 2 and all("begun" in path.read_text() for path in marker):
                time.sleep(0.3)
                return
            time.sleep(0.05)
        self.fail(f"the ranks did not start: {marker}")

    def test_a_cancelled_job_leaves_whole_parts(self):
        process = self.slurm.start(*self.words(("-N3", "-n3", "--gpus-per-node=4"), ("sh", "-c", "echo begun; exec sleep 60")), environment=self.environment)
        self.wait_for_ranks(3)
        self.slurm.run("scancel", "-u", "root")
        process.communicate(timeout=60)
        done = self.slurm.run(str(PROGRAM), "merge", "--results_dir", str(self.results), "latest", environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([node["state"].split(",")[0] for node in self.job()["nodes"]], ["interrupted"] * 3)

    def test_a_leader_that_is_killed_leaves_the_ranks_alone(self):
        """Each rank's exit status is the launcher's, and the journal has all but the last second."""
        lost = []
        for number in range(LEADERS):
            with self.subTest(number=number):
                self.results = self.results.with_name(f"leader-{number}")
                lost.append(self.seconds_lost_with_its_leader())
        print(f"{len(lost)} of {LEADERS} leaders killed: the exit status of each rank was right, at most {max(lost):.2f} s lost")

    def seconds_lost_with_its_leader(self):
        command = ("sh", "-c", "echo begun; sleep 3; echo done; exit $((SLURM_PROCID + 2))")
        process = self.slurm.start(*self.words(("-N1", "-n4", "--gpus-per-node=4"), command), environment=self.environment)
        end = time.monotonic() + 30
        while not any("begun" in path.read_text() for path in self.results.glob("*/nodes/*/benchmark.log")) and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(random.uniform(0.3, 1.8))
        leaders = [int(path.parent.name) for path in pathlib.Path("/proc").glob("[0-9]*/environ") if self.leads(path.parent)]
        self.assertEqual(len(leaders), 1)
        environment = pathlib.Path(f"/proc/{leaders[0]}/environ").read_bytes().decode(errors="replace").split("\0")
        leader = next(int(one.partition("=")[2]) for one in environment if one.startswith("SLURM_PROCID="))
        killed = time.time()
        os.kill(leaders[0], signal.SIGKILL)
        out, err = process.communicate(timeout=60)
        self.assertEqual(out.count("done"), 3, out + err)
        codes = {int(task): int(code) for tasks, code in re.findall(r"tasks? ([\d,]+): Exited with exit code (\d+)", err) for task in tasks.split(",")}
        self.assertEqual(codes, {rank: rank + 2 for rank in range(4) if rank != leader}, err)
        self.assertRegex(err, f"task {leader}: Killed")
        done = self.slurm.run(str(PROGRAM), "merge", "--no-plot", "--results_dir", str(self.results), "latest", environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        node = self.job()["nodes"][0]
        self.assertEqual(node["state"], "recovered")
        lost = killed - datetime.datetime.fromisoformat(node["end_time"].replace("Z", "+00:00")).timestamp()
        self.assertLess(lost, 1)
        return lost

    def leads(self, process):
        """Whether it holds a journal of this test."""
        try:
            return any(str(self.results) in os.readlink(link) and "journal" in os.readlink(link) for link in (process / "fd").iterdir())
        except OSError:
            return False

    def test_open_mpi_on_one_machine(self):
        self.launched_by("mpirun", ["mpirun", "-n", "4", "--oversubscribe"], "openmpi")

    def test_mpich_on_one_machine_with_a_group(self):
        self.launched_by("mpiexec.mpich", ["mpiexec.mpich", "-n", "4"], "mpich", ("--group", "mine"))

    def launched_by(self, program, launcher, name, tool=()):
        if not shutil.which(program):
            self.skipTest(f"not installed: {program}")
        done = self.slurm.run(*launcher, str(PROGRAM), "--results_dir", str(self.results), *QUICK, *tool, "--", "sh", "-c", "sleep 0.5; echo one",
                              environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job()
        self.assertEqual(job["group"]["launcher"], name)
        self.assertEqual(len(job["ranks"]), 4)
        self.assertEqual(len(job["gpus"]), 4)
        self.assertEqual(done.stdout.count("one\n"), 4, done.stdout)


if __name__ == "__main__":
    unittest.main()
