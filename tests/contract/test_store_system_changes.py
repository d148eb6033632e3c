"""Changes of systems in every store: found by system and time, guarded by their version, and forgotten in the end."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from commands.outage import Conflict
from commands.store import Store
from incident.system_change import KEPT, Progress, SystemChange
from tests.contract import making
from tests.contract.making import NOW, change

HOUR = timedelta(hours=1)
DEPLOYED = SystemChange(
    id="chg_1", source="github", system="ai-storybook", what="Deploy “v1.4” 🚀", at=NOW, moved_at=NOW + HOUR,
    state=Progress.FAILED, by="ana", link="https://ci.example/1", revision="3f9c", environment="production",
)  # fmt: skip


def told(number: int, *, system: str = "ai-storybook", hours: float = 0.0) -> SystemChange:
    return replace(DEPLOYED, id=f"chg_{number}", system=system, at=NOW + hours * HOUR)


async def test_what_was_kept_comes_back(store: Store) -> None:
    await store.save(change("a", system_changes=(DEPLOYED,)))
    assert await store.system_change("chg_1") == replace(DEPLOYED, version=1)
    assert await store.system_change("chg_2") is None


async def test_those_of_a_system_and_a_time_are_found_the_newest_first(store: Store) -> None:
    changes = (told(1), told(2, hours=-1), told(3, hours=-7), told(4, system="another"), told(5, hours=2))
    await store.save(change("a", system_changes=changes))
    since = NOW - 6 * HOUR
    found = await store.system_changes("ai-storybook", since=since, until=None, limit=10)
    assert [each.id for each in found] == ["chg_5", "chg_1", "chg_2"]
    ended = await store.system_changes("ai-storybook", since=since, until=NOW + HOUR, limit=1)
    assert [each.id for each in ended] == ["chg_1"]


async def test_of_two_that_decide_on_the_same_one_the_second_decides_anew(store: Store) -> None:
    await store.save(change("a", system_changes=(DEPLOYED,)))
    known = await store.system_change("chg_1")
    assert known is not None
    await store.save(change("b", system_changes=(replace(known, what="b"),)))
    with pytest.raises(Conflict):
        await store.save(change("c", system_changes=(replace(known, what="c"),)))
    with pytest.raises(Conflict):
        await store.save(change("d", system_changes=(DEPLOYED,)))
    after = await store.system_change("chg_1")
    assert after is not None
    assert (after.what, after.version) == ("b", 2)


async def test_what_is_older_than_they_are_kept_goes_when_another_comes(store: Store) -> None:
    await store.save(change("a", system_changes=(replace(DEPLOYED, at=NOW - KEPT + HOUR),)))
    later = replace(change("b", system_changes=(told(2),)), at=NOW + 2 * HOUR)
    await store.save(later)
    assert await store.system_change("chg_1") is None
    assert await store.system_change("chg_2") is not None


async def test_an_incidents_record_holds_those_around_it(store: Store) -> None:
    incident = making.incident()
    changes = (told(1, hours=-2), told(2, hours=-7), told(3, system="another"), told(4, hours=1))
    await store.save(change("a", incident=incident, system_changes=changes))
    record = await store.record(incident.id)
    assert [each.id for each in record.changes] == ["chg_4", "chg_1"]
