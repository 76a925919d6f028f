#!/usr/bin/python3
"""Where the carbon intensity of a run comes from, and what its footprint is made of."""
import datetime
import http.server
import json
import re
import threading
import time
import unittest

from product import CLOSED_PORT, ProductTest, carbon_service

QUICK = ("--no_plot", "--no_live_monitor", "--idle_roll", "0.3", "--interval", "0.2")
MARKER = "MARKER-51c0-secret"


class Service(http.server.ThreadingHTTPServer):
    """A service on loopback whose answers are written by the test."""

    daemon_threads = True

    def __init__(self, answer):
        service = self
        self.paths = []

        class Conversation(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                service.paths.append(self.path)
                status, body = answer(self.path, self.headers)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Conversation)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class CarbonTest(ProductTest):
    def measure(self, *options, command="sleep 0.5"):
        return self.run_program(*QUICK, *options, "--benchmark_command", command)

    def slots(self, outcome):
        return outcome.metrics["emissions"]["slots"]

    def kinds(self, outcome):
        return {slot["kind"] for slot in self.slots(outcome)}

    def assert_by_hand(self, outcome):
        by_hand = sum(slot["energy_joules"] / 3.6e6 * slot["intensity_grams_per_kwh"] for slot in self.slots(outcome))
        self.assertAlmostEqual(outcome.metrics["total_carbon"], by_hand, delta=1e-9)

    def assert_secret_kept(self, outcome):
        for path in list(self.folder.rglob("*")):
            if path.is_file():
                self.assertNotIn(MARKER.encode(), path.read_bytes(), path)
        self.assertNotIn(MARKER, outcome.stdout + outcome.stderr)


