"""Configuration: our node in the toolbox's tree, the tree itself for the standalone host, and what is checked first."""

from .checks import check, check_method_names
from .loading import load, unknown_key_error
from .rfacenet import rfacenet_node

__all__ = ["check", "check_method_names", "load", "rfacenet_node", "unknown_key_error"]
