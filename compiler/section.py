"""A YAML document read key by key, so that whatever is wrong is told with its file, line and key in one sentence."""

import math
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, TypeVar

from compiler.yaml_tree import Branch, NotYaml, read_yaml
from incident.digest import Json

T = TypeVar("T")

_SPAN: Final = re.compile(r"([1-9][0-9]{0,4}) (second|minute|hour|day)s?")


class CatalogError(Exception):
    """The catalog cannot be used; the text is one sentence that names file, line and key."""


def read(text: str, file: str) -> "Section":
    """The document's top level. YAML 1.2 without duplicate keys, tags and aliases. Raises CatalogError."""
    try:
        document = read_yaml(text)
    except NotYaml as fault:
        raise CatalogError(f"{file}, line {fault.line}: {fault.problem}.") from fault
    if not isinstance(document, Branch):
        raise CatalogError(f"{file}, line 1: a catalog is a mapping of keys to values, and this is none.")
    return Section(document, file)


def made(values: Mapping[str, Json], file: str) -> "Section":
    """The top level of a document that was made here, and is not read back from its text: of dicts and lists only."""
    return Section(values, file)


class Section:
    """One mapping of the document. Each key is taken once, by the type it must have; ``done`` refuses the rest.

    What was made here is no Branch and has no lines: all of it stands in the first one.
    """

    def __init__(self, values: Mapping[str, Json], file: str) -> None:
        self._values = values
        self._file = file
        self._taken: dict[str, None] = {}
        """What was asked for, in that order."""

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @property
    def plain(self) -> Mapping[str, Json]:
        """All of it as plain values, comments and order left out. Raises CatalogError for what JSON has no word for."""
        return {key: self._plain(key, value) for key, value in self._values.items()}

    @property
    def keys(self) -> tuple[str, ...]:
        """All its keys, in the order of the text."""
        return tuple(self._values)

    def place(self, key: str) -> str:
        """Where a key stands, for a sentence about it: file and line."""
        values = self._values
        return f"{self._file}, line {values.lines.get(key, values.line) if isinstance(values, Branch) else 1}"

    def wrong(self, key: str, what: str) -> CatalogError:
        """The error that ``what`` is wrong with ``key``."""
        return CatalogError(f"{self.place(key)}: “{key}” {what}.")

    def text(self, key: str, default: str | None = None) -> str:
        """A text that must not be empty; without a default it must be there. A number counts as its digits."""
        value = self._take(key)
        if isinstance(value, str) and (text := value.strip()):
            return text
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float) or not str(value).strip():
            raise self.wrong(key, "must be a text" if key in self._values else "is missing")
        return str(value).strip()

    def optional_text(self, key: str) -> str | None:
        """A text, or None when the key is not there."""
        return self.text(key) if key in self._values else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when the key is not there."""
        values = self._take(key)
        if values is None:
            return ()
        texts = [each.strip() for each in values if isinstance(each, str)] if isinstance(values, list) else []
        if not isinstance(values, list) or len(texts) != len(values) or not all(texts):
            raise self.wrong(key, "must be a list of texts")
        return tuple(texts)

    def whole(self, key: str) -> int | None:
        """A whole number, or None when the key is not there."""
        value = self._take(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.wrong(key, "must be a whole number")
        return None if value is None else int(value)

    def number_or_text(self, key: str) -> float | str:
        """A number or a text."""
        value = self._take(key)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float) and math.isfinite(value):
            return float(value)
        if isinstance(value, str) and value:
            return str(value)
        raise self.wrong(key, "must be a number or a text")

    def flag(self, key: str) -> bool:
        """True or false; false when the key is not there."""
        value = self._take(key)
        if not isinstance(value, bool | None):
            raise self.wrong(key, "must be true or false")
        return bool(value)

    def span(self, key: str) -> timedelta | None:
        """A time such as ``30 minutes``, or None when the key is not there."""
        value = self._take(key)
        if value is None:
            return None
        match = _SPAN.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise self.wrong(key, "must be a time such as “30 minutes”")
        return timedelta(**{f"{match[2]}s": int(match[1])})

    def word(self, key: str, words: Mapping[str, T]) -> T:
        """What one of the allowed words means."""
        value = self.text(key)
        if value not in words:
            raise self.wrong(key, f"is “{value}”, and must be one of {', '.join(words)}")
        return words[value]

    def section(self, key: str) -> "Section | None":
        """A mapping below this one, or None when the key is not there."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(key, "must be a mapping of keys to values")
        return Section(value, self._file)

    def sections(self, key: str) -> "tuple[Section, ...]":
        """A list of mappings; empty when the key is not there."""
        values = self._take(key)
        if values is None:
            return ()
        entries = [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []
        if not isinstance(values, list) or len(entries) != len(values):
            raise self.wrong(key, "must be a list of mappings")
        return tuple(Section(each, self._file) for each in entries)

    def mapping(self, key: str) -> Mapping[str, Json] | None:
        """A mapping as it is, in plain values, or None when the key is not there."""
        section = self.section(key)
        return None if section is None else section.plain

    def ignore(self, *keys: str) -> None:
        """Let keys stand that mean nothing here."""
        self._taken.update(dict.fromkeys(keys))

    def done(self) -> None:
        """Refuse every key that nothing has asked for: a misspelt key must not be a guard that is silently missing."""
        for key in self._values:
            if key not in self._taken:
                raise self.wrong(str(key), f"is not known here; what is known: {', '.join(self._taken)}")

    def _take(self, key: str) -> Json:
        self._taken[key] = None
        return self._values.get(key)

    def _plain(self, key: str, value: Json) -> Json:
        if isinstance(value, str):
            return value
        if isinstance(value, dict):
            return {name: self._plain(key, each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._plain(key, each) for each in value]
        if isinstance(value, float) and not math.isfinite(value):
            raise self.wrong(key, "holds a number that is not finite: put it in quotes")
        return value
