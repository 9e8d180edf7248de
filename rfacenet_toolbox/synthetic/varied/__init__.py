"""Recordings as varied as people, rooms and cameras are: what a network is trained on that has to work on real video.

The plain recordings beside this package test a pipeline. These differ in everything that a real face video differs in:
skin tone, strength and place of the pulse, light and its changes, motion and its rhythm, camera and compression. Each
has one :data:`CONDITIONS` entry that is hard about it, so that errors can be told apart by condition.
"""

from .camera import write_compressed
from .conditions import CONDITIONS, Course, Traits, traits
from .render import frames
from .skin import TONES

__all__ = ["CONDITIONS", "TONES", "Course", "Traits", "frames", "traits", "write_compressed"]
