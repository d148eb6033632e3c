"""redis-cli's command line, read without running it: the one command in it, and the server it names.

redis-cli itself is never started. Its options are compared whole, as it does, and end at the first word that is none.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from msgspec import Struct, field

from compiler.proof.references import is_reference
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict


class Command(Struct, frozen=True, kw_only=True):
    """The words that redis-cli would send, and the target as the command line names it (host, port, db, user, name).

    `sampling` is set instead of words for `--latency`, `--stat` and the key samplers: what the executor does for them.
    """

    words: tuple[str, ...] = ()
    sampling: str | None = None
    repeats: bool = False
    shortened: bool = False
    """Whether the words ask less than the command line would have."""
    target: Mapping[str, str] = field(default_factory=dict)


class _Refused(Exception):
    """The command line holds something that may not run; the message is the reason."""


_DROPPED = word_list(
    """
    -c -e -2 -3 -4 -6 --tls --raw --no-raw --csv --json --quoted-json --no-auth-warning --verbose --insecure
    """
)
_DROPPED_VALUES = word_list("-d -D -i --show-pushes --sni --memkeys-samples --keystats-samples -t")
_TARGET_VALUES = {"-h": "host", "-p": "port", "-s": "socket", "-n": "db", "--user": "user"}
_CREDENTIALS = word_list("-a --pass --cluster-from-pass")
_SAMPLINGS = {
    "--latency": "a fixed number of timed PINGs",
    "--latency-history": "a fixed number of timed PINGs",
    "--latency-dist": "a fixed number of timed PINGs",
    "--stat": "one INFO",
    "--bigkeys": "SCAN with a key limit, and the size of each key",
    "--memkeys": "SCAN with a key limit, and MEMORY USAGE of each key",
    "--keystats": "SCAN with a key limit, and the size and MEMORY USAGE of each key",
    "--hotkeys": "SCAN with a key limit, and OBJECT FREQ of each key",
}
_SCAN_VALUES = {"--pattern": "MATCH", "--count": "COUNT", "--quoted-pattern": ""}
_REFUSED = {
    **dict.fromkeys(("-x", "-X"), "an argument comes from standard input"),
    **dict.fromkeys(("--eval", "--ldb", "--ldb-sync-mode"), "it runs code in the server"),
    **dict.fromkeys(("--rdb", "--functions-rdb", "--replica", "--slave"), "it copies all data out of the server"),
    **dict.fromkeys(("--pipe", "--pipe-timeout"), "commands come from standard input"),
    **dict.fromkeys(("--cert", "--key", "--cacert", "--cacertdir"), "the identity of Muster belongs to the target"),
    **dict.fromkeys(("--tls-ciphers", "--tls-ciphersuites"), "the identity of Muster belongs to the target"),
    **dict.fromkeys(("--lru-test", "--intrinsic-latency", "--vset-recall"), "it puts load on the server or its host"),
    **dict.fromkeys(("--askpass", "--help", "--version", "-v", "-?"), "it is for a person at a terminal"),
    "--quoted-input": "quotes inside arguments change the command: write it plainly",
    "--top": "it is for a person at a terminal",
    "--cursor": "a scan starts at its beginning",
}
_CLUSTER_LOOKS = word_list("check info")
_CLUSTER_CHANGES = word_list("create fix reshard rebalance add-node del-node set-timeout import")
_PLAIN = re.compile(r"[A-Za-z0-9_.:/@-]+", re.ASCII)


class _Seen(Struct):
    """What has been read from the words so far."""

    target: dict[str, str] = field(default_factory=dict)
    scan: dict[str, str] | None = None
    samplings: list[str] = field(default_factory=list)
    scanning: bool = False
    repeats: bool = False


def parse(argv: Sequence[str]) -> Command | Judgement:
    """The command of a redis-cli command line, `argv[0]` being `redis-cli`; or the refusal. Never raises."""
    try:
        return _command(argv)
    except _Refused as fault:
        return Judgement(Verdict.REFUSED, f"redis-cli: {fault}")


def _command(argv: Sequence[str]) -> Command | Judgement:
    if list(argv[:1]) != ["redis-cli"]:
        raise _Refused("the command is not redis-cli")
    seen, words = _Seen(), list(argv[1:])
    while words and words[0].startswith("-"):
        if words[0] == "--cluster":
            return _of_cluster(seen, words[1:])
        _option(seen, words.pop(0), words)
    if seen.samplings or seen.scanning:
        if words or len(seen.samplings) + seen.scanning > 1:
            raise _Refused("a sampling option stands alone")
        return _sampling(seen)
    if seen.scan:
        raise _Refused("--pattern and --count belong to --scan")
    if not words:
        raise _Refused("a session without a command is interactive, or takes commands from standard input")
    for option, value in pairwise(words):
        _check_credential(option, value)
    return Command(words=tuple(words), repeats=seen.repeats, target=seen.target)


def _of_cluster(seen: _Seen, words: Sequence[str]) -> Command | Judgement:
    """What the cluster manager would do with all nodes: a look is asked of the one that is named."""
    verb, *rest = words or [""]
    for option, value in pairwise(rest):
        _check_credential(option, value)
    if verb in _CLUSTER_CHANGES:
        return Judgement(Verdict.MUTATING, f"redis-cli --cluster {verb} changes the nodes of the cluster")
    host, _, port = (rest[0] if len(rest) == 1 else "").rpartition(":")
    if verb not in _CLUSTER_LOOKS or not host or not port.isdecimal():
        raise _Refused("--cluster: it works on all nodes of a cluster: use CLUSTER INFO or CLUSTER NODES")
    target = {**seen.target, "host": _plain(host), "port": port}
    return Command(words=("CLUSTER", "INFO"), shortened=True, target=target)


def _sampling(seen: _Seen) -> Command:
    if not seen.scanning:
        return Command(sampling=_SAMPLINGS[seen.samplings[0]], target=seen.target)
    options = [word for pair in (seen.scan or {}).items() for word in pair]
    return Command(words=("SCAN", "0", *options), target=seen.target)


def _option(seen: _Seen, option: str, words: list[str]) -> None:
    if option in _REFUSED:
        raise _Refused(f"{option}: {_REFUSED[option]}")
    if option in _DROPPED:
        return
    if option in _SAMPLINGS:
        seen.samplings.append(option)
    elif option == "--scan":
        seen.scanning = True
    else:
        _take(seen, option, words)


def _take(seen: _Seen, option: str, words: list[str]) -> None:
    if option not in _DROPPED_VALUES | _CREDENTIALS | {*_TARGET_VALUES, *_SCAN_VALUES, "-u", "-r"}:
        raise _Refused(f"{option[:40]} is not an option of redis-cli, written out and apart from its value")
    if not words:
        raise _Refused(f"{option} needs a value")
    value = words.pop(0)
    _check_credential(option, value)
    if option in _TARGET_VALUES:
        seen.target[_TARGET_VALUES[option]] = _plain(value)
    elif option in _SCAN_VALUES:
        seen.scan = (seen.scan or {}) | {_SCAN_VALUES[option] or _unquotable(): value}
    elif option == "-u":
        seen.target.update(_from_url(value))
    elif option == "-r":
        seen.repeats = value != "1"


def _check_credential(option: str, value: str) -> None:
    if option in _CREDENTIALS and not is_reference(value):
        raise _Refused("a password on the command line is shown to every user of the host: name a secret instead")


def _unquotable() -> str:
    raise _Refused("--quoted-pattern hides what it matches: write --pattern")


def _plain(value: str) -> str:
    if not _PLAIN.fullmatch(value) and not is_reference(value):
        raise _Refused(f"{value!r} does not name a server")
    return value


def _from_url(value: str) -> dict[str, str]:
    if is_reference(value):
        return {"name": value}
    try:
        url = urlsplit(value)
        found = {"host": url.hostname, "port": url.port, "user": url.username, "db": url.path.strip("/")}
    except ValueError as fault:
        raise _Refused("the URL of the server cannot be read") from fault
    if url.scheme not in ("redis", "rediss") or url.query or url.fragment:
        raise _Refused("the URL of the server is not a plain redis:// URL")
    if url.password and not is_reference(unquote(url.password)):
        raise _Refused("a password on the command line is shown to every user of the host: name a secret instead")
    return {key: _plain(str(part)) for key, part in found.items() if part}
