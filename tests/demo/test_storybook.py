"""The storybook at work: its health pages, its books, and who may ask it for what."""

import asyncio
from collections.abc import Mapping

import aiohttp
import pytest
from redis.asyncio import Redis

from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.storybook import Patient
from demo.storybook.health import JobCounts, status_of
from tests.demo.asking import ask, eventually, heals

BOOK = {"user_key": "user_1001", "topic": "A hedgehog in the post office"}


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


def counts(*, queued: int = 0, stuck: int = 0, completed: int = 100, failed: int = 0) -> JobCounts:
    return JobCounts(queued=queued, running=stuck, stuck=stuck, completed_last_hour=completed, failed_last_hour=failed)


async def test_a_new_storybook_is_healthy(http: aiohttp.ClientSession) -> None:
    async with http.get("/health") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "healthy", "version": "0.2.0"})


async def test_the_detailed_health_has_the_runbooks_shape(http: aiohttp.ClientSession) -> None:
    async with http.get("/health/detailed") as answer:
        body = await answer.json()
    assert list(body) == ["status", "version", "jobs", "services", "config", "orders"]
    assert body["jobs"] == {
        "queued": 0,
        "running": 0,
        "stuck": 0,
        "completed_last_hour": 15,
        "failed_last_hour": 1,
        "success_rate": 93.75,
    }
    assert body["services"] == {"redis": "healthy", "llm_provider": "openai", "image_provider": "replicate"}
    assert body["orders"] == {"accepted": True, "blocked_users": 0}
    assert body["config"] == {
        "rate_limit_requests": 10,
        "rate_limit_window": 60,
        "job_sla_seconds": 600,
        "image_max_concurrent": 3,
    }


@pytest.mark.parametrize(
    ("jobs", "status"),
    [
        (counts(), "healthy"),
        (counts(completed=0), "healthy"),
        (counts(stuck=1), "degraded"),
        (counts(stuck=5), "degraded"),
        (counts(stuck=6), "unhealthy"),
        (counts(queued=50), "healthy"),
        (counts(queued=51), "degraded"),
        (counts(queued=101), "unhealthy"),
        (counts(completed=90, failed=10), "healthy"),
        (counts(completed=89, failed=11), "degraded"),
        (counts(completed=79, failed=21), "unhealthy"),
    ],
)
def test_each_threshold_has_its_word(jobs: JobCounts, status: str) -> None:
    assert status_of(jobs, redis_answers=True) == status
    assert status_of(jobs, redis_answers=False) == ("degraded" if status == "healthy" else status)


async def test_an_ordered_book_gets_written(storybook: Patient, http: aiohttp.ClientSession) -> None:
    async with http.post("/books", json=BOOK, headers=bearer(storybook.book_token)) as answer:
        assert answer.status == 202
        book = (await answer.json())["id"]

    async def written() -> bool:
        async with http.get(f"/books/{book}") as answer:
            return (await answer.json())["status"] == "completed"

    assert await eventually(written)


async def test_customers_keep_ordering_books(postgres: RealPostgres, redis_server: RealRedis) -> None:
    async with Patient(postgres, redis_server, step_seconds=0.02, traffic_seconds=0.05) as busy:

        async def some_written() -> bool:
            jobs = (await busy.read()).jobs
            return jobs is not None and jobs.completed_last_hour > 17

        assert await eventually(some_written)


@pytest.mark.parametrize("path", ["/books", "/admin/job-monitor/run"])
@pytest.mark.parametrize("headers", [{}, bearer("wrong"), {"Authorization": "Basic x"}])
async def test_writing_needs_the_right_token(
    storybook: Patient, http: aiohttp.ClientSession, path: str, headers: Mapping[str, str]
) -> None:
    before = await ask(storybook.dsns["muster_diagnostic"], "SELECT count(*) FROM jobs")
    async with http.post(path, json=BOOK, headers=headers) as answer:
        assert answer.status == 401
    assert await ask(storybook.dsns["muster_diagnostic"], "SELECT count(*) FROM jobs") == before


async def test_a_customers_token_does_not_run_the_job_monitor(storybook: Patient, http: aiohttp.ClientSession) -> None:
    async with http.post("/admin/job-monitor/run", headers=bearer(storybook.book_token)) as answer:
        assert answer.status == 401


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"user_key": "user_1001"}', b'{"user_key": "u", "topic": " "}'])
async def test_an_order_without_a_topic_is_refused(
    storybook: Patient, http: aiohttp.ClientSession, body: bytes
) -> None:
    async with http.post("/books", data=body, headers=bearer(storybook.book_token)) as answer:
        assert (answer.status, (await answer.json())["error_code"]) == (400, "SAFETY_INPUT")


async def test_one_customer_may_order_ten_books_a_minute(storybook: Patient, http: aiohttp.ClientSession) -> None:
    """A minute may begin meanwhile, and ten more are taken then."""
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) <= 20:
        async with http.post("/books", json=BOOK, headers=bearer(storybook.book_token)) as answer:
            statuses.append(answer.status)
    assert len(statuses) > 10
    assert statuses == [202] * (len(statuses) - 1) + [429]


