"""A checkout starts where modules are missing that only some of its models or data sets need.

The toolbox imports all its models and data sets at start. For the files below one root, and for no other file, an
import of a missing optional module gives a stand-in, which raises once it is used. The hook is a meta-path finder that
runs those files with an ``__import__`` of their own. Stand-ins never enter ``sys.modules``, so libraries that probe for
optional modules keep getting their ``ModuleNotFoundError``.
"""

import builtins
import importlib.machinery
import os
import sys
from types import SimpleNamespace

from ...errors import RFaceNetError

_LIBRARY_FOLDERS = {"site-packages", "dist-packages"}  # a virtual environment inside the root is not the root's code


class MissingModuleError(RFaceNetError, ImportError):
    """Something is used that comes from a module this machine lacks."""


def allow_missing(root, modules):
    """Let failing imports of optional modules, in files below ``root``, fail at first use instead. Safe to repeat.

    It covers modules that are absent, modules that are there but cannot be imported, and names that an installed
    module no longer has.

    Args:
        root: folder of the files.
        modules: {top-level module: the name that ``pip install`` knows it by}.
    """
    root = os.path.realpath(root)
    if not any(isinstance(finder, _Finder) and finder.root == root for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(root, modules))


class _StandIn(type):
    """A class that stands in for a module or a name of one: it can be imported from, subclassed, put in annotations,
    caught and given to warning filters. Calling it, or a subclass of it, raises :class:`MissingModuleError`."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{cls._path}.{name}", cls._reason)

    def __call__(cls, *args, **kwargs):
        raise MissingModuleError(f"{cls._path} is needed here. {cls._reason}")


def _stand_in(path, reason):
    return _StandIn(path.rpartition(".")[2], (Warning,), {"_path": path, "_reason": reason})


class _Finder:
    """Gives the source files below ``root`` a loader with our ``__import__``; every other module passes by."""

    def __init__(self, root, modules):
        self.root = root
        self.modules = modules
        self.builtins = dict(vars(builtins), __import__=self.import_or_stand_in)

    def find_spec(self, name, path=None, target=None):
        if path is not None and not any(_is_below(entry, self.root) for entry in path):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or type(spec.loader) is not importlib.machinery.SourceFileLoader:
            return None
        if not _is_below(spec.origin, self.root):
            return None
        spec.loader = _Loader(name, spec.origin, self.builtins)
        return spec

    def import_or_stand_in(self, name, globals=None, locals=None, fromlist=(), level=0):
        """``__import__`` for the files below the root."""
        top, importer = name.partition(".")[0], globals or {}
        # a module may be installed from below the root, and then answers for its own imports
        if level or top not in self.modules or importer.get("__name__", "").partition(".")[0] == top:
            return builtins.__import__(name, globals, locals, fromlist, level)
        try:
            module = builtins.__import__(name, globals, locals, fromlist, level)
        except Exception as error:  # a present but unfit library raises more than ImportError
            return _stand_in(name if fromlist else top, self._reason(name, error, importer))
        missing = [item for item in fromlist or () if item != "*" and not hasattr(module, item)]
        if not missing:
            return module
        reason = self._reason(name, f"it has no {', '.join(missing)}", importer)
        there = {item: getattr(module, item) for item in fromlist if item not in missing}
        return SimpleNamespace(**there, **{item: _stand_in(f"{name}.{item}", reason) for item in missing})

    def _reason(self, name, error, importer):
        top = name.partition(".")[0]
        file = os.path.relpath(importer.get("__file__") or self.root, self.root)
        if isinstance(error, ModuleNotFoundError):
            why, cure = f"this Python has no module {error.name}", error.name.partition(".")[0]
        elif isinstance(error, Exception):
            why, cure = f"importing {name} failed ({type(error).__name__}: {error})", top
        else:
            version = getattr(sys.modules.get(top), "__version__", None)
            why, cure = f"the installed {top}{f' {version}' if version else ''} does not fit: {error} in {name}", None
        install = f"Run 'pip install {self.modules.get(cure, cure)}'" if cure else f"Install a {top} that has it"
        return f"{file} imports it, and {why}. {install}, or use a model or data set that does without it."


class _Loader(importlib.machinery.SourceFileLoader):
    """Runs a module with the given builtins. An import statement asks the builtins of its own module."""

    def __init__(self, name, path, module_builtins):
        super().__init__(name, path)
        self._module_builtins = module_builtins

    def exec_module(self, module):
        module.__dict__["__builtins__"] = self._module_builtins
        super().exec_module(module)


def _is_below(path, root):
    path = os.path.realpath(path)
    if not path.startswith(os.path.join(root, "")) and path != root:
        return False
    return _LIBRARY_FOLDERS.isdisjoint(os.path.relpath(path, root).split(os.sep))
