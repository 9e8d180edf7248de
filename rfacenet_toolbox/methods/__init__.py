"""Everything that turns a clip into a pulse: rFaceNet, the networks it is compared with, and the signal methods."""
