"""Which lines of GitHub's gh Muster carries out itself, against GitHub's API: runs, workflows and pull requests."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

from msgspec import Struct, field

from compiler.proof import forms, usage
from compiler.proof.usage import Misuse, Reading


class Ask(Enum):
    """What is asked of GitHub."""

    RUNS = "runs"
    RUN = "run"
    WORKFLOWS = "workflows"
    PULLS = "pulls"
    PULL = "pull"
    CHECKS = "checks"
    DISPATCH = "dispatch"
    RERUN = "rerun"
    CANCEL = "cancel"
    MERGE = "merge"
    REVERT = "revert"


CHANGES: Final = frozenset({Ask.DISPATCH, Ask.RERUN, Ask.CANCEL, Ask.MERGE, Ask.REVERT})


class Request(Struct, frozen=True, kw_only=True):
    """One thing that is asked. ``name`` is a workflow's file, or the number of a run or pull request."""

    ask: Ask
    name: str = ""
    repository: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    """What narrows a list, or tells how a change is made, by names of Muster's own."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """What a workflow is started with."""


_REPO = "-R=word --repo=word"
_FORMS = forms.table(
    f"""
run list, run ls: {_REPO} -L=lines --limit=lines -w=word --workflow=word -b=word --branch=word -s=name --status=name
    | # runs
run view: {_REPO} --exit-status | number # run
workflow list, workflow ls: {_REPO} | # workflows
pr list, pr ls: {_REPO} -L=lines --limit=lines -s=name --state=name -B=word --base=word | # pulls
pr view: {_REPO} | number # pull
pr checks: {_REPO} | number # checks
workflow run: {_REPO} -r=word --ref=word -f=text --raw-field=text | word # dispatch
run rerun: {_REPO} --failed | number # rerun
run cancel: {_REPO} | number # cancel
pr merge: {_REPO} -smr --squash --merge --rebase | number # merge
pr revert: {_REPO} | number # revert
"""
)
_NARROWING: Final[Mapping[str, str]] = {
    "-L": "limit",
    "--limit": "limit",
    "-w": "workflow",
    "--workflow": "workflow",
    "-b": "branch",
    "--branch": "branch",
    "-s": "state",
    "--status": "state",
    "--state": "state",
    "-B": "base",
    "--base": "base",
    "-r": "ref",
    "--ref": "ref",
}
_METHODS: Final[Mapping[str, str]] = {
    "-s": "squash",
    "--squash": "squash",
    "-m": "merge",
    "--merge": "merge",
    "-r": "rebase",
    "--rebase": "rebase",
}


def runnable(argv: Sequence[str]) -> str:
    """Why Muster cannot run the command itself, as a sentence; empty when it can."""
    found = parse(argv)
    return found if isinstance(found, str) else ""


def parse(argv: Sequence[str]) -> Request | str:
    """What the command asks; or a sentence that says why Muster does not. Never raises."""
    verb = " ".join(argv[1:3])
    for form in _FORMS.get(verb, ()):
        try:
            return _request(Ask(form.says), usage.read(form, argv[3:]))
        except Misuse as fault:
            return f"Muster's GitHub executor does not run this form of “gh {verb}”: {fault}."
    return f"Muster's GitHub executor does not run “gh {verb[:60]}”."


def _request(ask: Ask, reading: Reading) -> Request:
    given = {name: value or "" for name, value in reading.options}
    options = {_NARROWING[name]: value for name, value in given.items() if name in _NARROWING and value}
    if ask is Ask.MERGE:
        methods = {_METHODS[name] for name in given if name in _METHODS}
        if len(methods) != 1:
            raise Misuse("name one of --squash, --merge and --rebase")
        options = {"method": methods.pop()}
    if "--failed" in given:
        options["failed"] = "yes"
    return Request(
        ask=ask,
        name=reading.operands[0] if reading.operands else "",
        repository=given.get("-R") or given.get("--repo"),
        options=options,
        inputs=dict(_input(value or "") for name, value in reading.options if name in ("-f", "--raw-field")),
    )


def _input(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not equals or not name:
        raise Misuse(f"{written[:40]!r} is no name=value")
    return name, value
