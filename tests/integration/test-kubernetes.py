#!/usr/bin/python3
"""The manifests of share/kubernetes: rendered by kustomize, checked against the API's schema, and their pods run by Podman.

There is no cluster here. What Podman has not, the test does in its place and says so: a Job's controller makes pods with labels and annotations, a kubelet
starts sidecars, ends them after the benchmark, and waits terminationGracePeriodSeconds. Nothing here allocates GPUs: these are fakes."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import jsonschema
import yaml

from pods import PodTest, pod_of
from product import SOURCE

FOLDER = SOURCE / "share/kubernetes"
GOLDEN = SOURCE / "tests/integration/files/kubernetes"
# The sidecar takes the file away when it begins.
UNTIL_IT_IS_MEASURED = "while [ -e /gpubench/benchmark.pid ]; do sleep 0.1; done"
OVERLAYS = sorted(path.name for path in (FOLDER / "overlays").iterdir())


def find_renderer():
    """A kustomize that knows the fields of our files: in kubectl since 1.21 (Debian 12 has 1.20)."""
    if shutil.which("kustomize"):
        return ["kustomize", "build"]
    if shutil.which("kubectl"):
        told = subprocess.run(["kubectl", "version", "--client", "-o", "json"], capture_output=True, text=True, timeout=60)
        version = re.search(r'"minor": *"(\d+)', told.stdout)
        if version and int(version[1]) >= 21:
            return ["kubectl", "kustomize"]
    return None


RENDERER = find_renderer()


def rendering(test):
    """Without a kustomize the other tests read the files that were rendered last, which are kept here."""
    return test if RENDERER else lambda self: print("nothing is rendered: there is no kustomize and no kubectl from 1.21 on")


def rendered(overlay):
    """As they were rendered last: test_rendered compares."""
    return list(yaml.safe_load_all((GOLDEN / f"{overlay}.yaml").read_text()))


def render(folder):
    return subprocess.run([*RENDERER, str(folder)], capture_output=True, text=True, timeout=60)


class Manifests(unittest.TestCase):
    @rendering
    def test_rendered(self):
        for overlay in OVERLAYS:
            with self.subTest(overlay=overlay):
                done = render(FOLDER / "overlays" / overlay)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                if os.environ.get("GPUBENCH_UPDATE_GOLDEN"):
                    (GOLDEN / f"{overlay}.yaml").write_text(done.stdout)
                self.assertEqual(list(yaml.safe_load_all(done.stdout)), rendered(overlay), "GPUBENCH_UPDATE_GOLDEN=1 makes the files again")

    def render_own(self, kustomization):
        """In a folder beside a copy of ours."""
        with tempfile.TemporaryDirectory(prefix="gpubench-kustomize-") as folder:
            shutil.copytree(FOLDER, f"{folder}/kubernetes")
            own = pathlib.Path(folder, "train")
            own.mkdir()
            (own / "kustomization.yaml").write_text(kustomization)
            return render(own)

    @rendering
    def test_the_overlay_of_the_page(self):
        """What a user adds, as the page says it."""
        example = re.search(r"```yaml\n(.*?)```", (SOURCE / "docs/howto/kubernetes.md").read_text(), re.S)[1]
        done = self.render_own(example)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        documents = list(yaml.safe_load_all(done.stdout))
        self.check(documents)
        job = next(one for one in documents if one["kind"] == "Job")
        self.assertEqual(job["metadata"]["name"], "train-gpubench")
        benchmark, install = (job["spec"]["template"]["spec"][kind][0] for kind in ("containers", "initContainers"))
        self.assertEqual(benchmark["args"], ["python3", "train.py", "--epochs", "3"])
        self.assertEqual(benchmark["command"][0], "/gpubench/bin/iris-gpubench")
        self.assertEqual(benchmark["resources"]["limits"], {"nvidia.com/gpu": "4"})
        self.assertTrue(all(one["image"].startswith("registry.example/") for one in (benchmark, install)))

    def check(self, documents):
        schema = json.loads((GOLDEN / "schema.json").read_text())
        for document in documents:
            jsonschema.validate(document, {"$ref": f"#/definitions/V1{document['kind']}", **schema})

    def test_the_schema_of_the_api(self):
        for overlay in OVERLAYS:
            with self.subTest(overlay=overlay):
                self.check(rendered(overlay))

    def test_the_schema_finds_mistakes(self):
        job = next(one for one in rendered("entry") if one["kind"] == "Job")
        job["spec"]["template"]["spec"]["restartpolicy"] = "Never"
        with self.assertRaises(jsonschema.ValidationError):
            self.check([job])

    def check_promises(self, documents):
        """Of every overlay: run once, with time to stop, results outside of the pod, and every volume and claim is there."""
        job = next(one for one in documents if one["kind"] == "Job")
        pod = job["spec"]["template"]["spec"]
        self.assertEqual((job["spec"]["backoffLimit"], pod["restartPolicy"]), (0, "Never"))
        self.assertGreater(pod["terminationGracePeriodSeconds"], 60)
        volumes, claims = ({one["name"] for one in pod.get(kind, ())} for kind in ("volumes", "resourceClaims"))
        for container in pod["containers"] + pod["initContainers"]:
            self.assertLessEqual({mount["name"] for mount in container["volumeMounts"]}, volumes)
            self.assertLessEqual({claim["name"] for claim in container.get("resources", {}).get("claims", ())}, claims)
        names = {(one["kind"], one["metadata"]["name"]) for one in documents}
        self.assertIn(("PersistentVolumeClaim", pod["volumes"][1]["persistentVolumeClaim"]["claimName"]), names)
        for claim in pod.get("resourceClaims", ()):
            self.assertIn(("ResourceClaimTemplate", claim["resourceClaimTemplateName"]), names)

    def test_promises(self):
        for overlay in OVERLAYS:
            with self.subTest(overlay=overlay):
                self.check_promises(rendered(overlay))

    @rendering
    def test_promises_with_a_prefix(self):
        for overlay in OVERLAYS:
            with self.subTest(overlay=overlay):
                done = self.render_own(f"namePrefix: mine-\nresources: [../kubernetes/overlays/{overlay}]\n")
                documents = list(yaml.safe_load_all(done.stdout))
                self.assertTrue(all(one["metadata"]["name"].startswith("mine-gpubench") for one in documents))
                self.check_promises(documents)

    def test_the_numbers_of_an_indexed_job_agree(self):
        job = next(one for one in rendered("indexed") if one["kind"] == "Job")["spec"]
        variables = {one["name"]: one.get("value") for one in job["template"]["spec"]["containers"][0]["env"]}
        self.assertEqual((job["completions"], job["parallelism"]), (int(variables["IRIS_GPUBENCH_RANKS"]),) * 2)


class Pods(PodTest):
    gpu_script = "gpus 1\nhost_uuids\nprofile steady 200\n"

    def setUp(self):
        super().setUp()
        self.results = None

    def start(self, overlay, arguments, index=None):
        """A pod of the overlay; `index`: of an Indexed Job, as its controller marks it."""
        documents = rendered(overlay)
        name = "gpubench-x" if index is None else f"gpubench-{index}"
        marks = {} if index is None else {"labels": {"batch.kubernetes.io/controller-uid": "job-1"},
                                          "annotations": {"batch.kubernetes.io/job-completion-index": str(index)}}
        pod = pod_of(documents, name, arguments, **marks)
        if index:  # Podman makes one volume for all pods' emptyDirs of a name
            pod = json.loads(json.dumps(pod).replace('"name": "gpubench"', f'"name": "gpubench-{index}"'))
        # Podman's init containers end before the others start: a sidecar runs beside these.
        init, pod["spec"]["initContainers"] = pod["spec"]["initContainers"], []
        for container in init:
            beside = container.pop("restartPolicy", None) == "Always"
            pod["spec"]["containers" if beside else "initContainers"].append(container)
        claims = [one for one in documents if one["kind"] == "PersistentVolumeClaim"]
        self.play(*([] if self.results else claims), pod)
        self.results = self.volume("gpubench-results")

    def wait_for_log(self, container, text):
        end = time.monotonic() + 20
        while text not in self.logs(container):
            self.assertLess(time.monotonic(), end, self.logs(container))
            time.sleep(0.05)

    def run_record(self, folder="latest"):
        return json.loads((self.results / folder / "metrics.json").read_text())

    def test_entry_point(self):
        self.start("entry", ["sh", "-c", "echo working; sleep 1; exit 3"])
        self.assertEqual(self.exit_status("gpubench-x-benchmark"), 3, self.logs("gpubench-x-benchmark"))
        log = self.logs("gpubench-x-benchmark")
        self.assertTrue(log.startswith("working\n") and "Energy" in log, log)
        run = self.run_record()
        self.assertEqual(run["workload"]["exit_code"], 3)
        self.assertEqual(run["label"], "gpubench-x")
        self.assertAlmostEqual(run["total_energy_joules"], 200 * run["elapsed_time"], delta=20)
        self.assertEqual((self.results / "latest/benchmark.log").read_text(), "working\n")
        self.assertEqual(run["host"], "gpubench-x")

    def test_a_deleted_pod_leaves_a_whole_record(self):
        self.start("entry", ["sh", "-c", "echo begun; exec sleep 100"])
        end = time.monotonic() + 20
        while not any("begun" in log.read_text() for log in self.results.glob("*/benchmark.log")):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        self.podman("stop", "--time=60", "gpubench-x-benchmark")  # SIGTERM, as a kubelet does it
        self.assertEqual(self.exit_status("gpubench-x-benchmark"), 143)
        run = self.run_record()
        self.assertIn("interrupted", [finding["name"] for finding in run["findings"]])
        self.assertGreater(run["total_energy_joules"], 0)

    def test_an_indexed_job_has_one_record(self):
        for index in (1, 0):
            self.start("indexed", ["sh", "-c", "echo rank $IRIS_GPUBENCH_RANK; sleep 1; exit $((4 * IRIS_GPUBENCH_RANK))"], index)
        self.assertEqual([self.exit_status(f"gpubench-{index}-benchmark") for index in (0, 1)], [0, 4])
        self.assertEqual([self.logs(f"gpubench-{index}-benchmark").count(f"rank {index}\n") for index in (0, 1)], [1, 1])
        run = self.run_record("job-1")
        self.assertEqual([node["node"] for node in run["nodes"]], ["gpubench-0", "gpubench-1"])
        self.assertEqual([(rank["rank"], rank["exit_code"]) for rank in run["ranks"]], [(0, 0), (1, 4)])
        self.assertEqual(len({gpu["uuid"] for gpu in run["gpus"]}), 2)
        self.assertTrue(run["group"]["complete"])

    def test_a_benchmark_of_another_user_may_write_its_number(self):
        """A kubelet makes an emptyDir for all users. Podman does not, so a folder is in its place."""
        place = self.engine / "emptyDir"
        place.mkdir()
        place.chmod(0o777)
        self.podman("run", "--rm", "--network=none", f"--volume={place}:/gpubench", "localhost/iris-gpubench")
        self.assertTrue((place / "bin/iris-gpubench").is_file())
        self.podman("run", "--rm", "--network=none", "--user=1000", f"--volume={place}:/gpubench", "localhost/benchmark", "sh", "-c",
                    "echo $$ > /gpubench/benchmark.pid")
        self.assertEqual((place / "benchmark.pid").read_text(), "1\n")

    def test_sidecar(self):
        self.start("sidecar-dra", ["sh", "-c", f"echo working; {UNTIL_IT_IS_MEASURED}; sleep 3; exit 5"])
        self.assertEqual(self.exit_status("gpubench-x-benchmark"), 5)
        self.assertEqual(self.logs("gpubench-x-benchmark"), "working\n")
        self.assertEqual(self.exit_status("gpubench-x-measure"), 0, self.logs("gpubench-x-measure"))
        run = self.run_record()
        self.assertIn("begun_in_mid_run", [finding["name"] for finding in run["findings"]])
        self.assertAlmostEqual(run["elapsed_time"], 2.2, delta=1.2)
        self.assertAlmostEqual(run["total_energy_joules"], 200 * run["elapsed_time"], delta=20)

    def test_a_sidecar_that_is_ended_at_once_leaves_a_whole_record(self):
        """A kubelet sends SIGTERM to sidecars as soon as the benchmark has ended."""
        self.start("sidecar-dra", ["sh", "-c", f"{UNTIL_IT_IS_MEASURED}; sleep 3"])
        self.assertEqual(self.exit_status("gpubench-x-benchmark"), 0)
        self.podman("stop", "--time=60", "gpubench-x-measure")
        self.assertIn(self.exit_status("gpubench-x-measure"), (0, 143), self.logs("gpubench-x-measure"))
        self.assertGreater(self.run_record()["total_energy_joules"], 0)


if __name__ == "__main__":
    unittest.main()
