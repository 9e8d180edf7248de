"""What does the contour branch of a trained rFaceNet contribute to its pulse?

``python benchmarks/contour_branch.py RUN [RUN ...]`` tests finished runs of rFaceNet anew on their own cached test
clips, three times each: as trained; with the identity map that the combiner adds set to zero; and with the map of
another person. If the pulse needed this face's contours, the last two would be worse. Each has the MAE in bpm and the
SNR in dB, and in brackets the correlation of the waveforms with those as trained, the mean over the clips. "Offset,
scale, shape" is what the map does to the waveform: how much of the squared difference between with and without it is a
constant, how much a change of the amplitude, and how much neither, summed over the clips. Beside them stand alpha and
beta of Eq. 2; how strong the added map is beside the pulse map (root mean square, after both were weighted and each
map's mean was taken from it); by how much it changes when only the middle of the clip is left, where the detected face
is, and when only the rest is left (root mean square, as a share of the map's; the pixels taken away are 0); and of how
many training clips the classifier named the person in the last epoch. A run with ``IDENTITY_HOLDOUT: True`` has that on
clips that were held back, too.
"""

import argparse
import contextlib
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from rfacenet_toolbox import evaluation
from rfacenet_toolbox.datasets.clips import ClipDataset, clip_name
from rfacenet_toolbox.datasets.file_lists import read_file_list
from rfacenet_toolbox.datasets.subjects import subjects_of
from rfacenet_toolbox.evaluation.files.run_folder import read_run
from rfacenet_toolbox.training.learners import config_of, trained

AS_TRAINED, NOTHING, ANOTHER = "as trained", "map set to zero", "map of another person"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folder of a finished run of rFaceNet")
    parser.add_argument("--protocol", default="neurips2023")
    args = parser.parse_args()
    torch.set_num_threads(1)
    columns = [AS_TRAINED, NOTHING, ANOTHER, "offset, scale, shape", "alpha", "beta", "strength"]
    columns += ["only face, only rest", "classified", "held back"]
    print(f"| run | {' | '.join(columns)} |\n| {' | '.join(['---'] * (len(columns) + 1))} |")
    for folder in args.runs:
        print(
            f"| {'/'.join(Path(folder).parts[-3:])} | {' | '.join(row(read_run(folder), args.protocol))} |", flush=True
        )


def row(run, protocol):
    """The cells of a run: errors in bpm, and what is known of its maps."""
    config = config_of(run)
    model = trained(run).model
    clips = ClipDataset(read_file_list(config.TEST.DATA.FILE_LIST_PATH), config.TEST.DATA.DATA_FORMAT)
    places = [clip_name(path) for path in clips.inputs]
    maps, seen = contour_maps(model, clips), what_is_seen(model, clips)
    others = of_another_person(places)
    waveforms, labels, looks = defaultdict(lambda: defaultdict(dict)), defaultdict(dict), []
    for index, (video, chunk) in enumerate(tqdm(places, desc=run.name, ncols=100, disable=None)):
        clip, label = (torch.from_numpy(np.asarray(part))[None].float() for part in clips[index][:2])
        labels[video][int(chunk)] = label[0].numpy()
        for way, identity in (
            (AS_TRAINED, maps[index]),
            (NOTHING, None),
            (ANOTHER, maps[others[index]]),
        ):
            with using(model, identity), looking_at(model.ctfc) as added, torch.no_grad():
                waveforms[way][video][int(chunk)] = model(clip, with_identity=False).bvp[0].numpy()
            if way == AS_TRAINED and added:
                looks.append(added)
    data = config.TEST.DATA
    scores = [score(waveforms[way], labels, data, protocol) for way in (AS_TRAINED, NOTHING, ANOTHER)]
    alike = [correlation(waveforms[AS_TRAINED], waveforms[way]) for way in (NOTHING, ANOTHER)]
    fusion = [value.item() for value in (model.ctfc.alpha, model.ctfc.beta)]
    known = [run.epochs.get(name, [np.nan])[-1] for name in ("identity_accuracy", "holdout_identity_accuracy")]
    return [
        scores[0],
        *(f"{one} ({r:.3f})" for one, r in zip(scores[1:], alike)),
        ", ".join(f"{share:.0%}" for share in change(waveforms[AS_TRAINED], waveforms[NOTHING])),
        *(f"{value:.2f}" for value in (*fusion, np.mean([look["strength"] for look in looks]))),
        ", ".join(f"{share:.2f}" for share in seen) or "–",
        *("–" if np.isnan(value) else f"{value:.0%}" for value in known),
    ]


