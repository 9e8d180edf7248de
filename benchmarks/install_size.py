"""How large on disk are an installed distribution and everything that it requires?

``PYTHON benchmarks/install_size.py NAME`` prints JSON, {distribution: bytes}, for the distribution NAME in that
interpreter. A second argument names its package, for an editable install, whose files lie elsewhere. Extras do not
count. Standard library alone, so that any interpreter runs it.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import re
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def install_size(name, package=None):
    """{distribution: bytes} of ``name`` and everything that it requires, or None where it is not installed."""
    sizes, waiting = {}, [name]
    while waiting:
        asked = waiting.pop()
        if _normal(asked) in sizes:
            continue
        try:
            found = importlib.metadata.distribution(asked)
        except importlib.metadata.PackageNotFoundError:  # required of another platform or Python
            continue
        sizes[_normal(asked)] = _bytes(found.locate_file(file) for file in found.files or ())
        needed = (requirement for requirement in found.requires or () if "extra ==" not in requirement)
        waiting += [_NAME.match(requirement).group() for requirement in needed]
    if package and _normal(name) in sizes:
        sizes[_normal(name)] = max(sizes[_normal(name)], _folder_bytes(package))
    return sizes or None


def _normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _folder_bytes(package):
    spec = importlib.util.find_spec(package)
    return sum(_bytes(Path(folder).rglob("*")) for folder in spec.submodule_search_locations)


def _bytes(paths):
    return sum(os.path.getsize(path) for path in paths if os.path.isfile(path))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="of the distribution")
    parser.add_argument("package", nargs="?", help="its package, for an editable install")
    arguments = parser.parse_args()
    print(json.dumps(install_size(arguments.name, arguments.package)))
