"""The test run that a config describes, and whether it has been done already."""

import os

from ..config.tree import completed, plain
from ..datasets.clips import recording_of
from ..datasets.readers import DATASETS
from ..evaluation import Scheme
from ..evaluation.files import outputs, results, run_folder
from ..methods import registry
from ..runtime import speed
from .toolbox.host import ToolboxHost


def trained_model(config, host, weights, rates=None):
    """The :class:`~.results.TestRun` of ``MODEL.NAME`` with the weights file ``weights``.

    Args:
        rates: :class:`~rfacenet_toolbox.datasets.own_rates.OwnRates` of the recordings that have any, by name.
    """
    name = config.TRAIN.MODEL_FILE_NAME
    if config.TOOLBOX_MODE == "only_test":
        model = os.path.basename(config.INFERENCE.MODEL_PATH).split(".pth")[0]
        name = f"{model}_{config.TEST.DATA.DATASET}"
    return _test_run(
        config,
        host,
        "TEST",
        _is_toolbox(host) and not registry.adds_to_toolbox(config.MODEL.NAME),
        rates,
        model=config.MODEL.NAME,
        train_set=config.TRAIN.DATA.DATASET if config.TOOLBOX_MODE == "train_and_test" else None,
        weights=str(weights),
        is_derivative=config.TEST.DATA.PREPROCESS.LABEL_TYPE == "DiffNormalized",
        gives=registry.gives(config.MODEL.NAME),
        folder=config.LOG.PATH,
        outputs=os.path.join(config.TEST.OUTPUT_SAVE_DIR, f"{name}_outputs.pickle"),
    )


def signal_method(config, host, method, rates=None):
    """The :class:`~.results.TestRun` of a name in ``UNSUPERVISED.METHOD``, whose files get a folder of their own.

    ``rates`` are those of :func:`trained_model`.
    """
    folder = os.path.join(config.LOG.PATH, method)
    return _test_run(
        config,
        host,
        "UNSUPERVISED",
        _is_toolbox(host),
        rates,
        model=method,
        train_set=None,
        weights=None,
        is_derivative=False,
        folder=folder,
        outputs=os.path.join(folder, f"{method}_{config.UNSUPERVISED.DATA.DATASET}_outputs.pickle"),
    )


def protocols(config):
    """Names of the evaluation protocols that a run of a config is going to be scored under."""
    split = "UNSUPERVISED" if config.TOOLBOX_MODE == "unsupervised_method" else "TEST"
    dataset = DATASETS.get(config[split].DATA.DATASET)
    return _scheme(config.INFERENCE, dataset is not None and dataset.has_own_rates).protocols


def _is_toolbox(host):
    return host.name == ToolboxHost.name


def _test_run(config, host, split, built_in, rates, **its_own):
    data, rates = config[split].DATA, rates or {}
    return results.TestRun(
        host=host.name,
        host_revision=host.revision,
        mode=config.TOOLBOX_MODE,
        test_set=data.DATASET,
        seed=config.MODEL.RFACENET.RUNTIME.SEED,
        runtime=speed.describe(config, built_in),
        expected=host.expected(data),
        warnings=host.warnings(config),
        label_type=data.PREPROCESS.LABEL_TYPE,
        fs_hz=data.FS,
        scheme=_scheme(config.INFERENCE, bool(rates)),
        own_fs_hz={video: one.fs_hz for video, one in rates.items()},
        true_bpm={video: one.heart_rate_bpm for video, one in rates.items() if one.heart_rate_bpm is not None},
        config=plain(config),
        **its_own,
    )


def _scheme(inference, have_own_rates):
    """Windows and peak detection are the toolbox's: a protocol with segments of its own takes neither."""
    window = inference.EVALUATION_WINDOW
    window_s = window.WINDOW_SIZE if window.USE_SMALLER_WINDOW else None
    takes_segments = have_own_rates and window_s is None and inference.EVALUATION_METHOD == "FFT"
    return Scheme(outputs.scheme_protocols(takes_segments), inference.EVALUATION_METHOD, window_s)


def finished(test_run, clips):
    """The content of the ``results.json`` that an earlier run left, or None if there is something to do.

    An earlier run counts if it had the same config, but for the list of methods, in the same host, if it scored every
    video, and if no clip is younger than its results.

    Args:
        clips: paths of the cached clips.
    """
    if not (run_folder.has_results(test_run.results) and os.path.isfile(test_run.outputs)):
        return None
    content = run_folder.read_results(test_run.results)
    same = content["host"] == test_run.host and _compared(content["config"]) == _compared(test_run.config)
    videos = content["videos"]
    complete = videos["scored"] == videos["expected"] == len(set(map(recording_of, clips)))
    recent = all(os.path.getmtime(clip) <= os.path.getmtime(test_run.results) for clip in clips)
    return content if same and complete and recent else None


def _compared(config):
    """The settings by which two runs of signal methods are told apart; an absent one has its default."""
    config = completed(config)
    unsupervised = {key: value for key, value in config["UNSUPERVISED"].items() if key not in ("METHOD", "METRICS")}
    return {**config, "UNSUPERVISED": unsupervised}
