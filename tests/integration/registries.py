"""A real registry of container images (Debian's docker-registry) on loopback, and images put into it without an engine."""
import contextlib
import hashlib
import json
import pathlib
import socket
import subprocess
import tarfile
import time
import urllib.request


class Registry:
    """Starts when it is made; `host` is its address."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{free.getsockname()[1]}"
        config = folder / "registry.yml"
        config.write_text("version: 0.1\nlog: {level: error}\n"
                          f"storage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\nhttp: {{addr: {self.host}}}\n")
        self.server = subprocess.Popen(["docker-registry", "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.server.kill()
        self.server.wait()

    def wait(self, patience=20):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{self.host}/v2/", timeout=5):
                return
            time.sleep(0.1)
        raise RuntimeError("docker-registry does not answer")

    def _put(self, method, url, content=b"", kind="application/octet-stream"):
        with urllib.request.urlopen(urllib.request.Request(url, content, {"Content-Type": kind}, method=method), timeout=20) as answer:
            return answer.headers

    def _put_blob(self, name, content):
        place = self._put("POST", f"http://{self.host}/v2/{name}/blobs/uploads/")["Location"]
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        self._put("PUT", f"{place}{'&' if '?' in place else '?'}digest={digest}", content)
        return {"size": len(content), "digest": digest}

    def push_archive(self, name, tag, archive):
        """An image as "docker save" writes it, of one layer."""
        with tarfile.open(archive) as tar:
            manifest = json.load(tar.extractfile("manifest.json"))[0]
            config, layer = (tar.extractfile(member).read() for member in (manifest["Config"], manifest["Layers"][0]))
        kinds = "application/vnd.docker."
        document = {"schemaVersion": 2, "mediaType": kinds + "distribution.manifest.v2+json",
                    "config": {"mediaType": kinds + "container.image.v1+json", **self._put_blob(name, config)},
                    "layers": [{"mediaType": kinds + "image.rootfs.diff.tar", **self._put_blob(name, layer)}]}
        self._put("PUT", f"http://{self.host}/v2/{name}/manifests/{tag}", json.dumps(document).encode(), document["mediaType"])
