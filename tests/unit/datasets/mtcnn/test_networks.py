"""The three networks: sizes, what goes in and out, and files that are not theirs."""

import os

import pytest
import torch

from rfacenet_toolbox.datasets import mtcnn
from rfacenet_toolbox.datasets.mtcnn import networks
from rfacenet_toolbox.errors import CheckpointError
from rfacenet_toolbox.runtime import torch_files

#: of the published networks
PARAMETERS = {"pnet.pt": 6_632, "rnet.pt": 100_178, "onet.pt": 389_040}


@pytest.fixture
def folder(tmp_path):
    """Files of random weights."""
    torch.manual_seed(0)
    for file, make in networks.NETWORKS.items():
        torch.save(make().state_dict(), tmp_path / file)
    return tmp_path


@pytest.mark.parametrize("file", PARAMETERS)
def test_sizes_are_the_published_ones(file):
    assert sum(value.numel() for value in networks.NETWORKS[file]().parameters()) == PARAMETERS[file]


def test_the_proposal_network_looks_into_every_window():
    torch.manual_seed(0)
    network, picture = networks.proposal_network(), torch.rand(1, 3, 30, 40) * 2 - 1
    face, offsets = network(picture)
    assert face.shape == (1, 10, 15) and offsets.shape == (1, 4, 10, 15)
    for row, column in ((0, 0), (9, 14), (4, 7)):
        top, left = row * networks.PROPOSAL_STRIDE, column * networks.PROPOSAL_STRIDE
        window = picture[:, :, top : top + networks.PROPOSAL_SIDE, left : left + networks.PROPOSAL_SIDE]
        alone, moves = network(window)
        torch.testing.assert_close(alone[0, 0, 0], face[0, row, column])
        torch.testing.assert_close(moves[0, :, 0, 0], offsets[0, :, row, column])


def test_the_others_look_at_one_picture_each():
    for make, side, points in (
        (networks.refine_network, networks.REFINE_SIDE, []),
        (networks.output_network, networks.OUTPUT_SIDE, [(2, 10)]),
    ):
        face, offsets, *rest = make()(torch.zeros(2, 3, side, side))
        assert face.shape == (2,) and offsets.shape == (2, 4) and [tuple(one.shape) for one in rest] == points
        assert 0 < face[0] < 1


def test_weights_are_loaded_as_they_are(folder):
    for network, file in zip(networks.load(folder), networks.NETWORKS):
        assert not network.training
        weights = torch_files.read(folder / file)
        assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())


def test_other_weights_are_refused(folder):
    network = networks.refine_network().state_dict()

    def refused(content, reason):
        torch.save(content, folder / "rnet.pt")
        with pytest.raises(CheckpointError, match=f"rnet.pt {reason}"):
            networks.load(folder)

    refused({**network, "more": torch.zeros(1)}, "does not hold the 16 tensors")
    refused({**network, "conv1.bias": torch.zeros(27)}, "does not hold the 16 tensors")
    refused([1, 2], "does not hold the 16 tensors")
    refused({**network, "conv1.bias": torch.full((28,), float("nan"))}, "holds numbers that are not finite")
    refused(torch.nn.Linear(1, 1), "asks for torch.*Nothing in it was run")
    (folder / "rnet.pt").write_bytes((folder / "onet.pt").read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="rnet.pt cannot be read"):
        networks.load(folder)


@pytest.mark.mtcnn
@pytest.mark.parametrize("file", PARAMETERS)
def test_names_and_shapes_are_those_of_the_published_weights(file):
    weights = torch_files.read(os.path.join(mtcnn.weights_folder(), file))
    ours = networks.NETWORKS[file]().state_dict()
    assert {name: value.shape for name, value in weights.items()} == {name: value.shape for name, value in ours.items()}
