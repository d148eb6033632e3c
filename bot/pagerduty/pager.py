"""The Pager port over PagerDuty: it looks before it changes anything, so that what was done is not done again."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from bot.pagerduty.calls import Answer, Calls, No
from bot.pagerduty.people import Account, People
from commands.outage import Outage
from commands.pager import Called, Expect, Wanted
from incident.incident import Incident
from incident.paging import CLIENT, PagerPerson, PagerState, Standing, key_of, marked
from incident.responder import UserId
from incident.severity import Severity, of_word

_SEVERITIES: Final = {
    Severity.P0: "critical",
    Severity.P1: "critical",
    Severity.P2: "error",
    Severity.P3: "warning",
}
"""What PagerDuty's Events API calls a level."""
LOOKS: Final = 8
BETWEEN: Final = 1.0
"""How often, and every how many seconds, the incident is looked for that PagerDuty makes of an event."""
_LONGEST_TITLE: Final = 1024
_REACHED: Final = {
    PagerState.TRIGGERED: {"triggered", "acknowledged"},
    PagerState.ACKNOWLEDGED: {"acknowledged", "resolved"},
    PagerState.RESOLVED: {"resolved"},
}
"""Where PagerDuty is as far as it is to be, or further: there it is left alone."""


class Reach(Struct, frozen=True, kw_only=True):
    """How PagerDuty is called for one system: by an incident on its ``service``, or an event to an integration."""

    service: str | None = None
    routing_key: str | None = None


class Rules(Struct, frozen=True, kw_only=True):
    """What the team configured. ``address`` is that of the user in whose name Muster acts when nobody else did."""

    address: str
    priorities: Mapping[str, Severity]
    policies: Mapping[str, str]
    reaches: Mapping[str, Reach]


