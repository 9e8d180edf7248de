"""Keep what a pipeline's functions return for the clips that it takes from a loader; the pipeline runs as it is."""

import contextlib
import functools
from collections import defaultdict


def run_and_keep(infer, config, loaders, host, module, functions):
    """Run a pipeline's signal methods, then score and write the waveforms that they gave.

    Where the pipeline ends with an error, the methods that it had run on every clip by then are kept.

    Args:
        infer: the pipeline, called with ``(config, loaders)``; it takes its clips from ``loaders["unsupervised"]``.
        host: the :class:`~rfacenet_toolbox.hosts.Host` that it belongs to.
        module, functions: as in :meth:`Capture.watching`; the labels are names in ``UNSUPERVISED.METHOD``.
    """
    from ..job import SignalOutputs, write_signal_methods

    capture = Capture(loaders["unsupervised"])
    try:
        with capture.watching(module, functions):
            infer(config, {**loaders, "unsupervised": capture})
    finally:
        waveforms = {}
        for method, returned in capture.returned.items():
            if len(returned) >= len(loaders["unsupervised"].dataset):
                waveforms[method] = SignalOutputs()
                for clip in returned:
                    waveforms[method].add(*clip)
        write_signal_methods(config, host, waveforms)


class Capture:
    """A loader that knows which batch it gave last, and keeps what functions return for the clips of that batch.

    Args:
        loader: gives batches ``(clips, labels, names, chunk numbers)``; it is passed through as it is.

    Attributes:
        returned: ``{label of a function: [(name, chunk number, value, label array), ...]}``.
    """

    def __init__(self, loader):
        self._loader = loader
        self._batch, self._calls = None, defaultdict(int)
        self.returned = defaultdict(list)

    def __len__(self):
        return len(self._loader)

    def __iter__(self):
        for batch in self._loader:
            self._batch = batch
            self._calls.clear()
            yield batch

    @contextlib.contextmanager
    def watching(self, module, functions):
        """Within this context, keep what the functions of ``module`` return: one call for each clip of a batch.

        Args:
            functions: ``{name in the module: label under which to keep}``; names that it has not are passed over.
        """
        originals = {name: vars(module)[name] for name in functions if name in vars(module)}
        try:
            for name, original in originals.items():
                setattr(module, name, self._watched(original, functions[name]))
            yield
        finally:
            for name, original in originals.items():
                setattr(module, name, original)

    def _watched(self, function, key):
        @functools.wraps(function)
        def call(*args, **kwargs):
            value = function(*args, **kwargs)
            _, labels, names, chunks = self._batch
            index = self._calls[key]
            self._calls[key] += 1
            self.returned[key].append((names[index], chunks[index], value, labels[index].numpy()))
            return value

        return call
