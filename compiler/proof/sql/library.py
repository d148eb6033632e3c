"""PostgreSQL's parser as a library: a statement's text to its raw parse tree in JSON. The one module that calls C.

The library comes with the package postgast and is called without it: that reads the trees as protocol buffers, whose
classes take longer to import than all of a runbook's statements to judge.
"""

import sys
from ctypes import CDLL, POINTER, Structure, c_char_p, c_int
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_FILE: Final = "libpg_query.dylib" if sys.platform == "darwin" else "libpg_query.so"


class NotSql(ValueError):
    """The server's grammar does not take this text; the message is the server's own."""


class _Error(Structure):
    _fields_ = (
        ("message", c_char_p),
        ("function", c_char_p),
        ("file", c_char_p),
        ("line", c_int),
        ("position", c_int),
        ("context", c_char_p),
    )


class _Parsed(Structure):
    _fields_ = (("tree", c_char_p), ("told", c_char_p), ("error", POINTER(_Error)))


@cache
def _library() -> CDLL:
    package = find_spec("postgast")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("postgast is not installed: its library reads SQL.")
    library = CDLL(str(Path(package.origin).with_name(_FILE)))
    library.pg_query_parse.argtypes, library.pg_query_parse.restype = [c_char_p], _Parsed
    library.pg_query_free_parse_result.argtypes, library.pg_query_free_parse_result.restype = [_Parsed], None
    return library


def parse_tree(text: str) -> bytes:
    """The parse tree in JSON; `text` must hold no NUL. Raises NotSql, and UnicodeEncodeError for half a character."""
    library = _library()
    parsed = library.pg_query_parse(text.encode())
    try:
        if parsed.error:
            raise NotSql((parsed.error.contents.message or b"it gives no reason").decode(errors="replace"))
        return bytes(parsed.tree)
    finally:
        library.pg_query_free_parse_result(parsed)
