"""Recordings as varied as people, rooms and cameras are, to train networks that have to work on real video.

The plain recordings beside this package test a pipeline. These differ in everything in which real face videos differ:
skin tone, strength and place of the pulse, light and its changes, motion and its rhythm, camera and compression. Each
is made hard by one of the :data:`CONDITIONS`, so that errors can be told apart by condition.
"""

from .camera import compressed, write_compressed
from .conditions import CONDITIONS, Traits, subject_tone, traits
from .courses import Course
from .graded import laboratory_traits, webcam_traits
from .render import frames
from .skin import TONES

__all__ = [
    "CONDITIONS",
    "TONES",
    "Course",
    "Traits",
    "compressed",
    "frames",
    "laboratory_traits",
    "subject_tone",
    "traits",
    "webcam_traits",
    "write_compressed",
]
