"""Workflows, runs and reverts on GitHub."""
