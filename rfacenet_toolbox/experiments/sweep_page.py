"""``sweep.md`` and ``sweep.csv``: what each run of a sweep scored."""

from ..evaluation import METRICS
from ..report.table import Cell, Table, csv_text, markdown
from .completeness import is_synthetic
from .measured import figure, figure_cell, metric_cell, read_result, relative

_SYNTHETIC = "Synthetic recordings: drawn faces and computed pulses. The numbers say nothing about people."


def sweep_files(runs, protocol, out):
    """``{file name: text}`` of a sweep, finished or not.

    Args:
        runs: list of :class:`~..runs.Run`.
        protocol: name of the evaluation protocol.
        out: the folder that the files will lie in.
    """
    results = [
        (run, name, read_result(path) if run.current else None) for run in runs for name, path in run.results.items()
    ]
    notes = [f"Evaluation protocol {protocol}; ± is the standard error over the test videos."]
    if any(is_synthetic(run.config) for run in runs):
        notes.append(_SYNTHETIC)
    headers = [f"{name} ({metric.unit})" if metric.unit else name for name, metric in METRICS.items()]
    rows = []
    for run, name, result in results:
        title = f"{run.name}, {name}" if name else run.name
        if result is None:
            rows.append([title, *[Cell()] * len(METRICS), "not done"])
            continue
        cells = [metric_cell(result, metric, protocol, out) for metric in METRICS]
        rows.append([title, *cells, result.videos])
    tables = [Table("Runs", ["run", *headers, "videos"], rows, notes=notes), *_over_seeds(results, headers, protocol)]
    records = [_record(run, name, result, protocol, out) for run, name, result in results]
    return {"sweep.md": "\n".join(map(markdown, tables)), "sweep.csv": csv_text(records)}


def _over_seeds(results, headers, protocol):
    """A table of means over the runs that differ in their seed only, where there are such runs."""
    kinds = {}
    for run, name, result in results:
        if result is not None:
            kinds.setdefault(f"{run.kind}, {name}" if name else run.kind, []).append(result)
    if all(len(same) < 2 for same in kinds.values()):
        return []
    rows = [
        [kind, *(figure_cell(figure(same, metric, protocol)) for metric in METRICS), str(len(same))]
        for kind, same in kinds.items()
    ]
    notes = ["Mean over the seeds of the metric and of its standard error; in parentheses the least and the greatest."]
    return [Table("Over seeds", ["setting", *headers, "seeds"], rows, notes=notes)]


def _record(run, name, result, protocol, out):
    record = {"run": run.name, "setting": run.kind, "method": name, "protocol": protocol, "done": result is not None}
    record["seed"] = run.config.MODEL.RFACENET.RUNTIME.SEED
    for metric in METRICS:
        value, error = (None, None) if result is None else result.metric(metric, protocol)
        record.update({metric: value, f"{metric}_se": error})
    videos = {} if result is None else result.content["videos"]
    record.update(videos_scored=videos.get("scored"), videos_expected=videos.get("expected"))
    record["results"] = None if result is None else relative(result.path, out)
    return record