class Sources(CarbonTest):
    def test_user_value(self):
        outcome = self.measure("--carbon_intensity", "162.5")
        self.assertEqual(self.kinds(outcome), {"user value"})
        self.assertEqual(self.slots(outcome)[0]["intensity_grams_per_kwh"], 162.5)
        self.assertNotIn("carbon_fallback", outcome.findings())
        self.assert_by_hand(outcome)

    def test_postcode_number_and_nation(self):
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            for options, source in ((("--carbon_region", "ox11 0qx"), "postcode OX11"), (("--carbon_region", "13"), "London (region 13)"),
                                    (("--carbon_source", "grid_gb_national"), "national")):
                with self.subTest(source):
                    outcome = self.measure(*options)
                    self.assertIn(source, self.slots(outcome)[0]["source"])
                    self.assertNotIn("carbon_fallback", outcome.findings())
                    self.assert_by_hand(outcome)

    def test_file(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        rows = ["from,to,g_per_kwh,kind"]
        start = now.replace(second=0, microsecond=0) - datetime.timedelta(minutes=5)
        for minute in range(0, 30):
            begin, end = start + datetime.timedelta(minutes=minute), start + datetime.timedelta(minutes=minute + 1)
            rows.append(f"{begin:%Y-%m-%dT%H:%MZ},{end:%Y-%m-%dT%H:%MZ},{50 + minute},actual")
        (self.folder / "site.csv").write_text("\n".join(rows))
        outcome = self.measure("--carbon_source", f"file:{self.folder / 'site.csv'}")
        self.assertEqual(self.kinds(outcome), {"actual"})
        self.assertIn("site.csv", self.slots(outcome)[0]["source"])
        self.assert_by_hand(outcome)

    def test_yearly_factor_of_choice_is_no_fallback(self):
        outcome = self.measure("--carbon_source", "yearly", "--carbon_region", "FR")
        self.assertEqual(self.slots(outcome)[0]["intensity_grams_per_kwh"], 56.0)
        self.assertNotIn("carbon_fallback", outcome.findings())

    def test_usage_errors_name_the_remedy(self):
        for options, remedy in ((("--carbon_region", "19"), "South England"), (("--carbon_source", "tarot"), "grid_gb_national"),
                                (("--carbon_source", "electricity_maps", "--carbon_region", "DE"), "ELECTRICITY_MAPS_TOKEN"),
                                (("--carbon_source", "watttime", "--carbon_region", "CAISO_NORTH"), "WATTTIME_USERNAME"),
                                (("--carbon_source", "file:/nonexistent"), "CSV"), (("--carbon_intensity", "-1"), "--carbon-intensity"),
                                (("--carbon_intensity", "1", "--carbon_source", "yearly"), "one of them"), (("--pue", "0.5"), "--pue"),
                                (("--functional_unit", "0 images"), "1000 images")):
            with self.subTest(options):
                outcome = self.measure(*options)
                self.assertEqual(outcome.code, 2)
                self.assertIn(remedy, outcome.stderr)

    def test_a_place_that_the_service_does_not_know(self):
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            outcome = self.measure("--carbon_region", "ZZ99 9AA", command="touch began")
            self.assertEqual(outcome.code, 2, outcome.stderr)
            self.assertIn("does not know postcode ZZ99 (HTTP 400: Please enter a valid postcode)", outcome.stderr)
            self.assertIn("name the region: --carbon-region \"\" lists them", outcome.stderr)
            self.assertFalse(list(self.folder.rglob("began")), "said before the run")
        with carbon_service("error500") as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            outcome = self.measure("--carbon_region", "ZZ99 9AA")
            self.assertEqual(outcome.code, 0, outcome.stderr)
            self.assertIn("carbon_fallback", outcome.findings())

    def test_electricity_maps(self):
        hour = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)

        def answer(path, headers):
            if headers["auth-token"] != MARKER:
                return 401, b"{}"
            hours = [{"carbonIntensity": 300 + i, "datetime": f"{hour + datetime.timedelta(hours=i):%Y-%m-%dT%H:%M:%S.000Z}"} for i in range(3)]
            return 200, json.dumps({"zone": "DE", "forecast" if "forecast" in path else "history": hours}).encode()

        service = Service(answer)
        self.environment["IRIS_GPUBENCH_ELECTRICITY_MAPS_URL"] = service.url
        self.environment["IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN"] = MARKER
        outcome = self.measure("--carbon_source", "electricity_maps", "--carbon_region", "DE", command="env; sleep 0.5")
        self.assertIn("Electricity Maps, DE", self.slots(outcome)[0]["source"])
        self.assertFalse([path for path in service.paths if MARKER in path])
        self.assert_secret_kept(outcome)

    def test_a_refused_token_ends_in_the_countrys_factor(self):
        service = Service(lambda path, headers: (401, b"no " + MARKER.encode()))
        self.environment["IRIS_GPUBENCH_ELECTRICITY_MAPS_URL"] = service.url
        self.environment["IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN"] = MARKER
        outcome = self.measure("--carbon_source", "electricity_maps", "--carbon_region", "DE")
        self.assertEqual(self.slots(outcome)[0]["intensity_grams_per_kwh"], 381.0)
        self.assertIn("carbon_fallback", outcome.findings())
        self.assert_secret_kept(outcome)

    def test_watttime_without_an_answer_is_unknown_and_never_0(self):
        service = Service(lambda path, headers: (500, b"{}"))
        self.environment.update({"IRIS_GPUBENCH_WATTTIME_URL": service.url, "IRIS_GPUBENCH_WATTTIME_USERNAME": "user",
                                 "IRIS_GPUBENCH_WATTTIME_PASSWORD": MARKER})
        outcome = self.measure("--carbon_source", "watttime", "--carbon_region", "CAISO_NORTH")
        self.assertIsNone(outcome.metrics["emissions"])
        self.assertIsNone(outcome.metrics["total_carbon"])
        self.assertIn("carbon_unknown", outcome.findings())
        self.assert_secret_kept(outcome)


