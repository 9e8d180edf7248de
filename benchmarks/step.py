"""How long is a training step of rFaceNet, and what does each speed option of ``MODEL.RFACENET.RUNTIME`` save?

``python benchmarks/step.py`` times forward, loss, backward and Adam on a batch of four clips, on the GPU if there is
one: without any option, with each alone, with all that keep fp32, and with all that pay on this machine. With
``RPPG_TOOLBOX=/path/to/checkout`` each is timed in turn with a step of the toolbox's PhysNet in fp32. ``--frames 64
--size 128`` are clips of VIPL-HR's shape. Every variant has a process of its own: options and memory are a process's.
"""

import argparse
import contextlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import torch
from measuring import checkout, compare, machine, peak_bytes

from rfacenet_toolbox.config.node import rfacenet_node
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.methods.rfacenet import MultiTaskLoss, RFaceNet
from rfacenet_toolbox.runtime import machine as run_time
from rfacenet_toolbox.runtime import speed

BATCH = 4
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
NO_OPTION = {"KEEP_MEMORY": False, "CHANNELS_LAST": False}
OPTIONS = {
    "channels-last": {"CHANNELS_LAST": True},
    "kept memory": {"KEEP_MEMORY": True},
    "fused Adam": {"FUSED_OPTIMIZER": True},
    "compiled": {"COMPILE": True},
    "bf16": {"PRECISION": "bf16"},
}


def variants():
    """{name: settings of RUNTIME}: no option, each alone, all that keep fp32, all that pay on this machine."""
    exact = {"KEEP_MEMORY": True, "CHANNELS_LAST": True, "FUSED_OPTIMIZER": True, "COMPILE": DEVICE.type == "cuda"}
    found = {"no option": NO_OPTION, **{name: {**NO_OPTION, **option} for name, option in OPTIONS.items()}}
    found["all in fp32"] = exact
    if speed.has_bf16_units(DEVICE):
        found["all"] = {**exact, "PRECISION": "bf16"}
    return found


def main():
    args = _arguments()
    print(machine())
    toolbox = checkout()
    for name in args.options:
        shape = (args.frames, args.size)
        with contextlib.ExitStack() as stack:
            try:
                ours = stack.enter_context(in_own_process(our_step, *shape, variants()[name]))
            except ConfigError as error:
                print(f"{name}: not on this machine. {error}")
                continue
            theirs = stack.enter_context(in_own_process(physnet_step, toolbox, *shape)) if toolbox else None
            goal = {"no option": 0.8, "all in fp32": 0.8, "all": 0.4}.get(name)
            compare(
                f"step, {name}", lambda: ours(_step), theirs and (lambda: theirs(_step)), "PhysNet", args.repeats, goal
            )
            print(f"    peak memory {ours(peak_memory) / 1e9:.2f} GB" + _than(theirs))
            if args.profile:
                print(ours(profile))


def our_step(frames, size, settings):
    """A call that makes one step of rFaceNet under these settings of ``RUNTIME``."""
    node = rfacenet_node().RUNTIME
    node.update(settings)
    clips, labels = _batch(frames, size)
    speed.check(node, DEVICE)
    model, loss = RFaceNet(frames, 8).to(DEVICE), MultiTaskLoss(30).to(DEVICE)
    if node.CHANNELS_LAST:
        model.use_channels_last()
    speed.prepare(model, node)
    optimizer = speed.adam([*model.parameters(), *loss.parameters()], 9e-3, node)
    classes = torch.arange(BATCH, device=DEVICE)

    def step():
        with run_time.autocast(DEVICE, node.PRECISION):
            out = model(clips)
        loss(out.bvp, labels, out.identity, classes).total.backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def physnet_step(toolbox, frames, size):
    """A call that makes one step of the toolbox's PhysNet: its layout, its loss (negative Pearson), Adam."""
    from neural_methods.model.PhysNet import PhysNet_padding_Encoder_Decoder_MAX

    clips, labels = _batch(frames, size)
    model = PhysNet_padding_Encoder_Decoder_MAX(frames).to(DEVICE)
    optimizer = torch.optim.Adam(model.parameters(), lr=9e-3)

    def step():
        bvp = model(clips)[0]
        centred = (bvp - bvp.mean(1, keepdim=True), labels - labels.mean(1, keepdim=True))
        (1 - torch.nn.functional.cosine_similarity(*centred, dim=1)).mean().backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


@contextlib.contextmanager
def in_own_process(make, *args):
    """``make(*args)`` in a new process; gives a function that calls another one with what was made, there."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        process.submit(_make, make, args).result()
        yield lambda function: process.submit(function).result()


def _make(make, args):
    global _made
    _made = make(*args)


def _step():
    _made()
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def peak_memory():
    """Bytes, of the GPU if that is what works."""
    return torch.cuda.max_memory_allocated() if DEVICE.type == "cuda" else peak_bytes()


def profile():
    """A table of the operators that took the most time of one step."""
    with torch.profiler.profile() as profiler:
        _step()
    return profiler.key_averages().table(sort_by=f"self_{DEVICE.type}_time_total", row_limit=12)


def _than(theirs):
    return f", PhysNet {theirs(peak_memory) / 1e9:.2f} GB" if theirs else ""


def _batch(frames, size):
    generator = torch.Generator().manual_seed(0)
    clips = torch.randn(BATCH, 3, frames, size, size, generator=generator)
    return clips.to(DEVICE), torch.randn(BATCH, frames, generator=generator).to(DEVICE)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--options", nargs="+", choices=list(variants()), default=list(variants()), metavar="OPTION")
    parser.add_argument("--frames", type=int, default=128, help="of a clip")
    parser.add_argument("--size", type=int, default=72, help="width and height of a clip, pixels")
    parser.add_argument("--repeats", type=int, default=5, help="pairs of steps")
    parser.add_argument("--profile", action="store_true", help="also list the operators that take the most time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
