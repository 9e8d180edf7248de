"""rFaceNet whose combiner is fed with zeros: what its convolution of the rPPG map and beta do alone.

``PYTHONPATH=benchmarks RFACENET_PLUGINS=zero_map`` makes it known to every command as ``MODEL.NAME: rFaceNetZeros``;
its settings are rFaceNet's, with ``IDENTITY: noise``, whose place the zeros take. It begins as the network without a
combiner, and differs from Table 3's "CTFC only" in the map alone.
"""

from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.methods.rfacenet.learner import RFaceNetLearner


class ZeroMapLearner(RFaceNetLearner):
    """rFaceNet, trained as it is, with zeros for the noise."""

    def __init__(self, settings, clips, num_subjects=0):
        super().__init__(settings, clips, num_subjects)
        noise_map = self.model.noise_map
        self.model.noise_map = lambda clip: 0 * noise_map(clip)


registry.register("rFaceNetZeros", ZeroMapLearner, node="RFACENET")
