"""A long document is read in parts beside one another: what comes of it is what reading it in one would give."""

import random
from pathlib import Path

import pytest

from compiler import markdown, markdown_parts
from compiler.document import Document
from compiler.markdown import read
from compiler.markdown_parts import parts_of

_RUNBOOKS = sorted(Path("runbooks").glob("*/runbook.md"))
_FILLING = "Some words about `df -h` and **more**: see [the link] there.\n\n- one\n- two\n\n" * 4
_SECTION = f"## Disk full\n\n{_FILLING}```sh\n# look\ndf -h\n\n# again\ndf -i\n```\n\n### Deeper\n\n{_FILLING}"
_ACROSS = {
    "a fence without an end": "```sh\ndf -h\n",
    "a fence in an item": "- a\n\n  ```sh\n  df -h\n",
    "a comment": "<!-- hidden\n",
    "a comment that ends in the next section": "<!-- hidden\n\n## Hidden\n\nwords -->\n",
    "a comment that a fence begins in": "<div> <!--\n\n```sh\n-->\n",
    "preformatted text": "<pre>\ndf -h\n\n",
    "preformatted text in capitals": "<PRE>\ndf -h\n\n",
    "a processing instruction": "<?php\n\n",
    "a declaration": "<!X\n\n",
    "a wiki's code": "{code:bash}\n\n## Not a heading\n\n{code}\n",
    "a link's address": "[the link]: https://example.com\n",
    "folded text with a heading": "<details>\n<summary>More</summary>\n\n<h1>Inside</h1>\n\n</details>\n",
    "a quotation": "> a\n>\n> ```sh\n> df -h\n",
    "a heading above all": "# Another system\n\nwords\n",
    "indented code": "    df -h\n",
    "a warning up to a line of colons": ":::danger\n\nwords\n",
    "an indented warning that holds such a one": "!!! warning\n\n    :::danger\n\n    words\n",
    "a list": "1. a\n\n   b\n",
}


@pytest.fixture(autouse=True)
def _short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown_parts, "_LONG", 300)


def _in_one(text: str, monkeypatch: pytest.MonkeyPatch) -> Document:
    with monkeypatch.context() as only_here:
        only_here.setattr(markdown, "parts_of", lambda whole: [(0, whole)])
        return read(text)


@pytest.mark.parametrize("path", _RUNBOOKS, ids=lambda path: path.parent.name)
def test_a_runbook_in_parts_is_the_same_document(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (path.read_text("utf-8"), f"---\ntitle: a\n---\n{path.read_text('utf-8').removeprefix('# ')}"):
        assert len(parts_of(text)) > 5
        assert read(text) == _in_one(text, monkeypatch)


@pytest.mark.parametrize("text", _ACROSS.values(), ids=_ACROSS.keys())
def test_what_may_go_on_in_the_next_part_is_read_as_in_one(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = f"# Shop\n\n{_SECTION}{_SECTION}{text}\n{_SECTION}{_SECTION}"
    assert len(parts_of(whole.replace(text, ""))) > 2
    assert read(whole) == _in_one(whole, monkeypatch)


@pytest.mark.parametrize("seed", range(30))
def test_marks_anywhere_are_read_as_in_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    lines = f"# Shop\n\n{_SECTION * 4}".split("\n")
    marks = [
        *("".join(_ACROSS.values()).split("\n")),
        "```",
        "~~~",
        "-->",
        "> ",
        "\r",
        "# A",
        "---",
        "===",
        "\ufeff",
        ":::",
    ]
    for _ in range(chance.randrange(1, 5)):
        lines.insert(chance.randrange(len(lines)), chance.choice(marks))
    text = "\n".join(lines)
    assert read(text) == _in_one(text, monkeypatch)
