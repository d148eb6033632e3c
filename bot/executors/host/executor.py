"""A host as a target, Muster's own or one over SSH: programs that look, as an account that can do nothing else."""

import asyncio
import shlex
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from msgspec import Struct, field

from bot.executors.attestation import NotProven
from bot.executors.caps import Caps
from bot.executors.host.door import Door
from bot.executors.host.local import LocalHost
from bot.executors.host.places import files, spelled_out
from bot.executors.host.proof import prove_read_only
from bot.executors.host.script import Script, content, printed, started_by
from bot.executors.host.start import Ended
from bot.executors.tool.answer import (
    Answer,
    Denied,
    EndedBadly,
    GuardBroken,
    NotAllowed,
    Run,
    chain_of,
    number_or_text,
    text_of,
)
from bot.executors.tool.executor import ToolExecutor
from bot.executors.tool.kind import words_of
from bot.redaction.redactor import Redactor
from compiler.proof import filters, host, runnable, tools
from compiler.proof.filters import jq
from incident.digest import Facts
from incident.finding import OutcomeState
from incident.runbook import GuardKind
from incident.verdict import Verdict

if TYPE_CHECKING:
    from bot.executors.host.ssh import SshHost


class HostTarget(Struct, frozen=True, kw_only=True):
    """One host as it is configured: over SSH where there is a ``door``, else the one that Muster runs on."""

    name: str
    environment: str
    account: str | None = None
    """Whom programs run as where Muster itself is root on its own host; None: as Muster does."""
    door: Door | None = None
    remediation_account: str | None = None
    """Whom pinned scripts run as on Muster's own host."""
    remediation_door: Door | None = None
    """How another host is entered to run them."""
    scripts: str = "/"
    """The folder that a script's path starts from, and in which it runs."""
    caps: Caps = field(default_factory=lambda: Caps(look_seconds=20.0, run_seconds=300.0))

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> "ToolExecutor[Sequence[str] | Script]":
        """What runs its steps."""
        return ToolExecutor(HostTool(self, clean=redactor.clean), redactor=redactor, clock=clock)


