#!/usr/bin/python3
"""A plain command, measured on a scripted GPU: exit codes, files, energy, carbon, signals, messages."""
import csv
import fcntl
import json
import os
import pathlib
import re
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import time
import unittest

from product import PROGRAM, SOURCE, ProductTest, carbon_service, needs_quiet

QUICK = ("--idle_roll", "0", "--no_plot")


class ExitCodes(ProductTest):
    def test_exit_code_is_the_benchmarks(self):
        for line, code in (("true", 0), ("exit 7", 7), ("kill -KILL $$", 137)):
            with self.subTest(line=line):
                outcome = self.run_program(*QUICK, "--benchmark_command", line)
                self.assertEqual(outcome.code, code, outcome.stderr)
                self.assertEqual(outcome.metrics["workload"]["exit_code"], code)
                self.assertEqual("workload_failed" in outcome.findings(), code != 0)

    def test_a_failed_benchmark_says_why(self):
        for style in ((), ("--quiet",), ("--no_live_monitor",)):
            with self.subTest(style=style):
                outcome = self.run_program(*QUICK, *style, "--benchmark_command", "echo begun; echo 'CUDA out of memory' >&2; exit 3")
                log = (outcome.directory / "benchmark.log").resolve()
                self.assertTrue(outcome.stderr.endswith(f"iris-gpubench: the benchmark failed with exit code 3; the end of its log:\n"
                                                        f"  begun\n  CUDA out of memory\nthe complete log: {log}\n"), outcome.stderr)
        self.assertEqual(self.run_program(*QUICK, "--benchmark_command", "echo fine").stderr, "")

    def test_without_shell(self):
        outcome = self.run_program(*QUICK, "--", "printf", "%s|", "a b", "$HOME")
        self.assertEqual(outcome.code, 0)
        self.assertEqual(outcome.text("benchmark.log"), "a b|$HOME|")

    def test_unknown_program(self):
        outcome = self.run_program(*QUICK, "--", "no-such-program")
        self.assertEqual(outcome.code, 125)
        self.assertIn("no-such-program", outcome.stderr)
        self.assertFalse(self.results.exists(), "nothing was measured, so nothing is left")

    def test_standard_output_that_cannot_be_written(self):
        for arguments in (("--help",), ("list",), ("plan", "--help")):
            with self.subTest(arguments=arguments), open("/dev/full", "w") as full:
                done = subprocess.run([str(PROGRAM), *arguments], env=self.environment, stdout=full, stderr=subprocess.PIPE, text=True, cwd=self.folder)
                self.assertEqual(done.returncode, 125)
                self.assertIn("standard output could not be written", done.stderr)

    def test_results_folders_that_cannot_be(self):
        dangling = self.folder / "dangling"
        dangling.symlink_to("not-there")
        for folder, words in (("x" * 300, "File name too long"), (str(dangling), "a link to a folder that is not there")):
            with self.subTest(folder=folder[:20]):
                done = subprocess.run([str(PROGRAM), "--results_dir", folder, *QUICK, "--", "true"], env=self.environment, capture_output=True, text=True, cwd=self.folder)
                self.assertEqual(done.returncode, 125)
                self.assertIn(words, done.stderr)
                self.assertNotIn("internal error", done.stderr)

    def test_what_could_not_run_leaves_no_results_folder(self):
        self.assertEqual(self.run_program(*QUICK, "--export_to_victoria", "--", "true").code, 125)
        self.assertFalse(self.results.exists())
        self.results.mkdir()
        self.assertEqual(self.run_program(*QUICK, "--export_to_victoria", "--", "true").code, 125)
        self.assertTrue(self.results.exists(), "it is not ours")

    def test_usage_errors(self):
        for arguments, words in (((), "nothing to run"), (("--benchmark_image", "a", "--benchmark_command", "b"), "cannot be used together"),
                                 (("--interval", "0", "--", "true"), "--interval"),
                                 (("--carbon_region", "Atlantis", "--", "true"), "South England"),
                                 (("--benchmark_imgae", "x"), "did you mean --benchmark-image?")):
            with self.subTest(arguments=arguments):
                outcome = self.run_program(*arguments)
                self.assertEqual(outcome.code, 2)
                self.assertIn(words, outcome.stderr)
        self.assertFalse(self.results.exists())


