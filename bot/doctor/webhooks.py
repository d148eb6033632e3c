"""Looks whether monitors can knock: the door, each monitor's secret, where it must post, and when it last did."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import aiohttp

from bot.config import Configuration
from bot.doctor.remark import Remark, ok, warn
from bot.phrase import duration
from bot.stores.place import opened
from commands.outage import Outage

SHORTEST: Final = 16
"""Characters: a shorter secret can be guessed."""
QUIET: Final = timedelta(days=30)
PATIENCE: Final = aiohttp.ClientTimeout(total=3.0)


async def look_at_webhooks(configuration: Configuration, now: datetime) -> tuple[Remark, ...]:
    """The door, then every configured monitor."""
    secrets = configuration.source_secrets()
    named = configuration.file.sources.variables()
    address = _address(configuration)
    last = await _last(configuration, tuple(named))
    return (
        await _door(address),
        *(each for source in named for each in _monitor(source, secrets.get(source, ()), last, address, now)),
    )


def _address(configuration: Configuration) -> str:
    section = configuration.file.web
    host = "127.0.0.1" if section.host in {"0.0.0.0", "::"} else section.host  # noqa: S104 - compared, not listened on
    return f"http://{host}:{section.port}"


async def _door(address: str) -> Remark:
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE) as session,
            session.get(f"{address}/healthz") as answer,
        ):
            if answer.status == 200:
                return ok("door", f"Muster runs, and takes webhooks at {address}.")
            said = f"{address} answers {answer.status}"
    except (aiohttp.ClientError, TimeoutError, OSError):
        said = f"Nobody answers at {address}"
    mend = "start Muster, or look at what listens there; web.host and web.port say where it should"
    return warn("door", f"{said}, so no webhook is taken on this machine.", mend)


async def _last(configuration: Configuration, sources: tuple[str, ...]) -> Mapping[str, datetime]:
    """When each monitor knocked last, as far as that is kept; what is wrong with the store is told elsewhere."""
    with suppress(Outage):
        async with opened(configuration.store) as store:
            return await store.last_knocks(sources)
    return {}


def _monitor(
    source: str, secrets: tuple[str, ...], last: Mapping[str, datetime], address: str, now: datetime
) -> Iterator[Remark]:
    about, place = f"monitor {source}", f"{address}/alerts/{source}"
    if any(len(each) < SHORTEST for each in secrets):
        mend = "make one anew, as `openssl rand -hex 32` does, and give it to the monitor, too"
        yield warn(about, f"A secret of it has fewer than {SHORTEST} characters.", mend)
    at = last.get(source)
    if at is None:
        mend = f"let it post to {place}, and send a test from there: docs/monitors.md says how"
        yield warn(about, "Nothing has come from it yet.", mend)
    elif now - at > QUIET:
        mend = f"send a test from it, if that is not meant: it posts to {place}"
        yield warn(about, f"Nothing has come from it for {duration(now - at)}.", mend)
    else:
        yield ok(about, f"It knocked last {duration(now - at)} ago, at /alerts/{source}.")
