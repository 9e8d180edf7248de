"""``MODEL.RFACENET``: every setting that rFaceNet adds to the toolbox's configuration; and how such nodes are added."""

import copy

from yacs.config import CfgNode

from ..datasets.own_settings import NODES
from ..errors import ConfigError
from ..methods import registry


def rfacenet_node():
    """A fresh node with the defaults. Both hosts merge YAML files into it, and unknown keys are errors in both."""
    node = CfgNode()
    # Network (paper sections 3.1-3.3, Table 3)
    node.FRAME_NUM = 128  # T; the clips' CHUNK_LENGTH
    node.FUSION = "stage3"  # none, stage1, stage2, stage3
    node.IDENTITY = "tcu"  # tcu, noise, none
    node.FUSION_INIT = [1.0, 1.0]  # where alpha and beta of Eq. 2 start
    node.TCU_STEPS = 1  # time steps that the TCU keeps
    node.TCU_UPSCALE = 2  # 1, 2: by how much its image is enlarged
    node.CTFC_CONV = "full"  # full, scalar: what the CTFC's convolutions learn
    node.NORM = "batch"  # batch, instance, time: how the 3D branch normalises
    node.NOISE_SEED = 0  # of the one noise map that IDENTITY: noise is evaluated with

    # Loss (paper section 3.4)
    node.LOSS = CfgNode()
    node.LOSS.TASKS = ["bvp", "heart_rate", "identity"]  # the terms of Eq. 4 that take part
    node.LOSS.HEART_RATE_UNIT = "hz"  # hz, bpm
    node.LOSS.HEART_RATE_TERM = "squared_error"  # squared_error, expected_squared_error, cross_entropy
    node.LOSS.HEART_RATE_TARGET = "label"  # label, recorded: the true heart rate of a clip, by Eq. 3 or as it came
    node.LOSS.SHARPNESS = [8.0, 8.0]  # exponent of the powers in that term, in the first epoch and in the last
    node.LOSS.HEART_RATE_GRADIENT_CAP = 0.0  # longest gradient of that term at the BVP, as a multiple of the BVP term's
    node.LOSS.BVP_ERROR = "z_scored"  # z_scored, raw
    node.LOSS.SIGMA_INIT = [1.0, 1.0, 1.0]
    node.LOSS.SIGMA_UPDATE = "learned"  # learned, running_mean
    node.LOSS.SIGMA_FLOOR = 0.0  # sigma_2^2 is at least so many times its term
    node.LOSS.SIGMA_HOLD = 0.0  # sigma_2 and sigma_3 keep their start until the BVP term is below this

    # Data
    node.RESAMPLE = False  # bring recordings of another frame rate to FS; standalone, where preprocessing is ours

    # Training. OPTIMIZER holds for every method that this package trains.
    node.OPTIMIZER = CfgNode()
    node.OPTIMIZER.NAME = "Adam"  # Adam, Adadelta
    node.OPTIMIZER.SCHEDULER = "OneCycleLR"  # OneCycleLR, constant
    node.OPTIMIZER.WEIGHT_DECAY = 0.0  # a penalty on the squares of all parameters
    node.OPTIMIZER.HALVE_AFTER = []  # numbers of epochs after which a constant rate is halved
    node.OPTIMIZER.LARGEST_GRADIENT = 0.0  # length to which the gradient of all parameters is cut; 0 for none
    node.AUGMENT = CfgNode()  # of the training clips; off as it stands here
    node.AUGMENT.RANDOM_START = False  # clips begin anywhere in their recording
    node.AUGMENT.SPEED = [1.0, 1.0]  # heart rates are multiplied by a factor of this range
    node.AUGMENT.HALVE_OR_DOUBLE = 0.0  # probability that a heart rate above 88 bpm is halved, or a lower one doubled
    node.AUGMENT.FLIP = 0.0  # probability of a mirrored clip
    node.AUGMENT.ZOOM = 0.0  # frames are enlarged by up to this share, and cut to their size anywhere
    node.AUGMENT.SHIFT = 0.0  # frames are shifted by up to this share of their size
    node.AUGMENT.BRIGHTNESS = 0.0  # largest shift, in standard deviations of the clip
    node.AUGMENT.CONTRAST = 0.0  # contrast is multiplied or divided by up to 1 plus this
    node.AUGMENT.NOISE = 0.0  # Gaussian noise, in standard deviations of the clip
    node.AUGMENT.ERASE = 0.0  # probability that a box in space and time is erased
    node.INIT = ""  # weights to start from: a .safetensors or .pth file, or "package"; a PhysNet's start the 3D branch
    node.IDENTITY_HOLDOUT = False  # hold back one clip in five of each training subject, to score identity on it
    node.EXPORT_IDENTITY_HEAD = False  # keep the identity classifier in the weights files
    node.RESUME = "auto"  # auto: go on where an interrupted run of this config stopped; never; or a state file

    # Testing, of every method that takes whole clips
    node.TEST = CfgNode()
    node.TEST.CLIPS = "as_trained"  # as_trained, segments, joined: whether test clips may be longer than FRAME_NUM
    node.TEST.SEGMENT_S = 8.0  # length of the segments
    node.TEST.CONTEXT = 0  # frames that the network sees at either side of a test clip, of the same recording

    # How it runs. None of these may change a result beyond rounding, but SEED.
    node.RUNTIME = CfgNode()
    node.RUNTIME.PRECISION = "fp32"  # fp32, bf16
    node.RUNTIME.CHANNELS_LAST = False
    node.RUNTIME.FUSED_OPTIMIZER = False
    node.RUNTIME.COMPILE = False  # torch.compile
    node.RUNTIME.KEEP_MEMORY = True  # keep freed memory on the CPU for the next step; glibc only
    node.RUNTIME.WORKERS = -1  # loader processes; -1 is the toolbox's 16, but no more than there are cores
    node.RUNTIME.KEEP_WORKERS = True  # between epochs
    node.RUNTIME.BUILT_IN_MODELS = False  # in a checkout, the three above hold for the toolbox's models, too
    node.RUNTIME.TENSORBOARD = False  # write the epoch log as TensorBoard scalars, too
    node.RUNTIME.SEED = 100  # 100 is the toolbox's own
    return node


def add_settings(tree):
    """Add ``MODEL.RFACENET``, and the nodes of registered methods and of data sets, to a tree with the toolbox's keys.

    Raises:
        ConfigError: the toolbox has a node of such a name, with other settings.
    """
    if "RFACENET" not in tree.MODEL:
        tree.MODEL.RFACENET = rfacenet_node()
    for name, defaults in registry.added_nodes().items():
        if name in tree.MODEL and set(tree.MODEL[name]) != set(defaults):
            raise ConfigError(
                f"a registered method brings settings MODEL.{name} with {', '.join(defaults)}, and there is a MODEL."
                f"{name} with {', '.join(tree.MODEL[name])} already. Register the method with a node of another name."
            )
        if name not in tree.MODEL:
            tree.MODEL[name] = CfgNode(copy.deepcopy(defaults))
    for node, defaults in NODES.items():
        for split in ("TRAIN", "VALID", "TEST", "UNSUPERVISED"):
            if split in tree and node not in tree[split].DATA:
                tree[split].DATA[node] = CfgNode(copy.deepcopy(defaults))
