"""Command lines as kubectl, docker and helm read them: clusters, values, switches, and where options end."""

import pytest

from compiler.proof import go_durations, go_flags
from compiler.proof.go_flags import Refused

_KNOWN = go_flags.flags(
    switches="stdin=i tty=t all", values="namespace=n output=o", optional="dry-run"
) | go_flags.refuse({"the server belongs to the target": "server=s token"})


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("-it", {"stdin": "true", "tty": "true"}),
        ("-itnshop", {"stdin": "true", "tty": "true", "namespace": "shop"}),
        ("-n=shop", {"namespace": "shop"}),
        ("-n shop", {"namespace": "shop"}),
        ("--namespace --all", {"namespace": "--all"}),
        ("--all=false", {"all": "false"}),
        ("-it=false", {"stdin": "true", "tty": "false"}),
        ("--dry-run", {"dry-run": "true"}),
        ("--dry-run=client", {"dry-run": "client"}),
    ],
)
def test_an_option_is_read_in_each_of_its_spellings(words: str, options: dict[str, str]) -> None:
    line = go_flags.read(words.split(), _KNOWN)
    assert {option.name: option.value for option in line.options} == options
    assert line.operands == ()


@pytest.mark.parametrize(
    "words",
    [
        "--alll",
        "--al",
        "-x",
        "-ix",
        "--all=yes",
        "--namespace",
        "-n",
        "-s x",
        "-is",
        "--server=x",
        "--token",
        "--stdin_",
    ],
)
def test_what_is_no_option_or_a_refused_one_ends_the_reading(words: str) -> None:
    with pytest.raises(Refused):
        go_flags.read(words.split(), _KNOWN)


def test_options_end_at_the_dashes_and_where_a_tool_wants_at_the_first_operand() -> None:
    line = go_flags.read(["pod", "--all", "--", "ls", "-s"], _KNOWN)
    assert (line.operands, line.on("all"), line.rest) == (("pod",), True, ("ls", "-s"))
    line = go_flags.read(["-i", "db", "psql", "-s"], _KNOWN, interspersed=False)
    assert (line.operands, line.rest) == (("db", "psql", "-s"), None)


def test_the_last_of_repeated_options_counts_and_the_repetition_is_seen() -> None:
    line = go_flags.read(["-o", "name", "-o=yaml"], _KNOWN)
    assert (line.one("output"), line.all("output"), line.repeated()) == ("yaml", ["name", "yaml"], "output")


def test_an_option_that_a_command_gives_another_meaning_loses_its_letter() -> None:
    known = _KNOWN | go_flags.flags(switches="size=s")
    assert go_flags.read(["-s"], known).on("size")
    with pytest.raises(Refused):
        go_flags.read(["--server", "x"], known)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1h30m", 5400), ("1.5m", 90), ("0s", 0), ("250ms", 0.25)])
def test_a_length_of_time_is_read(text: str, seconds: float) -> None:
    assert go_durations.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "90", "-1s", "s", "1d", "1 h", "٣s", "1h-"])
def test_what_is_no_length_of_time_is_none(text: str) -> None:
    assert go_durations.seconds(text) is None
