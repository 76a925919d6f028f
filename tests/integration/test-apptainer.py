#!/usr/bin/python3
"""Benchmarks in images that a real Apptainer and a real Charliecloud run: codes, results, marks, environment, GPUs, ends.

KILLS=50 in the environment makes a soak of the test that kills the program (scripts/soak-kill-containers does so)."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time
import unittest

from apptainers import FOLDER, QUICK, ApptainerTest, make_archive, make_folder_image
from cases import load
from product import PROGRAM, SOURCE
from registries import Registry

test_docs = load("test-docs")
KILLS = int(os.environ.get("KILLS", "10"))


class Apptainer(ApptainerTest):
    def test_exit_codes_are_the_programs(self):
        for line, code in (("true", 0), ("exit 3", 3), ("exit 255", 255), ("echo 'FATAL:   mine'; exit 255", 255), ("kill -KILL $$", 137), ("kill -SEGV $$", 139),
                           ("kill -TERM $$", 143), ("echo 'no such input' >&2; exit 1", 1)):
            with self.subTest(line=line):
                outcome = self.shell(line)
                self.assertEqual(outcome.code, code, outcome.stderr)
                self.assertEqual(outcome.metrics["workload"]["exit_code"], code)

    def test_words_like_the_engines_are_not_taken_for_its_failure(self):
        outcome = self.shell("echo 'FATAL:   out of luck' >&2; exit 255")
        self.assertEqual(outcome.code, 255, outcome.stderr)
        findings = {finding["name"]: finding["text"] for finding in outcome.metrics["findings"]}
        self.assertIn("it is unclear whether", findings["workload_failed"])

    def test_own_failures_of_the_engine(self):
        for words, options in ((("--benchmark_image", self.sif, "--entrypoint", "no-such-program"), "executable file not found"),
                               (("--benchmark_image", str(self.folder / "none.sif")), "there is no image file"),
                               (("--benchmark_image", str(self.folder / "broken.sif")), "cannot run"),
                               (("--benchmark_image", self.sif), "no program of its own"),
                               (("--engine", "apptainer", "--benchmark_image", "ubuntu"), "docker://"),
                               (("--benchmark_image", "docker://debian:12", "--entrypoint", "true"), "--pull missing"),
                               (("--benchmark_image", self.sif, "--memory", "1g", "--entrypoint", "true"), "scheduler")):
            with self.subTest(words=words):
                (self.folder / "broken.sif").write_text("no image")
                outcome = self.run_program(*QUICK, "--gpu_access", "none", *words)
                self.assertEqual(outcome.code, 125, outcome.stderr)
                self.assertIn(options, outcome.stderr)
        self.environment["PATH"] = "/usr/bin:/bin"
        self.assertIn("install Apptainer", self.shell("true").stderr)

    def test_record(self):
        outcome = self.shell("sleep 0.3")
        workload = outcome.metrics["workload"]
        self.assertEqual((workload["kind"], workload["name"], workload["gpu_access"]), ("container", "bench", "none"))
        self.assertRegex(workload["engine"], r"^Apptainer \d+\.\d+")
        self.assertRegex(workload["image_id"], r"^sif:[0-9a-f]{8}-")
        self.assertIn("bench", outcome.directory.resolve().name)

    def test_results_marks_and_environment(self):
        (self.folder / "in,put").mkdir()
        (self.folder / "in,put/data.txt").write_text("from here\n")
        line = ("echo 'score: 7' > /root/results/own.txt; echo more > /out/more.txt; cat /data/data.txt > $IRIS_GPUBENCH_RESULTS/copied.txt; "
                "printf '%s|%s|%s' \"$A\" \"$B\" \"${SECRET-none}\" > /root/results/env.txt; touch /data/new 2>/dev/null && exit 9; pwd > /root/results/pwd.txt; "
                "test -w \"$IRIS_GPUBENCH_MARKS\" || exit 8; echo '{\"phase\":\"load\"}' >> \"$IRIS_GPUBENCH_MARKS\"")
        self.environment["SECRET"] = "not for it"
        value = "a,b\n$HOME \"q\" 'r'"
        outcome = self.shell(line, "--env", "A=" + value, "--env", "B=", "--mount", f"{self.folder}/in,put:/data", "--results_path", "/out", "--workdir", "/bin")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        results = outcome.directory / "benchmark_results"
        self.assertEqual((results / "env.txt").read_text(), value + "||none")
        self.assertEqual((results / "copied.txt").read_text(), "from here\n")
        self.assertEqual((results / "out/more.txt").read_text(), "more\n")
        self.assertEqual((results / "own.txt").read_text(), "score: 7\n")
        self.assertEqual((results / "pwd.txt").read_text(), "/bin\n")

    def test_kinds_of_images(self):
        make_archive(self.images / "folder", self.folder, ["/bin/env", "FROM_IMAGE=1"])
        self.environment["APPTAINER_CACHEDIR"] = str(self.folder / "cache")
        for image in (str(self.images / "folder"), str(self.images / "folder") + "/", str(self.folder / "bench.tar"), f"docker-archive:{self.folder}/bench.tar"):
            with self.subTest(image=image):
                outcome = self.shell("exit 4", image=image)
                self.assertEqual(outcome.code, 4, outcome.stderr)
        self.assertEqual(len(list((self.folder / "cache/iris-gpubench").glob("*.sif"))), 1, "an archive is converted once")

    @unittest.skipUnless(shutil.which("docker-registry"), "no docker-registry")
    def test_images_of_a_registry(self):
        registry = Registry(self.folder)
        self.addCleanup(registry.stop)
        registry.wait()
        make_archive(self.images / "folder", self.folder, ["/bin/env", "FROM_IMAGE=1"])
        registry.push_archive("group/bench", "v1", self.folder / "bench.tar")
        self.environment |= {"APPTAINER_CACHEDIR": str(self.folder / "cache"), "APPTAINER_NOHTTPS": "true"}
        url = f"docker://{registry.host}/group/bench:v1"
        line = "echo $FROM_IMAGE; exit 6"
        self.assertIn("--pull missing", self.shell(line, image=url).stderr)
        first = self.shell(line, "--pull", "missing", image=url)
        self.assertEqual((first.code, first.text("benchmark.log")), (6, "1\n"), first.stderr)
        missing = self.shell(line, "--pull", "missing", image=f"docker://{registry.host}/group/bench:v2")
        self.assertEqual(missing.code, 125)
        self.assertIn("group/bench:v2", missing.stderr)
        registry.stop()
        self.assertEqual(self.shell(line, "--pull", "missing", image=url).code, 6, "what was fetched is kept")
        self.assertEqual(self.shell(line, image=url).code, 6, "and serves without --pull")
        self.assertEqual(self.shell(line, "--pull", "always", image=url).code, 125)

    def test_eight_at_once_convert_an_archive_once(self):
        make_archive(self.images / "folder", self.folder, ["/bin/env", "FROM_IMAGE=1"])
        self.environment["APPTAINER_CACHEDIR"] = str(self.folder / "cache")
        words = [*QUICK, "--quiet", "--gpu_access", "none", "--benchmark_image", str(self.folder / "bench.tar"), "--", "sh", "-c", "echo $FROM_IMAGE; exit 5"]
        runs = [self.start(*words) for _ in range(8)]
        outcomes = [self.finish(run) for run in runs]
        self.assertEqual([outcome.code for outcome in outcomes], [5] * 8, outcomes[0].stderr)
        self.assertEqual(sum("converting" in outcome.stderr for outcome in outcomes), 1, [outcome.stderr for outcome in outcomes])

    def test_gpus_that_arrive_and_that_do_not(self):
        line = "ls /.singularity.d/libs /dev; echo visible=$CUDA_VISIBLE_DEVICES"
        words = (*QUICK, "--gpus", "device=0", "--benchmark_image", self.sif, "--", "sh", "-c", line)
        refused = self.run_program(*words)
        self.assertEqual(refused.code, 125)
        self.assertIn("libcuda.so.1 does not arrive", refused.stderr)
        self.assertFalse(self.results.exists(), "nothing was measured, so nothing is left")
        self.environment["GPUBENCH_APPTAINER_NVIDIA"] = "1"
        outcome = self.run_program(*words)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        log = outcome.text("benchmark.log")
        for name in ("libcuda.so.1", "libnvidia-ml.so.1", "nvidia0", "visible=GPU-"):
            self.assertIn(name, log)
        self.assertEqual(outcome.metrics["workload"]["gpu_access"], "nv")

    def test_gpus_are_the_jobs(self):
        self.script_gpu("gpus 4\nprofile steady 100\n")
        self.environment |= {"GPUBENCH_APPTAINER_NVIDIA": "1", "CUDA_VISIBLE_DEVICES": "1"}
        outcome = self.run_program(*QUICK, "--benchmark_image", self.sif, "--", "sh", "-c", "echo visible=$CUDA_VISIBLE_DEVICES")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIn("visible=1\n", outcome.text("benchmark.log"))
        self.assertEqual(outcome.metrics["device_count"], 1)

    def test_several_side_by_side(self):
        self.script_gpu("gpus 2\nprofile steady 100\n")
        self.environment["GPUBENCH_APPTAINER_NVIDIA"] = "1"
        line = "echo $CUDA_VISIBLE_DEVICES > /root/results/gpu.txt"
        outcome = self.run_program(*QUICK, "--gpus", "1", "--benchmark_image", self.sif, "--benchmark_image", self.sif, "--", "sh", "-c", line)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        seen = [(outcome.directory / f"benchmark_results/{number}/gpu.txt").read_text() for number in (1, 2)]
        self.assertEqual(len(set(seen)), 2, seen)


class Ends(ApptainerTest):
    """As user 1500 the image is mounted by a helper, in a process group of its own."""

    def setUp(self):
        super().setUp()
        self.environment["GPUBENCH_APPTAINER_USER"] = "1"
        self.sif = shutil.copy(self.sif, self.folder)  # its helper has it open

    def begin(self, line, *options):
        before = self.begun()
        process = self.start(*QUICK, "--gpu_access", "none", "--env", f"MARK={self.folder}", *options, "--benchmark_image", self.sif, "--", "sh", "-c", line)
        self.addCleanup(process.kill)
        self.wait_for(lambda: self.begun() > before, "the benchmark")
        self.assertTrue(self.mounts(), "a helper mounts the image")
        return process

    def begun(self):
        """How many benchmarks have said so."""
        return sum("begun" in path.read_text() for path in self.results.glob("*/benchmark.log"))

    def mounts(self):
        return [line for line in self.own_processes() if "squashfuse" in line]

    def assert_nothing_is_left(self):
        self.wait_for(lambda: not self.own_processes(), f"the end of {self.own_processes()}", timeout=5)

    def test_stop_reaches_the_program(self):
        process = self.begin("trap 'echo stopped; exit 9' TERM; echo begun; while :; do sleep 0.05; done")
        self.interrupt(process, signal.SIGTERM)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 143, outcome.stderr)
        self.assertIn("stopped", outcome.text("benchmark.log"))
        self.assertEqual(outcome.metrics["workload"]["exit_code"], 9)
        self.assert_nothing_is_left()

    def test_kill_after_the_grace(self):
        process = self.begin("trap '' TERM; echo begun; while :; do sleep 0.05; done", "--stop_grace", "1")
        begun = time.monotonic()
        self.interrupt(process, signal.SIGTERM)
        outcome = self.finish(process)
        self.assertGreaterEqual(time.monotonic() - begun, 1)
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(outcome.metrics["workload"]["exit_code"], 137)
        self.assert_nothing_is_left()

    def test_a_warning_is_handed_on(self):
        process = self.begin("trap 'echo saved; exit 0' USR1; echo begun; while :; do sleep 0.05; done")
        self.interrupt(process, signal.SIGUSR1)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIn("saved", outcome.text("benchmark.log"))

    def test_nothing_outlives_a_tool_that_is_killed(self):
        for number in range(KILLS):
            with self.subTest(number=number):
                process = self.start(*QUICK, "--gpu_access", "none", "--env", f"MARK={self.folder}", "--benchmark_image", self.sif, "--",
                                     "sh", "-c", "echo begun; setsid sleep 100")
                time.sleep(random.uniform(0.05, 1.05))
                process.kill()
                process.communicate()
                self.assert_nothing_is_left()
        process = self.begin("echo begun; sleep 100")
        process.kill()
        process.communicate()
        self.assert_nothing_is_left()

    def test_nothing_outlives_an_engine_that_is_killed(self):
        process = self.begin("echo begun; sleep 100")
        engine = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True).stdout.split()
        time.sleep(0.7)
        for number in engine:
            name = pathlib.Path(f"/proc/{number}/comm").read_text()
            if name != "sh\n":
                os.kill(int(number), signal.SIGKILL)
        self.assertEqual(self.finish(process).code, 137)
        self.assert_nothing_is_left()


class Charliecloud(ApptainerTest):
    def setUp(self):
        super().setUp()
        self.image = str(self.images / "folder")

    def run_in(self, line, *options):
        return self.shell(line, "--engine", "charliecloud", *options, image=self.image)

    def test_codes(self):
        for line, code in (("true", 0), ("exit 1", 1), ("exit 3", 3), ("kill -KILL $$", 137)):
            with self.subTest(line=line):
                outcome = self.run_in(line)
                self.assertEqual(outcome.code, code, outcome.stderr)
        for options, words in ((("--entrypoint", "no-such-program"), "execve"), (("--volume", f"{self.folder}:/none"), "mkdir -p"), (("--user", "1"), "--user cannot be used"),
                               (("--mount", f"{self.folder}:/tmp/data"), "read-only")):
            with self.subTest(options=options):
                outcome = self.run_in("true", *options)
                self.assertEqual(outcome.code, 125, outcome.stderr)
                self.assertIn(words, outcome.stderr)

    def test_results_marks_and_environment(self):
        line = ("echo own > /root/results/own.txt; echo more > /out/more.txt; printf '%s' \"$A\" > $IRIS_GPUBENCH_RESULTS/env.txt; "
                "test -w \"$IRIS_GPUBENCH_MARKS\" || exit 8")
        outcome = self.run_in(line, "--env", "A=a,b\nc", "--results_path", "/out")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        results = outcome.directory / "benchmark_results"
        self.assertEqual((results / "env.txt").read_text(), "a,b\nc")
        self.assertEqual((results / "out/more.txt").read_text(), "more\n")
        self.assertEqual((results / "own.txt").read_text(), "own\n")
        self.assertRegex(outcome.metrics["workload"]["engine"], "^Charliecloud")

    def test_a_driver_that_is_not_in_the_image(self):
        outcome = self.run_program(*QUICK, "--engine", "charliecloud", "--benchmark_image", self.image, "--", "true")
        self.assertEqual(outcome.code, 125)
        self.assertIn("ch-fromhost --nvidia", outcome.stderr)


class Page(ApptainerTest):
    """The document: each of its command lines is run, where a registry is asked until it cannot be reached."""

    def setUp(self):
        super().setUp()
        (self.folder / "bin").mkdir()
        (self.folder / "bin/iris-gpubench").symlink_to(PROGRAM)
        for name in ("data", "work"):
            (self.folder / name).mkdir()
        self.environment |= {"PATH": f"{self.folder}/bin:{self.environment['PATH']}", "GPUBENCH_APPTAINER_NVIDIA": "1", "IRIS_GPUBENCH_IDLE_ROLL": "0.1",
                             "IRIS_GPUBENCH_NO_PLOT": "true", "IRIS_GPUBENCH_NO_LIVE_MONITOR": "true", "OMPI_ALLOW_RUN_AS_ROOT": "1",
                             "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "APPTAINER_CACHEDIR": str(self.folder / "cache")}
        image = self.folder / "folder"
        make_folder_image(image)
        (image / "work").mkdir()
        for name, text in (("train", "sleep 0.1"), ("python3", "sleep 0.1"), ("entry", 'case $1 in --*) echo "arguments: $*"; exit;; esac; exec "$@"')):
            (image / "bin" / name).write_text("#!/bin/sh\n" + text + "\n")
            (image / "bin" / name).chmod(0o755)
        make_archive(image, self.folder, ["/bin/entry"])
        build = [str(FOLDER / "bin/apptainer"), "build", "bench.sif", "docker-archive:bench.tar"]
        subprocess.run(build, cwd=self.folder, env=self.environment, check=True, capture_output=True)
        (self.folder / "bench.tar").rename(self.folder / "saved.tar")

    def test_each_line_is_run(self):
        lines = [line for _, line in test_docs.command_lines(SOURCE / "docs/howto/apptainer.md")]
        self.assertGreater(len(lines), 9)
        for line in lines:
            with self.subTest(line=line):
                done = subprocess.run(["sh", "-c", line], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                      timeout=60, check=False)
                if "docker://" in line:  # no registry here
                    self.assertEqual(done.returncode, 125)
                    self.assertIn("could not make an image of docker://debian:12", done.stderr)
                else:
                    self.assertEqual(done.returncode, 0, done.stderr)
                if "--epochs" in line:
                    self.assertIn("arguments: --epochs 3", (self.results / "latest/benchmark.log").read_text())


if __name__ == "__main__":
    unittest.main()
