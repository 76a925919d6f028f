"""Measures the energy of a ReFrame test with iris-gpubench. ReFrame 4.6 or newer.

Copy this file beside your tests, and let a test derive from Measured too: see train.py. The record is in the folder gpubench/latest of the test's output.
"""
import json
import os
import zlib

import reframe as rfm
import reframe.utility.typecheck as typ

RESULTS = "gpubench"
Mixin = getattr(rfm, "RegressionTestPlugin", None) or rfm.RegressionMixin  # its name from 4.11 on; and before


class Measured(Mixin):
    """The test's command runs below iris-gpubench, and energy, time and emissions are performance variables of it."""

    # The program, and options of it such as --idle-roll.
    gpubench = variable(str, value="iris-gpubench")
    gpubench_options = variable(typ.List[str], value=[])

    @run_before("run", always_last=True)
    def measure(self):
        launcher = self.job.launcher
        # A job of a name of its own: then the command's output stays as it is, and tests that run side by side do not meet.
        group = f"reframe-{os.getpid()}-{zlib.crc32(self.stagedir.encode()):08x}"
        options = ["--quiet", "--group", group, "--results-dir", RESULTS, *self.gpubench_options, "--"]
        if self.runs_on_one_node():  # around the launcher: iris-gpubench .. -- mpirun .. COMMAND
            launcher.modifier, launcher.modifier_options = self.gpubench, options
        else:  # one on each rank, which make one record: srun .. iris-gpubench .. -- COMMAND
            launcher.options = [*launcher.options, self.gpubench, *options]
        self.keep_files = [*self.keep_files, f"{RESULTS}/latest"]

    def runs_on_one_node(self):
        if self.job.launcher.registered_name == "local" or self.num_tasks == 1:
            return True
        return bool(self.num_tasks and self.num_tasks_per_node and self.num_tasks <= self.num_tasks_per_node)

    def figure(self, *keys):
        """A number of the record. If it was not measured, ReFrame leaves the variable out and says so."""
        with open(f"{RESULTS}/latest/metrics.json", encoding="utf-8") as file:
            found = json.load(file)
        for key in keys:
            found = found.get(key) if found else None
        if found is None:
            raise ValueError(f"iris-gpubench did not measure {'.'.join(keys)}: see {RESULTS}/latest/formatted_metrics.txt")
        return found

    @performance_function("J")
    def energy(self):
        return self.figure("total_energy_joules")

    @performance_function("J")
    def energy_half_width(self):
        """Between runs on the same GPUs, for k = 2."""
        return self.figure("total_energy_uncertainty", "comparative_joules")

    @performance_function("s")
    def elapsed(self):
        return self.figure("elapsed_time")

    @performance_function("g")
    def emissions(self):
        return self.figure("emissions", "total_grams")
