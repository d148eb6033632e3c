"""Nothing that nobody sees leaves an executor: not in what is shown, not in a value, not in a sentence."""

import json

import pytest

from bot.executors.tool.answer import Answer, sight_of
from bot.executors.tool.legible import legible, spelled_out
from bot.stores.postgres_connection import kept_text

UNSEEN = ["\0", "\x07", "\x1b", "\r", "\x7f", "\x9b", "\u202e", "\u2066", "\u2028", "\ud800"]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_is_shown_and_kept_of_an_answer_holds_nothing_unseen(unseen: str) -> None:
    answer = Answer(text=f"a{unseen}b", value=f"a{unseen}b", single=True, error=f"a{unseen}b")
    sight = sight_of(answer, (), clean=str, characters=100)
    assert (sight.output, sight.error) == ("a�b", "a�b")
    assert sight.value == f"a\\u{ord(unseen):04x}b"
    for text in (sight.output, str(sight.error), str(sight.value)):
        assert text.encode() == kept_text(text).encode(), "PostgreSQL, SQLite, Slack and a file take it as it is"
        assert json.loads(json.dumps(text)) == text


def test_lines_tabs_and_every_script_stay_as_they_are() -> None:
    text = "one\ttwo\nschön 你好 مرحبا 👩‍🚒 …⏎∅"
    assert (legible(text), spelled_out(text)) == (text, text)
    assert legible("one\r\ntwo\r\n") == "one\ntwo\n"


def test_two_values_that_differ_in_what_is_unseen_still_differ() -> None:
    assert spelled_out("a\0") != spelled_out("a\1")
