"""A box in a picture."""

from typing import NamedTuple


class Box(NamedTuple):
    """A box in pixels of the frame, also in fractions of them; it may reach beyond the frame."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self):
        """(x, y)."""
        return self.x + self.width / 2, self.y + self.height / 2

    def scaled(self, across, down=None):
        """The box with its width times ``across`` and its height times ``down``, around the same middle."""
        x, y = self.middle
        width, height = self.width * across, self.height * (across if down is None else down)
        return Box(x - width / 2, y - height / 2, width, height)

    def moved(self, right, down):
        """The box so many pixels farther to the right and down."""
        return self._replace(x=self.x + right, y=self.y + down)

    def overlap(self, other):
        """Intersection over union, 0 to 1."""
        shared = self._shared(other)
        return shared / (self.width * self.height + other.width * other.height - shared)

    def covers(self, other):
        """The intersection as a share of the smaller box, 0 to 1."""
        return self._shared(other) / min(self.width * self.height, other.width * other.height)

    def _shared(self, other):
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, width) * max(0.0, height)

    def inside(self, image):
        """The part of ``image`` (H, W, ...) inside the box, at least a pixel of it: ``(left, top, right, bottom)``."""
        height, width = image.shape[:2]
        left, top = min(max(int(round(self.x)), 0), width - 1), min(max(int(round(self.y)), 0), height - 1)
        right, bottom = int(round(self.x + self.width)), int(round(self.y + self.height))
        return left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height)

    def cut(self, image):
        """The part of ``image`` (H, W, ...) inside the box, at least one pixel of it."""
        left, top, right, bottom = self.inside(image)
        return image[top:bottom, left:right]


def searched(image, near):
    """``(left, top, part)``: the part of an image around a box, or all of it."""
    if near is None:
        return 0, 0, image
    area = near.scaled(2.0)
    return max(0, int(round(area.x))), max(0, int(round(area.y))), area.cut(image)
