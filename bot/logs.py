"""What Muster writes for whoever operates it: one JSON object a line on stderr, with the job that it is about."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter


def set_up() -> None:
    """Send Muster's own log and its libraries' warnings to stderr. Secrets are never passed to it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("bot").setLevel(logging.INFO)
    # It warns that the client has a token although the identity is given too; both are meant to be.
    logging.getLogger("slack_bolt.AsyncApp").setLevel(logging.ERROR)


def silence() -> None:
    """Let nothing be logged: what a command has to say is its output."""
    logging.getLogger().addHandler(logging.NullHandler())