class Network(CarbonTest):
    def test_every_fault_ends_in_a_named_source(self):
        for mode in ("array", "duplicate", "null", "horizon", "empty_object", "empty_list", "empty_body", "cut", "html", "error500", "oversize"):
            with self.subTest(mode), carbon_service(mode) as url:
                self.environment.update({"IRIS_GPUBENCH_CARBON_URL": url, "XDG_CACHE_HOME": str(self.folder / mode)})
                begin = time.monotonic()
                outcome = self.measure(command="sleep 0.2")
                self.assertLess(time.monotonic() - begin, 12)
                self.assertEqual(outcome.code, 0)
                for slot in self.slots(outcome):
                    self.assertTrue(slot["source"])
                    self.assertGreater(slot["intensity_grams_per_kwh"], 0)
                    self.assertIn(slot["kind"], ("forecast", "yearly factor"))
                if mode in ("array", "duplicate", "horizon"):
                    self.assertEqual(self.kinds(outcome), {"forecast"})
                elif mode != "null":
                    self.assertEqual(self.kinds(outcome), {"yearly factor"})
                self.assertEqual("carbon_fallback" in outcome.findings(), "yearly factor" in self.kinds(outcome))
                self.assert_by_hand(outcome)

    def test_without_a_network_for_ever(self):
        begin = time.monotonic()
        outcome = self.measure()
        self.assertLess(time.monotonic() - begin, 12)
        self.assertEqual(self.kinds(outcome), {"yearly factor"})
        self.assertIn("carbon_fallback", outcome.findings())

    def test_the_cache_serves_a_run_without_a_network(self):
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            self.measure()
        outcome = self.measure()  # the service has gone
        self.assertIn("(from the cache)", self.slots(outcome)[0]["source"])
        self.assertNotIn("carbon_fallback", outcome.findings())

    def test_a_broken_cache_is_said(self):
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            self.measure()
        for path in (self.folder / ".cache/iris-gpubench/carbon").iterdir():
            path.write_text("{")
        outcome = self.measure()
        self.assertIn("cache", outcome.text("runtime.log"))
        self.assertIn("carbon_fallback", outcome.findings())

    def test_a_network_lost_in_mid_run_costs_nothing(self):
        with carbon_service() as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            process = self.start(*QUICK, "--benchmark_command", "sleep 2")
            self.wait_for(lambda: list(self.folder.glob(".cache/iris-gpubench/carbon/*.json")), "the forecast")
        outcome = self.finish(process)
        self.assertEqual(self.kinds(outcome), {"forecast"})
        self.assertNotIn("cache", self.slots(outcome)[0]["source"])

    def test_a_service_that_hangs_costs_ten_seconds_at_most(self):
        with carbon_service("slow") as url:
            self.environment["IRIS_GPUBENCH_CARBON_URL"] = url
            begin = time.monotonic()
            outcome = self.measure()
        self.assertLess(time.monotonic() - begin, 15)
        self.assertIn("carbon_fallback", outcome.findings())


class Footprint(CarbonTest):
    def test_whole(self):
        self.environment["IRIS_GPUBENCH_CARBON_URL"] = CLOSED_PORT
        outcome = self.measure("--carbon_intensity", "100", "--pue", "1.25", "--embodied_kg", "164", "--lifetime_years", "5",
                               "--functional_unit", "1000 images")
        metrics, footprint = outcome.metrics, outcome.metrics["footprint"]
        self.assertAlmostEqual(footprint["operational_grams"], 1.25 * metrics["total_carbon"], delta=1e-12)
        embodied = 164000 * metrics["elapsed_time"] / (5 * 365 * 86400)
        self.assertAlmostEqual(footprint["embodied_grams"], embodied, delta=1e-9)
        self.assertAlmostEqual(footprint["total_grams"], footprint["operational_grams"] + embodied, delta=1e-9)
        self.assertAlmostEqual(footprint["sci_grams_per_unit"], footprint["total_grams"] / 1000, delta=1e-12)
        self.assertLess(footprint["operational_above_idle_grams"], footprint["operational_grams"])
        text = outcome.text("formatted_metrics.txt")
        for row in ("PUE of the Data Centre", "Operational Above Idle", "Embodied (gCO2)", "gCO2 per images"):
            self.assertIn(row, text)

    def test_without_a_figure_for_the_making_there_is_no_score(self):
        outcome = self.measure("--carbon_intensity", "100")
        self.assertIsNone(outcome.metrics["footprint"]["sci_grams_per_unit"])
        self.assertTrue(re.search(r"SCI Score.*not known", outcome.text("formatted_metrics.txt")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
