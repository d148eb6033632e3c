"""What one process learned, the next one knows: a text by its name, the newest."""

from bot.stores.sql_store import SqlStore
from commands.store import Store
from tests.contract.conftest import Opener


async def test_the_newest_text_of_a_name_outlives_the_process(store: Store, opener: Opener) -> None:
    assert isinstance(store, SqlStore)
    assert await store.recall("who") is None
    for text in ("Ana", "Ben", "Ben"):
        await store.remember("who", text)
    await store.remember("where", "here")
    later = await opener()
    assert isinstance(later, SqlStore)
    assert (await later.recall("who"), await later.recall("where")) == ("Ben", "here")
