"""Each answer of ``--json`` is one line to whoever reads it, and says what was meant."""

import json

import pytest

from bot.json_lines import json_line


@pytest.mark.parametrize("text", ["one\u2028two", "one\u2029two", "one\x85two", "one\ntwo\x0b", "\udcff\udcfe.json"])
def test_an_object_is_one_line_of_utf_8(text: str) -> None:
    line = json_line({"file": text})
    assert line.encode().decode().splitlines() == [line]
    assert json.loads(line) == {"file": text}


def test_what_can_be_read_as_it_is_is_not_escaped() -> None:
    assert json_line({"title": "節点 – Größe"}) == '{"title": "節点 – Größe"}'
