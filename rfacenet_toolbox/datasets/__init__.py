"""Recordings in, cached clips out: the standalone host's data side.

A step a file: ``readers`` (with ``pure`` and ``ubfc_rppg``) -> ``face`` -> ``normalise`` -> ``cache``, driven by
``preprocess`` (in processes of the package's ``pool``) from the ``settings`` in a config; ``prepare`` turns a split of
a config into the ``clips`` that a trainer iterates. File names and numbers are the rPPG-Toolbox's, so that either host
reads what the other preprocessed. Only ``clips`` and ``prepare`` import torch: worker processes load numpy and OpenCV
alone.
"""
