"""Optional modules that are missing, below one root only. Modules are written into tmp_path and imported for real."""

import importlib
import sys

import pytest

from rfacenet_toolbox.errors import RFaceNetError
from rfacenet_toolbox.hosts.toolbox.missing_modules import MissingModuleError, allow_missing


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A function that imports a source as a module from the root whose optional modules may miss, or from beside it."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    loaded = set(sys.modules)
    inside, outside = tmp_path / "root", tmp_path / "libraries"
    monkeypatch.setattr(sys, "path", [str(inside), str(outside), *sys.path])
    optional = {name: name for name in ("math", "broken", "needy")}
    allow_missing(str(inside), {"absent_pkg": "absent-pkg", **optional})

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


def test_stand_ins_may_be_named_wherever_a_class_may(module):
    used = module(
        "import warnings\n"
        "from typing import Optional\n"
        "import absent_pkg\n"
        "from absent_pkg import Base, AbsentError, AbsentWarning\n"
        "warnings.filterwarnings('ignore', category=AbsentWarning)\n"
        "class Child(Base):\n"
        "    def __init__(self):\n"
        "        pass\n"
        "def annotated(x: Optional[absent_pkg.Tensor], y: 'absent_pkg.T | None' = None): return 1\n"
        "def is_one(x): return isinstance(x, absent_pkg.Tensor)\n"
        "def is_none(x):\n"
        "    try: raise KeyError('other')\n"
        "    except AbsentError: return False\n"
        "    except KeyError: return True\n"
    )
    assert not used.is_one(3) and used.is_none(3) and used.annotated(3) == 1
    for use in (used.Child, used.AbsentError):
        with pytest.raises(MissingModuleError):
            use()


def test_modules_that_are_not_optional_fail_as_ever(module):
    with pytest.raises(ModuleNotFoundError):
        module("import other_absent_pkg\n")
    used = module("try:\n    import other_absent_pkg\nexcept ImportError:\n    other_absent_pkg = None\n", "guarded")
    assert used.other_absent_pkg is None


def test_an_optional_module_that_lies_below_the_root_answers_for_its_own_imports(module):
    (module.inside / "absent_pkg").mkdir()
    (module.inside / "absent_pkg" / "__init__.py").write_text(
        "try:\n    from absent_pkg import kernels\nexcept ImportError:\n    kernels = None\n"
    )
    assert module("import absent_pkg\nkernels = absent_pkg.kernels\n").kernels is None


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
    allow_missing(str(module.inside), {})
    assert sys.meta_path == before
