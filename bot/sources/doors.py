"""Who may knock: for each who is configured, whether a request is proven to be their own."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from bot.sources import changes_ecs, cloudwatch, sns
from bot.sources.admission import Proof, Request
from bot.sources.changes import TELLERS
from bot.sources.table import SOURCES

Admits = Callable[[Request], Awaitable[bool]]
Fetch = Callable[[str], Awaitable[bytes]]
"""What is at an address of SNS. Raises Outage."""


def doors(secrets: Mapping[str, Sequence[str]], topics: Collection[str], fetch: Fetch) -> dict[str, Admits]:
    """Each monitor's question. ``topics`` are those of SNS that bring CloudWatch's alarms, ``fetch`` as in sns.Topics.

    A source that is configured without a secret takes no request at all. Raises Outage when topics are named and the
    library that checks their signatures is not installed.
    """
    asked = {name: _by_secret(SOURCES[name].proof, known) for name, known in secrets.items()}
    return {**asked, **_by_topics(cloudwatch.NAME, topics, fetch, asked)}


def tellers(secrets: Mapping[str, Sequence[str]], topics: Collection[str], fetch: Fetch) -> dict[str, Admits]:
    """The same for each who tells of changes; the ``topics`` bring those of Amazon ECS."""
    asked = {name: _by_secret(TELLERS[name].proof, known) for name, known in secrets.items()}
    return {**asked, **_by_topics(changes_ecs.NAME, topics, fetch, asked)}


def _by_secret(proof: Proof, secrets: Sequence[str]) -> Admits:
    async def admits(request: Request) -> bool:
        return proof.holds(request, secrets)

    return admits


def _by_topics(name: str, topics: Collection[str], fetch: Fetch, asked: Mapping[str, Admits]) -> dict[str, Admits]:
    """Whoever has the secret, or comes by one of the topics."""
    if not topics:
        return {}
    sns.needed()
    signed, by_secret = sns.Topics(topics, fetch).admits, asked.get(name)

    async def admits(request: Request) -> bool:
        return (by_secret is not None and await by_secret(request)) or await signed(request)

    return {name: admits}
