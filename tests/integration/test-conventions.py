#!/usr/bin/python3
"""What people expect of any program: defaults of their own, a check of the machine, facts as JSON, pages of many runs."""
import json
import re
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
        device = self.say("report", str(run), "--format", "boamps", "--about", "/dev/zero")
        self.assertEqual((device.returncode, device.stderr), (125, "iris-gpubench: --about: cannot read /dev/zero: it is a pipe or a device\n"))
        done = self.say("report", str(run), "--format", "boamps", "--about", "about.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(json.loads((run / "boamps.json").read_text())["measures"][0]["powerConsumption"], 0)

    def test_one_exit_status_for_what_is_not_there(self):
        for arguments in (("list", "nowhere"), ("show", "nowhere"), ("report", "nowhere"), ("recover", "nowhere"), ("recarbon", "nowhere"),
                          ("plan", "nowhere"), ("export", "nowhere"), ("site", "nowhere"), ("history", "nowhere")):
            self.assertEqual(self.say(*arguments).returncode, 2, arguments)

    def test_predecessors_options(self):
        done = self.say(*QUICK, "--nvidia-nsights", "--", "sleep", "0.1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nsys profile --output results/", done.stderr)
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

    def make_site(self, count):
        self.make_runs(count)
        made = self.say("site", str(self.results), "-o", "runs")
        self.assertEqual(made.returncode, 0, made.stderr)
        return self.folder / "runs/index.html"

    def test_a_page_of_a_thousand_runs(self):
        begun = time.monotonic()
        page = self.make_site(1000)
        self.assertLess(time.monotonic() - begun, 60, "bench/site_of_runs.py has the figure of a release build")
        self.assertLess(page.stat().st_size, 20e6)
        if DRIVER is None:
            self.skipTest("there is no browser")
        with Browser() as browser:
            browser.open(page)
            self.assertEqual(browser.run("document.getElementById('count').textContent"), "1001 runs")
            self.assertEqual(browser.run("document.querySelectorAll('#rows tr').length"), 100)
            browser.click("#more")
            self.assertEqual(browser.run("document.querySelectorAll('#rows tr').length"), 200)
            browser.keys("#search", "demo-3")
            self.assertEqual(browser.run("document.getElementById('count').textContent"), "250 of 1001 runs")
            self.assertEqual(browser.run("document.querySelectorAll('#chart circle').length"), 250)
            self.assertFalse([one for one in browser.requests() if not one.startswith("file:")], "nothing from a network")
            browser.click("tbody#rows a")
            browser.wait("document.title === 'a run'")

    @unittest.skipUnless(DRIVER, "there is no browser")
    def test_a_page_of_runs_is_sorted_filtered_and_compared(self):
        page = self.make_site(8)
        with Browser() as browser:
            browser.open(page)
            column = "[...document.querySelectorAll('#rows td:nth-child(6)')].map(cell => parseFloat(cell.textContent.replace(',', '')))"
            browser.click("th[data-key=energy_joules] button")
            up = browser.run(column)
            self.assertEqual(browser.run("document.querySelector('th[data-key=energy_joules]').getAttribute('aria-sort')"), "ascending")
            browser.click("th[data-key=energy_joules] button")
            self.assertEqual(browser.run(column), up[::-1])
            self.assertEqual(up, sorted(up))
            browser.run("(() => { const box = document.getElementById('benchmark'); box.value = 'demo 1'; box.dispatchEvent(new Event('change')); })()")
            self.assertEqual(browser.run("document.getElementById('count').textContent"), "2 of 9 runs")
            self.assertEqual(browser.run("document.getElementById('chart-title').textContent"), "Over time: demo 1")
            self.assertIn("benchmark=demo+1", browser.run("location.hash"))
            browser.click("#rows tr:nth-child(1) input")
            browser.click("#rows tr:nth-child(2) input")
            self.assertIn("intervals", browser.run("document.getElementById('verdict').textContent"))
            self.assertIn("+0.40 %", browser.run("document.getElementById('compared').textContent"))
            address = browser.run("location.href")
            browser.send("POST", "/url", {"url": "about:blank"})
            browser.send("POST", "/url", {"url": address})
            self.assertEqual(browser.run("document.getElementById('count').textContent"), "2 of 9 runs", "a view is an address")

    @unittest.skipUnless(DRIVER, "there is no browser")
    def test_a_page_of_runs_needs_no_mouse(self):
        page = self.make_site(3)
        with Browser() as browser:
            browser.open(page)
            browser.keys("body", "\ue004")  # Tab
            self.assertEqual(browser.run("document.activeElement.className"), "skip")
            seen = set()
            for _ in range(40):
                seen.add(browser.run("document.activeElement.id || document.activeElement.closest('th')?.dataset.key || document.activeElement.type"))
                browser.send("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
                    {"type": "keyDown", "value": "\ue004"}, {"type": "keyUp", "value": "\ue004"}]}]})
            self.assertLessEqual({"search", "benchmark", "gpu", "outcome", "figure", "start", "energy_joules", "checkbox"}, seen)
            browser.run("document.querySelector('#rows input').focus()")
            self.assertNotEqual(browser.run("getComputedStyle(document.activeElement).outlineStyle"), "none", "what has the focus is seen")

    @unittest.skipUnless(DRIVER, "there is no browser")
    def test_a_page_of_runs_in_the_dark_and_on_a_phone(self):
        page = self.make_site(3)
        with Browser() as browser:
            browser.open(page)
            light = browser.run("getComputedStyle(document.body).backgroundColor")
            browser.send("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia",
                                                       "params": {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}})
            dark = browser.run("getComputedStyle(document.body).backgroundColor")
            brightness = lambda colour: sum(int(part) for part in re.findall(r"\d+", colour)[:3])
            self.assertLess(brightness(dark), 150)
            self.assertGreater(brightness(light), 600)
            browser.send("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride",
                                                       "params": {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}})
            self.assertLessEqual(browser.run("document.documentElement.scrollWidth"), 390, "only the table scrolls sideways")


if __name__ == "__main__":
    unittest.main()
