"""Training and its files: learners, the trainer, states to resume from, weights files, and what a model costs."""
