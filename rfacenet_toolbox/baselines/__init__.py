"""The methods that Table 2 compares rFaceNet with."""
