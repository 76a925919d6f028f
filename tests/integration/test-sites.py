#!/usr/bin/python3
"""What a site installs beside the program: the module file, and the class for ReFrame."""
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

from product import PROGRAM, SOURCE, SUPPORT, ProductTest

SHELLS = [path for path in map(pathlib.Path, ("/usr/share/modules/init/bash", "/etc/profile.d/lmod.sh", "/usr/share/lmod/lmod/init/bash")) if path.is_file()]


class ModuleFile(ProductTest):
    @unittest.skipUnless(SHELLS, "there are neither Environment Modules nor Lmod here")
    def test_the_module_brings_the_program(self):
        """As the archive lies on a shared folder, with a name that shells do not like."""
        root = self.folder / "shared apps/iris-gpubench-1.2.3"
        (root / "bin").mkdir(parents=True)
        (root / "bin/iris-gpubench").symlink_to(PROGRAM)
        shutil.copytree(SOURCE / "share/modulefiles", root / "share/modulefiles")
        line = (f". {SHELLS[0]}; module use '{root}/share/modulefiles'; module load iris-gpubench; command -v iris-gpubench; iris-gpubench --version; "
                "module help iris-gpubench 2>&1; module unload iris-gpubench; command -v iris-gpubench || echo gone")
        done = subprocess.run(["bash", "-c", line], env=self.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], str(root / "bin/iris-gpubench"), done.stderr)
        self.assertIn("iris-gpubench", lines[1])
        self.assertIn("energy and carbon", done.stdout)
        self.assertEqual(lines[-1], "gone")


class ReFrame(ProductTest):
    """The example by a stand-in for ReFrame; and by ReFrame, where it is installed."""

    def setUp(self):
        super().setUp()
        tools = self.folder / "bin"
        tools.mkdir()
        (tools / "iris-gpubench").symlink_to(PROGRAM)
        self.environment |= {"PATH": f"{tools}:{self.environment['PATH']}", "PYTHONDONTWRITEBYTECODE": "1", "IRIS_GPUBENCH_IDLE_ROLL": "0.2",
                             "IRIS_GPUBENCH_NO_PLOT": "true", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                             "OMPI_MCA_rmaps_base_oversubscribe": "1"}
        self.file = str(SOURCE / "share/reframe/train.py")

    def run_example(self, launcher, tasks):
        stage = self.folder / f"{launcher}-{tasks}"
        done = subprocess.run([sys.executable, "-m", "reframe", self.file, str(stage), launcher, str(tasks)], capture_output=True, text=True, timeout=60,
                              env=self.environment | {"PYTHONPATH": str(SUPPORT / "reframe")})
        self.assertEqual(done.returncode, 0, done.stderr)
        ran = json.loads(done.stdout)
        values = ran["values"]
        self.assertEqual({name: unit for name, (_, unit) in values.items()}, {"energy": "J", "energy_half_width": "J", "elapsed": "s", "emissions": "g"})
        self.assertGreater(values["elapsed"][0], 1.9)
        self.assertAlmostEqual(values["energy"][0], 100 * values["elapsed"][0], delta=3 * values["energy_half_width"][0])
        self.assertTrue(all((stage / kept / "metrics.json").is_file() for kept in ran["keep_files"]))
        self.assertEqual((stage / "rfm_job.out").read_text(), tasks * "trained\n", "the output is the benchmark's alone")
        return ran["line"]

    def test_around_the_launcher(self):
        self.assertRegex(self.run_example("local", 1), r"^iris-gpubench --quiet --group \S+ --results-dir gpubench -- sh -c ")

    @unittest.skipUnless(shutil.which("mpirun"), "there is no mpirun here")
    def test_several_ranks(self):
        self.assertRegex(self.run_example("mpirun", 1), r"^iris-gpubench .* -- mpirun -np 1 sh -c ")
        self.assertRegex(self.run_example("mpirun", 2), r"^mpirun -np 2 iris-gpubench .* -- sh -c ")

    def test_by_reframe_itself(self):
        """Where it is installed; the stand-in is all that there is elsewhere."""
        program = shutil.which("reframe")
        if not program:
            return
        done = subprocess.run([program, "-c", self.file, "-r", "--prefix", str(self.folder / "reframe"), "--performance-report"], env=self.environment,
                              cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"energy +J")


if __name__ == "__main__":
    unittest.main()
