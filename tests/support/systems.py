"""Marks of tests that only some systems can run."""

import os

import pytest

WINDOWS = os.name == "nt"

needs_signals = pytest.mark.skipif(WINDOWS, reason="a process that is ended on Windows gets no signal")
needs_locks = pytest.mark.skipif(WINDOWS, reason="tables and sweeps are refused on Windows, which has no such locks")
needs_modes = pytest.mark.skipif(WINDOWS, reason="Windows has neither permissions of this kind nor links for everyone")
needs_odd_names = pytest.mark.skipif(WINDOWS, reason="Windows has no files of such names")
