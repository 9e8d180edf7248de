"""The paper's figures: functions that take results and give a matplotlib figure, a file for each of Fig. 1 to 5.

Where the results do not allow a figure, the function gives one that says so: a plot never ends a run.
"""

from .agreement import bland_altman_plot, scatter, signals
from .architecture import fusion_schemes, network
from .attention import attention_maps, attention_shares
from .curves import learning_curves, loss_curves, settling_sentence
from .style import explain, save

__all__ = [
    "attention_maps",
    "attention_shares",
    "bland_altman_plot",
    "explain",
    "fusion_schemes",
    "learning_curves",
    "loss_curves",
    "network",
    "save",
    "scatter",
    "settling_sentence",
    "signals",
]
