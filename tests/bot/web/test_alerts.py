"""Where monitors knock: every answer is the one that keeps the sender trying, and what came is kept as it came."""

import asyncio
import gzip
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import ClientSession as Client
from msgspec.structs import replace

from bot.http import server
from bot.http.addresses import Addresses
from bot.sources.admission import SAME_BODY_SECONDS
from bot.sources.admission import Request as Came
from bot.sources.doors import doors
from bot.telemetry.exposition import text
from bot.telemetry.metrics import Counts
from bot.web.alerts import Health, add_alerts, add_health, delivery_of
from bot.web.collector import Reception
from bot.web.knock import LARGEST_BODY
from commands.outage import Outage
from commands.take_alerts import heard, take_alerts
from incident.alert import Delivery, DeliveryState
from tests.fakes import monitor
from tests.fakes.clock import START
from tests.fakes.web import listening, served
from tests.fakes.world import World, opened_world

URL = "/alerts/alertmanager"
TOKEN, NEXT_TOKEN = "s3cret-token", "n3xt-token"
SECRET, NEXT_SECRET = "s1gning-secret", "n3xt-secret"
ALLOWED = {"Authorization": f"Bearer {TOKEN}"}
BODY = json.dumps(monitor.body()).encode()


async def nowhere(address: str) -> bytes:
    """No source that is asked here visits an address."""
    raise AssertionError(address)


