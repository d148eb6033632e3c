"""What the one frame of all targets needs of a kind of target: its protocol spoken, and nothing of plans."""

import shlex
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

from bot.executors.caps import Caps
from bot.executors.tool.answer import Answer, NotAllowed, Run
from compiler.proof import runnable
from incident.digest import Facts
from incident.runbook import GuardKind
from incident.verdict import Judgement, Verdict

Asked = TypeVar("Asked")
"""What a kind of target takes once its judge let it pass: a tool's words, a query, a request."""


class TargetFacts(Protocol):
    """One target as it is configured."""

    @property
    def name(self) -> str:
        """Its name in muster.yaml."""
        ...

    @property
    def environment(self) -> str:
        """The environment that it belongs to."""
        ...

    @property
    def caps(self) -> Caps:
        """How much one look or run may take."""
        ...


class Tool(Protocol[Asked]):
    """What speaks one protocol to one target, with two identities. Its faults are Denied and Unanswered."""

    @property
    def target(self) -> TargetFacts:
        """The target that it reaches."""
        ...

    @property
    def kind(self) -> str:
        """The executor's name in plans, such as *nats*."""
        ...

    @property
    def changes(self) -> bool:
        """Whether it has an identity for remediations."""
        ...

    @property
    def keeps(self) -> frozenset[GuardKind]:
        """The guards that it checks itself, in the midst of the change, by ``Run.promise``."""
        ...

    @property
    def margin_seconds(self) -> float:
        """How much longer than its caps a run is waited for, because it ends what it began by itself."""
        ...

    def judged_read(self, command: Facts) -> Asked:
        """What may be looked at, bounded: judged here and now whatever a plan says. Raises NotAllowed."""
        ...

    def judged_change(self, command: Facts) -> Asked:
        """What an approval may let through. Raises NotAllowed."""
        ...

    def sent(self, asked: Asked) -> str:
        """The same for the receipt."""
        ...

    async def prove(self) -> str:
        """A sentence that proves the diagnostic identity unable to write. Raises NotProven, Denied or Unanswered."""
        ...

    async def look(self, asked: Asked) -> Answer:
        """Ask as the diagnostic identity. Raises LeftATrace when its receipt shows more than a look."""
        ...

    async def before(self, asked: Asked) -> str:
        """What the change would replace or take, as a sentence; empty when the target cannot tell."""
        ...

    async def change(self, asked: Asked, run: Run) -> Answer:
        """Make the approved change as the other identity; ``run.sent`` is set just before it may take effect.

        Raises also GuardBroken, and Ended where the target told how it ended.
        """
        ...

    async def close(self) -> None:
        """Give everything back."""
        ...


class WordsTool(ABC):
    """The part of a Tool that every kind shares whose steps are a command line's words."""

    kind: str
    """The executor's name in plans, such as *nats*."""
    keeps: Final[frozenset[GuardKind]] = frozenset()
    margin_seconds: Final = 0.0

    @abstractmethod
    def judge(self, argv: Sequence[str]) -> Judgement:
        """The verdict for the words."""

    def judged_read(self, command: Facts) -> Sequence[str]:
        """The words that may be sent, bounded. Raises NotAllowed."""
        argv = words_of(command)
        judgement = self.judge(argv)
        if judgement.verdict is not Verdict.READ_ONLY:
            raise NotAllowed(f"Nothing was sent, because this is {judgement.verdict.value}: {judgement.reason}.")
        return self._able(runnable.final(argv, judgement))

    def judged_change(self, command: Facts) -> Sequence[str]:
        """The words of a change. Raises NotAllowed."""
        argv = words_of(command)
        judgement = self.judge(argv)
        if judgement.verdict is not Verdict.MUTATING:
            why = judgement.reason if judgement.verdict is Verdict.REFUSED else "it changes nothing"
            raise NotAllowed(f"Nothing was sent: {why}.")
        return self._able(argv)

    def sent(self, asked: Sequence[str]) -> str:
        """The words as one line."""
        return shlex.join(asked)

    def _able(self, argv: list[str]) -> list[str]:
        if objection := runnable.objection(self.kind, argv):
            raise NotAllowed(f"Nothing was sent. {objection}")
        return argv


def words_of(command: Facts) -> list[str]:
    """The words of a plan's command line. Raises NotAllowed when it holds none."""
    argv = command.get("argv")
    if not isinstance(argv, list | tuple) or not argv or not all(isinstance(word, str) for word in argv):
        raise NotAllowed("Nothing was sent: the step holds no words of a command.")
    return [str(word) for word in argv]
