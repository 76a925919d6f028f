"""Marks of phases: by the client of share/marks, which is one file of its own beside this package."""
import contextlib
import os
from typing import TYPE_CHECKING, Any, Callable, Iterator, TypeVar

import iris_gpubench_marks

_client: Any = iris_gpubench_marks

if TYPE_CHECKING:  # the client is for Python 3.6 and newer, without types
    _Function = TypeVar("_Function", bound=Callable[..., Any])

    class phase:
        def __init__(self, name: str, sync: bool = False) -> None: ...
        def __enter__(self) -> "phase": ...
        def __exit__(self, *error: object) -> None: ...
        def __call__(self, function: _Function) -> _Function: ...

    def work(amount: float, unit: str = "units") -> None: ...

else:
    phase, work = _client.phase, _client.work


@contextlib.contextmanager
def marks_in(folder: str) -> Iterator[None]:
    """While the block lasts, marks of this process are those of the run in this folder."""
    before = os.environ.get("IRIS_GPUBENCH_MARKS", "")
    _client.use(os.path.join(folder, "marks", "1"))
    try:
        yield
    finally:
        _client.use(before)
