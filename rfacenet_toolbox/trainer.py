"""Training, validation and test, whichever host the loaders come from and whatever recipe the model brings."""
import csv
import io
import json
import os
import time
from collections import defaultdict

import torch
from torch.utils.data import DataLoader, Subset
from tqdm import tqdm

from . import checkpoint, runtime
from .errors import CheckpointError, DataError, NotFiniteError
from .identity import UNKNOWN, IdentityMap, subject_of
from .recipe import RFaceNetRecipe

#: columns of the epoch log, in order; a recipe fills those that it has
COLUMNS = (
    "epoch", "loss", "bvp", "heart_rate", "identity", "sigma_bvp", "sigma_heart_rate", "sigma_identity", "alpha",
    "beta", "heart_rate_mae_bpm", "identity_accuracy", "holdout_identity_accuracy", "holdout_bvp", "valid_loss",
    "valid_bvp", "valid_heart_rate_mae_bpm", "valid_identity_unseen", "learning_rate", "seconds",
)  # fmt: skip
HOLDOUT_EVERY = 5


def rfacenet_trainer(config, loaders, host):
    """The registry's factory: rFaceNet with one identity class for each training subject."""
    identities = None
    if config.TOOLBOX_MODE == "train_and_test" and config.MODEL.RFACENET.IDENTITY == "tcu":
        identities = IdentityMap.of_clips(config.TRAIN.DATA.DATASET, clip_names(loaders["train"].dataset))
    return Trainer(config, RFaceNetRecipe(config, identities), host)


