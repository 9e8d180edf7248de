"""Where a run happens: inside a real rPPG-Toolbox checkout (:mod:`.toolbox`) or without one (:mod:`.standalone`)."""
