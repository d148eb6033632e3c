"""The verdict for a tool of the host, its bounded form, and what ssh carries."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.proof import host
from compiler.proof.carrier import Carried
from compiler.proof.host_paths import objection_to_listing, objection_to_reading, objection_to_removing
from incident.verdict import Judgement, Verdict
from tests.compiler.proof.cases import cases, texts


@pytest.mark.parametrize(("verdict", "command"), cases("host"))
def test_a_command_gets_exactly_its_verdict(verdict: Verdict, command: str) -> None:
    judgement = host.judge(shlex.split(command))
    assert judgement.verdict is verdict, judgement.reason


@pytest.mark.parametrize(
    ("command", "bounded"),
    [
        ("tail -f /var/log/a", "tail -n 100 /var/log/a"),
        ("tail -n 99999 /var/log/a", "tail -n 1000 /var/log/a"),
        ("tail -20f /var/log/a", "tail -20 /var/log/a"),
        ("top", "top -b -n 1"),
        ("ping db", "ping -c 5 db"),
        ("ping -c 9999 db", "ping -c 20 db"),
        ("vmstat 1", "vmstat 1 3"),
        ("free -m -s 1", "free -m"),
        ("journalctl -fu api", "journalctl -u api -n 200"),
        ("dmesg -Tw", "dmesg -T"),
        ("mtr db", "mtr -r -c 5 db"),
        ("less /var/log/a", "tail -n 200 /var/log/a"),
        ("systemctl show api -p MainPID", None),
        ("df -h", None),
    ],
)
def test_a_read_without_end_is_shown_in_its_bounded_form(command: str, bounded: str | None) -> None:
    assert host.judge(shlex.split(command)).rewrite == bounded


@pytest.mark.parametrize("command", texts("host", Verdict.READ_ONLY))
def test_the_bounded_form_is_read_only_itself_and_final(command: str) -> None:
    rewrite = host.judge(shlex.split(command)).rewrite
    if rewrite:
        again = host.judge(shlex.split(rewrite))
        assert again == Judgement(Verdict.READ_ONLY, again.reason)


@pytest.mark.parametrize(("verdict", "command"), cases("host_traps"))
def test_what_hides_in_a_command_that_looks_is_found(verdict: Verdict, command: str) -> None:
    assert host.judge(shlex.split(command)).verdict is verdict is not Verdict.READ_ONLY


def test_ssh_carries_a_line_to_a_host() -> None:
    assert host.unwrap(["ssh", "ops@db1", "df", "-h"]) == Carried(
        via="ssh", argv=(), line="df -h", names={"host": "db1", "user": "ops"}
    )
    for refused in (["ssh", "db1"], ["ssh", "-i", "key", "db1", "df"], ["ssh"], ["ssh", "a;b", "df"]):
        judgement = host.unwrap(refused)
        assert isinstance(judgement, Judgement)
        assert judgement.verdict is Verdict.REFUSED


def test_the_fields_of_a_piped_certificate_are_known() -> None:
    assert host.looks_at_a_certificate(["openssl", "x509", "-noout", "-dates"])
    assert not host.looks_at_a_certificate(["openssl", "x509", "-noout", "-in", "/etc/a.crt"])
    assert not host.looks_at_a_certificate(["openssl", "x509", "-out", "/tmp/x"])


NOT_READ_ONLY = [shlex.split(text) for text in texts("host", Verdict.MUTATING, Verdict.REFUSED)]
_harmless = st.sampled_from(["-v", "-n", "5", "--no-pager", "-h", "-l", "--help", "--dry-run", "-q", "-a", "--json"])
# A word that adds the missing place or takes the place of the change makes another command, not the same one hidden.
# `gzip -l FILE` does only list, wherever the flag stands.
_BARE = {"gzip", "ls", "kill", "hostname", "date", "pkill", "crontab", "swapoff"}


@given(argv=st.sampled_from(NOT_READ_ONLY), extra=st.lists(_harmless, min_size=1, max_size=3))
@settings(max_examples=300)
def test_more_words_never_make_a_change_read_only(argv: list[str], extra: list[str]) -> None:
    if argv[0] not in _BARE:
        assert host.judge([*argv, *extra]).verdict is not Verdict.READ_ONLY, [*argv, *extra]


@given(argv=st.sampled_from(NOT_READ_ONLY), flips=st.integers(0, 2**30))
@settings(max_examples=200)
def test_another_case_of_the_tool_is_another_tool(argv: list[str], flips: int) -> None:
    tool = "".join(c.upper() if flips >> place & 1 else c for place, c in enumerate(argv[0]))
    assert host.judge([tool, *argv[1:]]).verdict is not Verdict.READ_ONLY


@given(
    st.sampled_from(sorted(host.TOOLS)),
    st.lists(st.one_of(st.text(max_size=10), st.sampled_from(["-", "--", "-n", "/var/log/a"])), max_size=5),
)
@settings(max_examples=300)
def test_no_words_make_it_raise(tool: str, words: list[str]) -> None:
    assert host.judge([tool, *words]).reason
    assert host.judge(words).reason


@given(
    st.lists(st.sampled_from(["..", ".", "", "etc", "shadow", "root", "proc", "~", "*", ".ssh", "{a,b}"]), max_size=4)
)
@settings(max_examples=200)
def test_no_detour_from_a_log_folder_reaches_a_closed_place(parts: list[str]) -> None:
    path = "/".join(["/var/log", *parts])
    if {"..", "shadow", ".ssh", "~", "{a,b}"} & set(parts):
        assert objection_to_reading(path)
        assert objection_to_listing(path)
    if ".." in parts:
        assert objection_to_removing(path)
