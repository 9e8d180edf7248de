"""The machine a run uses: device, seeds and loaders, speed options, processes, worker pools, files written whole."""
