"""A Debian, this machine's or one in a folder: where its libraries are, and which package a file is from."""
import functools
import os
import pathlib
import subprocess


class Debian:
    def __init__(self, root, triplet):
        self.root = root.resolve()
        self.triplet = triplet

    def file(self, path):
        """The file that a path in this Debian means; a link that begins with / begins in its root."""
        place = self.root
        for part in pathlib.PurePosixPath(path).parts:
            place = place / part
            while place.is_symlink():
                target = os.readlink(place)
                place = self.file(target.lstrip("/")) if target.startswith("/") else pathlib.Path(os.path.normpath(place.parent / target))
        if not place.exists():
            raise SystemExit(f"make-archive: error: {self.root} has no {path}; scripts/packages.sh names the packages")
        return place

    def glob(self, pattern):
        return list(self.root.glob(pattern))

    def library(self, name):
        folders = [f"usr/lib/{self.triplet}", f"lib/{self.triplet}", "usr/lib"]
        found = [folder for folder in folders if (self.root / folder / name).exists() or (self.root / folder / name).is_symlink()]
        if not found:
            raise SystemExit(f"make-archive: error: {self.root} has no library {name}")
        return self.file(f"{found[0]}/{name}")

    @functools.cached_property
    def _owners(self):
        lists = self.root.glob("var/lib/dpkg/info/*.list")
        return {line: path.stem.partition(":")[0] for path in lists for line in path.read_text(errors="replace").splitlines()}

    def package_of(self, path):
        inside = "/" + str(path.relative_to(self.root))
        owner = self._owners.get(inside) or self._owners.get(inside.removeprefix("/usr"))
        if owner is None:
            raise SystemExit(f"make-archive: error: no package owns {path}")
        return owner

    def version_of(self, package):
        command = ["dpkg-query", f"--admindir={self.root}/var/lib/dpkg", "-W", "-f", "${Version}\n", package]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0]

    def copyright(self, package):
        return self.file(f"usr/share/doc/{package}/copyright").read_text(encoding="utf-8", errors="replace")
