"""What Muster writes for whoever operates it: JSON lines on stderr, each with the job and incident it is about."""

import logging
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TextIO

from pythonjsonlogger.json import JsonFormatter

_ABOUT: Final[ContextVar[Mapping[str, str]]] = ContextVar("about")


@contextmanager
def about(*, job: str, incident: str | None) -> Iterator[None]:
    """Until the block ends, every line that is logged, by whatever part or library, names the job and the incident."""
    token = _ABOUT.set({"job": job} if incident is None else {"job": job, "incident": incident})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def told_about() -> Mapping[str, str]:
    """The job and the incident that the same task is doing something for."""
    return _ABOUT.get({})


def handler(stream: TextIO) -> logging.Handler:
    """What writes each line as a JSON object."""
    made = logging.StreamHandler(stream)
    made.addFilter(_told_what_it_is_about)
    made.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    return made


def _told_what_it_is_about(record: logging.LogRecord) -> bool:
    """Let every line through, with what it is about; what the line says itself stands."""
    for name, value in _ABOUT.get({}).items():
        if name not in record.__dict__:
            setattr(record, name, value)
    return True


def process_name() -> str:
    """What tells several processes of one store apart."""
    return f"{socket.gethostname()}:{os.getpid()}"


def set_up() -> None:
    """Send Muster's own log and its libraries' warnings to stderr. Secrets are never passed to it."""
    logging.basicConfig(handlers=[handler(sys.stderr)], level=logging.WARNING)
    logging.getLogger("bot").setLevel(logging.INFO)
    # It warns that the client has a token although the identity is given too; both are meant to be. Bolt gives all of
    # its loggers the level of this one (bot/slack/app.py).
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)


def silence() -> None:
    """Let nothing be logged: what a command has to say is its output."""
    logging.getLogger().addHandler(logging.NullHandler())
