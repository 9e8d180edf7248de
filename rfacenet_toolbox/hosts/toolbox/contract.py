"""The contract with the toolbox: every name of its code that the plug-in relies on. No other file names its
modules, classes or functions; all hosts know that a loader's ``dataset.inputs`` lists the files of its clips.

It is the same from 2023-11 (7e33a44) to 2025-09 (d807b01):

- the module :data:`SETTINGS` has ``_C``, a yacs node whose unknown keys are errors, and ``get_config(args)``;
- ``main.py`` calls ``get_config`` after its functions are defined and before it uses any. Its :data:`MODEL_FUNCTIONS`
  and :data:`SIGNAL_FUNCTION` are called with ``(config, loaders)``;
- ``main.py`` makes its loaders with :data:`LOADER_CLASS` and the generators :data:`GENERATORS`, and none for a split of
  a model whose ``DATA_PATH`` is empty;
- raw recordings are looked for only where ``DO_PREPROCESS`` is True or there is no file at ``FILE_LIST_PATH``;
- the module :data:`SIGNAL_PREDICTOR` takes clips from ``loaders["unsupervised"]``, and calls one of the
  :data:`SIGNAL_METHODS` in its namespace for each.
"""

#: revisions that were tried
REVISIONS = "7e33a44 (2023-11) and d807b01 (2025-09)"

MAIN_FILE = "main.py"
MODEL_FUNCTIONS = ("train_and_test", "test")
SIGNAL_FUNCTION = "unsupervised_method_inference"
LOADER_CLASS = "DataLoader"
GENERATORS = ("train_generator", "general_generator")
SPLITS = ("train", "valid", "test")

SETTINGS = "config"
SETTINGS_FILE = "config.py"
TREE = "_C"
GET_CONFIG = "get_config"

#: folders by which a checkout is known
FOLDERS = ("neural_methods", "dataset")

#: where it runs its signal methods, and the functions there -> their names in ``UNSUPERVISED.METHOD``
SIGNAL_PREDICTOR = "unsupervised_methods.unsupervised_predictor"
SIGNAL_METHODS = {
    "GREEN": "GREEN",
    "ICA_POH": "ICA",
    "CHROME_DEHAAN": "CHROM",
    "LGI": "LGI",
    "PBV": "PBV",
    "POS_WANG": "POS",
    "OMIT": "OMIT",
}
CHROM = "unsupervised_methods.methods.CHROME_DEHAAN"

#: the source that shows which face detectors a revision has: backend -> (the class it names, the module it runs on)
BASE_LOADER_FILE = "dataset/data_loader/BaseLoader.py"
BACKENDS = {"RF": ("RetinaFace", "retinaface"), "Y5F": ("YOLO5Face", "torchvision")}

#: modules that it imports at start and that only some models or data sets need -> what pip calls them
OPTIONAL_MODULES = {
    "PIL": "Pillow",
    "h5py": "h5py",
    "mamba_ssm": "mamba-ssm",
    "mat73": "mat73",
    "neurokit2": "neurokit2",
    "requests": "requests",
    "retinaface": "retina-face",
    "scipy": "scipy",  # a name that a newer SciPy has no more
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "thop": "thop",
    "timm": "timm",
    "torchvision": "torchvision",
}
