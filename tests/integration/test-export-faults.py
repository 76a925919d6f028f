#!/usr/bin/python3
"""Nothing is lost on the way to a real database, whatever happens there or between: each case prints its counts."""
import base64
import email.utils
import gzip
import json
import pathlib
import re
import signal
import ssl
import subprocess
import time
import unittest
import urllib.request
import uuid

from databases import PASSWORD, USER, Prometheus, VictoriaMetrics, WithDatabase, shown_at_once, tally
from fault_proxy import FaultProxy
from product import BUILD, PROGRAM, ProductTest

JOURNAL = BUILD / "tests/support/day_journal/day_journal"


class Faults(WithDatabase, ProductTest):
    """Exports journals of a run that is over, as `export RUN` does and the end of a run."""

    one_by_one = True

    def journal(self, seconds=38, gpus=1):
        run_id = "test-" + uuid.uuid4().hex[:12]
        folder = self.folder / run_id
        subprocess.run([str(JOURNAL), str(folder), str(gpus), str(seconds), run_id], check=True)
        return folder

    def export_command(self, folder, *arguments, settle="0.5"):
        return [str(PROGRAM), "export", str(folder), "--export_settle", settle, *arguments]

    def export(self, folder, url, *arguments, settle="0.5", timeout=90):
        self.environment["IRIS_GPUBENCH_VICTORIA_URL"] = url
        with shown_at_once(self.database):
            return self.export_now(folder, *arguments, settle=settle, timeout=timeout)

    def export_now(self, folder, *arguments, settle, timeout):
        done = subprocess.run(self.export_command(folder, *arguments, settle=settle), env=self.environment, capture_output=True,
                              text=True, timeout=timeout, cwd=self.folder)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        counts = {name: int(number) for name, number in re.findall(r"^  (\w+) +(\d+)$", done.stdout, re.M)}
        return {"code": done.returncode, "text": done.stdout + done.stderr, **counts}

    def proxy(self, fault=lambda number, body: None, target=None):
        proxy = FaultProxy(target or self.database.url, fault)
        self.addCleanup(proxy.close)
        return proxy

    def assert_all_there(self, folder, outcome, case, quarantined=0, database=None):
        stored, doubled = tally((database or self.database).series(folder.name))
        missing = outcome["recorded"] - quarantined - stored
        print(f"{case}: sent {outcome['recorded']}, stored {stored}, missing {missing}, doubled {doubled}, "
              f"quarantined {outcome['quarantined']}", flush=True)
        self.assertEqual((missing, doubled, outcome["quarantined"], outcome["pending"]), (0, 0, quarantined, 0), outcome["text"])
        self.assertEqual(outcome["verified"], stored, outcome["text"])

    def test_resets_and_lost_answers(self):
        """Each fault hits the first, the second and the third request."""
        cases = {f"reset at {percent} % of the body": ("reset", percent) for percent in (1, 10, 50, 99)}
        cases["answer lost three times"] = ("forward then reset",)
        cases["taken, and 503 answered three times"] = ("forward then", 503, {"Retry-After": "0"})
        for case, fault in cases.items():
            with self.subTest(case):
                folder = self.journal()
                proxy = self.proxy(lambda number, body, fault=fault: fault if number <= 3 else None)
                outcome = self.export(folder, proxy.url)
                self.assertEqual(outcome["code"], 0, outcome["text"])
                self.assert_all_there(folder, outcome, case)

    def test_one_bad_line(self):
        """The database refuses one sample of tens of thousands for ever: it alone is left out, and named."""
        for status, words in ((400, "this one is bad"), (422, ""), (500, "out of luck")):
            with self.subTest(status=status):
                folder = self.journal(seconds=1200)
                bad = {}

                def fault(number, body, status=status, words=words, bad=bad):
                    if number == 1:  # so that the tool knows that the server takes something
                        return None
                    lines = [json.loads(line) for line in gzip.decompress(body).splitlines()]
                    power = [line for line in lines if line["metric"]["__name__"] == "gpubench_gpu_power_sample_watts"]
                    if not bad and power:
                        bad.update(metric=power[0]["metric"], time=power[0]["timestamps"][len(power[0]["timestamps"]) // 3])
                    if any(line["metric"] == bad["metric"] and bad["time"] in line["timestamps"] for line in power):
                        return ("status", status, {}, words)
                    return None

                proxy = self.proxy(fault)
                outcome = self.export(folder, proxy.url, "--patience", "60")
                self.assertEqual(outcome["code"], 1)
                self.assert_all_there(folder, outcome, f"one of {outcome['recorded']} refused with {status}, {proxy.posts} requests",
                                      quarantined=1)
                self.assertLessEqual(proxy.posts, 60)
                told = json.loads((folder / "export/quarantine.jsonl").read_text())
                self.assertEqual((told["time_ms"], told["status"], told["answer"]), (bad["time"], status, words))
                self.assertEqual(told["metric"]["run_id"], folder.name)

    def test_a_server_that_refuses_everything_gets_it_later(self):
        """400 for ever is no fault of the samples: they are kept, and sent when the server has come to its senses."""
        folder = self.journal()
        proxy = self.proxy(lambda number, body: ("status", 400, {}, "no"))
        outcome = self.export(folder, proxy.url, "--patience", "1")
        self.assertEqual((outcome["code"], outcome["accepted"], outcome["quarantined"]), (1, 0, 0), outcome["text"])
        self.assertEqual(outcome["pending"], outcome["recorded"])
        self.assertIn("HTTP 400", outcome["text"])
        proxy.fault = lambda number, body: None
        self.assert_all_there(folder, self.export(folder, proxy.url), "400 for ever, then well")

    def test_waits_as_it_is_told(self):
        for header, least, most, statuses in (("0", 0.2, 4, (429,)), ("2", 2, 8, (429, 503)), ("-1", 0.2, 4, (429,)),
                                              ("garbage", 0.2, 4, (503,)), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.2, 4, (503,)),
                                              ("date in 4 s", 3, 10, (503,))):
            for status in statuses:
                with self.subTest(header=header, status=status):
                    folder = self.journal(seconds=5)
                    times = []

                    def fault(number, body, header=header, status=status, times=times):
                        times.append(time.monotonic())
                        asked = email.utils.formatdate(time.time() + 4, usegmt=True) if header.startswith("date") else header
                        return ("status", status, {"Retry-After": asked}, "later") if number == 1 else None

                    outcome = self.export(folder, self.proxy(fault).url)
                    self.assert_all_there(folder, outcome, f"{status} with Retry-After {header!r}, tried again after {times[1] - times[0]:.1f} s")
                    self.assertTrue(least <= times[1] - times[0] <= most, times)

    def test_a_very_long_wait_leaves_it_pending(self):
        folder = self.journal(seconds=5)
        proxy = self.proxy(lambda number, body: ("status", 503, {"Retry-After": "999999"}, "much later"))
        outcome = self.export(folder, proxy.url, "--patience", "1")
        self.assertEqual(proxy.posts, 1)
        self.assertEqual(outcome["pending"], outcome["recorded"])
        proxy.fault = lambda number, body: None
        self.assert_all_there(folder, self.export(folder, proxy.url), "Retry-After 999999, then well")

    def test_the_password_is_corrected_meanwhile(self):
        folder = self.journal(seconds=5)
        secret = self.folder / "password"
        secret.write_text("wrong\n")
        del self.environment["IRIS_GPUBENCH_VICTORIA_PASSWORD"]
        self.environment["IRIS_GPUBENCH_VICTORIA_PASSWORD_FILE"] = str(secret)
        outcome = self.export(folder, self.database.url, "--patience", "0")
        self.assertIn("401", outcome["text"])
        self.assertEqual(outcome["pending"], outcome["recorded"])
        secret.write_text(PASSWORD + "\n")
        self.assert_all_there(folder, self.export(folder, self.database.url), "401 for a while")

    def test_a_secret_that_cannot_be_read_is_told_by_its_file_and_its_variable(self):
        folder = self.journal(seconds=5)
        self.environment["IRIS_GPUBENCH_VICTORIA_PASSWORD_FILE"] = str(self.folder / "nowhere")
        del self.environment["IRIS_GPUBENCH_VICTORIA_PASSWORD"]
        outcome = self.export(folder, self.database.url)
        self.assertNotEqual(outcome["code"], 0)
        self.assertIn(f"no secret can be read from {self.folder / 'nowhere'}", outcome["text"])
        self.assertIn("correct IRIS_GPUBENCH_VICTORIA_PASSWORD_FILE", outcome["text"])

    def test_a_token(self):
        """From the environment and from a file; a wrong one is told, and corrected while it is tried again."""
        proxy = FaultProxy(self.database.url, bearer=("marker-token", f"{USER}:{PASSWORD}"))
        self.addCleanup(proxy.close)
        for name in ("USERNAME", "PASSWORD"):
            del self.environment["IRIS_GPUBENCH_VICTORIA_" + name]
        self.environment["IRIS_GPUBENCH_VICTORIA_TOKEN"] = "wrong"
        folder = self.journal(seconds=5)
        outcome = self.export(folder, proxy.url, "--patience", "0", settle="0")
        self.assertEqual((outcome["accepted"], outcome["pending"]), (0, outcome["recorded"]))
        self.assertIn("HTTP 401", outcome["text"])
        self.environment["IRIS_GPUBENCH_VICTORIA_TOKEN"] = "marker-token"
        outcome = self.export(folder, proxy.url)
        self.assert_all_there(folder, outcome, "token")
        self.assertNotIn("marker-token", outcome["text"] + "".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()))
        del self.environment["IRIS_GPUBENCH_VICTORIA_TOKEN"]
        (self.folder / "token").write_text("marker-token\r\n")
        self.environment["IRIS_GPUBENCH_VICTORIA_TOKEN_FILE"] = str(self.folder / "token")
        folder = self.journal(seconds=5)
        self.assert_all_there(folder, self.export(folder, proxy.url), "token from a file")

    def test_redirects_are_not_followed(self):
        for status in (301, 302, 307, 308):
            for to in ("http://127.0.0.1:9/", "file:///etc/passwd")[:1 + (status == 301)]:
                with self.subTest(status=status, to=to):
                    folder = self.journal(seconds=5)
                    proxy = self.proxy(lambda number, body, status=status, to=to: ("status", status, {"Location": to}, ""))
                    outcome = self.export(folder, proxy.url, "--patience", "0", settle="0")
                    self.assertEqual((proxy.posts, outcome["pending"]), (1, outcome["recorded"]))
                    self.assertIn("redirect", outcome["text"])

    def certificate(self, name, *arguments):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem",
                        *arguments], cwd=self.folder, check=True, capture_output=True)
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def tls_front(self, certificate, key, client=None):
        """A TLS server that passes bytes on to the database."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client)
        proxy = self.proxy()
        proxy.server.socket = context.wrap_socket(proxy.server.socket, server_side=True)
        return proxy.url.replace("http://", "https://")

    def test_only_a_good_certificate_will_do(self):
        good = self.certificate("good", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
        other = self.certificate("other", "-days", "2", "-subj", "/CN=elsewhere", "-addext", "subjectAltName=DNS:elsewhere.example")
        subprocess.run(["openssl", "req", "-new", "-key", "good.key", "-subj", "/CN=127.0.0.1", "-out", "expired.csr"], cwd=self.folder,
                       check=True, capture_output=True)
        (self.folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
        subprocess.run(["openssl", "x509", "-req", "-in", "expired.csr", "-signkey", "good.key", "-days", "-1", "-extfile", "ext",
                        "-out", "expired.pem"], cwd=self.folder, check=True, capture_output=True)
        folder = self.journal(seconds=5)
        refused = {
            "self-signed": (good, None),
            "wrong host": (other, other[0]),
            "expired": ((self.folder / "expired.pem", good[1]), self.folder / "expired.pem"),
        }
        for case, (pair, authority) in refused.items():
            with self.subTest(case):
                if authority:
                    self.environment["IRIS_GPUBENCH_VICTORIA_CA_FILE"] = str(authority)
                outcome = self.export(folder, self.tls_front(*pair), "--patience", "0", settle="0")
                print(f"{case} certificate: accepted {outcome['accepted']}, pending {outcome['pending']}")
                self.assertEqual((outcome["accepted"], outcome["pending"]), (0, outcome["recorded"]), outcome["text"])
        self.environment["IRIS_GPUBENCH_VICTORIA_CA_FILE"] = str(good[0])
        client = self.certificate("client", "-days", "2", "-subj", "/CN=client")
        url = self.tls_front(*good, client=client[0])
        self.assertEqual(self.export(folder, url, "--patience", "0", settle="0")["accepted"], 0)
        self.environment.update(IRIS_GPUBENCH_VICTORIA_CLIENT_CERT=str(client[0]), IRIS_GPUBENCH_VICTORIA_CLIENT_KEY=str(client[1]))
        self.assert_all_there(folder, self.export(folder, url), "own authority and client certificate")

    def test_killed_while_it_exports(self):
        """SIGKILL of `export RUN` in mid-run, five times: the next goes on, and everything is there once."""
        folder = self.journal(seconds=600, gpus=4)
        self.environment["IRIS_GPUBENCH_VICTORIA_URL"] = self.database.url
        for moment in (0.02, 0.05, 0.1, 0.2, 0.3):
            process = subprocess.Popen(self.export_command(folder), env=self.environment, stdout=subprocess.DEVNULL, cwd=self.folder)
            time.sleep(moment)
            process.kill()
            process.wait()
        self.assert_all_there(folder, self.export(folder, self.database.url), "export killed five times")

    def test_a_damaged_journal(self):
        """What is whole is sent; what is lost is said, and is no success."""
        def flip(data, at):
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]

        cases = {"its header": (lambda data: flip(data, 20), "(96 bytes are damaged)"),
                 "its first record": (lambda data: flip(data, 130), None),
                 "an empty file": (lambda data: b"", None),
                 "2 kB of zeros in the middle": (lambda data: data[:len(data) // 2] + bytes(2048) + data[len(data) // 2 + 2048:],
                                                "missing from the journal ("),
                 "cut in half": (lambda data: data[:len(data) // 2], "bytes of the journal are incomplete or damaged")}
        for case, (damage, words) in cases.items():
            with self.subTest(case):
                folder = self.journal()
                segment = next((folder / "journal").glob("*.journal"))
                segment.write_bytes(damage(segment.read_bytes()))
                outcome = self.export(folder, self.database.url)
                print(f"{case}: exit status {outcome['code']}", flush=True)
                if words is None:
                    self.assertNotEqual(outcome["code"], 0, outcome["text"])
                    self.assertIn("the beginning of its journal is lost", outcome["text"])
                else:
                    self.assertEqual(outcome["code"], 1, outcome["text"])
                    self.assertIn(words, outcome["text"])
                    self.assert_all_there(folder, outcome, case)

    def test_two_exporters_of_one_run(self):
        folder = self.journal(seconds=5)
        self.environment["IRIS_GPUBENCH_VICTORIA_URL"] = self.proxy(lambda number, body: ("status", 503, {}, "")).url
        first = subprocess.Popen(self.export_command(folder, "--patience", "20"), env=self.environment, cwd=self.folder, stdout=subprocess.DEVNULL)
        self.addCleanup(lambda: (first.kill(), first.wait()))
        self.wait_for(lambda: (folder / "export").exists(), "the first exporter")
        time.sleep(0.2)
        second = self.export(folder, self.database.url)
        self.assertEqual(second["code"], 125)
        self.assertIn("another process", second["text"])

    def test_secrets_show_nowhere(self):
        """Neither in what is said, nor in a file, nor in a command line."""
        folder = self.journal(seconds=5)
        self.environment["IRIS_GPUBENCH_VICTORIA_URL"] = self.proxy(lambda number, body: ("status", 503, {}, PASSWORD[::-1])).url
        process = subprocess.Popen(self.export_command(folder, "--patience", "2"), env=self.environment, cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(0.3)
        line = pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()
        said = process.communicate()[0]
        files = "".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())
        for text in (line, said, files):
            self.assertNotIn(PASSWORD, text)


class Holes(ProductTest):
    """What an accepted batch still lost is found missing and sent again."""
    journal, export, export_now, export_command = Faults.journal, Faults.export, Faults.export_now, Faults.export_command
    assert_all_there, proxy = Faults.assert_all_there, Faults.proxy

    def setUp(self):
        super().setUp()
        self.environment.update(IRIS_GPUBENCH_VICTORIA_USERNAME=USER, IRIS_GPUBENCH_VICTORIA_PASSWORD=PASSWORD)

    def test_server_killed_after_its_answer(self):
        """At once here; 0 to 10 s later in scripts/soak-export."""
        self.database = VictoriaMetrics()
        self.addCleanup(self.database.close)
        folder = self.journal()
        outcome = self.export(folder, self.database.url, "--patience", "0", settle="0")
        self.database.stop(signal.SIGKILL)
        self.database.start()
        before, _ = tally(self.database.series(folder.name))
        outcome = self.export(folder, self.database.url, "--verify")
        self.assert_all_there(folder, outcome, f"server killed 0 s after its answer (it kept {before})")

    def test_a_line_dropped_behind_a_204(self):
        self.database = VictoriaMetrics()
        self.addCleanup(self.database.close)
        folder = self.journal()

        dropped = []

        def fault(number, body):
            if number == 1:
                lines = gzip.decompress(body).splitlines()
                dropped.append(lines.pop(3))
                head = {"Content-Encoding": "gzip"}
                request = urllib.request.Request(self.database.url + "/api/v1/import", gzip.compress(b"\n".join(lines) + b"\n"), head)
                request.add_header("Authorization", "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())
                urllib.request.urlopen(request).read()
                return ("status", 204, {}, "")
            return None

        outcome = self.export(folder, self.proxy(fault).url)
        self.assertEqual(len(dropped), 1)
        self.assert_all_there(folder, outcome, f"a line of {len(json.loads(dropped[0])['values'])} samples dropped behind a 204")


class RemoteWrite(ProductTest):
    """Prometheus takes each sample once and in order; VictoriaMetrics takes the same protocol."""
    journal, export, export_now, export_command = Faults.journal, Faults.export, Faults.export_now, Faults.export_command
    proxy = Faults.proxy

    def remote_write(self, folder, url, *arguments):
        return self.export(folder, url, "--export_protocol", "remote_write", *arguments)

    def test_prometheus(self):
        database = Prometheus(out_of_order="")
        self.addCleanup(database.close)
        self.database = database
        for case, fault in (("Prometheus, no fault", lambda number, body: None),
                            ("Prometheus, answer lost three times", lambda number, body: ("forward then reset",) if number <= 3 else None),
                            ("Prometheus, reset at half the body", lambda number, body: ("reset", 50) if number <= 2 else None)):
            with self.subTest(case):
                folder = self.journal(seconds=120, gpus=2)
                outcome = self.remote_write(folder, self.proxy(fault, database.url).url)
                self.assertEqual(outcome["code"], 0, outcome["text"])
                Faults.assert_all_there(self, folder, outcome, case, database=database)
        again = self.remote_write(folder, database.url, "--verify")  # another address: everything is sent again
        Faults.assert_all_there(self, folder, again, "Prometheus, sent again", database=database)

    def test_victoriametrics(self):
        self.environment.update(IRIS_GPUBENCH_VICTORIA_USERNAME=USER, IRIS_GPUBENCH_VICTORIA_PASSWORD=PASSWORD)
        self.database = VictoriaMetrics()
        self.addCleanup(self.database.close)
        folder = self.journal()
        outcome = self.remote_write(folder, self.database.url)
        Faults.assert_all_there(self, folder, outcome, "VictoriaMetrics by remote write")


if __name__ == "__main__":
    unittest.main(verbosity=2)
