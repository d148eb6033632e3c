"""A host as a target, Muster's own or one over SSH: programs that look, as an account that can do nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bot.executors.caps import Caps
from bot.executors.host_door import Door
from bot.executors.host_local import LocalHost
from bot.executors.host_places import files, spelled_out
from bot.executors.host_proof import prove_read_only
from bot.executors.host_start import Ended
from bot.executors.tool import ToolExecutor
from bot.executors.tool_answer import Answer, Denied, NotAllowed, Run, chain_of, number_or_text, text_of
from bot.executors.tool_kind import WordsTool
from bot.redaction import Redactor
from compiler.proof import filters, host
from compiler.proof.filters import jq
from incident.digest import Facts
from incident.verdict import Judgement

if TYPE_CHECKING:
    from bot.executors.host_ssh import SshHost


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTarget:
    """One host as it is configured: over SSH where there is a ``door``, else the one that Muster runs on."""

    name: str
    environment: str
    account: str | None = None
    """Whom programs run as where Muster itself is root on its own host; None: as Muster does."""
    door: Door | None = None
    caps: Caps = field(default_factory=lambda: Caps(look_seconds=20.0))

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> ToolExecutor[Sequence[str]]:
        """What runs its steps."""
        return ToolExecutor(HostTool(self, clean=redactor.clean), redactor=redactor, clock=clock)


class HostTool(WordsTool):
    """Starts the programs of a host's steps. It looks only: there is no identity here for changes."""

    kind = "host"
    changes = False

    def __init__(self, target: HostTarget, *, clean: Callable[[str], str]) -> None:
        self.target = target
        self._clean = clean
        """Hides secrets: before a filter can cut one in two, and in what a program complains of."""

    def judge(self, argv: Sequence[str]) -> Judgement:
        """The verdict for a host tool's words."""
        return host.judge(argv)

    async def prove(self) -> str:
        """What is started has no rights, and a write was refused to it."""
        async with self._reach() as reached:
            return await prove_read_only(reached)

    async def look(self, argv: Sequence[str]) -> Answer:
        """Run the program; a filter that names files has them read, and is applied in the process."""
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

    async def before(self, argv: Sequence[str]) -> str:
        """Nothing: no change is made here."""
        return ""

    async def change(self, argv: Sequence[str], run: Run) -> Answer:
        """Refuse: there is no identity for it."""
        raise NotAllowed(f"Nothing was run: {self.target.name} has no identity for changes.")

    async def close(self) -> None:
        """Nothing outlives a step."""

    @asynccontextmanager
    async def _reach(self) -> "AsyncIterator[LocalHost | SshHost]":
        """The host, for as long as one look takes. Raises Denied or Unanswered."""
        if self.target.door is None:
            yield LocalHost(self.target.account)
        else:
            if find_spec("asyncssh") is None:
                raise Denied(f"{self.target.name} is reached over SSH, which needs the extra: uv pip install asyncssh.")
            from bot.executors.host_ssh import ssh_host

            async with ssh_host(self.target.door, self.target.caps) as reached:
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


def _said(text: str, *, cut: bool, receipt: Facts) -> Answer:
    lines = text.splitlines()
    single = len(lines) == 1
    value = number_or_text(text) if single else len(lines)
    return Answer(text=text, value=value, rows=len(lines), cut=cut, receipt=receipt, single=single)
