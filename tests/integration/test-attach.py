#!/usr/bin/python3
"""What runs already, measured from then on: a process, a container of a real engine, and mistakes in naming one."""
import os
import signal
import subprocess
import unittest

from engines import EngineTest
from product import PROGRAM, ProductTest

QUICK = ("--no_plot", "--no_html", "--interval", "0.1", "--idle_roll", "0.2")


class Attaching:
    def attach(self, *arguments):
        """Once it measures."""
        reader, writer = os.pipe()
        words = [str(PROGRAM), "attach", *arguments, "--results_dir", str(self.results), *QUICK, "--ready_fd", str(writer)]
        started = subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, cwd=self.folder, pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as ready:
            self.ready = ready.readline().strip()
        return started


class Attach(Attaching, ProductTest):
    def setUp(self):
        super().setUp()
        self.process = subprocess.Popen(["sleep", "60"], env=dict(self.environment, CUDA_VISIBLE_DEVICES="1"))
        self.addCleanup(self.end_process)
        self.script_gpu(f"gpus 2\nprofile steady 100\ngpu 1 process {self.process.pid} 500\n")

    def end_process(self):
        self.process.kill()
        self.process.wait()

    def test_until_it_ends(self):
        watching = self.attach(str(self.process.pid))
        self.assertEqual(self.ready, str((self.results / "latest").resolve()))
        self.end_process()
        outcome = self.finish(watching)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(outcome.stderr, "")
        metrics = outcome.metrics
        self.assertEqual((metrics["workload"]["name"], metrics["workload"]["command"]), ("sleep", "sleep 60"))
        self.assertIsNone(metrics["workload"]["exit_code"])
        self.assertTrue(metrics["workload"]["attached"])
        self.assertIn("begun_in_mid_run", outcome.findings())
        for name in ("workload_failed", "interrupted", "foreign_process", "unknown_process"):
            self.assertNotIn(name, outcome.findings())
        self.assertEqual([gpu["index"] for gpu in metrics["gpus"]], [1], "by the process's own CUDA_VISIBLE_DEVICES")
        self.assertGreater(metrics["total_energy_joules"], 0)
        self.assertFalse((outcome.directory / "benchmark.log").exists(), "its output is where it was before")

    def test_a_signal_ends_the_measuring_alone(self):
        watching = self.attach(str(self.process.pid), "--name", "training")
        self.interrupt(watching, signal.SIGINT)
        outcome = self.finish(watching)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIsNone(self.process.poll(), "it goes on")
        self.assertEqual(outcome.metrics["benchmark"], "training")
        self.assertFalse(outcome.metrics["workload"]["interrupted"])
        for name in ("interrupted", "foreign_process", "left_running"):
            self.assertNotIn(name, outcome.findings())
        report = subprocess.run([str(PROGRAM), "report", "latest", *QUICK[:2]], env=self.environment, cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(report.returncode, 0, report.stderr)
        self.assertTrue(outcome.metrics["workload"]["attached"], "in a report from the journal, too")

    def test_a_timeout_ends_it_as_well(self):
        outcome = self.finish(self.attach(str(self.process.pid), "--timeout", "0.5"))
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIsNone(self.process.poll())
        self.assertAlmostEqual(outcome.metrics["elapsed_time"], 0.5, delta=0.4)

    def test_what_is_not_there(self):
        self.end_process()
        for arguments, code, words in (((str(self.process.pid),), 125, "there is no process"), (("none",), 2, "not the number of a process"),
                                       ((), 2, "number of a process or --container"), (("1", "--container", "x"), 2, "not both"),
                                       (("--container", "x"), 125, "")):
            with self.subTest(arguments=arguments):
                outcome = self.finish(self.attach(*arguments))
                self.assertEqual(outcome.code, code, outcome.stderr)
                self.assertIn(words, outcome.stderr)
                self.assertEqual(self.ready, "")

    def test_defaults_of_the_users_own_count(self):
        self.environment["IRIS_GPUBENCH_CARBON_INTENSITY"] = "321"
        outcome = self.finish(self.attach(str(self.process.pid), "--timeout", "0.3"))
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertAlmostEqual(outcome.metrics["emissions"]["average_grams_per_kwh"], 321)


class AttachContainer(Attaching, EngineTest):
    LINE = "trap 'exit 3' TERM; sleep 60 & wait"

    def setUp(self):
        super().setUp()
        self.docker("run", "--detach", "--name", "training", "--env", "NVIDIA_VISIBLE_DEVICES=1", "bb", "sh", "-c", self.LINE)
        pid = self.docker("inspect", "--format", "{{.State.Pid}}", "training").strip()
        self.script_gpu(f"gpus 2\nprofile steady 100\ngpu 1 process {pid} 500\n")

    def tearDown(self):
        self.docker("rm", "--force", "training")
        super().tearDown()

    def test_until_it_ends_with_its_own_exit_code(self):
        watching = self.attach("--container", "training")
        self.docker("kill", "--signal", "TERM", "training")
        outcome = self.finish(watching)
        self.assertEqual(outcome.code, 3, outcome.stderr)
        self.assertIn("failed with exit code 3", outcome.stderr)
        workload = outcome.metrics["workload"]
        self.assertEqual((workload["kind"], workload["name"], workload["exit_code"]), ("container", "bb", 3))
        self.assertTrue(workload["engine"].startswith("Docker "))
        self.assertTrue(workload["image_id"].startswith("sha256:"))
        self.assertEqual([gpu["index"] for gpu in outcome.metrics["gpus"]], [1], "by the container's own variable")
        self.assertIn("begun_in_mid_run", outcome.findings())
        self.assertIn("workload_failed", outcome.findings())
        self.assertNotIn("foreign_process", outcome.findings())

    def test_one_that_is_removed_at_its_end_with_its_own_exit_code(self):
        self.docker("run", "--detach", "--rm", "--name", "short", "bb", "sh", "-c", self.LINE)
        watching = self.attach("--container", "short")
        self.docker("kill", "--signal", "TERM", "short")
        outcome = self.finish(watching)
        self.assertEqual(outcome.code, 3, outcome.stderr)
        self.assertEqual(outcome.metrics["workload"]["exit_code"], 3)
        self.assertIn("workload_failed", outcome.findings())

    def test_a_signal_leaves_it_running(self):
        watching = self.attach("--container", "training")
        self.interrupt(watching, signal.SIGTERM)
        outcome = self.finish(watching)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertEqual(self.docker("inspect", "--format", "{{.State.Running}}", "training").strip(), "true")
        self.assertIsNone(outcome.metrics["workload"]["exit_code"])

    def test_what_is_not_there_or_does_not_run(self):
        outcome = self.finish(self.attach("--container", "nobody"))
        self.assertEqual(outcome.code, 125)
        self.assertIn("there is no container nobody", outcome.stderr)
        self.docker("kill", "training")
        outcome = self.finish(self.attach("--container", "training"))
        self.assertEqual(outcome.code, 125)
        self.assertIn("the container training does not run (it is exited)", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
