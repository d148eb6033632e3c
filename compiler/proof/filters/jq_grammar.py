"""The grammar of the part of jq that Muster takes itself: a text becomes steps, or a reason why it is not in that part.

There is no name in it that reaches the environment, a file or another input, and no step that could go on for ever.
"""

import json
import re

from compiler.proof.filters.jq_steps import (
    Comparison,
    Condition,
    Each,
    Field,
    Filter,
    Gathered,
    Holds,
    Item,
    Json,
    Keys,
    Length,
    Made,
    Select,
    Several,
    Step,
    Text,
    copies,
)


class Foreign(ValueError):
    """The text is not in this part of jq; the message says which of it."""


MOST_COPIES = 40
"""How many times as large as the value what is made of it may be."""
_STRING = r'"(?:[^"\\]|\\.)*"'
_ACCESS = re.compile(
    rf"\.?\[\s*(?:(?P<index>-?\d{{1,9}})|(?P<key>{_STRING}))?\s*\](?P<optional>\??)"
    rf"|\.(?P<name>[A-Za-z_]\w*|{_STRING})(?P<optional_name>\??)",
    re.ASCII,
)
_LITERAL = re.compile(rf"{_STRING}|-?\d{{1,30}}(?:\.\d{{1,30}})?|(?:true|false|null)\b|\[\]|\{{\}}", re.ASCII)
_SIGN = re.compile(r"\s*(==|!=|<=|>=|<|>)\s*")
_JOINT = re.compile(r"\s+(and|or)\s+")
_SPACE = re.compile(r"\s*")
_MEMBER = re.compile(rf"(?P<name>[A-Za-z_]\w*|{_STRING})\s*(?P<colon>:)?", re.ASCII)
_FILLED = re.compile(r"\\\(([^()\"\\]*)\)")
_WORDS: dict[str, Step] = {"length": Length(), "keys": Keys()}
_WORD = re.compile(r"[a-z]+")


def parsed(text: str) -> Filter:
    """The filter that the text is. Raises Foreign."""
    reader = _Reader(text)
    found = reader.pipeline()
    if reader.rest():
        raise Foreign(reader.rest())
    if copies(found) > MOST_COPIES:
        raise Foreign("a filter that makes more and more of its value")
    return found


class _Reader:
    """Reads a text from left to right, once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def rest(self) -> str:
        """What is not read yet."""
        return self.text[self.place :].strip()

    def pipeline(self) -> Filter:
        """Stages with bars between them."""
        steps = [*self._stage()]
        while self._taken("|"):
            steps += self._stage()
        return Filter(tuple(steps))

    def _stage(self) -> tuple[Step, ...]:
        """One stage, or several with commas between them."""
        terms = [self._term()]
        while self._taken(","):
            terms.append(self._term())
        return terms[0].steps if len(terms) == 1 else (Several(tuple(terms)),)

    def _term(self) -> Filter:
        self._match(_SPACE)
        following = self.text[self.place : self.place + 1]
        if following == '"':
            return Filter((self._text(),))
        if following == "{":
            return Filter((self._object(),))
        if self.text.startswith("[", self.place):
            self.place += 1
            return self._closed(Gathered(self.pipeline()), "]")
        if following == ".":
            return self._path_or_condition()
        return self._word()

    def _closed(self, step: Step, bracket: str) -> Filter:
        """A step in brackets, with the path behind them."""
        if not self._taken(bracket):
            raise Foreign(self.rest())
        return Filter((step, *self._accesses()))

    def _word(self) -> Filter:
        word = self._match(_WORD)
        name = word[0] if word else ""
        if name in _WORDS:
            return Filter((_WORDS[name], *self._accesses()))
        if name in ("map", "select") and self._taken("("):
            if name == "map":
                inner = self.pipeline()
                return self._closed(Gathered(Filter((Each(), *inner.steps))), ")")
            return self._closed(Select(self._condition()), ")")
        raise Foreign(f"{name}{self.rest()}")

    def _path_or_condition(self) -> Filter:
        start = self.place
        path = self._path()
        if _SIGN.match(self.text, self.place) is None:
            return path
        self.place = start
        return Filter((Holds(self._condition()),))

    def _path(self) -> Filter:
        steps = self._accesses()
        if not steps and not self._taken("."):
            raise Foreign(self.rest())
        return Filter(tuple(steps))

    def _accesses(self) -> list[Step]:
        steps = list[Step]()
        while access := self._match(_ACCESS):
            optional = bool(access["optional"] or access["optional_name"])
            name = access["name"] or access["key"]
            if access["index"]:
                steps.append(Item(int(access["index"]), optional))
            elif name is None:
                steps.append(Each(optional))
            else:
                steps.append(Field(_plain(name) if name.startswith('"') else name, optional))
        return steps

    def _condition(self) -> Condition:
        groups = [[self._comparison()]]
        while joint := self._match(_JOINT):
            if joint[1] == "or":
                groups.append([])
            groups[-1].append(self._comparison())
        return Condition(tuple(tuple(group) for group in groups))

    def _comparison(self) -> Comparison:
        self._match(_SPACE)
        path = self._path()
        sign = self._match(_SIGN)
        if sign is None:
            return Comparison(path, "truth", None)
        literal = self._match(_LITERAL)
        if literal is None:
            raise Foreign(self.rest())
        return Comparison(path, sign[1], _value(literal[0]))

    def _object(self) -> Step:
        self.place += 1
        members = list[tuple[str, Filter]]()
        while not members or self._taken(","):
            self._match(_SPACE)
            member = self._match(_MEMBER)
            if member is None:
                raise Foreign(self.rest())
            name = _plain(member["name"]) if member["name"].startswith('"') else member["name"]
            members.append((name, _one(self._member()) if member["colon"] else Filter((Field(name),))))
        if not self._taken("}"):
            raise Foreign(self.rest())
        return Made(tuple(members))

    def _member(self) -> Filter:
        """The value of a key: one term, or a pipeline in brackets."""
        self._match(_SPACE)
        if not self._taken("("):
            return self._term()
        inner = self.pipeline()
        if not self._taken(")"):
            raise Foreign(self.rest())
        return inner

    def _text(self) -> Step:
        written = self._match(re.compile(_STRING))
        if written is None:
            raise Foreign("an open string")
        pieces = _FILLED.split(written[0][1:-1])
        return Text(tuple(_one(parsed(piece)) if odd % 2 else _plain(f'"{piece}"') for odd, piece in enumerate(pieces)))

    def _taken(self, sign: str) -> bool:
        self._match(_SPACE)
        found = self.text.startswith(sign, self.place) and not self.text.startswith("||", self.place)
        self.place += len(sign) if found else 0
        return found

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.place)
        self.place = found.end() if found else self.place
        return found


def _one(found: Filter) -> Filter:
    """A filter that makes one value of whatever it is given. Raises Foreign where it may be none, or many."""
    for step in found.steps:
        if isinstance(step, Each | Several | Select) or (isinstance(step, Field | Item) and step.optional):
            raise Foreign("many values where one has a place")
    return found


def _plain(written: str) -> str:
    """The text of a JSON string, which no interpolation stands in."""
    text = _value(written)
    if not isinstance(text, str):
        raise Foreign(written)
    return text


def _value(written: str) -> Json:
    try:
        value: Json = json.loads(written)
    except ValueError as fault:
        raise Foreign(written) from fault
    return value
