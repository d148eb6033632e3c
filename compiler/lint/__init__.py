"""What is wrong with a runbook, said before somebody needs it: where, what, and what to write instead."""
