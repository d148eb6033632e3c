"""The table language of the judges: one form of a tool's command line, written as its own manual would print it.

A form is `options | operands | bounds`. Options: `-abc` three letters that may be written together, `--all`, with a
value `-n=lines` and `--type=word`, an attached value that may be missing `--color?=word`, a bare number `-#=lines`.
`~` marks an option that is dropped because it never ends, `!` one that changes something, `^-t/--list` one that must be
there in one of its spellings. Operands: a kind of value
with `?`, `*` or `+`, marked `!` where its presence is the change; `samples:3` is added when the operand before it
stands alone. Bounds: `-n/--lines 200` is added when neither is there, `~-n 200` only where
something was dropped. Every word must be accounted for; options are
compared whole and never abbreviated.
"""

import shlex
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.proof.values import CEILINGS, KINDS, objection_to_value
from incident.verdict import Judgement, Verdict


class Misuse(Exception):
    """The words do not fit the form; the message is the reason."""


class Option(Struct, frozen=True, kw_only=True):
    """One option of a form; `kind` is None when it takes no value."""

    kind: str | None = None
    attached: bool = False
    dropped: bool = False
    changes: bool = False


class Operand(Struct, frozen=True, kw_only=True):
    """One place for words that are no options, taking from `least` to `most` of them."""

    kind: str
    least: int = 1
    most: int = 1
    default: str | None = None
    changes: bool = False


class Usage(Struct, frozen=True, kw_only=True):
    """One form of a command line, and what it does in a few words for a responder."""

    says: str
    options: Mapping[str, Option]
    operands: tuple[Operand, ...] = ()
    bounds: tuple[tuple[str, ...], ...] = ()
    needed: tuple[frozenset[str], ...] = ()


class Reading(Struct):
    """What has been read of a command line: options in order, operands, and whether it stays as it was written."""

    options: list[tuple[str, str | None]] = field(default_factory=list)
    operands: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    """The kind of value that each operand is."""
    bounded: bool = False
    changing: str | None = None

    def words(self) -> list[str]:
        """The command line after the tool's name, each value apart from its option."""
        return [*(word for option in self.options for word in _written(*option)), *self.operands]


_MANY = 20


def usage(form: str, says: str, *, whole_words: bool = False) -> Usage:
    """The form that a line of a table means; with `whole_words`, `-abc` is one option, as openssl and find have it."""
    options, operands, bounds = (*form.split("|"), "", "")[:3]
    return Usage(
        says=says,
        options=dict(pair for token in options.split() for pair in _options(token, whole_words)),
        operands=tuple(_operand(token) for token in operands.split()),
        bounds=tuple(tuple(bound.split()) for bound in bounds.split(";") if bound.strip()),
        needed=tuple(
            frozenset(token[1:].partition("=")[0].split("/")) for token in options.split() if token.startswith("^")
        ),
    )


def with_options(form: Usage, more: Mapping[str, Option]) -> Usage:
    """The form with further options that every form of a client takes."""
    return replace(form, options={**more, **form.options})


def judge(forms: Iterable[Usage], argv: Sequence[str]) -> Judgement:
    """The verdict of the first form that the command line fits; refused with the first form's reason when none does."""
    reasons: list[str] = []
    for form in forms:
        try:
            return verdict(form, argv[:1], read(form, argv[1:]))
        except Misuse as fault:
            reasons.append(str(fault))
    return Judgement(Verdict.REFUSED, f"{argv[0]}: {reasons[0] if reasons else 'this form is not known'}")


def verdict(form: Usage, prefix: Sequence[str], reading: Reading) -> Judgement:
    """The judgement for a line that fits the form; `prefix` is the tool with its verb."""
    if reading.changing:
        return Judgement(Verdict.MUTATING, f"{' '.join(prefix)} {reading.changing}: it changes something there")
    rewrite = shlex.join([*prefix, *reading.words()]) if reading.bounded else None
    return Judgement(Verdict.READ_ONLY, form.says, rewrite)


def read(form: Usage, words: Sequence[str]) -> Reading:
    """The options and operands in `words`, bounded. Raises Misuse with the reason when a word has no place."""
    reading, rest, loose = Reading(), list(words), list[str]()
    while rest:
        word = rest.pop(0)
        if word == "--":
            loose += rest
            break
        if word.startswith("-") and len(word) > 1:
            _option(form, reading, word, rest)
        else:
            loose.append(word)
    _operands(form, reading, loose)
    _needs(form, reading)
    _bounds(form, reading)
    return reading


