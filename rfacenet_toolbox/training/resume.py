"""What a training run writes as it goes: the log of its epochs, and the state to resume from."""

import os

from ..errors import CheckpointError
from ..runtime import machine, processes
from ..runtime.files import write_text
from ..runtime.tables import csv_text
from . import fingerprint, state_dicts

#: columns of the epoch log, in order; a method fills those that it has, and may have more
COLUMNS = (
    "epoch", "loss", "bvp", "heart_rate", "identity", "sigma_bvp", "sigma_heart_rate", "sigma_identity", "alpha",
    "beta", "heart_rate_mae_bpm", "identity_accuracy", "holdout_bvp", "holdout_identity_accuracy", "valid_loss",
    "valid_bvp", "valid_heart_rate_mae_bpm", "valid_identity_unseen", "learning_rate", "seconds",
)  # fmt: skip


class RunState:
    """The files of one training run, and its log.

    Args:
        config: the whole tree.
        learner: its model and loss are trained.
        optimizer, scheduler: of the run.
        generators: {name: torch.Generator} of the loaders.
        clips: the recording of each training clip; a run with others is another run.
        labels: checksum of the training labels, or None where it is not known.
        subjects: the people that the learner learns to tell apart, or None.
    """

    def __init__(self, config, learner, optimizer, scheduler, *, generators, clips, labels=None, subjects=None):
        self.config = config
        self.learner = learner
        self.parts = {"model": learner.model, "loss": learner.loss, "optimizer": optimizer, "scheduler": scheduler}
        self.generators = generators
        self.subjects = subjects
        self.history = []
        self.fingerprint = fingerprint.of_run(config, clips, labels)

    def resume(self):
        """Restore the state that ``MODEL.RFACENET.RESUME`` asks for; returns the epoch to start with.

        That of a finished training is restored too: there is no epoch left then.

        Raises:
            CheckpointError: the setting names a file that is no state, or the state of another run.
        """
        path = _path_to_resume(self.config)
        if path is None:
            return 0
        state = read_state(path)
        next_epoch = state["epoch"] + 1
        if not fingerprint.agree(state["run"], self.fingerprint):
            if self.config.MODEL.RFACENET.RESUME == "auto":
                print(f"Starting afresh: the state in {path} is of another configuration or other clips.")
                return 0
            raise CheckpointError(
                f"MODEL.RFACENET.RESUME names {path}, the state of a run with other settings or other training clips. "
                f"Resume with the config that wrote it, or set RESUME to never to start afresh."
            )
        try:
            for name, part in self.parts.items():
                part.load_state_dict(state[name])
            machine.restore_random_state(state["random"][processes.rank()], self.generators)
        except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"{path} does not fit the run that it is of ({type(error).__name__}: {error}). Remove it to train "
                f"afresh."
            ) from error
        self.history = state["history"]
        if next_epoch < self.config.TRAIN.EPOCHS:
            print(f"Going on after epoch {state['epoch']}, from {path}.")
        else:
            print(f"The training in {path} is finished, and is not repeated. RESUME: never would train again.")
        return next_epoch

    def finish_epoch(self, row):
        """Add a row to the log, then save the state. A kill between the two repeats the epoch, and its row."""
        self.history.append(row)
        random = processes.gather(machine.random_state(self.generators))
        if not processes.is_writer():
            return
        self._write_log()
        state = {
            "epoch": row["epoch"],
            "run": self.fingerprint,
            "identities": [] if self.subjects is None else self.subjects.subjects,
            "random": random,
            "history": self.history,
        }
        state.update((name, part.state_dict()) for name, part in self.parts.items())
        state["scheduler"] = _without_functions(state["scheduler"])
        state_dicts.save(state_path(self.config), state)

    def best_epoch(self):
        """The epoch with the smallest validation error."""
        column = f"valid_{self.learner.selection_column}"
        return min(self.history, key=lambda row: row[column])["epoch"]

    def _write_log(self):
        columns = [*COLUMNS, *(column for column in self.learner.log_columns if column not in COLUMNS)]
        rows = ([row.get(column) for column in columns] for row in self.history)
        path = os.path.join(self.config.LOG.PATH, "epochs.csv")
        write_text(path, csv_text(columns, rows))


def check_resume(config):
    """Read the state that ``MODEL.RFACENET.RESUME`` asks for, if there is one, so that a bad one is known before a run.

    Raises:
        CheckpointError: a state that is named and not there, or one that is damaged or none.
    """
    path = _path_to_resume(config)
    if path is not None:
        read_state(path)


def _path_to_resume(config):
    """Of the state that ``MODEL.RFACENET.RESUME`` asks for; None where there is none to resume from."""
    wanted, automatic = config.MODEL.RFACENET.RESUME, state_path(config)
    if wanted == "never" or (wanted == "auto" and not os.path.isfile(automatic)):
        return None
    return automatic if wanted == "auto" else wanted


def read_state(path):
    """The content of a state file.

    Raises:
        CheckpointError: it is not there, damaged, or holds something else.
    """
    state = state_dicts.load(path, remedy="remove it to train afresh")
    if not isinstance(state, dict) or not isinstance(state.get("run"), str):
        raise CheckpointError(f"{path} holds no training state; expected a file named <MODEL_FILE_NAME>_state.pth.")
    kinds = {"epoch": int, "random": list, "history": list, "model": dict, "loss": dict, "optimizer": dict}
    wrong = [key for key, kind in kinds.items() if not isinstance(state.get(key), kind)]
    if wrong:
        raise CheckpointError(f"{path} is a training state without {', '.join(wrong)}. Remove it to train afresh.")
    return state


def state_path(config):
    """The full state of the last whole epoch."""
    return _model_file(config, "state")


def weights_path(config, epoch):
    """The weights of an epoch, named as the toolbox names them."""
    return _model_file(config, f"Epoch{epoch}")


def _model_file(config, ending):
    return os.path.join(config.MODEL.MODEL_DIR, f"{config.TRAIN.MODEL_FILE_NAME}_{ending}.pth")


def _without_functions(state):
    """PyTorch 2.1 puts a function into the state of OneCycleLR; reading a state refuses all code."""
    return {key: value for key, value in state.items() if not callable(value)}
