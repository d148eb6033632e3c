"""The options that several commands of the terminal take, each meaning the same everywhere."""

import os
import pwd
import re
from pathlib import Path
from typing import Annotated, Final

import typer

from incident.responder import Actor, at_terminal

SLACK_USER: Final = re.compile(r"[UW][A-Z0-9]{4,}")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")

ConfigFile = Annotated[Path, typer.Option("--config", help="The configuration file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
As = Annotated[
    str | None,
    typer.Option("--as", help="Who you are: a Slack user id (U…) or an e-mail address; your account without it."),
]


def who(said: str | None) -> Actor:
    """Whoever gives a command here, recorded as *at the terminal*, because nobody proves who they are."""
    if said is None:
        return at_terminal(_account())
    if SLACK_USER.fullmatch(said):
        return at_terminal(f"user:{said}")
    if _EMAIL.fullmatch(said):
        return at_terminal(said)
    raise typer.BadParameter("write a Slack user id (U…) or an e-mail address", param_hint="--as")


def _account() -> str:
    """The account's name; not what the environment says it is."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"account {os.getuid()}"