class Results(ProductTest):
    gpu_script = "gpus 2\nprofile steady 100\n"

    @needs_quiet
    def test_all_files_and_the_seeds_keys(self):
        outcome = self.run_program("--interval", "0.5", "--benchmark_command", "sleep 2")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assert_valid_results(outcome)
        metrics = outcome.metrics
        for key in ("benchmark", "name", "device_count", "elapsed_time", "start_datetime", "end_datetime", "total_energy",
                    "total_carbon", "av_carbon_forecast", "start_carbon_forecast", "end_carbon_forecast", "av_util", "av_power",
                    "av_temp", "av_mem", "av_clk_speed", "av_mem_clk_speed", "max_power_limit", "total_mem", "max_clk_speed",
                    "max_mem_clk_speed", "temp_threshold_gpu_max", "temp_threshold_slowdown", "temp_threshold_shutdown", "score"):
            self.assertIn(key, metrics)
        self.assertEqual(metrics["device_count"], 2)
        self.assertAlmostEqual(metrics["elapsed_time"], 2.0, delta=0.2)
        energy = metrics["total_energy"] * 3.6e6
        interval = metrics["total_energy_uncertainty"]["comparative_joules"]  # k = 2; the counter's age is all there is to it
        self.assertLess(interval, 0.05 * energy)
        self.assertAlmostEqual(energy, 2 * 100 * metrics["elapsed_time"], delta=1.5 * interval)
        self.assertIn(": succeeded (exit code 0)\nGPUs       2 x ", outcome.stdout)
        self.assertNotIn(outcome.text("formatted_metrics.txt").splitlines()[0], outcome.stdout, "the tables are in the file")
        rows = list(csv.DictReader(outcome.text("timeseries.csv").splitlines()))
        self.assertEqual({row["gpu_idx"] for row in rows}, {"0", "1"})
        self.assertEqual(list(rows[0])[:8],
                         ["timestamp", "gpu_idx", "util", "power", "temp", "mem", "clk_speed", "mem_clk_speed"])
        power = list(csv.DictReader(outcome.text("power.csv").splitlines()))
        self.assertGreaterEqual(len(power), 2 * 2 * 45, "a gap-free 50 Hz series for each GPU")

    def test_earlier_results_stay(self):
        first = self.run_program(*QUICK, "--", "true").directory.resolve()
        second = self.run_program(*QUICK, "--", "true").directory.resolve()
        self.assertNotEqual(first, second)
        self.assertTrue((first / "metrics.yml").exists())

    def test_score_of_a_command(self):
        outcome = self.run_program(*QUICK, "--benchmark_command", 'echo "time: 12.5" > "$IRIS_GPUBENCH_RESULTS/metrics.yml"')
        self.assertEqual(outcome.metrics["score"], 12.5)
        self.assertIn("Score      12.5 s", outcome.stdout)

    def test_results_folder_that_cannot_be_used(self):
        self.results.write_text("a file")
        outcome = self.run_program(*QUICK, "--", "true")
        self.assertEqual(outcome.code, 125)
        self.assertIn("--results-dir", outcome.stderr)
        self.assertEqual(self.results.read_text(), "a file")

    def test_secrets_stay_out(self):
        self.environment["MEERKAT_PASSWORD"] = "marker-secret"
        outcome = self.run_program(*QUICK, "--benchmark_command", "env")
        everything = outcome.stdout + outcome.stderr
        for path in outcome.directory.iterdir():
            everything += path.read_text(errors="replace") if path.is_file() else ""
        self.assertNotIn("marker-secret", everything)


