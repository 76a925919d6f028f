#!/usr/bin/python3
"""Runs on other machines over a real ssh: brought along, cut, followed, interrupted, fetched, taken up again.

CUTS=50 in the environment makes a soak of the test that cuts the connection (scripts/soak-cuts does so)."""
import csv
import datetime
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import time
import unittest

from product import PROGRAM, SOURCE, needs_quiet
from remotes import RemoteTest, kill_all_of, processes, stripped_program

CUTS = int(os.environ.get("CUTS", "4"))
COUNT = "for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; sleep 0.4; done"


class FromRemote(RemoteTest):
    def run_left_alone(self, seconds):
        """Of a benchmark that goes on there; the program here was killed."""
        started = self.start(*self.on("--", "sh", "-c", f"echo up; sleep {seconds}"))
        self.wait_until_it_prints("up")
        started.kill()
        started.communicate()
        run, = self.remote.runs()
        return run

    def assert_fetched(self, outcome):
        self.assertEqual(outcome.metrics["host"], "g0")
        self.assertEqual(self.remote.runs(), [], "what has been fetched is removed there")
        self.assertFalse([path.name for path in self.results.iterdir() if path.name.startswith(".")])


class Cut(FromRemote):
    def longest_gap(self, path):
        """Of the rows of a time series, in seconds."""
        with path.open() as file:
            times = [datetime.datetime.fromisoformat(row["timestamp"][:-1]).timestamp() for row in csv.DictReader(file)]
        return max(later - earlier for earlier, later in zip(times, times[1:]))

    @needs_quiet
    def test_cut_at_random_moments(self):
        over = self.folder / "over"
        started = self.start(*self.on("--interval", "0.5", "--monitor-benchmark-logs", "--live-style", "none", "--", "sh", "-c",
                                      f"i=0; until test -e {over}; do i=$((i + 1)); echo line $i of the benchmark; sleep 0.1; done"))
        self.wait_until_it_prints("line 1 ")
        for _ in range(CUTS):
            self.wait_for(self.remote.connections, "a connection", 90)
            time.sleep(random.uniform(0, 2))
            self.remote.cut()
        over.touch()
        outcome = self.finish(started, 120)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assert_fetched(outcome)
        lines = outcome.text("benchmark.log").splitlines()
        self.assertGreater(len(lines), CUTS)
        self.assertEqual(lines, [f"line {i} of the benchmark" for i in range(1, len(lines) + 1)])
        self.assertEqual([line for line in outcome.stdout.splitlines() if line.startswith("line ")], lines, "each once, whole")
        gaps = [self.longest_gap(outcome.directory / name) for name in ("power.csv", "timeseries.csv")]
        self.assertLess(gaps[0], 0.1, "the driver's samples are 20 ms apart")
        self.assertLess(gaps[1], 1, "readings are 500 ms apart")
        metrics = outcome.metrics
        self.assertAlmostEqual(metrics["total_energy_joules"], 100 * metrics["elapsed_time"], delta=1.5 * metrics["total_energy_uncertainty"]["comparative_joules"])
        print(f"{CUTS} cuts in {metrics['elapsed_time']:.0f} s, {outcome.stderr.count('connected again')} times connected again: {len(lines)} lines each once, "
              f"longest gap {1e3 * gaps[0]:.0f} ms of samples and {gaps[1]:.2f} s of readings")


