#!/usr/bin/python3
"""Marks of phases from a benchmark: the clients of each language, the phases' energy on a scripted GPU, runs that were killed."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

from engines import EngineTest, PodmanTest
from product import PROGRAM, SOURCE, ProductTest, needs_quiet

CLIENTS = SOURCE / "share/marks"
QUICK = ("--no_plot", "--no_html", "--idle_roll", "0.2")

PYTHON = """
import os, pathlib, sys, threading, time
sys.path.insert(0, CLIENTS)
import iris_gpubench_marks as marks

@marks.phase("evaluation")
def evaluate():
    time.sleep(0.1)

with marks.phase("training"):
    for step in range(3):
        with marks.phase("step", sync=True):
            time.sleep(0.1)
        marks.work(32, "images")
thread = threading.Thread(target=evaluate)
thread.start(); thread.join()
evaluate()
if os.fork() == 0:
    with marks.phase("child"):
        time.sleep(0.05)
    os._exit(0)
os.wait()
marks.begin("name\\nwith a \\x1b line end " + 300 * "é")
marks.end()
assert marks.enabled() == (len(sys.argv) > 1), marks.enabled()
"""

C = """
#include "iris_gpubench_marks.h"
#include <sys/wait.h>
int main(void) {
  iris_gpubench_begin("outer");
  iris_gpubench_begin("inner");
  usleep(100000);
  iris_gpubench_work(10, "cells");
  iris_gpubench_end(NULL);
  iris_gpubench_end("outer");
  iris_gpubench_moment("done");
  if (fork() == 0) { iris_gpubench_begin("child"); usleep(50000); iris_gpubench_end("child"); _exit(0); }
  wait(NULL);
  return 0;
}
"""

CPP = """
#include "iris_gpubench_marks.h"
int main() {
  iris_gpubench::Phase phase("guarded");
  usleep(100000);
}
"""

SHELL = """
. CLIENTS/iris_gpubench_marks.sh
gpubench_phase sleeping sleep 0.1
gpubench_phase failing false && exit 1
gpubench_begin 'two words'
sleep 0.1
gpubench_work 64 images
gpubench_end 'two words'
"""


class MarksTest(ProductTest):
    def phases(self, outcome):
        return {phase["path"]: phase for phase in json.loads(outcome.text("metrics.json")).get("phases", [])}

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text.replace("CLIENTS", repr(str(CLIENTS)) if name.endswith(".py") else str(CLIENTS)))
        return str(path)


class Clients(MarksTest):
    def test_python(self):
        script = self.file("program.py", PYTHON)
        outcome = self.run_program(*QUICK, "--", sys.executable, script, "marked")
        self.assertEqual(outcome.code, 0, outcome.text("benchmark.log"))
        phases = self.phases(outcome)
        self.assertEqual(phases["training"]["count"], 1)
        self.assertEqual(phases["training/step"]["count"], 3)
        self.assertAlmostEqual(phases["training/step"]["seconds"], 0.5, delta=0.21)
        self.assertEqual(phases["training"]["work"][0]["amount"], 96)
        self.assertEqual(phases["evaluation"]["count"], 1)
        self.assertTrue(any(path.startswith("name with a") for path in phases), phases.keys())
        others = json.loads(outcome.text("metrics.json"))["phases_by"]["other_lanes"]
        self.assertEqual({other["name"] for other in others}, {"evaluation", "child"})
        self.assertNotIn("marks_incomplete", outcome.findings())
        self.assertIn("training", outcome.text("formatted_metrics.txt"))
        total = sum(phase["energy_joules"] for phase in phases.values() if phase["depth"] == 0 and phase["energy_joules"] is not None)
        self.assertLessEqual(total, outcome.metrics["total_energy_joules"] * (1 + 1e-9))

    def test_libraries_that_lack_what_is_needed_are_left_alone(self):
        marks = self.folder / "marks"
        marks.touch()
        for name, text, waits in (("torch", "", False), ("torch", "class cuda: pass", False), ("cupy", "", False), ("jax", "", False),
                                  ("jax", "def device_put(value): raise SystemExit(9)", False),
                                  ("torch", "class cuda:\n is_available = is_initialized = staticmethod(lambda: True)\n"
                                            " synchronize = staticmethod(lambda: print('waited'))", True)):
            with self.subTest(name=name, text=text):
                self.file(f"{name}.py", text)
                done = subprocess.run([sys.executable, "-c", f"import {name}, iris_gpubench_marks as marks\nwith marks.phase('step', sync=True): pass"],
                                      env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{CLIENTS}:{self.folder}", "IRIS_GPUBENCH_MARKS": str(marks)},
                                      capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout), (0, "waited\n" * 2 if waits else ""), done.stderr)
        self.assertEqual(marks.read_text().count(" step\n"), 12)

    def test_outside_a_run_nothing_is_written(self):
        script = self.file("program.py", PYTHON)
        for variable in ("", str(self.folder / "not-there")):
            done = subprocess.run([sys.executable, script], env={"PATH": os.environ["PATH"], "IRIS_GPUBENCH_MARKS": variable},
                                  stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse((self.folder / "not-there").exists())

    @unittest.skipUnless(shutil.which("cc") and shutil.which("c++"), "no compiler")
    def test_c_and_cpp(self):
        for compiler, name, text, wanted in ((["cc", "-std=c99"], "a.c", C, {"outer", "outer/inner", "done"}),
                                             (["c++", "-std=c++11"], "b.cpp", CPP, {"guarded"})):
            with self.subTest(name=name):
                program = str(self.folder / name.replace(".", "-"))
                subprocess.run([*compiler, "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wno-variadic-macros", "-I", str(CLIENTS), "-O2", "-o", program,
                                self.file(name, text)], check=True)
                outcome = self.run_program(*QUICK, "--", program)
                self.assertEqual(outcome.code, 0)
                self.assertEqual(set(self.phases(outcome)), wanted | {"(unmarked)"})
                self.assertNotIn("marks_incomplete", outcome.findings())

    def test_the_demo_names_its_phases(self):
        demo = pathlib.Path(PROGRAM).with_name("demo-benchmark")
        outcome = self.run_program(*QUICK, "--", str(demo), "--seconds", "3")
        self.assertEqual(outcome.code, 0)
        self.assertGreater(self.phases(outcome)["Training"]["seconds"], 0.5)
        self.assertNotIn("marks_incomplete", outcome.findings())

    def test_shells(self):
        for shell in filter(shutil.which, ("bash", "dash")):
            with self.subTest(shell=shell):
                outcome = self.run_program(*QUICK, "--", shell, self.file("program.sh", SHELL))
                self.assertEqual(outcome.code, 0, outcome.text("benchmark.log"))
                phases = self.phases(outcome)
                self.assertEqual(set(phases), {"sleeping", "failing", "two words", "(unmarked)"})
                self.assertGreaterEqual(phases["sleeping"]["seconds"], 0.099)
                self.assertLess(phases["sleeping"]["seconds"], 1)
                self.assertEqual(phases["two words"]["work"][0]["unit"], "images")

    @unittest.skipUnless(os.getuid() == 0 and shutil.which("setpriv"), "needs root")
    def test_another_user_may_mark(self):
        os.chmod(self.folder, 0o755)
        outcome = self.run_program(*QUICK, "--", "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "sh",
                                   "-c", 'echo "x 1:2 1/1 nothing" >>"$IRIS_GPUBENCH_MARKS" && echo "b r$(date +%s%6N) 1/1 mine" >>"$IRIS_GPUBENCH_MARKS"')
        self.assertEqual(outcome.code, 0, outcome.text("benchmark.log"))
        self.assertIn("mine", self.phases(outcome))

    def test_a_run_without_marks_has_no_trace_of_them(self):
        outcome = self.run_program(*QUICK, "--", "true")
        self.assertFalse((outcome.directory / "marks").exists())
        self.assertNotIn("phases", outcome.metrics)


class OtherWays(MarksTest):
    @unittest.skipUnless(shutil.which("cc"), "no compiler")
    def test_nvtx_ranges_of_an_unmodified_program(self):
        program = str(self.folder / "try_nvtx")
        subprocess.run(["cc", "-std=gnu11", "-O2", "-o", program, str(SOURCE / "nvtx/try_nvtx.c"), "-ldl"], check=True)
        for wanted, paths in (("all", {"epoch", "epoch/forward", "registered", "left open"}), ("TSL", {"registered"}),
                              ("^for", {"forward"})):
            with self.subTest(wanted=wanted):
                outcome = self.run_program(*QUICK, "--nvtx", wanted, "--", program)
                self.assertEqual(outcome.code, 0, outcome.stderr)
                self.assertEqual(set(self.phases(outcome)), paths | {"(unmarked)"})
                self.assertEqual(outcome.metrics["phases_by"]["source"], "nvtx")
                self.assertEqual(outcome.metrics["phases_by"]["short_nvtx_ranges"], 1)
                if wanted == "all":
                    self.assertEqual(self.phases(outcome)["left open"]["count"], 1, "not by the child, too")
                    self.assertEqual({phase["name"] for phase in outcome.metrics["phases_by"]["other_lanes"]}, {"started", "never ended"})
                self.assertFalse((outcome.directory / "nvtx").exists())
        self.assertNotIn("phases", self.run_program(*QUICK, "--", program).metrics)

    def test_phases_that_were_asked_for_and_are_not_there_are_said(self):
        for options, said in ((("--nvtx", "all"), "though --nvtx would"), (("--phase-regex", "^begin (.*)", "--nvtx", "x"), "though --nvtx and --phase-regex would")):
            outcome = self.run_program(*QUICK, *options, "--", "true")
            found = {finding["name"]: finding["text"] for finding in outcome.metrics["findings"]}
            self.assertIn(said, found["phases_not_found"])

    def test_an_injected_library_of_the_users_is_left_alone(self):
        self.environment["NVTX_INJECTION64_PATH"] = "/opt/nsys/libToolsInjection64.so"
        outcome = self.run_program(*QUICK, "--nvtx", "all", "--", "sh", "-c", "echo $NVTX_INJECTION64_PATH")
        self.assertEqual(outcome.text("benchmark.log"), "/opt/nsys/libToolsInjection64.so\n")

    def test_the_logs_own_phases(self):
        log = "echo '<BEGIN> Running'; echo '....<BEGIN> Training'; sleep 0.3; echo '....<ENDED> Training [ELAPSED = 0.3 sec]'; echo '<ENDED> Running [ELAPSED = 0.3 sec]'"
        outcome = self.run_program(*QUICK, "--benchmark_command", log)
        phases = self.phases(outcome)
        self.assertAlmostEqual(phases["Running/Training"]["seconds"], 0.4, delta=0.2)
        self.assertEqual(outcome.metrics["phases_by"]["source"], "log")
        self.assertNotIn("phases", self.run_program(*QUICK, "--log_phases", "none", "--benchmark_command", log).metrics)
        outcome = self.run_program(*QUICK, "--phase_regex", "^start (\\w+)", "--phase_regex", "^done", "--benchmark_command",
                                   "echo start a; sleep 0.2; echo done")
        self.assertAlmostEqual(self.phases(outcome)["a"]["seconds"], 0.3, delta=0.2)

    def test_marks_in_the_log(self):
        outcome = self.run_program(*QUICK, "--", "bash", self.file("program.sh", "IRIS_GPUBENCH_MARKS=stdout\n" + SHELL))
        self.assertIn("sleeping", self.phases(outcome))


class Energy(MarksTest):
    @needs_quiet
    def test_a_load_has_the_energy_of_its_phase(self):
        load = self.folder / "load"
        self.script_gpu(f"gpus 1\nload_file {load} 100 600\n")
        script = self.file("program.sh", f". CLIENTS/iris_gpubench_marks.sh\nsleep 0.7\ngpubench_begin train\ntouch {load}\nsleep 1.5\nrm {load}\ngpubench_end train\nsleep 1\n")
        outcome = self.run_program(*QUICK, "--", "bash", script)
        phases = self.phases(outcome)
        train = phases["train"]
        truth = 600 * train["seconds"]
        self.assertAlmostEqual(train["energy_joules"], truth, delta=0.05 * truth)
        self.assertAlmostEqual(train["energy_joules"] + phases["(unmarked)"]["energy_joules"], outcome.metrics["total_energy_joules"],
                               delta=1e-9 * outcome.metrics["total_energy_joules"])
        again = subprocess.run([str(PROGRAM), "report", "latest", "--results_dir", str(self.results)], env=self.environment, capture_output=True, text=True)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.phases(outcome)["train"], train)

    def test_a_killed_run_keeps_its_phases(self):
        process = self.start(*QUICK, "--", "bash", self.file("program.sh", ". CLIENTS/iris_gpubench_marks.sh\ngpubench_begin train\nsleep 60\n"))
        self.wait_for(lambda: list(self.results.glob("2*/marks/1")) and list(self.results.glob("2*/marks/1"))[0].stat().st_size > 0, "a mark")
        time.sleep(1.5)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        done = subprocess.run([str(PROGRAM), "recover", "latest", "--results_dir", str(self.results)], env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        [metrics] = self.results.glob("2*/metrics.json")
        phases = {phase["path"]: phase for phase in json.loads(metrics.read_text())["phases"]}
        self.assertGreater(phases["train"]["seconds"], 0.5)


class InContainers:
    """Marks from containers: by the client that is mounted, of any user, whatever the root is."""

    SHELL = ". /iris-gpubench/client/iris_gpubench_marks.sh; gpubench_begin train; sleep 0.3; gpubench_end train; gpubench_work 3 steps"

    def phases(self, outcome):
        return {phase["path"]: phase for phase in json.loads(outcome.text("metrics.json")).get("phases", [])}

    def test_another_user_by_the_mounted_client(self):
        outcome = self.shell(self.SHELL, "--marks_client", "--user", "7:8")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertAlmostEqual(self.phases(outcome)["train"]["seconds"], 0.3, delta=0.25)
        self.assertNotIn("marks_incomplete", outcome.findings())
        self.assertFalse(list(self.results.glob("2*/marks_client")), "the client is needed only while it runs")

    def test_paths_of_the_image_stay(self):
        outcome = self.shell("echo $PYTHONPATH; echo $CPATH; ls /iris-gpubench/client; touch /iris-gpubench/client/x || echo read-only",
                             "--marks_client", "--env", "PYTHONPATH=/own")
        lines = outcome.text("benchmark.log").splitlines()
        self.assertIn("/own:/iris-gpubench/client", lines)
        self.assertIn("/iris-gpubench/client", lines)
        self.assertIn("iris_gpubench_marks.py", lines)
        self.assertIn("read-only", lines)


class InDocker(InContainers, EngineTest):
    def test_a_container_of_the_benchmarks_own_with_a_read_only_root(self):
        line = (f"docker -H {self.docker_host} run --rm --read-only --user 7:8 -v $IRIS_GPUBENCH_MARKS:/iris-gpubench/marks -v {CLIENTS}:/iris-gpubench/client:ro "
                f"-e IRIS_GPUBENCH_MARKS=/iris-gpubench/marks bb sh -c '{self.SHELL}'")
        outcome = self.run_program(*QUICK, "--benchmark_command", line)
        self.assertEqual(outcome.code, 0, outcome.text("benchmark.log"))
        self.assertIn("train", self.phases(outcome))


class InPodman(InContainers, PodmanTest):
    pass


if __name__ == "__main__":
    unittest.main()
