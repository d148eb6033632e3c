"""Where deployment tools knock: only who is configured and proven, and every answer says what became of it."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import ClientSession as Client

from bot.http.addresses import Addresses
from bot.sources.admission import Request as Came
from bot.sources.change_places import Places
from bot.sources.changes import reader
from bot.sources.doors import tellers
from bot.telemetry.metrics import Counts
from bot.web.changes import add_changes
from bot.web.knock import LARGEST_BODY
from commands.outage import Outage
from commands.take_change import Taken, take_change
from incident.alert import Delivery
from tests.fakes.runbooks import SHOP
from tests.fakes.web import served
from tests.fakes.world import World, opened_world

TOKEN, SECRET = "d3ploy-token", "hook-secret"
ALLOWED = {"Authorization": f"Bearer {TOKEN}"}
PUSH = json.dumps(
    {
        "ref": "refs/heads/main", "after": "3f9c2a", "compare": "https://github.com/acme/shop/compare/1...2",
        "repository": {"full_name": "acme/shop", "default_branch": "main"}, "pusher": {"name": "ana"},
    }
).encode()  # fmt: skip


class Door:
    """The doors over a real store; ``away`` is one that cannot be reached."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.away = False
        self.counts = Counts()

    async def take(self, delivery: Delivery) -> Taken:
        if self.away:
            raise Outage("the database does not answer", retry=True)
        places = Places(systems=(SHOP,), repositories={"acme/shop": (SHOP,)})
        return await take_change(delivery, read=reader(places), store=self.world.store)

    def addresses(self) -> Addresses:
        async def fetched(address: str) -> bytes:
            raise AssertionError(address)

        addresses = Addresses()
        add_changes(
            addresses,
            admits=tellers({"changes": [TOKEN], "github": [SECRET]}, (), fetched),
            take=self.take,
            clock=self.world.clock,
            counted=self.counts.delivery,
        )
        return addresses

    async def kept(self) -> list[str]:
        """What is known to have changed."""
        since = self.world.clock() - timedelta(days=1)
        return [each.what for each in await self.world.store.system_changes(SHOP, since=since, until=None, limit=9)]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with opened_world() as world:
        yield Door(world)


@pytest.fixture
async def client(door: Door) -> AsyncIterator[Client]:
    async with served(door.addresses()) as made:
        yield made


async def knock(client: Client, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, object]]:
    async with client.post(path, data=BytesIO(body), headers=headers) as answer:
        return answer.status, await answer.json()


def signed(body: bytes, event: str = "push", number: str = "g-1", secret: str = SECRET) -> dict[str, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "X-GitHub-Event": event, "X-GitHub-Delivery": number}


async def test_a_change_is_kept_when_it_is_answered(door: Door, client: Client) -> None:
    body = json.dumps({"what": "Checkout 1.4"}).encode()
    assert await knock(client, "/changes", body, ALLOWED) == (202, {"taken": True, "repeat": False, "changes": 1})
    assert await door.kept() == ["Checkout 1.4"]
    assert (await knock(client, "/changes", body, ALLOWED))[1]["repeat"] is True


async def test_a_push_is_kept_once_however_often_github_sends_it(door: Door, client: Client) -> None:
    for repeat in (False, True):
        status, said = await knock(client, "/changes/github", PUSH, signed(PUSH))
        assert (status, said["repeat"]) == (202, repeat)
    assert await door.kept() == ["Push to acme/shop (main)"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/changes", {}, 401),
        ("/changes", {"Authorization": "Bearer another"}, 401),
        ("/changes/github", signed(PUSH, secret="another"), 403),
        ("/changes/github", ALLOWED, 403),
        ("/changes/ecs", ALLOWED, 404),
        ("/changes/changes", ALLOWED, 404),
        ("/changes/gitlab", ALLOWED, 404),
    ],
)
async def test_whoever_is_not_proven_changes_nothing(
    door: Door, client: Client, path: str, headers: Mapping[str, str], status: int
) -> None:
    answered, said = await knock(client, path, PUSH, headers)
    assert answered == status
    assert said["error"]
    assert await door.kept() == []
    assert await door.world.store.dead_deliveries() == ()


async def test_what_cannot_be_understood_is_kept_and_says_why(door: Door, client: Client) -> None:
    status, said = await knock(client, "/changes", b"{}", ALLOWED)
    assert status == 202
    assert said == {
        "taken": False,
        "error": "It is kept, but could not be understood: “what” is missing: say in a few words what was changed.",
    }
    (dead,) = await door.world.store.dead_deliveries()
    assert dead.source == "changes"


async def test_what_is_no_change_is_taken(door: Door, client: Client) -> None:
    assert (await knock(client, "/changes/github", b"{}", signed(b"{}", "ping")))[1]["changes"] == 0
    assert await door.world.store.dead_deliveries() == ()


async def test_while_the_store_is_away_the_sender_is_asked_to_send_again(door: Door, client: Client) -> None:
    door.away = True
    async with client.post("/changes", data=b'{"what": "x"}', headers=ALLOWED) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


async def test_a_body_over_a_mebibyte_is_not_read(client: Client) -> None:
    assert (await knock(client, "/changes", b" " * (LARGEST_BODY + 1), ALLOWED))[0] == 413


async def test_topics_open_the_door_of_ecs_for_what_they_signed_or_whoever_has_the_token(door: Door) -> None:
    async def fetched(address: str) -> bytes:
        raise AssertionError(address)

    asked = tellers({"ecs": [TOKEN]}, ("arn:aws:sns:eu-central-1:1:deployments",), fetched)
    assert await asked["ecs"](Came(headers=ALLOWED, body=b"{}", at=door.world.clock()))
    assert not await asked["ecs"](Came(headers={}, body=b"{}", at=door.world.clock()))
