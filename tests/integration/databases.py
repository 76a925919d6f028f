"""Real databases for the tests of the export, and what they hold."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from product import SUPPORT

USER, PASSWORD = "meter", "marker-secret"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def tally(series):
    """(stored, doubled) of {series: [times]}: different moments, and those that are there more than once."""
    stored = sum(len(set(times)) for times in series.values())
    return stored, sum(len(times) for times in series.values()) - stored


class VictoriaMetrics:
    """With user and password, a folder of its own and, unless told otherwise, deduplication of exact repeats."""

    def __init__(self, flags="-dedup.minScrapeInterval=1ms"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-victoria-"))
        self.flags, self.port, self.pid = flags, "", 0
        self.start()

    def start(self):
        command = [str(SUPPORT / "start-victoria"), str(self.folder), USER, PASSWORD, *([self.port] if self.port else [])]
        started = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "VICTORIA_FLAGS": self.flags})
        if started.returncode != 0:
            raise RuntimeError(started.stderr)
        said = dict(line.split("=", 1) for line in started.stdout.splitlines() if "=" in line)
        self.url, self.pid = said["URL"], int(said["PID"])
        self.port = self.url.rsplit(":", 1)[1]

    def stop(self, how=signal.SIGTERM):
        if not self.pid:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, how)
        with contextlib.suppress(OSError):  # it is gone
            while " Z " not in pathlib.Path(f"/proc/{self.pid}/stat").read_text():
                time.sleep(0.02)
        self.pid = 0

    def close(self):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def get(self, path):
        request = urllib.request.Request(self.url + path)
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())
        return urllib.request.urlopen(request, timeout=60).read().decode()

    def series(self, run_id, name=None, ends=False):
        """{series as text: times}; of one name if given. As the database shows them, after it has written down all.
        `ends`: not the samples, but what says that a series has ended."""
        self.get("/internal/force_flush")
        selector = f'{{run_id="{run_id}"' + (f',__name__="{name}"' if name else "") + "}"
        found = {}
        for line in self.get("/api/v1/export?match[]=" + urllib.parse.quote(selector)).splitlines():
            one = json.loads(line)
            times = [time for time, value in zip(one["timestamps"], one["values"]) if (value is None) == ends]
            if times:
                found.setdefault(json.dumps(one["metric"], sort_keys=True), []).extend(times)
        return found

    def query(self, text, at=None):
        """The result of an instant query."""
        arguments = {"query": text, "nocache": "1", "latency_offset": "1ms", **({"time": str(at)} if at else {})}
        return json.loads(self.get("/api/v1/query?" + urllib.parse.urlencode(arguments)))["data"]["result"]


class WithDatabase:
    """For a ProductTest: one VictoriaMetrics for all of the class, and who its runs say they are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = VictoriaMetrics()

    @classmethod
    def tearDownClass(cls):
        cls.database.close()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.environment.update(IRIS_GPUBENCH_VICTORIA_USERNAME=USER, IRIS_GPUBENCH_VICTORIA_PASSWORD=PASSWORD)


class Prometheus:
    """A receiver of remote write."""

    def __init__(self, out_of_order="30m"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-prometheus-"))
        window = f"storage:\n  tsdb:\n    out_of_order_time_window: {out_of_order}\n" if out_of_order else ""
        (self.folder / "prometheus.yml").write_text("global: {}\n" + window)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.process = None
        self.start()

    def start(self):
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
             f"--web.listen-address={self.url.removeprefix('http://')}", "--web.enable-remote-write-receiver"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()
        for _ in range(300):
            try:
                urllib.request.urlopen(self.url + "/-/ready", timeout=5).read()
                return
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text())
                time.sleep(0.1)
        raise RuntimeError("Prometheus does not get ready")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def series(self, run_id, name=None, at=None):
        selector = f'{{run_id="{run_id}"' + (f',__name__="{name}"' if name else "") + "}[2h]"
        arguments = {"query": selector, "time": str(at or time.time())}
        answer = json.loads(urllib.request.urlopen(self.url + "/api/v1/query?" + urllib.parse.urlencode(arguments), timeout=900).read())
        return {json.dumps(one["metric"], sort_keys=True): [round(float(pair[0]) * 1000) for pair in one["values"]]
                for one in answer["data"]["result"]}


@contextlib.contextmanager
def shown_at_once(database):
    """VictoriaMetrics otherwise takes seconds to show what it has accepted: up to ten once it was asked too early."""
    over = threading.Event()

    def flush():
        while not over.wait(0.1):
            with contextlib.suppress(OSError):
                database.get("/internal/force_flush")

    thread = threading.Thread(target=flush)
    if isinstance(database, VictoriaMetrics):
        thread.start()
    yield
    over.set()
    if thread.ident:
        thread.join()
