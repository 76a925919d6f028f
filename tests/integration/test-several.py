#!/usr/bin/python3
"""Several containers in one run, side by side and in turn, with a real dockerd."""
import json
import unittest

from engines import QUICK, EngineTest
from product import needs_quiet


class Several(EngineTest):
    gpu_script = "gpus 2\nprofile steady 100\n"

    def several(self, *options, images=("bb", "bb"), line="true", timeout=60):
        named = [word for image in images for word in ("--benchmark_image", image)]
        return self.run_program(*QUICK, "--interval", "0.5", *named, *options, "--", "sh", "-c", line, timeout=timeout)

    def listed(self, text, *options):
        (self.folder / "containers.yml").write_text(text)
        return self.run_program(*QUICK, "--interval", "0.5", "--benchmark_file", str(self.folder / "containers.yml"), *options)

    @needs_quiet
    def test_side_by_side_each_with_its_own_gpus(self):
        outcome = self.several(line="sleep 2; echo done")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        first, second = outcome.metrics["containers"]
        self.assertEqual((first["gpus"], second["gpus"]), ([0], [1]))
        self.assertLess(outcome.metrics["elapsed_time"], 4)
        for number, part in enumerate((first, second), 1):
            self.assertAlmostEqual(part["energy_joules"], 100 * part["elapsed_seconds"], delta=12)
            self.assertEqual(part["workload"]["exit_code"], 0)
            self.assertEqual(outcome.text(part["log"]), "done\n")
            self.assertEqual(part["log"], f"benchmark_{number}.log")
        self.assertAlmostEqual(outcome.metrics["total_energy_joules"], 200 * outcome.metrics["elapsed_time"], delta=24)
        self.assertIn("Containers", outcome.text("formatted_metrics.txt"))
        self.assertIn("2 containers: succeeded", outcome.stdout)
        self.assertIn("\n  2 bb ", outcome.stdout)
        self.assertIn("Each container", outcome.text("report.html"))
        self.assertEqual(json.loads(outcome.text("metrics.json"))["containers"][1]["gpus"], [1])

    def test_in_turn_with_codes_scores_and_results(self):
        outcome = self.listed("""
in_turn: true
containers:
  - benchmark_image: bb
    arguments: [sh, -c, "echo speed 3.5; sleep 1; exit 4"]
    score_regex: 'speed ([0-9.]+)'
  - benchmark_image: bb
    gpus: device=1
    env: [WORD=hello]
    arguments: [sh, -c, "echo $WORD; mkdir -p /root/results; echo 'time: 9' > /root/results/metrics.yml; sleep 1"]
""")
        self.assertEqual(outcome.code, 4, outcome.stderr)
        first, second = outcome.metrics["containers"]
        self.assertEqual((first["workload"]["exit_code"], second["workload"]["exit_code"]), (4, 0))
        self.assertEqual((first["score"], second["score"]), (3.5, 9))
        self.assertEqual((first["gpus"], second["gpus"]), ([0, 1], [1]))
        self.assertLessEqual(first["end_time"], second["start_time"])
        self.assertEqual(outcome.text("benchmark_2.log"), "hello\n")
        self.assertTrue((outcome.directory / "benchmark_results/2/metrics.yml").exists())
        self.assertGreater(outcome.metrics["elapsed_time"], 2)
        self.assertIsNone(outcome.metrics["score"])
        before = outcome.metrics["containers"]
        again = self.program("report", str(outcome.directory))
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(outcome.metrics["containers"], before)

    def test_one_that_cannot_run_stops_all_before_the_start(self):
        outcome = self.several(images=("bb", "nowhere"), line="echo started")
        self.assertEqual(outcome.code, 125)
        self.assertIn("nowhere", outcome.stderr)
        outcome = self.several(line="sleep 30", images=("bb", "bb", "bb"))
        self.assertEqual(outcome.code, 125)
        self.assertIn("--in-turn", outcome.stderr)

    def test_ctrl_c_ends_all(self):
        for options, ran in (((), 2), (("--in_turn",), 1)):
            with self.subTest(options=options):
                process = self.start(*QUICK, "--stop_grace", "1", "--benchmark_image", "bb", "--benchmark_image", "bb", *options,
                                     "--", "sh", "-c", "echo begun; sleep 100")
                self.wait_for(lambda n=ran: len(self.docker("ps", "-q").split()) == n, "the containers")
                self.interrupt(process)
                outcome = self.finish(process, timeout=20)
                self.assertEqual(outcome.code, 130)
                parts = outcome.metrics["containers"]
                self.assertEqual(sum(part["elapsed_seconds"] is not None for part in parts), ran)
                self.assertEqual("NOT RUN" in outcome.stdout, ran == 1)

    def test_files_that_are_not_right(self):
        for text, words in (("containers: []", "lists 0"), ("a: [", "yaml"), ("containers: [{gpus: all}]", "benchmark_image"),
                            ("containers: [{benchmark_image: bb, interval: 3}]", "interval"), ("x: 1\ncontainers: [{benchmark_image: bb}]", '"x"'),
                            ("containers: [{benchmark_image: bb, memory: lots}]", "lots")):
            with self.subTest(text=text):
                outcome = self.listed(text)
                self.assertEqual(outcome.code, 2, outcome.stderr)
                self.assertIn(words, outcome.stderr)

    def program(self, *arguments):
        import subprocess
        return subprocess.run([self.command()[0], *arguments], env=self.environment, capture_output=True, text=True, timeout=60)


if __name__ == "__main__":
    unittest.main(verbosity=2)
