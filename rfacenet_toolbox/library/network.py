"""rFaceNet with its files: a folder with ``config.json`` and ``model.safetensors``, as model hubs have them."""

import inspect
import json
import operator
import os
from typing import Any, Dict, Union

from ..errors import CheckpointError, ConfigError, OutputError
from ..methods import rfacenet
from ..runtime.files import write_text
from ..runtime.json_files import read_json

CONFIG_FILE, WEIGHTS_FILE = "config.json", "model.safetensors"
_MODEL_TYPE = "rfacenet"
_SIGNATURE = inspect.signature(rfacenet.RFaceNet.__init__)
#: settings of the network -> what a weights file calls them; where training starts is not in it
_STATED = {
    "frames": "frames", "fusion": "fusion", "contours": "identity", "tcu_steps": "tcu_steps",
    "noise_seed": "noise_seed", "tcu_upscale": "tcu_upscale", "ctfc_conv": "ctfc_conv", "norm": "norm",
}  # fmt: skip

#: what ``clips`` may say
_CLIPS = ("size", "fs_hz", "data_type", "label_type")

AnyPath = Union[str, "os.PathLike[str]"]


class RFaceNet(rfacenet.RFaceNet):
    """The network of :class:`rfacenet_toolbox.methods.rfacenet.RFaceNet`, which can be saved and loaded.

    >>> import rfacenet_toolbox
    >>> model = rfacenet_toolbox.RFaceNet.from_pretrained("package")
    >>> model.frames, model.clips["size"], model.clips["data_type"]
    (128, 36, 'DiffNormalized')

    Attributes:
        clips: how the clips were made that it was trained on, where a file says so: ``size`` in pixels, ``fs_hz``,
            ``data_type``, ``label_type``; else empty.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        given = _SIGNATURE.bind(self, **settings)
        given.apply_defaults()
        stated = {name: given.arguments[name] for name in _STATED}
        self._settings = {
            name: operator.index(value) if hasattr(value, "__index__") else value for name, value in stated.items()
        }
        self.clips: Dict[str, Any] = {}

    @classmethod
    def from_pretrained(cls, source: AnyPath = "package") -> "RFaceNet":
        """A trained network without its identity classifier, in evaluation mode.

        Args:
            source: a folder that :meth:`save_pretrained` wrote (one that a model hub's client has downloaded, too); a
                ``.safetensors`` or ``.pth`` file; or ``"package"`` for the weights that the package ships. Nothing is
                downloaded.

        Raises:
            CheckpointError: it is missing, damaged, or of another network.
        """
        from ..training import inference, state_dicts, weights_metadata

        path = os.fsdecode(source)
        stated = _config_of(path) if os.path.isdir(path) else {}
        file = inference.read(_MODEL_TYPE, os.path.join(path, WEIGHTS_FILE) if os.path.isdir(path) else path)
        file = file._replace(metadata={**file.metadata, **stated})
        settings, weights = inference.rfacenet_parts(file)
        network = cls(subjects=0, **settings)
        state_dicts.fit(network, weights, file.path)
        clips = weights_metadata.clip_settings(file.path, file.metadata)
        network.clips = {
            "size": clips.size, "fs_hz": clips.fs_hz, "data_type": ",".join(clips.data_types),
            "label_type": file.metadata.get("label_type", "DiffNormalized"),
        }  # fmt: skip
        network.eval()
        return network

    def save_pretrained(self, folder: AnyPath) -> None:
        """Write ``config.json`` and ``model.safetensors``, each whole or not at all, without the identity classifier.

        ``rfacenet predict --weights FOLDER/model.safetensors`` takes the latter.

        Raises:
            ConfigError: ``clips`` says what no clips can be.
            OutputError: the folder cannot be made or written to.
        """
        from .. import __version__
        from ..methods.rfacenet.network import IDENTITY_CLASSIFIER
        from ..training import weights_files

        folder = os.fsdecode(folder)
        content = {_STATED[name]: value for name, value in self._settings.items()}
        _check_clips(self.clips, content["frames"])
        content.update({**self.clips, "method": _MODEL_TYPE, "version": __version__})
        weights = {name: one for name, one in self.state_dict().items() if not name.startswith(IDENTITY_CLASSIFIER)}
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{folder} cannot be made a folder to write to ({error.strerror}). Name another."
            ) from error
        stated = {name: str(value) for name, value in content.items()}
        weights_files.write_safetensors(os.path.join(folder, WEIGHTS_FILE), weights, stated)
        write_text(
            os.path.join(folder, CONFIG_FILE), json.dumps({"model_type": _MODEL_TYPE, **content}, indent=1) + "\n"
        )


RFaceNet.__init__.__signature__ = _SIGNATURE  # type: ignore[attr-defined]


def _check_clips(clips: Dict[str, Any], frames: int) -> None:
    """Refuse to save what could not be loaded."""
    from ..training import weights_metadata

    unknown = sorted(set(clips) - set(_CLIPS))
    if unknown:
        raise ConfigError(f"clips has {', '.join(map(repr, unknown))}; expected {', '.join(_CLIPS)}.")
    stated = {**clips, "frames": frames}
    texts = {**weights_metadata.DEFAULTS[_MODEL_TYPE], **{name: str(value) for name, value in stated.items()}}
    try:
        weights_metadata.clip_settings("clips", texts)
    except CheckpointError as error:
        raise ConfigError(str(error).replace(weights_metadata.EXPORT_AGAIN, "Correct it.")) from error


def _config_of(folder: str) -> Dict[str, str]:
    """What ``config.json`` states, as a weights file would."""
    path = os.path.join(folder, CONFIG_FILE)
    try:
        content = read_json(path)
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path} cannot be read ({error}). Expected the folder that save_pretrained wrote, with {CONFIG_FILE} and "
            f"{WEIGHTS_FILE}; name it, or a weights file."
        ) from error
    if not isinstance(content, dict) or content.get("model_type") != _MODEL_TYPE:
        raise CheckpointError(f"{path} is of another model; expected the model_type {_MODEL_TYPE!r}.")
    return {name: str(value) for name, value in content.items() if name != "model_type"}
