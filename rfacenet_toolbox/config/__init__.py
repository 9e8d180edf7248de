"""Configuration: our node in the toolbox's tree, the tree itself for the standalone host, and what is checked first."""

from .checks import check, check_method_names
from .node import rfacenet_node
from .read import load, unknown_key_error

__all__ = ["check", "check_method_names", "load", "rfacenet_node", "unknown_key_error"]