class Door:
    """A web application over a real store; ``away`` is a store that cannot be reached."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.away = False
        self.health = Health(facts={"slack_connected": True})
        self.kept: list[Delivery] = []
        self.counts = Counts()

    async def take(self, delivery: Delivery) -> Reception:
        if self.away:
            raise Outage("the database does not answer", retry=True)
        taken = await take_alerts(heard(delivery, ports=self.world.ports), ports=self.world.ports)
        self.kept.append(replace(delivery, key=taken.key))
        return Reception.DEAD if taken.dead else Reception.TAKEN if taken.fresh else Reception.REPEAT

    async def say_health(self) -> Health:
        return self.health

    async def say_metrics(self) -> str:
        return text(self.counts.metrics())

    def addresses(self) -> Addresses:
        return self.opened(
            {
                "alertmanager": [TOKEN, NEXT_TOKEN],
                "pagerduty": [SECRET, NEXT_SECRET],
                "uptimerobot": [TOKEN],
            }
        )

    def opened(self, secrets: Mapping[str, Sequence[str]]) -> Addresses:
        """The doors of those who have a secret."""
        addresses, admits = Addresses(), doors(secrets, (), nowhere)
        add_health(addresses, health=self.say_health, metrics=self.say_metrics)
        add_alerts(addresses, take=self.take, admits=admits, clock=self.world.clock, counted=self.counts.delivery)
        return addresses


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with opened_world() as world:
        yield Door(world)


@pytest.fixture
async def client(door: Door) -> AsyncIterator[Client]:
    async with served(door.addresses()) as made:
        yield made


async def knock(client: Client, body: bytes = BODY, headers: Mapping[str, str] = ALLOWED) -> tuple[int, object]:
    async with client.post(URL, data=BytesIO(body), headers=headers) as answer:
        return answer.status, await answer.json()


async def test_a_delivery_is_decided_and_on_disk_when_it_is_answered(door: Door, client: Client) -> None:
    assert await knock(client) == (202, {"taken": True, "repeat": False})
    (kept,) = door.kept
    stored = await door.world.store.delivery(kept.key)
    assert stored is not None
    assert (stored.body, stored.state, stored.received_at) == (BODY, DeliveryState.TAKEN, START)
    assert len(await door.world.store.open_incidents()) == 1


async def test_the_same_body_again_is_a_repeat_and_later_it_is_taken_anew(door: Door, client: Client) -> None:
    assert (await knock(client))[1] == {"taken": True, "repeat": False}
    assert await knock(client) == (202, {"taken": True, "repeat": True})
    door.world.clock.advance(seconds=SAME_BODY_SECONDS)
    assert (await knock(client))[1] == {"taken": True, "repeat": False}


async def test_the_same_body_twenty_times_at_once_has_one_effect(door: Door, client: Client) -> None:
    answers = await asyncio.gather(*(knock(client) for _ in range(20)))
    assert {status for status, _ in answers} == {202}
    assert [answer for _, answer in answers].count({"taken": True, "repeat": False}) == 1
    await door.world.work()
    assert len(await door.world.store.open_incidents()) == 1


@pytest.mark.parametrize("body", [b"", b"not json", b"\x00\xff\xfe", b"[7]", b"{" * 50_000])
async def test_what_cannot_be_understood_is_taken_too_so_that_the_sender_does_not_give_up(
    door: Door, client: Client, body: bytes
) -> None:
    assert (await knock(client, body))[0] == 202
    await door.world.work()
    (dead,) = await door.world.store.dead_deliveries()
    assert dead.body == body


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer"},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN} {NEXT_TOKEN}"},
        {"Authorization": "Bearer caf\u00e9"},
    ],
    ids=["none", "wrong", "empty", "bare", "no scheme", "another scheme", "two", "not ascii"],
)
async def test_without_the_right_token_nothing_is_kept(door: Door, client: Client, headers: Mapping[str, str]) -> None:
    status, answer = await knock(client, headers=headers)
    assert status == 401
    assert isinstance(answer, dict)
    assert TOKEN not in str(answer)
    assert door.kept == []


async def test_a_token_that_is_no_text_at_all_is_refused_and_breaks_nothing(door: Door) -> None:
    async with listening(door.addresses()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /alerts/alertmanager HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n"
            b"Authorization: Bearer \xff\xfe\r\n\r\n{}"
        )
        assert (await reader.read()).startswith(b"HTTP/1.1 401 ")
        writer.close()
        await writer.wait_closed()
    assert door.kept == []


async def test_a_monitor_whose_name_is_no_text_is_taken(door: Door) -> None:
    async with listening(door.addresses()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /alerts/alertmanager HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %b\r\n"
            b"User-Agent: \xdcberwacher\r\nContent-Length: %d\r\n\r\n%b" % (TOKEN.encode(), len(BODY), BODY)
        )
        assert (await reader.read()).startswith(b"HTTP/1.1 202 ")
        writer.close()
        await writer.wait_closed()
    assert [each.headers["User-Agent"] for each in door.kept] == ["?berwacher"]


@pytest.mark.parametrize("header", [f"Bearer {NEXT_TOKEN}", f"bearer {TOKEN}", f"Bearer   {TOKEN}  "])
async def test_while_a_token_is_replaced_both_open_the_door_however_the_scheme_is_written(
    client: Client, header: str
) -> None:
    assert (await knock(client, headers={"Authorization": header}))[0] == 202


@pytest.mark.parametrize(
    "path", ["/alerts/grafana", "/alerts/", "/alerts/%00", "/alerts/a/b", "/", "/alerts/%F0%9F%98%80"]
)
async def test_a_source_that_nobody_set_up_is_not_there(door: Door, client: Client, path: str) -> None:
    async with client.post(path, data=BODY, headers=ALLOWED) as answer:
        assert answer.status == 404
    assert door.kept == []


async def test_a_source_without_a_token_takes_nothing(door: Door) -> None:
    nobody: tuple[Mapping[str, Sequence[str]], ...] = ({}, {"alertmanager": []}, {"alertmanager": [""]})
    for tokens in nobody:
        async with served(door.opened(tokens)) as client:
            for headers in ({}, {"Authorization": "Bearer "}, ALLOWED):
                assert (await client.post(URL, data=BODY, headers=headers)).status in (401, 404)
    assert door.kept == []


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 202), (LARGEST_BODY + 1, 413), (3 * LARGEST_BODY, 413)])
async def test_a_body_may_be_one_mebibyte_and_not_a_byte_more(
    door: Door, client: Client, size: int, status: int
) -> None:
    assert (await knock(client, b"x" * size))[0] == status
    assert len(door.kept) == (status == 202)


@pytest.mark.parametrize("body", [b"this is no gzip", gzip.compress(b"x" * 8 * LARGEST_BODY)], ids=["broken", "bomb"])
async def test_a_packed_body_is_kept_as_it_came_and_never_unpacked(door: Door, client: Client, body: bytes) -> None:
    assert (await knock(client, body, {**ALLOWED, "Content-Encoding": "gzip"}))[0] == 202
    assert [each.body for each in door.kept] == [body]
    await door.world.work()
    assert len(await door.world.store.dead_deliveries()) == 1


async def test_while_the_store_is_away_the_sender_is_asked_to_come_again_and_then_nothing_is_lost(
    door: Door, client: Client
) -> None:
    door.away = True
    assert (await knock(client))[0] == 503
    door.away = False
    assert await knock(client) == (202, {"taken": True, "repeat": False})


async def test_no_credential_is_ever_kept(door: Door, client: Client) -> None:
    headers = {
        **ALLOWED,
        "Cookie": "session=abc",
        "X-Api-Key": "k",
        "Content-Type": "application/json",
        "User-Agent": "Alertmanager/0.34",
    }
    async with client.post(URL + "?token=query-secret", data=BODY, headers=headers) as answer:
        assert answer.status == 202
    (kept,) = door.kept
    assert kept.headers == {"Content-Type": "application/json", "User-Agent": "Alertmanager/0.34"}
    stored = (await door.world.store.delivery(kept.key), kept)
    for secret in (TOKEN, "abc", "query-secret"):
        assert secret not in str(stored)


def test_one_body_of_two_sources_is_two_deliveries() -> None:
    came = Came(headers={}, body=b"{}", at=START)
    later = Came(headers={}, body=b"{}", at=START + timedelta(seconds=SAME_BODY_SECONDS))
    keys = [delivery_of(source, came).key for source in ("alertmanager", "pagerduty")]
    assert len({*keys, delivery_of("alertmanager", later).key}) == 3


# PagerDuty, which signs.


async def page(
    client: Client, body: Mapping[str, object], *, secret: str = SECRET, signature: str = "", webhook: str = "1"
) -> tuple[int, object]:
    raw = json.dumps(body).encode()
    signature = signature or "v1=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"X-PagerDuty-Signature": signature, "X-Webhook-Id": webhook}
    async with client.post("/alerts/pagerduty", data=raw, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_a_page_declares_an_acknowledgement_changes_nothing_and_its_end_is_known(
    door: Door, client: Client
) -> None:
    for event_type in ("incident.triggered", "incident.acknowledged", "incident.resolved", "pagey.ping"):
        assert await page(client, monitor.pagerduty(event_type)) == (202, {"taken": True, "repeat": False})
        await door.world.work()
    (incident,) = await door.world.store.open_incidents()
    (alert,) = await door.world.store.alerts_of(incident.id)
    assert (incident.title, alert.firing, alert.count) == ("Orders stand still", False, 2)
    stored = [await door.world.store.delivery(each.key) for each in door.kept]
    assert [each.reason for each in stored if each] == ["", "nothing in it is an alert"] * 2
    assert await door.world.store.dead_deliveries() == ()


async def test_one_event_again_is_a_repeat_whatever_its_headers_and_secret(door: Door, client: Client) -> None:
    assert (await page(client, monitor.pagerduty()))[1] == {"taken": True, "repeat": False}
    door.world.clock.advance(hours=40)
    for secret in (SECRET, NEXT_SECRET):
        again = await page(client, monitor.pagerduty(), secret=secret, webhook="2")
        assert again == (202, {"taken": True, "repeat": True})
    await door.world.work()
    assert len(await door.world.store.open_incidents()) == 1


@pytest.mark.parametrize("signature", ["v1=00", "v1=", f"Bearer {SECRET}", "v1=caf\u00e9"])
async def test_a_forged_signature_is_refused_and_nothing_is_kept(door: Door, client: Client, signature: str) -> None:
    assert (await page(client, monitor.pagerduty(), signature=signature))[0] == 403
    assert (await page(client, monitor.pagerduty(), secret="guessed"))[0] == 403
    assert door.kept == []


async def test_a_token_is_no_signature_and_a_signature_no_token(door: Door, client: Client) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with client.post("/alerts/pagerduty", data=b"{}", headers=headers) as answer:
        assert answer.status == 403
    headers = {"X-PagerDuty-Signature": "v1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()}
    assert (await knock(client, headers=headers))[0] == 401
    assert door.kept == []


async def test_an_event_that_was_held_back_for_days_is_refused(door: Door, client: Client) -> None:
    door.world.clock.advance(hours=50)
    assert (await page(client, monitor.pagerduty()))[0] == 403
    assert door.kept == []


async def test_a_signed_body_of_an_older_webhook_is_kept_and_says_what_to_do(door: Door, client: Client) -> None:
    assert (await page(client, {"messages": [{"event": "incident.trigger"}]}))[0] == 202
    await door.world.work()
    (dead,) = await door.world.store.dead_deliveries()
    assert "V3 subscription" in dead.reason


async def test_a_body_that_does_not_come_in_time_is_to_be_sent_again(
    door: Door, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "READ_WITHIN", 0.1)
    never = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield BODY[:10]
        await never.wait()

    async with client.post(URL, data=slowly(), headers=ALLOWED) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert door.kept == []


async def test_only_posting_is_taken(client: Client) -> None:
    assert (await client.get(URL, headers=ALLOWED)).status == 405


async def test_health_says_what_is_missing(door: Door, client: Client) -> None:
    async with client.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "alive", "slack_connected": True})
    assert (await client.get("/readyz")).status == 200
    door.health = Health(missing=("the connection to Slack",), facts={"process": "host:7"})
    async with client.get("/readyz") as answer:
        assert answer.status == 503
        told = {"ready": False, "missing": ["the connection to Slack"], "process": "host:7"}
        assert await answer.json() == told
    assert (await client.get("/healthz")).status == 200, "alive, though not ready"
    door.health = Health(alive=False)
    async with client.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (503, {"status": "leaving"})


async def test_the_answer_is_never_a_redirect(door: Door) -> None:
    async with listening(door.addresses()) as port, Client() as session:
        for path in ("/alerts/alertmanager/", "//alerts/alertmanager", "/alerts/../alerts/alertmanager"):
            url = f"http://127.0.0.1:{port}{path}"
            async with session.post(url, data=BODY, headers=ALLOWED, allow_redirects=False) as answer:
                assert not 300 <= answer.status < 400


async def test_each_answer_to_a_monitor_is_counted_and_prometheus_can_read_the_counts(
    door: Door, client: Client
) -> None:
    await knock(client)
    await knock(client)
    await knock(client, headers={})
    await knock(client, b"x" * (LARGEST_BODY + 1))
    door.away = True
    await knock(client, b"another")
    assert (await client.post("/alerts/nobody", data=BODY)).status == 404
    async with client.get("/metrics") as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        lines = (await answer.text()).splitlines()
    assert [line for line in lines if line.startswith("muster_deliveries_total")] == [
        f'muster_deliveries_total{{source="alertmanager",outcome="{outcome}"}} 1'
        for outcome in ("not_kept", "refused", "repeat", "taken", "too_large")
    ]


async def test_uptimerobot_may_say_it_all_behind_the_address_and_its_token_is_not_kept(
    door: Door, client: Client
) -> None:
    said = {"monitorID": "77", "monitorFriendlyName": "My Shop", "alertType": "1", "token": TOKEN}
    async with client.get("/alerts/uptimerobot", params=said) as answer:
        assert answer.status == 202
    (kept,) = door.kept
    assert (kept.body, TOKEN in kept.key) == (b"monitorID=77&monitorFriendlyName=My+Shop&alertType=1", False)
    (incident,) = await door.world.store.open_incidents()
    assert incident.title == "My Shop is down"
    async with client.get("/alerts/uptimerobot", params={**said, "token": "wrong"}) as answer:
        assert answer.status == 401
    async with client.get(URL, headers=ALLOWED) as answer:
        assert answer.status == 405, "nobody else may ask"


async def test_a_monitor_that_puts_is_heard_as_one_that_posts(client: Client) -> None:
    async with client.put(URL, data=BODY, headers=ALLOWED) as answer:
        assert (answer.status, await answer.json()) == (202, {"taken": True, "repeat": False})
