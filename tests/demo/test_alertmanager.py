"""The sender: bodies as Alertmanager writes them, delivered once, tried again when they were not taken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from demo.alertmanager import Alertmanager, AlertNotTakenError, SentAlert, fingerprint, webhook_body
from demo.ports import free_port
from demo.storybook import Patient
from demo.storybook.alerts import RULES
from tests.demo.asking import eventually

STUCK, CONNECTIONS, *_ = RULES
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOKEN = "a-token-for-this-test"


class Receiver:
    """A webhook endpoint that keeps what it was sent, and answers `status`."""

    def __init__(self) -> None:
        self.status = 202
        self.bodies: list[dict[str, Any]] = []

    async def take(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        if self.status == 202:
            self.bodies.append(await request.json())
        return web.Response(status=self.status, text="as told")

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(body["alerts"][0]["labels"]["alertname"], body["status"]) for body in self.bodies]

    async def has(self, count: int) -> bool:
        async def so_many() -> bool:
            return len(self.bodies) >= count

        return await eventually(so_many)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def url(receiver: Receiver) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/alerts/alertmanager", receiver.take)
    async with TestServer(application) as server:
        yield str(server.make_url("/alerts/alertmanager"))


@pytest.fixture
async def alertmanager(url: str) -> AsyncIterator[Alertmanager]:
    async with Alertmanager(url, TOKEN, RULES) as alertmanager:
        yield alertmanager


@asynccontextmanager
async def watching(alertmanager: Alertmanager, conditions: set[str], hold: float = 0) -> AsyncIterator[None]:
    async def now() -> set[str]:
        return set(conditions)

    watch = asyncio.create_task(alertmanager.watch(now, every=0.02, hold=hold))
    yield
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch


def test_the_fingerprint_is_prometheus_own() -> None:
    assert fingerprint({}) == f"{14695981039346656037:016x}"
    labels = {"name": "garland, briggs", "fear": "love is not enough"}
    assert fingerprint(labels) == f"{5799056148416392346:016x}"


def test_a_firing_alert_has_every_field_of_the_webhook() -> None:
    body = webhook_body([SentAlert(rule=STUCK, starts_at=NOON)])
    labels = {
        "alertname": "StorybookJobsStuck",
        "severity": "critical",
        "service": "storybook-api",
        "system": "ai-storybook",
        "environment": "production",
    }
    [alert] = body.pop("alerts")
    assert body == {
        "version": "4",
        "groupKey": '{}:{alertname="StorybookJobsStuck", service="storybook-api"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "muster",
        "groupLabels": {"alertname": "StorybookJobsStuck", "service": "storybook-api"},
        "commonLabels": labels,
        "commonAnnotations": STUCK.annotations,
        "externalURL": "http://alertmanager.internal:9093",
    }
    assert alert.pop("generatorURL").startswith("http://prometheus.internal:9090/graph?g0.expr=storybook")
    assert alert == {
        "status": "firing",
        "labels": labels,
        "annotations": STUCK.annotations,
        "startsAt": "2026-03-01T12:00:00.000Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": fingerprint(labels),
    }


def test_a_group_is_resolved_only_when_all_its_alerts_are() -> None:
    over = SentAlert(rule=STUCK, starts_at=NOON, ends_at=NOON + timedelta(minutes=5))
    on = SentAlert(rule=STUCK, starts_at=NOON)
    assert webhook_body([over, on])["status"] == "firing"
    assert webhook_body([over, over])["status"] == "resolved"
    assert [alert["endsAt"] for alert in webhook_body([over])["alerts"]] == ["2026-03-01T12:05:00.000Z"]


def test_what_alerts_of_a_group_do_not_share_is_not_common() -> None:
    body = webhook_body([SentAlert(rule=STUCK, starts_at=NOON), SentAlert(rule=CONNECTIONS, starts_at=NOON)])
    assert "alertname" not in body["commonLabels"]
    assert body["commonAnnotations"] == {}


async def test_firing_twice_repeats_the_same_alert(alertmanager: Alertmanager, receiver: Receiver) -> None:
    await alertmanager.fire("StorybookJobsStuck", since=NOON)
    await alertmanager.fire("StorybookJobsStuck")
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_resolving_ends_the_alert_that_fired(alertmanager: Alertmanager, receiver: Receiver) -> None:
    await alertmanager.fire("StorybookJobsStuck", since=NOON)
    await alertmanager.resolve("StorybookJobsStuck")
    await alertmanager.resolve("StorybookJobsStuck")
    fired, resolved = (body["alerts"][0] for body in receiver.bodies)
    assert (fired["startsAt"], fired["fingerprint"]) == (resolved["startsAt"], resolved["fingerprint"])
    assert resolved["endsAt"] > resolved["startsAt"]


async def test_an_alert_not_taken_is_an_error_and_does_not_count(
    alertmanager: Alertmanager, receiver: Receiver
) -> None:
    receiver.status = 503
    with pytest.raises(AlertNotTakenError, match="answered 503: as told"):
        await alertmanager.fire("StorybookJobsStuck")
    assert alertmanager.firing == frozenset()


async def test_nobody_listening_is_an_error() -> None:
    async with Alertmanager(f"http://127.0.0.1:{free_port()}/", TOKEN, RULES) as alertmanager:
        with pytest.raises(AlertNotTakenError, match="gave no answer"):
            await alertmanager.fire("StorybookJobsStuck")


async def test_a_wrong_token_is_an_error(url: str) -> None:
    async with Alertmanager(url, "wrong", RULES) as alertmanager:
        with pytest.raises(AlertNotTakenError, match="answered 401"):
            await alertmanager.fire("StorybookJobsStuck")


async def test_a_watched_condition_fires_once_and_then_resolves(alertmanager: Alertmanager, receiver: Receiver) -> None:
    conditions = {"StorybookJobsStuck"}
    async with watching(alertmanager, conditions):
        assert await receiver.has(1)
        await asyncio.sleep(0.1)
        conditions.clear()
        assert await receiver.has(2)
        await asyncio.sleep(0.1)
    assert receiver.told == [("StorybookJobsStuck", "firing"), ("StorybookJobsStuck", "resolved")]


async def test_a_condition_must_hold_for_a_while(alertmanager: Alertmanager, receiver: Receiver) -> None:
    conditions = {"StorybookJobsStuck"}
    async with watching(alertmanager, conditions, hold=60):
        await asyncio.sleep(0.15)
        conditions.clear()
        await asyncio.sleep(0.4)
    assert receiver.bodies == []


async def test_a_watched_alert_not_taken_is_tried_again(alertmanager: Alertmanager, receiver: Receiver) -> None:
    receiver.status = 503
    async with watching(alertmanager, {"StorybookJobsStuck"}):
        await asyncio.sleep(0.1)
        receiver.status = 202
        assert await receiver.has(1)
    assert receiver.told == [("StorybookJobsStuck", "firing")]


async def test_what_a_person_fired_is_not_resolved_by_watching(alertmanager: Alertmanager, receiver: Receiver) -> None:
    await alertmanager.fire("StorybookCostSpike")
    async with watching(alertmanager, set()):
        await asyncio.sleep(0.1)
    assert receiver.told == [("StorybookCostSpike", "firing")]


async def test_an_ill_storybook_raises_its_alert_and_a_healed_one_resolves_it(
    alertmanager: Alertmanager, receiver: Receiver, storybook: Patient
) -> None:
    watch = asyncio.create_task(alertmanager.watch(storybook.firing, every=0.05, hold=0.1))
    await storybook.fault("stuck-jobs", True)
    assert await receiver.has(1)
    await storybook.fault("stuck-jobs", False)
    assert await receiver.has(2)
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch
    assert receiver.told == [("StorybookJobsStuck", "firing"), ("StorybookJobsStuck", "resolved")]
