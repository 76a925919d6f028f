"""Folders of saved runs and sets, made without a measurement: metrics.json and set.json as the program writes them."""
import json
import pathlib

BASE = (3012, 3020, 3008, 3016, 3024)
NEW = (3071, 3083, 3069, 3078, 3089)


def metrics(run_id, joules, **more):
    """A run's metrics.json with what comparisons read."""
    start = more.pop("start", "2026-11-29T12:00:00.000Z")
    uuid = more.pop("uuid", "GPU-a")
    intensity = more.pop("intensity", 120.0)
    seconds = more.pop("seconds", 4.0)
    document = {
        "schema_version": 1, "run_id": run_id, "benchmark": "simulate", "name": "NVIDIA H200", "device_count": 1, "host": "node1",
        "tool_version": "0.1.0", "start_time": start, "start_datetime": start[:19].replace("T", " "), "elapsed_time": seconds,
        "total_energy": joules / 3.6e6, "total_carbon": joules / 3.6e6 * intensity, "av_carbon_forecast": intensity, "score": None,
        "source": {"kind": "nvml", "replay": False, "description": "", "driver_version": "560.35"},
        "workload": {"kind": "command", "name": "simulate", "command": "simulate --steps 10", "image_id": None},
        "total_energy_joules": joules,
        "total_energy_uncertainty": {"comparative_joules": 2.0, "absolute_joules": 200.0, "terms": []}, "work": None, "findings": [],
        "gpus": [{"uuid": uuid, "name": "NVIDIA H200", "energy_joules": joules, "limits": {"power_limit_watts": 700.0},
                  "temperature_celsius": {"average_all": 51.0}, "sm_clock_mhz": {"average_all": 1980.0}, "throttling": [], "energy": {}}],
    }
    document.update(more)
    return document


def save_run(results, run_id, joules, **more):
    folder = pathlib.Path(results) / run_id
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps(metrics(run_id, joules, **more)))
    return folder


def save_set(results, set_id, variants, label=""):
    """`variants`: {name: joules of its runs}; run i of each variant is in block i."""
    members = []
    for name, values in variants.items():
        for block, joules in enumerate(values, 1):
            run_id = f"{set_id}-{name}-{block}"
            save_run(results, run_id, joules, start=f"2026-11-29T12:{block:02}:00.000Z")
            members.append({"run": run_id, "role": "counted", "reasons": [], "variant": name, "block": block, "sitting": 1})
    document = {
        "schema_version": 1, "set_id": set_id, "label": label, "benchmark": "simulate", "seed": 1, "invocation": "", "working_folder": "",
        "options": {"runs": 5, "warmup": 0, "pause_seconds": 0.0, "until": "", "max_runs": 30, "start_at_celsius": None, "keep_going": False},
        "variants": [{"name": name, "benchmark": "simulate", "command": "", "parameters": []} for name in variants],
        "sittings": [{"started": "2026-11-29T12:00:00.000Z", "host": "node1", "tool_version": "0.1.0"}],
        "members": members, "findings": [], "complete": True,
    }
    folder = pathlib.Path(results) / set_id
    folder.mkdir(parents=True)
    (folder / "set.json").write_text(json.dumps(document))
    return folder
