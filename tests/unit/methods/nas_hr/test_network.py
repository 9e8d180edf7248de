import pytest
import torch
from support.paths import ROOT

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.nas_hr import NASHR, Supernet
from rfacenet_toolbox.methods.nas_hr.genotype import GENOTYPES
from rfacenet_toolbox.methods.nas_hr.network import DEVIATION, MEAN, prepared
from rfacenet_toolbox.methods.nas_hr.operations import NONE, OPERATIONS, FactorizedReduce

EDGES = "sep_conv_3x3:0 skip_connect:1 / dil_conv_5x5:1 max_pool_3x3:2 / avg_pool_3x3:0 skip_connect:3"
TEXT = f"{EDGES} // {EDGES}"


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_stem_and_last_layers_have_the_published_sizes():
    net = NASHR(TEXT)
    shapes = {name: tuple(parameter.shape) for name, parameter in net.named_parameters()}
    assert shapes["stem.1.weight"] == (32, 3, 5, 5) and shapes["stem.4.weight"] == (32, 32, 3, 3)
    assert shapes["last.0.weight"] == (512, 3 * 16 * 8, 3, 3) and shapes["fc.weight"] == (1, 512)


def test_the_named_cell_has_the_parameters_that_its_page_says():
    page = (ROOT / "docs" / "methods" / "nas-hr.md").read_text("utf-8")
    assert f"{count(NASHR('synthetic')):,}" in page and GENOTYPES["synthetic"] in page


def test_the_second_fourth_and_sixth_cell_halve_and_double():
    net, sizes = NASHR(TEXT).eval(), []
    for cell in net.cells:
        cell.register_forward_hook(lambda module, inputs, output: sizes.append(tuple(output.shape[1:])))
    assert net(torch.randn(2, 3, 64, 300)).shape == (2,)
    assert sizes == [(48, 16, 75), (96, 8, 38), (96, 8, 38), (192, 4, 19), (192, 4, 19), (384, 2, 10)]


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("stride", [1, 2])
def test_all_operations_give_the_same_size(name, stride):
    maps = torch.randn(2, 4, 7, 10)
    assert OPERATIONS[name](4, stride, True)(maps).shape == (2, 4, *((7, 10) if stride == 1 else (4, 5)))


def test_no_connection_gives_zeros():
    assert not OPERATIONS[NONE](4, 2, True)(torch.randn(1, 4, 6, 6)).any()


def test_the_reduction_loses_no_pixels():
    reduce, maps = FactorizedReduce(1, 2), torch.rand(4, 1, 5, 6, requires_grad=True)
    reduce.eval()(maps).sum().backward()
    used = maps.grad[0, 0] != 0
    assert used[::2, ::2].all() and used[1::2, 1::2].all()


def test_parameters_are_those_counted_by_hand():
    """Of an edge each at two channels: depthwise 3x3 and pointwise, each twice, with a normalisation."""
    assert count(OPERATIONS["sep_conv_3x3"](2, 1, True)) == 2 * (2 * 9 + 4 + 4)
    assert count(OPERATIONS["dil_conv_5x5"](2, 1, True)) == 2 * 25 + 4 + 4
    assert count(OPERATIONS["skip_connect"](2, 1, True)) == 0
    assert count(OPERATIONS["max_pool_3x3"](2, 1, True)) == 4


def test_the_supernet_has_an_edge_from_every_earlier_map():
    net = Supernet(channels=2)
    assert [tuple(parameter.shape) for parameter in net.architecture] == [(2, 8), (3, 8), (4, 8)] * 2
    names = set(net.weight_parameters())
    assert names and not any("architecture" in name for name in names)
    assert len(names) + 6 == len(list(net.parameters()))


def test_a_genotype_keeps_the_two_strongest_edges_and_no_none():
    net = Supernet(channels=2, nodes=2)
    with torch.no_grad():
        for parameter in net.architecture:
            parameter.zero_()
            parameter[:, net.candidates.index("none")] = 5.0
        second = net.architecture[1]
        second[0, net.candidates.index("dil_conv_3x3")] = 4.9
        second[2, net.candidates.index("max_pool_3x3")] = 4.8
    assert net.genotype().normal[1] == (("dil_conv_3x3", 0), ("max_pool_3x3", 2))
    assert NASHR(str(net.genotype()), channels=2)(torch.randn(2, 3, 16, 32)).shape == (2,)


def test_maps_are_stretched_and_normalised_as_imagenet_is():
    maps = torch.tensor(MEAN)[None, :, None, None].expand(1, 3, 15, 150)
    assert prepared(maps).shape == (1, 3, 64, 300) and prepared(maps).abs().max() < 1e-5
    assert prepared(maps + torch.tensor(DEVIATION)[:, None, None], (4, 8)).mean() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("wrong", [{"channels": 1}, {"cells": 3}])
def test_numbers_that_it_cannot_have_are_refused(wrong):
    with pytest.raises(ShapeError, match=next(iter(wrong)).upper()):
        NASHR(TEXT, **wrong)


def test_cells_of_different_nodes_are_refused():
    with pytest.raises(ShapeError, match="of 3 nodes and one of 1"):
        NASHR(f"{EDGES} // skip_connect:0")


def test_maps_of_six_channels_are_refused():
    with pytest.raises(ShapeError, match=r"\(1, 6, 64, 300\).*POS"):
        NASHR(TEXT)(torch.zeros(1, 6, 64, 300))
