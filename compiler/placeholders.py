"""The blanks that authors leave in a command: `<service>`, `{{pod}}`, `YOUR_ID`, `user-id-here`, `$VERSION`.

They are found before any shell reads the text, because `<pod>` is a redirection to a shell. Each becomes a parameter
with a check, and a harmless sample stands in its place while the command is judged. Afterwards the sample gives way to
`{name}` in what would run, or to what the author wrote in what people read. A blank that names a secret becomes the
reference `$NAME`, which no person fills in.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.proof.secret_names import names_a_secret, words_of
from compiler.proof.word_list import word_list
from incident.digest import Facts, Json
from incident.runbook import Parameter, ParameterKind

_BLANK: Final = re.compile(
    r"""
      \{\{\s*(?P<braces>[A-Za-z_][\w-]*)\s*\}\}
    | (?<!<)<(?P<angle>[A-Za-z][\w-]*(?:[ /|.][A-Za-z0-9][\w-]*){0,5})>
    | \[(?P<square>[A-Z][a-z]+(?:[ ][A-Z][a-z]+)+)\]
    | (?<![\w$%@{#=.])\{(?P<curly>[a-z][a-z0-9_]*)\}(?!\})
    | (?<![\w.$-])(?P<shout>YOUR_[A-Z0-9_]+)
    | (?<![\w$-])(?P<your>[Yy]our-[a-z]+(?:-[a-z]+)*)
    | (?<![\w.$-])(?P<here>[A-Za-z]+(?:[_-][A-Za-z]+)*[_-](?:here|HERE))(?![\w-])
    | (?<![\w.$+-])(?P<mail>[\w+-]+)@example\.(?:com|org|net)(?![\w.-])
    """,
    re.VERBOSE | re.ASCII,
)
_SIGNS: Final = ("<", "{", "[", "YOUR_", "our-", "here", "HERE", "@example.")
_BEGINS: Final = re.compile(r"<[A-Za-z]|\{\{|\{[a-z]|\[[A-Z][a-z]|YOUR_|[Yy]our-|[-_](?:here|HERE)|@example\.")
"""How every blank begins, or ends; and one of the signs is in each. Most texts have none, which is soon known."""
_TEMPLATE_WORDS: Final = word_list("end else break continue print next exit upstream push")
"""What stands between braces in Go templates, awk and git, and is no blank."""
_COMPARED: Final = re.compile(r"\b(?:and|or|not)\b", re.IGNORECASE)
_NUMBERS: Final = word_list(
    "count number num n replicas limit lines tail port pid seconds minutes hours days percent threshold offset revision"
)
_HOSTS: Final = word_list("host hostname server endpoint domain address ip broker node")
_CONNECTIONS: Final = word_list("url uri dsn")
_SHORT_SECRETS: Final = word_list("token pass pw")
_DATES: Final = word_list("date day")
_TIMES: Final = word_list("timestamp time since until start end")
_NUMBERED: Final = frozenset({("run", "id"), ("build", "id"), ("account", "id"), ("issue", "id")})
_PATHS: Final = word_list(
    "path file dir directory folder image branch ref prefix key group resource arn deployment log"
)
_ONE_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}"
"""A value without a slash: it cannot reach another folder, resource or path."""
NO_CHOICE: Final[tuple[str, ...]] = ()
"""A host may only be one of a list, and the list is the team's to write: until then no value is right."""
_FIRST_NUMBER: Final = 11


class Blank(Struct, frozen=True, kw_only=True):
    """One blank: its parameter, the sample that stands for it, and how its author wrote it."""

    parameter: Parameter
    sample: str
    written: str


def is_reference_name(name: str) -> bool:
    """Whether a variable names a secret or a connection: it stays a reference, to be bound and never to be typed."""
    words = words_of(name)
    return names_a_secret(name) or bool(words and words[-1] in _CONNECTIONS | _SHORT_SECRETS)


class Blanks(Struct):
    """The blanks of one command by name. `taken` is the text in which no sample may occur by chance."""

    taken: str = ""
    by_name: dict[str, Blank] = field(default_factory=dict)

    def sample_of(self, label: str, written: str, *, sample: str | None = None, default: str | None = None) -> str:
        """The sample for a blank, the same for each of its places."""
        name = _name_of(label)
        known = self.by_name.get(name)
        if known is not None and (sample is None or known.sample == sample):
            return known.sample
        if known is not None:
            name = f"{name}_{len(self.by_name)}"
        chosen = sample or self._new_sample(name)
        parameter = replace(_parameter(name, label), default=default)
        self.by_name[name] = Blank(parameter=parameter, sample=chosen, written=written)
        return chosen

    def _new_sample(self, name: str) -> str:
        number = len(self.by_name) + 1
        last = words_of(name)[-1] if words_of(name) else name
        if last in _DATES:
            return f"2001-01-{number % 28 + 1:02}"
        if last in _TIMES:
            return f"2001-01-01T00:00:{number % 60:02}Z"
        if last in _NUMBERS or tuple(words_of(name)[-2:]) in _NUMBERED:
            return self._new_number()
        samples = {blank.sample for blank in self.by_name.values()}
        while f"x{number}x" in self.taken or f"x{number}x" in samples:
            number += 1
        return f"x{number}x"

    def _new_number(self) -> str:
        samples = {blank.sample for blank in self.by_name.values()}
        number = _FIRST_NUMBER
        while str(number) in samples or re.search(rf"(?<!\d){number}(?!\d)", self.taken):
            number += 1
        return str(number)

    def within(self, text: str) -> list[Blank]:
        """The blanks whose sample is in a text."""
        return [blank for blank in self.by_name.values() if _place_of(blank.sample).search(text)]

    def as_written(self, text: str) -> str:
        """The text with every blank as its author wrote it: for names, reasons and rewrites."""
        for blank in self.by_name.values():
            text = _place_of(blank.sample).sub(blank.written.replace("\\", r"\\"), text)
        return text

    def holed(self, value: Json) -> Json:
        """A command's value with `{name}` in the place of every blank."""
        if isinstance(value, str):
            for name, blank in self.by_name.items():
                value = _place_of(blank.sample).sub(f"{{{name}}}", value)
            return value
        if isinstance(value, dict | Mapping):
            return {key: self.holed(item) for key, item in value.items()}
        if isinstance(value, list | Sequence):
            return [self.holed(item) for item in value]
        return value

    def used_in(self, command: Facts) -> tuple[Parameter, ...]:
        """The parameters whose `{name}` or argument is in a command, in the order in which they were found."""
        if not self.by_name:
            return ()
        flat = "\0".join(_texts(command))
        arguments = command.get("arguments")
        bound = list(arguments) if isinstance(arguments, list) else []
        return tuple(blank.parameter for name, blank in self.by_name.items() if f"{{{name}}}" in flat or name in bound)


def fill(text: str, blanks: Blanks | None = None) -> tuple[str, Blanks]:
    """The text with a sample, or a secret's reference, in the place of every blank; and the blanks."""
    found = blanks if blanks is not None else Blanks(taken=text)

    def put(match: re.Match[str]) -> str:
        label = next(part for part in match.groups() if part)
        if not _is_blank(label, match):
            return match[0]
        name = _name_of(label)
        if is_reference_name(name):
            return f"${name.upper()}"
        return found.sample_of(label, match[0])

    return _with_each(text, put), found


def bind(text: str, values: Mapping[str, str]) -> str:
    """The text with these values in the place of the blanks of these names."""

    def put(match: re.Match[str]) -> str:
        return values.get(_name_of(next(part for part in match.groups() if part)), match[0])

    return _with_each(text, put)


def names_in(text: str) -> tuple[str, ...]:
    """The names of the blanks of a text, each once."""
    found = ((next(part for part in match.groups() if part), match) for match in _BLANK.finditer(text))
    return tuple(dict.fromkeys(_name_of(label) for label, match in found if _is_blank(label, match)))


def masked(text: str) -> str:
    """The text with every blank replaced by letters of the same length, so that a parser reads it as one word."""
    return _with_each(
        text,
        lambda match: "x" * len(match[0]) if _is_blank(next(p for p in match.groups() if p), match) else match[0],
    )


def _with_each(text: str, put: Callable[[re.Match[str]], str]) -> str:
    may_have_some = any(map(text.__contains__, _SIGNS)) and _BEGINS.search(text)
    return _BLANK.sub(put, text) if may_have_some else text


def parameter_named(name: str) -> Parameter:
    """The parameter that a blank of this name becomes."""
    return _parameter(_name_of(name), name)


def _is_blank(label: str, match: re.Match[str]) -> bool:
    if label in _TEMPLATE_WORDS:
        return False
    return match["angle"] is None or not _COMPARED.search(label)


def _name_of(label: str) -> str:
    words = words_of(label)
    name = "_".join(words) or "value"
    return name if name[0].isalpha() else f"value_{name}"


def _parameter(name: str, label: str) -> Parameter:
    words = " ".join(words_of(label)) or label
    last = words_of(name)[-1]
    if last in _NUMBERS:
        return Parameter(name=name, kind=ParameterKind.INTEGER, label=words)
    if last in _HOSTS | _CONNECTIONS:
        return Parameter(name=name, kind=ParameterKind.CHOICE, label=words, choices=NO_CHOICE)
    if last in _PATHS:
        return Parameter(name=name, kind=ParameterKind.TEXT, label=words)
    return Parameter(name=name, kind=ParameterKind.TEXT, label=words, pattern=_ONE_NAME)


@lru_cache(maxsize=256)
def _place_of(sample: str) -> re.Pattern[str]:
    found = re.escape(sample)
    return re.compile(rf"(?<!\d){found}(?!\d)" if sample.isdigit() else found)


def _texts(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, Sequence):
        return [text for item in value for text in _texts(item)]
    return []
