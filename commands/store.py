"""Where everything true is kept, as the commands need it; ``bot/stores`` fulfils it."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from commands.figures import Figures
from incident.alert import AlertRecord, AlertTally, Delivery
from incident.approval import Approval
from incident.change import Change
from incident.finding import Finding
from incident.incident import Incident
from incident.job import Claim
from incident.keeping import Lasting
from incident.postmortem import Record
from incident.silence import Silence
from incident.stop import Stop
from incident.system_change import SystemChange
from incident.taking import Batch, Keyed, Known, unkeyed
from incident.timeline import Link
from incident.watch import WatchRecord


class Saved(Struct, frozen=True, kw_only=True):
    """What a save did. ``fresh`` is False when the same cause had been saved before: nothing was changed this time."""

    incident: Incident | None
    fresh: bool


class Store(Protocol):
    """Where everything true is kept. Times are UTC. Every method may raise Outage when the store is away.

    ``on_owed`` is called after this process saved a debt, so that its worker looks at once.
    """

    on_owed: Callable[[], None]

    async def save(self, change: Change) -> Saved:
        """Save a Change whole, or raise Conflict or LostClaim and save nothing.

        A new incident gets its number; events get their place in the chain; a job whose key is known already is owed
        no second time, except a *converge* job, which takes another generation and the new due time (while it waits:
        the earlier one, unless it is a timer). A repeat changes nothing but still ends the job that it settles.
        """
        ...

    async def known(
        self,
        alert_ids: Collection[str],
        groups: Collection[str],
        at: datetime,
        keyed: Keyed = unkeyed,
        causes: Collection[str] = (),
    ) -> Known:
        """What is known of some alerts (``source:key``) and groups, all at one moment.

        It holds the alerts' records, and those of their outages that fire; the incidents of these, the newest incident
        of each group, and ``silences(at)``; and of the requests, which ``keyed`` names by those records, and of the
        ``causes``, those that are there.
        """
        ...

    async def kept(self, deliveries: Collection[str], causes: Collection[str]) -> frozenset[str]:
        """Those of these deliveries' keys and of these causes that are known already."""
        ...

    async def take(self, batch: Batch) -> None:
        """Save what monitors said, whole, or raise Conflict or LostClaim and save nothing.

        Conflict, when something that was decided on is no longer so, or a delivery or cause is not new.
        """
        ...

    async def incident(self, incident_id: str) -> Incident | None:
        """One incident by its id."""
        ...

    async def incident_by_number(self, number: int) -> Incident | None:
        """INC-142 is ``number`` 142."""
        ...

    async def incident_by_channel(self, channel: str) -> Incident | None:
        """The incident whose channel that is."""
        ...

    async def open_incidents(self, limit: int = 50) -> tuple[Incident, ...]:
        """Those not resolved, worst first, then newest."""
        ...

    async def incidents_with_evidence(self) -> tuple[Incident, ...]:
        """The open incidents whose evidence is kept, oldest first."""
        ...

    async def recent_incidents(self, limit: int = 20) -> tuple[Incident, ...]:
        """The newest, open or not."""
        ...

    async def last_incident_of_group(self, group: str) -> Incident | None:
        """The newest incident of this group, open or not: alerts of the group join it, or bring it back."""
        ...

    async def alert(self, alert_id: str) -> AlertRecord | None:
        """What is known of one alert, by ``source:key``."""
        ...

    async def alerts_of(self, incident_id: str) -> tuple[AlertRecord, ...]:
        """The alerts that belong to an incident, oldest first."""
        ...

    async def alert_tally(self, incident_id: str) -> AlertTally:
        """How many alerts an incident has, and how they stand; cheap, however many they are."""
        ...

    async def approval(self, approval_id: str) -> Approval | None:
        """One request by its id."""
        ...

    async def approvals_of(self, incident_id: str) -> tuple[Approval, ...]:
        """An incident's requests, oldest first."""
        ...

    async def approvals_under_way(self) -> tuple[Approval, ...]:
        """The requests of all incidents that are prepared, waiting for an answer, approved or running; oldest first."""
        ...

    async def stopped(self) -> Stop | None:
        """The stop of all remediations that stands, or None."""
        ...

    async def silences(self, at: datetime) -> tuple[Silence, ...]:
        """The silences made in the chat that stand at a moment, the one that ends first first."""
        ...

    async def last_run(self, step_id: str, target: str) -> datetime | None:
        """When a step last ran on a target."""
        ...

    async def system_change(self, change_id: str) -> SystemChange | None:
        """One change of a system by its id."""
        ...

    async def system_changes(
        self, system: str, *, since: datetime, until: datetime | None, limit: int
    ) -> tuple[SystemChange, ...]:
        """What changed in a system from ``since`` to ``until`` (None: up to now), the newest first."""
        ...

    async def watch(self, watch_id: str) -> WatchRecord | None:
        """How one watch stands, by its system and step; None until it looked."""
        ...

    async def watches(self) -> tuple[WatchRecord, ...]:
        """How every watch stands that ever looked, by their names."""
        ...

    async def finding(self, finding_id: str) -> Finding | None:
        """One finding by its id."""
        ...

    async def findings_of(self, incident_id: str) -> tuple[Finding, ...]:
        """What the diagnostics of an incident saw, oldest first."""
        ...

    async def timeline(self, incident_id: str) -> tuple[Link, ...]:
        """An incident's chain from its first event; ``timeline.SYSTEM`` names the chain of no incident."""
        ...

    async def event(self, event_id: str) -> Link | None:
        """One event by its id."""
        ...

    async def chains(self) -> tuple[str, ...]:
        """The names of all chains that have an event: incidents' ids, and ``timeline.SYSTEM``."""
        ...

    async def delivery(self, key: str) -> Delivery | None:
        """A raw webhook request by its delivery key."""
        ...

    async def dead_deliveries(self, limit: int = 100, *, after: Delivery | None = None) -> tuple[Delivery, ...]:
        """The requests that could not be understood, oldest first; those that came ``after`` that one."""
        ...

    async def record(self, incident_id: str) -> Record:
        """All that is kept of one incident, but not what private steps saw. Raises KeyError when there is none."""
        ...

    async def claim(
        self, worker: str, *, limit: int, lease: timedelta, grace: timedelta = timedelta(0)
    ) -> tuple[Claim, ...]:
        """Take jobs that are due: most urgent first, then longest due.

        One whose lease has lapsed is taken from its holder at once, and due again after ``grace``.
        """
        ...

    async def renew(self, claims: Sequence[Claim], *, lease: timedelta) -> frozenset[int]:
        """Hold claims longer; the ids still held. The others are lost."""
        ...

    async def put_off(self, claim: Claim, *, wait: timedelta, error: str = "", count: bool = True) -> None:
        """Give a claimed job back for so long. ``count`` False: waiting for a budget is no failed attempt.

        Counted on the store's clock, which says what is due: a process whose own goes wrong waits as long as another.

        Raises LostClaim, and so for a job that was begun.
        """
        ...

    async def look_again(self, claim: Claim, record: WatchRecord) -> None:
        """Keep how a watch stands after its look, and put its claimed job off until the next one, both or neither.

        It is no Change: nothing was decided, and a year of looks leaves one row. Raises LostClaim.
        """
        ...

    async def begin(self, claim: Claim, change: Change, *, keeping: Sequence[Incident]) -> None:
        """Mark a *once* job doing, together with the Change that says so, before it acts.

        ``keeping`` are the incidents with evidence (``incidents_with_evidence``) by which it was decided: Conflict when
        other evidence is kept by now. Raises LostClaim (so too when the lease lapsed or the Change was saved before),
        Conflict, or TargetBusy when another remediation runs on the same target, or Stopped while all of them are
        stopped.
        """
        ...

    async def give_up(self, claim: Claim, error: str) -> None:
        """End a job that cannot be done. Raises LostClaim."""
        ...

    async def cut_short(self) -> tuple[Claim, ...]:
        """*Once* jobs found doing with a lapsed lease: nobody knows how they ended.

        Only the caller can settle them; if it does not, they are found again after a while.
        """
        ...

    async def waits_behind(self, claim: Claim) -> bool:
        """Whether an older line of the same incident is still to be said, only the budget holding it up.

        Lines for everybody wait for each other, of whatever urgency, and so do those of the threads.
        """
        ...

    async def lines_behind(self, claim: Claim, *, limit: int) -> tuple[Claim, ...]:
        """The lines that wait behind this one, oldest first, whoever holds them, up to one that was begun before."""
        ...

    async def join(self, claim: Claim, others: Sequence[Claim], *, subject: str) -> None:
        """Let a claimed line say others that wait behind it, too: they end, and ``subject`` names all of them.

        Raises LostClaim; or Conflict when one of the others was begun meanwhile, and then nothing was changed.
        """
        ...

    async def take_along(self, claim: Claim, *, limit: int) -> tuple[str, ...]:
        """Let a claimed call of a person stand for their other calls that wait and are no more urgent: these end.

        The ids of their incidents, which the claim's subject names from now on. Raises LostClaim.
        """
        ...

    async def call_owed_since(self, incident_id: str, *, heads: Sequence[str], claim: Claim | None = None) -> bool:
        """Whether a call for the incident whose key begins with one of ``heads`` is owed or done, and not given up.

        With a ``claim`` only those that were owed after it count.
        """
        ...

    async def next_due(self) -> datetime | None:
        """When the next job is due or a lease lapses, so that the worker can sleep until then."""
        ...

    async def figures(self) -> Figures:
        """How much there is to do, for whoever operates Muster. Cheap, however much was done before.

        Raises Outage while it takes no changes, too.
        """
        ...

    async def let_go(self, what: Lasting, *, before: datetime, limit: int) -> int:
        """Let go of at most so many of what is older, but of nothing that an open incident needs; how many it were.

        The chains stay whole: of an event its content goes, and the digest that its link covers stays.
        """
        ...

    async def close(self) -> None:
        """Finish what was asked and let go."""
        ...
