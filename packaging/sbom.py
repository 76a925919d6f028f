"""What the archive consists of: SPDX 2.3, and the sums of its files."""
import datetime
import hashlib
import json
import re

PLACE = "share/doc/iris-gpubench/sbom.spdx.json"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sha1(path):
    return hashlib.sha1(path.read_bytes()).hexdigest()


def _files(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]


def _id(kind, name):
    return f"SPDXRef-{kind}-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def _package(name, version, license_text, **more):
    return {"SPDXID": _id("Package", name), "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": license_text, "licenseDeclared": license_text, "copyrightText": "NOASSERTION", **more}


def _debian_package(tree, name):
    version = tree.debian.version_of(name)
    locator = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}"
    return _package(name, version, "NOASSERTION", supplier="Organization: Debian",
                    licenseComments=f"share/doc/iris-gpubench/licenses/{name}",
                    externalRefs=[{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}])


def _file(tree, path):
    name = str(path.relative_to(tree.folder))
    return {"SPDXID": _id("File", name), "fileName": f"./{name}", "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION",
            "checksums": [{"algorithm": "SHA1", "checksumValue": _sha1(path)}, {"algorithm": "SHA256", "checksumValue": sha256(path)}]}


def _relation(one, kind, other):
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def write(tree, version, time):
    own = _package("iris-gpubench", version, "Apache-2.0")
    packages = sorted(tree.packages)
    files = [_file(tree, path) for path in _files(tree.folder)]
    relations = [_relation("SPDXRef-DOCUMENT", "DESCRIBES", own["SPDXID"])]
    relations += [_relation(own["SPDXID"], "CONTAINS", _id("Package", name)) for name in packages]
    relations += [_relation(_id("File", name), "GENERATED_FROM", _id("Package", package))
                  for package in packages for name in sorted(tree.packages[package])]
    created = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    content = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    document = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": tree.folder.name,
                "documentNamespace": f"https://spdx.org/spdxdocs/{tree.folder.name}-{content}",
                "creationInfo": {"created": created, "creators": ["Tool: iris-gpubench-make-archive"]},
                "packages": [own] + [_debian_package(tree, name) for name in packages], "files": files, "relationships": relations}
    tree.write(PLACE, json.dumps(document, indent=1) + "\n")


def write_sums(folder):
    lines = [f"{sha256(path)}  {path.relative_to(folder)}\n" for path in _files(folder)]
    (folder / "SHA256SUMS").write_text("".join(lines))
    (folder / "SHA256SUMS").chmod(0o644)
