#!/usr/bin/python3
"""report.html in a real browser: no request leaves the page, zoom, GPUs, findings, log, keyboard, phone, dark, print, a long run."""
import os
import subprocess
import sys
import time
import unittest

import browser
from browser import Browser
from product import BUILD, ProductTest

HOSTILE = "</script><img src=http://127.0.0.1:9/x onerror=alert(1)>&amp;\\033[31mred\\033[0m"
TAB, LEFT, RIGHT, DOWN = "\ue004", "\ue012", "\ue014", "\ue015"


@unittest.skipUnless(browser.DRIVER and browser.BROWSER, "no chromium and chromedriver (packages chromium, chromium-driver)")
class Report(ProductTest):
    """One run, looked at in many ways."""

    gpu_script = "gpus 2\nprofile steady 100\n"

    def page_of_a_run(self):
        line = f"for i in 1 2 3 4; do printf 'step %s {HOSTILE}\\n' $i; sleep 0.5; done; exit 3"
        outcome = self.run_program("--interval", "0.2", "--no_plot", "--no_live_monitor", "--benchmark_command", line)
        self.assertEqual(outcome.code, 3, outcome.stderr)
        self.assertIn("report.html", outcome.stdout)
        return outcome.directory / "report.html"

    def test_left_out_when_asked(self):
        outcome = self.run_program("--no_plot", "--no_html", "--idle_roll", "0", "--", "true")
        self.assertFalse((outcome.directory / "report.html").exists())

    def test_in_a_browser(self):
        page = self.page_of_a_run()
        with Browser() as window:
            window.open(page)
            for check in (self.nothing_leaves_the_page, self.hostile_text_is_text, self.zoom_is_synchronised, self.gpus_toggle, self.finding_is_followed,
                          self.log_and_charts_follow_each_other, self.keyboard, self.data_can_be_taken_along, self.prints):
                with self.subTest(check=check.__name__):
                    check(window)
        for width, switches in ((390, ()), (1400, ("--force-dark-mode", "--blink-settings=preferredColorScheme=0"))):
            with self.subTest(width=width), Browser(width, 900, switches) as window:
                window.open(page)
                self.assertLessEqual(window.run("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0, "scrolls sideways")
                if switches:
                    self.assertEqual(window.run("getComputedStyle(document.body).backgroundColor"), "rgb(18, 23, 29)")

    def nothing_leaves_the_page(self, window):
        outside = [url for url in window.requests() if not url.startswith(("file:", "data:", "blob:"))]
        self.assertEqual(outside, [])
        self.assertEqual([entry for entry in window.log("browser") if entry["level"] == "SEVERE"], [])
        window.run("fetch('http://127.0.0.1:9/').catch(() => window.refused = true)")
        window.wait("window.refused")
        self.assertIn("Content Security Policy", str(window.log("browser")))

    def hostile_text_is_text(self, window):
        self.assertEqual(window.run("document.images.length"), 0)
        self.assertIn("step 1 </script><img src=", window.run("document.querySelector('.log-lines').textContent"))
        self.assertNotIn("[31m", window.run("document.querySelector('.log-lines').textContent"))

    def zoom_is_synchronised(self, window):
        before = window.run("report.state.to - report.state.from")
        window.drag("#panel-power .chart", 0.4, 0.6)
        window.wait("report.state.to - report.state.from < arguments[0] * 0.3", before)
        window.wait("document.getElementById('view').textContent !== 'whole run'")
        spans = window.run("report.charts.map(chart => [chart.seconds(chart.left), chart.seconds(chart.left + chart.width)].join())")
        self.assertEqual(len(set(spans)), 1, "all charts show the same time")
        window.click("#tools button[title='Show all of the run']")
        window.wait("document.getElementById('view').textContent === 'whole run'")

    def gpus_toggle(self, window):
        painted = "report.charts[0].canvas.toDataURL()"
        before = window.run(painted)
        window.click("#tools label:nth-of-type(1) input")
        self.assertEqual(window.run("[...report.state.hidden]"), [0])
        window.wait(f"{painted} !== arguments[0]", before)
        window.click("#tools label:nth-of-type(1) input")
        self.assertEqual(window.run("[...report.state.hidden]"), [])

    def finding_is_followed(self, window):
        window.click("[data-finding=workload_failed] a.follow")
        window.wait("document.getElementById('log').classList.contains('focus')")
        self.assertTrue(window.run("document.activeElement.classList.contains('log-lines')"))

    def log_and_charts_follow_each_other(self, window):
        if window.run("report.data.log.lines[0][0] === null"):
            self.skipTest("times of the log's lines are not recorded")
        times = window.run("report.data.log.lines.map(line => line[0])")
        for earlier, later in zip(times, times[1:]):
            self.assertAlmostEqual(later - earlier, 0.5, delta=0.25)
        window.click(".log-lines li:nth-child(3)")
        self.assertAlmostEqual(window.run("report.state.cursor"), times[2], places=6)
        window.keys(".log-lines", DOWN)
        self.assertAlmostEqual(window.run("report.state.cursor"), times[3], places=6)

    def keyboard(self, window):
        window.keys("#panel-temperature .chart", RIGHT)
        window.wait("document.querySelector('#panel-temperature .chart').getAttribute('aria-valuetext').includes('GPU 0')")
        window.keys("#panel-temperature .chart", "+")
        window.wait("document.getElementById('view').textContent !== 'whole run'")
        window.keys("#panel-temperature .chart", "0")
        window.wait("document.getElementById('view').textContent === 'whole run'")
        unnamed = window.run("[...document.querySelectorAll('button, [tabindex], input')].filter(e => !e.getAttribute('aria-label') && !e.labels?.length).length")
        self.assertEqual(unnamed, 0, "everything that takes the focus has a name")

    def data_can_be_taken_along(self, window):
        rows = "".join(window.run("report.csv()")).splitlines()
        self.assertEqual(rows[0], "timestamp,elapsed_s,gpu_idx,metric,unit,low,mean,high")
        power = [row.split(",") for row in rows if ",power,W," in row]
        self.assertGreater(len(power), 2 * 2 * 45)
        self.assertEqual({row[2] for row in power}, {"0", "1"})
        self.assertIn("schema_version", window.run("report.data.metrics_yml"))

    def prints(self, window):
        pdf = window.pdf()
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertFalse(window.run("document.documentElement.classList.contains('printing')"))


@unittest.skipUnless(browser.DRIVER and browser.BROWSER, "no chromium and chromedriver (packages chromium, chromium-driver)")
class LongRun(ProductTest):
    """24 hours of 8 GPUs at 50 Hz."""

    def test_is_small_and_quick(self):
        page = self.folder / "day.html"
        subprocess.run([str(BUILD / "tests/integration/day_page"), str(page)], check=True, timeout=200)
        self.assertLess(page.stat().st_size, 10_000_000)
        with Browser() as window:
            begin = time.monotonic()
            window.open(page)
            loaded = window.run("performance.getEntriesByType('navigation')[0].loadEventEnd")
            window.wait("report.charts.length === 6")
            self.assertLess(time.monotonic() - begin, 30)
            if os.environ.get("GPUBENCH_TIMED"):  # says more of the machine than of the page: 1.3 to 2.6 s on the same two cores
                self.assertLess(loaded, 2000, "usable within 2 s")
            print(f"page of {page.stat().st_size / 1e6:.1f} MB, usable after {loaded:.0f} ms", file=sys.stderr)
            peak = window.run("Math.max(...report.charts[0].curves[0].levels.at(-1).high)")
            self.assertAlmostEqual(peak, 1234, delta=0.1, msg="a peak of 20 ms is seen")


if __name__ == "__main__":
    unittest.main()
