"""Packaging. Ranges are wide enough for the toolbox's own environment (Python 3.8, torch 2.1, numpy 1.22)."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
INIT = (HERE / "rfacenet_toolbox" / "__init__.py").read_text(encoding="utf-8")
VERSION = re.search(r'__version__ = "(.+?)"', INIT).group(1)

# Of what the extras name, later releases that pip would take on an old Python do not work there.
HRV = ["neurokit2>=0.2; python_version >= '3.10'", "neurokit2>=0.2,<0.2.11; python_version < '3.10'"]
ENCODERS = ["av>=10"]
ONNX_RUNTIME = ["onnxruntime>=1.12"]
ONNX = ["onnx>=1.12", *ONNX_RUNTIME]
# Everything but predict: training, evaluating, tables and reports.
TRAIN = [
    "torch>=1.12",
    "pandas>=1.1.5",
    "matplotlib>=3.1.2",
    "yacs>=0.1.8",
    "PyYAML>=5.4",
    "tqdm>=4.60",
    "safetensors>=0.3",
]
TENSORBOARD = ["tensorboard>=2.8"]
LIVE = ["websockets>=13"]
SCAMPS = ["h5py>=2.10"]
SLURM = ["submitit>=1.4; python_version >= '3.10'", "submitit>=1.4,<1.5.4; python_version < '3.10'"]

setup(
    name="rfacenet-toolbox",
    version=VERSION,
    description="rFaceNet (heart rate from face video, guided by facial contours) as a plug-in for the rPPG-Toolbox",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="The rfacenet-toolbox contributors",
    license="Apache-2.0",
    license_files=["LICENSE"],
    project_urls={
        "Paper": "https://arxiv.org/abs/2403.09034",
        "rPPG-Toolbox": "https://github.com/ubicomplab/rPPG-Toolbox",
    },
    keywords=["rPPG", "remote photoplethysmography", "heart rate", "blood volume pulse", "PyTorch"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Operating System :: MacOS",
        "Operating System :: Microsoft :: Windows",
        "Operating System :: POSIX :: Linux",
        *(f"Programming Language :: Python :: 3.{minor}" for minor in range(8, 14)),
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Scientific/Engineering :: Image Recognition",
        "Typing :: Typed",
    ],
    python_requires=">=3.8",
    packages=find_packages(include=["rfacenet_toolbox", "rfacenet_toolbox.*"]) + ["rfacenet_toolbox.toolbox_configs"],
    package_dir={"rfacenet_toolbox.toolbox_configs": "toolbox_configs"},
    package_data={
        "rfacenet_toolbox": ["py.typed", "weights/*", "prediction/confidence.json", "prediction/live/page.html"],
        "rfacenet_toolbox.toolbox_configs": ["*.yaml", "*/*.yaml"],
    },
    # what `rfacenet predict` needs with a signal method
    install_requires=[
        # the toolbox uses np.mat, which NumPy 2 dropped; NumPy 1 has no builds for Python 3.13
        "numpy>=1.22,<2; python_version < '3.13'",
        "numpy>=2.1; python_version >= '3.13'",
        "scipy>=1.5.2",
        "opencv-python-headless>=4.5.2,<5",  # OpenCV 5 has no CascadeClassifier
    ],
    extras_require={
        "train": TRAIN,
        "onnx": ONNX_RUNTIME,  # networks in `rfacenet predict` without PyTorch
        "onnx-export": ONNX,
        "live": LIVE,  # the page of `rfacenet live`
        "predict": HRV,  # heart-rate variability
        "weights": ENCODERS,  # of the varied synthetic recordings
        "scamps": SCAMPS,  # MATLAB files of version 7.3
        "tensorboard": TENSORBOARD,  # RUNTIME.TENSORBOARD
        "slurm": SLURM,  # runs as jobs of a cluster
        # with what the optional parts need, so that their tests run
        "test": [
            "pytest>=7",
            "pytest-timeout>=2",
            "pytest-xdist>=3",
            *TRAIN,
            *ONNX,
            *HRV,
            *ENCODERS,
            *SLURM,
            *TENSORBOARD,
            *LIVE,
            *SCAMPS,
            "mat73>=0.60",  # what the toolbox reads SCAMPS with
        ],
        "lint": ["ruff>=0.17", "mypy>=1.14"],
        "docs": ["sphinx>=7", "furo>=2024.8", "myst-parser>=3"],
        # The newest that has the face models in it. It brings a second OpenCV into the same folder, so both have to be
        # one release, the newest for NumPy 1; docs/faces.md says how the headless one wins.
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
