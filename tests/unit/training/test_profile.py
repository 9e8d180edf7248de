"""What a model costs, against PyTorch's own counters and against sums by hand."""

import json
from types import SimpleNamespace

import pytest
import torch
from support.configs import resized, write
from torch import nn

from rfacenet_toolbox import cli
from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.methods.frame_attention import TSCAN, DeepPhys, EfficientPhys
from rfacenet_toolbox.methods.physnet import PhysNet
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.training import profile

FRAMES, SIDE = 20, 24
DEPTH = 10  # of TS-CAN's and EfficientPhys's segments
#: MODEL.NAME -> its node of settings, DATA_FORMAT and DATA_TYPE
SETTINGS = {
    "rFaceNet": ({"RFACENET.FRAME_NUM": FRAMES}, "NCDHW", ["DiffNormalized"]),
    "Physnet": ({"PHYSNET.FRAME_NUM": FRAMES}, "NCDHW", ["DiffNormalized"]),
    "DeepPhys": ({}, "NDCHW", ["DiffNormalized", "Standardized"]),
    "Tscan": ({"TSCAN.FRAME_DEPTH": DEPTH}, "NDCHW", ["DiffNormalized", "Standardized"]),
    "EfficientPhys": ({"EFFICIENTPHYS.FRAME_DEPTH": DEPTH}, "NDCHW", ["Standardized"]),
}
#: MODEL.NAME -> the network, and the shape of what it takes for one clip
NETWORKS = {
    "rFaceNet": (lambda: RFaceNet(frames=FRAMES, subjects=0), (1, 3, FRAMES, SIDE, SIDE)),
    "Physnet": (lambda: PhysNet(FRAMES), (1, 3, FRAMES, SIDE, SIDE)),
    "DeepPhys": (lambda: DeepPhys(SIDE), (FRAMES, 6, SIDE, SIDE)),
    "Tscan": (lambda: TSCAN(SIDE, DEPTH), (FRAMES, 6, SIDE, SIDE)),
    "EfficientPhys": (lambda: EfficientPhys(SIDE, DEPTH), (FRAMES + 1, 3, SIDE, SIDE)),
}


def cost_of(path, *settings, **more):
    return profile.of_config_files([path], *settings, **more)[0]


def write_config(folder, name="rFaceNet", frames=FRAMES):
    settings, data_format, data_types = SETTINGS[name]
    preprocess = {"DATA_TYPE": data_types, "LABEL_TYPE": "DiffNormalized", "CHUNK_LENGTH": frames}
    data = {"DATA_FORMAT": data_format, "PREPROCESS": preprocess, **resized(SIDE, SIDE)}
    general = {"TOOLBOX_MODE": "train_and_test", "DEVICE": "cpu", "MODEL.NAME": name}
    return write(folder / f"{name}.yaml", general, {"MODEL": settings, "TEST.DATA": data})


@pytest.fixture
def config(tmp_path):
    return write_config(tmp_path)


def convolutions_by_hand(model, clip):
    """Multiply-accumulates of all convolutions and linear layers, from the sizes of their weights and outputs."""
    total = 0

    def add(module, inputs, output):
        nonlocal total
        each = output if not isinstance(module, nn.ConvTranspose3d) else inputs[0]
        spread = module.weight[0].numel()
        total += each.numel() * spread

    kinds = (nn.Conv2d, nn.Conv3d, nn.ConvTranspose3d, nn.Linear)
    handles = [module.register_forward_hook(add) for module in model.modules() if isinstance(module, kinds)]
    with torch.no_grad():
        model(clip)
    for handle in handles:
        handle.remove()
    return total


@pytest.mark.parametrize("fusion, identity", [("none", "none"), ("stage1", "tcu"), ("stage3", "tcu")])
def test_operations_are_half_of_what_pytorch_counts_and_all_convolutions(fusion, identity):
    flop_counter = pytest.importorskip("torch.utils.flop_counter")
    model = RFaceNet(frames=FRAMES, subjects=0, fusion=fusion, contours=identity).eval()
    clip = torch.randn(1, 3, FRAMES, SIDE, SIDE)
    with torch.no_grad():
        macs = profile.multiply_accumulates(lambda: model(clip))
        with flop_counter.FlopCounterMode(display=False) as counter:
            model(clip)
    assert 2 * macs == counter.get_total_flops()
    assert macs == convolutions_by_hand(model, clip)


