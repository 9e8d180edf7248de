"""Configuration: our node in the toolbox's tree, the tree itself for the standalone host, and what is checked first."""

from .checks import check, check_method_names
from .node import add_settings, rfacenet_node
from .read import check_yaml, load, name_resampled, unknown_key_error

__all__ = [
    "add_settings", "check", "check_method_names", "check_yaml", "load", "name_resampled", "rfacenet_node",
    "unknown_key_error",
]  # fmt: skip
