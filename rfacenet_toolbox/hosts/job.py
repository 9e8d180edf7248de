"""The main jobs, the same for both hosts: predict, score, leave the results as files."""

from collections import defaultdict

import numpy as np
import torch
from tqdm import tqdm

from .. import evaluation
from ..datasets.clips import MeanColours
from ..errors import DataError, EvaluationError
from ..evaluation.files import outputs, results, video_chunks
from ..methods.signal import GRIDS, METHODS
from ..runtime import files, processes
from ..training import learners, resume, state_dicts, warm_start, weights_files
from ..training.loaders import clip_names, own_rates
from ..training.trainer import Trainer
from . import run_description


def check_files(config):
    """Read the weights and the state that a config names, so that a file that is none is known before a long run.

    Raises:
        CheckpointError: one is missing, damaged, or does not fit the model.
    """
    with torch.random.fork_rng(devices=[]):  # in a checkout the generator is seeded before this
        if config.TOOLBOX_MODE == "only_test":
            learner, path = learners.for_inference(config), config.INFERENCE.MODEL_PATH
            state_dicts.fit(learner.model, state_dicts.load_weights(path), path, learner.optional_weights)
            return
        if config.MODEL.RFACENET.INIT:
            file = weights_files.read(config.MODEL.RFACENET.INIT)
            warm_start.load_into(learners.for_training(config).model, file.weights, file.path)
    resume.check_resume(config)


def run(config, loaders, host):
    """Run ``TOOLBOX_MODE`` train_and_test or only_test with the loaders of either host.

    Args:
        config: the whole frozen tree.
        loaders: ``{"train", "valid", "test"}`` -> DataLoader or None; batches are ``(clips (B, 3, T, H, W), labels
            (B, T), names, chunk numbers as text)``.
        host: the :class:`~rfacenet_toolbox.hosts.base.Host` that made them.

    Returns:
        The content of ``results.json``; None in the processes that only help to train.
    """
    if processes.is_writer():
        for folder in (config.LOG.PATH, config.MODEL.MODEL_DIR, config.TEST.OUTPUT_SAVE_DIR):
            files.remove_abandoned(folder)
    trainer = make_trainer(config, loaders)
    if config.TOOLBOX_MODE == "train_and_test":
        trainer.train(loaders)
    if not processes.is_writer():
        return None
    predictions, labels, weights = trainer.test(loaders)
    rates = own_rates(loaders["test"].dataset)
    return score_and_write(run_description.trained_model(config, host, weights, rates), predictions, labels)


def make_trainer(config, loaders):
    """The :class:`~rfacenet_toolbox.training.trainer.Trainer` of a config, with a new model of ``MODEL.NAME``."""
    if config.TOOLBOX_MODE == "only_test":
        return Trainer(config, learners.for_inference(config))
    subjects = learners.training_subjects(config, clip_names(loaders["train"].dataset))
    return Trainer(config, learners.for_training(config, subjects), subjects)


def mean_colours(config, clips):
    """The :class:`~rfacenet_toolbox.datasets.clips.MeanColours` that the methods of ``UNSUPERVISED.METHOD`` take."""
    return MeanColours(clips, map(GRIDS.get, config.UNSUPERVISED.METHOD))


def run_signal_methods(config, loader, host):
    """Run ``TOOLBOX_MODE`` unsupervised_method: every method of ``UNSUPERVISED.METHOD``, each clip read once.

    A method whose results of the same config are there already is not run again. A video that a method cannot take is
    left out of that method's metrics, and the results say why.

    Args:
        config: the whole frozen tree.
        loader: gives the items of :func:`mean_colours` one by one (batch_size None).
        host: the :class:`~rfacenet_toolbox.hosts.base.Host` that made it.

    Returns:
        {method: the content of its ``results.json``}.

    Raises:
        DataError: a method that could not take any video; the other methods' files are written.
    """
    contents, rates = {}, own_rates(loader.dataset)
    for method in dict.fromkeys(config.UNSUPERVISED.METHOD):
        test_run = run_description.signal_method(config, host, method, rates)
        contents[method] = run_description.finished(test_run, loader.dataset.inputs)
        if contents[method] is not None:
            print(f"{method} is done already: {test_run.results} has the same config.")
    signals = {method: SignalOutputs() for method, content in contents.items() if content is None}
    if signals:
        _predict(signals, loader, config.UNSUPERVISED.DATA.FS, rates)
    contents.update(write_signal_methods(config, host, signals, rates))
    return contents