def contour_maps(model, clips):
    """The identity map of each clip."""
    with torch.no_grad():
        return [model.identity_map(torch.from_numpy(np.asarray(clips[i][0]))[None].float()) for i in range(len(clips))]


def what_is_seen(model, clips):
    """By how much the map changes when only the middle of the clip is left, and when only the rest is."""
    if model.contours != "tcu":
        return []
    changes = []
    with torch.no_grad():
        for index in range(len(clips)):
            clip = torch.from_numpy(np.asarray(clips[index][0]))[None].float()
            edge = round(clip.shape[-1] / 6)  # boxes are enlarged by half: a sixth at each side is not face
            middle = torch.zeros_like(clip)
            middle[..., edge:-edge, edge:-edge] = 1
            whole, *parts = (varying(model.identity_map(one)) for one in (clip, clip * middle, clip * (1 - middle)))
            changes.append([float((part - whole).square().mean() / whole.square().mean()) ** 0.5 for part in parts])
    return np.mean(changes, axis=0)


def varying(feature_maps):
    """What is the same everywhere is an offset, and no contour."""
    return feature_maps - feature_maps.mean(dim=(-2, -1), keepdim=True)


def of_another_person(places):
    """For each clip the first clip of the next person; the first person follows the last."""
    videos = [video for video, _ in places]
    shown = subjects_of(videos) or videos
    people = list(dict.fromkeys(shown))
    return [shown.index(people[(people.index(person) + 1) % len(people)]) for person in shown]


@contextlib.contextmanager
def using(model, identity):
    """The model with this identity map; with None, its combiner adds nothing."""
    alpha = model.ctfc.alpha.data.clone()
    if identity is None:
        model.ctfc.alpha.data.zero_()
    else:
        model.identity_map = lambda clip: identity
    try:
        yield
    finally:
        model.ctfc.alpha.data.copy_(alpha)
        model.__dict__.pop("identity_map", None)


@contextlib.contextmanager
def looking_at(ctfc):
    """A dict that a forward pass fills: how strong the added map is beside the pulse map."""
    found, parts = {}, {}
    handles = [
        ctfc.identity_conv.register_forward_hook(lambda m, i, out: parts.update(identity=ctfc.alpha * out)),
        ctfc.pulse_conv.register_forward_hook(lambda m, i, out: parts.update(pulse=ctfc.beta * out)),
    ]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()
    identity, pulse = (varying(parts[name]).square().mean().sqrt() for name in ("identity", "pulse"))
    found["strength"] = float(identity / pulse)


def correlation(one, other):
    """The mean over the clips of two sets of waveforms' correlation."""
    return np.mean([np.corrcoef(one[video][chunk], other[video][chunk])[0, 1] for video in one for chunk in one[video]])


def change(one, other):
    """The shares of two sets of waveforms' squared differences that are an offset, a change of scale, and neither."""
    offset = scale = whole = 0.0
    for video in one:
        for chunk, waveform in one[video].items():
            difference, pulse = waveform - other[video][chunk], other[video][chunk] - other[video][chunk].mean()
            whole += np.sum(difference**2)
            offset += len(difference) * difference.mean() ** 2
            scale += np.dot(difference, pulse) ** 2 / np.dot(pulse, pulse)
    return offset / whole, scale / whole, 1 - (offset + scale) / whole


def score(waveforms, labels, data, protocol):
    """Over the videos, the mean absolute error of the heart rate in bpm, and the mean SNR in dB, as text."""
    joined = [
        {video: evaluation.join_predictions(chunks) for video, chunks in each.items()} for each in (waveforms, labels)
    ]
    scheme = evaluation.Scheme(protocols=(protocol,))
    is_derivative = data.PREPROCESS.LABEL_TYPE == "DiffNormalized"
    summary, _ = evaluation.evaluate(*joined, data.FS, scheme, is_derivative=is_derivative)[protocol]
    return f"{summary['MAE'][0]:.2f}, {summary['SNR'][0]:.2f}"


if __name__ == "__main__":
    main()
