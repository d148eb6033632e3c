"""The judge of Redis against a real server: what it calls read-only leaves nothing behind, what writes is no look."""

import shlex
from collections.abc import AsyncIterator
from typing import Final

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from compiler.proof import redis
from demo.redis import RealRedis
from incident.verdict import Verdict
from tests.compiler.proof.cases import texts

KEYS: Final = (
    ("SET", "text", "a"), ("RPUSH", "list", "a", "b"), ("HSET", "hash", "f", "v"), ("SADD", "set", "a", "b"),
    ("ZADD", "zset", "1", "a", "2", "b"), ("XADD", "stream", "1-1", "f", "v"), ("SETEX", "short", "1000", "a"),
    ("XGROUP", "CREATE", "stream", "group", "0"), ("GEOADD", "places", "1", "1", "a"),
)  # fmt: skip
COUNTED: Final = ("rdb_changes_since_last_save", "aof_rewrites", "connected_slaves", "role", "maxmemory_policy",
                  "used_memory_lua", "number_of_cached_scripts", "evicted_keys", "pubsub_channels", "pubsub_patterns",
                  "loading", "rdb_bgsave_in_progress", "rdb_last_save_time", "blocked_clients", "tracking_clients",
                  "master_replid")  # fmt: skip
ARGUMENTS: Final = ("text", "1", "1", "1", "1")


@pytest.fixture
async def server(redis_server: RealRedis) -> AsyncIterator[Redis]:
    """Somebody who may do everything, on a server with a key of each type."""
    async with Redis.from_url(redis_server.url(), decode_responses=False, single_connection_client=True) as admin:
        for words in KEYS:
            await admin.execute_command(*words)
        admin.response_callbacks.clear()
        yield admin


async def _state(admin: Redis) -> tuple[object, ...]:
    """Everything that a command could have changed, but for the counters of commands themselves."""
    info = _facts(await admin.execute_command("INFO", "all"), "\r\n", ":")
    client = _facts(await admin.execute_command("CLIENT", "INFO"), " ", "=")
    return (
        [(key, await admin.dump(key), await admin.pttl(key) < 0) for key in sorted(await admin.keys())],
        tuple(info.get(name) for name in COUNTED),
        await admin.execute_command("CONFIG", "GET", "*"),
        await admin.execute_command("ACL", "LIST"),
        await admin.execute_command("XPENDING", "stream", "group"),
        tuple(client.get(name) for name in ("db", "sub", "psub", "multi", "name", "flags", "resp", "redir")),
    )


def _facts(answer: bytes, end: str, mark: str) -> dict[str, str]:
    return dict(line.partition(mark)[::2] for line in answer.decode().split(end))


async def test_every_command_that_is_judged_to_look_leaves_no_trace(server: Redis) -> None:
    """The judge's own cases and each listed read on each key, in the bounded form that is sent."""
    lines = [shlex.split(text) for text in texts("redis", Verdict.READ_ONLY)]
    lines += [[*words[:1], key[1], *words[2:]] for words in lines if len(words) > 1 for key in KEYS]
    readable = [words for words in lines if redis.judge(words).verdict is Verdict.READ_ONLY]
    before, answered = await _state(server), 0
    for words in readable:
        try:
            await server.execute_command(*redis.bounded(words))
            answered += 1
        except ResponseError:
            continue
    assert answered > 200
    assert await _state(server) == before


async def test_no_command_that_the_server_flags_as_a_write_is_ever_a_look(server: Redis) -> None:
    """With any number of arguments, of the server's own list of commands."""
    commands = await server.execute_command("COMMAND")
    writing = [name.decode() for name, _, flags, *_ in commands if b"write" in flags]
    assert len(writing) > 80
    for name in writing:
        for count in range(len(ARGUMENTS) + 1):
            verdict = redis.judge([name, *ARGUMENTS[:count]]).verdict
            assert verdict is not Verdict.READ_ONLY, (name, count)
