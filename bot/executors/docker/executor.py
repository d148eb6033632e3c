"""A container engine as a target: diagnostics through an address that only looks, remediations through another."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from bot.executors.attestation import NotProven
from bot.executors.caps import Caps
from bot.executors.docker.asked import Look
from bot.executors.docker.change import Change, apply, change_of, execute, touched
from bot.executors.docker.client import Engine, engine
from bot.executors.docker.find import Container, named, of_services
from bot.executors.docker.fulfil import Fulfilment
from bot.executors.docker.instances import sizings
from bot.executors.docker.look import look
from bot.executors.docker.proof import prove_read_only
from bot.executors.docker.rows import name_of
from bot.executors.tool.answer import Answer, Denied, NotAllowed, Run
from bot.executors.tool.executor import ToolExecutor
from bot.executors.tool.kind import WordsTool
from bot.redaction.redactor import Redactor
from compiler.placeholders import Blanks
from compiler.proof import docker
from compiler.proof.carrier import Carried
from compiler.proof.docker.instances import Wanted
from compiler.proof.docker.instances import wanted as wanted_of
from compiler.proof.docker.words import Command, read
from compiler.proof.go_flags import Line, Refused
from compiler.proof.kinds import Understood
from compiler.proof.program import Programs
from compiler.proof.proven import Kind
from incident.digest import Facts
from incident.verdict import Judgement, Verdict


class DockerTarget(Struct, frozen=True, kw_only=True):
    """One engine as it is configured. The addresses are ``unix:///path`` or ``http://host:port``."""

    name: str
    environment: str
    diagnostic: str
    remediation: str | None = None
    project: str | None = None
    """Compose's project, where the engine runs several with services of the same names."""
    caps: Caps = field(default_factory=lambda: Caps(look_seconds=15.0, run_seconds=120.0))

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> ToolExecutor[Sequence[str]]:
        """What runs its steps."""
        return ToolExecutor(DockerTool(self, clock=clock), redactor=redactor, clock=clock)


class DockerTool(WordsTool):
    """Does by the engine's API what docker's commands say."""

    kind = "docker"

    def __init__(self, target: DockerTarget, *, clock: Callable[[], datetime]) -> None:
        self.target = target
        self._clock = clock

    @property
    def changes(self) -> bool:
        """Whether it has an address for remediations."""
        return self.target.remediation is not None

    def judge(self, argv: Sequence[str]) -> Judgement:
        """The verdict for docker's words; what ``exec`` carries is judged by itself, as in the runbook."""
        understood = Programs(blanks=Blanks(), line=_no_line).understand(argv)
        if understood.judgement.verdict is not Verdict.REFUSED and understood.executor != self.kind:
            return Judgement(Verdict.REFUSED, "this is no command for docker")
        return understood.judgement

    async def prove(self) -> str:
        """Every kind of change is refused at the address of diagnostics."""
        target = self.target
        if target.diagnostic == target.remediation:
            raise NotProven(f"{target.name} has one address for diagnostics and remediations: give each its own.")
        async with engine(target.diagnostic, target.caps, name=target.name) as opened:
            return await prove_read_only(opened, target.name)

    async def look(self, argv: Sequence[str]) -> Answer:
        """Ask for what the command shows."""
        target = self.target
        async with engine(target.diagnostic, target.caps, name=target.name) as opened:
            asked = Look(engine=opened, command=_read(argv), project=target.project, now=self._clock())
            return _with_receipt(await look(asked), opened, target.diagnostic)

    async def before(self, argv: Sequence[str]) -> str:
        """The containers that the change is for, and how they are now, seen where the change would be made."""
        target = self.target
        async with engine(target.remediation or target.diagnostic, target.caps, name=target.name) as opened:
            if wanted := _wanted(argv):
                planned = await sizings(opened, _read(argv), wanted, target.project)
                return " ".join(each.sentence for each in planned)
            found = await self._meant(opened, argv)
        states = ", ".join(f"{name_of(each)} ({each.get('Status') or each.get('State')})" for each in found)
        return f"It is for {'1 container' if len(found) == 1 else f'{len(found)} containers'}: {states}."

    async def change(self, argv: Sequence[str], run: Run) -> Answer:
        """Act on the containers, or start the approved program in one."""
        target = self.target
        async with engine(target.remediation or "", target.caps, name=target.name) as opened:
            carried = docker.unwrap(argv)
            if isinstance(carried, Carried):
                (container,) = await self._meant(opened, argv)
                answer = await execute(opened, carried, container, run)
            elif wanted := _wanted(argv):
                planned = await sizings(opened, command := _read(argv), wanted, target.project)
                answer = await Fulfilment(opened, run, command.line.one("timeout")).follow(planned)
            else:
                answer = await apply(opened, self._change(argv), run)
            return _with_receipt(answer, opened, target.remediation or "")

    async def close(self) -> None:
        """Nothing is kept open between two steps."""

    def _change(self, argv: Sequence[str]) -> Change:
        return change_of(_read(argv), self.target.project)

    async def _meant(self, opened: Engine, argv: Sequence[str]) -> list[Container]:
        carried = docker.unwrap(argv)
        if not isinstance(carried, Carried):
            return await touched(opened, self._change(argv))
        if "container" in carried.names:
            return await named(opened, [carried.names["container"]])
        service, place = carried.names["service"], int(carried.names.get("index", "1"))
        command = Command(
            path=("compose", "exec"),
            line=Line(),
            project=carried.names.get("project"),
            file=carried.names.get("file"),
        )
        found = await of_services(opened, command, self.target.project, [service])
        if place > len(found):
            raise Denied(f"{service} has {len(found)} containers, and the step is for number {place}.")
        return [found[place - 1]]


def _read(argv: Sequence[str]) -> Command:
    try:
        return read(argv)
    except Refused as fault:
        raise NotAllowed(f"Nothing was sent: {fault}.") from fault


def _wanted(argv: Sequence[str]) -> Wanted | None:
    """How many containers a service shall have, where the words ask for that."""
    if isinstance(docker.unwrap(argv), Carried):
        return None
    try:
        return wanted_of(_read(argv))
    except Refused as fault:
        raise NotAllowed(f"Nothing was sent: {fault}.") from fault


def _no_line(text: str) -> Understood:
    """A step holds words; what a shell would have to read is none of its commands."""
    return Understood(kind=Kind.SHELL, judgement=Judgement(Verdict.REFUSED, f"{text[:40]} is a line for a shell"))


def _with_receipt(answer: Answer, opened: Engine, address: str) -> Answer:
    receipt: Facts = {
        "engine": address,
        "version": opened.version,
        "requests": opened.asked,
        "bytes": opened.received,
    }
    return replace(answer, receipt=receipt)
