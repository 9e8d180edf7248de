"""Rows of the training step: rFaceNet against PhysNet as the toolbox runs it, lever by lever."""

import contextlib
import math

from rows import Row, from_checkout
from side import Side

AGAINST = "PhysNet of the toolbox, fp32"
BATCH = 4
NO_LEVER = {"KEEP_MEMORY": False, "CHANNELS_LAST": False}
#: one lever each, on top of none
LEVERS = {
    "fp32, channels-last": {"CHANNELS_LAST": True},
    "fp32, kept memory": {"KEEP_MEMORY": True},
    "fp32, fused Adam": {"FUSED_OPTIMIZER": True},
    "fp32, compiled": {"COMPILE": True},
    "bf16": {"PRECISION": "bf16"},
}
#: PURE: recordings of the training split, seconds each, frames a second
PURE = (47, 60, 30)


def step(checkout, args):
    """One training step on a batch of four clips of 128 frames: forward, loss, backward, Adam."""

    def row(key, settings, aim=None, note=""):
        shape = (128, args.size)
        return _step_row(_key("step", key), f"training step, {key}", checkout, shape, settings, aim=aim, note=note)

    yield row("fp32", NO_LEVER, 0.8, "no lever")
    for lever, settings in LEVERS.items():
        yield row(lever, {**NO_LEVER, **settings}, note="alone" + _no_units(settings))
    exact, every = best_levers()
    yield row("fp32, every lever", exact, 0.8, _named(exact))
    yield row("every lever", every, 0.4, _named(every))


def vipl(checkout, args):
    """The same on clips of 64x128x128, as for VIPL-HR."""
    _, every = best_levers()
    yield _step_row("vipl:fp32", "training step, 64x128x128, fp32", checkout, (64, 128), NO_LEVER, aim=0.8)
    yield _step_row(
        "vipl:every-lever", "training step, 64x128x128", checkout, (64, 128), every, aim=0.4, note=_named(every)
    )


def epoch(checkout, args):
    """The training steps of an epoch on PURE, from the time of one."""
    recordings, seconds, fs_hz = PURE
    chunks = seconds * fs_hz // 128
    steps = math.ceil(recordings * chunks / BATCH)
    _, every = best_levers()
    note = (
        f"{steps} steps: {recordings} recordings (8 of 10 subjects x 6, one missing) of about {seconds} s at {fs_hz} "
        f"Hz give {chunks} clips of 128 frames each, {BATCH} a batch; on {_device()}, training steps alone; "
        f"{_named(every)}"
    )
    yield _step_row("epoch:pure", "epoch on PURE's size", checkout, (128, 72), every, note=note, scale=steps)


def best_levers():
    """Settings of every lever that keeps fp32, and of all that pay on this machine."""
    exact = {"KEEP_MEMORY": True, "CHANNELS_LAST": True, "FUSED_OPTIMIZER": True}
    if _device() != "the CPU":
        exact["COMPILE"] = True
    every = dict(exact)
    if _has_bf16_units():
        every["PRECISION"] = "bf16"
    return exact, every


def our_step(frames, size, settings):
    """A call that makes one step of rFaceNet under these settings of ``RUNTIME``."""
    import torch

    from rfacenet_toolbox.config.node import rfacenet_node
    from rfacenet_toolbox.methods.rfacenet import MultiTaskLoss, RFaceNet
    from rfacenet_toolbox.runtime import machine, speed

    node = rfacenet_node().RUNTIME
    node.update(settings)
    clips, labels = _batch(frames, size)
    speed.check(node, clips.device)
    model, loss = RFaceNet(frames=frames, subjects=8).to(clips.device), MultiTaskLoss(30).to(clips.device)
    speed.prepare(model, node)
    optimizer = speed.adam([*model.parameters(), *loss.parameters()], 9e-3, node)
    classes = torch.arange(BATCH, device=clips.device)

    def run():
        with machine.autocast(clips.device, node.PRECISION):
            out = model(clips)
        loss(out.bvp, labels, out.identity, classes).total.backward()
        optimizer.step()
        optimizer.zero_grad()
        _finish(clips)

    return run


def physnet_step(checkout, frames, size):
    """A call that makes one step of the toolbox's PhysNet: its layout, its loss (negative Pearson), Adam."""
    import torch

    clips, labels = _batch(frames, size)
    module = from_checkout(checkout, "neural_methods.model.PhysNet")
    model = module.PhysNet_padding_Encoder_Decoder_MAX(frames).to(clips.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=9e-3)

    def run():
        bvp = model(clips)[0]
        centred = (bvp - bvp.mean(1, keepdim=True), labels - labels.mean(1, keepdim=True))
        (1 - torch.nn.functional.cosine_similarity(*centred, dim=1)).mean().backward()
        optimizer.step()
        optimizer.zero_grad()
        _finish(clips)

    return run


def _step_row(key, name, checkout, shape, settings, **fields):
    @contextlib.contextmanager
    def sides():
        with contextlib.ExitStack() as stack:
            theirs = stack.enter_context(Side(physnet_step, checkout, *shape)) if checkout else None
            yield stack.enter_context(Side(our_step, *shape, settings)), theirs

    return Row(key, name, sides, AGAINST, **fields)


def _key(group, name):
    return f"{group}:{name.lower().replace(',', '').replace(' ', '-')}"


def _batch(frames, size):
    import torch

    generator = torch.Generator().manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    clips = torch.randn(BATCH, 3, frames, size, size, generator=generator)
    return clips.to(device), torch.randn(BATCH, frames, generator=generator).to(device)


def _finish(tensor):
    """Wait for a GPU to have done what it was given."""
    import torch

    if tensor.is_cuda:
        torch.cuda.synchronize()


def _device():
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "the CPU"


def _has_bf16_units():
    import torch

    from rfacenet_toolbox.runtime import speed

    return speed.has_bf16_units(torch.device("cuda" if torch.cuda.is_available() else "cpu"))


def _no_units(settings):
    return "; this machine has no bf16 units" if "PRECISION" in settings and not _has_bf16_units() else ""


def _named(settings):
    named = [key.lower() if value is True else str(value) for key, value in settings.items() if value]
    return " + ".join(named) + ("" if _has_bf16_units() else "; no bf16 units here")
