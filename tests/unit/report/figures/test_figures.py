"""Every figure: drawn from what it is given, readable, and never the end of a run."""

import errno
import importlib.util
import subprocess
import sys

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.text import Text
from support.paths import ROOT

from rfacenet_toolbox.errors import OutputError
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.report import figures
from rfacenet_toolbox.report.clip_faces import ClipFace
from rfacenet_toolbox.report.figures.agreement import bland_altman
from rfacenet_toolbox.report.figures.style import PAGE
from rfacenet_toolbox.report.tracing import trace

FS = 30
CLIP = torch.zeros(1, 3, 16, 16, 16)
SHAPE = tuple(CLIP.shape[1:])
NAN = float("nan")
WITHOUT_UNIT = ("epoch", "term of the loss, before its sigma")  # a legend beside the latter has its terms' units


def epochs(**columns):
    """Columns of an epoch log, of as many epochs as the first one has values."""
    length = len(next(iter(columns.values())))
    return {"epoch": np.arange(length, dtype=float), **{name: np.array(values) for name, values in columns.items()}}


def wave(rate_bpm=72, seconds=20, shift=0.0):
    return np.sin(2 * np.pi * rate_bpm / 60 * np.arange(seconds * FS) / FS + shift)


def face(side=16):
    corners = np.array([[4.0, 4], [12, 4], [12, 12], [4, 12]])
    picture = np.random.default_rng(0).integers(0, 256, (side, side, 3)).astype(np.uint8)
    return ClipFace(picture, np.ones((side, side)), corners)


def schemes():
    return {
        fusion: trace(RFaceNet(frames=16, subjects=0, fusion=fusion), CLIP) for fusion in ("stage1", "stage2", "stage3")
    }


HEALTHY = {
    "signals": lambda: figures.signals(wave(), wave(shift=0.3), FS, "subject1"),
    "bland-altman": lambda: figures.bland_altman_plot([61, 72, 80, 93], [60, 70, 81, 91]),
    "bland-altman, all alike": lambda: figures.bland_altman_plot([60, 60, 60], [60, 60, 60]),
    "scatter": lambda: figures.scatter([61, 72, 80, 93], [60, 70, 81, 91]),
    "scatter, one video": lambda: figures.scatter([61], [60]),
    "curves": lambda: figures.learning_curves(
        epochs(heart_rate_mae_bpm=[40, 4, 3, 2.0], identity_accuracy=[0.1, 0.2, 0.8, 0.9])
    ),
    "curves, no identity": lambda: figures.learning_curves(epochs(heart_rate_mae_bpm=[40, 4, 3, 2.0])),
    "loss": lambda: figures.loss_curves(
        epochs(bvp=[2, 1.0], heart_rate=[0.5, 0.0], identity=[2, 1.5], sigma_bvp=[1, 0.9], sigma_identity=[1, 1.1])
    ),
    "network": lambda: figures.network(trace(RFaceNet(frames=16, subjects=3), CLIP), SHAPE),
    "network, stage 1": lambda: figures.network(trace(RFaceNet(frames=16, subjects=3, fusion="stage1"), CLIP), SHAPE),
    "network, apart": lambda: figures.network(trace(RFaceNet(frames=16, subjects=3, fusion="none"), CLIP), SHAPE),
    "network, pulse only": lambda: figures.network(
        trace(RFaceNet(frames=16, subjects=0, fusion="none", contours="none"), CLIP), SHAPE
    ),
    "schemes": lambda: figures.fusion_schemes(schemes(), SHAPE),
    "maps": lambda: figures.attention_maps(face(), {"a": np.eye(16), "b": np.zeros((16, 16))}),
    "maps, five": lambda: figures.attention_maps(face(), {str(number): np.eye(16) for number in range(5)}),
    "shares": lambda: figures.attention_shares({"a": [0.5, 0.6, NAN], "b": [NAN, NAN, NAN]}, [0.2, 0.3, 0.2]),
}
SICK = {
    "signals, nothing": lambda: figures.signals([], [], FS),
    "signals, flat": lambda: figures.signals(np.zeros(90), wave(seconds=3), FS),
    "signals, NaN": lambda: figures.signals(np.full(90, NAN), wave(seconds=3), FS),
    "bland-altman, two": lambda: figures.bland_altman_plot([60, 70], [60, 71]),
    "bland-altman, none": lambda: figures.bland_altman_plot([], []),
    "bland-altman, NaN": lambda: figures.bland_altman_plot([60, NAN, 70], [60, 70, 80]),
    "scatter, none": lambda: figures.scatter([], []),
    "scatter, NaN": lambda: figures.scatter([NAN], [60]),
    "curves, none": lambda: figures.learning_curves({}),
    "curves, NaN": lambda: figures.learning_curves(epochs(heart_rate_mae_bpm=[NAN, NAN])),
    "curves, one epoch": lambda: figures.learning_curves(epochs(heart_rate_mae_bpm=[4.0])),
    "loss, none": lambda: figures.loss_curves({}),
    "network, nothing": lambda: figures.network([], SHAPE),
    "schemes, none": lambda: figures.fusion_schemes({}, SHAPE),
    "schemes, no combiner": lambda: figures.fusion_schemes(
        {"none": trace(RFaceNet(frames=16, subjects=0, fusion="none"), CLIP)}, SHAPE
    ),
    "maps, none": lambda: figures.attention_maps(face(), {}),
    "shares, none": lambda: figures.attention_shares({"a": [NAN]}, [0.2]),
}


