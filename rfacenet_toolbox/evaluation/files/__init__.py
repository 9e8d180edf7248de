"""The same numbers on disk: results of a run, saved outputs, and scores as text."""
