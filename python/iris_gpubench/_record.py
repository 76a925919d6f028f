"""The account of a run, as its metrics.json has it."""
import csv
import datetime
import gzip
import json
import os
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple, Union

PathLike = Union[str, "os.PathLike[str]"]


class RunNotFound(LookupError):
    """There is no such run, or it has left no metrics.json."""


class Interval(NamedTuple):
    """A range around a figure for k = 2 (about 95 % of cases)."""

    low: float
    high: float


@dataclass(frozen=True)
class Finding:
    """A documented doubt about a run."""

    name: str
    """for programs: "methods_disagree" """
    text: str
    """for readers"""

    def __str__(self) -> str:
        return "{}: {}".format(self.name, self.text)


@dataclass(frozen=True)
class Emissions:
    grams: Optional[float]
    uncertainty_grams: Optional[float]
    average_grams_per_kwh: Optional[float]
    used_yearly_factor: bool
    """no forecast for part of the run: the yearly factor was used"""


@dataclass(frozen=True)
class Gpu:
    index: int
    name: str
    uuid: str
    energy_joules: Optional[float]
    energy_method: Optional[str]
    average_power_watts: Optional[float]
    peak_power_watts: Optional[float]
    document: Mapping[str, Any] = field(repr=False, compare=False)
    """all of it, as metrics.json has it"""


@dataclass(frozen=True)
class Phase:
    """A part of a run that phase() marked; the last one is the rest, "(unmarked)"."""

    name: str
    path: str
    depth: int
    count: int
    seconds: float
    energy_joules: Optional[float]
    energy_half_width_joules: Optional[float]
    document: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Run:
    """A measured run. None: not known, never 0. Everything else of metrics.json is in `document`."""

    path: str
    run_id: str
    name: str
    start_time: datetime.datetime
    end_time: datetime.datetime
    elapsed_seconds: float
    energy_joules: Optional[float]
    energy_half_width_joules: Optional[float]
    """comparative: without the gain error of the board's sensor"""
    energy_absolute_half_width_joules: Optional[float]
    emissions: Emissions
    score: Optional[float]
    exit_code: Optional[int]
    findings: Tuple[Finding, ...]
    gpus: Tuple[Gpu, ...]
    phases: Tuple[Phase, ...]
    is_replay: bool
    document: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def energy_interval(self) -> Optional[Interval]:
        """The energy's comparative interval in joules."""
        return _interval(self.energy_joules, self.energy_half_width_joules)

    @property
    def energy_absolute_interval(self) -> Optional[Interval]:
        return _interval(self.energy_joules, self.energy_absolute_half_width_joules)

    def timeseries(self) -> List[Dict[str, str]]:
        """The rows of timeseries.csv, each a dict of the columns' texts. Empty if the run was told to write none."""
        path = self._timeseries_path()
        if path is None:
            return []
        packed = path.endswith(".gz")
        with gzip.open(path, "rt", encoding="utf-8", newline="") if packed else open(path, encoding="utf-8", newline="") as file:
            return [dict(row) for row in csv.DictReader(file)]

    def dataframe(self) -> Any:
        """The same as a pandas.DataFrame, if pandas is installed."""
        import pandas  # type: ignore[import] # an extra that is the user's own

        path = self._timeseries_path()
        return pandas.DataFrame() if path is None else pandas.read_csv(path)

    def _timeseries_path(self) -> Optional[str]:
        paths = [os.path.join(self.path, name) for name in ("timeseries.csv", "timeseries.csv.gz")]
        return next((path for path in paths if os.path.exists(path)), None)


def _interval(middle: Optional[float], half_width: Optional[float]) -> Optional[Interval]:
    return None if middle is None or half_width is None else Interval(middle - half_width, middle + half_width)


def _time(text: str) -> datetime.datetime:
    moment = text.rstrip("Z")
    form = "%Y-%m-%dT%H:%M:%S.%f" if "." in moment else "%Y-%m-%dT%H:%M:%S"
    return datetime.datetime.strptime(moment, form).replace(tzinfo=datetime.timezone.utc)


def _gpu(document: Mapping[str, Any]) -> Gpu:
    return Gpu(document["index"], document["name"], document["uuid"], document.get("energy_joules"), document.get("energy_method"),
               document.get("average_power_watts"), document.get("peak_power_watts"), document)


def _phase(document: Mapping[str, Any]) -> Phase:
    uncertainty = document.get("uncertainty") or {}
    return Phase(document["name"], document["path"], document["depth"], document["count"], document["seconds"], document.get("energy_joules"),
                 uncertainty.get("comparative_joules"), document)


def _emissions(document: Mapping[str, Any]) -> Emissions:
    return Emissions(document.get("total_grams"), document.get("uncertainty_grams"), document.get("average_grams_per_kwh"),
                     bool(document.get("used_yearly_factor")))


def from_document(path: PathLike, document: Mapping[str, Any]) -> Run:
    uncertainty = document.get("total_energy_uncertainty") or {}
    return Run(
        path=os.fspath(path), run_id=document["run_id"], name=document["benchmark"],
        start_time=_time(document["start_time"]), end_time=_time(document["end_time"]), elapsed_seconds=document["elapsed_time"],
        energy_joules=document.get("total_energy_joules"), energy_half_width_joules=uncertainty.get("comparative_joules"),
        energy_absolute_half_width_joules=uncertainty.get("absolute_joules"), emissions=_emissions(document.get("emissions") or {}),
        score=document.get("score"), exit_code=document["workload"].get("exit_code"),
        findings=tuple(Finding(finding["name"], finding["text"]) for finding in document["findings"]),
        gpus=tuple(_gpu(gpu) for gpu in document["gpus"]),
        phases=tuple(_phase(phase) for phase in document.get("phases") or ()), is_replay=document["source"]["replay"], document=document)


def load(run: PathLike = "latest", results_dir: PathLike = "results") -> Run:
    """A run by its folder, its id in `results_dir`, or "latest"."""
    name = os.fspath(run)
    for folder in (os.path.join(os.fspath(results_dir), name), name):
        path = os.path.join(folder, "metrics.json")
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                return from_document(os.path.realpath(folder), json.load(file))
    raise RunNotFound("no run \"{}\" with a metrics.json in {}".format(name, os.path.abspath(os.fspath(results_dir))))
