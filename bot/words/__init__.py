"""Muster's voice: what is decided, said in plain sentences."""
