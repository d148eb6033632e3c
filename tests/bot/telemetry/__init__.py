"""The edges, tested against real parts."""
