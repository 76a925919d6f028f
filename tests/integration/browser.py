"""A headless Chromium, driven through chromedriver's HTTP interface on loopback."""
import base64
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

DRIVER = shutil.which("chromedriver")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--hide-scrollbars"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name for a reference to an element


class Browser:
    """One session with one window."""

    def __init__(self, width=1400, height=1000, switches=()):
        self.profile = tempfile.mkdtemp(prefix="gpubench-browser-")
        self.driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = None
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                port = line.rstrip(".\n").split()[-1]
                break
        if port is None:
            raise RuntimeError("chromedriver did not start")
        self.base = f"http://127.0.0.1:{port}/session"
        arguments = [*SWITCHES, *switches, f"--user-data-dir={self.profile}", f"--window-size={width},{height}"]
        answer = self.send("POST", "", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"binary": BROWSER, "args": arguments},
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}}})
        self.base += "/" + answer["sessionId"]
        self.send("POST", "/url", {"url": "about:blank"})
        self.log("performance")  # the requests of the browser's own first page

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.send("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            shutil.rmtree(self.profile, ignore_errors=True)

    def send(self, method, path, body=None):
        data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()}") from None

    def open(self, path):
        self.send("POST", "/url", {"url": pathlib.Path(path).resolve().as_uri()})

    def resize(self, width, height):
        """Makes the page, not the window around it, as large."""
        around = self.run("[outerWidth - innerWidth, outerHeight - innerHeight]")
        self.send("POST", "/window/rect", {"width": width + around[0], "height": height + around[1]})

    def run(self, script, *arguments):
        """The value of a JavaScript expression, in which arguments[0]... are `arguments`."""
        return self.send("POST", "/execute/sync", {"script": f"return ({script});", "args": list(arguments)})

    def find(self, selector):
        return self.send("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center', behavior: 'instant'})", selector)
        self.send("POST", f"/element/{self.find(selector)}/click")

    def keys(self, selector, text):
        self.send("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def drag(self, selector, begin, end):
        """Presses at `begin` and lets go at `end`: shares of the element's width."""
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center', behavior: 'instant'})", selector)
        box = self.run("document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", selector)

        def move(share):
            return {"type": "pointerMove", "duration": 50, "x": round(box["x"] + share * box["width"]), "y": round(box["y"] + box["height"] / 2)}
        self.send("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [
            move(begin), {"type": "pointerDown", "button": 0}, move((begin + end) / 2), move(end), {"type": "pointerUp", "button": 0}]}]})

    def log(self, kind):
        return self.send("POST", "/se/log", {"type": kind})

    def requests(self):
        """Addresses of everything the page asked for."""
        events = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent" and not event["params"]["documentURL"].startswith("chrome:")]

    def picture(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.send("GET", "/screenshot")))

    def pdf(self):
        return base64.b64decode(self.send("POST", "/print", {}))

    def wait(self, script, *arguments, timeout=10):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.run(script, *arguments):
                return
            time.sleep(0.05)
        raise AssertionError(f"timed out waiting for {script}")
