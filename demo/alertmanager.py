"""A small Prometheus Alertmanager: sends the demo's alerts as real version 4 webhook bodies, by hand or by watching.

Like its model it groups alerts by name and service, repeats nothing that was delivered, and tries again what was not.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote

import aiohttp
from msgspec import Struct

RECEIVER = "muster"
GROUP_BY = ("alertname", "service")
EXTERNAL_URL = "http://alertmanager.internal:9093"
PROMETHEUS_URL = "http://prometheus.internal:9090"
NEVER = "0001-01-01T00:00:00Z"
POST_SECONDS = 10.0

FNV_OFFSET = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3


class AlertNotTakenError(Exception):
    """Whoever listens at the webhook URL did not take the alert; the message says what it answered."""


class AlertRule(Struct, frozen=True, kw_only=True):
    """An alert that may be sent. `name` is its alertname, `expression` what a Prometheus would watch."""

    name: str
    title: str
    expression: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    @property
    def all_labels(self) -> dict[str, str]:
        """The labels with the alert's name among them."""
        return {"alertname": self.name, **self.labels}


def rule(
    name: str, severity: str, title: str, expression: str, description: str, *, system: str, service: str
) -> AlertRule:
    """An alert of a production system with the labels and annotations that a team's own rule would have."""
    labels = {"severity": severity, "service": service, "system": system, "environment": "production"}
    annotations = {"summary": title, "description": description}
    return AlertRule(name=name, title=title, expression=expression, labels=labels, annotations=annotations)


class SentAlert(Struct, frozen=True, kw_only=True):
    """One alert of a webhook body: firing until it has an end."""

    rule: AlertRule
    starts_at: datetime
    ends_at: datetime | None = None


def fingerprint(labels: Mapping[str, str]) -> str:
    """Alertmanager's identity of an alert: 64-bit FNV-1a over the sorted labels, as 16 hexadecimal digits."""
    text = b"".join(name.encode() + b"\xff" + labels[name].encode() + b"\xff" for name in sorted(labels))
    digest = FNV_OFFSET
    for byte in text:
        digest = (digest ^ byte) * FNV_PRIME % 2**64
    return f"{digest:016x}"


def webhook_body(alerts: Sequence[SentAlert]) -> dict[str, object]:
    """The body for one group of alerts (at least one), which share their GROUP_BY labels."""
    group_labels = _common([{name: alert.rule.all_labels[name] for name in GROUP_BY} for alert in alerts])
    group = ", ".join(f"{name}={json.dumps(value)}" for name, value in sorted(group_labels.items()))
    return {
        "version": "4",
        "groupKey": f"{{}}:{{{group}}}",
        "truncatedAlerts": 0,
        "status": "resolved" if all(alert.ends_at for alert in alerts) else "firing",
        "receiver": RECEIVER,
        "groupLabels": group_labels,
        "commonLabels": _common([alert.rule.all_labels for alert in alerts]),
        "commonAnnotations": _common([alert.rule.annotations for alert in alerts]),
        "externalURL": EXTERNAL_URL,
        "alerts": [_one(alert) for alert in alerts],
    }


def _one(alert: SentAlert) -> dict[str, object]:
    return {
        "status": "resolved" if alert.ends_at else "firing",
        "labels": alert.rule.all_labels,
        "annotations": dict(alert.rule.annotations),
        "startsAt": _rfc3339(alert.starts_at),
        "endsAt": _rfc3339(alert.ends_at) if alert.ends_at else NEVER,
        "generatorURL": f"{PROMETHEUS_URL}/graph?g0.expr={quote(alert.rule.expression)}&g0.tab=1",
        "fingerprint": fingerprint(alert.rule.all_labels),
    }


def _common(maps: Sequence[Mapping[str, str]]) -> dict[str, str]:
    first, *others = maps
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Alertmanager:
    """Sends `rules` to `url` with a bearer token: `async with Alertmanager(url, token, rules) as alertmanager:`."""

    def __init__(self, url: str, token: str, rules: Sequence[AlertRule]) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}", "User-Agent": "Alertmanager/0.27.0"}
        self._rules = {rule.name: rule for rule in rules}
        self._firing: dict[str, datetime] = {}

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=POST_SECONDS)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._session.close()

    @property
    def firing(self) -> frozenset[str]:
        """The names of the alerts that were delivered and not resolved since."""
        return frozenset(self._firing)

    async def fire(self, name: str, *, since: datetime | None = None) -> None:
        """Send an alert; one that fires already is repeated.

        Raises AlertNotTakenError, and KeyError when no rule has that name.
        """
        starts_at = self._firing.get(name) or since or datetime.now(UTC)
        await self._post([SentAlert(rule=self._rules[name], starts_at=starts_at)])
        self._firing[name] = starts_at

    async def resolve(self, name: str) -> None:
        """Say that an alert is over; nothing is sent when it does not fire. Raises AlertNotTakenError."""
        if name in self._firing:
            over = SentAlert(rule=self._rules[name], starts_at=self._firing[name], ends_at=datetime.now(UTC))
            await self._post([over])
            del self._firing[name]

    async def watch(
        self, conditions: Callable[[], Awaitable[Set[str]]], *, every: float = 1.0, hold: float = 3.0
    ) -> None:
        """Until cancelled, fire what `conditions` names for `hold` seconds on end; resolve it when gone for as long.

        `conditions` returns the names of the rules that hold now; it is asked every `every` seconds, and what could not
        be delivered is tried again then. What a person fired while its condition does not hold is left alone.
        """
        changed: dict[str, tuple[bool, datetime]] = {}
        while True:
            holding = await conditions()
            now = datetime.now(UTC)
            for name in holding | set(changed):
                if name not in changed or changed[name][0] != (name in holding):
                    changed[name] = (name in holding, now)
            with suppress(AlertNotTakenError):
                await self._catch_up(changed, now, hold)
            await asyncio.sleep(every)

    async def _catch_up(self, changed: dict[str, tuple[bool, datetime]], now: datetime, hold: float) -> None:
        for name, (holds, since) in list(changed.items()):
            if (now - since).total_seconds() < hold:
                continue
            if not holds:
                await self.resolve(name)
                del changed[name]
            elif name not in self._firing:
                await self.fire(name, since=since)

    async def _post(self, alerts: Sequence[SentAlert]) -> None:
        try:
            async with self._session.post(self._url, json=webhook_body(alerts), allow_redirects=False) as answer:
                if not 200 <= answer.status < 300:
                    raise AlertNotTakenError(f"{self._url} answered {answer.status}: {(await answer.text())[:200]}")
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise AlertNotTakenError(f"{self._url} gave no answer: {failure or 'timed out'}") from failure
