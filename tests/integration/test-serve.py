#!/usr/bin/python3
"""--serve: a run under way, scraped by curl, promtool and a real Prometheus; who asks badly or slowly disturbs nothing."""
import csv
import json
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

from databases import free_port
from product import SOURCE, ProductTest

QUICK = ("--idle_roll", "0.2", "--no_plot", "--no_live_monitor", "--interval", "0.2", "--carbon_intensity", "200")
SECRET = "marker-of-a-secret"


class Serve(ProductTest):
    gpu_script = "gpus 2\nprofile steady 300\n"

    def setUp(self):
        super().setUp()
        self.environment.update(IRIS_GPUBENCH_VICTORIA_PASSWORD=SECRET, IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN=SECRET)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/metrics"

    def begin(self, *benchmark, serve=None):
        """A run whose page shows both GPUs and the benchmark's energy."""
        process = self.start(*QUICK, "--serve", serve or str(self.port), "--", *benchmark)
        self.wait_for(lambda: "gpubench_gpu_run_energy_joules_total" in (self.page() or ""), "the benchmark to show in a scrape")
        return process

    def page(self):
        try:
            return urllib.request.urlopen(self.url, timeout=10).read().decode()
        except OSError:
            return None

    def curl(self, *arguments):
        outcome = subprocess.run(["curl", "-sS", "-m", "10", *arguments], capture_output=True, text=True, timeout=30)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        return outcome.stdout

    def test_the_page(self):
        process = self.begin("sleep", "15", serve=f"127.0.0.1:{self.port}")
        answer = self.curl("-i", self.url)
        head, _, page = answer.partition("\n\n")  # text: the line ends are converted
        self.assertTrue(head.startswith("HTTP/1.1 200"), head)
        self.assertIn("content-type: text/plain; version=0.0.4; charset=utf-8", head.lower())
        checked = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))
        self.assertEqual(len(re.findall(r'^gpubench_gpu_power_watts\{gpu="[01]",gpu_uuid="[^"]+",host="[^"]+",run_id="[^"]+"\} (?:299|300|301)', page, re.M)), 2)
        self.assertRegex(page, r'(?m)^gpubench_run_info\{benchmark="sleep",.*tool_version="[0-9.]+"\} 1$')
        self.assertRegex(page, r'(?m)^gpubench_carbon_intensity_grams_per_kilowatt_hour\{.*\} 200$')
        self.assertRegex(page, r'(?m)^gpubench_emissions_grams_total\{')
        self.assertRegex(page, r'(?m)^gpubench_gpu_energy_joules_total\{gpu="1"')
        self.assertEqual(page.count("# TYPE gpubench_gpu_clock_hertz gauge"), 1)
        # Asked again, the energy has risen by power times time.
        energy = lambda text: sum(map(float, re.findall(r"^gpubench_gpu_run_energy_joules_total\{.*\} (\S+)$", text, re.M)))
        asked = time.monotonic()
        first = energy(self.page())
        time.sleep(2)
        seconds = time.monotonic() - asked
        self.assertAlmostEqual(energy(self.page()) - first, seconds * 2 * 300, delta=600)
        # Other paths, methods, a HEAD.
        status = lambda *arguments: self.curl("-o", "/dev/null", "-w", "%{http_code}", *arguments)
        self.assertEqual(status("-I", self.url), "200")
        self.assertEqual(status(self.url.replace("/metrics", "/")), "404")
        self.assertEqual(status("-X", "DELETE", self.url), "405")
        self.assertEqual(status("-d", "x" * 100000, self.url), "405")
        self.assertNotIn(SECRET, answer)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.assertIn(f"answering scrapes at {self.url}", outcome.stderr)
        self.assertIsNone(self.page())

    def test_names_are_those_of_the_export(self):
        told = set(re.findall(r"`(gpubench_\w+)`|`(_\w+)`", (SOURCE / "docs/export.md").read_text()))
        names = {full for full, _ in told if full}
        ends = tuple(end for _, end in told if end)
        process = self.begin("sleep", "2")
        for name in re.findall(r"^# TYPE (\w+)", self.page(), re.M):
            self.assertTrue(name in names or name.endswith(ends), f"{name} is not in docs/export.md")
        self.finish(process)

    def test_a_port_in_use_or_not_ours(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            marker = self.folder / "started"
            for address, words, remedy in ((str(port), "Address already in use", "another port"),
                                           (f"192.0.2.1:{port}", "Cannot assign requested address", "127.0.0.1")):
                outcome = self.run_program(*QUICK, "--serve", address, "--", "touch", str(marker))
                self.assertEqual(outcome.code, 125)
                self.assertIn(words, outcome.stderr)
                self.assertIn(remedy, outcome.stderr)
                self.assertFalse(marker.exists())
                self.assertFalse(self.results.exists(), "nothing was run")
        outcome = self.run_program(*QUICK, "--serve", "9100x", "--", "true")
        self.assertEqual(outcome.code, 2)
        self.assertIn("write a port", outcome.stderr)

    def test_bad_and_slow_clients_disturb_nothing(self):
        process = self.begin("sh", "-c", "ls -l /proc/self/fd > fds; exec sleep 20")
        silent = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(50)]  # more than are served at once
        for one in silent[:25]:
            one.send(b"GET /metrics HTTP/1.1\r\nX: ")
        for bytes_ in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"\0" * 100000, b"GET /metrics HTTP/1.1\r\nX: " + b"a" * 200000):
            with socket.create_connection(("127.0.0.1", self.port)) as garbage, self.subTest(bytes_=bytes_[:20]):
                try:
                    garbage.sendall(bytes_)
                except OSError:
                    pass  # it was refused before its end
        # All connections are held, those who hold them get no further, and whoever asks properly gets a turn.
        page = subprocess.run(["curl", "-sS", "-m", "20", self.url], capture_output=True, text=True, timeout=30).stdout
        self.assertIn("gpubench_run_info", page)
        threads = [path.read_text().strip() for path in pathlib.Path(f"/proc/{process.pid}/task").glob("*/comm")]
        self.assertLess(len(threads), 16, threads)
        for one in silent:
            one.close()
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 0, outcome.stderr)
        rows = list(csv.DictReader((outcome.directory / "timeseries.csv").read_text().splitlines()))
        self.assertGreater(len(rows), 2 * 20 / 0.2 * 0.9)
        self.assertNotIn("socket", (self.folder / "fds").read_text(), "the benchmark has inherited a socket")

    def test_a_real_prometheus_scrapes_it(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-prometheus-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        (folder / "prometheus.yml").write_text(
            "scrape_configs:\n  - job_name: gpubench\n    scrape_interval: 500ms\n    scrape_timeout: 400ms\n    honor_labels: true\n"
            f"    static_configs: [{{targets: ['127.0.0.1:{self.port}']}}]\n")
        own = f"127.0.0.1:{free_port()}"
        with open(folder / "log", "wb") as log:
            prometheus = subprocess.Popen(["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                                           f"--web.listen-address={own}"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.addCleanup(prometheus.wait)
        self.addCleanup(prometheus.kill)

        def ask(query):
            try:
                answer = urllib.request.urlopen(f"http://{own}/api/v1/query?" + urllib.parse.urlencode({"query": query}), timeout=10).read()
            except OSError:
                return []
            return json.loads(answer)["data"]["result"]

        process = self.start(*QUICK, "--serve", str(self.port), "--", "sleep", "30")
        self.wait_for(lambda: len(ask("rate(gpubench_gpu_run_energy_joules_total[20s]) > 0")) == 2, "Prometheus to have scraped the run's energy", 25)
        self.assertEqual({one["metric"]["gpu"]: round(float(one["value"][1])) for one in ask("gpubench_gpu_power_watts")}, {"0": 300, "1": 300})
        self.assertEqual([one["value"][1] for one in ask('up{job="gpubench"}')], ["1"])
        targets = json.loads(urllib.request.urlopen(f"http://{own}/api/v1/targets", timeout=10).read())["data"]["activeTargets"]
        self.assertEqual([target["lastError"] for target in targets], [""])
        self.interrupt(process)
        self.finish(process)
        self.wait_for(lambda: not ask("gpubench_gpu_power_watts"), "the series to end with the run")


if __name__ == "__main__":
    unittest.main(verbosity=2)
