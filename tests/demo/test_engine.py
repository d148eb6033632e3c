"""The demo's container engine: containers are parts that run, and only one of its addresses obeys."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp
import pytest

from demo.engine import Engine, Part

LABELS = {"project": "shop", "service": "api", "container-number": "2"}


class Service:
    """Something real behind a container."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def stop(self) -> None:
        self.told.append("stop")

    async def start(self) -> None:
        self.told.append("start")


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def engine(service: Service) -> AsyncIterator[Engine]:
    engine = Engine("shop", [Part(service="api", image="shop/api:1", stop=service.stop, start=service.start)])
    async with AsyncExitStack() as undo:
        await engine.start(undo)
        yield engine


async def status(url: str, method: str, path: str) -> int:
    async with aiohttp.ClientSession() as session, session.request(method, f"{url}/v1.43{path}") as answer:
        return answer.status


async def test_a_restart_stops_and_starts_the_real_thing(engine: Engine, service: Service) -> None:
    assert await status(engine.url, "POST", "/containers/shop-api-1/restart") == 204
    assert service.told == ["stop", "start"]


async def test_stopping_and_starting_twice_changes_nothing_the_second_time(engine: Engine, service: Service) -> None:
    statuses = [
        await status(engine.url, "POST", f"/containers/shop-api-1/{action}")
        for action in ("stop", "stop", "start", "start")
    ]
    assert statuses == [204, 304, 204, 304]
    assert service.told == ["stop", "start"]


async def test_a_stopped_container_is_listed_only_where_all_are_asked_for(engine: Engine) -> None:
    await status(engine.url, "POST", "/containers/shop-api-1/stop")
    async with aiohttp.ClientSession(f"{engine.look_url}/v1.43/") as session:
        async with session.get("containers/json") as answer:
            assert await answer.json() == []
        async with session.get("containers/json?all=1") as answer:
            (listed,) = await answer.json()
    assert (listed["State"], listed["Labels"]["com.docker.compose.service"]) == ("exited", "api")


async def test_one_more_of_a_part_is_made_started_and_removed(service: Service) -> None:
    def another() -> Part:
        return Part(service="api", image="shop/api:1", stop=service.stop, start=service.start, another=another)

    engine = Engine("shop", [another()])
    asked = {"Image": "shop/api:1", "Labels": {f"com.docker.compose.{key}": value for key, value in LABELS.items()}}
    async with AsyncExitStack() as undo:
        await engine.start(undo)
        session = await undo.enter_async_context(aiohttp.ClientSession(f"{engine.url}/v1.43/"))
        async with session.post("containers/create?name=shop-api-2", json=asked) as answer:
            assert answer.status == 201
        assert await status(engine.url, "POST", "/containers/shop-api-2/start") == 204
        assert await status(engine.url, "DELETE", "/containers/shop-api-2") == 409
        assert await status(engine.url, "POST", "/containers/shop-api-2/stop") == 204
        assert await status(engine.url, "DELETE", "/containers/shop-api-2") == 204
    assert service.told == ["start", "stop"]


async def test_a_part_of_which_there_can_be_one_is_not_made_twice(engine: Engine) -> None:
    assert await status(engine.url, "POST", "/containers/create?name=shop-api-2") == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/containers/shop-api-1/restart"),
        ("DELETE", "/containers/shop-api-1"),
        ("POST", "/containers/create?name=shop-api-2"),
        ("GET", "/containers/shop-api-1/archive"),
        ("GET", "/containers/shop-api-1/attach/ws"),
    ],
)
async def test_the_address_for_looks_obeys_nobody(engine: Engine, service: Service, method: str, path: str) -> None:
    assert await status(engine.look_url, method, path) == 403
    assert service.told == []


async def test_an_unknown_container_is_not_found(engine: Engine) -> None:
    assert await status(engine.look_url, "GET", "/containers/nobody/json") == 404
