"""What the rows of Table 1 are: the methods that the paper compares with, or what stands for them."""

#: method as the paper names it -> its kind, the word beside its measured numbers
KINDS = {
    "Tulyakov2016": "interpretation",
    "POS": "exact",
    "CHROM": "exact",
    "RhythmNet": "interpretation",
    "ST-Attention": "interpretation",
    "NAS-HR": "substitute",
    "CVD": "interpretation",
    "Dual-GAN": "interpretation",
    "I3D": "interpretation",
    "PhysNet": "exact",
    "DeepPhys": "exact",
    "AutoHR": "substitute",
    "PhysFormer": "exact",
    "PhysFormer++": "interpretation",
    "rFaceNet": "interpretation",
}
MEANINGS = {
    "exact": "layers, sizes and loss are those of public code or of the method's paper",
    "interpretation": "the paper's text or code leaves some of them open; docs/methods or docs/paper-notes.md "
    "has our reading",
    "substitute": "a part that was never published has another in its place, which docs/methods names",
}


def note():
    """The kinds in words, for a table's page."""
    return " ".join(
        ["The kind of a row says what its measured numbers are of."]
        + [f"{kind.capitalize()}: {meaning}." for kind, meaning in MEANINGS.items()]
    )
