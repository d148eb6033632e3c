"""The longest names that are given to anything fit into every store's indexes."""

from commands.store import Store
from incident.digest import LONGEST_NAME, short_name
from incident.taking import Batch
from tests.contract import making
from tests.contract.making import NOW, change


async def test_an_alert_and_a_group_under_the_longest_names_are_saved_and_found(store: Store) -> None:
    """Found with random names of 8 kB: a transaction with one in it failed for ever, and looked like an outage."""
    # Four bytes each, and in no order that a database could shorten.
    name = short_name("".join(chr(0x10000 + (n * 7919) % 50_000) for n in range(9000)))
    assert len(name) == LONGEST_NAME
    incident = making.incident("inc_1", group=name)
    said = change("c#0", incident=incident, alerts=(making.alert(name, incident_id="inc_1"),))
    await store.take(Batch(at=NOW, changes=(said,), deliveries=(making.delivery("d"),)))
    found = await store.last_incident_of_group(name)
    assert (found is not None and found.id) == "inc_1"
    assert await store.alert(f"alertmanager:{name}") is not None
