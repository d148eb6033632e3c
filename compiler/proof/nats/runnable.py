"""Which lines of the NATS client Muster runs itself: what streams and consumers hold, and the purge of a stream."""

from collections.abc import Mapping, Sequence
from enum import Enum

from msgspec import Struct, field

from compiler.proof import forms, usage
from compiler.proof.usage import Misuse, Reading


class Ask(Enum):
    """What is asked of the server."""

    STREAMS = "streams"
    STREAM = "stream"
    SUBJECTS = "subjects"
    CONSUMERS = "consumers"
    CONSUMER = "consumer"
    ACCOUNT = "account"
    PURGE = "purge"


class Request(Struct, frozen=True, kw_only=True):
    """One request to JetStream. ``raw`` asks for the server's own JSON; ``filters`` holds what narrows a purge."""

    ask: Ask
    stream: str = ""
    consumer: str = ""
    subject: str = ""
    raw: bool = False
    filters: Mapping[str, int | str] = field(default_factory=dict)


_EVERYWHERE = (
    "-s=natsserver --server=natsserver --context=name --timeout=time --no-context --colors=name --connection-name=name"
)
_FORMS = forms.table(
    f"""
stream/str/st/s/ms ls/list/l, stream/str/st/s/ms report/rep: -anj --all --names --json --subject=subject
    {_EVERYWHERE} | # streams
stream/str/st/s/ms info/nfo/i, stream/str/st/s/ms state: -ja --json --state --no-select --all {_EVERYWHERE}
    | name # stream
stream/str/st/s/ms subjects/subj: -j --json {_EVERYWHERE} | name subject? # subjects
consumer/con/c/obs ls/list, consumer/con/c/obs report: -jnarl --json --names --no-select --all --raw --leaders
    {_EVERYWHERE} | name # consumers
consumer/con/c/obs info/nfo, consumer/con/c/obs state: -ja --json --no-select --all {_EVERYWHERE} | name name # consumer
account/a info/nfo: {_EVERYWHERE} | # account
stream/str/st/s/ms purge: -f --force --subject=subject --seq=number --keep=number {_EVERYWHERE} | name # purge
"""
)
_TAKES_VALUE = frozenset({"-s", "--server", "--context", "--timeout", "--colors", "--connection-name"})


def runnable(argv: Sequence[str]) -> str:
    """Why Muster cannot run the command itself, as a sentence; empty when it can."""
    found = parse(argv)
    return found if isinstance(found, str) else ""


def parse(argv: Sequence[str]) -> Request | str:
    """The request that the command makes; or a sentence that says why Muster makes none. Never raises.

    A server that the command names belongs to the target, which the catalog's people bound to it.
    """
    words, leading = list(argv[1:]), list[str]()
    while words and words[0].startswith("-"):
        leading += words[: 2 if words[0] in _TAKES_VALUE else 1]
        del words[: 2 if words[0] in _TAKES_VALUE else 1]
    for form in _FORMS.get(" ".join(words[:2]), ()):
        try:
            return _request(Ask(form.says), usage.read(form, [*leading, *words[2:]]))
        except Misuse as fault:
            return f"Muster's NATS executor does not run this form of “nats {' '.join(words[:2])}”: {fault}."
    return f"Muster's NATS executor does not run “nats {' '.join(words[:2])[:60]}”."


def _request(ask: Ask, reading: Reading) -> Request:
    given = dict(reading.options)
    if wrong := next((name for name in reading.operands[: 1 if ask is Ask.SUBJECTS else 2] if "." in name), None):
        raise Misuse(f"{wrong[:40]} is no name, because a dot would make it another subject")
    if ask is Ask.PURGE and "--seq" in given and "--keep" in given:
        raise Misuse("--seq and --keep exclude each other")
    narrowing = {"--subject": "filter", "--seq": "seq", "--keep": "keep"}
    second = reading.operands[1] if len(reading.operands) > 1 else ""
    return Request(
        ask=ask,
        stream=reading.operands[0] if reading.operands else "",
        consumer=second if ask is Ask.CONSUMER else "",
        subject=second if ask is Ask.SUBJECTS else (given.get("--subject") or ""),
        raw=not given.keys().isdisjoint(("-j", "--json")),
        filters={key: _typed(given[name] or "") for name, key in narrowing.items() if name in given}
        if ask is Ask.PURGE
        else {},
    )


def _typed(value: str) -> int | str:
    return int(value) if value.isdecimal() else value
