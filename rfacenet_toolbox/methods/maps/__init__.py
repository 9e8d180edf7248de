"""Methods that look at maps of skin colour over time; ``datasets/stmaps`` makes the maps."""