def _options(token: str, whole_words: bool) -> list[tuple[str, Option]]:
    name, _, kind = token.lstrip("~!^").partition("=")
    if kind and kind not in KINDS:
        raise ValueError(f"{token}: no kind of value is called {kind}")
    option = Option(
        kind=kind or None, attached=name.endswith("?"), dropped=token.startswith("~"), changes=token.startswith("!")
    )
    name = name.removesuffix("?")
    if "/" in name:
        return [(spelling, option) for spelling in name.split("/")]
    if name.startswith("--") or whole_words or len(name) == 2:
        return [(name, option)]
    return [(f"-{letter}", option) for letter in name[1:]]


def _operand(token: str) -> Operand:
    kind, _, default = token.lstrip("!").partition(":")
    bare = kind.rstrip("?*+")
    if bare not in KINDS:
        raise ValueError(f"{token}: no kind of value is called {bare}")
    least = 0 if kind[-1] in "?*" or default else 1
    most = _MANY if kind[-1] in "*+" else 1
    return Operand(kind=bare, least=least, most=most, default=default or None, changes=token.startswith("!"))


def _option(form: Usage, reading: Reading, word: str, rest: list[str]) -> None:
    name, equals, value = word.partition("=")
    if (option := form.options.get(word)) and (not option.kind or option.attached):
        _note(reading, word, option, None)
    elif option:
        _note(reading, word, option, _next(word, rest))
    elif equals and len(name) > 2 and (option := form.options.get(name)) and option.kind:
        _note(reading, name, option, value)
    elif "-#" in form.options and word[1:].removesuffix("f").isdigit():
        _note(reading, "-#", form.options["-#"], word[1:].removesuffix("f"))
        if word.endswith("f"):
            _cluster(form, reading, "-f", rest)
    elif word.startswith("--"):
        raise Misuse(f"{name[:40]} is not among its options that only look")
    else:
        _cluster(form, reading, word, rest)


def _cluster(form: Usage, reading: Reading, word: str, rest: list[str]) -> None:
    for place, letter in enumerate(word[1:], start=2):
        option = form.options.get(f"-{letter}")
        if option is None:
            raise Misuse(f"-{letter} in {word[:40]} is not among its options that only look")
        if option.kind and not option.attached:
            _note(reading, f"-{letter}", option, word[place:] or _next(f"-{letter}", rest))
            return
        _note(reading, f"-{letter}", option, None)


def _next(option: str, rest: list[str]) -> str:
    if not rest:
        raise Misuse(f"{option} needs a value")
    return rest.pop(0)


def _note(reading: Reading, name: str, option: Option, value: str | None) -> None:
    if value is not None and option.kind:
        value = _checked(reading, option.kind, value)
    if option.changes:
        reading.changing = reading.changing or name
    if option.dropped:
        reading.bounded = True
    else:
        reading.options.append((name, value))


def _checked(reading: Reading, kind: str, value: str) -> str:
    if objection := objection_to_value(kind, value):
        raise Misuse(objection)
    ceiling = CEILINGS.get(kind)
    if ceiling and not value.startswith("+") and float(value) > ceiling:
        reading.bounded = True
        return str(ceiling)
    return value


def _operands(form: Usage, reading: Reading, words: list[str]) -> None:
    left = list(words)
    for place, operand in enumerate(form.operands):
        needed = sum(later.least for later in form.operands[place + 1 :])
        taken = left[: max(min(operand.most, len(left) - needed), 0)]
        if len(taken) < operand.least:
            raise Misuse(f"a {operand.kind} is missing")
        del left[: len(taken)]
        reading.operands += [_checked(reading, operand.kind, word) for word in taken]
        reading.kinds += [operand.kind] * len(taken)
        if taken and operand.changes:
            reading.changing = reading.changing or taken[0]
        if operand.default and not taken and words:
            reading.operands.append(operand.default)
            reading.kinds.append(operand.kind)
            reading.bounded = True
    if left:
        raise Misuse(f"{left[0][:40]!r} has no place in this form")


def _needs(form: Usage, reading: Reading) -> None:
    seen = {name for name, _ in reading.options}
    for spellings in form.needed:
        if seen.isdisjoint(spellings):
            raise Misuse(f"only the form with {' or '.join(sorted(spellings))} is known to look and no more")


def _bounds(form: Usage, reading: Reading) -> None:
    seen = {name for name, _ in reading.options}
    for names_, *value in form.bounds:
        spellings = names_.lstrip("~").split("/")
        if names_.startswith("~") and not reading.bounded:
            continue
        if seen.isdisjoint(spellings):
            reading.options.append((spellings[0], value[0] if value else None))
            reading.bounded = True


def _written(name: str, value: str | None) -> list[str]:
    if name == "-#":
        return [f"-{value}"]
    if value is None:
        return [name]
    return [f"{name}={value}"] if name.startswith("--") else [name, value]
