"""What is typed at the terminal, without the secrets in it: it is kept for ever and told in Slack."""

from pathlib import Path

import typer

from bot import config
from bot.config import WrongSetting
from bot.redaction.redactor import Redactor
from bot.terminal.ending import fail
from bot.words.hidden import HIDDEN


def heard(config_file: Path, *said: str) -> tuple[str, ...]:
    """Each text without what looks like a secret, or is one that the settings name; whoever typed it is told once.

    A wrong setting ends the process with 1.
    """
    try:
        hide = Redactor(config.secrets_here(config_file)).clean
    except WrongSetting as wrong:
        fail(str(wrong))
    clean = tuple(map(hide, said))
    if clean != said:
        typer.echo(HIDDEN, err=True)
    return clean