@needs_quiet
class Energy(ProductTest):
    def test_a_known_load_from_both_sensors(self):
        load = self.folder / "load"
        self.script_gpu(f"gpus 1\nload_file {load} 100 600\n")
        outcome = self.run_program("--interval", "1", "--no_plot", "--benchmark_command", f"touch {load}; sleep 3; rm {load}")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        energy = outcome.metrics["gpus"][0]["energy"]
        truth = 600 * outcome.metrics["elapsed_time"]
        self.assertEqual(energy["counter"]["method"], "counter, idle-anchored")
        self.assertAlmostEqual(energy["counter"]["energy_joules"], truth, delta=0.015 * truth)
        self.assertAlmostEqual(energy["ring"]["energy_joules"], truth, delta=0.02 * truth)
        self.assertGreater(energy["ring"]["coverage"], 0.99)
        self.assertEqual([f for f in outcome.findings() if f != "carbon_fallback"], [])

    def test_a_long_interval_loses_no_power_sample(self):
        outcome = self.run_program("--interval", "60", "--no_plot", "--benchmark_command", "sleep 4")
        self.assertGreater(outcome.metrics["gpus"][0]["energy"]["ring"]["coverage"], 0.99)

    def test_a_counter_that_stands_still_is_not_believed(self):
        self.script_gpu("gpus 1\nprofile steady 300\ncounter frozen_at 0.5\n")
        outcome = self.run_program("--no_plot", "--benchmark_command", "sleep 2")
        self.assertIn("counter_unusable", outcome.findings())
        self.assertAlmostEqual(outcome.metrics["total_energy"] * 3.6e6, 300 * outcome.metrics["elapsed_time"], delta=15)

    def test_no_energy_is_never_zero(self):
        self.script_gpu("gpus 1\nprofile steady 300\nfail nvmlDeviceGetTotalEnergyConsumption 3\nfail field:83 3\n"
                        "fail nvmlDeviceGetSamples 3\nfail nvmlDeviceGetPowerUsage 3\nfail field:185 3\n")
        outcome = self.run_program("--no_plot", "--benchmark_command", "sleep 1")
        self.assertIsNone(outcome.metrics["total_energy"])
        self.assertIsNone(outcome.metrics["total_carbon"])
        self.assertIn("energy_unknown", outcome.findings())