class PagerDuty:
    """One account."""

    def __init__(self, calls: Calls, people: People, rules: Rules) -> None:
        self._calls = calls
        self._people = people
        self._rules = rules

    @property
    def policies(self) -> Mapping[str, str]:
        """The escalation policies that have a name in the settings."""
        return self._rules.policies

    async def call(self, incident: Incident) -> Called:
        """Ring whoever is on call for the incident's system."""
        reach, key = self._reach(incident.system), key_of(incident.id)
        if reach.routing_key is None:
            return Called(ref=await self._made(incident, key, self._rules.address, {}), keyed=True)
        await self._calls.event(reach.routing_key, _event(incident))
        for _ in range(LOOKS):
            ref = await self._open(key)
            if ref is not None:
                return Called(ref=ref, keyed=False)
            await asyncio.sleep(BETWEEN)
        raise Outage("PagerDuty took the event and has not made its incident yet", retry=True)

    async def find(self, incident: Incident) -> str | None:
        """The newest incident there that Muster had made for this one."""
        found = await self._by_key(key_of(incident.id))
        return str(found[0]["id"]) if found else None

    async def key(self, ref: str) -> str:
        """The key under which an incident there was made."""
        return str((await self._incident(ref) or {}).get("incident_key") or "")

    async def tell(self, ref: str, news: Standing, *, by: UserId | None, expect: Expect) -> tuple[str, ...]:
        """Bring one incident to what is news, where it is not so there; what was changed, each told before."""
        there = await self._incident(ref)
        if there is None:
            return ()
        address = await self._address(by)
        changed: list[str] = []
        if news.state is not None and there["status"] not in _REACHED[news.state]:
            await expect(news.state)
            await self._put(ref, {"status": news.state.value, **_resolution(news.state)}, address)
            changed.append(news.state.value)
        priority = self._priority(there, news)
        if priority is not None and news.severity is not None:
            await expect(news.severity)
            await self._put(ref, {"priority": priority}, address)
            changed.append(f"priority {priority}")
        return tuple(changed)

    async def note(self, ref: str, text: str, *, mark: str, by: UserId | None, again: bool) -> None:
        """Write a note, unless the one with this mark is there."""
        if again:
            notes = (await self._calls.get(f"/incidents/{ref}/notes"))["notes"]
            if any(f"[muster:{mark}]" in str(each.get("content")) for each in notes):
                return
        body = {"note": {"content": marked(text, mark)}}
        await self._calls.send("POST", f"/incidents/{ref}/notes", body, by=await self._address(by))

    async def summon(
        self, incident: Incident, wanted: Wanted, message: str, *, mark: str, by: UserId | None, again: bool
    ) -> str | None:
        """Ask for help on the open incident there, else by one of their own; None for a person without an account."""
        target = await self._target(wanted)
        if target is None:
            return None
        there = await self._newest_open(incident)
        if there is not None and await self._requested(there, target, marked(message, mark), mark, by, again):
            return str(there["id"])
        key = key_of(incident.id, mark)
        return await self._made(incident, key, await self._address(by), _assigned(target), there)

    async def person(self, known: PagerPerson) -> UserId | None:
        """Who that is in Slack."""
        return await self._people.slack(known.id)

    def severity_of(self, priority: str) -> Severity | None:
        """What a priority means here: as the team says, else by its name."""
        return self._rules.priorities.get(priority) if self._rules.priorities else of_word(priority)

    async def _made(
        self,
        incident: Incident,
        key: str,
        address: str,
        more: Mapping[str, object],
        beside: Answer | None = None,
    ) -> str:
        """The open incident of that key, made now unless it is there: PagerDuty itself refuses a second one."""
        found = await self._open(key)
        if found is not None:
            return found
        service = beside["service"]["id"] if beside is not None else self._reach(incident.system).service
        if not service:
            raise Outage(f"pagerduty.systems.{incident.system} names no service for it", retry=False)
        body = {
            "type": "incident",
            "title": _title(incident),
            "service": {"id": service, "type": "service_reference"},
            "urgency": "high",
            "incident_key": key,
            "body": {"type": "incident_body", "details": incident.summary or incident.title},
            **more,
        }
        try:
            answer = await self._calls.send("POST", "/incidents", {"incident": body}, by=address)
        except No as no:
            # Another attempt, whose answer was lost, may have made it since the look.
            found = await self._open(key) if no.status == 400 else None
            if found is None:
                raise
            return found
        return str(answer["incident"]["id"])

    async def _requested(
        self, there: Answer, target: Answer, message: str, mark: str, by: UserId | None, again: bool
    ) -> bool:
        """Whether the account's plan let them be asked to come to an incident."""
        if again and any(mark in str(each.get("message")) for each in there.get("responder_requests") or ()):
            return True
        requester = await self._people.by_address(await self._address(by))
        body = {
            "requester_id": requester.id if requester is not None else "",
            "message": message,
            "responder_request_targets": [{"responder_request_target": target}],
        }
        try:
            await self._calls.send("POST", f"/incidents/{there['id']}/responder_requests", body)
        except No as no:
            if no.status != 402:
                raise
            return False
        return True

    async def _target(self, wanted: Wanted) -> Answer | None:
        if wanted.user is None:
            return {"id": wanted.policy, "type": "escalation_policy_reference"}
        account = await self._people.account(wanted.user)
        return {"id": account.id, "type": "user_reference"} if account is not None else None

    async def _newest_open(self, incident: Incident) -> Answer | None:
        for ref in reversed(incident.paged.refs if incident.paged is not None else ()):
            there = await self._incident(ref)
            if there is not None and there["status"] != PagerState.RESOLVED:
                return there
        return None

    async def _incident(self, ref: str) -> Answer | None:
        try:
            there: Answer = (await self._calls.get(f"/incidents/{ref}"))["incident"]
        except No as no:
            if no.status != 404:
                raise
            return None
        return there

    async def _open(self, key: str) -> str | None:
        found = await self._by_key(key)
        return next((str(each["id"]) for each in found if each["status"] != PagerState.RESOLVED), None)

    async def _by_key(self, key: str) -> Sequence[Answer]:
        """The incidents of that key, the newest first."""
        query = {"incident_key": key, "date_range": "all", "sort_by": "created_at:desc"}
        return tuple((await self._calls.get("/incidents", **query))["incidents"])

    async def _put(self, ref: str, changed: Mapping[str, object], address: str) -> None:
        body = {"incident": {"type": "incident_reference", **changed}}
        try:
            await self._calls.send("PUT", f"/incidents/{ref}", body, by=address)
        except No as no:
            # Somebody did the same there since the look.
            if no.status != 400 or (await self._incident(ref) or {}).get("status") != changed.get("status"):
                raise

    def _priority(self, there: Answer, news: Standing) -> str | None:
        """The priority that PagerDuty lacks; None when it has one of that level, or nobody changed it here."""
        if news.severity is None:
            return None
        named = [name for name, level in self._rules.priorities.items() if level is news.severity]
        holds = (there.get("priority") or {}).get("summary")
        return named[0] if named and holds not in named else None

    async def _address(self, by: UserId | None) -> str:
        """In whose name: theirs, if they have an account, else Muster's."""
        account: Account | None = await self._people.account(by) if by is not None else None
        return account.email if account is not None and account.email else self._rules.address

    def _reach(self, system: str) -> Reach:
        return self._rules.reaches.get(system) or Reach()


def _title(incident: Incident) -> str:
    return f"{incident.key}: {incident.title}"[:_LONGEST_TITLE]


def _event(incident: Incident) -> Mapping[str, object]:
    return {
        "event_action": "trigger",
        "dedup_key": key_of(incident.id),
        "client": CLIENT,
        "payload": {
            "summary": _title(incident),
            "source": incident.system,
            "severity": _SEVERITIES[incident.severity],
            "timestamp": incident.declared_at.isoformat(),
            "custom_details": {"summary": incident.summary, "severity": incident.severity.value},
        },
    }


def _resolution(state: PagerState) -> Mapping[str, object]:
    return {"resolution": "Resolved in Muster"} if state is PagerState.RESOLVED else {}


def _assigned(target: Answer) -> Mapping[str, object]:
    if target["type"] == "user_reference":
        return {"assignments": [{"assignee": target}]}
    return {"escalation_policy": target}
