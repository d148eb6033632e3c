"""A Kubernetes cluster as a target: its API is asked by a service account that only looks, and changed by another."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from bot.executors.attestation import NotProven
from bot.executors.caps import Caps
from bot.executors.kubernetes import change as kubernetes_change
from bot.executors.kubernetes import look as kubernetes_look
from bot.executors.kubernetes.proof import prove_read_only
from bot.executors.kubernetes.session import LASTS, Cluster, Identity, Session, short_token
from bot.executors.tool.answer import Answer, NotAllowed, Run
from bot.executors.tool.executor import ToolExecutor
from bot.executors.tool.kind import WordsTool
from bot.redaction.redactor import Redactor
from compiler.proof import kubernetes
from compiler.proof.kubernetes.runnable import Request, parse
from incident.digest import Facts
from incident.verdict import Judgement


class KubernetesTarget(Struct, frozen=True, kw_only=True):
    """One cluster as it is configured. Steps without a namespace are for the first of ``namespaces``."""

    name: str
    environment: str
    cluster: Cluster
    namespaces: tuple[str, ...]
    diagnostic: Identity
    remediation: Identity | None = None
    caps: Caps = field(default_factory=lambda: Caps(look_seconds=10.0))

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> ToolExecutor[Sequence[str]]:
        """What runs its steps."""
        return ToolExecutor(KubernetesTool(self, clock=clock), redactor=redactor, clock=clock)


class KubernetesTool(WordsTool):
    """Carries out command lines of kubectl against one API server."""

    kind = "kubernetes"

    def __init__(self, target: KubernetesTarget, *, clock: Callable[[], datetime]) -> None:
        self.target = target
        self._clock = clock

    @property
    def changes(self) -> bool:
        """Whether it has a service account for remediations."""
        return self.target.remediation is not None

    def judge(self, argv: Sequence[str]) -> Judgement:
        """The verdict for a line of kubectl."""
        return kubernetes.judge(argv)

    async def prove(self) -> str:
        """The cluster's own list of the service account's rights, and refusals of changes tried as dry runs."""
        target = self.target
        if target.remediation is not None and target.remediation.token == target.diagnostic.token:
            raise NotProven(f"{target.name} runs diagnostics and remediations as one account: give each its own.")
        return await prove_read_only(self._looking(), target.namespaces)

    async def look(self, argv: Sequence[str]) -> Answer:
        """Ask for what the command shows."""
        request, session = _request(argv), self._looking()
        namespace = self._namespace(request)
        answer = await kubernetes_look.look(
            session, request, namespace, seconds=self.target.caps.look_seconds, now=self._clock()
        )
        return replace(answer, receipt=self._receipt(session, namespace))

    async def before(self, argv: Sequence[str]) -> str:
        """What the change replaces, how it is brought back, and that the cluster would take it.

        The dry run is made as the account for changes: the other one may not even try.
        """
        request, looking = _request(argv), self._looking()
        namespace = self._one_namespace(request)
        there = await kubernetes_change.before(looking, request, namespace)
        patch = await kubernetes_change.patch_of(looking, request, namespace, now=self._clock())
        return f"{there} {await kubernetes_change.rehearse(await self._acting(self.target.caps.look_seconds), patch)}"

    async def change(self, argv: Sequence[str], run: Run) -> Answer:
        """Make the approved change as the other service account, whose token is taken now where that is configured."""
        request = _request(argv)
        namespace = self._one_namespace(request)
        acting = await self._acting(self.target.caps.run_seconds)
        patch = await kubernetes_change.patch_of(self._looking(), request, namespace, now=self._clock())
        run.receipt = self._changed_as()
        answer = await kubernetes_change.change(acting, patch, run)
        return replace(answer, receipt={**run.receipt, **self._receipt(acting, namespace)})

    async def close(self) -> None:
        """Nothing is kept open between two steps."""

    def _looking(self) -> Session:
        return self._session(self.target.diagnostic, self.target.caps.look_seconds)

    async def _acting(self, seconds: float) -> Session:
        """As the account for changes; where a short token of one is configured, that is taken now."""
        identity = self.target.remediation
        if identity is None:
            raise NotAllowed("Nothing was sent: there is no service account for changes.")
        if identity.account is None:
            return self._session(identity, seconds)
        taking = self._session(identity, self.target.caps.look_seconds)
        return self._session(Identity(token=await short_token(taking, identity.account)), seconds)

    def _changed_as(self) -> Facts:
        account = None if self.target.remediation is None else self.target.remediation.account
        return {} if account is None else {"as": f"{account}, by a token of {LASTS // 60} minutes"}

    def _session(self, identity: Identity, seconds: float) -> Session:
        target = self.target
        return Session(target.name, target.cluster, identity.token, caps=target.caps, seconds=seconds)

    def _namespace(self, request: Request) -> str | None:
        """The step's namespace; None for the whole cluster. Raises NotAllowed where nothing is proven."""
        return None if request.line.on("all-namespaces") else self._one_namespace(request)

    def _one_namespace(self, request: Request) -> str:
        known = self.target.namespaces
        namespace = request.line.one("namespace") or known[0]
        if namespace not in known:
            raise NotAllowed(
                f"Nothing was sent: {self.target.name} is configured for {', '.join(known)}, not for {namespace}."
            )
        return namespace

    def _receipt(self, session: Session, namespace: str | None) -> Facts:
        return {"server": self.target.cluster.url, "namespace": namespace or "all", "bytes": session.received}


def _request(argv: Sequence[str]) -> Request:
    found = parse(argv)
    if isinstance(found, str):
        raise NotAllowed(f"Nothing was sent. {found}")
    return found