class Gpus(ProductTest):
    gpu_script = "gpus 3\nprofile steady 100\ngpu 1 profile steady 250\n"

    def energy_of(self, gpus):
        return sum(gpu["energy_joules"] for gpu in gpus)

    def test_only_the_benchmarks_gpus_count(self):
        for variable, arguments, own in (("", (), [0, 1, 2]), ("1", (), [1]), ("GPU-fa4e0000-0000-0000-0000-000000000002,0", (), [0, 2]),
                                         ("0", ("--gpus", "device=1"), [1])):
            with self.subTest(variable=variable, arguments=arguments):
                self.environment.pop("CUDA_VISIBLE_DEVICES", None)
                if variable:
                    self.environment["CUDA_VISIBLE_DEVICES"] = variable
                outcome = self.run_program(*QUICK, *arguments, "--benchmark_command", "sleep 0.5; echo [$CUDA_VISIBLE_DEVICES]")
                metrics = outcome.metrics
                self.assertEqual([gpu["index"] for gpu in metrics["gpus"]], own)
                self.assertEqual(metrics["device_count"], len(own))
                self.assertEqual([gpu["index"] for gpu in metrics["other_gpus"]], [i for i in range(3) if i not in own])
                self.assertAlmostEqual(metrics["total_energy_joules"], self.energy_of(metrics["gpus"]), places=6)
                self.assertAlmostEqual(sum(slot["energy_joules"] for slot in metrics["emissions"]["slots"]),
                                       metrics["total_energy_joules"], places=6)
                self.assertEqual("Other GPUs of This Machine" in outcome.text("formatted_metrics.txt"), len(own) < 3)
                if arguments:
                    self.assertIn("[GPU-fa4e0000-0000-0000-0000-000000000001]", outcome.text("benchmark.log"))
                rows = list(csv.DictReader(outcome.text("timeseries.csv").splitlines()))
                self.assertEqual({row["gpu_idx"] for row in rows}, {"0", "1", "2"}, "all are recorded")

    def test_a_saved_run_still_knows(self):
        self.environment["CUDA_VISIBLE_DEVICES"] = "1"
        before = self.run_program("--idle_roll", "0", "--benchmark_command", "sleep 0.5").metrics
        del self.environment["CUDA_VISIBLE_DEVICES"]
        again = self.finish(subprocess.Popen([str(PROGRAM), "report", str(self.results / "latest")], env=self.environment,
                                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)).metrics
        self.assertEqual([gpu["index"] for gpu in again["gpus"]], [1])
        self.assertEqual(again["gpus_chosen_by"], "CUDA_VISIBLE_DEVICES=1")
        self.assertEqual(again["gpus"][0]["events"], before["gpus"][0]["events"])
        self.assertAlmostEqual(again["total_energy_joules"], before["total_energy_joules"], places=6)

    def test_no_gpu_is_no_total(self):
        self.environment["CUDA_VISIBLE_DEVICES"] = ""
        outcome = self.run_program(*QUICK, "--", "true")
        self.assertIn("no_gpu_given", outcome.findings())
        self.assertIsNone(outcome.metrics["total_energy"])
        self.assertIsNone(outcome.metrics["total_carbon"])
        self.assertEqual(len(outcome.metrics["other_gpus"]), 3)

    def test_who_else_used_a_gpu(self):
        stranger = subprocess.Popen(["sleep", "60"])
        self.addCleanup(stranger.wait)
        self.addCleanup(stranger.kill)
        users = self.folder / "users"
        users.write_text(f"{stranger.pid} 512\n")
        self.script_gpu(f"gpus 2\nprofile steady 100\ngpu 0 process_file {users}\ngpu 1 xid 79 2\ngpu 1 ecc 0 2 2\n")
        outcome = self.run_program("--interval", "0.5", "--idle_roll", "0", "--no_plot", "--benchmark_command",
                                   f'echo "$$ 100" >> {users}; setsid sleep 6 & echo "$! 50" >> {users}; wait')
        seen = {user["process"]: user["kind"] for user in outcome.metrics["gpus"][0]["events"]["users"]}
        self.assertEqual(seen.pop(stranger.pid), "foreign")
        self.assertEqual(list(seen.values()), ["benchmark", "benchmark"], "its shell and what it put into a session of its own")
        self.assertEqual([name for name in outcome.findings() if name != "carbon_fallback"],
                         ["foreign_process", "xid_errors", "memory_errors"])
        self.assertIn(f"sleep (process {stranger.pid})", outcome.text("formatted_metrics.txt").replace("\n  ", " "))

    def test_what_the_benchmark_left_on_a_gpu(self):
        users, left = self.folder / "users", self.folder / "left"
        users.touch()
        self.script_gpu(f"gpus 1\nprofile steady 100\ngpu 0 process_file {users}\n")
        outcome = self.run_program(*QUICK, "--benchmark_command", f'setsid sleep 30 & echo $! > {left}; echo "$! 50" >> {users}; sleep 0.5')
        process = int(left.read_text())
        self.addCleanup(os.kill, process, signal.SIGKILL)
        self.assertIn("left_running", outcome.findings())
        self.assertIn(f"left sleep (process {process}) running on GPU 0", outcome.text("formatted_metrics.txt").replace("\n  ", " "))
        self.assertEqual([user["left_running"] for user in outcome.metrics["gpus"][0]["events"]["users"]], [True])

    def test_a_divided_board_counts_once(self):
        self.script_gpu("gpus 2\nprofile steady 100\ngpu 1 mig 2\n")
        self.environment["CUDA_VISIBLE_DEVICES"] = "MIG-fa4e0000-0000-0000-0001-000000000000,MIG-fa4e0000-0000-0000-0001-000000000001"
        metrics = self.run_program(*QUICK, "--benchmark_command", "sleep 0.5").metrics
        self.assertEqual([gpu["index"] for gpu in metrics["gpus"]], [1])
        self.assertTrue(metrics["gpus"][0]["mig"])
        self.assertIn("shared_by_mig", [finding["name"] for finding in metrics["findings"]])
        self.assertAlmostEqual(metrics["total_energy_joules"], 100 * metrics["elapsed_time"], delta=10)


