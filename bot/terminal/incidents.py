"""``muster incidents``: what is known of incidents, and what people say about them, also while Slack is down."""

from typing import Annotated, Final

import typer

from bot import config
from bot.terminal import inspection, speaking
from bot.terminal.ending import finish
from bot.terminal.heard import heard
from bot.terminal.options import SLACK_USER, As, AsJson, ConfigFile, who
from commands.acknowledge import acknowledge
from commands.answers import Done
from commands.asked import Asked
from commands.change_severity import change_severity
from commands.note import note
from commands.ports import Kept
from commands.reopen import reopen
from commands.resolve import resolve_filled
from commands.take_role import take_role
from commands.update import update_filled
from incident.incident import Status
from incident.severity import of_word

app = typer.Typer(help="Look at incidents and work on them, also while Slack is down.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="INC-142, or 142.", metavar="INCIDENT")]
Words = Annotated[list[str], typer.Argument(help="In any number of words.", metavar="TEXT")]
WhyNot = Annotated[list[str] | None, typer.Argument(help="Why, in any number of words.", metavar="REASON")]
Impact = Annotated[str, typer.Option("--impact", help="Who is affected, and how.")]

_STATUSES: Final = [each.value for each in Status if each is not Status.RESOLVED]


@app.command("list")
def list_incidents(json: AsJson = False, config_file: ConfigFile = config.USUAL) -> None:
    """The open incidents, worst first, then the newest that ended."""
    finish(lambda: inspection.list_incidents(config.store_of(config_file), as_json=json))


@app.command("show")
def show_incident(number: Number, json: AsJson = False, config_file: ConfigFile = config.USUAL) -> None:
    """Everything that is recorded about one incident."""
    finish(lambda: inspection.show_incident(config.store_of(config_file), number, as_json=json))


@app.command("why")
def why_incident(number: Number, json: AsJson = False, config_file: ConfigFile = config.USUAL) -> None:
    """How one incident came to be: which alert, which rule, why this severity, who was called and why."""
    finish(lambda: inspection.explain_incident(config.store_of(config_file), number, as_json=json))


@app.command("declare")
def declare(
    words: Annotated[list[str], typer.Argument(help="P0–P3, then what is broken; P2 where no level is named.")],
    system: Annotated[str | None, typer.Option("--system", help="The system of muster.yaml that it is about.")] = None,
    summary: Annotated[str, typer.Option("--summary", help="What is known so far.")] = "",
    as_: As = None,
    json: AsJson = False,
    config_file: ConfigFile = config.USUAL,
) -> None:
    """Open an incident; its channel comes, and people are called, as soon as Slack answers."""
    by, (said, known) = who(as_), heard(config_file, " ".join(words), summary)
    finish(lambda: speaking.declare(config_file, said, system=system, summary=known, by=by, as_json=json))


@app.command("ack")
def ack(number: Number, as_: As = None, json: AsJson = False, config_file: ConfigFile = config.USUAL) -> None:
    """Say that somebody is on it."""
    by = who(as_)
    finish(lambda: speaking.say(config.store_of(config_file), number, "", acknowledge, by=by, as_json=json))


@app.command("note")
def note_down(
    number: Number, words: Words, as_: As = None, json: AsJson = False, config_file: ConfigFile = config.USUAL
) -> None:
    """Write a line on the timeline."""
    by, (said,) = who(as_), heard(config_file, " ".join(words))
    finish(lambda: speaking.say(config.store_of(config_file), number, said, note, by=by, as_json=json))


@app.command("update")
def update(
    number: Number,
    words: Words,
    status: Annotated[str | None, typer.Option("--status", help=f"How far it is: {', '.join(_STATUSES)}.")] = None,
    impact: Impact = "",
    following: Annotated[str, typer.Option("--next", help="What is done next, and by whom.")] = "",
    as_: As = None,
    json: AsJson = False,
    config_file: ConfigFile = config.USUAL,
) -> None:
    """Tell everybody what is known now."""
    if status is not None and status not in _STATUSES:
        raise typer.BadParameter(f"choose one of {', '.join(_STATUSES)}", param_hint="--status")
    by, to = who(as_), Status(status) if status is not None else None
    said, harm, then = heard(config_file, " ".join(words), impact, following)

    async def updated(asked: Asked, *, ports: Kept) -> Done:
        return await update_filled(asked, text=asked.words, ports=ports, status=to, impact=harm, following=then)

    finish(lambda: speaking.say(config.store_of(config_file), number, said, updated, by=by, as_json=json))


@app.command("severity")
def severity(
    number: Number,
    level: Annotated[str, typer.Argument(help="P0, P1, P2 or P3.")],
    reason: WhyNot = None,
    as_: As = None,
    json: AsJson = False,
    config_file: ConfigFile = config.USUAL,
) -> None:
    """Make it worse or less bad, or confirm it."""
    if of_word(level) is None:
        raise typer.BadParameter("choose P0, P1, P2 or P3", param_hint="LEVEL")
    by, (said,) = who(as_), heard(config_file, " ".join((level, *(reason or ()))))
    finish(lambda: speaking.say_grounded(config_file, number, said, change_severity, by=by, as_json=json))


@app.command("role")
def role(
    number: Number,
    part: Annotated[str, typer.Argument(help="commander, scribe or comms.", metavar="ROLE")],
    person: Annotated[str, typer.Argument(help="Who takes it: a Slack user id (U…).")],
    as_: As = None,
    json: AsJson = False,
    config_file: ConfigFile = config.USUAL,
) -> None:
    """Give a role to somebody."""
    if not SLACK_USER.fullmatch(person):
        raise typer.BadParameter("write a Slack user id (U…)", param_hint="PERSON")
    by, said = who(as_), f"{part} <@{person}>"
    finish(lambda: speaking.say(config.store_of(config_file), number, said, take_role, by=by, as_json=json))


@app.command("resolve")
def resolve(
    number: Number,
    words: Annotated[list[str], typer.Argument(help="What fixed it, in any number of words.", metavar="FIX")],
    lingering: Annotated[
        str, typer.Option("--lingering", help="Whether effects linger: yes, no or unknown.")
    ] = "unknown",
    impact: Impact = "",
    as_: As = None,
    json: AsJson = False,
    config_file: ConfigFile = config.USUAL,
) -> None:
    """It is over; the diagnostics look once more and the post-mortem is drafted."""
    if lingering not in {"yes", "no", "unknown"}:
        raise typer.BadParameter("choose yes, no or unknown", param_hint="--lingering")
    by, (said, harm) = who(as_), heard(config_file, " ".join(words), impact)

    async def resolved(asked: Asked, *, ports: Kept) -> Done:
        return await resolve_filled(asked, fix=asked.words, lingering=lingering, impact=harm, ports=ports)

    finish(lambda: speaking.say(config.store_of(config_file), number, said, resolved, by=by, as_json=json))


@app.command("reopen")
def open_again(
    number: Number,
    reason: WhyNot = None,
    as_: As = None,
    json: AsJson = False,
    config_file: ConfigFile = config.USUAL,
) -> None:
    """It is back: its clocks start anew, and its people are called again."""
    by, (said,) = who(as_), heard(config_file, " ".join(reason or ()))
    finish(lambda: speaking.say_grounded(config_file, number, said, reopen, by=by, as_json=json))
