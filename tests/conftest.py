"""Fixtures that several test files share."""

from support.configs import changed
from support.main_job import copied, finished
from support.plugged import plugged

__all__ = ["changed", "copied", "finished", "plugged"]
