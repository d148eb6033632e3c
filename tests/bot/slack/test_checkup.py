"""The doctor's answer names what is off first, with the reason and what to do."""

from bot.slack.answers import answered
from commands.answers import Checkup, StepsOf
from commands.ports import Attestation, Target
from tests.bot.slack.examples import NOW
from tests.bot.slack.reading import lines


def a_target(name: str, proven: bool | None, *, changes: bool = True) -> Target:
    proof = "The role may write to orders." if proven is False else "The role may not write."
    said = None if proven is None else Attestation(target=name, proven=proven, proof=proof, at=NOW)
    return Target(name=name, executor="postgres", environment="production", changes=changes, attestation=said)


def a_checkup(*targets: Target, **changes: object) -> Checkup:
    settings: dict[str, object] = {"system": "Shop", "steps": (), "nobody": (), "dead": 0, "stop": None}
    return Checkup(targets=targets, **{**settings, **changes})  # type: ignore[arg-type]  # the settings of one test


def test_what_is_off_comes_first_with_its_reason_and_what_to_do() -> None:
    read = lines(answered(a_checkup(a_target("well-db", True), a_target("bad-db", False), a_target("new-db", None))))
    assert read.startswith("Shop: 1 thing is off")
    assert read.index("bad-db") < read.index("new-db") < read.index("well-db")
    assert "❌ target bad-db: postgres, production. The role may write to orders. Asked at" in read
    assert "→ until then diagnostics on it are off" in read


def test_a_target_without_an_identity_for_changes_says_so() -> None:
    assert "has no identity for remediations" in lines(answered(a_checkup(a_target("db", True, changes=False))))


def test_nobody_on_call_and_messages_not_understood_are_told() -> None:
    steps = (StepsOf(system="Shop", diagnostics=12, remediations=3, manual=4),)
    read = lines(answered(a_checkup(steps=steps, nobody=("Shop",), dead=2)))
    assert "Nobody is on call for Shop" in read
    assert "Of what monitors sent, 2 could not be understood." in read
    assert "12 diagnostics and 3 remediations are Muster's, 4 steps are done by people." in read
    assert "This answer went through both." in read
