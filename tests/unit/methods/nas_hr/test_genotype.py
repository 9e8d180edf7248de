import pytest

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.nas_hr import Genotype, genotype, parse

TEXT = "max_pool_3x3:0 skip_connect:1 / sep_conv_5x5:0 dil_conv_3x3:2 // avg_pool_3x3:0 dil_conv_5x5:1 / skip_connect:2"


def test_text_is_read_and_written():
    read = parse(TEXT)
    assert read.normal == (
        (("max_pool_3x3", 0), ("skip_connect", 1)),
        (("sep_conv_5x5", 0), ("dil_conv_3x3", 2)),
    )
    assert read.reduction[1] == (("skip_connect", 2),)
    assert isinstance(read, Genotype) and str(read) == TEXT


def test_a_name_stands_for_its_text(monkeypatch):
    monkeypatch.setitem(genotype.GENOTYPES, "mine", TEXT)
    assert str(parse("mine")) == TEXT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("syntetic", "GENOTYPE is 'syntetic', which is unknown.*search-nas-hr"),
        ("skip_connect:0", "expected two cells with // between them, and found 1"),
        ("skip_connect:0 // / skip_connect:1", "one of its nodes has no edges"),
        ("skip_connect:2 // skip_connect:0", "'skip_connect:2' in it names no earlier map.*:0 to skip_connect:1"),
        ("skip_conect:0 // skip_connect:0", "Did you mean 'skip_connect'"),
        ("none:0 // skip_connect:0", "'none', which is unknown"),
    ],
)
def test_what_is_no_genotype_is_refused(text, message):
    with pytest.raises(ShapeError, match=message):
        parse(text)
