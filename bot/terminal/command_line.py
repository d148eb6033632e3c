"""All commands of ``muster``. Data goes to stdout, messages to stderr; a failure is one sentence, never a traceback.

0  done        1  it could not be done, and stderr says why        2  wrong usage        3  a check found something
"""

import asyncio
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import config
from bot.config import WrongSetting
from bot.doctor import remark
from bot.doctor.examine import examine
from bot.slack import manifest
from bot.telemetry import logs
from bot.terminal import dead_letters, incidents, inspection
from bot.terminal import runbooks as runbook_commands
from bot.terminal import store as store_commands
from bot.terminal.ending import fail, finish
from bot.terminal.explaining import UnknownSourceError, explain
from bot.terminal.heard import heard
from bot.terminal.options import As, AsJson, ConfigFile, who
from bot.terminal.run import run

app = typer.Typer(
    name="muster",
    help="The on-call engineer's second pair of hands in Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
alerts = typer.Typer(help="See what Muster makes of what monitors send.", no_args_is_help=True)
audit = typer.Typer(help="Check what was recorded.", no_args_is_help=True)
store = typer.Typer(help="Look after what is kept.", no_args_is_help=True)
app.add_typer(incidents.app, name="incidents")
app.add_typer(store, name="store")
app.add_typer(alerts, name="alerts")
app.add_typer(audit, name="audit")

Reason = Annotated[list[str] | None, typer.Argument(help="Why, in any number of words.")]


app.command()(run)


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
def runbook(words: Annotated[list[str] | None, typer.Argument(metavar="COMMAND…")] = None) -> None:
    """Work on runbooks."""
    runbook_commands.muster_runbook(words or [])


def _takeable(port: int) -> int:
    """Raises BadParameter where something listens there already, before anything is started."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise typer.BadParameter(f"{port} cannot be taken ({error.strerror}); name another one, or none.") from None
    return port


PagePort = Annotated[
    int, typer.Option("--port", min=0, max=65535, callback=_takeable, help="The page's port; 0 takes a free one.")
]


@app.command()
def demo(
    system: Annotated[str, typer.Option("--system", help="Which system to play.")] = "ai-storybook",
    story: Annotated[bool, typer.Option("--story", help="Let the story play itself, then end.")] = False,
    json: AsJson = False,
    port: PagePort = 0,
) -> None:
    """Play an incident: a Slack workspace in a box, a patient with faults to inject, and the bot."""
    # The demo is an extra: a server that runs the bot has neither it nor the sandbox.
    try:
        from demo.play import DemoError, play
    except ImportError as missing:
        fail(f"The demo is not installed here ({missing.name} is missing): run `make demo` in a checkout.")
    try:
        asyncio.run(play(system=system, story=story, as_json=json, port=port, data_dir=config.data_dir_of()))
    except DemoError as problem:
        fail(str(problem))
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("The demo has ended.", err=True)


@app.command()
def sandbox(
    port: PagePort = 0,
) -> None:
    """Run the Slack workspace in a box by itself and print what a bot needs to connect to it."""
    try:
        from demo.bare_sandbox import run_sandbox
    except ImportError as missing:
        fail(f"The sandbox is not installed here ({missing.name} is missing): use a checkout.")
    try:
        asyncio.run(run_sandbox(port))
    except KeyboardInterrupt:
        typer.echo("The sandbox has ended.", err=True)


@app.command("manifest")
def print_manifest(
    explain: Annotated[bool, typer.Option("--explain", help="Say what each scope is for, instead.")] = False,
) -> None:
    """Print the manifest from which Slack makes the app."""
    try:
        typer.echo(manifest.explained() if explain else manifest.text(), nl=explain)
    except OSError as missing:
        fail(f"The manifest was not installed beside the program: {missing}.")


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of muster.yaml, by which an editor completes and checks it."""
    # Only this needs what makes a schema.
    from bot.settings.schema import schema

    typer.echo(schema())


@app.command()
def doctor(config_file: ConfigFile = config.USUAL, as_json: AsJson = False) -> None:
    """Look whether everything is there that Muster needs, and say how to mend it; exit 3 when something failed."""
    logs.silence()
    remarks = finish(lambda: examine(config_file))
    typer.echo(remark.as_json(remarks) if as_json else remark.as_text(remarks))
    if not remark.healthy(remarks):
        raise typer.Exit(3)


@alerts.command("explain")
def explain_alerts(
    files: Annotated[list[Path], typer.Argument(help="Files with one body each, as the monitor sends it.")],
    source: Annotated[str, typer.Option("--source", help="The monitor: alertmanager, grafana, cloudwatch …")],
    config_file: Annotated[
        Path | None, typer.Option("--config", help="The configuration file: what each would do by its rules, and why.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line, one for each file.")] = False,
) -> None:
    """What the bodies in some files would be taken for and would do, or why they would be kept as dead letters."""
    try:
        explain(source, files, as_json=as_json, config_file=config_file, now=datetime.now(UTC))
    except (UnknownSourceError, WrongSetting) as problem:
        fail(str(problem))


@alerts.command("dead")
def list_dead_letters(as_json: AsJson = False, config_file: ConfigFile = config.USUAL) -> None:
    """The requests of monitors that could not be understood, oldest first; with --json one object a line."""
    finish(lambda: dead_letters.list_dead(config.store_of(config_file), as_json=as_json))


@alerts.command("replay")
def replay_dead_letters(
    keys: Annotated[list[str] | None, typer.Argument(help="Which: keys that `muster alerts dead` lists.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    config_file: ConfigFile = config.USUAL,
) -> None:
    """Take in dead letters after all, by this version and muster.yaml as it is now; exit 3 when one stays dead."""
    if bool(keys) == every:
        raise typer.BadParameter("name keys, or say --all")
    if not finish(lambda: dead_letters.replay_dead(config_file, keys or (), every=every)):
        raise typer.Exit(3)


@app.command()
def postmortem(
    number: Annotated[str, typer.Argument(help="INC-142, or 142.")],
    format_: Annotated[str, typer.Option("--format", help="md or json.")] = "md",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write; stdout without it.")] = None,
    config_file: ConfigFile = config.USUAL,
) -> None:
    """The post-mortem draft of one incident, from what is recorded now."""
    if format_ not in {"md", "json"}:
        raise typer.BadParameter("choose md or json", param_hint="--format")
    finish(lambda: inspection.write_postmortem(config.store_of(config_file), number, format_, output))


@app.command()
def migrate(config_file: ConfigFile = config.USUAL) -> None:
    """Make the store's tables, or bring them to this version; the next start would do it too."""
    finish(lambda: store_commands.migrate(config.store_of(config_file)))


@store.command("copy")
def copy_store(
    source: Annotated[
        Path | None, typer.Option("--from", help="The SQLite file; the data directory's without it.")
    ] = None,
    config_file: ConfigFile = config.USUAL,
) -> None:
    """Copy everything from a SQLite file into the PostgreSQL of muster.yaml; exit 3 when a timeline is broken there."""
    if not finish(lambda: store_commands.copy(source, config.store_of(config_file))):
        raise typer.Exit(3)


@store.command("backup")
def back_up_store(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    config_file: ConfigFile = config.USUAL,
) -> None:
    """Copy the SQLite file as it stands at this moment, while the bot goes on."""
    finish(lambda: store_commands.backup(config.store_of(config_file), file))


@app.command()
def freeze(reason: Reason = None, as_: As = None, config_file: ConfigFile = config.USUAL) -> None:
    """Stop everything: no remediation is asked for, approved or begun, in any incident."""
    by, (why,) = who(as_), heard(config_file, " ".join(reason or ()))
    finish(lambda: inspection.stop(config.store_of(config_file), why, by=by))


@app.command()
def unfreeze(reason: Reason = None, as_: As = None, config_file: ConfigFile = config.USUAL) -> None:
    """Let remediations run again."""
    by, (why,) = who(as_), heard(config_file, " ".join(reason or ()))
    finish(lambda: inspection.lift_stop(config.store_of(config_file), why, by=by))


@audit.command("verify")
def verify(config_file: ConfigFile = config.USUAL) -> None:
    """Check that no timeline was changed after the fact; exit 3 when one was."""
    if not finish(lambda: inspection.verify(config.store_of(config_file))):
        raise typer.Exit(3)