async def test_a_full_queue_takes_no_more_books(storybook: Patient, http: aiohttp.ClientSession) -> None:
    await storybook.fault("stuck-jobs", True)
    fill = "INSERT INTO jobs (user_key, topic) SELECT 'user_1', 'A very long night' FROM generate_series(1, 101)"
    await ask(storybook.dsns["storybook"], fill)
    async with http.post("/books", json=BOOK, headers=bearer(storybook.book_token)) as answer:
        assert (answer.status, (await answer.json())["error_code"]) == (503, "SYS_OVERLOADED")


@pytest.mark.parametrize("book", ["00000000-0000-0000-0000-000000000000", "not-an-id"])
async def test_an_unknown_book_is_not_found(http: aiohttp.ClientSession, book: str) -> None:
    async with http.get(f"/books/{book}") as answer:
        assert answer.status == 404


ADMIN = {
    "/admin/rate-limit": {"requests": 1},
    "/admin/books": {"accept": False},
    "/admin/users/user_1001/block": {},
    "/admin/users/user_1001/unblock": {},
}


@pytest.mark.parametrize("path", ADMIN)
async def test_only_operators_move_the_doors(storybook: Patient, http: aiohttp.ClientSession, path: str) -> None:
    for headers in ({}, bearer(storybook.book_token)):
        async with http.post(path, json=ADMIN[path], headers=headers) as answer:
            assert answer.status == 401
    async with http.post("/books", json=BOOK, headers=bearer(storybook.book_token)) as answer:
        assert answer.status == 202


@pytest.mark.parametrize(
    ("close", "reopen", "status", "code"),
    [
        (("/admin/books", {"accept": False}), ("/admin/books", {"accept": True}), 503, "SYS_OVERLOADED"),
        (("/admin/users/user_1001/block", {}), ("/admin/users/user_1001/unblock", {}), 403, "USER_BLOCKED"),
    ],
)
async def test_a_door_that_is_closed_turns_orders_away_until_it_is_opened(
    storybook: Patient,
    http: aiohttp.ClientSession,
    close: tuple[str, Mapping[str, object]],
    reopen: tuple[str, Mapping[str, object]],
    status: int,
    code: str,
) -> None:
    operator, customer = bearer(storybook.write_token), bearer(storybook.book_token)
    async with http.post(close[0], json=close[1], headers=operator) as answer:
        assert answer.status == 200
    async with http.post("/books", json=BOOK, headers=customer) as answer:
        assert (answer.status, (await answer.json())["error_code"]) == (status, code)
    await (await http.post(reopen[0], json=reopen[1], headers=operator)).read()
    async with http.post("/books", json=BOOK, headers=customer) as answer:
        assert answer.status == 202


async def test_the_rate_limit_is_kept_in_redis_and_can_be_lowered(
    storybook: Patient, http: aiohttp.ClientSession
) -> None:
    """The answer tells the old value, which is the way back; the health page tells the new one."""
    async with http.post("/admin/rate-limit", json={"requests": 1}, headers=bearer(storybook.write_token)) as answer:
        assert await answer.json() == {"requests": 1, "before": 10}
    statuses = []
    for _ in range(2):
        async with http.post("/books", json=BOOK, headers=bearer(storybook.book_token)) as answer:
            statuses.append(answer.status)
    assert statuses == [202, 429]
    async with http.get("/health/detailed") as answer:
        assert (await answer.json())["config"]["rate_limit_requests"] == 1
    async with Redis.from_url(storybook.redis.url()) as admin:
        assert await admin.get("rate_limit:user_1001") == b"2"
        assert 0 < await admin.ttl("rate_limit:user_1001") <= 60


@pytest.mark.parametrize("requests", [0, 1001, True, "1", None])
async def test_a_rate_limit_that_is_none_is_refused(
    storybook: Patient, http: aiohttp.ClientSession, requests: object
) -> None:
    async with http.post(
        "/admin/rate-limit", json={"requests": requests}, headers=bearer(storybook.write_token)
    ) as answer:
        assert (answer.status, (await answer.json())["error_code"]) == (400, "BAD_REQUEST")


async def test_without_redis_books_are_still_ordered_and_the_health_page_says_so(
    storybook: Patient, http: aiohttp.ClientSession
) -> None:
    storybook.redis.stop()
    for _ in range(11):
        async with http.post("/books", json=BOOK, headers=bearer(storybook.book_token)) as answer:
            assert answer.status == 202
    async with http.get("/health/detailed") as answer:
        body = await answer.json()
    assert (body["status"], body["services"]["redis"]) == ("degraded", "unhealthy")


async def test_a_monitor_looks_at_a_storybook_without_its_database(storybook: Patient, postgres: RealPostgres) -> None:
    """Whoever watches it all the while is told, and goes on."""
    await asyncio.to_thread(postgres.pause)
    try:
        seen = await storybook.read()
    finally:
        await asyncio.to_thread(postgres.resume)
    assert (seen.jobs, seen.cost_today, seen.connections) == (None, None, 0)
    assert await heals(storybook)
