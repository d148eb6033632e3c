"""What the reading commands of docker show, and the bounded form of those that would not end or show too much."""

import re
from collections.abc import Callable, Mapping

from compiler.proof import go_durations
from compiler.proof.docker import templates as docker_templates
from compiler.proof.go_flags import Line, Refused
from compiler.proof.object_names import is_image
from compiler.proof.shown import Shown, is_within
from compiler.proof.word_list import word_list

MOST_LINES = 1000
"""Lines of a log that are read of each container, at most."""
EVENTS_SINCE = "10m"
"""How far back events are listed when the command does not say."""


_PS_WORDS = word_list("aux auxw auxww ax axu au -e -f -A -ef -eF -ely -aux -ax -eLf -efww -ww")
_PS_COLUMNS = word_list("-o -eo -axo")
_PS_LAID_OUT = re.compile(r"-[a-zA-Z]*e[a-zA-Z]*[fFly]")
_PS_FIELDS = re.compile(r"[a-z%,]+")
_PS_HIDDEN = "env"
_LAYERS = "{{.ID}} {{.CreatedSince}} {{.Size}}"
_LAYER_FIELDS = word_list(".ID .CreatedAt .CreatedSince .Size .Comment")
_FIELD = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_TYPES = word_list("container image network volume service node task")
_ENDLESS = ("follow", "details")


def show(path: tuple[str, ...], line: Line) -> Shown:
    """What the reading command shows. Raises Refused."""
    if line.rest is not None:
        raise Refused("nothing may follow -- here")
    return _SHOWN[path](line)


def names_in(line: Line) -> str:
    """The operands as one text, each checked to be the name of an object or image. Raises Refused."""
    if wrong := next((name for name in line.operands if not is_image(name)), None):
        raise Refused(f"{wrong[:40]!r} is not the name of one object")
    return ", ".join(line.operands)[:80]


def listed(what: str, *, named: bool = False) -> Callable[[Line], Shown]:
    """A command that lists objects, in a format of plain fields."""

    def shown(line: Line) -> Shown:
        names = names_in(line)
        if bool(names) and not named:
            raise Refused("it takes no operands")
        if (template := line.one("format")) and (objection := docker_templates.objection_to_listing(template)):
            raise Refused(objection)
        return Shown(reason=f"lists {what}{f' of {names}' if names else ''}")

    return shown


def logs(line: Line, *, several: bool = False) -> Shown:
    """The last lines of a log: it is not followed, and never read whole."""
    names = names_in(line)
    if not several and len(line.operands) != 1:
        raise Refused("it names no container, or several")
    reason = f"reads the last lines of the logs of {names or 'every service'}"
    dropped = tuple(name for name in _ENDLESS if line.all(name))
    tail = line.one("tail")
    if is_within(tail, MOST_LINES):
        return Shown(reason=reason, dropped=dropped)
    return Shown(reason=reason, dropped=(*dropped, "tail"), added=(f"--tail={MOST_LINES}",))


def stats(line: Line) -> Shown:
    """One sample of what containers use."""
    shown = listed("what containers use", named=True)(line)
    if line.on("no-stream"):
        return shown
    return Shown(reason=f"{shown.reason}, once", dropped=("no-stream",), added=("--no-stream",))


def events(line: Line, *, named: bool = False) -> Shown:
    """Events between two moments that have passed; `named` where the command may name whose."""
    shown = listed("events", named=named)(line)
    since, until = line.one("since"), line.one("until")
    if since and until and _is_past(until):
        return shown
    bounds = (f"--since={since or EVENTS_SINCE}", "--until=0s")
    return Shown(reason=f"{shown.reason} up to now", dropped=("since", "until"), added=bounds)


def _is_past(moment: str) -> bool:
    """Whether the moment is a length of time, which docker counts back from now."""
    return go_durations.seconds(moment) is not None


def _top(line: Line) -> Shown:
    if not line.operands:
        raise Refused("it names no container")
    name = names_in(Line(operands=line.operands[:1]))
    loose = [word for word in line.operands[1:] if word in _PS_WORDS]
    alone = "-eo" in line.operands or _PS_LAID_OUT.search(" ".join(loose))
    if len(loose) > 1 or (loose and alone and not _PS_COLUMNS.isdisjoint(line.operands)):
        raise Refused("ps could read its options in another way together, and show the environment: give one")
    words = iter(line.operands[1:])
    for word in words:
        if word in _PS_COLUMNS:
            fields = next(words, "")
            if not _PS_FIELDS.fullmatch(fields) or _PS_HIDDEN in fields:
                raise Refused(f"{fields[:40]!r} is not a list of fields that hold no environment")
        elif word not in _PS_WORDS:
            raise Refused(f"{word[:40]!r} may make ps show the environment")
    return Shown(reason=f"lists the processes of {name}")


