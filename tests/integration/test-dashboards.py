#!/usr/bin/python3
"""Every query of every panel, annotation and variable of the Grafana dashboards, asked of a real database that holds a run."""
import json
import re
import time
import unittest

from databases import PASSWORD, USER, VictoriaMetrics
from product import SOURCE, ProductTest

DASHBOARDS = SOURCE / "share/grafana/dashboards"


class Dashboards(ProductTest):
    gpu_script = "gpus 2\nprofile steady 300\n"

    def setUp(self):
        super().setUp()
        self.database = VictoriaMetrics()
        self.addCleanup(self.database.close)
        self.environment.update(IRIS_GPUBENCH_VICTORIA_URL=self.database.url, IRIS_GPUBENCH_VICTORIA_USERNAME=USER,
                                IRIS_GPUBENCH_VICTORIA_PASSWORD=PASSWORD)
        outcome = self.run_program("--export_to_victoria", "--export_settle", "2.5", "--idle_roll", "0.2", "--no_plot", "--no_live_monitor",
                                   "--interval", "0.5", "--score_regex", "score: ([0-9.]+)", "--benchmark_command",
                                   "sleep 2; echo score: 12.5")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.run_id = outcome.metrics["run_id"]
        self.database.get("/internal/force_flush")

    def ask(self, expression, what):
        expression = expression.replace("$run_id", self.run_id).replace("$__range", "1h").replace("$gpu_name", ".*")
        expression = expression.replace("$gpu", ".*").replace("$benchmark", ".*").replace("$host", ".*")
        self.assertNotIn("$", expression)
        # As Grafana does: over the range, and of an instant at its end.
        found = self.database.query(f"last_over_time(({expression})[1m:100ms])" if "[" not in expression else expression, int(time.time()) + 1)
        self.assertTrue(found, f"{what} shows nothing: {expression}")
        for one in found:
            self.assertEqual(one["metric"].get("run_id", self.run_id), self.run_id)

    def test_every_query_shows_the_run(self):
        asked = 0
        for path in sorted(DASHBOARDS.glob("*.json")):
            dashboard = json.loads(path.read_text())
            for panel in dashboard["panels"]:
                for target in panel["targets"]:
                    with self.subTest(dashboard=path.name, panel=panel["title"]):
                        self.ask(target["expr"], panel["title"])
                        asked += 1
            for annotation in dashboard["annotations"]["list"]:
                with self.subTest(dashboard=path.name, annotation=annotation["name"]):
                    self.ask(annotation["expr"], annotation["name"])
                    asked += 1
            for variable in dashboard["templating"]["list"]:
                if variable["type"] != "query":
                    continue
                selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()
                with self.subTest(dashboard=path.name, variable=variable["name"]):
                    found = self.database.query(f"count by ({label}) (last_over_time({selector.replace('$run_id', self.run_id)}[1h]))", int(time.time()) + 1)
                    self.assertTrue(any(one["metric"].get(label) for one in found))
                    asked += 1
        print(f"{asked} queries asked")


if __name__ == "__main__":
    unittest.main(verbosity=2)