@pytest.mark.parametrize("name", SETTINGS)
def test_parameters_and_operations_of_each_model_are_pytorchs_own_count(tmp_path, name):
    flop_counter = pytest.importorskip("torch.utils.flop_counter")
    cost = cost_of(write_config(tmp_path, name), repeats=1)
    make, shape = NETWORKS[name]
    network, clip = make().eval(), torch.randn(shape)
    with torch.no_grad(), flop_counter.FlopCounterMode(display=False) as counter:
        network(clip)
    assert cost.model == name and cost.frames == FRAMES
    assert cost.parameters == torch.nn.utils.parameters_to_vector(network.parameters()).numel()
    assert 2 * cost.macs == counter.get_total_flops()
    assert cost.macs == convolutions_by_hand(network, clip)


@pytest.mark.parametrize("name, used", [("DeepPhys", FRAMES + 5), ("Tscan", FRAMES), ("EfficientPhys", FRAMES)])
def test_frames_that_fill_no_segment_cost_nothing(tmp_path, name, used):
    pytest.importorskip("torch.utils.flop_counter")
    macs, longer = (cost_of(write_config(tmp_path, name, frames), repeats=1).macs for frames in (FRAMES, FRAMES + 5))
    assert longer * FRAMES == macs * used


def test_the_costs_of_a_config(config):
    cost = cost_of(config, repeats=3)
    assert cost.clip_shape == (3, FRAMES, SIDE, SIDE) and cost.frames == FRAMES
    assert 0 < cost.quartiles_s[0] <= cost.median_s <= cost.quartiles_s[1]
    # the first convolution's output and its normalised copy are there at one time; some kernels take buffers besides
    largest = 2 * 4 * 16 * FRAMES * SIDE * SIDE
    assert 4 * cost.parameters + largest < cost.peak_bytes < 4 * cost.parameters + 10 * largest


def test_peak_memory_is_that_of_the_tensors_alive_at_one_time():
    def two_at_a_time():
        first = torch.zeros(1000, 1000)
        second = first + 1
        del first
        return second * 2

    assert profile.peak_bytes_of(two_at_a_time, torch.device("cpu")) == pytest.approx(8e6, rel=0.01)


@pytest.mark.parametrize(
    "data_format, types, shape",
    [
        ("NCDHW", ["Raw"], (3, 180, 40, 72)),
        ("NDCHW", ["DiffNormalized", "Standardized"], (180, 6, 40, 72)),
        ("NDHWC", ["Raw"], (180, 40, 72, 3)),
    ],
)
def test_the_clip_is_shaped_as_the_loaders_shape_it(data_format, types, shape):
    data = toolbox_tree().TEST.DATA
    data.DATA_FORMAT, data.PREPROCESS.DATA_TYPE = data_format, types
    data.PREPROCESS.RESIZE.H, data.PREPROCESS.RESIZE.W = 40, 72
    assert profile.clip_shape(data) == shape
    data.PREPROCESS.DO_CHUNK = False
    with pytest.raises(ConfigError, match="DO_CHUNK is False"):
        profile.clip_shape(data)
    data.DATA_FORMAT = "NCHW"
    with pytest.raises(ConfigError, match="DATA_FORMAT is 'NCHW'"):
        profile.clip_shape(data)


def test_the_command_prints_a_table_or_json(config, capsys):
    assert cli.main(["profile", str(config), str(config), "--repeats", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["model", "clip"]
    assert all(f"3x{FRAMES}x{SIDE}x{SIDE}" in line and "MiB" in line for line in lines[1:3])
    assert lines[3].startswith("One clip at a time on cpu")
    assert cli.main(["profile", str(config), "--repeats", "2", "--json"]) == 0
    (cost,) = json.loads(capsys.readouterr().out)
    assert cost["model"] == "rFaceNet" and cost["repeats"] == 2 and cost["clip_shape"] == [3, FRAMES, SIDE, SIDE]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"repeats": 0}, "repeats is 0; expected 1 or more"),
        ({"name": "rFacenet"}, "Did you mean 'rFaceNet'"),
        ({"device": "gpu"}, "--device is 'gpu'; expected cpu"),
        ({"device": ""}, "--device is ''; expected cpu"),
        ({"device": "meta"}, "--device is 'meta'; expected cpu"),
        ({"device": "cpu:5"}, "--device is 'cpu:5'; expected cpu"),
        ({"device": "cuda:99"}, "--device is 'cuda:99', and this machine has .* CUDA device"),
    ],
)
def test_what_cannot_be_profiled_is_said(config, changes, message):
    wanted = SimpleNamespace(**{"repeats": 1, "name": "rFaceNet", "device": None, **changes})
    config.write_text(config.read_text().replace("NAME: rFaceNet", f"NAME: {wanted.name}"))
    with pytest.raises(ConfigError, match=message):
        cost_of(config, wanted.repeats, wanted.device)
