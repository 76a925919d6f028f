#!/usr/bin/python3
"""The program with real containers of a Docker engine of its own."""
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from product import SUPPORT, ProductTest, needs_quiet

QUICK = ("--idle_roll", "0", "--no_plot", "--no_live_monitor")


@unittest.skipUnless(os.geteuid() == 0, "a Docker engine of its own needs root")
class ContainerTest(ProductTest):
    @classmethod
    def setUpClass(cls):
        cls.engine_folder = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-engine-"))
        cls.addClassCleanup(cls.stop_engine)
        cls.start_engine()
        cls.make_images()

    engine_options = ()

    @classmethod
    def engine_path(cls):
        return os.environ["PATH"]

    @classmethod
    def start_engine(cls):
        started = subprocess.run([str(SUPPORT / "start-dockerd"), str(cls.engine_folder), *cls.engine_options],
                                 capture_output=True, text=True, env={**os.environ, "PATH": cls.engine_path()})
        if started.returncode != 0:
            raise RuntimeError(started.stderr)
        cls.docker_host = dict(line.split("=", 1) for line in started.stdout.splitlines())["DOCKER_HOST"]

    @classmethod
    def stop_engine(cls):
        subprocess.run([str(SUPPORT / "stop-dockerd"), str(cls.engine_folder)], capture_output=True)
        shutil.rmtree(cls.engine_folder, ignore_errors=True)

    @classmethod
    def docker(cls, *arguments, stdin=None):
        return subprocess.run(["docker", "-H", cls.docker_host, *arguments], capture_output=True, text=True, input=stdin,
                              check=True).stdout

    @classmethod
    def make_images(cls):
        cls.docker("build", "--network", "none", "-t", "score", "-", stdin=(
            "FROM bb\nCMD mkdir -p /root/results && echo 'time: 3.25' > /root/results/metrics.yml && "
            "ln -s /etc/passwd /root/results/stolen && echo scored\n"))
        cls.docker("tag", "bb", "gpu_base")

    def setUp(self):
        super().setUp()
        self.environment["DOCKER_HOST"] = self.docker_host

    def containers(self):
        return self.docker("ps", "-aq").split()

    def tearDown(self):
        self.assertEqual(self.containers(), [], "a container was left behind")


class Outcomes(ContainerTest):
    def test_exit_codes(self):
        for line, code in (("true", 0), ("exit 7", 7), ("kill -KILL $$", 137)):
            with self.subTest(line=line):
                outcome = self.run_program(*QUICK, "--benchmark_image", "bb", "--", "sh", "-c", line)
                self.assertEqual(outcome.code, code, outcome.stderr)
                self.assertEqual(outcome.metrics["workload"]["exit_code"], code)

    def test_killed_from_outside(self):
        process = self.start("--no_plot", "--benchmark_image", "bb", "--", "sleep", "1000")
        self.wait_for(lambda: self.docker("ps", "-q").split(), "the container")
        self.docker("kill", *self.docker("ps", "-q").split())
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 137)
        self.assertIn("workload_failed", outcome.findings())

    def test_containers_that_end_at_once(self):
        for number in range(20):
            code = number % 3
            outcome = self.run_program(*QUICK, "--benchmark_image", "bb", "--", "sh", "-c", f"echo line {number}; exit {code}")
            self.assertEqual(outcome.code, code)
            self.assertEqual(outcome.text("benchmark.log"), f"line {number}\n")

    def test_results_and_score_come_out(self):
        outcome = self.run_program(*QUICK, "--benchmark_image", "score")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(outcome.metrics["score"], 3.25)
        self.assertIn("Score      3.25 s", outcome.stdout)
        copied = outcome.directory / "benchmark_results"
        self.assertEqual((copied / "metrics.yml").read_text(), "time: 3.25\n")
        self.assertFalse(os.path.lexists(copied / "stolen"))

    def test_the_score_is_read_from_more_files_than_are_copied(self):
        """The engine sends files in the order of their names."""
        outcome = self.run_program(*QUICK, "--benchmark_image", "bb", "--", "sh", "-c",
                                   "mkdir -p /root/results; cd /root/results; echo time: 4.5 > metrics.yml; seq 20100 | sed s,^,file, | xargs touch")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(outcome.metrics["score"], 4.5)
        self.assertIn("more than 20000 entries", (outcome.directory / "benchmark_results/skipped.txt").read_text())

    @needs_quiet
    def test_all_of_a_run(self):
        outcome = self.run_program("--interval", "0.5", "--monitor_benchmark_logs", "--benchmark_image", "bb", "--", "sh", "-c",
                                   "for i in 1 2 3; do printf 'epoch %d\\r' $i; sleep 0.5; done; echo; echo done")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assert_valid_results(outcome)
        self.assertIn("done", outcome.stdout)
        self.assertNotIn("\033", outcome.stdout)
        self.assertIn("bb: succeeded (exit code 0)", outcome.stdout)
        self.assertAlmostEqual(outcome.metrics["elapsed_time"], 1.5, delta=0.4)


