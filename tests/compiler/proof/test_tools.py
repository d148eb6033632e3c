"""The verdicts for NATS, git, gh and all other known tools."""

import shlex
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.proof import git, nats, tools
from compiler.proof.client import Client
from compiler.proof.git.table import GH, GIT
from compiler.proof.nats.table import NATS
from compiler.proof.tools.table import CLIENTS
from incident.verdict import Judgement, Verdict
from tests.compiler.proof.cases import cases, texts


def _tools(argv: Sequence[str]) -> Judgement:
    judgement = tools.judge(argv)
    assert judgement is not None, argv
    return judgement


JUDGES: dict[str, Callable[[Sequence[str]], Judgement]] = {"nats": nats.judge, "git": git.judge, "tools": _tools}
CASES = [(kind, verdict, text) for kind in JUDGES for verdict, text in cases(kind)]
NOT_READ_ONLY = [
    (kind, shlex.split(text)) for kind in JUDGES for text in texts(kind, Verdict.MUTATING, Verdict.REFUSED)
]


@pytest.mark.parametrize(("kind", "verdict", "command"), CASES)
def test_a_command_gets_exactly_its_verdict(kind: str, verdict: Verdict, command: str) -> None:
    judgement = JUDGES[kind](shlex.split(command))
    assert judgement.verdict is verdict, judgement.reason


@pytest.mark.parametrize(("kind", "verdict", "command"), [case for case in CASES if case[1] is Verdict.READ_ONLY])
def test_the_bounded_form_is_read_only_itself_and_final(kind: str, verdict: Verdict, command: str) -> None:
    rewrite = JUDGES[kind](shlex.split(command)).rewrite
    if rewrite:
        assert JUDGES[kind](shlex.split(rewrite)) == Judgement(verdict, JUDGES[kind](shlex.split(rewrite)).reason)


def test_a_tool_that_nobody_knows_is_left_to_the_line() -> None:
    assert tools.judge(["frobnicate", "-x"]) is None
    assert tools.judge([]) is None


@pytest.mark.parametrize("table", [NATS, GIT, GH, *CLIENTS.values()])
def test_no_verb_is_both_refused_and_known(table: Client) -> None:
    assert not set(table.refused) & (set(table.reads) | table.changes)


_harmless = st.sampled_from(["--json", "-v", "--verbose", "--all", "-n", "10", "--help", "--dry-run", "x", "-q"])


@given(case=st.sampled_from(NOT_READ_ONLY), extra=st.lists(_harmless, min_size=1, max_size=3), front=st.booleans())
@settings(max_examples=200)
def test_more_words_never_make_a_change_read_only(case: tuple[str, list[str]], extra: list[str], front: bool) -> None:
    kind, argv = case
    if len(argv) > 1 and argv[-1] != "version":
        words = [argv[0], *extra, *argv[1:]] if front else [*argv, *extra]
        assert JUDGES[kind](words).verdict is not Verdict.READ_ONLY, words


@given(
    st.sampled_from(["nats", "git", "gh", "terraform", "npm", "bash", "gcloud"]),
    st.lists(st.text(max_size=10), max_size=5),
)
@settings(max_examples=200)
def test_no_words_make_it_raise(tool: str, words: list[str]) -> None:
    for judge in (nats.judge, git.judge, tools.judge):
        judgement = judge([tool, *words])
        assert judgement is None or judgement.reason


@pytest.mark.parametrize("word", ["blame", "annotate"])
def test_who_wrote_a_line_is_shown_without_the_repositorys_own_converters(word: str) -> None:
    assert git.judge(["git", word, "main.py"]).rewrite == f"git {word} --no-textconv main.py"
