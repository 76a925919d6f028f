#!/usr/bin/env python3
"""Tests of the Python module. Those that measure drive the program named by IRIS_GPUBENCH_PROGRAM on a recorded trace."""
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True

import iris_gpubench  # noqa: E402
from iris_gpubench import _measure, _record  # noqa: E402

REPLAY = "replay:" + str(ROOT.parent / "traces/h200.trace")
DOCUMENT = {
    "run_id": "r1", "benchmark": "train", "elapsed_time": 2.5, "start_time": "2026-11-29T02:22:11.738Z", "end_time": "2026-11-29T02:22:14Z",
    "total_energy_joules": 100.0, "total_energy_uncertainty": {"comparative_joules": 2.0, "absolute_joules": 6.0}, "score": None,
    "workload": {"name": "train.py", "exit_code": 0}, "source": {"replay": False}, "findings": [{"name": "throttled", "text": "It was."}],
    "emissions": {"total_grams": 0.5, "used_yearly_factor": True},
    "gpus": [{"index": 0, "name": "H200", "uuid": "GPU-1", "energy_joules": 100.0, "peak_power_watts": 70.0}],
}


class RecordTest(unittest.TestCase):
    def test_figures_and_intervals(self):
        run = _record.from_document("/runs/r1", DOCUMENT)
        self.assertEqual(run.energy_interval, (98.0, 102.0))
        self.assertEqual(run.energy_absolute_interval.high, 106.0)
        self.assertEqual((run.name, run.elapsed_seconds, run.exit_code), ("train", 2.5, 0))
        self.assertEqual(run.start_time.isoformat(), "2026-11-29T02:22:11.738000+00:00")
        self.assertEqual(run.end_time.second, 14)
        self.assertEqual(str(run.findings[0]), "throttled: It was.")
        self.assertTrue(run.emissions.used_yearly_factor)
        self.assertEqual(run.gpus[0].peak_power_watts, 70.0)
        self.assertIsNone(run.gpus[0].average_power_watts)

    def test_what_is_not_known_is_none_and_never_zero(self):
        run = _record.from_document("/runs/r1", dict(DOCUMENT, total_energy_joules=None, total_energy_uncertainty=None))
        self.assertIsNone(run.energy_joules)
        self.assertIsNone(run.energy_interval)

    def test_no_such_run(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(iris_gpubench.RunNotFound):
                iris_gpubench.load("latest", folder)


class ProgramTest(unittest.TestCase):
    def test_keywords_become_options(self):
        words = _measure._options({"interval": 0.5, "no_plot": True, "export_to_victoria": False, "carbon_region": None})
        self.assertEqual(words, ["--interval", "0.5", "--no-plot"])

    def test_a_missing_program_is_named(self):
        before = os.environ.get("IRIS_GPUBENCH_PROGRAM")
        os.environ["IRIS_GPUBENCH_PROGRAM"] = "/nowhere/iris-gpubench"
        try:
            with self.assertRaisesRegex(iris_gpubench.ProgramError, "was not found"):
                iris_gpubench.program()
        finally:
            os.environ.pop("IRIS_GPUBENCH_PROGRAM")
            if before is not None:
                os.environ["IRIS_GPUBENCH_PROGRAM"] = before


@unittest.skipUnless(os.environ.get("IRIS_GPUBENCH_PROGRAM"), "IRIS_GPUBENCH_PROGRAM names no program")
class MeasureTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.options = {"results_dir": folder.name, "meter": REPLAY, "interval": 0.2, "no_plot": True, "no_html": True,
                        "idle_roll": 0.2, "carbon_intensity": 100}

    def test_a_block_is_measured(self):
        with iris_gpubench.measure("block", **self.options) as m:
            with self.assertRaises(RuntimeError):
                m.energy_joules
            with iris_gpubench.phase("part"):
                threading.Event().wait(0.6)
                iris_gpubench.work(30, "steps")
        self.assertGreater(m.energy_joules, 0)
        self.assertLess(m.energy_interval.low, m.energy_joules)
        self.assertGreaterEqual(m.elapsed_seconds, 0.6)
        self.assertEqual(m.run.name, "block")
        self.assertEqual([phase.name for phase in m.phases], ["part", "(unmarked)"])
        self.assertEqual(m.phases[0].document["work"][0]["unit"], "steps")
        self.assertNotIn("IRIS_GPUBENCH_MARKS", os.environ)
        self.assertIsNone(m.run.exit_code)
        names = [finding.name for finding in m.findings]
        self.assertIn("begun_in_mid_run", names)
        self.assertNotIn("interrupted", names)
        self.assertNotIn("workload_failed", names)
        self.assertEqual(iris_gpubench.load("latest", self.options["results_dir"]).run_id, m.run.run_id)

    def test_a_decorated_function_and_an_exception(self):
        @iris_gpubench.measure("decorated", **self.options)
        def work():
            raise KeyError("its own")

        with self.assertRaises(KeyError):
            work()
        self.assertEqual(iris_gpubench.load("latest", self.options["results_dir"]).name, "decorated")

    def test_a_command_is_measured(self):
        run = iris_gpubench.run(["sh", "-c", "sleep 0.3; exit 3"], **self.options)
        self.assertEqual(run.exit_code, 3)
        self.assertGreater(len(run.timeseries()), 0)
        self.assertTrue(run.is_replay)
        self.assertGreater(run.gpus[0].energy_joules, 0)

    def test_what_cannot_run_is_an_error_with_the_programs_words(self):
        with self.assertRaisesRegex(iris_gpubench.ProgramError, "no-such-program"):
            iris_gpubench.run(["no-such-program"], **self.options)
        with self.assertRaisesRegex(iris_gpubench.ProgramError, "no-such-option"):
            with iris_gpubench.measure("x", no_such_option=1, **self.options):
                self.fail("the block must not run")

    def test_the_program_as_a_module(self):
        words = [sys.executable, "-m", "iris_gpubench", "--version"]
        answer = subprocess.run(words, cwd=str(ROOT), stdout=subprocess.PIPE, universal_newlines=True)
        self.assertEqual(answer.stdout.split()[1], iris_gpubench.version())


if __name__ == "__main__":
    unittest.main()
