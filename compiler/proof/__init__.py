"""The judges: one positive grammar for each kind of command. What a grammar does not know is never read-only."""
