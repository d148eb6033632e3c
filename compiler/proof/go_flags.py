"""The command lines of kubectl, docker and helm, read by the rules that their flag library has.

Options are compared whole: these tools take no abbreviations. A one-letter option may stand in a cluster (`-it`) and
hold its value (`-nprod`, `-n=prod`, `-n prod`); a switch takes a value only after `=`; `--` ends the options.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

_TRUTH = frozenset({"true", "false"})


class Flags(Struct, frozen=True, kw_only=True):
    """The options that one command has, each full name with its letter or an empty text."""

    switches: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, str] = field(default_factory=dict)
    """Options that take a value only after `=`, such as `--dry-run` and `--dry-run=client`."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Options that end the reading, by name or letter, each with the reason."""

    def __or__(self, other: "Flags") -> "Flags":
        """Both sets together; where a command gives a name or letter another meaning, the right side has it."""
        named = (other.switches, other.values, other.optional)
        taken = {spelling for part in named for pair in part.items() for spelling in pair}
        return Flags(
            switches=_without(self.switches, taken) | dict(other.switches),
            values=_without(self.values, taken) | dict(other.values),
            optional=_without(self.optional, taken) | dict(other.optional),
            refused={name: reason for name, reason in self.refused.items() if name not in taken} | dict(other.refused),
        )


class Option(Struct, frozen=True):
    """One option as it was given, by its full name; a switch has the value `true` or `false`."""

    name: str
    value: str
    is_switch: bool = False

    @property
    def written(self) -> str:
        """The option as one plain word."""
        return f"--{self.name}" if self.is_switch and self.value == "true" else f"--{self.name}={self.value}"


class Line(Struct, frozen=True, kw_only=True):
    """What a command line says: its options, its operands, and the words after `--` (None when there is no `--`)."""

    options: tuple[Option, ...] = ()
    operands: tuple[str, ...] = ()
    rest: tuple[str, ...] | None = None

    def all(self, *names: str) -> list[str]:
        """Every value given to options of these names."""
        return [option.value for option in self.options if option.name in names]

    def one(self, name: str) -> str | None:
        """The value of an option that counts when it is repeated: the last; None when it is not given."""
        return next(reversed(self.all(name)), None)

    def on(self, name: str) -> bool:
        """Whether a switch was given and not switched off again."""
        return self.one(name) == "true"

    def written(self, *, without: Iterable[str] = ()) -> list[str]:
        """The options as plain words, in their order, without those of the names given."""
        dropped = set(without)
        return [option.written for option in self.options if option.name not in dropped]

    def repeated(self, allowed: Sequence[str] = ()) -> str | None:
        """An option that is given twice though it counts once, which hides one of its values; None when none is."""
        counted = Counter(option.name for option in self.options if option.name not in allowed)
        return next((name for name, times in counted.items() if times > 1), None)


class Refused(Exception):
    """The command line cannot be read, or may not run as it is written; the message is the reason."""


def flags(*, switches: str = "", values: str = "", optional: str = "") -> Flags:
    """A table of options from text, a word each: `follow=f` has a letter, `previous` has none."""
    return Flags(switches=_named(switches), values=_named(values), optional=_named(optional))


def refuse(reasons: Mapping[str, str]) -> Flags:
    """A table of options that are refused: the reason, then the names (`server=s`) that it holds for."""
    refused: dict[str, str] = {}
    for reason, names in reasons.items():
        for name, letter in _named(names).items():
            refused |= {name: reason, letter: reason} if letter else {name: reason}
    return Flags(refused=refused)


def read(words: Sequence[str], known: Flags, *, interspersed: bool = True) -> Line:
    """The command line in `words`; with `interspersed` off, options end at the first operand. Raises Refused."""
    waiting, options, operands = deque(words), list[Option](), list[str]()
    while waiting:
        if waiting[0] == "--":
            return Line(options=tuple(options), operands=tuple(operands), rest=tuple(waiting)[1:])
        if not _is_option(waiting[0]):
            operands.append(waiting.popleft())
            if not interspersed:
                operands += waiting
                break
            continue
        options += _take(waiting.popleft(), waiting, known)
    return Line(options=tuple(options), operands=tuple(operands))


def leading(words: Sequence[str], known: Flags) -> tuple[list[Option], list[str]]:
    """The known options before the next word, and what follows: how a tool finds its command. Raises Refused."""
    waiting, options = deque(words), list[Option]()
    while waiting and _is_option(waiting[0]) and waiting[0] != "--" and _is_known(waiting[0], known):
        options += _take(waiting.popleft(), waiting, known)
    return options, list(waiting)


def _named(text: str) -> dict[str, str]:
    return {name: letter for name, _, letter in (word.partition("=") for word in text.split())}


def _without(table: Mapping[str, str], letters: set[str]) -> dict[str, str]:
    return {name: "" if letter in letters else letter for name, letter in table.items()}


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _is_known(word: str, known: Flags) -> bool:
    name = word[2:].partition("=")[0] if word.startswith("--") else word[1]
    tables = (known.switches, known.values, known.optional)
    if word.startswith("--"):
        return any(name in table for table in (*tables, known.refused))
    return name in known.refused or any(name in table.values() for table in tables)


def _take(word: str, waiting: deque[str], known: Flags) -> list[Option]:
    return [_long(word, waiting, known)] if word.startswith("--") else _cluster(word, waiting, known)


def _long(word: str, waiting: deque[str], known: Flags) -> Option:
    name, equals, value = word[2:].partition("=")
    if name in known.refused and len(name) > 1:
        raise Refused(f"--{name}: {known.refused[name]}")
    if name in known.switches:
        return _switch(name, value if equals else "true")
    if name in known.optional:
        return Option(name, value) if equals else Option(name, "true", is_switch=True)
    if name in known.values:
        return Option(name, value if equals else _next(waiting, word))
    raise Refused(f"{word[:40]} is not one of its options")


def _cluster(word: str, waiting: deque[str], known: Flags) -> list[Option]:
    switches, values = ({letter: name for name, letter in t.items() if letter} for t in (known.switches, known.values))
    found, letters = list[Option](), word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter in known.refused:
            raise Refused(f"-{letter}: {known.refused[letter]}")
        if letter in values:
            value = letters.removeprefix("=") if letters else _next(waiting, word)
            return [*found, Option(values[letter], value)]
        if letter not in switches:
            raise Refused(f"-{letter} is not one of its options")
        if letters.startswith("="):
            return [*found, _switch(switches[letter], letters[1:])]
        found.append(_switch(switches[letter], "true"))
    return found


def _switch(name: str, value: str) -> Option:
    if value not in _TRUTH:
        raise Refused(f"--{name} is a switch: it takes true or false")
    return Option(name, value, is_switch=True)


def _next(waiting: deque[str], option: str) -> str:
    if not waiting:
        raise Refused(f"{option[:40]} needs a value")
    return waiting.popleft()
