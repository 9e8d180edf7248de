"""AutoHR: Z. Yu, X. Li, X. Niu, J. Shi, G. Zhao, "AutoHR: A Strong End-to-End Baseline for Remote Heart Rate
Measurement with Neural Searching", IEEE Signal Processing Letters 27, 2020; with a cell that stands for the one it
found."""

from .network import AutoHR

__all__ = ["AutoHR"]
