"""iris-gpubench from Python: energy, carbon and findings of a piece of work on GPUs.

    import iris_gpubench

    with iris_gpubench.measure("training") as m:
        with iris_gpubench.phase("epoch", sync=True):
            train()
    print(m.energy_joules, m.energy_interval, m.findings)

    run = iris_gpubench.run(["./simulate", "--steps", "1000"])
    run = iris_gpubench.load("latest")

This module starts the program iris-gpubench and reads what it writes. It computes nothing itself and needs no other package.
See docs/python.md.
"""
from ._marks import phase, work
from ._measure import Measurement, measure, run
from ._program import ProgramError, program, version
from ._record import Emissions, Finding, Gpu, Interval, Phase, Run, RunNotFound, load

__all__ = ["Emissions", "Finding", "Gpu", "Interval", "Measurement", "Phase", "ProgramError", "Run", "RunNotFound", "load", "measure", "phase",
           "program", "run", "version", "work"]
