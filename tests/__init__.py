"""A package, so that a worker process finds these tests and not the ``tests`` that another distribution installs."""
