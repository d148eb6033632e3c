"""A compiled catalog as the text of catalog.yaml: made for a review, and read back as exactly what it was."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from yaml import (
    CSafeDumper,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
    emit,
)
from yaml.representer import SafeRepresenter

from compiler.yaml_tree import NotYaml, leaf
from incident.digest import Facts, Json

_HEAD: Final = """\
# Compiled from {file} by `muster runbook compile`; never edited. What people add stands in overlay.yaml, by a step's
# id. A step names the line that it comes from, as written there, and what would run instead, exactly. Its verdict is a
# claim: the judge reads each command again when this file is loaded.
"""
_WIDTH: Final = 1_000_000
"""Nothing is folded: a command that a reviewer looks for is found as it is written."""
_FLOWING: Final = 100
_OLD_TYPES: Final = CSafeDumper.yaml_implicit_resolvers
_MAPPING_END: Final = MappingEndEvent()
_SEQUENCE_END: Final = SequenceEndEvent()


def catalog_text(tree: Facts, file: str) -> str:
    """The text of a catalog compiled from ``file``."""
    parts = [_part(key, value) for key, value in tree.items()]
    return _HEAD.format(file=file) + "".join(f"\n{part}" if "\n" in part.strip() else part for part in parts)


def _part(key: str, value: Json) -> str:
    """One of the file's top keys with what stands under it; the key and it are never on one line as `{key: it}`."""
    events: list[Event] = [StreamStartEvent(), DocumentStartEvent(), _mapping(flowing=False), _key(key)]
    _put(value, events)
    events += [_MAPPING_END, DocumentEndEvent(), StreamEndEvent()]
    return str(emit(events, Dumper=CSafeDumper, allow_unicode=True, width=_WIDTH))


def _put(value: Json, events: list[Event]) -> None:
    """Adds the events of a value. They go to libyaml as they are: its nodes would take three times as long."""
    if isinstance(value, str):
        events.append(_text(value))
    elif isinstance(value, Mapping):
        events.append(_mapping(flowing=_short(list(value.values()))))
        for name, held in value.items():
            events.append(_key(name))
            _put(held, events)
        events.append(_MAPPING_END)
    elif isinstance(value, Sequence):
        events.append(SequenceStartEvent(None, None, True, flow_style=_short(value)))
        for held in value:
            _put(held, events)
        events.append(_SEQUENCE_END)
    else:
        events.append(_scalar(str(SafeRepresenter().represent_data(value).value), None))


def _mapping(*, flowing: bool) -> MappingStartEvent:
    return MappingStartEvent(None, None, True, flow_style=flowing)


@lru_cache(maxsize=256)
def _key(name: str) -> ScalarEvent:
    """A key; a catalog has the same few again and again."""
    return _text(name)


def _text(text: str) -> ScalarEvent:
    """Texts of several lines are blocks, every other text is one line: plain, or in quotes where it would mislead."""
    block = "\n" in text and not any(line != line.rstrip() for line in text.split("\n"))
    style = "|" if block else None if _is_text(text) else "'"
    return _scalar(text, style)


def _scalar(value: str, style: str | None) -> ScalarEvent:
    return ScalarEvent(None, None, (True, True), value, style=style)


def _is_text(text: str) -> bool:
    """Whether it is read as a text without quotes too, by YAML 1.1 as well, which other tools read: `no` is not."""
    try:
        return isinstance(leaf(text), str) and not any(
            pattern.match(text) for _, pattern in _OLD_TYPES.get(text[:1], ())
        )
    except NotYaml:
        return False


def _short(values: Sequence[Json]) -> bool:
    """Whether a list or a mapping is plain and short enough for one line."""
    length = 0
    for each in values:
        if not isinstance(each, str | int | float | bool | None):
            return False
        text = str(each)
        length += len(text) + 4
        if length >= _FLOWING or "\n" in text:
            return False
    return len(values) < 2 or _words(values)


def _words(values: Sequence[Json]) -> bool:
    """Whether all are words rather than sentences."""
    return all(len(str(each)) <= 40 and str(each).count(" ") < 4 for each in values)
