"""Which settings and clips each neural baseline takes."""

from ..config.checks import check_clips, check_frame_num
from ..errors import ConfigError
from .frame_attention import SMALLEST_SIDE
from .physnet import PhysNet


def check_physnet(config, splits):
    """PhysNet: clips of ``MODEL.PHYSNET.FRAME_NUM`` frames, a multiple of 4.

    Raises:
        ConfigError: with the key, what it holds, what it may hold.
    """
    frames = config.MODEL.PHYSNET.FRAME_NUM
    if frames < 1 or frames % PhysNet.time_factor:
        raise ConfigError(
            f"MODEL.PHYSNET.FRAME_NUM is {frames}; expected a multiple of {PhysNet.time_factor}, such as 128."
        )
    check_clips(config, splits, data_format="NCDHW", data_types=1, smallest_side=PhysNet.smallest_side)
    check_frame_num(config, splits, "MODEL.PHYSNET.FRAME_NUM", frames)


def check_deepphys(config, splits):
    """DeepPhys: square frames of two data types.

    Raises:
        ConfigError: with the key, what it holds, what it may hold.
    """
    _check_frames(config, splits, data_types=2)


def check_tscan(config, splits):
    """TS-CAN: square frames of two data types, in clips of ``MODEL.TSCAN.FRAME_DEPTH`` frames or more.

    Raises:
        ConfigError: with the key, what it holds, what it may hold.
    """
    _check_frames(config, splits, data_types=2)
    _check_depth(config, splits, "MODEL.TSCAN.FRAME_DEPTH", config.MODEL.TSCAN.FRAME_DEPTH)


def check_efficientphys(config, splits):
    """EfficientPhys: square frames of one data type, in clips of ``MODEL.EFFICIENTPHYS.FRAME_DEPTH`` frames or more.

    Raises:
        ConfigError: with the key, what it holds, what it may hold.
    """
    _check_frames(config, splits, data_types=1)
    _check_depth(config, splits, "MODEL.EFFICIENTPHYS.FRAME_DEPTH", config.MODEL.EFFICIENTPHYS.FRAME_DEPTH)


def _check_frames(config, splits, data_types):
    check_clips(config, splits, data_format="NDCHW", data_types=data_types, smallest_side=SMALLEST_SIDE)
    sizes = {split: config[split].DATA.PREPROCESS.RESIZE for split in splits}
    for split, size in sizes.items():
        if size.W != size.H or size.H != sizes[splits[0]].H:
            raise ConfigError(
                f"{split}.DATA.PREPROCESS.RESIZE is W {size.W}, H {size.H}; {config.MODEL.NAME} takes square frames, "
                f"of one size in all splits. Its dense layer is made for {splits[0]}'s H, {sizes[splits[0]].H}."
            )


def _check_depth(config, splits, key, depth):
    if depth < 1 or config.NUM_OF_GPU_TRAIN < 1:
        raise ConfigError(
            f"{key} is {depth} and NUM_OF_GPU_TRAIN {config.NUM_OF_GPU_TRAIN}; expected 1 or more for both."
        )
    for split in splits:
        length = config[split].DATA.PREPROCESS.CHUNK_LENGTH
        if length < depth * config.NUM_OF_GPU_TRAIN:
            raise ConfigError(
                f"{split}.DATA.PREPROCESS.CHUNK_LENGTH is {length}, and {key} times NUM_OF_GPU_TRAIN is "
                f"{depth * config.NUM_OF_GPU_TRAIN}. A batch is cut to a multiple of that, which would take whole "
                f"clips away: use longer clips."
            )
