"""usage: python3 -m reframe FILE STAGE LAUNCHER TASKS     runs the test of FILE in the folder STAGE; LAUNCHER: local or mpirun

Prints as JSON: the command line, the units and values of the performance variables, and the files kept."""
import json
import os
import runpy
import subprocess
import sys
import types

import reframe


def members(test, mark):
    return [(name, getattr(test, name)) for name in dir(type(test)) if hasattr(getattr(type(test), name), mark)]


def main(file, stage, launcher, tasks):
    runpy.run_path(file)
    test = reframe.TESTS[0]()
    os.makedirs(stage)
    os.chdir(stage)
    test.stagedir, test.stdout, test.num_tasks = stage, "rfm_job.out", int(tasks)
    job = types.SimpleNamespace(registered_name=launcher, modifier="", modifier_options=[], options=[])
    test.job = types.SimpleNamespace(launcher=job)
    for _, hook in sorted(members(test, "before"), key=lambda entry: entry[1].last):
        hook()
    own = {"local": [], "mpirun": ["mpirun", "-np", tasks]}[launcher]
    if not own:
        job.options = []  # as ReFrame does it
    modifier = [job.modifier, *job.modifier_options] if job.modifier else []
    line = " ".join([*modifier, *own, *job.options, test.executable, *test.executable_opts])
    with open(test.stdout, "w", encoding="utf-8") as out:
        subprocess.run(line, shell=True, check=True, stdout=out)
    for _, check in members(test, "is_sanity"):
        check()
    values = {name: [function(), function.unit] for name, function in members(test, "unit")}
    print(json.dumps({"line": line, "values": values, "keep_files": test.keep_files}))


main(*sys.argv[1:])
