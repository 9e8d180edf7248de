"""Fixtures that several test files share."""

from configs import changed
from main_job import copied, finished
from plugged import plugged

__all__ = ["changed", "copied", "finished", "plugged"]