class Messages(ContainerTest):
    def test_image_not_found(self):
        for name in ("no-such-image", "x/../../y", "a;rm -rf", "b", "x" * 10000):
            with self.subTest(name=name[:20]):
                outcome = self.run_program("--benchmark_image", name)
                self.assertEqual(outcome.code, 125)
                self.assertIn("score", outcome.stderr, "the images that there are")
                self.assertNotIn("gpu_base", outcome.stderr)

    def test_a_path_that_is_not_there(self):
        outcome = self.run_program("--benchmark_image", "../../x")
        self.assertEqual(outcome.code, 125)
        self.assertIn("there is no image file or folder ../../x", outcome.stderr)

    def test_list_of_images(self):
        outcome = self.run_program("--benchmark_image", "")
        self.assertEqual(outcome.code, 0)
        self.assertIn("score", outcome.stdout)
        self.assertNotIn("gpu_base", outcome.stdout)

    def test_no_daemon(self):
        self.environment["DOCKER_HOST"] = f"unix://{self.folder}/docker.sock"
        begun = time.monotonic()
        outcome = self.run_program("--benchmark_image", "bb")
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(outcome.code, 125)
        self.assertIn("docker.sock", outcome.stderr)

    def test_command_that_the_image_does_not_have(self):
        """The container's init says so in the log and ends with 127, as a shell does."""
        outcome = self.run_program(*QUICK, "--benchmark_image", "bb", "--", "no-such-program")
        self.assertEqual(outcome.code, 127)
        self.assertIn("no-such-program", outcome.text("benchmark.log"))
        self.assertIn("workload_failed", outcome.findings())

    def test_entrypoint_that_the_image_does_not_have(self):
        outcome = self.run_program(*QUICK, "--benchmark_image", "bb", "--entrypoint", "/no/such/program")
        self.assertIn(outcome.code, (125, 127))
        self.assertIn("/no/such/program", outcome.stderr + outcome.stdout + (
            outcome.text("benchmark.log") if outcome.directory.exists() else ""))


class Signals(ContainerTest):
    def test_ctrl_c_at_any_moment(self):
        """During preparation, idle before, just after the start, in mid-run, and in the idle after."""
        random.seed(1)
        for delay in (0.0, 0.3, 0.75, 1.5, 3.2):
            with self.subTest(delay=delay):
                process = self.start("--idle_roll", "0.6", "--benchmark_image", "bb", "--", "sleep", "2.2")
                time.sleep(delay)
                self.interrupt(process, signal.SIGINT)
                outcome = self.finish(process)
                if outcome.code != -signal.SIGINT:  # else it came before the program had begun
                    self.assertNotEqual(outcome.stdout + outcome.stderr, "")
                self.assertEqual(self.containers(), [])
                if outcome.directory.exists():
                    # On a slow machine the last one comes while the plot is drawn, which a signal ends.
                    self.assert_valid_results(outcome, plot="plot_not_made" not in outcome.findings())

    def test_a_container_that_ignores_sigterm(self):
        process = self.start("--no_plot", "--benchmark_image", "bb", "--", "sh", "-c",
                             "trap '' TERM; echo begun; while :; do sleep 0.1; done")
        self.wait_for(lambda: any("begun" in log.read_text() for log in self.results.glob("*/benchmark.log")), "the container")
        self.interrupt(process)
        time.sleep(0.5)
        self.interrupt(process)
        outcome = self.finish(process, timeout=15)
        self.assertEqual(outcome.code, 130)
        self.assertEqual(outcome.metrics["workload"]["exit_code"], 137)


class Isolation(ContainerTest):
    def test_the_container_has_no_more_than_it_needs(self):
        process = self.start("--no_plot", "--benchmark_image", "bb", "--", "sleep", "3")
        self.wait_for(lambda: self.docker("ps", "-q").split(), "the container")
        inspected = json.loads(self.docker("inspect", *self.docker("ps", "-q").split()))[0]
        self.assertFalse(inspected["HostConfig"]["Privileged"])
        self.assertIn("no-new-privileges", " ".join(inspected["HostConfig"]["SecurityOpt"]))
        self.assertFalse([mount for mount in inspected["Mounts"] if "docker.sock" in mount["Source"]])
        self.assertTrue([label for label in inspected["Config"]["Labels"] if "gpubench" in label])
        self.finish(process)


class GpuRequest(ContainerTest):
    """An engine with a stand-in for NVIDIA's runtime and its hook: what our request becomes in a real engine."""

    gpu_script = "gpus 2\nprofile steady 100\n"
    engine_options = ("--add-runtime", "nvidia=/usr/sbin/runc")

    @classmethod
    def engine_path(cls):
        hook = cls.engine_folder / "bin" / "nvidia-container-runtime-hook"
        hook.parent.mkdir(parents=True, exist_ok=True)
        hook.write_text("#!/bin/sh\nexec cat >/dev/null\n")
        hook.chmod(0o755)
        return f"{hook.parent}:{os.environ['PATH']}"

    def test_the_runtime_is_asked_for_the_gpus_by_uuid(self):
        outcome = self.run_program(*QUICK, "--benchmark_image", "bb", "--", "sh", "-c", "echo $NVIDIA_VISIBLE_DEVICES")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(outcome.metrics["workload"]["gpu_access"], "runtime")
        uuids = [gpu["uuid"] for gpu in outcome.metrics["gpus"]]
        self.assertEqual(len(uuids), 2)
        self.assertEqual(outcome.text("benchmark.log").strip().split(","), uuids)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class OverTcp(ContainerTest):
    address = f"tcp://127.0.0.1:{free_port()}"
    engine_options = ("-H", address, "--tls=false")

    def test_docker_host_with_tcp(self):
        self.environment["DOCKER_HOST"] = self.address
        outcome = self.run_program(*QUICK, "--benchmark_image", "bb", "--", "sh", "-c", "echo over tcp; exit 3")
        self.assertEqual(outcome.code, 3)
        self.assertEqual(outcome.text("benchmark.log"), "over tcp\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
