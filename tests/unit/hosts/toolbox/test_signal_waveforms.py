"""The toolbox's signal methods: their waveforms are kept and scored, and those that a revision lacks are ours."""

import json
import pickle
import sys
import types

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from rfacenet_toolbox.errors import ConfigError, InstallError
from rfacenet_toolbox.hosts.toolbox import contract


def unsupervised(*methods):
    return {"TOOLBOX_MODE": "unsupervised_method", "UNSUPERVISED.METHOD": list(methods)}


def test_the_unsupervised_mode_rebinds_its_function_and_nothing_else(activated_checkout):
    state = torch.get_rng_state()
    activated_checkout.get_config(unsupervised("POS"))
    assert activated_checkout.rebound() == {"unsupervised_method_inference"} and not activated_checkout.checked
    once = activated_checkout.main.unsupervised_method_inference
    activated_checkout.get_config(unsupervised("POS"))
    assert activated_checkout.main.unsupervised_method_inference is once
    assert torch.equal(torch.get_rng_state(), state)


def test_a_misspelt_signal_method_is_refused_before_preprocessing(activated_checkout):
    with pytest.raises(ConfigError, match="'CHROME', which is unknown. Did you mean 'CHROM'.*GREEN, ICA"):
        activated_checkout.get_config(unsupervised("POS", "CHROME"))


def test_a_main_without_the_unsupervised_function_is_an_error(activated_checkout):
    del activated_checkout.main.unsupervised_method_inference
    with pytest.raises(InstallError, match="has no function unsupervised_method_inference"):
        activated_checkout.get_config(unsupervised("POS"))


class Clips(Dataset):
    """Three short videos of one pulse, as the toolbox's data sets give them."""

    inputs = [f"/clips/{number}01_input0.npy" for number in (1, 2, 3)]

    def __len__(self):
        return 3

    def __getitem__(self, index):
        pulse = np.sin(2 * np.pi * (1 + 0.2 * index) * np.arange(120) / 30).astype(np.float32)
        return np.tile(pulse[:, None, None, None], (1, 2, 2, 3)) + 100, pulse, f"{index + 1}01", "0"


@pytest.fixture
def predicting(activated_checkout, monkeypatch):
    """The checkout with a predictor of its own that knows POS and CHROM; what it prints goes to ``heard``."""
    library = types.SimpleNamespace(butter=1)
    chrom = types.ModuleType(contract.CHROM)
    chrom.signal = library
    predictor = types.ModuleType(contract.SIGNAL_PREDICTOR)
    predictor.POS_WANG = lambda frames, fs: frames[:, 0, 0, 1] * 2.0
    predictor.CHROME_DEHAAN = lambda frames, fs: frames[:100, 0, 0, 1] * len(chrom.signal.hanning(4))
    functions = predictor.POS_WANG, predictor.CHROME_DEHAAN
    activated_checkout.heard = []

    def infer(config, loaders):
        for method in config.UNSUPERVISED.METHOD:
            for clips, _, _, _ in loaders["unsupervised"]:
                if method == "POS":
                    activated_checkout.heard.append(("POS", predictor.POS_WANG(clips[0].numpy(), 30).sum()))
                elif method == "CHROM":
                    activated_checkout.heard.append(("CHROM", predictor.CHROME_DEHAAN(clips[0].numpy(), 30).sum()))
                else:
                    raise ValueError(method)

    activated_checkout.main.unsupervised_method_inference = infer
    for name, module in ((contract.SIGNAL_PREDICTOR, predictor), (contract.CHROM, chrom)):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "rfacenet_toolbox.hosts.job")  # the real one
    yield activated_checkout
    assert functions == (predictor.POS_WANG, predictor.CHROME_DEHAAN) and chrom.signal is library


def predict(predicting, methods, folder):
    (folder / "list.csv").write_text("input_files\n" + "\n".join(Clips.inputs))
    cached = {"CACHED_PATH": str(folder), "FILE_LIST_PATH": str(folder / "list.csv")}
    data = {"DATASET": "PURE", "FS": 30, "PREPROCESS.LABEL_TYPE": "Raw", **cached}
    config = predicting.get_config(unsupervised(*methods), {"UNSUPERVISED.DATA": data, "LOG.PATH": str(folder)})
    predicting.main.unsupervised_method_inference(config, {"unsupervised": DataLoader(Clips(), batch_size=1)})


def outputs(folder, method):
    with open(folder / method / f"{method}_PURE_outputs.pickle", "rb") as file:
        return pickle.load(file)


def test_the_toolboxs_waveforms_are_kept_by_video_and_scored(predicting, tmp_path):
    predict(predicting, ["POS", "CHROM"], tmp_path)
    assert [name for name, _ in predicting.heard] == ["POS"] * 3 + ["CHROM"] * 3
    for method, length, factor in (("POS", 120, 2), ("CHROM", 100, 4)):
        content = json.loads((tmp_path / method / "results.json").read_text())
        said = {key: content[key] for key in ("model", "host", "mode", "test_set", "weights", "train_set")}
        assert said == {
            "model": method,
            "host": "toolbox",
            "mode": "unsupervised_method",
            "test_set": "PURE",
            "weights": None,
            "train_set": None,
        }
        saved = outputs(tmp_path, method)
        for _, label, video, _ in (Clips()[number] for number in range(3)):
            waveform = saved["predictions"][video][0].numpy()
            assert waveform.shape == (120,) and not waveform[length:].any()
            np.testing.assert_allclose(waveform[:length], factor * (label[:length] + 100), rtol=1e-6)
            np.testing.assert_array_equal(saved["labels"][video][0].numpy(), label)


def test_a_method_that_this_revision_lacks_is_ours(predicting, tmp_path, capsys):
    predict(predicting, ["POS", "GREEN"], tmp_path)
    assert {name for name, _ in predicting.heard} == {"POS"}
    assert "This revision of the toolbox has no GREEN; the plug-in's own takes its place." in capsys.readouterr().out
    label = Clips()[1][1]
    np.testing.assert_allclose(outputs(tmp_path, "GREEN")["predictions"]["201"][0].numpy(), label + 100, rtol=1e-6)


def test_what_was_predicted_whole_is_kept_when_the_toolbox_fails(predicting, tmp_path, monkeypatch):
    def fail(frames, fs):
        raise ZeroDivisionError("in the toolbox")

    whole = sys.modules[contract.SIGNAL_PREDICTOR].CHROME_DEHAAN
    sys.modules[contract.SIGNAL_PREDICTOR].CHROME_DEHAAN = fail
    with pytest.raises(ZeroDivisionError):
        predict(predicting, ["POS", "CHROM"], tmp_path)
    assert sys.modules[contract.SIGNAL_PREDICTOR].CHROME_DEHAAN is fail
    sys.modules[contract.SIGNAL_PREDICTOR].CHROME_DEHAAN = whole
    assert (tmp_path / "POS" / "results.json").exists() and not (tmp_path / "CHROM").exists()
