"""Recordings in, cached clips out.

One file per step: ``readers`` (with ``pure``, ``ubfc_rppg``, ``vipl_hr`` and any class like these) -> ``face_boxes``,
with what ``face_detectors`` finds -> ``normalise`` -> ``clip_cache``. ``preprocess`` drives them, in worker processes,
by the ``settings`` of a config; ``splits`` turns a split of a config into the ``clips`` that a trainer iterates over;
``subjects`` gives their identity labels. File names and numbers are the rPPG-Toolbox's, so that either host reads what
the other preprocessed. Only ``clips``, ``splits`` and MTCNN's networks import torch: without these, worker processes
load NumPy and OpenCV alone.
"""
