"""What is put together at the start: each target's answers lose what its systems want hidden."""

from pathlib import Path

from msgspec.structs import replace

from bot.redaction.configured import redactor, stricter_redactors
from bot.runbooks.load import LoadedRunbooks
from tests.bot.test_config import GOOD, read, refused
from tests.fakes.runbooks import CATALOG, DATABASE

PERSON = "ana@example.com pays with 4111 1111 1111 1111"
RUNBOOKS = LoadedRunbooks({"shop": CATALOG, "bank": replace(CATALOG, system="bank")}, "shop")
BOTH = GOOD.replace(
    "sources:", "  bank:\n    runbook: runbooks/bank\n    on_call: [U0ANA]\n    approvers: [U0BEN]\nsources:"
)


def test_nothing_about_people_is_hidden_unless_somebody_says_so(tmp_path: Path) -> None:
    configuration = read(tmp_path, GOOD)
    assert redactor(configuration).clean(PERSON) == PERSON
    assert stricter_redactors(configuration, LoadedRunbooks({"shop": CATALOG}, "shop")) == {}


def test_what_is_hidden_everywhere_and_what_each_system_wants_add_up_at_a_target(tmp_path: Path) -> None:
    text = "redact: [emails]\n" + BOTH.replace(
        "    approvers: [U0BEN]", "    approvers: [U0BEN]\n    redact: [card_numbers]"
    )
    configuration = read(tmp_path, text)
    assert redactor(configuration).clean(PERSON) == "[redacted] pays with 4111 1111 1111 1111"
    stricter = stricter_redactors(configuration, RUNBOOKS)
    assert set(stricter) == {DATABASE}
    assert stricter[DATABASE].clean(PERSON) == "[redacted] pays with [redacted]"
    secret = configuration.every_secret()[0]
    assert secret not in stricter[DATABASE].clean(f"password {secret}")


def test_another_word_is_refused_with_its_line(tmp_path: Path) -> None:
    sentence = refused(tmp_path, GOOD + "redact: [names]\n")
    assert "“redact.0”: write emails or card_numbers." in sentence
