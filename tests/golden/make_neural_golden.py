"""Golden numbers of the neural baselines, made by the toolbox's own trainers from seeded weights and clips.

    python tests/golden/make_neural_golden.py CHECKOUT

(7e33a44 or d807b01: they give the same numbers; without an argument the path comes from RPPG_TOOLBOX) writes
``neural_baselines.json`` beside this file. Needs what the toolbox needs for these models: torch, yacs, matplotlib,
pandas. Everything runs on the CPU. Dropout is off for the stored numbers, so that they hang on no random generator.
"""

import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import numpy as np
import torch

GOLDEN = Path(__file__).with_name("neural_baselines.json")
#: clips whose length is no multiple of the frame depth, in batches of which the last is smaller
FRAMES, SIDE, DEPTH, BATCH = 24, 36, 10, 2
NAMES = ("101", "201", "301")
#: MODEL.NAME -> (module and class of the toolbox's trainer, channels of a frame, DATA_FORMAT)
CASES = {
    "Physnet": ("PhysnetTrainer", 3, "NCDHW"),
    "DeepPhys": ("DeepPhysTrainer", 6, "NDCHW"),
    "Tscan": ("TscanTrainer", 6, "NDCHW"),
    "EfficientPhys": ("EfficientPhysTrainer", 3, "NDCHW"),
}


def configure(tree, name, folder):
    """Set what the two configuration trees have in common; gives the tree."""
    tree.TOOLBOX_MODE, tree.MODEL.NAME, tree.DEVICE = "train_and_test", name, "cpu"
    tree.MODEL.MODEL_DIR, tree.LOG.PATH = os.path.join(folder, "models"), folder
    tree.MODEL.PHYSNET.FRAME_NUM = FRAMES
    tree.MODEL.TSCAN.FRAME_DEPTH = tree.MODEL.EFFICIENTPHYS.FRAME_DEPTH = DEPTH
    tree.TRAIN.EPOCHS, tree.TRAIN.LR, tree.TRAIN.BATCH_SIZE = 2, 9e-3, BATCH
    tree.TRAIN.MODEL_FILE_NAME, tree.TRAIN.PLOT_LOSSES_AND_LR = "golden", False
    tree.TEST.USE_LAST_EPOCH, tree.TEST.OUTPUT_SAVE_DIR = False, ""
    for split in (tree.TRAIN, tree.VALID, tree.TEST):
        split.DATA.PREPROCESS.CHUNK_LENGTH = FRAMES
        split.DATA.PREPROCESS.RESIZE.W = split.DATA.PREPROCESS.RESIZE.H = SIDE
    return tree


