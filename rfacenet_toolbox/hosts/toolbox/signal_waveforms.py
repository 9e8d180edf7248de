"""The toolbox's signal methods print numbers and save nothing: they run as they are, and their waveforms are kept."""

import contextlib
import functools
import importlib
from collections import defaultdict
from types import SimpleNamespace

from . import contract
from .host import ToolboxHost
from .rebinding import constants, rebind


def keep_waveforms(main, root):
    """Rebind main's function for the signal methods: it runs as it is, and its waveforms are scored and written.

    Methods that this revision lacks run with our functions, on its clips.

    Raises:
        InstallError: main has no such function.
    """
    rebind(main, contract.SIGNAL_FUNCTION, lambda original: _keeping(original, root))


def _keeping(original, root):
    @functools.wraps(original)
    def infer(config, data_loader):
        methods = config.UNSUPERVISED.METHOD
        theirs = [method for method in methods if method in constants(original)]
        ours = [method for method in methods if method not in theirs]
        host = ToolboxHost(root)
        if theirs:
            known = _with_methods(config, theirs) if ours else config
            predictor = importlib.import_module(contract.SIGNAL_PREDICTOR)
            with _lost_names_supplied():
                run_and_keep(original, known, data_loader, host, predictor)
        if ours:
            print(f"This revision of the toolbox has no {', '.join(ours)}; the plug-in's own takes its place.")
            _run_ours(_with_methods(config, ours), data_loader["unsupervised"].dataset, host)

    return infer


def _run_ours(config, clips, host):
    from torch.utils.data import DataLoader

    from ...runtime.machine import worker_count
    from ..job import mean_colours, run_signal_methods

    workers = worker_count(config.MODEL.RFACENET.RUNTIME.WORKERS)
    run_signal_methods(config, DataLoader(mean_colours(config, clips), batch_size=None, num_workers=workers), host)


def _with_methods(config, methods):
    config = config.clone()
    config.defrost()
    config.UNSUPERVISED.METHOD = methods
    config.freeze()
    return config


@contextlib.contextmanager
def _lost_names_supplied():
    """7e33a44's CHROM asks SciPy for a window under a name that it has no more."""
    from scipy.signal import windows

    module = importlib.import_module(contract.CHROM)
    library = module.signal
    if not hasattr(library, "hanning"):
        module.signal = SimpleNamespace(**vars(library), hanning=windows.hann)
    try:
        yield
    finally:
        module.signal = library


def run_and_keep(infer, config, loaders, host, predictor):
    """Run the toolbox's signal methods, then score and write the waveforms that they gave.

    Where the toolbox ends with an error, the methods that it had run on every clip by then are kept.

    Args:
        infer: the toolbox's function, called with ``(config, loaders)``.
        host: the :class:`~.host.ToolboxHost`.
        predictor: the module whose :data:`~.contract.SIGNAL_METHODS` it calls.
    """
    from ..job import SignalOutputs, write_signal_methods

    recorder = WaveformRecorder(loaders["unsupervised"])
    try:
        with recorder.recording(predictor, contract.SIGNAL_METHODS):
            infer(config, {**loaders, "unsupervised": recorder})
    finally:
        waveforms = {}
        for method, returned in recorder.returned.items():
            if len(returned) >= len(loaders["unsupervised"].dataset):
                waveforms[method] = SignalOutputs()
                for clip in returned:
                    waveforms[method].add(*clip)
        write_signal_methods(config, host, waveforms)


class WaveformRecorder:
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
    def recording(self, module, functions):
        """Within this context, keep what the functions of ``module`` return: one call for each clip of a batch.

        Args:
            functions: ``{name in the module: label under which to keep}``; names that it does not have are passed over.
        """
        originals = {name: vars(module)[name] for name in functions if name in vars(module)}
        try:
            for name, original in originals.items():
                setattr(module, name, self._recorded(original, functions[name]))
            yield
        finally:
            for name, original in originals.items():
                setattr(module, name, original)

    def _recorded(self, function, key):
        @functools.wraps(function)
        def call(*args, **kwargs):
            value = function(*args, **kwargs)
            _, labels, names, chunks = self._batch
            index = self._calls[key]
            self._calls[key] += 1
            self.returned[key].append((names[index], chunks[index], value, labels[index].numpy()))
            return value

        return call
