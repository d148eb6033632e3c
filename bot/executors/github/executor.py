"""A repository at GitHub as a target: its runs and pull requests are seen with one token, and changed with another."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from bot.executors.attestation import NotProven
from bot.executors.caps import Caps
from bot.executors.github import change as github_change
from bot.executors.github import look as github_look
from bot.executors.github.app import RIGHTS, App, taken
from bot.executors.github.proof import prove_read_only
from bot.executors.github.session import Session
from bot.executors.tool.answer import Answer, NotAllowed, Run
from bot.executors.tool.executor import ToolExecutor
from bot.executors.tool.kind import WordsTool
from bot.redaction.redactor import Redactor
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
    remediation_app: App | None = None
    """In the place of a token: an App of which one is taken for each run."""
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
        """Whether it has a token for remediations, or an App that gives one."""
        return self.target.remediation_token is not None or self.target.remediation_app is not None

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
        request = self._request(asked)
        if request.ask not in CHANGES:
            raise NotAllowed("Nothing was sent: this is no change that Muster makes.")
        async with self._acting(request) as acting:
            change = github_change.Change(
                looking=self._looking(),
                acting=acting,
                request=request,
                seconds=self.target.caps.run_seconds,
                poll=self.target.poll_seconds,
            )
            run.receipt = self._changed_as(request)
            answer = await github_change.make(change, run)
        return replace(answer, receipt={**run.receipt, **self._receipt(acting)})

    @asynccontextmanager
    async def _acting(self, request: Request) -> AsyncIterator[Session]:
        """As the other identity; where that is an App, by a token that is taken now and given back."""
        target = self.target
        if target.remediation_app is not None:
            app, ask = target.remediation_app, request.ask
            async with taken(app, ask, target.repository, session_of=self._session, now=self._clock()) as session:
                yield session
        elif target.remediation_token is not None:
            yield self._session(target.remediation_token)
        else:
            raise NotAllowed("Nothing was sent: there is no token for changes.")

    def _changed_as(self, request: Request) -> Facts:
        app = self.target.remediation_app
        if app is None:
            return {}
        rights = ", ".join(f"{right}: {level}" for right, level in RIGHTS[request.ask].items())
        return {"as": f"App {app.id}, by a token for this repository with {rights}"}

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
