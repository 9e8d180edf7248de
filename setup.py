"""Packaging. Ranges are wide enough for the toolbox's own environment (Python 3.8, torch 2.1, numpy 1.22)."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(r'__version__ = "(.+?)"', (HERE / "rfacenet_toolbox" / "__init__.py").read_text()).group(1)

setup(
    name="rfacenet-toolbox",
    version=VERSION,
    description="rFaceNet (heart rate from face video, guided by facial contours) as a plug-in for the rPPG-Toolbox",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.8",
    packages=find_packages(include=["rfacenet_toolbox", "rfacenet_toolbox.*"]) + ["rfacenet_toolbox.toolbox_configs"],
    package_dir={"rfacenet_toolbox.toolbox_configs": "toolbox_configs"},
    package_data={
        "rfacenet_toolbox": ["weights/*"],
        "rfacenet_toolbox.toolbox_configs": ["*.yaml", "*/*.yaml"],
    },
    install_requires=[
        "torch>=1.12",
        # the toolbox uses np.mat, which NumPy 2 dropped; NumPy 1 has no builds for Python 3.13
        "numpy>=1.22,<2; python_version < '3.13'",
        "numpy>=2.1; python_version >= '3.13'",
        "scipy>=1.5.2",
        "pandas>=1.1.5",
        "opencv-python-headless>=4.5.2,<5",  # OpenCV 5 has no CascadeClassifier
        "matplotlib>=3.1.2",
        "yacs>=0.1.8",
        "PyYAML>=5.4",
        "tqdm>=4.60",
        "safetensors>=0.3",
    ],
    extras_require={
        "test": ["pytest>=7"],
        "lint": ["ruff"],
        "predict": ["neurokit2>=0.2"],  # heart-rate variability
        "weights": ["av>=10"],  # encoders of the varied synthetic recordings
        # The newest that has the face models in it. It brings a second OpenCV into the same folder, so both have to be
        # one release, the newest for NumPy 1; docs/configs.md says how the headless one wins.
        "mediapipe": [
            f"{requirement}; python_version >= '3.9' and python_version < '3.13'"
            for requirement in (
                "mediapipe==0.10.21",
                "opencv-contrib-python==4.11.0.86",
                "opencv-python-headless==4.11.0.86",
            )
        ],
    },
    entry_points={"console_scripts": ["rfacenet=rfacenet_toolbox.cli:main"]},
)
