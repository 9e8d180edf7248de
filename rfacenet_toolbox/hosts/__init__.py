"""Where a run happens: inside a real rPPG-Toolbox checkout (:mod:`.toolbox`) or from this package (:mod:`.standalone`)."""
