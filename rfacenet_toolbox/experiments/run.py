"""One run: a config in a folder of its own, and whether it has been done."""

import contextlib
import json
import math
import os
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Dict, Optional

import yaml

from .. import config as configuration
from ..config.tree import flat, toolbox_tree
from ..errors import ConfigError
from ..evaluation.files.run_folder import find_run, has_results
from ..runtime import portable
from ..runtime.files import write_text
from ..runtime.json_files import read_json
from ..training.resume import state_path

RECORD = "run.json"
CONFIG = "config.yaml"
LOG = "log.txt"
SPLITS = ("TRAIN", "VALID", "TEST", "UNSUPERVISED")
#: keys that cannot change a result: they say where and how a run works, follow from others, or say only which results
#: there are to be
_NOT_COMPARED = {
    "BASE", "LOG", "DEVICE", "NUM_OF_GPU_TRAIN", "DO_PREPROCESS", "CACHED_PATH", "MODEL_DIR", "OUTPUT_SAVE_DIR",
    "RESUME", "WORKERS", "KEEP_WORKERS", "KEEP_MEMORY", "BUILT_IN_MODELS", "TENSORBOARD", "PLOT_LOSSES_AND_LR",
    "METHOD", "METRICS",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A config to be run.

    Attributes:
        name: what people read, e.g. ``"rFaceNet, PURE -> UBFC-rPPG, seed 100"``.
        folder: absolute; the run's own.
        content: the config file as nested dicts. ``LOG.PATH`` is always ``folder``.
        toolbox: the rPPG-Toolbox checkout to run in; None is the standalone host.
        kind: runs of one kind take about the same time.
    """

    name: str
    folder: Path
    content: Dict
    toolbox: Optional[str] = None
    kind: str = ""

    @cached_property
    def config(self):
        """The merged configuration.

        Raises:
            ConfigError: an unknown key, or a value of another type.
        """
        return configuration.load(self.folder / CONFIG, self._with_log_path())

    @property
    def host(self):
        """``"standalone"`` or ``"toolbox"``."""
        return "standalone" if self.toolbox is None else "toolbox"

    @property
    def results(self):
        """{name: path of a ``results.json``}: one named "", or one for each unsupervised method."""
        if self.config.TOOLBOX_MODE == "unsupervised_method":
            return {method: self.folder / method / "results.json" for method in self.config.UNSUPERVISED.METHOD}
        return {"": self.folder / "results.json"}

    def result(self, name=""):
        """What was left under a name of :attr:`results` by this config, a
        :class:`~rfacenet_toolbox.evaluation.files.run_folder.Run`; None where there is nothing."""
        return find_run(self.results[name].parent) if self.current else None

    @property
    def log(self):
        """What the child process printed, this time and before."""
        return self.folder / LOG

    @property
    def record(self):
        """What :meth:`begin` and :meth:`finish` noted; empty where nothing was begun."""
        try:
            record = read_json(self.folder / RECORD)
        except (FileNotFoundError, ValueError):
            return {}
        return record if _is_record(record) else {}

    @property
    def current(self):
        """Whether what is in the folder was made with this config."""
        return not self._changed

    @property
    def done(self):
        """Whether all results are there, for this config."""
        return self.has_results and self.current

    @property
    def has_results(self):
        """Whether all results are there, of whatever config."""
        return all(map(has_results, self.results.values()))

    @cached_property
    def settings(self):
        """{dotted key: value} of all that can change the results, as JSON gives it back."""
        return {"host": self.host, **_compared(self.config)}

    def check_kept(self):
        """Refuse to lose results that another config left in this folder.

        Raises:
            ConfigError: with a setting that differs.
        """
        changed = self._changed
        if not changed or not all(path.is_file() for path in self.results.values()):
            return
        key, (before, now) = min(changed.items())
        raise ConfigError(
            f"{self.folder} holds the results of another config: {key} was {before!r} and is {now!r} now "
            f"({len(changed)} settings differ). Name another --out, or remove the folder to lose them."
        )

    def begin(self):
        """Write the config, and what it stands for; results and training state of another config are removed first."""
        for path in () if self.current else (*self.results.values(), state_path(self.config)):
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)
        write_text(self.folder / RECORD, json.dumps({"settings": self.settings}, indent=1) + "\n")
        write_text(self.folder / CONFIG, yaml.safe_dump(self._for_the_host(), sort_keys=False))

    def finish(self, seconds):
        """Note how long it took."""
        write_text(self.folder / RECORD, json.dumps({"settings": self.settings, "seconds": seconds}, indent=1) + "\n")

    def lock(self):
        """The open file that holds the run's lock, or None where another process has it; see :func:`.portable.lock`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return portable.lock(self.folder / ".lock")

    @property
    def _changed(self):
        """{key: (value before, value now)} of the settings with which what is in the folder was not made.

        A setting that an older version did not know had its default then.
        """
        before = self.record.get("settings")
        if before == self.settings:
            return {}
        before = {**defaults(), **(before or {})}
        pairs = {key: (before.get(key), self.settings.get(key)) for key in {*before, *self.settings}}
        return {key: (old, new) for key, (old, new) in pairs.items() if old != new}

    def _with_log_path(self):
        return overlaid(self.content, {"LOG": {"PATH": str(self.folder)}})

    def _for_the_host(self):
        content = self._with_log_path()
        if self.toolbox is not None:  # the caches are filled already, and the toolbox would do it all again
            content = overlaid(content, {split: {"DATA": {"DO_PREPROCESS": False}} for split in SPLITS})
        return content


def _is_record(content):
    if not isinstance(content, dict) or not isinstance(content.get("settings", {}), dict):
        return False
    seconds = content.get("seconds", 0)
    return isinstance(seconds, (int, float)) and 0 <= seconds < math.inf


def overlaid(content, changes):
    """Nested dicts with others laid over them; neither is altered."""
    result = dict(content)
    for key, value in changes.items():
        below = result.get(key)
        result[key] = overlaid(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


@lru_cache(maxsize=None)
def defaults():
    """Of all settings that can change a result, as :attr:`Run.settings` has them."""
    return _compared(toolbox_tree())


def _compared(config):
    """{dotted key: value}, as JSON gives it back, of the keys that can change a result."""
    settings = {}
    for key, value in flat(config):
        if not _NOT_COMPARED.intersection(key.split(".")):
            # the list's folder follows CACHED_PATH
            settings[key] = os.path.basename(value) if key.endswith("FILE_LIST_PATH") else value
    return json.loads(json.dumps(settings))
