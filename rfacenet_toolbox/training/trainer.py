"""Training, validation and test, whichever host the loaders come from and whatever the learner."""

import os
import time
from collections import defaultdict

import torch
from tqdm import tqdm

from ..errors import NotFiniteError
from ..evaluation import WAVEFORM
from ..methods.learner import UNKNOWN_SUBJECT
from ..runtime import machine, processes
from . import augmented_clips, context, epoch_log, learners, state_dicts, tensorboard, warm_start
from .clip_lengths import predictor
from .loaders import clip_names, label_checksum, own_rates, recorded, split_holdout
from .optimization import cut_gradient, make_optimizer, make_scheduler
from .resume import RunState, state_path, weights_path


class Trainer:
    """Drives a learner as the toolbox drives its models: a rate for each step, a weights file for each epoch.

    Args:
        config: the whole tree, with its derived paths.
        learner: a :class:`~rfacenet_toolbox.methods.learner.Learner`: model, loss and what is logged.
        subjects: the :class:`~rfacenet_toolbox.datasets.subjects.SubjectClasses` that it learns; None for nobody.
    """

    def __init__(self, config, learner, subjects=None):
        self.config = config
        self.learner = learner
        self.subjects = subjects
        self.device = processes.local(machine.pick_device(config.DEVICE))
        learners.place(learner, self.device, config.MODEL.RFACENET.RUNTIME)

    def train(self, loaders):
        """Train for ``TRAIN.EPOCHS`` epochs, going on where an interrupted run of the same config stopped.

        A training that was finished is not repeated.

        Raises:
            NotFiniteError: a loss became NaN or infinite; the state of the last whole epoch is kept.
            CheckpointError: ``RESUME`` names a state that does not belong to this run.
        """
        loader, holdout = self._with_holdout(loaders["train"])
        epochs = self.config.TRAIN.EPOCHS
        self.parameters = [*self.learner.model.parameters(), *self.learner.loss.parameters()]
        self.optimizer = make_optimizer(self.parameters, self.config)
        self.scheduler = make_scheduler(self.optimizer, self.config, len(loader))
        self.state = RunState(
            self.config,
            self.learner,
            self.optimizer,
            self.scheduler,
            generators=_generators(loaders),
            clips=clip_names(loader.dataset),
            labels=label_checksum(loader.dataset),
            subjects=self.subjects,
        )
        loader = augmented_clips.augmented(loader, self.config)
        first = self.state.resume()
        if first >= epochs:
            self._keep_last_weights()
        if first == 0:
            warm_start.start(self.learner.model, self.config.MODEL.RFACENET.INIT)
        with tensorboard.scalars(self.config, first) as write_scalars:
            for epoch in range(first, epochs):
                write_scalars(self._run_epoch(loader, epoch, holdout, loaders.get("valid")))

    def _run_epoch(self, loader, epoch, holdout, valid):
        """Train one epoch and keep its weights and state. Returns its row of the epoch log."""
        started = time.monotonic()
        self.learner.start_epoch(epoch, self.config.TRAIN.EPOCHS)
        augmented_clips.set_epoch(loader, epoch)
        row = {"epoch": epoch, **self._train_epoch(loader, epoch), **self.learner.epoch_columns()}
        if processes.is_writer():
            state_dicts.save(weights_path(self.config, epoch), self.learner.weights())
            row.update(self._validate(holdout, valid))
        row["learning_rate"] = self.scheduler.get_last_lr()[0]
        row["seconds"] = time.monotonic() - started
        self.state.finish_epoch(row)
        if processes.is_writer():
            print(epoch_log.summary(row))
        return row

    def _keep_last_weights(self):
        """A finished training's state has the weights of its last epoch, should their own file be lost."""
        path = weights_path(self.config, self.config.TRAIN.EPOCHS - 1)
        if processes.is_writer() and not os.path.isfile(path):
            state_dicts.save(path, self.learner.weights())

    def _with_holdout(self, loader):
        """The training loader, and one of the clips that are held back from it, or None."""
        if not self.config.MODEL.RFACENET.IDENTITY_HOLDOUT or self.subjects is None:
            return loader, None
        return split_holdout(loader, self.config.TRAIN.DATA.DATASET, self.config.TRAIN.BATCH_SIZE)

    def _validate(self, holdout, valid):
        columns = {}
        if holdout is not None:
            columns.update(epoch_log.prefixed("holdout_", self.valid(holdout, self.config.TRAIN.DATA.DATASET)))
        if valid is not None:
            columns.update(epoch_log.prefixed("valid_", self.valid(valid, self.config.VALID.DATA.DATASET)))
        return columns

    def valid(self, loader, dataset):
        """What the epoch log says of another loader's clips: {column: value}. Nothing is learned."""
        self.learner.model.eval()
        sums = defaultdict(lambda: [0, 0])
        rates = self._own_rates(loader)
        with torch.no_grad():
            for batch in tqdm(loader, desc="Validation", ncols=100):
                epoch_log.add(sums, self._step(batch, dataset, rates).log)
        return epoch_log.means(sums)

    def test(self, loaders):
        """Predict every test clip with the weights that the config asks for.

        Returns:
            ``(predictions, labels, weights_path)``; the first two are {video: {chunk number: (T,) tensor}}. A label
            is cut to its prediction, where the model gave one for fewer frames. A predicted heart rate is (1,), and
            its label whole.
        """
        path = self._test_weights()
        state_dicts.fit(self.learner.model, state_dicts.load_weights(path), path, self.learner.optional_weights)
        print(f"Testing with {path}")
        self.learner.model.eval()
        predict = predictor(self.config, self.learner, own_rates(loaders["test"].dataset))
        loader, is_waveform = context.in_context(loaders["test"], self.config), self.learner.gives == WAVEFORM
        predictions, labels = defaultdict(dict), defaultdict(dict)
        with torch.no_grad(), tqdm(loader, desc="Test", ncols=100) as bar:
            for clips, truth, names, chunks, *begins in bar:
                with self._precision():
                    bvp = predict(clips.to(self.device, torch.float32), names)
                bvp = [predicted.float().cpu().reshape(-1) for predicted in bvp]
                bvp = context.own_frames(bvp, begins, truth.shape[1])
                self._check_predictions(bvp, names, chunks)
                for name, chunk, predicted, label in zip(names, chunks, bvp, truth.float()):
                    predictions[name][int(chunk)] = predicted
                    labels[name][int(chunk)] = label[: len(predicted)] if is_waveform else label
        return dict(predictions), dict(labels), path

    def _train_epoch(self, loader, epoch):
        self.learner.model.train()
        sums = defaultdict(lambda: [0, 0])
        rates = self._own_rates(loader)
        settings = {"desc": f"Train epoch {epoch}", "total": len(loader), "ncols": 100}
        with tqdm(processes.shares(loader), disable=not processes.is_writer(), **settings) as bar:
            for batch in bar:
                if batch is not None:
                    step = self._learn_from(batch, epoch, rates)
                    epoch_log.add(sums, step.log)
                    bar.set_postfix(loss=f"{float(step.loss.detach()):.3f}")
                processes.average_gradients(self.parameters, 0 if batch is None else len(batch[1]))
                cut_gradient(self.parameters, self.config)
                self.optimizer.step()
                self.scheduler.step()
                self.optimizer.zero_grad()
        return epoch_log.means(epoch_log.added(processes.gather(dict(sums))))

    def _learn_from(self, batch, epoch, rates):
        step = self._step(batch, self.config.TRAIN.DATA.DATASET, rates)
        if not torch.isfinite(step.loss):
            raise NotFiniteError(self._not_finite(batch, step, epoch))
        step.loss.backward()
        return step

    def _own_rates(self, loader):
        """``{recording: OwnRates}`` of a loader's clips, where the learner has a use for them."""
        return own_rates(loader.dataset) if self.learner.uses_recorded else {}

    def _step(self, batch, dataset, rates):
        clips = batch[0].to(self.device, torch.float32)
        labels = batch[1].to(self.device, torch.float32)
        subjects = [UNKNOWN_SUBJECT] * len(labels)
        if self.subjects is not None:
            subjects = self.subjects.classes(dataset, batch[2])
        more = {}
        if rates:
            more["recorded"] = recorded(rates, *batch[2:4], self.config.TRAIN.DATA.FS, *batch[4:])
        with self._precision():
            return self.learner.step(clips, labels, torch.tensor(subjects, device=self.device), **more)

    def _precision(self):
        return machine.autocast(self.device, self.config.MODEL.RFACENET.RUNTIME.PRECISION)

    def _test_weights(self):
        if self.config.TOOLBOX_MODE == "only_test":
            return self.config.INFERENCE.MODEL_PATH
        if self.config.TEST.USE_LAST_EPOCH:
            return weights_path(self.config, self.config.TRAIN.EPOCHS - 1)
        print(f"Best epoch by validation: {self.state.best_epoch()}")
        return weights_path(self.config, self.state.best_epoch())

    def _not_finite(self, batch, step, epoch):
        clips = [f"{name} chunk {chunk}" for name, chunk in zip(batch[2], batch[3])]
        # Batch normalisation spreads one clip's NaN over the batch, so the data are asked first, then the predictions.
        suspects = (
            [_finite(frames) and _finite(label) for frames, label in zip(batch[0], batch[1])],
            [_finite(bvp) for bvp in step.bvp],
        )
        fine = next((finite for finite in suspects if not all(finite)), [False] * len(clips))
        bad = [clip for clip, is_fine in zip(clips, fine) if not is_fine]
        kept = "No epoch was finished."
        if epoch:
            kept = f"The state after epoch {epoch - 1} is kept in {state_path(self.config)}."
        return (
            f"the loss became {float(step.loss.detach())} in epoch {epoch}, at the clips {', '.join(bad)}. "
            f"{kept} Look at these clips in the cache; if they are fine, lower TRAIN.LR."
        )

    @staticmethod
    def _check_predictions(bvp, names, chunks):
        for predicted, name, chunk in zip(bvp, names, chunks):
            if not _finite(predicted):
                raise NotFiniteError(
                    f"the prediction for {name} chunk {chunk} is not finite. Look at this clip in the cache, and test "
                    f"with the weights of another epoch."
                )


def _finite(tensor):
    return bool(torch.isfinite(tensor).all())


def _generators(loaders):
    return {name: loader.generator for name, loader in loaders.items() if loader is not None and loader.generator}
