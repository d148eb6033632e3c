"""Looks whether monitors and deployment tools can knock: the door, secrets, where they post, when they last did."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import aiohttp
from msgspec import Struct

from bot.config import Configuration
from bot.doctor.remark import Grade, Remark, ok, warn
from bot.doctor.storage import unopened
from bot.sources import changes_generic
from bot.stores.place import opened
from bot.words.phrase import duration
from commands.outage import Outage

SHORTEST: Final = 16
"""Characters: a shorter secret can be guessed."""
QUIET: Final = timedelta(days=30)
PATIENCE: Final = aiohttp.ClientTimeout(total=3.0)


class _Knocker(Struct, frozen=True, kw_only=True):
    """Who may post to a path of the door; ``page`` of the documents says how that is set up."""

    about: str
    name: str
    path: str
    page: str
    secrets: tuple[str, ...]


async def look_at_webhooks(configuration: Configuration, now: datetime) -> tuple[Remark, ...]:
    """The door, then every configured monitor, and everyone who tells of changes."""
    address = _address(configuration)
    knockers = tuple(_knockers(configuration))
    last = await _last(configuration, [each.name for each in knockers])
    guessed = (remark for each in knockers for remark in _guessed(each))
    heard = () if last is None else (_heard(each, last.get(each.name), address, now) for each in knockers)
    return (await _door(address), *guessed, *heard)


def _knockers(configuration: Configuration) -> Iterator[_Knocker]:
    secrets = {**configuration.source_secrets(), **configuration.change_secrets()}
    for name in configuration.file.sources.variables():
        known = secrets.get(name, ())
        yield _Knocker(about=f"monitor {name}", name=name, path=f"/alerts/{name}", page="monitors", secrets=known)
    for name in configuration.file.changes.variables():
        path = "/changes" if name == changes_generic.NAME else f"/changes/{name}"
        yield _Knocker(about=f"changes {path}", name=name, path=path, page="changes", secrets=secrets.get(name, ()))


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


async def _last(configuration: Configuration, names: Sequence[str]) -> Mapping[str, datetime] | None:
    """When each knocked last; None while the store is away, or an older one, which is told elsewhere."""
    closed = await unopened(configuration.store)
    if closed is not None:
        return {} if closed.grade is Grade.OK else None
    with suppress(Outage):
        async with opened(configuration.store) as store:
            return await store.last_knocks(names)
    return None


def _guessed(knocker: _Knocker) -> Iterator[Remark]:
    if any(len(each) < SHORTEST for each in knocker.secrets):
        mend = "make one anew, as `openssl rand -hex 32` does, and give it to whoever posts, too"
        yield warn(knocker.about, f"A secret of it has fewer than {SHORTEST} characters.", mend)


def _heard(knocker: _Knocker, at: datetime | None, address: str, now: datetime) -> Remark:
    about, place = knocker.about, f"{address}{knocker.path}"
    if at is None:
        mend = f"let it post to {place}, and send a test from there: docs/{knocker.page}.md says how"
        return warn(about, "Nothing has come from it yet, or not among the last 100,000 requests.", mend)
    if now - at > QUIET:
        mend = f"send a test from it, if that is not meant: it posts to {place}"
        return warn(about, f"Nothing has come from it for {duration(now - at)}.", mend)
    return ok(about, f"It knocked last {duration(now - at)} ago, at {knocker.path}.")
