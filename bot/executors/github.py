"""A repository at GitHub as a target: its runs and pull requests are seen with one token, and changed with another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from bot.executors import github_change, github_look
from bot.executors.attestation import NotProven
from bot.executors.caps import Caps
from bot.executors.github_proof import prove_read_only
from bot.executors.github_session import Session
from bot.executors.tool import ToolExecutor
from bot.executors.tool_answer import Answer, NotAllowed, Run
from bot.executors.tool_kind import WordsTool
from bot.redaction import Redactor
from compiler.proof import git
from compiler.proof.git.runnable import CHANGES, Request, parse
from incident.digest import Facts
from incident.verdict import Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubTarget:
    """One repository as it is configured, *owner/name*. The tokens are sent and never shown."""

    name: str
    environment: str
    repository: str
    base_url: str = "https://api.github.com"
    diagnostic_token: str = field(repr=False)
    remediation_token: str | None = field(default=None, repr=False)
    caps: Caps = field(default_factory=lambda: Caps(look_seconds=15.0, run_seconds=900.0))
    poll_seconds: float = 2.0
    """How often a run is looked at while it is followed."""

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> ToolExecutor[Sequence[str]]:
        """What runs its steps."""
        return ToolExecutor(GithubTool(self, clock=clock), redactor=redactor, clock=clock)


class GithubTool(WordsTool):
    """Does by GitHub's API what gh's commands say."""

    kind = "github"

    def __init__(self, target: GithubTarget, *, clock: Callable[[], datetime]) -> None:
        self.target = target
        self._clock = clock

    @property
    def changes(self) -> bool:
        """Whether it has a token for remediations."""
        return self.target.remediation_token is not None

    def judge(self, argv: Sequence[str]) -> Judgement:
        """The verdict for a line of gh."""
        return git.judge(argv)

    async def prove(self) -> str:
        """The token's scopes, or refusals of changes that were tried with it."""
        if self.target.remediation_token == self.target.diagnostic_token:
            raise NotProven(f"{self.target.name} has one token for diagnostics and remediations: give each its own.")
        return await prove_read_only(self._looking())

    async def look(self, asked: Sequence[str]) -> Answer:
        """Ask for what the command shows."""
        request, session = self._request(asked), self._looking()
        answer = await github_look.look(session, request, now=self._clock())
        return replace(answer, receipt=self._receipt(session))

    async def before(self, asked: Sequence[str]) -> str:
        """The workflow, run or pull request that the change is about, as it stands."""
        return await github_change.before(self._looking(), self._request(asked))

    async def change(self, asked: Sequence[str], run: Run) -> Answer:
        """Make the approved change with the other token, and follow the run that it begins."""
        request, token = self._request(asked), self.target.remediation_token
        if request.ask not in CHANGES or token is None:
            raise NotAllowed("Nothing was sent: this is no change that Muster makes.")
        caps = self.target.caps
        change = github_change.Change(
            looking=self._looking(),
            acting=self._session(token),
            request=request,
            seconds=caps.run_seconds,
            poll=self.target.poll_seconds,
        )
        answer = await github_change.make(change, run)
        return replace(answer, receipt={**run.receipt, **self._receipt(change.acting)})

    async def close(self) -> None:
        """Nothing is kept open between two steps."""

    def _looking(self) -> Session:
        return self._session(self.target.diagnostic_token)

    def _session(self, token: str) -> Session:
        target = self.target
        seconds = target.caps.look_seconds
        return Session(target.name, target.base_url, target.repository, token, caps=target.caps, seconds=seconds)

    def _request(self, argv: Sequence[str]) -> Request:
        found = parse(argv)
        if isinstance(found, str):
            raise NotAllowed(f"Nothing was sent. {found}")
        if found.repository not in (None, self.target.repository):
            raise NotAllowed(
                f"Nothing was sent: the step is for {found.repository}, and {self.target.name} is "
                f"{self.target.repository}."
            )
        return found

    def _receipt(self, session: Session) -> Facts:
        return {"repository": self.target.repository, "api": self.target.base_url, "bytes": session.received}
