"""The figures of a finished run, for the scripts that hand them to a tracker. Standard library only."""
import argparse
import importlib
import json
import pathlib
import sys

FILES = ("metrics.json", "report.html", "formatted_metrics.txt")


def arguments(tracker, *extra):
    parser = argparse.ArgumentParser(description=f"Hands the figures of a finished run to {tracker}.")
    parser.add_argument("run", type=pathlib.Path, help="the run's folder, such as results/latest")
    parser.add_argument("--dry-run", action="store_true", help="print what would be sent")
    for name, meaning in extra:
        parser.add_argument(name, help=meaning)
    return parser.parse_args()


def tracker_module(name):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        sys.exit(f"{sys.argv[0]}: {error}. Install it: pip install {name}. --dry-run shows what would be sent")


def read_run(folder):
    try:
        return json.loads((folder / "metrics.json").read_text())
    except (OSError, ValueError) as error:
        sys.exit(f"{sys.argv[0]}: {folder / 'metrics.json'} cannot be read: {error}")


def metrics_of(run):
    """What is known, by name; what is not known is left out, never 0."""
    uncertainty = run.get("total_energy_uncertainty") or {}
    work = run.get("work") or {}
    found = {"elapsed_seconds": run["elapsed_time"], "energy_joules": run["total_energy_joules"],
             "energy_half_width_comparative_joules": uncertainty.get("comparative_joules"),
             "energy_half_width_absolute_joules": uncertainty.get("absolute_joules"),
             "emissions_grams": run["total_carbon"], "score_seconds": run["score"], "work_amount": work.get("amount"),
             "joules_per_work": work.get("joules_per_unit")}
    for gpu in run["gpus"]:
        found[f"gpu_{gpu['index']}_average_power_watts"] = gpu["average_power_watts"]
        found[f"gpu_{gpu['index']}_peak_power_watts"] = gpu["peak_power_watts"]
    return {name: value for name, value in found.items() if value is not None}


def tags_of(run):
    tags = {"benchmark": run["benchmark"], "run_id": run["run_id"], "host": run["host"], "gpu": run["name"] or "none",
            "gpu_count": str(run["device_count"]), "replay": str(run["source"]["replay"]).lower(), "iris_gpubench": run["tool_version"],
            "findings": ", ".join(finding["name"] for finding in run["findings"]) or "none"}
    if run.get("work"):
        tags["work_unit"] = run["work"]["unit"]
    return {name: value[:250] for name, value in tags.items()}


def files_of(folder):
    return [str(folder / name) for name in FILES if (folder / name).is_file()]


def show(folder, run):
    print(json.dumps({"metrics": metrics_of(run), "tags": tags_of(run), "files": files_of(folder)}, indent=2))
