"""Settings of single data sets, below ``<SPLIT>.DATA``.

Nothing is imported here: in a checkout, they are added before anything else is imported.
"""

#: node -> {KEY: default}
NODES = {
    "VIPL_HR": {
        "SCENES": [1, 2, 3, 4, 5, 6, 7, 8, 9],
        "SOURCES": [1, 2, 3],  # 4 is infrared
        "SECOND_TAKES": True,  # v1-2 beside v1
        "FOLD": "",  # "train 1": all subjects but those of fold 1, "test 1": those of fold 1
        "FOLDS_FROM": "files",  # fold/fold1.mat ... fold5.mat of DATA_PATH, or "built-in"
        "LEAVE_OUT_BAD_GROUND_TRUTH": False,  # the recordings that RS-rPPG lists
    },
    "MCD_RPPG": {
        "CAMERAS": ["FullHDwebcam"],  # in front; USBVideo is at the left, IriunWebcam at the right
        "STEPS": ["before", "after"],  # exercise
    },
    "MANIFEST": {
        "SPLIT": "",  # the lines whose column split is this word; '' is all
        "FOLD": "",  # "test X": the lines whose column fold is X, "train X": all others
        "HEART_RATE_ONLY": False,  # take ground truths that are heart rates; not to train on
    },
}
