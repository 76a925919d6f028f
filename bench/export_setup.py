"""What the benches of the export share: the build that is measured, and a real VictoriaMetrics to export to."""
import argparse
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def parse(description, **defaults):
    """The command line: BUILD and whole numbers of the given names. `program` in what is returned is PROGRAM of the environment, or BUILD's."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=lambda folder: pathlib.Path(folder).resolve(), default=ROOT / "build/dev")
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    arguments = parser.parse_args()
    arguments.program = os.environ.get("PROGRAM", str(arguments.build / "iris-gpubench"))
    arguments.day_journal = str(arguments.build / "tests/support/day_journal/day_journal")
    return arguments


sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/integration"))
from databases import PASSWORD, USER, VictoriaMetrics  # noqa: E402, F401


def export_environment(database):
    return {"IRIS_GPUBENCH_VICTORIA_URL": database.url, "IRIS_GPUBENCH_VICTORIA_USERNAME": USER, "IRIS_GPUBENCH_VICTORIA_PASSWORD": PASSWORD}