class Trainer:
    """Drives a recipe as the toolbox drives PhysNet: Adam, OneCycleLR, a weights file for each epoch.

    Args:
        config: the whole tree, with its derived paths.
        recipe: model, loss and what is logged; see :mod:`rfacenet_toolbox.recipe`.
        host: the :class:`~rfacenet_toolbox.hosts.Host` that made the loaders.
    """

    def __init__(self, config, recipe, host):
        self.config = config
        self.recipe = recipe
        self.host = host
        self.settings = config.MODEL.RFACENET
        self.device = runtime.pick_device(config.DEVICE)
        self.recipe.model.to(self.device)
        self.recipe.loss.to(self.device)
        self.history = []

    # -- training ----------------------------------------------------------------------------------------------

    def train(self, loaders):
        """Train for ``TRAIN.EPOCHS`` epochs, going on where an interrupted run of the same config stopped.

        Raises:
            NotFiniteError: a loss became NaN or infinite; the state of the last whole epoch is kept.
            CheckpointError: ``RESUME`` names a state that does not belong to this run.
        """
        train_loader, holdout_loader = self._split_holdout(loaders["train"])
        generators = _generators(loaders)
        parameters = [*self.recipe.model.parameters(), *self.recipe.loss.parameters()]
        self.optimizer = torch.optim.Adam(parameters, lr=self.config.TRAIN.LR)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer,
            max_lr=self.config.TRAIN.LR,
            epochs=self.config.TRAIN.EPOCHS,
            steps_per_epoch=len(train_loader),
        )
        first_epoch = self._resume(train_loader, generators)
        for epoch in range(first_epoch, self.config.TRAIN.EPOCHS):
            started = time.monotonic()
            row = {"epoch": epoch, **self._train_epoch(train_loader, epoch), **self.recipe.epoch_columns()}
            checkpoint.save(self.weights_path(epoch), self.recipe.weights())
            if holdout_loader is not None:
                row.update(_prefixed("holdout_", self.valid(holdout_loader, self.config.TRAIN.DATA.DATASET)))
            if loaders.get("valid") is not None:
                row.update(_prefixed("valid_", self.valid(loaders["valid"], self.config.VALID.DATA.DATASET)))
            row["learning_rate"] = self.scheduler.get_last_lr()[0]
            row["seconds"] = time.monotonic() - started
            self.history.append(row)
            self._write_history()
            checkpoint.save(self.state_path, self._state(epoch, train_loader, generators))
            print(_summary(row))

    def _train_epoch(self, loader, epoch):
        self.recipe.model.train()
        sums = defaultdict(lambda: [0.0, 0])
        bar = tqdm(loader, desc=f"Train epoch {epoch}", ncols=100)
        for batch in bar:
            step = self._step(batch, self.config.TRAIN.DATA.DATASET)
            if not torch.isfinite(step.loss):
                raise NotFiniteError(self._not_finite(batch, step, epoch))
            step.loss.backward()
            self.optimizer.step()
            self.scheduler.step()
            self.optimizer.zero_grad()
            _add(sums, step.log)
            bar.set_postfix(loss=f"{float(step.loss.detach()):.3f}")
        return _means(sums)

    def _step(self, batch, dataset):
        clips = batch[0].to(self.device, torch.float32)
        labels = batch[1].to(self.device, torch.float32)
        classes = [UNKNOWN] * len(labels)
        if self.recipe.identities is not None:
            classes = self.recipe.identities.classes(dataset, batch[2])
        with runtime.autocast(self.device, self.settings.RUNTIME.PRECISION):
            return self.recipe.step(clips, labels, torch.tensor(classes, device=self.device))

    def valid(self, loader, dataset):
        """The epoch log's figures on another loader's clips, by column name. Nothing is learned."""
        if loader is None or len(loader) == 0:
            raise DataError("there are no clips to validate on; check VALID.DATA and its BEGIN and END.")
        self.recipe.model.eval()
        sums = defaultdict(lambda: [0.0, 0])
        with torch.no_grad():
            for batch in tqdm(loader, desc="Validation", ncols=100):
                _add(sums, self._step(batch, dataset).log)
        return _means(sums)

    def _split_holdout(self, loader):
        """The training loader, and one of every fifth clip of each subject that is then not trained on, or None."""
        if not self.settings.IDENTITY_HOLDOUT or self.recipe.identities is None:
            return loader, None
        kept, held = [], []
        seen = defaultdict(int)
        for index, name in enumerate(clip_names(loader.dataset)):
            subject = subject_of(self.config.TRAIN.DATA.DATASET, name)
            seen[subject] += 1
            (held if seen[subject] % HOLDOUT_EVERY == 0 else kept).append(index)
        if not held:
            raise DataError(
                f"IDENTITY_HOLDOUT holds back every fifth clip of a subject, and none of {len(seen)} subjects has "
                f"five clips. Turn it off, or train on longer recordings."
            )
        shared = {"num_workers": loader.num_workers, "worker_init_fn": loader.worker_init_fn}
        train = DataLoader(
            Subset(loader.dataset, kept), loader.batch_size, shuffle=True, generator=loader.generator, **shared
        )
        return train, DataLoader(Subset(loader.dataset, held), loader.batch_size, shuffle=False, **shared)

    def _not_finite(self, batch, step, epoch):
        clips = [f"{name} chunk {chunk}" for name, chunk in zip(batch[2], batch[3])]
        bad = [
            clip
            for clip, frames, label, bvp in zip(clips, batch[0], batch[1], step.bvp.detach().cpu())
            if not (torch.isfinite(frames).all() and torch.isfinite(label).all() and torch.isfinite(bvp).all())
        ]
        kept = f"The state after epoch {epoch - 1} is kept in {self.state_path}." if epoch else "No epoch was finished."
        return (
            f"the loss became {float(step.loss.detach())} in epoch {epoch}, at the clips {', '.join(bad or clips)}. "
            f"{kept} Look at these clips in the cache; if they are fine, lower TRAIN.LR."
        )

    # -- states and logs ---------------------------------------------------------------------------------------

    @property
    def state_path(self):
        """The full state of the last whole epoch: what resuming needs."""
        return os.path.join(self.config.MODEL.MODEL_DIR, f"{self.config.TRAIN.MODEL_FILE_NAME}_state.pth")

    def weights_path(self, epoch):
        """The weights file of an epoch, named as the toolbox names it."""
        return os.path.join(self.config.MODEL.MODEL_DIR, f"{self.config.TRAIN.MODEL_FILE_NAME}_Epoch{epoch}.pth")

    def best_epoch(self):
        """The epoch with the smallest validation error, or None where nothing was validated."""
        column = f"valid_{self.recipe.selection_column}"
        rows = [row for row in self.history if column in row]
        return min(rows, key=lambda row: row[column])["epoch"] if rows else None

    def _state(self, epoch, loader, generators):
        return {
            "epoch": epoch,
            "run": self._fingerprint(loader),
            "identities": self.recipe.identities.subjects if self.recipe.identities is not None else [],
            "model": self.recipe.model.state_dict(),
            "loss": self.recipe.loss.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "random": runtime.random_state(generators),
            "history": self.history,
        }

    def _fingerprint(self, loader):
        """What two runs must share for one to go on with the other's state."""
        train = {key: value for key, value in self.config.TRAIN.items() if key not in ("DATA", "PLOT_LOSSES_AND_LR")}
        model = {key: value for key, value in self.settings.items() if key not in ("RESUME", "EXPORT_IDENTITY_HEAD")}
        content = {"train": train, "model": model, "name": self.config.MODEL.NAME, "steps": len(loader)}
        content["clips"] = sorted(set(clip_names(loader.dataset)))
        return json.dumps(content, sort_keys=True, default=dict)

    def _resume(self, loader, generators):
        """Restore a state if there is one to restore; returns the epoch to start with."""
        wanted = self.settings.RESUME
        if wanted == "never" or (wanted == "auto" and not os.path.isfile(self.state_path)):
            return 0
        path = self.state_path if wanted == "auto" else wanted
        state = checkpoint.load(path)
        same = state["run"] == self._fingerprint(loader)
        if wanted == "auto" and (not same or state["epoch"] + 1 >= self.config.TRAIN.EPOCHS):
            reason = "is of a finished run" if same else "is of another configuration or other clips"
            print(f"Starting afresh: the state in {path} {reason}.")
            return 0
        if not same:
            raise CheckpointError(
                f"MODEL.RFACENET.RESUME names {path}, the state of a run with other settings or other training clips. "
                f"Resume with the config that wrote it, or set RESUME to never to start afresh."
            )
        self.recipe.model.load_state_dict(state["model"])
        self.recipe.loss.load_state_dict(state["loss"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        runtime.restore_random_state(state["random"], generators)
        self.history = state["history"]
        print(f"Going on after epoch {state['epoch']}, from {path}.")
        return state["epoch"] + 1

    def _write_history(self):
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.history)
        path = os.path.join(self.config.LOG.PATH, "epochs.csv")
        checkpoint.write_atomically(path, lambda file: file.write(text.getvalue().encode()))

    # -- test --------------------------------------------------------------------------------------------------

    def test(self, loaders):
        """Predict every test clip with the weights that the config asks for.

        Returns:
            ``(predictions, labels, weights_path)``; the first two are {video: {chunk number: (T,) tensor}}.
        """
        path = self._test_weights()
        checkpoint.fit(self.recipe.model, checkpoint.load_weights(path), path, self.recipe.optional_weights)
        print(f"Testing with {path}")
        self.recipe.model.eval()
        predictions, labels = defaultdict(dict), defaultdict(dict)
        with torch.no_grad():
            for clips, truth, names, chunks in tqdm(loaders["test"], desc="Test", ncols=100):
                with runtime.autocast(self.device, self.settings.RUNTIME.PRECISION):
                    bvp = self.recipe.predict(clips.to(self.device, torch.float32))
                for name, chunk, predicted, label in zip(names, chunks, bvp.float().cpu(), truth.float().cpu()):
                    predictions[name][int(chunk)] = predicted
                    labels[name][int(chunk)] = label
        return dict(predictions), dict(labels), path

    def _test_weights(self):
        if self.config.TOOLBOX_MODE == "only_test":
            return self.config.INFERENCE.MODEL_PATH
        if self.config.TEST.USE_LAST_EPOCH:
            return self.weights_path(self.config.TRAIN.EPOCHS - 1)
        print(f"Best epoch by validation: {self.best_epoch()}")
        return self.weights_path(self.best_epoch())


def clip_names(dataset):
    """Video name of each clip of a toolbox-like dataset or a Subset of one, without reading a clip."""
    if isinstance(dataset, Subset):
        names = clip_names(dataset.dataset)
        return [names[index] for index in dataset.indices]
    return [os.path.basename(path).rsplit("_", 1)[0] for path in dataset.inputs]


def _generators(loaders):
    return {name: loader.generator for name, loader in loaders.items() if getattr(loader, "generator", None)}


def _add(sums, log):
    for column, (total, count) in log.items():
        sums[column][0] += total
        sums[column][1] += count


def _means(sums):
    means = {column: total / count for column, (total, count) in sums.items() if count}
    if "identity_unseen" in sums:
        means["identity_unseen"] = int(sums["identity_unseen"][0])
    return means


def _prefixed(prefix, figures):
    return {f"{prefix}{column}": value for column, value in figures.items()}


def _summary(row):
    shown = ("loss", "bvp", "heart_rate_mae_bpm", "identity_accuracy", "valid_bvp", "valid_heart_rate_mae_bpm")
    figures = ", ".join(f"{column} {row[column]:.3f}" for column in shown if column in row)
    return f"Epoch {row['epoch']}: {figures} ({row['seconds']:.0f} s)"
