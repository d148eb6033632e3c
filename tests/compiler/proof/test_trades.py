"""The verdicts for the tools of single trades: clusters, stores, clouds, other databases, and other spellings."""

import shlex

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compiler.proof.client import Client
from compiler.proof.host import clients as host_clients
from compiler.proof.host import reads as host_reads
from compiler.proof.line import prove
from compiler.proof.tools import further, table
from compiler.proof.tools.statements import looks
from compiler.proof.tools.verdict import FURTHER
from incident.verdict import Verdict
from tests.compiler.proof.cases import cases, texts

_CLIENTS: list[Client] = [*further.CLIENTS.values(), *table.CLIENTS.values(), *host_clients.CLIENTS.values()]
_TABLES = [host_reads.READS, host_reads.WHOLE_WORDS, table.FORMS, *(one.reads for one in _CLIENTS)]
_STRICT = texts("trades", Verdict.MUTATING, Verdict.REFUSED)


@pytest.mark.parametrize(("verdict", "text"), cases("trades"))
def test_a_command_gets_exactly_its_verdict(verdict: Verdict, text: str) -> None:
    judgement = prove(text).judgement
    assert judgement.verdict is verdict, judgement.reason


def test_every_tool_whose_table_is_read_late_is_announced() -> None:
    assert further.CLIENTS.keys() == FURTHER | {"az"}


def test_every_form_of_every_table_can_be_read() -> None:
    assert all(forms[name] for forms in _TABLES for name in forms)


@pytest.mark.parametrize("client", further.CLIENTS.values())
def test_a_verb_with_free_words_behind_it_hides_no_verb_that_is_refused(client: Client) -> None:
    for verb in client.refused:
        assert verb not in client.reads, verb


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(_STRICT),
    st.lists(st.sampled_from(["-v", "--verbose", "-o", "json", "-n", "prod", "--help", "x", "-h"]), max_size=3),
)
def test_more_words_never_make_a_change_read_only(text: str, extra: list[str]) -> None:
    if any(sign in text for sign in ("&&", ";")) or text == "vercel" or text.startswith("./"):
        return
    said = prove(" ".join([text, *extra])).judgement
    assert said.verdict is not Verdict.READ_ONLY, said.reason


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["mysql", "mongosh", "clickhouse-client", "cqlsh", "mariadb", "mongo"]), st.data())
def test_nothing_after_a_statement_that_looks_goes_unseen(tool: str, data: st.DataObject) -> None:
    option = {"mongosh": "--eval", "mongo": "--eval", "clickhouse-client": "-q"}.get(tool, "-e")
    base = data.draw(st.sampled_from(["SHOW TABLES", "SELECT 1", "rs.status()", "DESCRIBE t", "db.stats()"]))
    tail = data.draw(st.sampled_from(["DROP TABLE t", "db.dropDatabase()", "system id", "KILL 1"]))
    sign = data.draw(st.sampled_from([";", "; ", "\n", "\\G ", " \\g", " + ", " || ", "/* */", "--\n", "#\n"]))
    assume(tail != "system id" or sign not in (" + ", " || "))  # There it is a column with a name.
    assert looks([tool, option, f"{base}{sign}{tail}"]) is None


@given(st.text(max_size=60), st.sampled_from(sorted(further.CLIENTS)))
@settings(max_examples=200, deadline=None)
def test_no_words_make_it_raise(text: str, tool: str) -> None:
    assert prove(f"{tool} {shlex.quote(text)}").judgement.reason
