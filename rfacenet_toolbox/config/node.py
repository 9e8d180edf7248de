"""``MODEL.RFACENET``: every setting that rFaceNet adds to the toolbox's configuration."""

import math

from yacs.config import CfgNode

from ..errors import ConfigError, ShapeError
from .checks import check_clips, check_frame_num


def rfacenet_node():
    """A fresh node with the defaults. Both hosts merge YAML files into it, and unknown keys are errors in both."""
    node = CfgNode()
    # Network (paper sections 3.1-3.3, Table 3)
    node.FRAME_NUM = 128  # T; the clips' CHUNK_LENGTH
    node.FUSION = "stage3"  # none, stage1, stage2, stage3
    node.IDENTITY = "tcu"  # tcu, noise, none
    node.FUSION_INIT = [1.0, 1.0]  # where alpha and beta of Eq. 2 start
    node.TCU_STEPS = 1  # time steps that the TCU keeps
    node.NOISE_SEED = 0  # of the one noise map that IDENTITY: noise is evaluated with

    # Loss (paper section 3.4)
    node.LOSS = CfgNode()
    node.LOSS.TASKS = ["bvp", "heart_rate", "identity"]  # the terms of Eq. 4 that take part
    node.LOSS.HEART_RATE_UNIT = "hz"  # hz, bpm
    node.LOSS.SIGMA_INIT = [1.0, 1.0, 1.0]

    # Training
    node.INIT = ""  # weights to start from: a .safetensors or .pth file, or "package"; a PhysNet's start the 3D branch
    node.IDENTITY_HOLDOUT = False  # hold back one clip in five of each training subject, to score identity on it
    node.EXPORT_IDENTITY_HEAD = False  # keep the classifier of people in the weights files
    node.RESUME = "auto"  # auto: go on where an interrupted run of this config stopped; never; or a state file

    # How it runs. None of these may change a result beyond rounding, but SEED.
    node.RUNTIME = CfgNode()
    node.RUNTIME.PRECISION = "fp32"  # fp32, bf16
    node.RUNTIME.CHANNELS_LAST = False
    node.RUNTIME.FUSED_OPTIMIZER = False
    node.RUNTIME.COMPILE = False  # torch.compile
    node.RUNTIME.KEEP_MEMORY = True  # keep freed memory on the CPU for the next step; glibc only
    node.RUNTIME.WORKERS = -1  # loader processes; -1 is the toolbox's 16, but no more than there are cores
    node.RUNTIME.KEEP_WORKERS = True  # between epochs
    node.RUNTIME.BUILT_IN_MODELS = False  # in a checkout: the three above hold for the toolbox's own models too
    node.RUNTIME.SEED = 100  # 100 is the toolbox's own
    return node


def check_rfacenet(config, splits):
    """Refuse settings and clips that rFaceNet cannot have.

    Raises:
        ConfigError: with the key, what it holds, what it may hold.
    """
    import torch

    from ..methods.rfacenet import MultiTaskLoss, RFaceNet, heart_rate_bpm

    node = config.MODEL.RFACENET
    _check_fusion_init(node.FUSION_INIT)
    try:
        with torch.random.fork_rng(devices=[]):  # in a checkout the generator is seeded before this
            RFaceNet(node.FRAME_NUM, 1, node.FUSION, node.IDENTITY, tcu_steps=node.TCU_STEPS)
        MultiTaskLoss(
            30, heart_rate_unit=node.LOSS.HEART_RATE_UNIT, sigma_init=node.LOSS.SIGMA_INIT, tasks=node.LOSS.TASKS
        )
    except ShapeError as error:
        raise ConfigError(f"MODEL.RFACENET: {error}") from error
    if "TRAIN" in splits and "heart_rate" in node.LOSS.TASKS:
        try:
            heart_rate_bpm(torch.zeros(node.FRAME_NUM), config.TRAIN.DATA.FS)
        except ShapeError as error:
            raise ConfigError(
                f"MODEL.RFACENET.FRAME_NUM is {node.FRAME_NUM}, too few for the heart_rate term of MODEL.RFACENET.LOSS."
                f"TASKS: {error}"
            ) from error
    check_clips(config, splits, data_format="NCDHW", data_types=1, smallest_side=16)
    check_frame_num(config, splits, "MODEL.RFACENET.FRAME_NUM", node.FRAME_NUM)


def _check_fusion_init(init):
    if len(init) != 2 or not all(isinstance(value, (int, float)) and math.isfinite(value) for value in init):
        raise ConfigError(
            f"MODEL.RFACENET.FUSION_INIT is {init}; expected two numbers, where alpha (of the identity map) and beta "
            f"(of the rPPG map) of Eq. 2 start."
        )
