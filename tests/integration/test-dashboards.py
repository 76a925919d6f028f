#!/usr/bin/python3
"""The Grafana dashboards: their form, and every query of every panel, annotation and variable asked of a real database that holds a run.
Grafana itself is not started."""
import itertools
import json
import math
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

import yaml

from databases import PASSWORD, USER, Prometheus, VictoriaMetrics
from product import PROGRAM, SOURCE, ProductTest

DASHBOARDS = SOURCE / "share/grafana/dashboards"


COMPOSE = yaml.safe_load((SOURCE / "share/grafana/compose.yaml").read_text())
WORK = r'''printf 'work: 500\nwork_unit: steps\n' > "$IRIS_GPUBENCH_RESULTS/metrics.yml"'''


class Queries:
    """Every query of every dashboard, asked as Grafana asks it: over a range in steps, or of the instant at its end."""

    gpu_script = "gpus 2\nhost_uuids\nprofile steady 300\ngpm 2 0:90\ngpm 61 0:10\n"

    def export_set(self, *options):
        """Two variants; the runs of a set are sent, and then its figures."""
        outcome = self.run_program("--export_to_victoria", *options, "--idle_roll", "0.2", "--no_plot", "--no_html", "--no_live_monitor", "--interval", "0.5",
                                   "--runs", "2", "--warmup", "0", "--label", "pairs", "--against", "sleep 0.6", "--", "sleep", "0.5", timeout=120)
        self.assertEqual((outcome.code, outcome.stderr.count("not sent")), (0, 0), outcome.stderr)
        self.set_runs = {path.parent.name for path in self.results.glob("*/metrics.json") if not path.parent.is_symlink()}
        self.set_runs |= {path.parent.name for path in self.results.glob("*/set.json")}
        again = subprocess.run([str(PROGRAM), "export", "pairs", *options, "--results_dir", str(self.results)], env=self.environment, cwd=self.folder,
                               capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        figures = again.stdout[again.stdout.index("Figures of the set"):]
        self.assertRegex(figures, r"recorded +18\n +accepted +18\n +verified +18\n +pending +0\n")

    def export_job(self, *options):
        """On two machines: this one under two names, each with a network of its own."""
        line = [str(PROGRAM), "--results_dir", str(self.results), "--group", "a-job", "--idle_roll", "0.2", "--no_plot", "--no_html", "--quiet", "--merge_wait", "20"]
        nodes = [subprocess.Popen(["unshare", "--uts", "--net", "sh", "-c", 'hostname "$0"; exec "$@"', f"n{rank}", *line, "--rank", str(rank), "--ranks", "2",
                                   "--", "sleep", "0.5"], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL) for rank in range(2)]
        self.assertEqual([node.wait(60) for node in nodes], [0, 0])
        sent = subprocess.run([str(PROGRAM), "export", "a-job", *options, "--results_dir", str(self.results)], env=self.environment, cwd=self.folder,
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(sent.returncode, 0, sent.stdout + sent.stderr)
        self.job_runs = {"a-job"} | {json.loads(path.read_text())["run_id"] for path in self.results.glob("a-job/nodes/*/metrics.json")}

    def export_run(self, *options):
        began = time.time()
        self.export_set(*options)
        self.export_job(*options)
        outcome = self.run_program("--export_to_victoria", *options, "--idle_roll", "0.2", "--no_plot", "--no_live_monitor", "--interval", "0.5",
                                   "--score_regex", "score: ([0-9.]+)", "--benchmark_command", f"echo '<BEGIN> train'; sleep 2.5; echo '<ENDED> train'; echo score: 12.5; {WORK}")
        self.assertEqual(outcome.code, 0, outcome.stderr)
        self.run_id = outcome.metrics["run_id"]
        time.sleep(2)  # what is younger than the latency offset of compose.yaml is not shown
        self.end = int(time.time()) - 1
        self.seconds = self.end - began + 1
        self.asked = 0

    def expression(self, text, interval):
        for name, value in (("$run_id", self.run_id), ("$__range", "1h"), ("$__interval", interval), ("$gpu_name", ".*"), ("$gpu", ".*"),
                            ("$benchmark", ".*"), ("$host", ".*")):
            text = text.replace(name, value)
        self.assertNotIn("$", text)
        return text

    def answers(self, expression, step=None):
        arguments = {"time": self.end}
        if step:
            width = float(step[:-2]) / 1000 if step.endswith("ms") else float(step[:-1])
            arguments = {"start": self.end - math.ceil(self.seconds / width) * width, "end": self.end, "step": step}
        self.asked += 1
        return json.loads(self.get(f"/api/v1/query{'_range' if step else ''}?" + urllib.parse.urlencode({"query": expression, **arguments})))["data"]["result"]

    def ask(self, target, step, what):
        expression = self.expression(target["expr"], step)
        found = self.answers(expression, None if target.get("instant") else step)
        self.assertTrue(found, f"{what} shows nothing: {expression}")
        labels = re.findall(r"{{(\w+)}}", target.get("legendFormat", ""))
        for one in found:
            self.assertIn(one["metric"].get("run_id", self.run_id), self.shown)
            for label in labels:
                self.assertTrue(one["metric"].get(label), f"{what}: no {label} for its legend: {one['metric']}")
        return found

    def columns(self, panel, found):
        """What a table puts in order is there: labels, or the names that become columns."""
        there = {"Time", "Value"} | {label for one in found for label in one["metric"]} | {one["metric"].get("__name__") for one in found}
        for step in panel.get("transformations", []):
            if step["id"] == "organize":
                named = {name for part in ("indexByName", "renameByName") for name in step["options"][part]}
                self.assertLessEqual(named, there, f"{panel['title']}: columns that are not there")

    def test_every_query_shows_the_run(self):
        for path in sorted(DASHBOARDS.glob("*.json")):
            dashboard = json.loads(path.read_text())
            self.shown = {self.run_id} | (self.set_runs | self.job_runs if path.name == "compare.json" else set())
            for panel in dashboard["panels"]:
                found = []
                for target in panel["targets"]:
                    with self.subTest(dashboard=path.name, panel=panel["title"], target=target["refId"]):
                        found += self.ask(target, panel.get("interval", "15s"), panel["title"])
                with self.subTest(dashboard=path.name, panel=panel["title"]):
                    self.columns(panel, found)
            for annotation in dashboard["annotations"]["list"]:
                with self.subTest(dashboard=path.name, annotation=annotation["name"]):
                    self.ask(annotation, annotation["step"], annotation["name"])
            for variable in dashboard["templating"]["list"]:
                if variable["type"] != "query":
                    continue
                selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()
                with self.subTest(dashboard=path.name, variable=variable["name"]):
                    found = self.answers(f"count by ({label}) (last_over_time({selector.replace('$run_id', self.run_id)}[1h]))")
                    self.assertTrue(any(one["metric"].get(label) for one in found))
        print(f"{self.asked} queries asked of {self.database.__class__.__name__}")


class OfVictoriaMetrics(Queries, ProductTest):
    def setUp(self):
        super().setUp()
        flags = [flag for flag in COMPOSE["services"]["victoriametrics"]["command"] if flag.startswith(("-dedup", "-search"))]
        self.database = VictoriaMetrics(" ".join(flags))
        self.addCleanup(self.database.close)
        self.environment.update(IRIS_GPUBENCH_VICTORIA_URL=self.database.url, IRIS_GPUBENCH_VICTORIA_USERNAME=USER,
                                IRIS_GPUBENCH_VICTORIA_PASSWORD=PASSWORD)
        self.export_run("--export_settle", "2.5")
        self.get("/internal/force_flush")

    def get(self, path):
        return self.database.get(path)


class OfPrometheus(Queries, ProductTest):
    def setUp(self):
        super().setUp()
        self.database = Prometheus()
        self.addCleanup(self.database.close)
        self.environment.update(IRIS_GPUBENCH_VICTORIA_URL=self.database.url)
        self.export_run("--export_protocol", "remote_write", "--export_settle", "0.5")

    def get(self, path):
        return urllib.request.urlopen(self.database.url + path, timeout=60).read().decode()


class Form(unittest.TestCase):
    """What Grafana refuses or shows wrongly without a word."""
    UNITS = {"s", "joule", "massg", "watt", "none", "percentunit", "bytes", "celsius", "hertz", "short", "Bps",
             "suffix:g/kWh"}  # of those that Grafana has
    TYPES = {"stat", "timeseries", "table", "bargauge"}
    SOURCE = {"type": "prometheus", "uid": "${datasource}"}

    def setUp(self):
        self.dashboards = {path.name: json.loads(path.read_text()) for path in sorted(DASHBOARDS.glob("*.json"))}
        self.assertGreater(len(self.dashboards), 1)

    def test_identity(self):
        uids = [dashboard["uid"] for dashboard in self.dashboards.values()]
        self.assertEqual(len(set(uids)), len(uids))
        for name, dashboard in self.dashboards.items():
            with self.subTest(name):
                self.assertRegex(dashboard["uid"], r"^[a-z0-9-]{1,40}$")
                self.assertIsNone(dashboard["id"])  # a number is one Grafana's own
                self.assertGreaterEqual(dashboard["schemaVersion"], 30)
                self.assertTrue(dashboard["title"] and dashboard["time"]["from"] and dashboard["time"]["to"])

    def test_panels(self):
        for name, dashboard in self.dashboards.items():
            ids = [panel["id"] for panel in dashboard["panels"]]
            self.assertEqual(len(set(ids)), len(ids), name)
            for panel in dashboard["panels"]:
                with self.subTest(dashboard=name, panel=panel["title"]):
                    self.assertIn(panel["type"], self.TYPES)
                    self.assertIn(panel["fieldConfig"]["defaults"].get("unit", "none"), self.UNITS)
                    self.assertEqual(panel["datasource"], self.SOURCE)
                    self.assertTrue(panel["title"] and panel["targets"])
                    rows = any(step["id"] == "labelsToFields" for step in panel.get("transformations", []))  # which make a table of series
                    self.assertEqual("interval" in panel, panel["type"] == "timeseries", "without it, Grafana takes a point every 15 s")
                    if panel["type"] == "bargauge":  # without it, Grafana draws all above 80 in red
                        self.assertEqual(panel["fieldConfig"]["defaults"]["color"]["mode"], "fixed")
                    names = [target["refId"] for target in panel["targets"]]
                    self.assertEqual(len(set(names)), len(names))
                    for target in panel["targets"]:
                        self.assertTrue(target["expr"].strip())
                        self.assertEqual(target["datasource"], self.SOURCE)
                        self.assertNotEqual(target["instant"], target["range"])
                        self.assertEqual(target.get("format") == "table", panel["type"] == "table" and not rows)

    def test_no_panel_lies_on_another(self):
        for name, dashboard in self.dashboards.items():
            places = [(panel["title"], panel["gridPos"]) for panel in dashboard["panels"]]
            for title, at in places:
                self.assertTrue(at["x"] >= 0 and at["y"] >= 0 and at["w"] > 0 and at["h"] > 0 and at["x"] + at["w"] <= 24, (name, title))
            for (first, a), (second, b) in itertools.combinations(places, 2):
                apart = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"] or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
                self.assertTrue(apart, f"{name}: {first} lies on {second}")

    def test_variables(self):
        """Each that is used is there, before those that use it; each that is there is used."""
        for name, dashboard in self.dashboards.items():
            with self.subTest(name):
                variables = dashboard["templating"]["list"]
                self.assertEqual((variables[0]["name"], variables[0]["type"], variables[0]["query"]), ("datasource", "datasource", "prometheus"))
                known = set()
                for variable in variables:
                    used = set(re.findall(r"\$\{?(\w+)", json.dumps({**variable, "name": ""}))) - {"__all"}
                    self.assertLessEqual(used, known, variable["name"])
                    known.add(variable["name"])
                used = set(re.findall(r"\$\{?(\w+)", json.dumps([dashboard["panels"], dashboard["annotations"]])))
                self.assertLessEqual(used, known | {"__range", "__interval", "__value", "__data"})
                self.assertLessEqual(known, used)

    def test_links(self):
        """To a dashboard that is there, with variables that it has and columns that the table has."""
        variables = {one["uid"]: {variable["name"] for variable in one["templating"]["list"]} for one in self.dashboards.values()}
        links = [(panel, value) for one in self.dashboards.values() for panel in one["panels"] for override in panel["fieldConfig"]["overrides"]
                 for setting in override["properties"] if setting["id"] == "links" for value in setting["value"]]
        self.assertTrue(links)
        for panel, link in links:
            uid = re.match(r"/d/([a-z0-9-]+)\?", link["url"]).group(1)
            self.assertLessEqual(set(re.findall(r"var-(\w+)=", link["url"])), variables[uid])
            for column in re.findall(r'__data\.fields\["(\w+)"\]', link["url"]):
                self.assertIn(f'"{column}", "", "")', json.dumps([target["expr"] for target in panel["targets"]]).replace('\\"', '"'))

    def test_names_are_documented(self):
        text = (SOURCE / "docs/export.md").read_text()
        told = {word for word in re.findall(r"`(\w+)`", text)}
        for name, dashboard in self.dashboards.items():
            text = re.sub(r"(gpubench_\w+)\(([\w|]+)\)", lambda found: " ".join(found[1] + one for one in found[2].split("|")), json.dumps(dashboard))
            for word in set(re.findall(r"gpubench_\w+", text)):
                self.assertTrue(word in told or any(one.startswith("_") and word.endswith(one) for one in told), f"{name}: {word}")

    def test_what_starts_them(self):
        """Every file that the compose file and Grafana's provisioning name is there or made by `up`; nothing listens to the world, no
        password is in a file of the repository."""
        folder = SOURCE / "share/grafana"
        up = (folder / "up").read_text()
        for name, service in COMPOSE["services"].items():
            self.assertRegex(service["image"], r":v?\d+\.\d+\.\d+$", "a version, not whatever is newest")
            for port in service["ports"]:
                self.assertTrue(port.startswith("127.0.0.1:"), name)
            for secret in service["secrets"]:
                self.assertIn(secret, COMPOSE["secrets"])
            for volume in service["volumes"]:
                source, _, mode = volume.split(":")[0], *volume.split(":")[1:2], volume.split(":")[-1]
                if source.startswith("./"):
                    self.assertTrue((folder / source).is_dir(), source)
                    self.assertEqual(mode, "ro")
                else:
                    self.assertIn(source, COMPOSE["volumes"])
        for name, secret in COMPOSE["secrets"].items():
            self.assertTrue(secret["file"].startswith("./secrets/") and name in up)
        self.assertIn("/share/grafana/secrets/", (SOURCE / ".gitignore").read_text())
        source = yaml.safe_load((folder / "provisioning/datasources/victoria.yaml").read_text())["datasources"][0]
        self.assertEqual(source["type"], "prometheus")
        self.assertEqual(source["url"], "http://victoriametrics:8428")
        self.assertIn(f"-httpAuth.username={source['basicAuthUser']}", COMPOSE["services"]["victoriametrics"]["command"])
        self.assertTrue(source["secureJsonData"]["basicAuthPassword"].startswith("$__file{/run/secrets/"))
        provider = yaml.safe_load((folder / "provisioning/dashboards/iris-gpubench.yaml").read_text())["providers"][0]
        self.assertIn(f"./dashboards:{provider['options']['path']}:ro", COMPOSE["services"]["grafana"]["volumes"])

    def test_passwords_are_made_once_and_for_nobody_else(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="gpubench-grafana-"))
        self.addCleanup(shutil.rmtree, folder)
        shutil.copytree(SOURCE / "share/grafana", folder / "grafana", ignore=shutil.ignore_patterns("secrets"))
        (folder / "docker").write_text(f"#!/bin/sh\necho \"$PWD $*\" >> {folder}/asked\n")
        (folder / "docker").chmod(0o755)
        made = []
        for _ in range(2):
            done = subprocess.run([str(folder / "grafana/up")], capture_output=True, text=True, env={"PATH": f"{folder}:/usr/bin:/bin"}, cwd="/")
            self.assertEqual(done.returncode, 0, done.stderr)
            made.append({path.name: path.read_text() for path in (folder / "grafana/secrets").iterdir()})
            for password in made[-1].values():
                self.assertNotIn(password, done.stdout)
        self.assertEqual(made[0], made[1])
        self.assertEqual(len(set(made[0].values())), 2)
        self.assertTrue(all(len(password) >= 16 and password.isalnum() for password in made[0].values()))
        self.assertEqual(stat.S_IMODE((folder / "grafana/secrets").stat().st_mode), 0o700)
        self.assertEqual((folder / "asked").read_text().splitlines(), [f"{folder}/grafana compose up -d"] * 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
