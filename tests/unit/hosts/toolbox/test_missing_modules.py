"""Imports that fail at first use, below one root only. Modules are written into tmp_path and imported for real."""

import importlib
import sys

import pytest

from rfacenet_toolbox.errors import RFaceNetError
from rfacenet_toolbox.hosts.toolbox.missing_modules import MissingModuleError, defer_imports


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A function that imports a source as a module from a folder with deferred imports, or from beside it."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    loaded = set(sys.modules)
    inside, outside = tmp_path / "root", tmp_path / "libraries"
    monkeypatch.setattr(sys, "path", [str(inside), str(outside), *sys.path])
    defer_imports(str(inside), {"absent_pkg": "absent-pkg"})

    def write_and_import(source, name="checkout_file", folder=inside):
        path = folder / (name.replace(".", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    write_and_import.inside, write_and_import.outside = inside, outside
    inside.mkdir()
    yield write_and_import
    for name in set(sys.modules) - loaded:
        del sys.modules[name]


@pytest.mark.parametrize(
    "statement, use",
    [
        ("import absent_pkg", "absent_pkg.run()"),
        ("import absent_pkg.ops.deep", "absent_pkg.ops.deep.run()"),
        ("import absent_pkg.ops as ops", "ops.run()"),
        ("import absent_pkg.ops.deep as deep", "deep.run()"),
        ("from absent_pkg import thing", "thing()"),
        ("from absent_pkg.ops.triton.layernorm import RMSNorm, other", "RMSNorm(3)"),
        ("from absent_pkg import things", "things[0]"),
        ("from absent_pkg import things", "list(things)"),
        ("from absent_pkg import number", "number + 1"),
        ("from absent_pkg import number", "float(number)"),
        ("import absent_pkg", "setattr(absent_pkg, 'flag', 1)"),
    ],
)
def test_import_works_and_use_names_module_importer_and_cure(module, statement, use):
    used = module(f"{statement}\ndef use():\n    return {use}\n")
    with pytest.raises(MissingModuleError) as error:
        used.use()
    for part in ("absent_pkg", "checkout_file.py", "no module absent_pkg", "pip install absent-pkg"):
        assert part in str(error.value)
    assert "\n" not in str(error.value)
    assert isinstance(error.value, RFaceNetError) and isinstance(error.value, ImportError)


def test_star_import_brings_nothing(module):
    assert not hasattr(module("from absent_pkg import *\nhere = 1\n"), "anything")


def test_everything_that_runs_at_import_time_works(module):
    used = module(
        "import warnings\n"
        "from typing import Optional\n"
        "import absent_pkg\n"
        "from absent_pkg import Base, jit, tune, AbsentError, AbsentWarning\n"
        "warnings.filterwarnings('ignore', category=AbsentWarning)\n"
        "default = absent_pkg.make(1)\n"
        "class Child(Base, dict):\n"
        "    field = absent_pkg.field(default=3)\n"
        "    def __init__(self):\n"
        "        pass\n"
        "    @absent_pkg.method\n"
        "    def method(self): pass\n"
        "@jit\n"
        "def decorated(x: Optional[absent_pkg.Tensor], y: 'absent_pkg.T | None' = None): return 1\n"
        "@tune(configs=[absent_pkg.Config({'a': 1})], key=[1])\n"
        "def tuned(): return 1\n"
        "def is_one(x): return isinstance(x, absent_pkg.Tensor)\n"
        "def is_none(x):\n"
        "    try: raise KeyError('other')\n"
        "    except AbsentError: return False\n"
        "    except KeyError: return True\n"
    )
    assert not used.is_one(3) and used.is_none(3)
    for use in (used.Child, used.decorated, used.tuned, used.default, used.AbsentError):
        with pytest.raises(MissingModuleError):
            use()


def test_a_fallback_of_the_file_itself_is_left_to_work(module):
    used = module(
        "try:\n    import absent_pkg\nexcept ImportError:\n    absent_pkg = None\n"
        "try:\n    from math import (pi,\n        absent_name)\nexcept (KeyError, ImportError):\n"
        "    absent_name = 'own'\n"
        "def late():\n"
        "    try:\n        from absent_pkg import profile\n        return profile()\n"
        "    except (ImportError, Exception):\n        return 'own'\n"
        "try:\n    import absent_pkg.deep\nexcept KeyError:\n    pass\n"
    )
    assert used.absent_name == "own" and used.late() == "own"
    with pytest.raises(MissingModuleError):
        used.absent_pkg.deep()


def test_names_that_an_installed_module_has_lost(module):
    used = module("from math import pi, absent_name, log\ndef use():\n    return absent_name()\n")
    assert used.pi == pytest.approx(3.14159, abs=1e-5) and used.log(1) == 0
    with pytest.raises(MissingModuleError, match="installed math does not fit: it has no absent_name in math"):
        used.use()
    import math

    assert not hasattr(math, "absent_name")


def test_a_library_that_cannot_be_imported_for_its_own_reasons(module):
    (module.outside / "broken").mkdir(parents=True)
    (module.outside / "broken" / "__init__.py").write_text("raise RuntimeError('built for another torch')\n")
    (module.outside / "needy.py").write_text("import absent_dependency\n")
    used = module("import broken, needy\ndef use():\n    broken.run()\ndef use_needy():\n    needy.run()\n")
    with pytest.raises(MissingModuleError, match="importing broken failed .RuntimeError: built for another torch"):
        used.use()
    with pytest.raises(MissingModuleError, match="no module absent_dependency. Run 'pip install absent_dependency'"):
        used.use_needy()


def test_other_files_get_their_import_error_before_and_after(module):
    library = module(
        "def probe():\n"
        "    try:\n        import absent_pkg\n        return 'there'\n"
        "    except ModuleNotFoundError:\n        return 'not there'\n",
        "library",
        module.outside,
    )
    assert library.probe() == "not there"
    module("import absent_pkg\nimport absent_pkg.ops\n")
    assert library.probe() == "not there"
    assert not [name for name in sys.modules if name.startswith("absent_pkg")]
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("absent_pkg")


def test_a_virtual_environment_inside_the_root_is_no_part_of_it(module, monkeypatch):
    libraries = module.inside / ".venv" / "lib" / "site-packages"
    monkeypatch.setattr(sys, "path", [str(libraries), *sys.path])
    with pytest.raises(ModuleNotFoundError):
        module("import absent_pkg\n", "vendored", libraries)


def test_the_roots_own_mistakes_stay_errors(module):
    module("value = 1\n", "own.part")
    with pytest.raises(ImportError):
        module("from own.part import absent_name\n", "first")
    with pytest.raises(ModuleNotFoundError):
        module("import own.other\n", "second")
    with pytest.raises(ImportError):
        module("from . import other\n", "own.third")


def test_repeating_adds_nothing(module):
    before = list(sys.meta_path)
    defer_imports(str(module.inside))
    assert sys.meta_path == before
