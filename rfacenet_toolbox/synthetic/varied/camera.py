"""A camera: exposure and white balance, tone curve, noise and eight bits, frames that it misses, and compression."""

from fractions import Fraction

import cv2
import numpy as np

_STEPS = 4096
_CURVE = (255 * np.linspace(0, 1, _STEPS) ** (1 / 2.2)).astype(np.float32)
_NOISE_POOL = 1 << 22
#: mean linear light that cameras aim at
_USUAL_LIGHT = 0.2
#: compression by quality 0 (best) to 10 (worst): constant rate factor of H.264, quality of MJPEG
_CRF = np.linspace(12, 34, 11)
_JPEG = np.linspace(97, 45, 11)


class Sensor:
    """Turns linear light into 8-bit frames with the exposure and noise of ``traits``."""

    def __init__(self, traits, size, rng):
        self._rng = rng
        self._exposure = np.float32(traits.exposure * _STEPS)
        self._adapts, self._level = traits.adapts, None
        pool = rng.standard_normal(_NOISE_POOL // size[0] * size[0], dtype=np.float32)
        if traits.grain > 1:
            pool = cv2.GaussianBlur(pool.reshape(-1, size[0]), (0, 0), traits.grain / 2)
        self._pool = (pool * (traits.noise / pool.std())).astype(np.float32).ravel()

    def expose(self, light, gain):
        """(H, W, 3) linear light -> (H, W, 3) uint8."""
        gain = gain * self._adapted(light)
        level = np.minimum(light * (self._exposure * np.float32(gain)), _STEPS - 1)
        picture = _CURVE[level.astype(np.uint16)]
        start = int(self._rng.integers(self._pool.size - picture.size))
        noise = self._pool[start : start + picture.size].reshape(picture.shape)
        return cv2.add(picture, noise, dtype=cv2.CV_8U)

    def _adapted(self, light):
        """The gain of an exposure that follows the picture's brightness within about half a second."""
        bright = float(np.mean(light[::8, ::8])) + 1e-3
        if self._level is None:
            self._first = self._level = bright
        self._level += 0.1 * (bright - self._level)
        # at first, a camera is set for the scene; later it follows what changes in it
        usual = np.clip(_USUAL_LIGHT / self._first, 0.3, 2.5) ** (0.8 * self._adapts)
        return usual * (self._first / self._level) ** self._adapts


def taken(traits, count, fps, rng):
    """Numbers of the frames that the camera really takes, increasing; the first and the last are among them."""
    step = max(1.0, fps / traits.camera_hz) if traits.camera_hz else 1.0
    moments = np.arange(0, count, step)
    if traits.camera_hz:
        moments = moments + rng.uniform(-0.3, 0.3, len(moments))
    kept = np.clip(np.rint(moments), 0, count - 1).astype(int)
    kept = kept[rng.uniform(0, 1, len(kept)) >= traits.dropped]
    return np.unique(np.concatenate([[0], kept, [count - 1]]))


def filled(picture, taken, blends):
    """Yield frame after frame: ``picture(t)`` for those taken, and between them mixtures of both, or the earlier."""
    earlier = picture(int(taken[0]))
    yield earlier
    for last, number in zip(taken[:-1], taken[1:]):
        later = picture(int(number))
        for t in range(last + 1, number):
            share = (t - last) / (number - last)
            yield cv2.addWeighted(earlier, 1 - share, later, share, 0) if blends else earlier
        yield later
        earlier = later


def compressed(frames, traits):
    """Yield the frames (H, W, 3) uint8 RGB as JPEG leaves them, for data sets that store a webcam's single pictures."""
    yield from _as_jpeg(frames, traits.quality)


def _as_jpeg(frames, quality):
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(round(_JPEG[quality]))]
    for frame in frames:
        code = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), quality)[1]
        yield cv2.cvtColor(cv2.imdecode(code, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def write_compressed(path, frames, fps, traits):
    """Write frames as H.264 or MJPEG with 4:2:0 chroma, as phones and webcams do."""
    import av

    if traits.twice and traits.codec != "mjpeg":
        frames = _as_jpeg(frames, min(10, traits.quality + 2))
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
