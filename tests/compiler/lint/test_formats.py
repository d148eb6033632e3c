"""What a build reads: GitHub's annotations and SARIF 2.1.0, with whatever characters a runbook holds."""

import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from compiler.lint import formats
from compiler.lint.remark import RULES, Remark, Weight

_REMARKS = st.builds(
    Remark,
    line=st.integers(1, 100_000),
    rule=st.sampled_from(sorted(RULES)),
    weight=st.sampled_from(list(Weight)),
    text=st.text(min_size=1, max_size=60),
    instead=st.text(max_size=30),
)
_FILES = st.dictionaries(st.text("ab %:,/äß .-", min_size=1, max_size=20), st.lists(_REMARKS, max_size=4), max_size=3)
_ANNOTATION = re.compile(r"::(error|warning|notice) file=([^:,\r\n]*),line=([0-9]+),title=([^:,\r\n]+)::([^\r\n]+)")


@given(_FILES)
def test_every_remark_is_one_line_that_githubs_runner_understands(files: Mapping[str, list[Remark]]) -> None:
    printed = formats.github(files)
    lines = printed.split("\n") if printed else []
    said = [(file, remark) for file, remarks in files.items() for remark in remarks]
    assert len(lines) == len(said)
    for line, (file, remark) in zip(lines, said, strict=True):
        match = _ANNOTATION.fullmatch(line)
        assert match is not None
        assert _unescaped(match[2]) == file
        assert int(match[3]) == remark.line
        assert _unescaped(match[5]) == str(remark)


def _unescaped(text: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


@given(_FILES)
def test_sarif_has_what_its_schema_requires(files: Mapping[str, list[Remark]]) -> None:
    """The required members of sarif-schema-2.1.0: log, run, tool, component, rule, result, message, location."""
    log = json.loads(formats.sarif(files))
    assert log["version"] == "2.1.0"
    assert urlsplit(log["$schema"]).scheme == "https"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    assert all(rule["shortDescription"]["text"] for rule in driver["rules"])
    assert len(run["results"]) == sum(len(remarks) for remarks in files.values())
    for result in run["results"]:
        assert result["ruleId"] in ids
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert re.fullmatch(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", place["artifactLocation"]["uri"])
        assert place["region"]["startLine"] >= 1


def test_paths_are_references_and_whole_addresses() -> None:
    def uri(file: str) -> str:
        remark = Remark(line=1, rule="no-effect", weight=Weight.ERROR, text="x")
        results = json.loads(formats.sarif({file: [remark]}))["runs"][0]["results"]
        return str(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])

    assert uri("run books/shop.md") == "run%20books/shop.md"
    assert uri("/srv/shop.md") == "file:///srv/shop.md"


def test_a_terminal_obeys_nothing_that_a_runbook_says() -> None:
    remark = Remark(line=1, rule="no-effect", weight=Weight.ERROR, text="a\x1b[2Jb\u202ec", instead="d\ne")
    printed = formats.text({"x.md": [remark]})
    assert printed == "x.md:1: error: a\\u{1b}[2Jb\\u{202e}c Write instead: d\\u{a}e [no-effect]"
