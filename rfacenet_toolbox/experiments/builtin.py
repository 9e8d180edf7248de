"""Results of the toolbox's own models, which save their outputs and leave no ``results.json``."""

from ..evaluation.files import outputs
from ..hosts import job, run_description
from ..hosts.base import Host, revision
from ..training.resume import weights_path


def write_results(run):
    """Score the outputs that a run in a checkout saved, as every other result is scored, and write its results.

    Raises:
        DataError: there are no saved outputs, or they cannot be used.
    """
    config = run.config
    weights = weights_path(config, config.TRAIN.EPOCHS - 1) if config.TEST.USE_LAST_EPOCH else "the best epoch's"
    test_run = run_description.trained_model(config, Host("toolbox", revision(run.toolbox)), weights)
    job.write(test_run, outputs.read(test_run.outputs).evaluate(test_run.scheme))
