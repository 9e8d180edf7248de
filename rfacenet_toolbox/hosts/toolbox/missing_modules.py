"""Imports that fail only when what they were to bring is really used.

For the files below one root, and for no other file, an import of a module that this machine lacks gives a stand-in.
The hook is a meta-path finder that runs those files with an ``__import__`` of their own. Stand-ins never enter
``sys.modules``, so libraries that probe for optional modules keep getting their ``ModuleNotFoundError``.
"""

import ast
import builtins
import importlib.machinery
import inspect
import os
import sys
from functools import lru_cache
from types import SimpleNamespace

from ...errors import RFaceNetError

_CATCHES_IMPORT_ERROR = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_LIBRARY_FOLDERS = {"site-packages", "dist-packages"}  # a virtual environment inside the root is not the root's code
_OPERATIONS = (
    "iter", "next", "len", "getitem", "setitem", "delitem", "contains", "enter", "exit", "await", "int", "float",
    "index", "array", "add", "radd", "sub", "rsub", "mul", "rmul", "matmul", "truediv", "rtruediv", "pow", "neg",
    "lt", "le", "gt", "ge",
)  # fmt: skip


class MissingModuleError(RFaceNetError, ImportError):
    """Something is used that comes from a module this machine lacks."""


def defer_imports(root, distributions=None):
    """Let failing imports in the files below ``root`` fail at first use instead. Safe to repeat.

    It covers modules that are absent, modules that are there but cannot be imported, and names that an installed
    module no longer has. An import inside a ``try`` that catches ``ImportError`` is left to fail, because the file
    has its own answer then, and so are imports of the root's own modules.

    Args:
        root: folder of the files.
        distributions: module name -> the name that ``pip install`` knows it by, where the two differ.
    """
    root = os.path.realpath(root)
    if not any(isinstance(finder, _Finder) and finder.root == root for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(root, distributions or {}))


class Absent:
    """Stands in for a module, or a name of one. It can be imported from, subclassed, called while a module body runs
    (decorators), and put in annotations; any real use raises :class:`MissingModuleError`."""

    def __init__(self, name, reason):
        self.__dict__.update(_absent_name=name, _absent_reason=reason)

    def __getattr__(self, name):
        if name == "__all__":  # "from x import *" brings nothing
            return ()
        if name.startswith(("__", "_absent_")):
            raise AttributeError(name)
        return stand_in(f"{self._absent_name}.{name}", self._absent_reason)

    def __setattr__(self, name, value):
        raise self._absent_error()

    def __call__(self, *args, **kwargs):
        if _runs_module_body(sys._getframe(1)):
            return Absent(f"{self._absent_name}(...)", self._absent_reason)
        raise self._absent_error()

    def __mro_entries__(self, bases):
        return (_refusing_class(self, object),)

    def __bool__(self):
        return True

    def __instancecheck__(self, instance):
        return False

    def __subclasscheck__(self, subclass):
        return False

    def __or__(self, other):  # "X | None" in an annotation
        return self

    __ror__ = __or__

    def __repr__(self):
        return f"<absent {self._absent_name}>"

    def _absent_error(self):
        return MissingModuleError(f"{self._absent_name} is needed here. {self._absent_reason}")


def stand_in(name, reason):
    """An :class:`Absent`, or a class where only a class will do: for ``except`` and for warning filters, which are
    known by their names."""
    absent = Absent(name, reason)
    if name.endswith("Warning"):
        return _refusing_class(absent, Warning)
    if name.endswith(("Error", "Exception")):
        return _refusing_class(absent, Exception)
    return absent


def _refusing_class(absent, base):
    def refuse(cls, *args, **kwargs):
        raise absent._absent_error()

    return type(absent._absent_name.rsplit(".", 1)[-1], (base,), {"__new__": refuse})


def _refusing_operation(self, *args):
    raise self._absent_error()


for _operation in _OPERATIONS:
    setattr(Absent, f"__{_operation}__", _refusing_operation)


class _Finder:
    """Gives the source files below ``root`` a loader that knows how to defer; every other module passes by."""

    def __init__(self, root, distributions):
        self.root = root
        self.distributions = distributions
        self.builtins = dict(vars(builtins), __import__=self.import_or_defer)

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

    def import_or_defer(self, name, globals=None, locals=None, fromlist=(), level=0):
        """``__import__`` for the files below the root."""
        try:
            module = builtins.__import__(name, globals, locals, fromlist, level)
        except Exception as error:  # a present but unfit library raises more than ImportError
            if level or self._is_own(name) or _is_guarded(sys._getframe(1)):
                raise
            absent = Absent(name, self._reason(name, error, globals))
            return absent if fromlist else Absent(name.partition(".")[0], absent._absent_reason)
        missing = [item for item in fromlist or () if item != "*" and not hasattr(module, item)]
        if not missing or level or self._is_own(name) or _is_guarded(sys._getframe(1)):
            return module
        reason = self._reason(name, f"it has no {', '.join(missing)}", globals)
        there = {item: getattr(module, item) for item in fromlist if item not in missing}
        return SimpleNamespace(**there, **{item: stand_in(f"{name}.{item}", reason) for item in missing})

    def _is_own(self, name):
        top = os.path.join(self.root, name.partition(".")[0])
        return os.path.isdir(top) or os.path.isfile(top + ".py")

    def _reason(self, name, error, importer):
        top = name.partition(".")[0]
        file = os.path.relpath((importer or {}).get("__file__") or self.root, self.root)
        if isinstance(error, ModuleNotFoundError):
            why, cure = f"this Python has no module {error.name}", error.name.partition(".")[0]
        elif isinstance(error, Exception):
            why, cure = f"importing {name} failed ({type(error).__name__}: {error})", top
        else:
            version = getattr(sys.modules.get(top), "__version__", None)
            why, cure = f"the installed {top}{f' {version}' if version else ''} does not fit: {error} in {name}", None
        install = f"Run 'pip install {self.distributions.get(cure, cure)}'" if cure else f"Install a {top} that has it"
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


def _runs_module_body(frame):
    """Whether the frame is the body of an imported module, or of a class: code that runs at import."""
    return not frame.f_code.co_flags & inspect.CO_OPTIMIZED and frame.f_globals.get("__name__") != "__main__"


def _is_guarded(frame):
    return frame.f_lineno in _guarded_lines(frame.f_code.co_filename)


@lru_cache(maxsize=None)
def _guarded_lines(file):
    """Lines of the import statements that stand in a ``try`` whose handlers take an ``ImportError``."""
    try:
        with open(file, "rb") as source:
            tree = ast.parse(source.read())
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(_takes_import_error(handler) for handler in node.handlers):
            for inner in (inner for statement in node.body for inner in ast.walk(statement)):
                if isinstance(inner, (ast.Import, ast.ImportFrom)):
                    lines.update(range(inner.lineno, inner.end_lineno + 1))
    return frozenset(lines)


def _takes_import_error(handler):
    if handler.type is None:
        return True
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(names & _CATCHES_IMPORT_ERROR)
