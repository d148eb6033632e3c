"""The verdict for a Redis command, its bounded form, and how redis-cli command lines become one."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.proof import redis
from compiler.proof.redis import cli as redis_cli
from compiler.proof.redis.commands import CHANGES, READ_NAMES, REFUSED, SUBCOMMAND_CHANGES
from incident.verdict import Judgement, Verdict
from tests.compiler.proof.cases import cases, texts


@pytest.mark.parametrize(("verdict", "command"), cases("redis"))
def test_a_command_gets_exactly_its_verdict(verdict: Verdict, command: str) -> None:
    judgement = redis.judge(shlex.split(command))
    assert judgement.verdict is verdict, judgement.reason


@pytest.mark.parametrize(("verdict", "command"), cases("redis_cli"))
def test_a_command_line_gets_exactly_its_verdict(verdict: Verdict, command: str) -> None:
    judgement = redis.judge_cli(shlex.split(command))
    assert judgement.verdict is verdict, judgement.reason


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        ("KEYS job:*", "SCAN 0 MATCH job:* COUNT 100"),
        ("SMEMBERS s", "SSCAN s 0 COUNT 100"),
        ("HGETALL h", "HSCAN h 0 COUNT 100"),
        ("LRANGE l 0 -1", "LRANGE l 0 99"),
        ("LRANGE l 5 5000", "LRANGE l 5 104"),
        ("LRANGE l -5000 -1", "LRANGE l -100 -1"),
        ("LRANGE l -5000 5000", "LRANGE l -5000 99"),
        ("LRANGE BYSCORE 0 -1", "LRANGE BYSCORE 0 99"),
        ("ZRANGE z 0 -1 WITHSCORES", "ZRANGE z 0 99 WITHSCORES"),
        ("ZRANGE z -inf +inf BYSCORE", "ZRANGE z -inf +inf BYSCORE LIMIT 0 100"),
        ("ZRANGEBYSCORE LIMIT 0 5", "ZRANGEBYSCORE LIMIT 0 5 LIMIT 0 100"),
        ("XRANGE COUNT - +", "XRANGE COUNT - + COUNT 100"),
        ("XREAD STREAMS s 0", "XREAD COUNT 100 STREAMS s 0"),
        ("XINFO STREAM s FULL", "XINFO STREAM s FULL COUNT 10"),
        ("SLOWLOG GET -1", "SLOWLOG GET 100"),
        ("MEMORY USAGE k SAMPLES 0", "MEMORY USAGE k SAMPLES 100"),
    ],
)
def test_a_read_without_end_is_sent_in_a_bounded_form(command: str, sent: str) -> None:
    words = command.split()
    assert " ".join(redis.bounded(words)) == redis.judge(words).rewrite == sent
    assert redis.judge(sent.split()) == Judgement(Verdict.READ_ONLY, redis.judge(sent.split()).reason)


@pytest.mark.parametrize(
    "command", ["LRANGE l 0 9", "TTL a", "ZRANGE z 0 1 BYSCORE LIMIT 0 5", "SLOWLOG GET 10", "SCAN 0"]
)
def test_a_bounded_read_is_sent_as_it_is(command: str) -> None:
    assert redis.bounded(command.split()) == tuple(command.split())
    assert redis.judge(command.split()).rewrite is None


@pytest.mark.parametrize("command", texts("redis", Verdict.READ_ONLY))
def test_the_bounded_form_is_read_only_itself_and_has_no_other(command: str) -> None:
    sent = redis.bounded(shlex.split(command))
    assert redis.judge(sent).verdict is Verdict.READ_ONLY
    assert redis.bounded(sent) == sent


def test_the_tables_do_not_contradict_one_another() -> None:
    assert not READ_NAMES & CHANGES
    assert not CHANGES & set(REFUSED)
    assert not set(SUBCOMMAND_CHANGES) & CHANGES


def test_the_target_is_what_is_written() -> None:
    for written in ("-h cache -p 6380 -n 2 --user ops", "-u redis://ops@cache:6380/2"):
        command = redis.from_cli(["redis-cli", *written.split(), "PING"])
        assert isinstance(command, redis_cli.Command)
        assert command.target == {"host": "cache", "port": "6380", "db": "2", "user": "ops"}
        assert command.words == ("PING",)


def test_a_sampling_option_says_what_is_done_instead() -> None:
    assert redis.judge_cli(["redis-cli", "--latency"]).rewrite == "a fixed number of timed PINGs"


_NOT_READ_ONLY = [shlex.split(text) for text in texts("redis", Verdict.MUTATING, Verdict.REFUSED)]


@given(words=st.sampled_from(_NOT_READ_ONLY), flips=st.integers(0, 2**40))
@settings(max_examples=100)
def test_case_never_makes_a_command_read_only(words: list[str], flips: int) -> None:
    letters = iter(range(10_000))
    mixed = ["".join(c.upper() if flips >> (next(letters) % 40) & 1 else c.lower() for c in word) for word in words]
    assert redis.judge(mixed).verdict is not Verdict.READ_ONLY, mixed


@given(
    words=st.sampled_from(_NOT_READ_ONLY),
    more=st.lists(st.sampled_from(["LIMIT", "0", "COUNT", "1", "MATCH", "GET", "a"]), max_size=3),
)
@settings(max_examples=100)
def test_more_words_never_make_a_change_read_only(words: list[str], more: list[str]) -> None:
    if words[0].upper() in CHANGES | set(REFUSED):
        assert redis.judge([*words, *more]).verdict is not Verdict.READ_ONLY


@given(
    st.lists(st.one_of(st.text(max_size=12), st.sampled_from(sorted(READ_NAMES)), st.integers().map(str)), max_size=6)
)
@settings(max_examples=100)
def test_no_words_make_it_raise(words: list[str]) -> None:
    assert redis.judge(words).reason
    assert redis.judge_cli(["redis-cli", *words]).reason


@given(
    st.lists(
        st.sampled_from(
            [
                *sorted(READ_NAMES),
                "GET",
                "STREAM",
                "k",
                "0",
                "-1",
                "5",
                "LIMIT",
                "COUNT",
                "BYSCORE",
                "(1",
                "FULL",
                "SAMPLES",
            ]
        ),
        max_size=8,
    )
)
@settings(max_examples=100)
def test_every_read_has_a_bounded_form_that_is_read_only_and_final(words: list[str]) -> None:
    if redis.judge(words).verdict is Verdict.READ_ONLY:
        sent = redis.bounded(words)
        assert redis.judge(sent).verdict is Verdict.READ_ONLY
        assert redis.bounded(sent) == sent
