"""Who is on call as a team writes it: people, a rotation, or both; wrong ones stop the start with line and key."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.settings.rota import layers_of, people_of
from bot.settings.team import TeamSettings
from incident.responder import UserId
from incident.rota import Override, Rotation, Shift
from tests.bot.test_config import GOOD, read, refused
from tests.fakes.runbooks import FakeRunbooks

PLAIN = "    on_call: [U0ANA, U0BEN]\n"
ROTATION = """\
    on_call:
      rotation: [U0ANA, U0BEN, U0CLEO]
      starts: 2026-03-02
      every: 1w
      at: 9:00
      timezone: Europe/Berlin
      overrides:
        - {person: U0DAN, from: 2026-03-28 09:00, to: 2026-03-29T09:00}
"""
MIXED = """\
    on_call:
      - U0EVA
      - rotation: [U0ANA, U0BEN]
        starts: 2026-03-02
        every: 1d
        at: "09:00"
        timezone: UTC
    escalation: {rotation: [U0BEN, U0ANA], starts: 2026-03-02, every: 12h, at: "09:00", timezone: UTC}
"""


def with_people(text: str) -> str:
    return GOOD.replace(PLAIN, text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_rotation_is_read_as_it_is_written(tmp_path: Path) -> None:
    """The times of an override are those of its time zone: on this one day nine is an hour earlier than on the last."""
    written = read(tmp_path, with_people(ROTATION)).file.systems["shop"].on_call
    stands_in = Override(person=UserId("U0DAN"), start=at("2026-03-28T08:00:00"), end=at("2026-03-29T07:00:00"))
    assert layers_of(written) == (
        Rotation(
            people=(UserId("U0ANA"), UserId("U0BEN"), UserId("U0CLEO")),
            starts=date(2026, 3, 2),
            every=timedelta(weeks=1),
            at=time(9),
            timezone="Europe/Berlin",
            overrides=(stands_in,),
        ),
    )
    assert people_of(written) == ("U0ANA", "U0BEN", "U0CLEO", "U0DAN"), "all whom the doctor looks up in Slack"


def test_the_team_s_people_are_those_of_the_moment_that_is_asked_for(tmp_path: Path) -> None:
    settings = TeamSettings(read(tmp_path, with_people(MIXED)).file, FakeRunbooks())
    first, second = at("2026-03-02T09:00:00"), at("2026-03-03T09:00:00")
    assert settings.on_call("shop", first) == ("U0EVA", "U0ANA")
    assert settings.on_call("shop", second) == ("U0EVA", "U0BEN")
    assert settings.shifts("shop", first)[1] == Shift(person=UserId("U0ANA"), until=second)
    assert settings.escalation("shop", first) == ("U0BEN",)
    assert settings.escalation("shop", first + timedelta(hours=12)) == ("U0ANA",)


def test_where_nobody_is_named_for_what_lasts_it_is_whoever_is_on_call_by_then(tmp_path: Path) -> None:
    settings = TeamSettings(read(tmp_path, with_people(ROTATION)).file, FakeRunbooks())
    assert settings.escalation("shop", at("2026-03-09T07:59:00")) == ("U0ANA",)
    assert settings.escalation("shop", at("2026-03-09T08:00:00")) == ("U0BEN",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("U0CLEO]", "cleo]", "line 7: “systems.shop.on_call.rotation.2”: write a person's id from Slack"),
        ("[U0ANA, U0BEN, U0CLEO]", "[]", "line 7: “systems.shop.on_call.rotation”: name at least one."),
        ("2026-03-02", "March", "line 8: “systems.shop.on_call.starts”: write a day such as 2026-01-05."),
        ("2026-03-02", "2026-02-30", "line 8: “systems.shop.on_call.starts”: there is no such day: write"),
        ("every: 1w", "every: weekly", "line 9: “systems.shop.on_call.every”: write how long a turn is, such as 1w"),
        ("every: 1w", "every: 0d", "line 9: “systems.shop.on_call.every”: write how long a turn is, such as 1w"),
        ("every: 1w", "every: 30m", "line 9: “systems.shop.on_call.every”: write how long a turn is, such as 1w"),
        ("at: 9:00", "at: 9", "line 10: “systems.shop.on_call.at”: write a time of day such as 22:00."),
        ("Europe/Berlin", "Berlin", "line 11: “systems.shop.on_call.timezone”: write a time zone that this machine"),
        ("person: U0DAN", "person: dan", "line 13: “systems.shop.on_call.overrides.0.person”: write a person's id"),
        ("2026-03-28 09:00", "2026-03-28", "line 13: “systems.shop.on_call.overrides.0.from”: write a day and a time"),
        ("2026-03-28 09:00", "2026-03-28 24:00", "overrides.0.from”: there is no such moment: write a day and a time"),
        ("2026-03-29T09:00", "2026-03-28 09:00", "on_call.overrides.0”: “to” must be later than “from”."),
        ("      every: 1w\n", "", "line 6: “systems.shop.on_call.every” is missing."),
        ("      starts:", "      weeks: 1\n      starts:", "line 8: “systems.shop.on_call.weeks” is no setting; see"),
    ],
)
def test_a_wrong_rotation_is_one_sentence_with_file_line_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in ROTATION
    sentence = refused(tmp_path, with_people(ROTATION.replace(old, new)))
    assert sentence.startswith("muster.yaml, line ")
    assert said in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rotation: [U0ANA, U0BEN]", "rotation: [U0ANA, ben]", "line 8: “systems.shop.on_call.1.rotation.1”: write a"),
        ("- U0EVA", "- eva", "line 7: “systems.shop.on_call.0”: write a person's id from Slack"),
        ("- U0EVA", "- [U0EVA]", "line 7: “systems.shop.on_call.0”: "),
        ("every: 12h", "every: 12", "line 13: “systems.shop.escalation.every”: write how long a turn is"),
    ],
)
def test_in_a_list_the_entry_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in MIXED
    assert said in refused(tmp_path, with_people(MIXED.replace(old, new)))


def test_one_person_without_a_list_is_told_to_write_one(tmp_path: Path) -> None:
    sentence = "muster.yaml, line 6: “systems.shop.on_call”: write a list."
    assert refused(tmp_path, with_people("    on_call: U0ANA\n")) == sentence
