"""What one Redis command would do: its words, case-folded, against the list of reads.

Read-only is a command, sub-command and arguments that are all on the list; a known write is mutating; scripts, streams,
connection state, unknown names and secrets are refused. Where a read could return without end, `bounded` gives the form
that is sent instead.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from compiler.proof.characters import hiding_character, look_alike
from compiler.proof.redis import cli as redis_cli
from compiler.proof.redis.commands import (
    CHANGES,
    PERSONAL_WORDS,
    READ_NAMES,
    REFUSED,
    SECRET_SETTINGS,
    SUBCOMMAND_CHANGES,
    UNSAFE_SETTINGS,
    reads_of,
)
from compiler.proof.references import is_reference
from compiler.proof.secret_names import holds_secrets, names_a_secret, words_of
from incident.verdict import Judgement, Verdict

MAX_ELEMENTS = 100
"""Elements of one collection that a read returns at most; the executor stops a SCAN at ten times as many keys."""
_SOME_KEYS = re.compile(r"[A-Za-z0-9_:.-]{3}", re.ASCII)
_NAME = re.compile(r"[A-Za-z]+(?:[_-][A-Za-z]+)*", re.ASCII)
_LISTING = frozenset({"SCAN", "KEYS", "CONFIG", "PUBSUB"})
_SCANS = {"SMEMBERS": "SSCAN", "HGETALL": "HSCAN", "HKEYS": "HSCAN", "HVALS": "HSCAN"}
_LOGS = frozenset({"SLOWLOG", "COMMANDLOG"})
_LIMITED = {
    **dict.fromkeys(
        ("ZRANGE", "ZRANGEBYSCORE", "ZREVRANGEBYSCORE", "ZRANGEBYLEX", "ZREVRANGEBYLEX"), ("LIMIT", "0", "100")
    ),
    **dict.fromkeys(("XRANGE", "XREVRANGE"), ("COUNT", "100")),
}


def judge(words: Sequence[str]) -> Judgement:
    """The verdict for one command as its words, such as `("TTL", "job:1")`. Never raises."""
    if not words or not _NAME.fullmatch(words[0]):
        return _refused("there is no command" if not words else f"{words[0][:40]!r} is not a command of Redis")
    if hidden := hiding_character("".join(words)):
        return _refused(f"a word holds {hidden}, which does not show")
    if other := look_alike("\0".join(words)):
        return _refused(f"{other} stands in a word of Latin letters, and looks like one of them")
    name, joined = words[0].upper(), "".join(f"{word}\0" for word in words)
    for shows, pattern in reads_of(name):
        if pattern.fullmatch(joined):
            return _judge_read(name, words, shows)
    return _judge_other(name, words)


def judge_matching(words: Sequence[str], pattern: str) -> Judgement:
    """The verdict for UNLINK of every key that a bounded SCAN finds for `pattern`. Never raises."""
    if [word.upper() for word in words] != ["UNLINK"]:
        return _refused("what matches a pattern is removed with UNLINK and nothing else")
    if hidden := hiding_character(pattern):
        return _refused(f"the pattern holds {hidden}, which does not show")
    if not _SOME_KEYS.match(pattern):
        return _refused(f"{pattern[:40]!r} could match any key: begin it with a few plain characters")
    return Judgement(Verdict.MUTATING, "UNLINK changes data, as many keys as are counted first")


def bounded(words: Sequence[str]) -> tuple[str, ...]:
    """The words that are sent for a command judged read-only: itself, or the form that returns at most MAX_ELEMENTS.

    After SCAN, HSCAN and SSCAN the executor follows the cursor up to its own limit. Nothing but a read may be given.
    """
    name, arguments = words[0].upper(), list(words[1:])
    if name == "KEYS":
        return ("SCAN", "0", "MATCH", arguments[0], "COUNT", str(MAX_ELEMENTS))
    if name in _SCANS:
        return (_SCANS[name], arguments[0], "0", "COUNT", str(MAX_ELEMENTS))
    if name in ("LRANGE", "ZRANGE", "ZREVRANGE") and not _has(arguments[3:], "BYSCORE", "BYLEX"):
        return (words[0], arguments[0], *_window(int(arguments[1]), int(arguments[2])), *arguments[3:])
    if name in _LIMITED and not _has(arguments[3:], "LIMIT", "COUNT"):
        return (*words, *_LIMITED[name])
    if name == "XREAD" and not _has(arguments[:1], "COUNT"):
        return (words[0], "COUNT", str(MAX_ELEMENTS), *arguments)
    if name == "XINFO" and _has(arguments[:1], "STREAM") and _has(arguments[2:3], "FULL") and not arguments[3:]:
        return (*words, "COUNT", "10")
    if name in _LOGS and _has(arguments[:1], "GET") and arguments[1:] and not 0 <= int(arguments[1]) <= MAX_ELEMENTS:
        return (*words[:2], str(MAX_ELEMENTS), *words[3:])
    if name == "MEMORY" and arguments[3:] and int(arguments[3]) not in range(1, MAX_ELEMENTS + 1):
        return (*words[:3], "SAMPLES", str(MAX_ELEMENTS))
    return tuple(words)


def from_cli(argv: Sequence[str]) -> redis_cli.Command | Judgement:
    """The one command that a redis-cli command line would send, and where; or why there is none to be run."""
    return redis_cli.parse(argv)


def judge_cli(argv: Sequence[str]) -> Judgement:
    """The verdict for a redis-cli command line, `argv[0]` being `redis-cli`."""
    command = redis_cli.parse(argv)
    if isinstance(command, Judgement):
        return command
    if command.sampling:
        return Judgement(Verdict.READ_ONLY, f"looks at the server by {command.sampling}", rewrite=command.sampling)
    judgement = judge(command.words)
    if command.repeats and judgement.verdict is Verdict.MUTATING:
        return _refused("-r repeats a change: approve each one")
    if (command.repeats or command.shortened) and judgement.verdict is Verdict.READ_ONLY:
        return Judgement(judgement.verdict, judgement.reason, rewrite=" ".join(bounded(command.words)))
    return judgement


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, reason)


def _has(arguments: Sequence[str], *options: str) -> bool:
    return any(argument.upper() in options for argument in arguments)


def _window(start: int, stop: int) -> tuple[str, str]:
    """At most MAX_ELEMENTS of a range, from the end that it names."""
    if stop < 0:
        return (
            (str(max(start, stop - MAX_ELEMENTS + 1)), str(stop)) if start < 0 else _window(start, start + MAX_ELEMENTS)
        )
    first = max(start, 0)
    return str(start), str(min(stop, first + MAX_ELEMENTS - 1))


def _judge_read(name: str, words: Sequence[str], shows: bool) -> Judgement:
    is_secret = names_a_secret if name in _LISTING else holds_secrets
    secret = next((word for word in words[1:] if is_secret(word)), None) if shows else None
    if secret:
        return _refused(f"{secret!r} is named as a secret, and the answer would be shown")
    login = next((word for word in words[1:] if not PERSONAL_WORDS.isdisjoint(_words(word))), None)
    if login and shows and name not in _LISTING:
        return _refused(f"{login!r} is named as somebody's login, and the answer would be shown")
    if name == "CONFIG" and (setting := _secret_setting(words[2:])):
        return _refused(f"CONFIG GET would show {setting}")
    sent = bounded(words)
    rewrite = None if sent == tuple(words) else " ".join(sent)
    return Judgement(Verdict.READ_ONLY, f"{name} with arguments that only read", rewrite)


def _words(text: str) -> list[str]:
    return words_of(text) + words_of(text.lower())


def _secret_setting(patterns: Sequence[str]) -> str | None:
    return next((s for s in sorted(SECRET_SETTINGS) for p in patterns if fnmatchcase(s, p.lower())), None)


def _judge_other(name: str, words: Sequence[str]) -> Judgement:
    sub = words[1].upper() if len(words) > 1 else ""
    if sub in SUBCOMMAND_CHANGES.get(name, ()):
        return (
            _judge_setting(words)
            if name == "CONFIG"
            else Judgement(Verdict.MUTATING, f"{name} {sub} changes the server")
        )
    if name in CHANGES or (name == "SORT" and _has(words[2:], "STORE")):
        return Judgement(Verdict.MUTATING, f"{name} changes data or the server")
    if name in REFUSED:
        return _refused(f"{name}: {REFUSED[name]}")
    if name in READ_NAMES:
        return _refused(f"{name} with these arguments is not a form that has been reviewed")
    return _refused(f"{name} is not a command of Redis: a module or another name may do anything")


def _judge_setting(words: Sequence[str]) -> Judgement:
    for setting, value in zip(words[2::2], words[3::2], strict=False):
        if setting.lower() in UNSAFE_SETTINGS:
            return _refused(f"{setting} points the server at other files, or opens it")
        if (setting.lower() in SECRET_SETTINGS or names_a_secret(setting)) and not is_reference(value):
            return _refused(f"{setting} is a credential written out: name a secret instead")
    return Judgement(Verdict.MUTATING, f"CONFIG {words[1].upper()} changes the server")
