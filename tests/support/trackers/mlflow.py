"""Stands in for mlflow: the calls that share/to-mlflow makes, with mlflow's own names and rules; prints what came as JSON."""
import contextlib
import json
import numbers
import os

_told = {"files": []}


def set_experiment(experiment_name=None, experiment_id=None):
    assert (experiment_name is None) != (experiment_id is None)
    _told["experiment"] = experiment_name


@contextlib.contextmanager
def start_run(run_id=None, experiment_id=None, run_name=None, nested=False):
    _told["run"] = run_name
    yield
    print(json.dumps(_told))


def set_tags(tags):
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in tags.items())
    _told["tags"] = tags


def log_metrics(metrics, step=None, synchronous=None):
    assert all(isinstance(value, numbers.Real) and not isinstance(value, bool) for value in metrics.values())
    _told["metrics"] = metrics


def log_artifact(local_path, artifact_path=None):
    assert os.path.isfile(local_path)
    _told["files"].append(os.path.basename(local_path))
