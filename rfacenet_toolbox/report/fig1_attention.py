"""Fig. 1: where trained models look on the test clips, and how much of that lies inside the face's contour.

The clips are the cached ones that a run was tested on; :mod:`.clip_faces` finds the faces on them.
"""

from collections import defaultdict
from typing import Dict, NamedTuple, Tuple

import numpy as np
import torch
from tqdm import tqdm

from ..datasets import clip_cache
from ..datasets.clips import ClipDataset, clip_name
from ..datasets.file_lists import read_file_list
from ..datasets.readers import find_recordings
from ..datasets.settings import preprocess_settings
from ..errors import DataError
from ..synthetic import is_synthetic
from ..training.learners import config_of, trained
from .clip_faces import ClipFace, clip_faces
from .grad_cam import grad_cam, inside_share, predictor_input, stage3

#: The two places that are looked at in a network that fuses at stage 3.
BEFORE, AFTER = "before the CTFC", "after the CTFC"


class Attention(NamedTuple):
    """What one or more models attend to on the same clips."""

    clips: Tuple[Tuple[str, int], ...]  #: (recording, clip number)
    areas: np.ndarray  #: (N,) share of each clip's pixels inside the face's contour
    shares: Dict[str, np.ndarray]  #: {model: (N,) share of its attention inside; NaN where it has none}
    face: ClipFace  #: of the example
    maps: Dict[str, np.ndarray]  #: {model: (H, W) on the example}
    example: str  #: which clip that is
    contour: str  #: where the contours come from

    @property
    def effect_of_ctfc(self):
        """What the combiner does to the attention of each model that is looked at on both sides of it: sentences."""
        sentences = []
        for label, before in self.shares.items():
            name, _, place = label.rpartition("\n")
            if place != BEFORE:
                continue
            change = 100 * (self.shares[f"{name}\n{AFTER}"] - before)
            change = change[np.isfinite(change)]
            if len(change):
                points = round(float(change.mean()), 1) + 0.0  # not "-0.0"
                sentences.append(
                    f"{name}: the CTFC changes the share inside by {points:+.1f} points on average; it is larger after "
                    f"it on {np.count_nonzero(change > 0)} of {len(change)} clips."
                )
        return sentences

    def to_dict(self):
        """The shares of all clips, fit for JSON; None where a map is zero everywhere."""
        return {
            "contour": self.contour,
            "clips": self.clips,
            "contour_area": [round(float(area), 6) for area in self.areas],
            "share_inside": {
                label.replace("\n", ", "): [round(float(one), 6) if np.isfinite(one) else None for one in values]
                for label, values in self.shares.items()
            },
        }


def attention_of(runs, most_clips=24):
    """Attention of the rFaceNets among ``runs`` on the first one's test clips, and its share inside the face.

    Args:
        runs: list of :class:`~rfacenet_toolbox.evaluation.files.run_folder.Run`, tested on the same clips.
        most_clips: clips looked at, spread evenly over all; the middle one of them is the example.

    Returns:
        :class:`Attention`.

    Raises:
        RFaceNetError: weights, clips, recordings or contours that are missing; the message says which.
    """
    runs = [run for run in runs if run.results["model"] == "rFaceNet"]
    if not runs:
        raise DataError("none of these runs is of rFaceNet, and only its layers are known here.")
    models = {run.name: trained(run).model for run in runs}
    data = config_of(runs[0]).TEST.DATA
    if config_of(runs[0]).MODEL.RFACENET.RESAMPLE:
        raise DataError("its clips were resampled, and the contours are of the recordings' own frames.")
    for run in runs[1:]:
        _check_same_clips(runs[0], run)
    dataset = ClipDataset(_input_files(data), data.DATA_FORMAT)
    places = [clip_name(path) for path in dataset.inputs]
    chosen = np.unique(np.linspace(0, len(dataset) - 1, min(most_clips, len(dataset))).round().astype(int))
    faces, contour = _faces(data, [places[index] for index in chosen])
    seen = [index for index in chosen if places[index] in faces]
    if not seen:
        raise DataError(f"no face contour was found on any of the {len(chosen)} clips looked at.")
    return _attention(models, dataset, places, seen, faces, contour)


def layers_of(name, model):
    """{label: module} to look at in an rFaceNet."""
    if model.fusion == "stage3":
        return {f"{name}\n{BEFORE}": stage3(model), f"{name}\n{AFTER}": predictor_input(model)}
    return {name: predictor_input(model)}


def _attention(models, dataset, places, seen, faces, contour):
    example = seen[len(seen) // 2]
    shares, maps = defaultdict(list), {}
    for index in tqdm(seen, desc="Attention", unit="clip", ncols=100):
        clip = torch.from_numpy(dataset[index][0])[None]
        for label, attention in _maps(models, clip):
            share = inside_share(attention, faces[places[index]].inside)
            shares[label].append(np.nan if share is None else share)
            if index == example:
                maps[label] = attention
    return Attention(
        clips=tuple((places[index][0], int(places[index][1])) for index in seen),
        areas=np.array([faces[places[index]].inside.mean() for index in seen]),
        shares={label: np.array(values) for label, values in shares.items()},
        face=faces[places[example]],
        maps=maps,
        example="recording {}, clip {}".format(*places[example]),
        contour=contour,
    )


def _maps(models, clip):
    for name, model in models.items():
        layers = layers_of(name, model)
        for label, attention in zip(layers, grad_cam(model, clip, list(layers.values()))):
            yield label, attention[0].numpy()


def _faces(data, places):
    """{(recording, clip number as text): face} and where the contours come from."""
    recordings = {recording.name: recording for recording in find_recordings(data.DATASET, data.DATA_PATH)}
    settings = preprocess_settings(data)
    by_recording, faces = defaultdict(list), {}
    for name, number in places:
        by_recording[name].append(int(number))
    for name, numbers in tqdm(by_recording.items(), desc="Face contours", unit="recording", ncols=100):
        if name not in recordings:
            raise DataError(f"there are clips of {name}, and {data.DATA_PATH} holds no such recording.")
        for number, face in clip_faces(recordings[name], settings, numbers).items():
            faces[name, str(number)] = face
    drawn = is_synthetic(data.DATA_PATH)
    return faces, "the renderer that drew these synthetic recordings" if drawn else "MediaPipe's face mesh"


def _input_files(data):
    try:
        return read_file_list(data.FILE_LIST_PATH)
    except (OSError, DataError) as error:
        raise DataError(
            f"the test clips cannot be found: {error}. Paths in a run's config begin where the run was started: call "
            f"this command from there."
        ) from error


def _check_same_clips(first, other):
    ours, theirs = (config_of(run).TEST.DATA for run in (first, other))
    same = clip_cache.experiment_name(ours, "TEST") == clip_cache.experiment_name(theirs, "TEST")
    if not same or ours.FILE_LIST_PATH != theirs.FILE_LIST_PATH:
        raise DataError(
            f"{first.name} and {other.name} were tested on other clips, so their attention cannot be compared. Report "
            f"them apart."
        )