def batches(name):
    """Three clips with a pulse in them, as a loader gives them: a batch of two, then one of one."""
    _, channels, data_format = CASES[name]
    random = np.random.RandomState(7)
    time = np.arange(FRAMES) / 30
    items = []
    for index, video in enumerate(NAMES):
        label = np.sin(2 * np.pi * (1.1 + 0.3 * index) * time + index) + 0.1 * random.randn(FRAMES)
        frames = 0.5 * random.randn(FRAMES, channels, SIDE, SIDE) + label[:, None, None, None]
        axes = (1, 0, 2, 3) if data_format == "NCDHW" else (0, 1, 2, 3)
        items.append((np.float32(frames.transpose(axes)), np.float32(label), video, str(index)))
    rows = [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
    return [
        (torch.tensor(np.stack(clips)), torch.tensor(np.stack(labels)), list(names), list(chunks))
        for clips, labels, names, chunks in (zip(*row) for row in rows)
    ]


def network_input(name, clips):
    """A batch as the network itself takes it, all of its frames that fill a depth."""
    if name == "Physnet":
        return clips
    frames = clips.flatten(0, 1)
    cut = len(frames) // DEPTH * DEPTH
    return frames[: cut + 1] if name == "EfficientPhys" else frames[:cut]


def fill(model):
    """Weights by a generator that never changes, of the size that torch gives them; dropout off."""
    random = np.random.RandomState(11)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name.endswith("num_batches_tracked"):
                continue
            values = random.uniform(-1, 1, tuple(value.shape))
            if name.endswith("running_var") or (value.dim() == 1 and name.endswith(".weight")):
                values = 1 + 0.3 * values
            elif value.dim() > 1:
                values = values / np.sqrt(np.prod(value.shape[1:]))
            else:
                values = 0.1 * values
            value.copy_(torch.tensor(values))


def drop_nothing(model):
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0


def record_losses(loss):
    """A list that will hold every value that a loss module gives."""
    values = []
    loss.register_forward_hook(lambda module, inputs, value: values.append(float(value.detach())))
    return values


def toolbox_side(name, folder, dropout):
    """What the toolbox's trainer makes of :func:`batches`; runs in a checkout's root, in a process of its own."""
    module = importlib.import_module(f"neural_methods.trainer.{CASES[name][0]}")
    tree = configure(importlib.import_module("config")._C.clone(), name, folder)
    given = batches(name)
    tested = []
    module.calculate_metrics = lambda predictions, labels, config: tested.extend([predictions, labels])
    torch.manual_seed(100)
    trainer = getattr(module, CASES[name][0])(tree, {"train": given})
    seeded = {key: value.clone() for key, value in trainer.model.state_dict().items()}
    fill(trainer.model)
    if not dropout:
        drop_nothing(trainer.model)
    outputs = forward(trainer.model, network_input(name, given[0][0]))
    losses = record_losses(trainer.loss_model if name == "Physnet" else trainer.criterion)
    torch.manual_seed(5)
    trainer.train({"train": given, "valid": given})
    trainer.test({"test": given})
    weights = [torch.load(os.path.join(folder, "models", f"golden_Epoch{epoch}.pth")) for epoch in range(2)]
    return {
        "seeded": seeded, "outputs": outputs, "losses": losses, "best_epoch": trainer.best_epoch, "weights": weights,
        "predictions": flattened(tested[0]), "labels": flattened(tested[1]),
    }  # fmt: skip


def released(folder):
    """{path: outputs} of the PhysNets that come with a checkout."""
    network = importlib.import_module("neural_methods.model.PhysNet").PhysNet_padding_Encoder_Decoder_MAX(frames=FRAMES)
    outputs = {}
    for path in sorted(folder.glob("*.pth")):
        if "physnet" in path.name.lower():
            network.load_state_dict(torch.load(str(path), map_location="cpu"))
            outputs[str(path)] = forward(network, batches("Physnet")[0][0])
    return outputs


def forward(model, clips):
    """The BVP of a network in evaluation mode, as one row."""
    model.eval()
    with torch.no_grad():
        outputs = model(clips)
    return (outputs[0] if isinstance(outputs, tuple) else outputs).flatten()


def flattened(signals):
    return {video: {number: chunk.flatten() for number, chunk in chunks.items()} for video, chunks in signals.items()}


def summary(record):
    """The few numbers of a record that are stored."""
    predictions = torch.cat([chunk for chunks in record["predictions"].values() for chunk in chunks.values()])
    return {
        "outputs": record["outputs"][::9].tolist(),
        "losses": record["losses"],
        "best_epoch": record["best_epoch"],
        "predictions": predictions[::9].tolist(),
        "parameters": {key: " ".join(map(str, value.shape)) for key, value in record["weights"][0].items()},
    }


def collect(checkout, dropout):
    """{MODEL.NAME: record} of a checkout, and of ``"released"`` what :func:`released` gives."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(Path(__file__).resolve()), "--in-checkout", folder, str(int(dropout))]
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", CUDA_VISIBLE_DEVICES="")
        done = subprocess.run(
            command, cwd=str(checkout), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stdout)
        return torch.load(os.path.join(folder, "records.pth"))


def _stand_in(name, path=None, **attributes):
    """Put a module in place of one whose own imports a machine may lack."""
    module = types.ModuleType(name)
    module.__path__ = [path] if path else []
    module.__dict__.update(attributes)
    sys.modules[name] = module


def _in_checkout(folder, dropout):
    root = os.getcwd()
    sys.path.insert(0, root)
    _stand_in("neural_methods.trainer", os.path.join(root, "neural_methods", "trainer"))
    _stand_in("evaluation", os.path.join(root, "evaluation"))
    _stand_in("evaluation.metrics", calculate_metrics=None)
    if importlib.util.find_spec("torchvision") is None:
        _stand_in("torchvision", transforms=None)
    records = {name: toolbox_side(name, os.path.join(folder, name), dropout) for name in CASES}
    records["released"] = released(Path(root, "final_model_release"))
    torch.save(records, os.path.join(folder, "records.pth"))


def main(arguments):
    if arguments[:1] == ["--in-checkout"]:
        _in_checkout(arguments[1], arguments[2] == "1")
        return
    checkout = (arguments or os.environ.get("RPPG_TOOLBOX", "").split(os.pathsep))[0]
    if not checkout:
        raise SystemExit("Name an rPPG-Toolbox checkout, as an argument or in RPPG_TOOLBOX.")
    numbers = {name: summary(record) for name, record in collect(checkout, False).items() if name in CASES}
    GOLDEN.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {GOLDEN}")


if __name__ == "__main__":
    main(sys.argv[1:])