def texts(figure):
    return [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


def said(figure):
    return " ".join(" ".join(text.get_text().split()) for text in texts(figure))


@pytest.mark.parametrize("name", HEALTHY)
def test_it_is_saved_whole_and_readable_at_column_width(name, tmp_path):
    figure = HEALTHY[name]()
    assert isinstance(figure, Figure)
    assert figure.get_figwidth() <= PAGE
    png, pdf = figures.save(figure, tmp_path, "figure")
    assert png.read_bytes().startswith(b"\x89PNG") and pdf.read_bytes().startswith(b"%PDF")
    assert min(text.get_fontsize() for text in texts(figure)) >= 7
    assert "cannot be drawn" not in said(figure)
    figure.canvas.draw()
    width, height = figure.canvas.get_width_height()
    for axes in figure.axes:
        labels = [axes.xaxis.label, axes.yaxis.label] if axes.axison else []
        for label in (label for label in labels if label.get_text()):
            box = label.get_window_extent()
            assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
            assert "(" in label.get_text() or label.get_text() in WITHOUT_UNIT


@pytest.mark.parametrize("name", SICK)
def test_what_cannot_be_drawn_says_so_in_its_place(name):
    figure = SICK[name]()
    assert isinstance(figure, Figure)
    assert "cannot be drawn: " in said(figure)
    assert min(text.get_fontsize() for text in texts(figure)) >= 7


def test_bland_altman_draws_the_data_and_their_statistics():
    estimate, truth = [61, 72, 80, 93, 61], [60, 70, 81, 91, 60]
    figure = figures.bland_altman_plot(estimate, truth)
    (axes,) = figure.axes
    places = {tuple(place) for place in axes.collections[0].get_offsets()}
    assert places == {((e + t) / 2, e - t) for e, t in zip(estimate, truth)}
    sizes = dict(zip(map(tuple, axes.collections[0].get_offsets()), axes.collections[0].get_sizes()))
    assert sizes[60.5, 1.0] == 2 * sizes[71.0, 2.0]
    result = bland_altman(estimate, truth)
    assert [line.get_ydata()[0] for line in axes.lines] == [result.upper, result.bias, result.lower]
    assert f"bias: {result.bias:.2f}" in said(figure) and "up to 2 videos at one place" in said(figure)


def test_scatter_counts_what_is_within_8_bpm():
    assert "within 8 bpm: 3 of 4 videos" in said(figures.scatter([68, 52, 60, 80], [60, 60, 60, 60]))


def test_signals_count_the_peaks():
    assert "predicted, 12 peaks" in said(figures.signals(wave(60), wave(60), FS, seconds=12))


@pytest.mark.parametrize(
    "columns, sentence",
    [
        ({"heart_rate_mae_bpm": [40, 2, 1, 0], "identity_accuracy": [0, 0.1, 0.5, 1]}, "heart rate settles first"),
        ({"heart_rate_mae_bpm": [40, 30, 20, 0], "identity_accuracy": [0, 1, 1, 1]}, "identification settles first"),
        ({"heart_rate_mae_bpm": [40, 0, 0, 0], "identity_accuracy": [0, 1, 1, 1]}, "settle in the same epoch"),
        ({"heart_rate_mae_bpm": [4, 5, 6, 7], "identity_accuracy": [0, 1, 1, 1]}, "(training clips) did not improve"),
        ({"heart_rate_mae_bpm": [4, 3, 2, 1]}, "no identification accuracy"),
        ({"bvp": [1, 2]}, "no heart-rate error"),
        (
            {"heart_rate_mae_bpm": [9, 9, 9.0], "valid_heart_rate_mae_bpm": [9, 1, 0], "identity_accuracy": [0, 0, 1]},
            "The heart-rate error (validation) has made 90 % of its improvement from first to last logged epoch in "
            "epoch 2, the identification accuracy (training clips) in epoch 2",
        ),
    ],
)
def test_which_settles_first_is_told(columns, sentence):
    assert sentence in figures.settling_sentence(epochs(**columns))


def test_the_network_is_drawn_with_all_its_blocks_and_shapes():
    blocks = trace(RFaceNet(frames=16, subjects=3), CLIP)
    text = said(figures.network(blocks, SHAPE))
    for block in blocks:
        assert f"{block.name} {'×'.join(map(str, block.shape))}" in text
        assert block.kind in text


def test_the_fusion_schemes_name_the_three_maps():
    text = said(figures.fusion_schemes(schemes(), SHAPE))
    for words in ("M1 64×16×8×8", "M2 64×8×4×4", "M3 64×4×2×2", "up-sampled to 8×8", "laid on as it is"):
        assert words in text


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("matplotlib._layoutbox") is not None,
    reason="the constrained layout of this old Matplotlib imports pyplot itself",
)
def test_pyplot_is_never_imported(tmp_path):
    code = (
        "import sys; from rfacenet_toolbox.report import figures; "
        "figures.save(figures.scatter([60, 70], [61, 71]), sys.argv[1], 'x'); print('matplotlib.pyplot' in sys.modules)"
    )
    root = str(ROOT)
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=root, capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_a_figure_that_finds_the_disk_full_leaves_nothing(tmp_path, monkeypatch):
    def half(figure, file, **settings):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    figure = figures.explain("This", "no reason")
    monkeypatch.setattr(type(figure), "savefig", half)
    with pytest.raises(OutputError, match=r"x\.png cannot be written .the disk is full"):
        figures.save(figure, tmp_path, "x")
    assert not list(tmp_path.iterdir())