def _inspect(kind: str | None) -> Callable[[Line], Shown]:
    def shown(line: Line) -> Shown:
        return _inspected(line, kind or line.one("type") or _type_of(line), named=kind is not None)

    return shown


def _type_of(line: Line) -> str:
    """An object's type when the command does not say: a name with a tag or a registry is an image's."""
    return "image" if any(mark in name for name in line.operands for mark in ":/") else "container"


def _inspected(line: Line, kind: str, *, named: bool) -> Shown:
    names = names_in(line)
    if not names or kind not in _TYPES:
        raise Refused("it names nothing that may be inspected")
    template = line.one("format")
    if template and template != "json":
        if objection := docker_templates.objection_to_inspection(template):
            raise Refused(objection)
        return Shown(reason=f"shows fields of {names} that hold no secret")
    projected = docker_templates.inspection(kind)
    if projected is None:
        return Shown(reason=f"shows {names} and its settings")
    command = (kind, "inspect") if kind != "task" else ("inspect", "--type=task")
    platform = tuple(f"--platform={value}" for value in line.all("platform"))
    return Shown(
        reason=f"shows {names}: its environment and command line are dropped",
        instead=(*command, *platform, f"--format={projected}", *line.operands),
    )


def _history(line: Line) -> Shown:
    """The layers without the commands that made them: those hold the values that the image was built with."""
    shown = listed("the layers", named=True)(line)
    template = line.one("format")
    if template is None and not line.on("quiet"):
        reason = f"{shown.reason}: what made them is dropped"
        return Shown(reason=reason, dropped=("no-trunc",), added=(f"--format={_LAYERS}",))
    fields = {field.strip() for field in _FIELD.findall(template or "")}
    if template is not None and (template == "json" or not fields <= _LAYER_FIELDS):
        raise Refused("what made a layer holds the values that the image was built with: ask for {{.ID}} {{.Size}}")
    return shown


def _wait(line: Line) -> Shown:
    if not line.operands:
        raise Refused("it names no container")
    template = "--format={{.Name}} {{.State.Status}} {{.State.ExitCode}}"
    return Shown(
        reason=f"looks once whether {names_in(line)} has ended",
        instead=("container", "inspect", template, *line.operands),
    )


_SHOWN: Mapping[tuple[str, ...], Callable[[Line], Shown]] = {
    ("container", "ls"): listed("containers"),
    ("container", "logs"): logs,
    ("container", "stats"): stats,
    ("container", "top"): _top,
    ("container", "inspect"): _inspect("container"),
    ("container", "port"): listed("the published ports", named=True),
    ("container", "diff"): listed("the changed files", named=True),
    ("container", "wait"): _wait,
    ("image", "ls"): listed("images", named=True),
    ("image", "inspect"): _inspect("image"),
    ("image", "history"): _history,
    ("inspect",): _inspect(None),
    ("network", "ls"): listed("networks"),
    ("network", "inspect"): _inspect("network"),
    ("volume", "ls"): listed("volumes"),
    ("volume", "inspect"): _inspect("volume"),
    ("service", "ls"): listed("services"),
    ("service", "ps"): listed("the tasks", named=True),
    ("service", "logs"): logs,
    ("service", "inspect"): _inspect("service"),
    ("node", "ls"): listed("nodes"),
    ("node", "ps"): listed("the tasks", named=True),
    ("node", "inspect"): _inspect("node"),
    ("stack", "ls"): listed("stacks"),
    ("stack", "ps"): listed("the tasks", named=True),
    ("stack", "services"): listed("the services", named=True),
    ("secret", "ls"): listed("the names of secrets"),
    ("config", "ls"): listed("the names of configurations"),
    ("plugin", "ls"): listed("the engine's plug-ins"),
    ("context", "ls"): listed("contexts"),
    ("context", "show"): listed("the context's name"),
    ("system", "df"): listed("what takes up disk space"),
    ("system", "info"): listed("facts about the engine"),
    ("system", "events"): events,
    ("version",): listed("the versions of docker and its engine"),
}
