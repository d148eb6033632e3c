"""grep's patterns as far as they can be searched in linear time: characters, classes, anchors, and alternatives.

Of the unbounded repeats, `.*` is taken as "and later in the line"; any other one is cut off after some hundred
characters, one to a part, so that no text can make the search walk back and forth. Groups are written out as
alternatives; references are refused.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from compiler.proof.filters.groups import MOST_ALTERNATIVES, written_out
from compiler.proof.usage import Misuse

_LONGEST_PATTERN = 300
_LONGEST_REPEAT = 200
_CLASS = re.compile(r"\[\^?\]?(?:\[:[a-z]+:\]|[^\]\\])*\]")
_NAMED = {
    "[:digit:]": "0-9",
    "[:alpha:]": "A-Za-z",
    "[:alnum:]": "A-Za-z0-9",
    "[:space:]": r"\s",
    "[:upper:]": "A-Z",
    "[:lower:]": "a-z",
}
_INTERVAL = re.compile(r"\{(\d{1,2})(,(\d{0,2}))?\}")
_SHORTHANDS = {"d": "[0-9]", "w": r"[A-Za-z0-9_]", "s": r"[ \t]", "S": r"[^ \t]"}
_EDGES = {"b": r"\b", "<": r"\b", ">": r"\b"}


class Pattern(Struct, frozen=True):
    """Alternatives, each the parts that must follow one another in a line."""

    alternatives: tuple[tuple[re.Pattern[str], ...], ...]

    def found(self, line: str) -> bool:
        """Whether one alternative is in the line."""
        return any(_follows(parts, line) for parts in self.alternatives)

    def matches(self, line: str) -> list[str]:
        """The pieces of the line that match, from left to right, for patterns of single parts."""
        found = (match.span() for parts in self.alternatives for match in parts[0].finditer(line))
        spans = sorted(found, key=lambda span: (span[0], -span[1]))
        pieces, end = list[str](), 0
        for start, stop in spans:
            if start >= end and stop > start:
                pieces.append(line[start:stop])
                end = stop
        return pieces

    @property
    def single(self) -> bool:
        """Whether no alternative has more than one part."""
        return all(len(parts) == 1 for parts in self.alternatives)


def compile_pattern(texts: list[str], dialect: str, *, ignore_case: bool, whole: str = "") -> Pattern:
    """The pattern in grep's `dialect` ("F" fixed, "G" basic, "E" extended); `whole` is "w" for words, "x" for lines.

    Raises Misuse for what cannot be searched in linear time.
    """
    if any(len(text) > _LONGEST_PATTERN for text in texts):
        raise Misuse("the pattern is too long")
    alternatives = [one for text in texts for plain in _plain(text, dialect) for one in _alternatives(plain, dialect)]
    if not alternatives or len(alternatives) > MOST_ALTERNATIVES:
        raise Misuse("the pattern is empty, or has too many alternatives")
    flags = re.IGNORECASE if ignore_case else 0
    return Pattern(tuple(_compiled(parts, flags, whole) for parts in alternatives))


def _compiled(parts: list[str], flags: int, whole: str) -> tuple[re.Pattern[str], ...]:
    if whole and len(parts) > 1:
        raise Misuse("whole words or lines with .* are more than a search")
    edges = {"w": (r"(?<!\w)", r"(?!\w)"), "x": ("^", "$")}.get(whole, ("", ""))
    return tuple(re.compile(f"{edges[0]}{part}{edges[1]}", flags) for part in parts)


def _follows(parts: tuple[re.Pattern[str], ...], line: str) -> bool:
    place = 0
    for part in parts:
        match = part.search(line, place)
        if match is None:
            return False
        place = match.end()
    return True


def _plain(text: str, dialect: str) -> tuple[str, ...]:
    return written_out(text) if dialect == "E" else (text,)


def _alternatives(text: str, dialect: str) -> Iterator[list[str]]:
    if dialect == "F":
        yield [re.escape(text)]
        return
    parts, repeats = [""], 0
    for atom, repeat in _atoms(text, extended=dialect == "E"):
        if atom == "|":
            yield parts
            parts, repeats = [""], 0
        elif atom == "." and repeat == "*":
            parts, repeats = [*parts, ""], 0
        else:
            unbounded = repeat in ("*", "+")
            repeats += unbounded
            if repeats > 1:
                raise Misuse("two repeats without an end stand side by side in the pattern")
            bounded = {"*": f"{{0,{_LONGEST_REPEAT}}}?", "+": f"{{1,{_LONGEST_REPEAT}}}"}.get(repeat, repeat)
            parts[-1] += atom + (f"{{0,{_LONGEST_REPEAT}}}" if repeat == "*" else bounded)
    yield parts


def _atoms(text: str, *, extended: bool) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        atom, place = _atom(text, place, extended=extended)
        repeat, place = _repeat(text, place, extended=extended) if atom not in ("|", "^", "$") else ("", place)
        yield atom, repeat


def _atom(text: str, place: int, *, extended: bool) -> tuple[str, int]:
    character = text[place]
    if character == "\\":
        return _escaped(text[place + 1 : place + 2], extended=extended), place + 2
    if character == "[":
        found = _CLASS.match(text, place)
        if not found:
            raise Misuse("a class of characters has no end, or a backslash in it")
        return _class(found[0]), found.end()
    if character in "().{}" and (extended or character == ".") and character != ".":
        raise Misuse("groups and repeats are more than a search: write the alternatives out")
    if extended and character == "|":
        return "|", place + 1
    if (character == "^" and _begins(text, place)) or (character == "$" and _ends(text, place)):
        return character, place + 1
    return ("." if character == "." else re.escape(character)), place + 1


def _begins(text: str, place: int) -> bool:
    return place == 0 or text[place - 1] == "|"


def _ends(text: str, place: int) -> bool:
    return place == len(text) - 1 or text[place + 1] == "|" or text[place + 1 : place + 3] == "\\|"


def _escaped(character: str, *, extended: bool) -> str:
    if character == "|" and not extended:
        return "|"
    if character in _SHORTHANDS:
        return _SHORTHANDS[character]
    if character in _EDGES:
        return _EDGES[character]
    if not character or character.isalnum() or (not extended and character in "(){}+?"):
        raise Misuse("the pattern holds a reference, a group or an escape that is more than a search")
    return re.escape(character)


def _class(text: str) -> str:
    for name, inside in _NAMED.items():
        text = text.replace(name, inside)
    if "[:" in text or "[" in text[1:]:
        raise Misuse("the pattern holds a class of characters that is not known")
    try:
        re.compile(text)
    except re.error as fault:
        raise Misuse("the pattern holds a class of characters that cannot be read") from fault
    return text


def _repeat(text: str, place: int, *, extended: bool) -> tuple[str, int]:
    rest = text[place : place + 2]
    if rest[:1] == "*":
        return _once("*", text, place + 1)
    if extended and rest[:1] in ("+", "?"):
        return _once(rest[:1], text, place + 1)
    if not extended and rest in ("\\+", "\\?"):
        return _once(rest[1], text, place + 2)
    interval = _INTERVAL.match(text, place) if extended else None
    if interval and (interval[2] is None or (interval[3] and int(interval[1]) <= int(interval[3]))):
        return _once(interval[0], text, interval.end())
    return "", place


def _once(repeat: str, text: str, place: int) -> tuple[str, int]:
    if text[place : place + 1] in ("*", "+", "?"):
        raise Misuse("a repeat of a repeat is more than a search")
    return repeat, place
