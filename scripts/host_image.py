"""A container image without files, and the folders of this machine that give a container this machine's programs and its Python."""
import io
import pathlib
import subprocess
import sys
import tarfile


def import_image(name):
    """The image has only the folders that an image of ours has, with a place for results that everybody may write to."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder, mode in (("root", 0o711), ("root/results", 0o1777), ("tmp", 0o1777)):
            member = tarfile.TarInfo(folder)
            member.type, member.mode = tarfile.DIRTYPE, mode
            tar.addfile(member)
    subprocess.run(["docker", "import", "--change", "ENV HOME=/root", "-", name], input=buffer.getvalue(), check=True, stdout=subprocess.DEVNULL)


def mounts_of_this_machine():
    """Options of iris-gpubench: the folders that this machine's programs and its Python need, at their own places."""
    homes = {pathlib.Path(path).resolve() for path in (sys.prefix, sys.base_prefix)}
    homes = {home for home in homes if not home.is_relative_to("/usr")}
    system = [pathlib.Path(name) for name in ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc") if pathlib.Path(name).exists()]
    return [word for folder in (*system, *sorted(homes)) for word in ("--mount", f"{folder}:{folder}")]
