"""The toolbox's command line, served from this checkout: ``python main.py --config_file toolbox_configs/X.yaml``."""

import sys

from rfacenet_toolbox.cli import standalone

if __name__ == "__main__":
    sys.exit(standalone())
