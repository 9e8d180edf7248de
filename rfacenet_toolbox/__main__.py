"""``python -m rfacenet_toolbox``: the ``rfacenet`` command."""

import sys

from .cli import main

sys.exit(main())
