#!/usr/bin/python3
"""What people expect of any program: defaults of their own, a check of the machine, facts as JSON, pages of many runs."""
import json
import socket
import subprocess
import time
import unittest

from browser import DRIVER, Browser
from product import PROGRAM, ProductTest

QUICK = ("--idle_roll", "0.1", "--no_plot", "--no_live_monitor")


class Conventions(ProductTest):
    def say(self, *arguments, timeout=60):
        return subprocess.run([str(PROGRAM), *arguments], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=timeout, check=False)

    def test_defaults_of_ones_own(self):
        config = self.folder / ".config/iris-gpubench/config.yml"
        config.parent.mkdir(parents=True)
        config.write_text("interval: 7\nno-plot: true\nno-html: true\nidle-roll: 0.1\nno-live-monitor: true\n")
        (self.folder / ".iris-gpubench.yml").write_text("interval: 3\nresults-dir: here\n")
        told = {one["option"]: one for one in json.loads(self.say("config", "--json").stdout)}
        self.assertEqual((told["--interval"]["values"], told["--interval"]["from"]), (["3"], ".iris-gpubench.yml"))
        self.assertEqual(told["--no-plot"]["from"], str(config))
        self.assertEqual(told["--timeout"]["from"], "default")
        self.environment["IRIS_GPUBENCH_INTERVAL"] = "2"
        self.assertIn("IRIS_GPUBENCH_INTERVAL", self.say("config").stdout)
        ran = self.say("--", "true")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        metrics = json.loads((self.folder / "here/latest/metrics.json").read_text())
        self.assertEqual(metrics["interval_seconds"], 2)
        self.assertFalse((self.folder / "here/latest/report.html").exists())
        self.assertEqual(self.say("--interval", "1", "--", "true").returncode, 0)
        self.assertEqual(json.loads((self.folder / "here/latest/metrics.json").read_text())["interval_seconds"], 1)
        self.assertEqual(len(self.say("list").stdout.splitlines()), 3, "results-dir of the file counts for list, too")
        config.write_text("intervall: 7\n")
        broken = self.say("--", "true")
        self.assertEqual(broken.returncode, 2)
        self.assertIn(str(config), broken.stderr)
        self.assertEqual(self.say("--help").returncode, 0)

    def test_doctor(self):
        done = self.say("doctor", "--report", "doctor.json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"good +GPU 0: .*energy counter, power samples every 20 ms")
        self.assertRegex(done.stdout, r"doubtful +could not reach|doubtful .*\n +-> runs use a yearly average")
        report = (self.folder / "doctor.json").read_text()
        self.assertIn("kernel", json.loads(report)["machine"])
        for private in (str(self.folder), socket.gethostname()):
            self.assertNotIn(private, report)
        checks = {check["name"]: check for check in json.loads(self.say("doctor", "--json", "--no-network").stdout)}
        self.assertEqual(checks["carbon_service"]["health"], "skipped")
        self.assertTrue(all(check["remedy"] for check in checks.values() if check["health"] in ("doubtful", "bad")))
        self.environment["IRIS_GPUBENCH_NVML"] = "/nonexistent/libnvidia-ml.so.1"
        without = self.say("doctor", "--no-network")
        self.assertEqual(without.returncode, 1)
        self.assertRegex(without.stdout, r"(?m)^bad ")

    def test_forms_of_others(self):
        self.run_program(*QUICK, "--", "sleep", "0.5")
        run = self.results / "latest"
        self.assertEqual(self.say("report", str(run), "--format", "ro-crate").returncode, 0)
        graph = json.loads((run / "ro-crate-metadata.json").read_text())["@graph"]
        self.assertIn("metrics.json", [entity["@id"] for entity in graph])
        missing = self.say("report", str(run), "--format", "boamps")
        self.assertEqual(missing.returncode, 125)
        self.assertIn("task.taskStage", missing.stderr)
        about = {"task": {"taskStage": "training", "taskFamily": "x", "algorithms": [{}], "dataset": [{}]}, "software": {"language": "c"},
                 "infrastructure": {"infraType": "onPremise"}, "environment": {"country": "United Kingdom"}}
        (self.folder / "about.json").write_text(json.dumps(about))
        done = self.say("report", str(run), "--format", "boamps", "--about", "about.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(json.loads((run / "boamps.json").read_text())["measures"][0]["powerConsumption"], 0)

    def test_one_exit_status_for_what_is_not_there(self):
        for arguments in (("list", "nowhere"), ("show", "nowhere"), ("report", "nowhere"), ("recover", "nowhere"), ("recarbon", "nowhere"),
                          ("plan", "nowhere"), ("export", "nowhere"), ("site", "nowhere")):
            self.assertEqual(self.say(*arguments).returncode, 2, arguments)

    def test_predecessors_options(self):
        done = self.say(*QUICK, "--nvidia-nsights", "--", "sleep", "0.1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nsys profile --output 'results/", done.stderr)
        self.assertIn("not an absolute path", self.say("--collect", "x", "--benchmark_image", "a").stderr)

    def make_runs(self, count):
        """Copies of one run's figures, each of another time."""
        self.run_program(*QUICK, "--name", "demo", "--", "sleep", "0.2")
        metrics = json.loads((self.results / "latest/metrics.json").read_text())
        for number in range(count):
            folder = self.results / f"20260101t{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}-{number:09}z-demo-{number % 4}"
            folder.mkdir()
            metrics |= {"run_id": folder.name, "benchmark": f"demo {number % 4}", "total_energy_joules": 1000 + number,
                        "start_datetime": f"2026-01-01 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"}
            (folder / "metrics.json").write_text(json.dumps(metrics))
            (folder / "report.html").write_text("<title>a run</title>")

    def test_a_page_of_a_thousand_runs(self):
        self.make_runs(1000)
        begun = time.monotonic()
        made = self.say("site", str(self.results), "-o", "runs")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertLess(time.monotonic() - begun, 10)
        page = self.folder / "runs/index.html"
        self.assertLess(page.stat().st_size, 20e6)
        if DRIVER is None:
            self.skipTest("there is no browser")
        with Browser() as browser:
            browser.open(page)
            self.assertEqual(browser.run("document.getElementById('count').textContent"), "1001 runs")
            took = browser.run("""(() => { const before = performance.now(); const box = document.getElementById('search'); box.value = 'demo-3';
                                  box.dispatchEvent(new Event('input')); return performance.now() - before; })()""")
            self.assertLess(took, 1000)
            self.assertEqual(browser.run("document.getElementById('count').textContent"), "250 of 1001 runs")
            self.assertEqual(browser.run("document.querySelectorAll('#chart circle').length"), 250)
            browser.run("document.querySelectorAll('tbody#rows input')[0].click()")
            browser.run("document.querySelectorAll('tbody#rows input')[1].click()")
            self.assertIn("intervals", browser.run("document.getElementById('verdict').textContent"))
            self.assertFalse([one for one in browser.requests() if not one.startswith("file:")], "nothing from a network")
            browser.click("tbody#rows a")
            browser.wait("document.title === 'a run'")


if __name__ == "__main__":
    unittest.main()