class Carbon(ProductTest):
    def test_forecast(self):
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            outcome = self.run_program(*QUICK, "--carbon_region", "london", "--benchmark_command", "sleep 1")
        metrics = outcome.metrics
        self.assertNotIn("carbon_fallback", outcome.findings())
        slots = metrics["emissions"]["slots"]
        self.assertEqual({slot["kind"] for slot in slots}, {"forecast"})
        by_hand = sum(slot["energy_joules"] / 3.6e6 * slot["intensity_grams_per_kwh"] for slot in slots)
        self.assertAlmostEqual(metrics["total_carbon"], by_hand, delta=1e-9)

    def test_every_broken_answer_ends_in_the_marked_yearly_factor(self):
        for mode in ("empty_object", "empty_list", "error500", "html", "oversize"):
            with self.subTest(mode=mode), carbon_service(mode) as url:
                self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
                outcome = self.run_program(*QUICK, "--benchmark_command", "sleep 0.5")
                self.assertEqual(outcome.code, 0)
                self.assertIn("carbon_fallback", outcome.findings())
                self.assertGreater(outcome.metrics["total_carbon"], 0)
                for text in (outcome.stdout, outcome.text("formatted_metrics.txt")):
                    self.assertIn("yearly", text)

    def test_offline(self):
        outcome = self.run_program(*QUICK, "--benchmark_command", "sleep 0.5")
        self.assertEqual(outcome.code, 0)
        self.assertIn("carbon_fallback", outcome.findings())

    def test_list_of_regions(self):
        outcome = self.run_program("--carbon_region", "")
        self.assertEqual(outcome.code, 0)
        self.assertEqual(len(re.findall(r"^  \S", outcome.stdout, re.M)), 18)
        self.assertIn("South England", outcome.stdout)


