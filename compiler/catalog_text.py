"""A compiled catalog as the text of catalog.yaml: made for a review, and read back as exactly what it was."""

import math
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from types import NoneType
from typing import Final

from yaml import CSafeDumper

from compiler.yaml_tree import NotYaml, leaf
from incident.digest import Facts, Json

_HEAD: Final = """\
# Compiled from {file} by `muster runbook compile`; never edited. What people add stands in overlay.yaml, by a step's
# id. A step names the line that it comes from, as written there, and what would run instead, exactly. Its verdict is a
# claim: the judge reads each command again when this file is loaded.
"""
_NO_TEXTS: Final = (int, float, NoneType)
_LEAVES: Final = (str, *_NO_TEXTS)
_MAPPINGS: Final = (dict, Mapping)
"""That a value is a dict is known sooner than that it is any other mapping."""
_FLOWING: Final = 100
"""What stands on one line is shorter than this; a sentence among others, with so many blanks or longer, has its own."""
_WORD: Final = 40
_LONGEST_WORD: Final = 5
"""Letters of the longest word that is no text: `false`."""
_BLANKS: Final = 4
_OLD_TYPES: Final = CSafeDumper.yaml_implicit_resolvers
"""What is no text by YAML 1.1, by its first character; by YAML 1.2 nothing else is none."""
_HIDDEN: Final = (
    r"\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
)
"""Characters that a reviewer would not see, that turn the text around, or that end a line; the inside of a class."""
_UNSEEN: Final = re.compile(f"[{_HIDDEN}]")
_ESCAPED: Final = re.compile(f'[{_HIDDEN}"\\\\]')
_PLAIN: Final = re.compile(
    rf"(?!---|\.\.\.)(?:[^ ?:\-#,\[\]{{}}&*!|>'\"%@`{_HIDDEN}]|[?:-](?=[^ ]))"
    rf"(?:[^:#{_HIDDEN}]++|:(?=[^ ])|(?<! )#)*+(?<! )"
)
"""What needs no quotes on a line of its own."""
_MARKS_WITHIN: Final = re.compile(r"[,?:\[\]{}]")
"""What then needs them all the same within a list or a mapping on one line."""
_SIMPLE_KEY: Final = 128
"""A longer key is marked as one: a reader of YAML looks no further than 1024 bytes for the colon."""


def catalog_text(tree: Facts, file: str) -> str:
    """The text of a catalog compiled from ``file``."""
    return _HEAD.format(file=file) + "".join(part(key, value) for key, value in tree.items())


def part(key: str, value: Json) -> str:
    """One of the file's top keys with what stands under it: a blank line comes before more than one line."""
    parts = [_key(key)]
    _put(value, "", parts, in_list=False)
    text = "".join(parts)
    return f"\n{text}\n" if "\n" in text else f"{text}\n"


def _put(value: Json, indent: str, parts: list[str], *, in_list: bool) -> None:
    """Adds a value below the key, or after the dash, that stands at ``indent``."""
    below = indent + "  "
    if isinstance(value, str):
        parts += (" ", _block(value, below) if "\n" in value else _text(value))
    elif isinstance(value, _NO_TEXTS):
        parts += (" ", _scalar(value))
    elif isinstance(value, _MAPPINGS):
        _put_mapping(value, below, parts, lead=" " if in_list else f"\n{below}")
    elif _short(value):
        parts += (" [", ", ".join(map(_leaf, value)), "]")
    else:
        dash_at = below if in_list else indent
        lead = " -" if in_list else f"\n{dash_at}-"
        for held in value:
            parts.append(lead)
            _put(held, dash_at, parts, in_list=True)
            lead = f"\n{dash_at}-"


def _put_mapping(value: Facts, indent: str, parts: list[str], *, lead: str) -> None:
    if _short(value.values()):
        held = ", ".join([f"{_key_within(name)} {_leaf(each)}" for name, each in value.items()])
        parts += (" {", held, "}")
        return
    for name, each in value.items():
        if isinstance(each, str) and "\n" not in each:
            parts += (lead, _key(name), " ", _text(each))
        elif isinstance(each, _NO_TEXTS):
            parts += (lead, _key(name), " ", _scalar(each))
        else:
            parts += (lead, _key(name))
            _put(each, indent, parts, in_list=False)
        lead = f"\n{indent}"


def _leaf(value: Json) -> str:
    return _text_within(value) if isinstance(value, str) else _scalar(value)


def _scalar(value: Json) -> str:
    """What is no text: a number, true, false or null."""
    if isinstance(value, float):
        return _decimal(value)
    return "null" if value is None else str(value).lower()


def _decimal(value: float) -> str:
    """A number with a point, which YAML 1.1 asks for in `1.0e+16`."""
    if math.isnan(value):
        return ".nan"
    written = str(value).replace("inf", ".inf")
    return written if "." in written else written.replace("e", ".0e")


@lru_cache(maxsize=256)
def _key(name: str) -> str:
    """A key with its colon; a catalog has the same few again and again."""
    return f"{_mark(name)}{_text(name)}:"


@lru_cache(maxsize=256)
def _key_within(name: str) -> str:
    """The same within a mapping on one line."""
    return f"{_mark(name)}{_text_within(name)}:"


def _mark(name: str) -> str:
    return "? " if len(name) > _SIMPLE_KEY else ""


@lru_cache(maxsize=8192)
def _text(text: str) -> str:
    """A text on one line, in quotes where it would mislead or hide something."""
    return text if _PLAIN.fullmatch(text) and _is_text(text) else _quoted(text)


@lru_cache(maxsize=8192)
def _text_within(text: str) -> str:
    """The same within a list or a mapping on one line."""
    return _text(text) if not _MARKS_WITHIN.search(text) else _quoted(text)


def _quoted(text: str) -> str:
    if _UNSEEN.search(text):
        return f'"{_ESCAPED.sub(_escape, text)}"'
    return "'" + text.replace("'", "''") + "'"


def _block(text: str, indent: str) -> str:
    """A text of several lines as it stands, line by line; in quotes where a line would not show how it ends."""
    lines = text.split("\n")
    if any(line != line.rstrip() or _UNSEEN.search(line) for line in lines):
        return _text(text)
    begins = "2" if text[0] in " \n" else ""
    ends = "-" if lines[-1] else "+" if text == "\n" or text.endswith("\n\n") else ""
    shown = lines if lines[-1] else lines[:-1]
    return f"|{begins}{ends}" + "".join(f"\n{indent}{line}" if line else "\n" for line in shown)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in '"\\':
        return f"\\{found[0]}"
    return "\\n" if found[0] == "\n" else f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"


def _is_text(text: str) -> bool:
    """Whether it is read as a text without quotes too, by YAML 1.1 as well, which other tools read: `no` is not."""
    first = text[:1]
    if first not in _OLD_TYPES or (first.isalpha() and len(text) > _LONGEST_WORD):
        return True
    try:
        return isinstance(leaf(text), str) and not any(pattern.match(text) for _, pattern in _OLD_TYPES[first])
    except NotYaml:
        return False


def _short(values: Collection[Json]) -> bool:
    """Whether a list or a mapping is plain and short enough for one line."""
    length = 4 * len(values)
    several = len(values) > 1
    for each in values:
        if length >= _FLOWING or not isinstance(each, _LEAVES):
            return False
        text = each if isinstance(each, str) else str(each)
        length += len(text)
        if "\n" in text or (several and (len(text) > _WORD or text.count(" ") >= _BLANKS)):
            return False
    return length < _FLOWING
