"""The verdict for one command line as a person wrote it, and what would run it.

A shell never sees the text. It is taken apart (blanks, words, pipes, wrappers, carriers), every part is judged by the
judge of its kind, and the strictest verdict stands. Whatever cannot be taken apart is refused with the reason.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler import shell_line
from compiler.placeholders import Blanks, fill
from compiler.proof import pipe, wrappers
from compiler.proof.characters import hiding_character, look_alike, word_processor_character
from compiler.proof.kinds import Understood, kind_of, understand, understand_sql
from compiler.proof.named import named
from compiler.proof.program import DEEPEST, Programs, strictest
from compiler.proof.proven import Kind, Proof
from compiler.shell_parts import Pipe, Unshellable
from incident.runbook import Parameter
from incident.verdict import Judgement, Verdict

_NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})
_ANYWHERE: Final = frozenset({Kind.SQL, Kind.REDIS, Kind.HTTP, Kind.AWS, Kind.KUBERNETES, Kind.NATS, Kind.DOCKER})
"""Kinds whose commands mean the same in every folder."""
_OF_MYSQL: Final[Callable[[str], Judgement | None]] = named("tools.mysql:judge_bare")


def prove(text: str, *, kind: Kind | None = None, variables: Mapping[str, str] = _NO_VARIABLES) -> Proof:
    """The proof of one line. `kind` is set for what is no shell's: SQL, or words for a Redis client. Never raises.

    `variables` are those that lines above set to plain texts. A list of commands has the strictest verdict of them.
    """
    parts = prove_parts(text, kind=kind, variables=variables)
    if len(parts) == 1:
        return parts[0]
    order = list(Verdict)
    worst = max(parts, key=lambda part: order.index(part.judgement.verdict))
    reason = f"{len(parts)} commands in one line, the strictest decides: {worst.judgement.reason}"
    judgement = Judgement(worst.judgement.verdict, reason)
    return Proof(kind=worst.kind, judgement=judgement, parameters=_all_parameters(parts))


def prove_parts(
    text: str, *, kind: Kind | None = None, variables: Mapping[str, str] = _NO_VARIABLES
) -> tuple[Proof, ...]:
    """The proofs of the commands that `&&`, `||` and `;` join in one line; one for a line that cannot be read."""
    if hidden := hiding_character(text):
        return (_refusal(text, kind, f"the text holds {hidden}, which does not show"),)
    if typed := word_processor_character(text):
        return (_refusal(text, kind, f"the text holds {typed}, which a word processor put there"),)
    if other := look_alike(text):
        return (_refusal(text, kind, f"{other} stands in a word of Latin letters, and looks like one of them"),)
    filled, blanks = fill(text)
    line = _Line(blanks=blanks, variables=variables)
    found = [line.said(filled, kind)] if kind in (Kind.SQL, Kind.REDIS) else line.parts(filled)
    return tuple(_finished(one, blanks) for one in found)


class _Line(Struct, frozen=True, kw_only=True):
    """A line being read; `depth` counts the lines that it was found inside of."""

    blanks: Blanks
    variables: Mapping[str, str]
    depth: int = 0

    @property
    def programs(self) -> Programs:
        """How the line's programs are understood."""
        return Programs(blanks=self.blanks, line=self._inner)

    def said(self, text: str, kind: Kind | None) -> Understood:
        """A line for a client that is open already."""
        if kind is Kind.REDIS:
            return self.programs.said_to_redis(text)
        if text.startswith("\\"):
            return understand(("psql", "-c", text), self.blanks)
        if judgement := _OF_MYSQL(text):
            return Understood(kind=Kind.OTHER, judgement=judgement)
        return understand_sql(text, self.blanks)

    def parts(self, text: str) -> list[Understood]:
        """What each command of the line does; at least one is given."""
        try:
            pipes = shell_line.read(text, self.variables, self.blanks)
        except Unshellable as fault:
            return [Understood(kind=_first_kind(text), judgement=Judgement(Verdict.REFUSED, str(fault)))]
        moved = len(pipes) > 1 and any(_is(one, "cd") for one in pipes)
        acting = [one for one in pipes if not (len(pipes) > 1 and _is_neutral(one))]
        if not acting:
            return [Understood(kind=Kind.SHELL, judgement=Judgement(Verdict.REFUSED, "there is nothing to run"))]
        found = [replace(pipe.understand(one, self.programs), kept_as=one.kept_as or "") for one in acting]
        return [_elsewhere(one) for one in found] if moved else found

    def _inner(self, text: str) -> Understood:
        """A line inside this one, as one: what `watch` and `ssh` were given."""
        if self.depth >= DEEPEST:
            refusal = Judgement(Verdict.REFUSED, "too many commands inside one another")
            return Understood(kind=Kind.SHELL, judgement=refusal)
        deeper = _Line(blanks=self.blanks, variables=self.variables, depth=self.depth + 1)
        found = deeper.parts(text)
        return found[0] if len(found) == 1 else replace(strictest(found), executor=None, command={})


def _is(one: Pipe, program: str) -> bool:
    return len(one.programs) == 1 and one.programs[0].argv[0] == program and not one.programs[0].redirections


def _is_neutral(one: Pipe) -> bool:
    """Whether a part of a list does nothing itself: `cd` before the others, `|| true`, `|| exit 1`."""
    plain = len(one.programs) == 1 and not one.programs[0].redirections and not one.programs[0].assigned
    return plain and (_is(one, "cd") or (one.programs[0].argv[0] in wrappers.NEUTRAL and len(one.programs[0].argv) < 3))


def _elsewhere(found: Understood) -> Understood:
    """A command after `cd`: a read of the host's files could then be of any file."""
    if found.judgement.verdict is not Verdict.READ_ONLY or found.kind in _ANYWHERE:
        return found
    reason = "it looks in another folder: write the whole path instead of cd"
    return replace(found, judgement=Judgement(Verdict.REFUSED, reason), executor=None, command={})


def _finished(found: Understood, blanks: Blanks) -> Proof:
    """The proof for people and executors: samples give way to `{name}` and to what was written."""
    judgement = found.judgement
    rewrite = None if judgement.rewrite is None else blanks.as_written(judgement.rewrite)
    refused = judgement.verdict is Verdict.REFUSED
    holed = blanks.holed(found.command)
    command = holed if isinstance(holed, Mapping) and not refused else {}
    return Proof(
        kind=found.kind,
        judgement=Judgement(judgement.verdict, blanks.as_written(judgement.reason), rewrite),
        executor=None if refused else found.executor,
        command=command,
        names={name: blanks.as_written(value) for name, value in found.names.items()},
        parameters=blanks.used_in(command),
        kept_as=found.kept_as,
    )


def _refusal(text: str, kind: Kind | None, reason: str) -> Proof:
    return Proof(kind=kind or _first_kind(text), judgement=Judgement(Verdict.REFUSED, reason))


def _first_kind(text: str) -> Kind:
    return next((kind for word in text.split()[:2] if (kind := kind_of(word))), Kind.SHELL)


def _all_parameters(parts: Sequence[Proof]) -> tuple[Parameter, ...]:
    return tuple({parameter.name: parameter for part in parts for parameter in part.parameters}.values())
