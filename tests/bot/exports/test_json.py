"""The JSON export holds everything, names included, in a form that stays the same."""

import json

from msgspec.structs import replace

from bot.exports.json import export
from incident.postmortem import Record, draft
from tests.incident.kept import ANA, BEN, CLEO, DAN, after, declared, storybook


def exported(record: Record) -> dict[str, object]:
    loaded = json.loads(export(record, draft(record, after(53))))
    assert isinstance(loaded, dict)
    return loaded


def test_it_says_its_version_and_units_first() -> None:
    document = exported(storybook().record)
    assert list(document) == ["schema", "version", "units", "draft", "record"]
    assert (document["schema"], document["version"]) == ("muster.postmortem", 1)


def test_it_holds_everything_that_is_kept_with_the_chain_and_the_names() -> None:
    record = storybook().record
    document = json.loads(export(record, draft(record, after(53))))
    kept = document["record"]
    assert [line["link"] for line in kept["timeline"]] == [link.link for link in record.timeline]
    assert len(kept["findings"]) == len(record.findings)
    assert kept["approvals"][0]["digest"] == record.approvals[0].digest
    assert kept["incident"]["clocks"][0]["due_at"] == "2026-03-14T10:12:05+00:00"
    assert document["draft"]["cast"]["letters"] == {ANA: "A", DAN: "B", BEN: "C", CLEO: "D"}


def test_durations_are_seconds_and_unknown_ones_null() -> None:
    told = {each["measure"]: each["took"] for each in exported(storybook().record)["draft"]["durations"]}
    assert told["time to acknowledge"] == 192.0
    early = {each["measure"]: each["took"] for each in exported(declared().record)["draft"]["durations"]}
    assert early["time to resolve"] is None


def test_the_same_record_gives_the_same_bytes_whatever_the_order_of_free_keys() -> None:
    record = storybook().record
    turned = tuple(replace(a, alert=replace(a.alert, labels={"b": "2", "a": "1"})) for a in record.alerts)
    straight = tuple(replace(a, alert=replace(a.alert, labels={"a": "1", "b": "2"})) for a in record.alerts)
    one, other = replace(record, alerts=turned), replace(record, alerts=straight)
    assert export(one, draft(one, after(53))) == export(other, draft(other, after(53)))


def test_what_json_cannot_say_is_still_valid_json() -> None:
    record = storybook().record
    sight = replace(record.findings[0].sight, value=float("nan"), output="half \ud83d of a character")
    odd = replace(record, findings=(replace(record.findings[0], sight=sight),))
    [finding] = json.loads(export(odd, draft(odd, after(53))))["record"]["findings"]
    assert finding["sight"]["value"] == "nan"
    assert finding["sight"]["output"] == "half \ud83d of a character"
