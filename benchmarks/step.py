"""How long does a training step of rFaceNet take, and what does each speed option of MODEL.RFACENET.RUNTIME save?

``python benchmarks/step.py`` times forward, loss, backward and Adam on a batch of clips, four by default, on the GPU if
there is one: without any option, with each alone, and with all that pay on this machine. With
``RPPG_TOOLBOX=/path/to/checkout`` each takes turns with a step of the toolbox's PhysNet, in fp32. ``--frames 64 --size
128 --batch 16`` is rFaceNet's row of Table 1; where that does not fit, two smaller batches tell what a clip takes.
``--count`` computes nothing, and counts what the network's forward pass keeps for its backward pass. Every variant has
a process of its own, because options and peak memory are a process's.
"""

import argparse
import contextlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import torch
from measuring import checkout, compare, machine, peak_bytes

from rfacenet_toolbox.config.node import rfacenet_node
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.methods.learner import ClipSpec
from rfacenet_toolbox.methods.rfacenet import build_rfacenet
from rfacenet_toolbox.runtime import speed
from rfacenet_toolbox.runtime.machine import autocast
from rfacenet_toolbox.training import learners

LEARNING_RATE = 9e-3
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def variants():
    """{name: settings of RUNTIME}: no option, each alone, all that keep fp32, all; what pays on this machine."""
    none = {"KEEP_MEMORY": False, "CHANNELS_LAST": False}
    alone = {
        "channels-last": {"CHANNELS_LAST": True},
        "kept memory": {"KEEP_MEMORY": True},
        "fused Adam": {"FUSED_OPTIMIZER": True},
        "compiled": {"COMPILE": True},
    }
    every = {"KEEP_MEMORY": True, "CHANNELS_LAST": True, "FUSED_OPTIMIZER": True, "COMPILE": DEVICE.type == "cuda"}
    found = {"no option": none, **{name: {**none, **option} for name, option in alone.items()}, "all in fp32": every}
    if speed.has_bf16_units(DEVICE):
        found["bf16"] = {**none, "PRECISION": "bf16"}
        found["all"] = {**every, "PRECISION": "bf16"}
    return found


def main():
    args = _arguments()
    print(machine())
    if args.count:
        kept = kept_bytes(args.batch, args.frames, args.size)
        print(f"{args.batch} clips of {args.frames}x{args.size}x{args.size}: {kept / 2**30:.2f} GiB kept for backward")
        return
    toolbox = checkout()
    for name in args.options:
        try:
            measure(name, variants()[name], (args.batch, args.frames, args.size), toolbox, args.repeats)
        except ConfigError as error:
            print(f"{name}: not on this machine. {error}")


def measure(name, options, shape, toolbox, repeats):
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(in_own_process(our_step, *shape, options))
        theirs = stack.enter_context(in_own_process(physnet_step, *shape)) if toolbox else None
        compare(f"step, {name}", lambda: ours(step), theirs and (lambda: theirs(step)), "PhysNet", repeats)
        peaks = {"": ours(peak_memory), **({" PhysNet": theirs(peak_memory)} if theirs else {})}
        print("    peak memory" + ",".join(f"{whose} {peak / 1e9:.2f} GB" for whose, peak in peaks.items()))


def kept_bytes(batch, frames, size):
    """Bytes of what a forward pass of rFaceNet saves for its backward pass, parameters left out."""
    settings = rfacenet_node()
    settings.FRAME_NUM = frames
    with torch.device("meta"):  # shapes without numbers
        network = build_rfacenet(settings, batch).train()
        clips = torch.empty(batch, 3, frames, size, size)
    parameters = {parameter.untyped_storage()._cdata for parameter in network.parameters()}
    kept = {}

    def keep(tensor):
        kept[tensor.untyped_storage()._cdata] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        network(clips)
    return sum(tensor.untyped_storage().nbytes() for key, tensor in kept.items() if key not in parameters)


def our_step(batch, frames, size, options):
    """A call that makes one step of rFaceNet."""
    settings = rfacenet_node()
    settings.FRAME_NUM = frames
    settings.RUNTIME.update(options)
    speed.check(settings.RUNTIME, DEVICE)
    clip = ClipSpec(frames=frames, height=size, width=size, fs_hz=30, is_derivative=True, num_gpus=1)
    learner = registry.build("rFaceNet", settings, clip, num_subjects=batch)
    learners.place(learner, DEVICE, settings.RUNTIME)
    parameters = [*learner.model.parameters(), *learner.loss.parameters()]
    optimizer = speed.adam(parameters, LEARNING_RATE, settings.RUNTIME)
    subjects = torch.arange(batch, device=DEVICE)

    def loss(clips, labels):
        with autocast(DEVICE, settings.RUNTIME.PRECISION):
            return learner.step(clips, labels, subjects).loss

    return whole_step(loss, optimizer, (batch, frames, size))


def physnet_step(batch, frames, size):
    """A call that makes one step of the toolbox's PhysNet, with its loss, the negative Pearson correlation."""
    from neural_methods.model.PhysNet import PhysNet_padding_Encoder_Decoder_MAX

    model = PhysNet_padding_Encoder_Decoder_MAX(frames).to(DEVICE)

    def loss(clips, labels):
        bvp = model(clips)[0]
        centred = (bvp - bvp.mean(1, keepdim=True), labels - labels.mean(1, keepdim=True))
        return (1 - torch.nn.functional.cosine_similarity(*centred, dim=1)).mean()

    return whole_step(loss, torch.optim.Adam(model.parameters(), lr=LEARNING_RATE), (batch, frames, size))


def whole_step(loss, optimizer, shape):
    batch, frames, size = shape
    generator = torch.Generator().manual_seed(0)
    clips = torch.randn(batch, 3, frames, size, size, generator=generator).to(DEVICE)
    labels = torch.randn(batch, frames, generator=generator).to(DEVICE)

    def call():
        loss(clips, labels).backward()
        optimizer.step()
        optimizer.zero_grad()
        if DEVICE.type == "cuda":
            torch.cuda.synchronize()

    return call


@contextlib.contextmanager
def in_own_process(make, *args):
    """Give ``step`` of a new process what ``make(*args)`` returns there; yields a function that calls others there."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        process.submit(_make, make, args).result()
        yield lambda function: process.submit(function).result()


def _make(make, args):
    global _call
    _call = make(*args)


def step():
    _call()


def peak_memory():
    """Bytes of the GPU if that is what works, else of the process."""
    return torch.cuda.max_memory_allocated() if DEVICE.type == "cuda" else peak_bytes()


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = list(variants())
    parser.add_argument("--options", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--batch", type=int, default=4, help="clips of a step")
    parser.add_argument("--frames", type=int, default=128, help="of a clip")
    parser.add_argument("--size", type=int, default=72, help="width and height of a clip, pixels")
    parser.add_argument("--repeats", type=int, default=5, help="pairs of steps")
    parser.add_argument("--count", action="store_true", help="count the memory that a batch needs, and time nothing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
