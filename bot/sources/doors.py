"""Who may knock: for each source that is configured, whether a request is proven to be its own."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from bot.sources import cloudwatch, sns
from bot.sources.admission import Request
from bot.sources.table import SOURCES

Admits = Callable[[Request], Awaitable[bool]]


def doors(
    secrets: Mapping[str, Sequence[str]], topics: Collection[str], fetch: Callable[[str], Awaitable[bytes]]
) -> dict[str, Admits]:
    """Each source's question. ``topics`` are those of SNS that bring CloudWatch's alarms, ``fetch`` as in sns.Topics.

    A source that is configured without a secret takes no request at all. Raises Outage when topics are named and the
    library that checks their signatures is not installed.
    """
    asked = {name: _by_secret(name, known) for name, known in secrets.items()}
    if topics:
        sns.needed()
        asked[cloudwatch.NAME] = _either(sns.Topics(topics, fetch).admits, asked.get(cloudwatch.NAME))
    return asked


def _by_secret(name: str, secrets: Sequence[str]) -> Admits:
    async def admits(request: Request) -> bool:
        return SOURCES[name].proof.holds(request, secrets)

    return admits


def _either(first: Admits, second: Admits | None) -> Admits:
    async def admits(request: Request) -> bool:
        return (second is not None and await second(request)) or await first(request)

    return admits
