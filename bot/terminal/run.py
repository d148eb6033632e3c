"""`muster run`: apart from the other commands, without which it starts earlier."""

import typer

from bot import config
from bot.telemetry import logs
from bot.terminal.ending import finish
from bot.terminal.options import ConfigFile
from bot.wiring import serve

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(config_file: ConfigFile = config.USUAL) -> None:
    """Run the bot until it is stopped."""
    logs.set_up()
    finish(lambda: serve(config.load(config_file)))
