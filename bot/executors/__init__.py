"""What runs a step on a target: one file for each kind, each with its proof that a diagnostic only looks."""
