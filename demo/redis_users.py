"""The users of a patient's Redis, and a client that tells at once when the server is gone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from msgspec import Struct
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Gone
from redis.exceptions import TimeoutError as TooLate

from demo.redis import RealRedis

ANSWER_SECONDS = 5.0
"""One that went away refuses at once; a busy machine keeps one that is there waiting for a second now and then."""

# How Redis says that it is away or too slow.
REDIS_OUTAGES = (Gone, TooLate)


class Rights(Struct, frozen=True, kw_only=True):
    """What a user may do: ACL categories, then commands, each with its + or -, with the keys of a pattern."""

    keys: str
    categories: str = ""
    commands: str = ""


def looking(keys: str) -> Rights:
    """What a diagnostic's user needs: every read but those that are dangerous, and the looks of an operator."""
    return Rights(
        keys=keys,
        categories="+@read -@dangerous -@scripting -@blocking",
        commands="-dump -touch +info +ping +acl|whoami +slowlog|get +client|list +config|get"
        " +memory|usage +memory|stats",
    )


async def create_users(
    server: RealRedis, rights: Mapping[str, Rights], passwords: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """Empty the server and make its users; returns their passwords, new ones unless they are given."""
    passwords = passwords or {user: secrets.token_urlsafe(24) for user in rights}
    async with Redis.from_url(server.url()) as admin:
        await admin.flushall()
        for user, may in rights.items():
            await admin.acl_setuser(
                user,
                enabled=True,
                reset=True,
                passwords=f"+{passwords[user]}",
                keys=[may.keys],
                categories=may.categories.split(),
                commands=may.commands.split(),
            )
    return passwords


def open_client(url: str) -> Redis:
    """A client that tells at once when the server is gone; enter it with `async with`."""
    return Redis.from_url(
        url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, retry=Retry(NoBackoff(), 0)
    )
