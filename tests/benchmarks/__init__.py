"""How fast the set modules are, against their peers in the same run."""
