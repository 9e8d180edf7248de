"""The host that is a real rPPG-Toolbox checkout.

A checkout's ``main.py`` holds the line ``from rfacenet_toolbox.hosts.toolbox import activate; activate()``.
"""

from .plugin import activate

__all__ = ["activate"]
