"""Muster under every fault at once: simulated from a seed, and with real processes that are really killed."""
