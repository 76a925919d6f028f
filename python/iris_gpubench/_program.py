"""Where the program is, and how it is started."""
import os
import shutil
import subprocess
import sys
import sysconfig
from typing import List, NoReturn, Optional

_NAME = "iris-gpubench"


class ProgramError(RuntimeError):
    """The program could not be started, or it could not measure. `exit_code` is its own, None if it was not started."""

    def __init__(self, message: str, exit_code: Optional[int] = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def _candidates() -> List[str]:
    """The variable's, then the one that this package was installed with, then the path's."""
    chosen = os.environ.get("IRIS_GPUBENCH_PROGRAM")
    if chosen:
        return [chosen]
    schemes = [sysconfig.get_path("scripts"), os.path.join(sys.prefix, "bin")]
    if os.name == "posix":
        schemes.append(sysconfig.get_path("scripts", "posix_user"))
    # pip install --target FOLDER puts programs into FOLDER/bin.
    schemes.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin"))
    installed = [os.path.join(folder, _NAME) for folder in schemes if folder]
    return installed + [found for found in [shutil.which(_NAME)] if found]


def program() -> str:
    """The path of the program iris-gpubench."""
    for path in _candidates():
        if os.access(path, os.X_OK) and not os.path.isdir(path):
            return path
    raise ProgramError("the program iris-gpubench was not found; install it, or name it in IRIS_GPUBENCH_PROGRAM")


def version() -> str:
    """The program's version, "0.1.0"."""
    answer = subprocess.run([program(), "--version"], stdout=subprocess.PIPE, check=True, universal_newlines=True)
    return answer.stdout.split()[1]


def main() -> NoReturn:
    """Becomes the program, with this process's arguments: the predecessor's command gpu_monitor, and python -m iris_gpubench."""
    try:
        path = program()
    except ProgramError as error:
        print("iris-gpubench: {}".format(error), file=sys.stderr)
        sys.exit(125)
    os.execv(path, [_NAME, *sys.argv[1:]])
