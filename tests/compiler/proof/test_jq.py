"""The part of jq that runs in process: what it makes of a value, and what it refuses."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.proof.filters import jq
from compiler.proof.filters.jq import Json
from incident.verdict import Judgement, Verdict

_JOBS: Json = {
    "jobs": [{"id": 1, "state": "failed", "n": 3}, {"id": 2, "state": "done", "n": None}],
    "a b": {"x": [1, 2]},
    "up": True,
}


def _filter(text: str) -> jq.Filter:
    chosen = jq.parse(text)
    assert isinstance(chosen, jq.Filter), chosen
    return chosen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".", [_JOBS]),
        (".up", [True]),
        (".jobs[0].id", [1]),
        (".jobs[-1].state", ["done"]),
        (".jobs[9]", [None]),
        (".missing.deeper", [None]),
        ('."a b".x[1]', [2]),
        ('.["a b"]["x"]', [[1, 2]]),
        (".jobs[].id", [1, 2]),
        (".jobs | length", [2]),
        ('."a b" | keys', [["x"]]),
        ("keys", [["a b", "jobs", "up"]]),
        (".jobs | keys", [[0, 1]]),
        ('.jobs[] | select(.state == "failed") | .id', [1]),
        ('.jobs[] | select(.state != "failed") | .id', [2]),
        (".jobs[] | select(.n > 2).id", None),
        (".jobs[] | select(.n >= 3) | .id", [1]),
        (".jobs[] | select(.n < 1) | .id", [2]),
        (".jobs[] | select(.n) | .id", [1]),
        (".jobs[] | select(.n == null) | .id", [2]),
        (".jobs[0].state | length", [6]),
        (".up.deeper?", []),
        (".jobs[]?.id", [1, 2]),
    ],
)
def test_a_filter_does_what_jq_does(text: str, expected: list[Json] | None) -> None:
    if expected is None:
        assert isinstance(jq.parse(text), Judgement)
    else:
        assert list(jq.apply(_filter(text), _JOBS)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$ENV",
        "env",
        ".a | env.HOME",
        "$__prog_args",
        "input",
        "inputs",
        "input_filename",
        "..",
        ".a, .b",
        "{a}",
        "[.a]",
        "map(.a)",
        "def f: .; f",
        ".a as $x | $x",
        "@base64",
        "@sh",
        '"\\(env)"',
        '.["\\(env.X)"]',
        'select(.a == "\\(env)")',
        "select(env.X)",
        ".a = 1",
        ".a |= 1",
        "del(.a)",
        "reduce .[] as $x (0; . + $x)",
        "range(1e9)",
        "repeat(.)",
        "until(false; .)",
        "while(true; .)",
        "limit(1; .a)",
        "first(.a)",
        'include "x"; .',
        'import "x" as y; .',
        'getpath(["a"])',
        "if .a then .b else .c end",
        ".a // .b",
        "try .a",
        "halt",
        "error",
        "debug",
        "stderr",
        "$__loc__",
        ".a |",
        "| .a",
        ".a || .b",
        "a",
        "[0]",
        ".a[1:2]",
        ".a[",
        "select(.a",
        ".password",
        ".config.apiKey",
        'select(.token == "x")',
        ".a" * 300,
        '"open',
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    judgement = jq.parse(text)
    assert isinstance(judgement, Judgement)
    assert judgement.verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    "argv",
    [["jq", ".a"], ["jq", "-r", ".a"], ["jq", "-rc", ".a"], ["jq", "--raw-output", ".a"], ["jq", ".a", "-S"], ["jq"]],
)
def test_output_options_are_taken_and_dropped(argv: list[str]) -> None:
    assert isinstance(jq.from_argv(argv), jq.Filter)


@pytest.mark.parametrize(
    "argv",
    [
        ["jq", ".a", "f.json"],
        ["jq", "-f", "x"],
        ["jq", "-n", "."],
        ["jq", "-rn", "."],
        ["jq", "--arg", "a", "b"],
        ["jq", "-L", "d"],
        ["jq", "--slurpfile", "a", "f"],
        ["jq", "--raw"],
        ["gojq", "."],
        ["jq", "-"],
    ],
)
def test_files_variables_and_null_input_are_refused(argv: list[str]) -> None:
    assert isinstance(jq.from_argv(argv), Judgement)


@pytest.mark.parametrize(
    ("text", "value"), [(".a", [1]), (".[0]", {"a": 1}), (".[]", 3), ("keys", 1), ("length", True), (".a", "x")]
)
def test_an_answer_of_another_shape_is_told_and_not_guessed(text: str, value: Json) -> None:
    with pytest.raises(jq.Misfit):
        jq.apply(_filter(text), value)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
_pieces = st.sampled_from(
    [".", ".a", "[]", "[0]", "|", " ", "keys", "length", "select(", ")", "==", '"x"', "1", "?", "$ENV", "env", "\\("]
)


@given(st.lists(_pieces, max_size=8), _json)
@settings(max_examples=100)
def test_no_filter_raises_anything_but_a_misfit_and_none_makes_more_than_there_is(
    pieces: list[str], value: Json
) -> None:
    chosen = jq.parse("".join(pieces))
    if isinstance(chosen, Judgement):
        return
    try:
        results = jq.apply(chosen, value)
    except jq.Misfit:
        return
    assert len(results) <= len(json.dumps(value)) + 1


@given(st.text(max_size=100))
@settings(max_examples=100)
def test_no_text_makes_the_reader_raise(text: str) -> None:
    assert jq.parse(text) is not None
