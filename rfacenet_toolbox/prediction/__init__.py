"""Heart rate from a face video of one's own, without ground truth.

source -> faces -> estimators -> waveform -> result, a file each. Nothing leaves the machine, and nothing is written
but what is asked for.

>>> result = rfacenet_toolbox.predict("me.mp4", method="pos")                      # doctest: +SKIP
>>> result.heart_rate_bpm, result.quality                                          # doctest: +SKIP
"""

from .frames import Source
from .pipeline import predict, predict_all
from .result import Prediction
from .sources import Camera
from .waveform import Window

__all__ = ["Camera", "Prediction", "Source", "Window", "predict", "predict_all"]
