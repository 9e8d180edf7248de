"""Variables of a MATLAB file: of version 7.3, which is HDF5 and needs h5py, and of older versions, by SciPy."""

import contextlib
import math

from ..runtime import limits
from ..runtime.packages import require

_HDF5 = b"\x89HDF\r\n\x1a\n"
#: where HDF5 may begin; MATLAB writes a header of 512 bytes before it
_HDF5_AT = (0, 512)


def check_readable(path):
    """Raise ConfigError where the file is of version 7.3, and h5py is not installed."""
    if _is_hdf5(path):
        require("h5py", "scamps", f"{path} is a MATLAB file of version 7.3, and reading it")


def check_bytes(count):
    """Raise ValueError where so many bytes are more than may be read, or decompressed, at once."""
    if count > limits.MAT_BYTES:
        raise ValueError(
            f"{count / 2**30:.1f} GB would be read at once; expected {limits.MAT_BYTES / 2**30:g} GB or less"
        )


@contextlib.contextmanager
def variables(path):
    """The variables of a file: ``names()``, and ``[name]``, whose values are read when it is indexed.

    Dimensions are in HDF5's order, the reverse of MATLAB's, and a vector has two.

    Raises:
        ConfigError: h5py is needed and is not installed.
        ValueError: from ``[name]``, a variable that is not plain data, or is too large.
        Exception: h5py and SciPy raise many kinds, depending on where a file is damaged.
    """
    check_readable(path)
    if not _is_hdf5(path):
        yield _OldFile(path)
        return
    import h5py

    with h5py.File(path, "r") as file:
        yield _Hdf5File(file)


def _is_hdf5(path):
    with open(path, "rb") as file:
        start = file.read(_HDF5_AT[-1] + len(_HDF5))
    return any(start.startswith(_HDF5, place) for place in _HDF5_AT)


class _Hdf5File:
    def __init__(self, file):
        self._file = file

    def names(self):
        return [name for name in self._file if not name.startswith("#")]  # MATLAB's own tables

    def __getitem__(self, name):
        import h5py

        is_here = isinstance(self._file.get(name, getlink=True), h5py.HardLink)  # before what it names is opened
        found = self._file[name] if is_here else None
        if not isinstance(found, h5py.Dataset) or found.shape is None or found.external or found.is_virtual:
            raise ValueError("is no plain array in the file itself")
        if math.prod(found.shape) > limits.MAT_VALUES:
            raise ValueError(f"has {math.prod(found.shape)} values; expected {limits.MAT_VALUES} or fewer")
        check_bytes(math.prod(found.chunks or ()) * found.dtype.itemsize)
        if math.prod(found.shape) and not found.id.get_storage_size():  # HDF5 reads it as zeros
            raise ValueError(f"has the shape {found.shape[::-1]} and no values")
        return found


class _OldFile:
    def __init__(self, path):
        from scipy.io import whosmat

        self._path = path
        self._bytes = {name: math.prod(shape) * (4 if kind == "single" else 8) for name, shape, kind in whosmat(path)}

    def names(self):
        return list(self._bytes)

    def __getitem__(self, name):
        from scipy.io import loadmat

        check_bytes(self._bytes[name])  # here it is read, the whole of it
        return loadmat(self._path, variable_names=[name])[name].T
