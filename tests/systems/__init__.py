"""Each of the five systems: every runnable step of its catalog, run for real."""
