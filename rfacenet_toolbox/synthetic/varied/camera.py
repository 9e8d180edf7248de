"""A camera: exposure and white balance, tone curve, noise and eight bits, and the compression of what it records."""

import cv2
import numpy as np

from ...errors import ConfigError

_STEPS = 4096
_CURVE = (255 * np.linspace(0, 1, _STEPS) ** (1 / 2.2)).astype(np.float32)
_NOISE_POOL = 1 << 22
#: compression by quality 0 (best) to 10 (worst): constant rate factor of H.264, quality of MJPEG
_CRF = np.linspace(12, 34, 11)
_JPEG = np.linspace(97, 45, 11)


class Sensor:
    """Turns linear light into 8-bit frames with the exposure and noise of ``traits``."""

    def __init__(self, traits, size, rng):
        self._rng = rng
        self._exposure = np.float32(traits.exposure * _STEPS)
        pool = rng.standard_normal(_NOISE_POOL // size[0] * size[0], dtype=np.float32)
        if traits.grain > 1:
            pool = cv2.GaussianBlur(pool.reshape(-1, size[0]), (0, 0), traits.grain / 2)
        self._pool = (pool * (traits.noise / pool.std())).astype(np.float32).ravel()

    def expose(self, light, gain):
        """(H, W, 3) linear light -> (H, W, 3) uint8."""
        level = np.minimum(light * (self._exposure * np.float32(gain)), _STEPS - 1)
        picture = _CURVE[level.astype(np.uint16)]
        start = int(self._rng.integers(self._pool.size - picture.size))
        noise = self._pool[start : start + picture.size].reshape(picture.shape)
        return cv2.add(picture, noise, dtype=cv2.CV_8U)


def compressed(frames, traits):
    """Yield the frames (H, W, 3) uint8 RGB as JPEG leaves them, for data sets that store a webcam's single pictures."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(round(_JPEG[traits.quality]))]
    for frame in frames:
        code = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), quality)[1]
        yield cv2.cvtColor(cv2.imdecode(code, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def write_compressed(path, frames, fps, traits):
    """Write frames as H.264 or MJPEG with 4:2:0 chroma, as phones and webcams do.

    Raises:
        ConfigError: PyAV, which brings the encoders, is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise ConfigError(
            "varied recordings are compressed as real ones are, for which PyAV is needed, and it is not installed. "
            "Run pip install 'rfacenet-toolbox[weights]'."
        ) from error
    from fractions import Fraction

    with av.open(str(path), "w", format="avi") as container:
        stream = None
        for frame in frames:
            if stream is None:
                stream = _stream(container, traits, Fraction(fps).limit_denominator(1000), frame.shape)
            for packet in stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def _stream(container, traits, rate, shape):
    if traits.codec == "mjpeg":
        stream = container.add_stream("mjpeg", rate=rate)
        stream.pix_fmt = "yuvj420p"
        # FFmpeg's scale for MJPEG is 2 (best) to 31
        scale = str(int(round(2 + (100 - _JPEG[traits.quality]) / 55 * 10)))
        stream.options = {"qmin": scale, "qmax": scale}
    else:
        stream = container.add_stream("libx264", rate=rate)
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": f"{_CRF[traits.quality]:.0f}", "preset": "veryfast", "threads": "1"}
    stream.height, stream.width = shape[:2]
    return stream
