"""One program of a command line, whatever carries it to where it runs: the innermost known client is what counts.

`docker exec db psql -c …` is a SQL step for the database of that container; the exec itself never runs. What a client
reads from standard input is judged where it is in the text, and otherwise changes something or is refused.
"""

import re
import shlex
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.placeholders import Blanks
from compiler.proof import host, spellings, wrappers
from compiler.proof.carrier import Carried
from compiler.proof.host_paths import objection_to_secret
from compiler.proof.kinds import Understood, kind_of, understand, understand_redis, understand_sql
from compiler.proof.named import named
from compiler.proof.proven import Kind
from compiler.proof.sql import psql
from compiler.proof.sql.tree import Unreadable, parse
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict


class Feed(Struct, frozen=True, kw_only=True):
    """What comes on standard input: a file by name, a text in the command itself, or another program's output."""

    file: str | None = None
    document: str | None = None


Line = Callable[[str], Understood]
_CARRIERS: Final[dict[str, Callable[[Sequence[str]], Carried | Judgement | None]]] = {
    "docker": named("docker:unwrap"),
    "docker-compose": named("docker:unwrap"),
    "kubectl": named("kubernetes:unwrap"),
    "aws": named("aws:unwrap"),
    "ssh": host.unwrap,
}
_OF_PODMAN: Final[Callable[[Sequence[str]], Judgement]] = named("docker.podman:judge")
_CARRIER_KINDS: Final = {
    "docker": Kind.DOCKER,
    "compose": Kind.DOCKER,
    "kubernetes": Kind.KUBERNETES,
    "ecs": Kind.AWS,
    "ssh": Kind.SHELL,
}
_DATA: Final = frozenset({Kind.SQL, Kind.REDIS, Kind.HTTP, Kind.NATS})
"""Kinds that have executors of their own: what carries them never runs."""
_FILE_READERS: Final = word_list("cat grep wc sort head tail uniq")
_STATEMENT_CLIENTS: Final = word_list("mysql mariadb clickhouse-client sqlite3")
DEEPEST: Final = 3
"""Carriers inside one another that are still looked into."""
_SAME_TO_REDIS: Final = re.compile(r"""(?:[^\s"'\\]++|"(?:[^"\\]|\\["\\])*+"|'[^'\\]*+'|\s++)*+""")
"""A line in which backslashes mean the same at redis-cli's prompt as in a shell: it knows `\\x73` and `\\n`, too."""
_WRITTEN_PASSWORD: Final = re.compile(r"-p.+|--password=(?!\$)..*")
_WATCH_EVERY: Final = re.compile(r"-[dtbegcx]*n|--interval")
_WATCH_FLAG: Final = re.compile(
    r"-[dtbegcx]+|-[dtbegcx]*n[0-9.]+|--interval=[0-9.]+|--(?:differences|no-title|beep|errexit|chgexit|color)"
)