class Remote(FromRemote):
    def test_a_run_there_and_its_results_here(self):
        outcome = self.run_program(*self.on("--name", "demo", "--", "sh", "-c", "pwd; umask; sleep 1"))
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assert_fetched(outcome)
        self.assert_valid_results(outcome, plot=False)
        umask = os.umask(0o22)
        os.umask(umask)
        self.assertEqual(outcome.text("benchmark.log").split(), [str(self.remote.home), f"{umask | 0o22:04o}"], "as a login finds them")
        self.assertEqual(outcome.metrics["benchmark"], "demo")
        self.assertGreater(outcome.metrics["total_energy_joules"], 50)
        self.assertIn("Energy", outcome.stdout)
        self.assertIn(f"running on g0 as {outcome.directory.resolve().name[:8]}", outcome.stderr)
        shown = self.run_program(*self.on("--quiet", "--", "sleep", "0.2"))
        self.assertEqual((shown.code, shown.stdout, shown.stderr), (0, "", ""))

    def test_the_program_is_brought_once_and_checked(self):
        first = self.run_program("--host", "g0", "--", "sleep", "0.2", timeout=120)
        self.assertEqual(first.code, 0, first.stderr)
        self.assertIn("copying the program", first.stderr)
        self.assert_fetched(first)
        brought = list((self.remote.home / ".cache/iris-gpubench/programs").glob("*/bin/iris-gpubench"))
        self.assertEqual(len(brought), 1)
        self.assertEqual(hashlib.sha256(brought[0].read_bytes()).digest(), hashlib.sha256(PROGRAM.read_bytes()).digest())
        second = self.run_program("--host", "g0", "--", "sleep", "0.2", timeout=120)
        self.assertEqual(second.code, 0, second.stderr)
        self.assertNotIn("copying", second.stderr)

    def test_exit_codes_are_the_benchmarks(self):
        for line, code in (("exit 3", 3), ("exit 255", 255), ("kill -9 $$", 137)):
            with self.subTest(line=line):
                outcome = self.run_program(*self.on("--", "sh", "-c", line))
                self.assertEqual(outcome.code, code, outcome.stderr)
                self.assert_fetched(outcome)

    def test_a_failure_names_a_log_that_is_here(self):
        outcome = self.run_program(*self.on("--", "sh", "-c", "echo no luck; exit 3"))
        self.assertIn("failed with exit code 3", outcome.stderr)
        log = pathlib.Path(outcome.stderr.split("complete log: ")[1].split("\n")[0])
        self.assertEqual(log.read_text(), "no luck\n")
        self.assertNotIn(".cache", outcome.stderr)

    def test_what_cannot_be_run(self):
        outcome = self.run_program(*self.on("--", "no-such-program"))
        self.assertEqual(outcome.code, 125)
        self.assertIn("no-such-program", outcome.stderr)
        self.assertEqual(self.remote.runs(), [])
        for program, words in (("/nowhere/iris-gpubench", "does not run"), ("/bin/true", "another version")):
            outcome = self.run_program(*self.on("--", "true", program=program))
            self.assertEqual(outcome.code, 125)
            self.assertIn(words, outcome.stderr)

    def test_words_arrive_as_they_are(self):
        words = ["a b", "it's", '"$HOME"', "*", "", "é", "two\nlines", "!x"]
        outcome = self.run_program(*self.on("--", "printf", "<%s>", *words))
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(outcome.text("benchmark.log"), "".join(f"<{word}>" for word in words))

    def test_no_word_of_the_benchmark_is_in_a_command_line_here(self):
        started = self.start(*self.on("--", "sh", "-c", "echo up; sleep 3 # secret-4711"))
        self.wait_until_it_prints("up")
        lines = [words for _, words in processes().values() if "ssh" in os.path.basename(words[0]) and "g0" in words]
        self.assertTrue(lines)
        self.assertFalse([words for words in lines if "4711" in " ".join(words)])
        self.assertEqual(self.finish(started).code, 0)

    def test_hosts_that_cannot_be_reached(self):
        def begun():
            start = time.monotonic()
            return lambda: self.assertLess(time.monotonic() - start, 12)
        quick = begun()
        outcome = self.run_program(*self.on("--", "true", host="-oProxyCommand=true"))
        self.assertEqual(outcome.code, 2, outcome.stderr)
        self.assertIn("no name of a host", outcome.stderr)
        known = (self.folder / "known_hosts").read_text()
        (self.folder / "known_hosts").write_text("")
        outcome = self.run_program(*self.on("--", "true"))
        self.assertEqual(outcome.code, 125)
        self.assertIn("ssh g0", outcome.stderr)
        self.assertRegex(outcome.stderr, "[Hh]ost key")
        quick()
        (self.folder / "known_hosts").write_text(known)
        (self.folder / "key").rename(self.folder / "other")
        outcome = self.run_program(*self.on("--", "true"))
        self.assertEqual(outcome.code, 125)
        self.assertIn("ermission denied", outcome.stderr)
        self.assertIn("BatchMode", outcome.stderr)
        self.remote.stop()
        outcome = self.run_program(*self.on("--", "true"))
        self.assertEqual(outcome.code, 125)
        self.assertIn("refused", outcome.stderr)
        self.assertEqual(list(self.results.glob("2*")), [])

    def test_a_login_that_prints_much(self):
        (self.remote.home / ".bashrc").write_text("echo welcome; for i in $(seq 2000); do echo news of the day $i; done; echo careful >&2\n")
        outcome = self.run_program(*self.on("--", "sh", "-c", "echo works"))
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(outcome.text("benchmark.log"), "works\n")
        self.assertNotIn("news of the day", outcome.stdout + outcome.stderr)

    def test_options_that_make_no_sense_with_it(self):
        for arguments in (("--runs", "3"), ("--group", "x"), ("--export-to-victoria",), ("--live-plot",), ("--live-style", "full"),
                          ("--record-trace", "x"), ("--serve", "9400"), ("--host", "g0")):
            with self.subTest(arguments=arguments):
                outcome = self.run_program(*self.on(*arguments, "--", "true"))
                self.assertEqual(outcome.code, 2, outcome.stderr)
                self.assertGreater(len(outcome.stderr.splitlines()), 1, "with a remedy")
        outcome = self.run_program("--remote-program", "x", "--", "true")
        self.assertEqual(outcome.code, 2)

    def test_ctrl_c_ends_the_benchmark_there(self):
        started = self.start(*self.on("--", "sh", "-c", "trap 'echo asked; exit 9' INT TERM; echo up; for i in $(seq 300); do sleep 0.1; done"))
        self.wait_until_it_prints("up")
        self.interrupt(started)
        outcome = self.finish(started)
        self.assertEqual(outcome.code, 130, outcome.stderr)
        self.assertIn("handed on", outcome.stderr)
        self.assert_fetched(outcome)
        self.assertIn("asked", outcome.text("benchmark.log"))
        self.assertIn("interrupted", outcome.findings())

    def test_the_second_ctrl_c_leaves_and_attach_comes_back(self):
        started = self.start(*self.on("--stop-grace", "60", "--", "sh", "-c", "trap 'echo asked' INT TERM; echo up; for i in $(seq 60); do sleep 0.1; done"))
        self.wait_until_it_prints("up")
        self.interrupt(started)
        self.wait_until_it_prints("asked")
        self.interrupt(started)
        self.assertEqual(self.finish(started, 5).code, 130)
        run, = self.remote.runs()
        outcome = self.finish(self.attach("g0", run.name))
        self.assertEqual(outcome.code, 130, outcome.stderr)
        self.assert_fetched(outcome)

    def test_a_closed_terminal_ends_only_the_program_here(self):
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup, it would be ignored
        self.addCleanup(signal.signal, signal.SIGHUP, before)
        started = self.start(*self.on("--", "sh", "-c", "echo up; sleep 3"))
        self.wait_until_it_prints("up")
        self.interrupt(started, signal.SIGHUP)
        outcome = self.finish(started, 5)
        self.assertEqual(outcome.code, 129)
        run, = self.remote.runs()
        self.assertIn(f"iris-gpubench attach g0 {run.name}", outcome.stderr)
        outcome = self.finish(self.attach("g0", run.name))
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assert_fetched(outcome)

    def test_other_signals_are_the_benchmarks(self):
        started = self.start(*self.on("--", "sh", "-c", "trap 'echo saved' USR1; echo up; for i in $(seq 40); do sleep 0.1; done"))
        self.wait_until_it_prints("up")
        self.interrupt(started, signal.SIGUSR1)
        outcome = self.finish(started)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIn("saved", outcome.text("benchmark.log"))

    def test_a_connection_cut_again_and_again(self):
        started = self.start(*self.on("--monitor-benchmark-logs", "--live-style", "none", "--", "sh", "-c", COUNT))
        self.wait_until_it_prints("line 1")
        for _ in range(8):
            self.remote.cut()
            time.sleep(0.4)
        outcome = self.finish(started)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assert_fetched(outcome)
        lines = [f"line {i}" for i in range(1, 11)]
        self.assertEqual(outcome.text("benchmark.log").splitlines(), lines)
        self.assertEqual([line for line in outcome.stdout.splitlines() if line.startswith("line ")], lines, "each once, whole")
        self.assertIn("tries again until it answers", outcome.stderr)
        self.assertIn("connected again", outcome.stderr)

    @needs_quiet
    def test_a_connection_that_falls_silent(self):
        started = self.start(*self.on("--", "sh", "-c", "echo up; sleep 20; echo done"))
        self.wait_until_it_prints("up")
        self.remote.cut(signal.SIGSTOP)
        outcome = self.finish(started, 90)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIn("connected again", outcome.stderr)
        self.assertIn("done", outcome.text("benchmark.log"))
        self.remote.cut()

    def test_a_host_that_is_away_when_ctrl_c_comes(self):
        started = self.start(*self.on("--", "sh", "-c", "echo up; for i in $(seq 300); do sleep 0.1; done"))
        self.wait_until_it_prints("up")
        self.remote.cut(signal.SIGSTOP)
        connections = self.remote.connections()
        self.remote.stop()
        for pid in connections:
            os.kill(pid, signal.SIGKILL)
        time.sleep(2)
        self.interrupt(started)
        time.sleep(1)
        self.assertIsNone(started.poll())
        self.remote.start()
        outcome = self.finish(started, 90)
        self.assertEqual(outcome.code, 130, outcome.stderr)
        self.assert_fetched(outcome)

    def test_the_program_here_killed_and_the_run_taken_up_again(self):
        started = self.start(*self.on("--", "sh", "-c", COUNT))
        self.wait_until_it_prints("line 2")
        started.kill()
        started.communicate()
        time.sleep(1)
        run, = self.remote.runs()
        outcome = self.finish(self.attach("g0", run.name))
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assert_fetched(outcome)
        self.assertEqual(len(outcome.text("benchmark.log").splitlines()), 10)
        again = self.finish(self.attach("g0", run.name))
        self.assertEqual(again.code, 125)
        self.assertIn("there is no run", again.stderr)

    def test_two_programs_follow_one_run(self):
        started = self.start(*self.on("--", "sh", "-c", "echo up; sleep 5; exit 4"))
        self.wait_until_it_prints("up")
        run, = self.remote.runs()
        attached = self.attach("g0", run.name)
        outcomes = [self.finish(process) for process in (started, attached)]
        self.assertEqual([outcome.code for outcome in outcomes], [4, 4], [outcome.stderr for outcome in outcomes])
        self.assertEqual(sum("another iris-gpubench has its results" in outcome.stderr for outcome in outcomes), 1, [outcome.stderr for outcome in outcomes])
        self.assert_fetched(outcomes[0])

    def test_a_run_that_was_removed_there_is_not_waited_for(self):
        started = self.start(*self.on("--", "sh", "-c", "echo up; sleep 30"))
        self.wait_until_it_prints("up")
        run, = self.remote.runs()
        kill_all_of(run)
        shutil.rmtree(run)
        outcome = self.finish(started, 30)
        self.assertEqual(outcome.code, 125, outcome.stderr)
        self.assertIn("or they were removed", outcome.stderr)

    def test_attach_by_the_name_of_the_results(self):
        started = self.start(*self.on("--", "sh", "-c", COUNT))
        self.wait_until_it_prints("line 1")
        started.kill()
        started.communicate()
        missing = self.finish(self.attach("g0", "nothing"))
        run, = self.remote.runs()
        self.assertIn(f"there are: {run.name}", missing.stderr)
        results, = (run / "results").glob("2*")
        outcome = self.finish(self.attach("g0", results.name))
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(self.finish(self.attach("g0", results.name, "--interval", "1")).code, 2)

    def test_the_program_there_killed(self):
        started = self.start(*self.on("--", "sh", "-c", "echo up; sleep 30"))
        self.wait_until_it_prints("up")
        time.sleep(1)
        run, = self.remote.runs()
        kill_all_of(run)  # the shell that waits for it as well, as when the machine goes down
        outcome = self.finish(started)
        self.assertEqual(outcome.code, 125, outcome.stderr)
        self.assertIn("without saying how", outcome.stderr)
        recovered = subprocess.run(["sh", "-c", re.search("iris-gpubench (recover .*)", outcome.stderr)[1].join((f"{PROGRAM} ", " --no-plot"))],
                                   env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(recovered.returncode, 0, recovered.stderr)
        self.assertIn("Energy", recovered.stdout)

    def test_a_name_that_is_another_process_by_now_is_no_run_under_way(self):
        run = self.run_left_alone(30)
        kill_all_of(run)
        (run / "pid").write_text(f"{os.getpid()}\n")
        attached = self.attach("g0", run.name)
        time.sleep(3)  # it follows: it looks five times, a second apart, before it gives the run up
        self.interrupt(attached)  # would reach this test
        self.assertIn("without saying how", self.finish(attached).stderr)


class Transfer(RemoteTest):
    """Its ssh cuts a connection after so many bytes as the file `cut` says, once."""

    def ssh_script(self):
        return (f'#!/bin/sh\nssh="/usr/bin/ssh -F {self.folder}/ssh_config"\n'
                f'if [ -e {self.folder}/results.begun ] && mv {self.folder}/cut {self.folder}/cut.done 2>/dev/null; then\n'
                f'  $ssh "$@" | head -c $(cat {self.folder}/cut.done)\n  exit 255\nfi\nexec $ssh "$@"\n')

    def test_a_cut_transfer_goes_on(self):
        # The benchmark's last act lets the next connection, that of the transfer, be cut.
        line = f"head -c 3000000 /dev/urandom | base64 -w 100; touch {self.folder}/ended"
        started = self.start(*self.on("--", "sh", "-c", line))
        self.wait_for((self.folder / "ended").exists, "the benchmark's end")
        (self.folder / "cut").write_text("1000000\n")
        (self.folder / "results.begun").touch()
        outcome = self.finish(started)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertTrue((self.folder / "cut.done").exists())
        self.assertIn("tries again until it answers", outcome.stderr)
        self.assertGreater((outcome.directory / "benchmark.log").stat().st_size, 4000000)
        self.assertEqual(self.remote.runs(), [])


class OneHome(FromRemote):
    """Two machines with one home, as on most clusters."""

    names = ("g0", "g1")

    def setUp(self):
        super().setUp()
        self.remotes[1].home.rmdir()
        self.remotes[1].home.symlink_to(self.remotes[0].home)

    def test_the_other_machine_leaves_the_run_alone(self):
        run = self.run_left_alone(8)
        outcome = self.finish(self.attach("g1", run.name))
        self.assertEqual(outcome.code, 125, outcome.stderr)
        self.assertIn("it was started on g0", outcome.stderr)
        self.assertEqual(self.remote.runs(), [run])
        outcome = self.finish(self.attach("g0", run.name))
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assert_fetched(outcome)


class Several(RemoteTest):
    names = ("g0", "g1")
    gpu_script = "gpus 2\nhost_uuids\nprofile steady 100\n"

    def on_both(self, *arguments):
        return ("--host", "g0", "--host", "g1", "--remote-program", str(stripped_program()), *arguments)

    def job(self):
        return json.loads((self.results / "latest/metrics.json").read_text())

    def test_one_record_of_two_hosts(self):
        outcome = self.run_program(*self.on_both("--name", "both", "--", "sh", "-c", "echo here is $(hostname); sleep 1"))
        self.assertEqual(outcome.code, 0, outcome.stderr)
        job = self.job()
        self.assertTrue(job["group"]["complete"])
        self.assertEqual([node["node"] for node in job["nodes"]], ["g0", "g1"])
        self.assertEqual(len({gpu["uuid"] for gpu in job["gpus"]}), 4)
        self.assertEqual(sorted(path.name for path in (self.results / "latest/nodes").iterdir()), ["0-g0", "1-g1"])
        self.assertIn("g0: here is g0\n", outcome.stdout)
        self.assertIn("g1: here is g1\n", outcome.stdout)
        self.assertIn("Nodes", outcome.stdout)
        self.assertEqual([host.runs() for host in self.remotes], [[], []])

    def test_the_highest_code_counts_and_logs_are_here(self):
        outcome = self.run_program(*self.on_both("--", "sh", "-c", "test $(hostname) = g0 || exit 4"))
        self.assertEqual(outcome.code, 4, outcome.stderr)
        self.assertTrue(pathlib.Path(outcome.stderr.split(" log is empty: ")[1].split("\n")[0]).exists(), outcome.stderr)
        self.assertEqual(sorted(rank["exit_code"] for rank in self.job()["ranks"]), [0, 4])

    def test_a_host_that_is_not_there_leaves_no_total(self):
        self.remotes[1].stop()
        outcome = self.run_program(*self.on_both("--", "sleep", "0.5"))
        self.assertEqual(outcome.code, 125, outcome.stderr)
        self.assertIn("g1 cannot be reached", outcome.stderr)
        job = self.job()
        self.assertFalse(job["group"]["complete"])
        self.assertIsNone(job["total_energy_joules"])
        self.assertGreater(job["known_energy_joules"], 0)

    def test_ctrl_c_reaches_both(self):
        started = self.start(*self.on_both("--", "sh", "-c", "echo up; for i in $(seq 300); do sleep 0.1; done"))
        for host in self.remotes:
            self.wait_until_it_prints("up", host)
        self.interrupt(started)
        outcome = self.finish(started)
        self.assertEqual(outcome.code, 130, outcome.stderr)
        self.assertEqual(len(self.job()["nodes"]), 2)

    def test_parts_taken_up_again_one_by_one(self):
        started = self.start(*self.on_both("--", "sh", "-c", "echo up; sleep 3"))
        for host in self.remotes:
            self.wait_until_it_prints("up", host)
        started.kill()
        started.communicate()
        for number, complete in ((1, False), (0, True)):
            run, = self.remotes[number].runs()
            outcome = self.finish(self.attach(f"g{number}", run.name))
            self.assertEqual(outcome.code, 0, outcome.stderr)
            self.assertEqual(self.job()["group"]["complete"], complete)
        self.assertEqual(sorted(path.name for path in (self.results / "latest/nodes").iterdir()), ["0-g0", "1-g1"])


class Page(RemoteTest):
    """Each line of docs/howto/remote.md, as a reader types it."""

    names = ("gpu-host", "gpu-host-2")
    settings = 'Subsystem sftp /usr/lib/openssh/sftp-server\nForceCommand cd && exec sh -c "$SSH_ORIGINAL_COMMAND"\n'  # not in root's home folder
    gpu_script = "gpus 2\nhost_uuids\nprofile steady 100\n"

    def setUp(self):
        super().setUp()
        program = self.folder / "tools/iris-gpubench"
        program.symlink_to(stripped_program())
        for host in self.remotes:
            benchmark = host.home / "simulate"
            benchmark.write_text("#!/bin/sh\nsleep 0.5\n")
            benchmark.chmod(0o755)
            own = host.home / "iris-gpubench/bin/iris-gpubench"
            own.parent.mkdir(parents=True)
            own.symlink_to(stripped_program())

    def remote_variables(self):
        return super().remote_variables() | {"PATH": f"{stripped_program().parent}:/usr/bin:/bin"}

    def shell(self, line):
        return subprocess.run(["sh", "-c", line], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, check=False)

    def leave_one_there(self):
        started = self.start(*self.on("--", "./simulate", host="gpu-host"))
        self.wait_for(self.remote.runs, "the run")
        started.kill()
        started.communicate()
        return self.remote.runs()[0].name

    def test_each_line(self):
        page = SOURCE / "docs/howto/remote.md"
        blocks = re.findall(r"```bash\n(.*?)```", page.read_text(), re.S)
        lines = [line for block in blocks for line in block.splitlines()]
        self.assertGreater(len(lines), 5)
        for line in lines:
            with self.subTest(line=line):
                if " attach " in line:
                    line = re.sub(r"\b20\d{6}t\S+", self.leave_one_there(), line)
                done = self.shell(line)
                self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(len(list(self.results.glob("20*"))), 3)


if __name__ == "__main__":
    unittest.main()