class Surroundings(ProductTest):
    """What the tool is started with."""

    def test_closed_standard_streams(self):
        for streams in (">&-", ">&- 2>&-", "<&- >&-", "<&- >&- 2>&-"):
            with self.subTest(streams=streams):
                line = f'exec "$@" {streams}'
                process = subprocess.run(["sh", "-c", line, "sh", *self.command(*QUICK, "--", "true")], env=self.environment, cwd=self.folder,
                                         timeout=30, stderr=subprocess.PIPE)
                self.assertEqual(process.returncode, 0, process.stderr)
                log = (self.results / "latest" / "runtime.log").read_text()
                self.assertNotIn("+--", log, "the tables are not written into a file that has the number of standard output")

    def test_a_daemon_that_ignores_the_ends_of_its_children(self):
        process = subprocess.run(self.command(*QUICK, "--", "sh", "-c", "exit 3"), env=self.environment, cwd=self.folder, timeout=30,
                                 preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN), stderr=subprocess.PIPE)
        self.assertEqual(process.returncode, 3, process.stderr)

    def test_a_run_inside_a_run(self):
        inner = shlex.join([str(PROGRAM), *QUICK, "--quiet", "--results-dir", str(self.folder / "inner"), "--", "python3", "-c",
                                        "import os; open(os.environ['IRIS_GPUBENCH_RESULTS'] + '/own.txt', 'w').write('mine')"])
        outcome = self.run_program(*QUICK, "--benchmark_command", inner)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual((self.folder / "inner/latest/benchmark_results/own.txt").read_text(), "mine")
        self.assertFalse((self.results / "latest/benchmark_results/own.txt").exists())

    def test_a_limit_of_file_size_is_a_full_disk(self):
        for blocks in (1, 16, 64):  # of 512 bytes
            with self.subTest(blocks=blocks):
                process = subprocess.run(["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", *self.command(*QUICK, "--", "sleep", "1")],
                                         env=self.environment, cwd=self.folder, timeout=30, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertGreaterEqual(process.returncode, 0, "not killed by SIGXFSZ")

    def test_a_folder_whose_name_is_no_text(self):
        results = os.fsencode(self.folder) + b"/r\xff\xfe"
        process = subprocess.run([PROGRAM, *QUICK, "--results-dir", results, "--", "true"], env=self.environment, cwd=self.folder, timeout=30,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(process.returncode, 0, process.stderr)
        process.stdout.decode(), process.stderr.decode()  # what it prints is UTF-8, and so is what it writes
        metrics = json.loads(pathlib.Path(os.fsdecode(results), "latest", "metrics.json").read_text())
        self.assertIsNotNone(metrics["total_energy"])

    def test_no_thread_can_be_started(self):
        def limited():
            resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
            if os.geteuid() == 0:  # root is not limited
                os.setgid(65534)
                os.setuid(65534)
        os.chmod(self.folder, 0o777)
        process = subprocess.run(self.command(*QUICK, "--", "true"), env=self.environment, cwd=self.folder, preexec_fn=limited, timeout=30,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(process.returncode, 125, process.stderr)
        self.assertIn("no thread can be started", process.stderr)
        self.assertIn("ulimit -u", process.stderr)


class Signals(ProductTest):
    def test_ctrl_c_leaves_valid_results(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            with self.subTest(signal=number):
                process = self.start("--interval", "0.5", "--benchmark_command", "echo begun; sleep 1000")
                self.wait_for(lambda: any("begun" in log.read_text() for log in self.results.glob("*/benchmark.log")
                                          if log.parent.name != "latest" and not (log.parent / "metrics.yml").exists()),
                              "the command to begin")
                self.interrupt(process, number)
                outcome = self.finish(process)
                self.assertEqual(outcome.code, code)
                self.assert_valid_results(outcome)
                self.assertIn("interrupted", outcome.findings())

    def test_ignored_at_the_start_stays_ignored(self):
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):  # nohup; "&" of a script; a trap of it
            with self.subTest(signal=number):
                process = subprocess.Popen(self.command(*QUICK, "--benchmark_command", "echo begun; sleep 1; echo done"),
                                           env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
                                           preexec_fn=lambda: signal.signal(number, signal.SIG_IGN), restore_signals=False)
                self.wait_for(lambda: any("begun" in log.read_text() and "done" not in log.read_text()
                                          for log in self.results.glob("*/benchmark.log")), "the command to begin")
                self.interrupt(process, number)
                outcome = self.finish(process)
                self.assertEqual(outcome.code, 0, outcome.stderr)
                self.assertIn("done", outcome.text("benchmark.log"))

    def test_a_batch_systems_warning_is_the_benchmarks(self):
        for number, name in ((signal.SIGUSR1, "USR1"), (signal.SIGUSR2, "USR2")):
            with self.subTest(signal=name):
                process = self.start(*QUICK, "--benchmark_command",
                                     f"trap 'echo checkpoint; exit 9' {name}; echo begun; while :; do sleep 0.02; done")
                self.wait_for(lambda: any("begun" in log.read_text() for log in self.results.glob("*/benchmark.log")
                                          if not (log.parent / "metrics.yml").exists()), "the command to begin")
                process.send_signal(number)
                outcome = self.finish(process)
                self.assertEqual(outcome.code, 9, outcome.stderr)
                self.assertIn("checkpoint", outcome.text("benchmark.log"))
                self.assertNotIn("interrupted", outcome.findings())

    def test_the_end_of_a_job_leaves_a_whole_record(self):
        process = self.start("--interval", "0.5", "--benchmark_command", "echo begun; sleep 1000")
        self.wait_for(lambda: any("begun" in log.read_text() for log in self.results.glob("*/benchmark.log")), "the command to begin")
        for number in (signal.SIGTERM, signal.SIGCONT, signal.SIGTERM):  # as slurmstepd sends them
            process.send_signal(number)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 143)
        self.assert_valid_results(outcome)

    def test_a_killed_tool_leaves_nothing_running(self):
        mark = f"77.{os.getpid()}"
        process = self.start(*QUICK, "--benchmark_command", f"echo begun; sleep {mark} | cat; true")
        def is_running():
            return subprocess.run(["pgrep", "-xf", f"sleep {mark}"], stdout=subprocess.DEVNULL).returncode == 0
        self.wait_for(is_running, "the command")
        process.kill()
        process.communicate()
        self.wait_for(lambda: not is_running(), "the command's processes to end", timeout=5)

    def test_twice_kills(self):
        process = self.start("--no_plot", "--benchmark_command", "trap '' TERM; echo begun; while :; do sleep 0.1; done")
        self.wait_for(lambda: any("begun" in log.read_text() for log in self.results.glob("*/benchmark.log")), "the command")
        self.interrupt(process)
        time.sleep(0.5)  # the first has arrived: two at once would be one signal
        self.interrupt(process)
        outcome = self.finish(process, timeout=8)
        self.assertEqual(outcome.metrics["workload"]["exit_code"], 137)

    @needs_quiet
    def test_time_limit(self):
        for line, own, least in (("echo begun; sleep 1000", 143, 0.5), ("trap '' TERM; while :; do sleep 0.1; done", 137, 1)):
            with self.subTest(line=line):
                outcome = self.run_program("--idle_roll", "0.2", "--no_plot", "--timeout", "0.5", "--stop_grace", "0.5",
                                           "--benchmark_command", line)
                self.assertEqual(outcome.code, 124, outcome.stderr)
                self.assert_valid_results(outcome, plot=False)
                self.assertIn("timed_out", outcome.findings())
                self.assertEqual(outcome.metrics["workload"]["exit_code"], own)
                self.assertGreaterEqual(outcome.metrics["elapsed_time"], least)
                self.assertLess(outcome.metrics["elapsed_time"], least + 1)
                self.assertIn("--timeout", outcome.stdout)
        self.assertEqual(self.run_program("--no_plot", "--timeout", "60", "--", "true").code, 0)

    def test_before_the_start(self):
        process = self.start("--idle_roll", "30", "--", "true")
        self.wait_for(lambda: list(self.results.glob("*/runtime.log")), "the run to begin")
        self.interrupt(process)
        outcome = self.finish(process, timeout=8)
        self.assertEqual(outcome.code, 130)
        self.assertIn("before the benchmark was started", outcome.stderr)
        self.assertFalse(self.results.exists())


SCORE = "mkdir -p $IRIS_GPUBENCH_RESULTS; printf 'time: 12.5\\nwork: 640\\n' > $IRIS_GPUBENCH_RESULTS/metrics.yml; sleep 1"


class Waits(ProductTest):
    """After the benchmark: what never answers holds nothing up, and costs no result."""

    def setUp(self):
        super().setUp()
        self.silent = socket.create_server(("127.0.0.1", 0), backlog=50)  # takes connections and never answers
        self.addCleanup(self.silent.close)
        self.url = "http://127.0.0.1:%d" % self.silent.getsockname()[1]

    def gnuplot_that_hangs(self):
        folder = self.folder / "bin"
        folder.mkdir()
        (folder / "gnuplot").write_text("#!/bin/sh\nexec sleep 50\n")
        (folder / "gnuplot").chmod(0o755)
        self.environment["PATH"] = f"{folder}:" + self.environment["PATH"]

    def saved(self):
        path = self.results / "latest" / "metrics.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def test_killed_while_others_are_waited_for(self):
        cases = {
            "database": ({"IRIS_GPUBENCH_VICTORIA_URL": self.url}, ("--no_plot", "--carbon_intensity", "100", "--export_to_victoria")),
            "carbon source": ({"IRIS_GPUBENCH_CARBON_URL": self.url}, ("--no_plot",)),
            "gnuplot": ({}, ("--carbon_intensity", "100")),
        }
        self.gnuplot_that_hangs()
        for case, (variables, options) in cases.items():
            with self.subTest(case):
                self.environment.update(variables)
                process = self.start("--idle_roll", "0", *options, "--benchmark_command", SCORE)
                self.wait_for(lambda: self.saved().get("score") == 12.5, "the first results")
                self.assertIsNone(process.poll())
                process.kill()
                process.communicate()
                latest = (self.results / "latest").resolve()
                recovered = subprocess.run([str(PROGRAM), "recover", str(latest), "--no_plot"], env=self.environment, capture_output=True,
                                           text=True, timeout=60)
                self.assertEqual(recovered.returncode, 0, recovered.stderr)
                self.assertEqual((self.saved()["score"], self.saved()["work"]["amount"]), (12.5, 640))
                self.assertIn("recovered", [finding["name"] for finding in self.saved()["findings"]])
                shutil.rmtree(latest)
                (self.results / "latest").unlink()

    def test_one_signal_ends_the_wait(self):
        self.gnuplot_that_hangs()
        self.environment["IRIS_GPUBENCH_VICTORIA_URL"] = self.url
        process = self.start("--idle_roll", "0", "--carbon_intensity", "100", "--export_to_victoria", "--benchmark_command", SCORE)
        self.wait_for(lambda: self.saved().get("score") == 12.5, "the first results")
        self.interrupt(process)
        outcome = self.finish(process, timeout=20)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertLessEqual({"export_incomplete", "plot_not_made"}, set(outcome.findings()))

    def test_a_reader_that_has_stopped(self):
        ends = os.pipe()
        self.addCleanup(os.close, ends[0])
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, 4096)
        os.write(ends[1], b"x" * 4096)
        process = subprocess.Popen(self.command("--idle_roll", "0", "--no_plot", "--no_live_monitor", "--", "true"), env=self.environment,
                                   stdout=ends[1], stderr=subprocess.DEVNULL, cwd=self.folder)
        os.close(ends[1])
        self.wait_for(lambda: (self.results / "latest" / "report.html").exists(), "the last result file")
        with self.assertRaises(subprocess.TimeoutExpired, msg="it waits for its reader"):
            process.wait(timeout=1)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=20), 0)