class Programs(Struct, frozen=True, kw_only=True):
    """Understands programs. `line` reads a whole line again: what `watch` repeats, what `ssh` says to another host."""

    blanks: Blanks
    line: Line
    depth: int = 0

    def understand(self, argv: Sequence[str], feed: Feed | None = None) -> Understood:
        """What one program does, with what it reads from standard input. Never raises."""
        bare = wrappers.taken_off(argv)
        if isinstance(bare, Judgement):
            return Understood(kind=kind_of(argv[0]) or Kind.SHELL, judgement=bare)
        words, dropped = spellings.plainly(bare[0]), bare[1]
        found = self._unwrapped(words, feed)
        if words != bare[0] and bare[0][0] in spellings.OTHER_ENGINES:
            found = replace(found, executor=None, command={})
        if not dropped or found.judgement.verdict is Verdict.REFUSED:
            return found
        return _without(" and ".join(dict.fromkeys(dropped)), found)

    def _unwrapped(self, argv: tuple[str, ...], feed: Feed | None) -> Understood:
        if any(blank.sample == argv[0] for blank in self.blanks.by_name.values()):
            return _refused(Kind.SHELL, f"{argv[0]} could be any program: write which")
        if argv[0] == "watch":
            return self._watched(argv) if feed is None else _refused(Kind.SHELL, "watch: what it repeats reads a file")
        if timed := wrappers.timed(argv):
            return self._in_time(timed, feed)
        if feed is None and (said := wrappers.said_as(argv)):
            return self._said_as_another(said)
        if judgement := wrappers.judged(argv):
            return Understood(kind=Kind.SHELL, judgement=judgement)
        if judgement := spellings.judged(argv):
            return Understood(kind=Kind.KUBERNETES, judgement=judgement)
        if argv[0] in spellings.OTHER_ENGINES:
            return Understood(kind=Kind.DOCKER, judgement=_OF_PODMAN(argv))
        unwrap = _CARRIERS.get(argv[0])
        carried = unwrap(argv) if unwrap else None
        if isinstance(carried, Judgement):
            return Understood(kind=kind_of(argv[0]) or Kind.SHELL, judgement=carried)
        if carried is not None:
            return self._carried(carried, argv, feed)
        return self._fed(argv, feed) if feed else understand(argv, self.blanks)

    def _watched(self, argv: tuple[str, ...]) -> Understood:
        words = list(argv[1:])
        while words and words[0].startswith("-"):
            option = words.pop(0)
            if _WATCH_EVERY.fullmatch(option) and words:
                words.pop(0)
            elif not _WATCH_FLAG.fullmatch(option):
                return _refused(Kind.SHELL, f"watch: {option[:40]} is not one of its options")
        text = " ".join(words)
        if not text:
            return _refused(Kind.SHELL, "watch without a command")
        found = self.line(text)
        if found.judgement.verdict is Verdict.MUTATING:
            return _refused(found.kind, "watch repeats a change: approve each one")
        if found.judgement.verdict is Verdict.REFUSED:
            return found
        if found.judgement.rewrite:
            return found
        return replace(found, judgement=Judgement(Verdict.READ_ONLY, f"{found.judgement.reason}, once", text))

    def _in_time(self, argv: tuple[str, ...], feed: Feed | None) -> Understood:
        """A command with a time of its own: every step has one, and a change is not stopped half way."""
        if self.depth >= DEEPEST:
            return _refused(Kind.SHELL, "too many commands inside one another")
        found = replace(self, depth=self.depth + 1).understand(argv, feed)
        if found.judgement.verdict is Verdict.MUTATING:
            return _refused(found.kind, "timeout could stop a change half way: write the command itself")
        return _without("timeout", found)

    def _said_as_another(self, text: str) -> Understood:
        """What `su` says: a data client has an account of its own; a host is only looked at as whoever looks."""
        found = self.line(text)
        if found.judgement.verdict is Verdict.READ_ONLY and found.kind not in _DATA:
            return _refused(found.kind, "su: a host is looked at as whoever looks: write the command itself")
        return _without("su", found)

    def _carried(self, carried: Carried, argv: tuple[str, ...], feed: Feed | None) -> Understood:
        """The command inside, as far as the carrier may carry it."""
        kind = _CARRIER_KINDS[carried.via]
        if self.depth >= DEEPEST:
            return _refused(kind, "too many commands inside one another")
        if carried.line is not None:
            found = self.line(carried.line) if feed is None else None
        else:
            inner = replace(self, depth=self.depth + 1)
            found = inner.understand(carried.argv, feed) if carried.argv else None
        if found is None:
            return _refused(kind, "a session without a command is interactive, or takes commands from standard input")
        names = {**carried.names, **found.names}
        if found.kind in _DATA:
            return replace(found, names=names)
        if carried.via in ("kubernetes", "ecs"):
            only = f"{carried.via} exec may start only a data client: whoever may exec may change anything"
            return _refused(kind, found.judgement.reason if found.judgement.verdict is Verdict.REFUSED else only)
        if carried.via == "ssh":
            return replace(found, names=names)
        if found.judgement.verdict is Verdict.READ_ONLY and {"user", "folder"} & names.keys():
            return _refused(kind, "a look inside a container is taken as its own account, in its own folder")
        return replace(self._in_container(found, argv, len(carried.argv), runs=feed is None), names=names)

    def _in_container(self, found: Understood, argv: tuple[str, ...], inner: int, *, runs: bool) -> Understood:
        """A tool inside a container: the exec itself would run it. `inner` is the number of words of the tool."""
        rewrite = found.judgement.rewrite
        words = (*argv[:-inner], *shlex.split(rewrite)) if rewrite else argv
        reason = f"inside the container: {found.judgement.reason}"
        if found.names.keys() & {"host", "container", "service"} or "watch" in argv[-inner:]:
            return _refused(Kind.DOCKER, "another command goes on from inside the container: write that one by itself")
        runs = runs and found.executor == "host" and (bool(rewrite) or argv[-inner] not in wrappers.TAKEN_OFF)
        return Understood(
            kind=Kind.DOCKER,
            judgement=Judgement(found.judgement.verdict, reason, shlex.join(words) if rewrite else None),
            executor="docker" if runs else None,
            command={"argv": list(words)} if runs else {},
        )

    def _fed(self, argv: tuple[str, ...], feed: Feed) -> Understood:
        """A program with something on its standard input."""
        if argv[0] == "psql":
            return self._fed_psql(argv, feed)
        if argv[0] == "redis-cli":
            return self._fed_redis(argv, feed)
        if argv[0] in _STATEMENT_CLIENTS:
            return _fed_statements(argv)
        if feed.file is not None and argv[0] in _FILE_READERS:
            return understand((*argv, feed.file), self.blanks)
        found = understand(argv, self.blanks)
        if feed.file is not None and (objection := objection_to_secret(feed.file)):
            return _refused(found.kind, objection)
        if found.judgement.verdict is Verdict.READ_ONLY:
            return _refused(found.kind, f"what {argv[0]} reads from standard input is not part of a step")
        return replace(found, executor=None, command={})

    def _fed_psql(self, argv: tuple[str, ...], feed: Feed) -> Understood:
        bare = psql.parse([*argv, "-c", "SELECT 1"])
        if isinstance(bare, Judgement):
            return _refused(
                Kind.SQL, bare.reason.replace("one -c with one statement is needed", "-c and standard input")
            )
        names = dict(bare.target)
        if feed.document is not None:
            return self._statements(feed.document, names)
        what = f"the file {feed.file}" if feed.file else "standard input"
        reason = f"runs statements that are not in the text, from {what}: the content is pinned before it runs"
        return Understood(kind=Kind.SQL, judgement=Judgement(Verdict.MUTATING, reason), names=names)

    def _statements(self, document: str, names: dict[str, str]) -> Understood:
        """SQL between `<<EOF` and `EOF`: one statement is a step; several change something, or are refused."""
        try:
            several = len(parse(document)) > 1
        except Unreadable:
            several = False
        if not several:
            return understand_sql(document.strip(), self.blanks, names)
        found = [understand_sql(text, self.blanks, names) for text in document.split(";") if text.strip()]
        worst = strictest(found)
        if worst.judgement.verdict is Verdict.MUTATING:
            return replace(worst, executor=None, command={})
        if worst.judgement.verdict is Verdict.REFUSED:
            return worst
        return _refused(Kind.SQL, "several statements: each must be a step of its own")

    def _fed_redis(self, argv: tuple[str, ...], feed: Feed) -> Understood:
        lines = [line for line in (feed.document or "").splitlines() if line.strip()]
        if not lines:
            return _refused(Kind.REDIS, "redis-cli: commands come from standard input: write each as an argument")
        try:
            found = [understand((*argv, *shlex.split(line)), self.blanks) for line in lines]
        except ValueError:
            return _refused(Kind.REDIS, "a line has an open quote")
        worst = strictest(found)
        if len(lines) == 1 or worst.judgement.verdict is Verdict.REFUSED:
            return worst
        if worst.judgement.verdict is Verdict.MUTATING:
            return replace(worst, executor=None, command={})
        return _refused(Kind.REDIS, "several commands: each must be a step of its own")

    def said_to_redis(self, text: str) -> Understood:
        """One line typed at a Redis client's prompt."""
        if "\\" in text and not _SAME_TO_REDIS.fullmatch(text):
            return _refused(Kind.REDIS, "a backslash in it means another character to redis-cli: write that character")
        try:
            words = shlex.split(text)
        except ValueError:
            return _refused(Kind.REDIS, "the line has an open quote")
        return understand_redis(words)


def _without(dropped: str, found: Understood) -> Understood:
    """What is known of a command without what stood before it, which is said."""
    if found.judgement.verdict is Verdict.REFUSED:
        return found
    said = f"{found.judgement.reason} ({dropped} is dropped)"
    return replace(found, judgement=replace(found.judgement, reason=said))


def strictest(found: Sequence[Understood]) -> Understood:
    """The one with the strictest verdict, the first among equals; `found` is not empty."""
    order = list(Verdict)
    return max(found, key=lambda one: order.index(one.judgement.verdict))


def _fed_statements(argv: Sequence[str]) -> Understood:
    """Another database's client with a file of statements."""
    if any(_WRITTEN_PASSWORD.fullmatch(word) for word in argv):
        return _refused(Kind.OTHER, "a password on the command line is shown to every user of the host")
    reason = f"{argv[0]} runs statements that are not in the text: the content is pinned before it runs"
    return Understood(kind=Kind.OTHER, judgement=Judgement(Verdict.MUTATING, reason))


def _refused(kind: Kind, reason: str) -> Understood:
    return Understood(kind=kind, judgement=Judgement(Verdict.REFUSED, reason))
