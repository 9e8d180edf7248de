"""Learning and its files: the trainer, what a run leaves to go on from, weights files, and what a network costs."""
