"""The other methods of the paper's Table 2: :mod:`.signal` needs no training, :mod:`.neural` does."""