class WithoutGpu(ProductTest):
    def test_message_names_both_ways_out(self):
        self.environment["IRIS_GPUBENCH_NVML"] = "/nonexistent/libnvidia-ml.so.1"
        outcome = self.run_program("--", "true")
        self.assertEqual(outcome.code, 125)
        self.assertIn("--meter replay:", outcome.stderr)
        self.assertIn("driver", outcome.stderr)

    def test_every_output_of_a_replay_says_so(self):
        trace = SOURCE / "tests/unit/meter/files/short.trace"
        outcome = self.run_program("--interval", "0.5", "--meter", f"replay:{trace}", "--benchmark_command", "sleep 2")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIn("replayed", outcome.findings())
        self.assertTrue(outcome.metrics["source"]["replay"])
        for text in (outcome.stdout, outcome.text("formatted_metrics.txt"), outcome.text("runtime.log"),
                     outcome.text("final_monitoring_output.txt")):
            self.assertIn("REPLAY", text)
        self.assertGreater(outcome.metrics["total_energy"], 0)
        for name in ("timeseries.csv", "power.csv"):
            rows = list(csv.DictReader(outcome.text(name).splitlines()))
            self.assertEqual({row["source"] for row in rows}, {"replay"}, name)

    def test_a_trace_that_is_none(self):
        (self.folder / "bad.trace").write_text("nonsense\n")
        outcome = self.run_program("--meter", f"replay:{self.folder}/bad.trace", "--", "true")
        self.assertEqual(outcome.code, 125)
        self.assertIn("bad.trace", outcome.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
