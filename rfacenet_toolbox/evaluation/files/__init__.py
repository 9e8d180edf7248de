"""The same numbers on disk: a test run's results and saved outputs, written and read; and scores as text."""

#: Version of the layout of every JSON that is written here.
SCHEMA = 1