def _predict(signals, loader, fs_hz, rates):
    for rgb, label, video, chunk in tqdm(loader, desc="Signal methods", ncols=100):
        own_hz = rates[video].fs_hz if video in rates else fs_hz
        for method, kept in signals.items():
            try:
                kept.add(video, chunk, METHODS[method](rgb[GRIDS.get(method)].numpy(), own_hz), label.numpy())
            except (DataError, EvaluationError) as error:
                kept.left_out[video] = str(error)


class SignalOutputs:
    """What a signal method made of each video: {video: {chunk number: (T,) tensor}}, and {video: why it has none}."""

    def __init__(self):
        self.predictions, self.labels, self.left_out = defaultdict(dict), defaultdict(dict), {}

    def add(self, video, chunk, bvp, label):
        """Keep a BVP; one that is shorter than its label (the toolbox's CHROM) is padded with zeros, as ours is."""
        if not np.isfinite(bvp).all():
            self.left_out[video] = f"{np.sum(~np.isfinite(bvp))} of {len(bvp)} values of the waveform are not finite"
        elif np.ptp(bvp) == 0:
            self.left_out[video] = f"the waveform is {bvp[0]:g} throughout"
        bvp = np.pad(np.asarray(bvp, dtype=np.float64), (0, max(len(label) - len(bvp), 0)))
        self.predictions[video][int(chunk)] = torch.from_numpy(bvp)
        self.labels[video][int(chunk)] = torch.from_numpy(np.array(label, dtype=np.float32))

    def usable(self):
        """``(predictions, labels)`` of the videos that are not left out."""
        return tuple(
            {video: chunks for video, chunks in signals.items() if video not in self.left_out}
            for signals in (self.predictions, self.labels)
        )


def write_signal_methods(config, host, signals, rates=None):
    """Score and write what each method gave: ``{method: SignalOutputs}`` -> {method: content of its ``results.json``}.

    ``rates`` are :class:`~rfacenet_toolbox.datasets.own_rates.OwnRates` by recording, of those that have any.

    Raises:
        DataError: a method without a usable waveform, after the others were written.
    """
    contents, failures = {}, []
    for method, kept in signals.items():
        try:
            test_run = run_description.signal_method(config, host, method, rates)
            contents[method] = score_and_write(test_run, *kept.usable(), kept.left_out)
        except DataError as error:
            failures.append(str(error))
    if failures:
        raise DataError("\n".join(failures))
    return contents


def score_and_write(test_run, predictions, labels, left_out=None):
    """Save and score the outputs of a test run; a video that cannot be scored is left out, as those of ``left_out``."""
    if predictions:
        of_videos = test_run.own_fs_hz, test_run.true_bpm
        of_set = test_run.label_type, test_run.fs_hz
        outputs.write(test_run.outputs, predictions, labels, *of_set, *of_videos, test_run.gives)
    gaps = {video: video_chunks.gap(chunks, max(chunks)) for video, chunks in predictions.items()}
    gaps = {video: f"the prediction lacks {missing}" for video, missing in gaps.items() if missing}
    predictions, labels = ({name: one for name, one in of.items() if name not in gaps} for of in (predictions, labels))
    scored = evaluation.evaluate(
        _joined(predictions, test_run.gives),
        _joined(labels),
        {video: test_run.own_fs_hz.get(video, test_run.fs_hz) for video in predictions},
        test_run.scheme,
        is_derivative=test_run.is_derivative,
        skip_unusable=True,
        unusable={**(left_out or {}), **gaps},
        true_bpm=test_run.true_bpm,
    )
    return write(test_run, scored)


def _joined(signals, gives=evaluation.WAVEFORM):
    return {
        video: evaluation.join_predictions({number: chunk.numpy() for number, chunk in chunks.items()}, gives)
        for video, chunks in signals.items()
    }


def write(test_run, scored):
    """Write the results of a test run that was scored by its scheme, and print them; the content of ``results.json``.

    Raises:
        DataError: no video has a score.
    """
    content = results.write(test_run, scored)
    print(results.text(content, results.coarsest_grids_bpm(test_run, scored)))
    print(f"Results: {test_run.results} and per_video.csv beside it")
    return content