class HostTool:
    """Starts the programs of a host's steps: tools that look, and as another account scripts with a pinned content."""

    kind = "host"
    keeps: frozenset[GuardKind] = frozenset()
    margin_seconds = 0.0

    def __init__(self, target: HostTarget, *, clean: Callable[[str], str]) -> None:
        self.target = target
        self._clean = clean
        """Hides secrets: before a filter can cut one in two, and in what a program complains of."""

    @property
    def changes(self) -> bool:
        """Whether it has an account for remediations."""
        target = self.target
        return (target.remediation_account if target.door is None else target.remediation_door) is not None

    def judged_read(self, command: Facts) -> Sequence[str] | Script:
        """The words that may run. Raises NotAllowed."""
        argv = words_of(command)
        judgement = host.judge(argv)
        if judgement.verdict is not Verdict.READ_ONLY:
            raise NotAllowed(f"Nothing was sent, because this is {judgement.verdict.value}: {judgement.reason}.")
        return runnable.final(argv, judgement)

    def judged_change(self, command: Facts) -> Sequence[str] | Script:
        """The pinned script that an approval may let through. Raises NotAllowed."""
        argv, pin = words_of(command), command.get("sha256")
        if not isinstance(pin, str) or not tools.is_script(argv):
            raise NotAllowed(f"Nothing was run. {runnable.objection(self.kind, argv) or 'It changes nothing.'}")
        return Script(argv=tuple(argv), sha256=pin, folder=self.target.scripts)

    def sent(self, asked: Sequence[str] | Script) -> str:
        """The words as one line, a script's with its pin."""
        return str(asked) if isinstance(asked, Script) else shlex.join(asked)

    async def prove(self) -> str:
        """What is started has no rights, and a write was refused to it."""
        target = self.target
        if target.account is not None and target.account == target.remediation_account:
            raise NotProven(f"{target.name} runs diagnostics and remediations as one account: give each its own.")
        async with self._reach() as reached:
            return await prove_read_only(reached)

    async def look(self, asked: Sequence[str] | Script) -> Answer:
        """Run the program; a filter that names files has them read, and is applied in the process."""
        argv = _looking(asked)
        words, paths = host.on_files(argv)
        async with self._reach() as reached:
            if not paths:
                return self._answer(await reached.run(await spelled_out(argv, reached)), argv[0], reached)
            (chosen,) = chain_of([list(words)])
            ended = await reached.run(["cat", "--", *await files(paths, reached)])
        answer = self._answer(ended, argv[0], reached)
        try:
            text = await asyncio.to_thread(filters.apply, chosen, self._clean(answer.text))
        except jq.Misfit as fault:
            raise Denied(f"The files are not what {argv[0]} takes: {fault}.") from fault
        return _said(text, cut=answer.cut, receipt=answer.receipt)

    async def before(self, asked: Sequence[str] | Script) -> str:
        """That the script has its pinned content now."""
        script = _pinned(asked)
        async with self._reach(changing=True) as reached:
            try:
                body = await content(script, reached)
            except GuardBroken as other:
                raise Denied(str(other)) from other
            started_by(script, body)
        return f"{script.path} ({len(body)} bytes) has the content that was pinned."

    async def change(self, asked: Sequence[str] | Script, run: Run) -> Answer:
        """Read the script, compare it, and run the bytes that were read."""
        script = _pinned(asked)
        async with self._reach(changing=True) as reached:
            body = await content(script, reached)
            argv = started_by(script, body)
            run.sent = True
            ended = await reached.run(argv, heard=run.heard, given=body, folder=script.folder)
        text = printed(script, ended)
        run.receipt = {"host": reached.where, "account": reached.who, "code": ended.code, "binary": ended.binary}
        if ended.code != 0:
            told = f"{script.argv[0]} ended with exit code {ended.code}. What it did until then stays:"
            raise EndedBadly(OutcomeState.FAILED, f"{told} run the diagnostics.", text=text)
        return Answer(text=text, cut=ended.cut)

    async def close(self) -> None:
        """Nothing outlives a step."""

    @asynccontextmanager
    async def _reach(self, *, changing: bool = False) -> "AsyncIterator[LocalHost | SshHost]":
        """The host, for as long as one look or run takes. Raises Denied or Unanswered."""
        target = self.target
        door = target.remediation_door if changing else target.door
        if target.door is None:
            yield LocalHost(target.remediation_account if changing else target.account)
        elif door is None:
            raise NotAllowed(f"Nothing was run: {target.name} has no login for remediations.")
        else:
            if find_spec("asyncssh") is None:
                raise Denied(f"{self.target.name} is reached over SSH, which needs the extra: uv pip install asyncssh.")
            from bot.executors.host.ssh import ssh_host

            seconds = target.caps.run_seconds if changing else target.caps.look_seconds
            async with ssh_host(door, target.caps, seconds) as reached:
                yield reached

    def _answer(self, ended: Ended, tool: str, reached: "LocalHost | SshHost") -> Answer:
        """Its output. Exit code 1 in silence is how tools say that they found nothing; other silences are faults.

        What it complained of beside its output (a folder that it may not open) makes the output less than the whole.
        """
        complaint = self._clean(ended.complaint)[:300]
        silent = not ended.output and not ended.cut
        if silent and (ended.code not in (0, 1) or (ended.code == 1 and ended.complaint)):
            raise Denied(f"{tool} ended with exit code {ended.code}: {complaint or 'it said nothing'}.")
        text = text_of(ended.output, self.target.name)
        receipt: Facts = {
            "host": reached.where,
            "account": reached.who,
            "binary": ended.binary,
            "code": ended.code,
            "bytes": len(ended.output),
            **({"complaint": complaint} if complaint else {}),
        }
        return _said(text, cut=ended.cut or bool(ended.code and ended.complaint), receipt=receipt)


def _looking(asked: Sequence[str] | Script) -> Sequence[str]:
    if isinstance(asked, Script):
        raise NotAllowed("Nothing was run: a script is no look.")
    return asked


def _pinned(asked: Sequence[str] | Script) -> Script:
    if not isinstance(asked, Script):
        raise NotAllowed("Nothing was run: only a script whose content is pinned is a change here.")
    return asked


def _said(text: str, *, cut: bool, receipt: Facts) -> Answer:
    lines = text.splitlines()
    single = len(lines) == 1
    value = number_or_text(text) if single else len(lines)
    return Answer(text=text, value=value, rows=len(lines), cut=cut, receipt=receipt, single=single)
