"""The NATS CLI: what a command does, from its words alone."""

from compiler.proof.nats.verdict import judge

__all__ = ["judge"]
