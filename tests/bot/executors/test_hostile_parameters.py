"""Whatever a step's parameter let through, the final command is judged again: data stays data, or nothing is sent."""

from functools import partial

import pytest

from bot.executors.postgres.reading import judged as judged_sql
from bot.executors.redis.look import judged as judged_words
from bot.executors.tool.answer import NotAllowed
from incident.plan import bind
from incident.verdict import Verdict
from tests.bot.executors import test_faults, test_rude_peers
from tests.bot.executors.conftest import PATIENT, Clock
from tests.bot.executors.test_rude_peers import plan

QUOTED, FLAG, TEMPLATE, SHELL, LOOK_ALIKE = "it's; rm -rf /", "--all", "{{.Config.Env}}", "$(id)", "\u0430dmin"
LINES, UPWARDS, FILE = "a\n--all", "../../etc/shadow", "file:///etc/passwd"
COMMANDS = {
    "kubernetes": ["kubectl", "get", "pod", "{value}", "-n", "shop"],
    "docker": ["docker", "logs", "{value}"],
    "github": ["gh", "run", "view", "{value}"],
    "nats": ["nats", "stream", "info", "{value}"],
    "host": ["tail", "-n", "5", "/var/log/{value}"],
    "aws": ["aws", "ecs", "describe-services", "--cluster", "{value}", "--services", "web"],
    "http": ["/jobs/{value}"],
}
REFUSED = {
    "kubernetes": [QUOTED, FLAG, TEMPLATE, SHELL, LOOK_ALIKE, LINES, UPWARDS, FILE],
    "docker": [QUOTED, FLAG, TEMPLATE, SHELL, LOOK_ALIKE, LINES, UPWARDS],
    "github": [QUOTED, FLAG, TEMPLATE, SHELL, LOOK_ALIKE, LINES, UPWARDS, FILE],
    "nats": [QUOTED, TEMPLATE, SHELL, LOOK_ALIKE, LINES, UPWARDS, FILE],
    "host": [QUOTED, TEMPLATE, SHELL, LOOK_ALIKE, LINES, UPWARDS, FILE],
    # Other words are an argument of a request's own, which AWS reads as a name and nothing else.
    "aws": [FLAG, FILE],
    "http": [QUOTED, TEMPLATE, LOOK_ALIKE, LINES, UPWARDS, FILE],
}
MAKERS = {
    **{kind: partial(each.make, caps=PATIENT) for kind, each in test_faults.KINDS.items()},
    **{kind: each.make for kind, each in test_rude_peers.KINDS.items()},
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in REFUSED.items() for value in values])
async def test_a_value_that_is_more_than_a_name_is_not_sent(kind: str, value: str, clock: Clock) -> None:
    words = COMMANDS[kind]
    template = {"method": "GET", "path": words[0]} if kind == "http" else {"argv": words}
    command = bind(template, {"value": value})
    executor = MAKERS[kind](1, clock)
    sight = await executor.look(plan(kind, command, Verdict.READ_ONLY))
    assert sight.error is not None
    assert sight.error.startswith("Nothing was sent, because this is"), sight.error
    assert sight.error.endswith(".")


@pytest.mark.parametrize("value", [QUOTED, FLAG, TEMPLATE, SHELL, LINES, UPWARDS])
def test_a_key_of_redis_is_one_word_whatever_is_in_it(value: str) -> None:
    assert judged_words(bind({"redis": ["GET", "{value}"]}, {"value": value})).words == ("GET", value)


def test_a_key_of_redis_that_only_looks_like_another_is_not_sent() -> None:
    with pytest.raises(NotAllowed, match="CYRILLIC SMALL LETTER A"):
        judged_words(bind({"redis": ["GET", "{value}"]}, {"value": LOOK_ALIKE}))


@pytest.mark.parametrize(
    "value", [QUOTED, FLAG, TEMPLATE, SHELL, LOOK_ALIKE, LINES, "'; DROP TABLE jobs; --", "{value}"]
)
def test_an_argument_of_sql_never_becomes_its_text(value: str) -> None:
    text = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1"
    query = judged_sql(bind({"sql": text, "arguments": ["value"]}, {"value": value}))
    assert (query.reading.text, list(query.arguments)) == (text, [value])
