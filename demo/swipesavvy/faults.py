"""What can be made to go wrong with SwipeSavvy, beside a leak of connections: two faults of RAG."""

from demo.swipesavvy.assistants import Rag
from demo.swipesavvy.boxes import LIMIT, Box

EXPORT = "SELECT topic, body FROM documents ORDER BY id LIMIT 50"


def rag_of(box: Box) -> Rag | None:
    """RAG as it runs in its container now; None while it does not."""
    return box.service if isinstance(box.service, Rag) else None


class BrokenPool:
    """The connection pool of RAG is closed for good, and RAG goes on without noticing."""

    name = "rag-broken"
    title = "RAG goes on with a broken connection pool"

    def __init__(self, rag: Box) -> None:
        self._rag = rag

    @property
    def active(self) -> bool:
        service = rag_of(self._rag)
        return service is not None and service.broken

    async def begin(self) -> None:
        if service := rag_of(self._rag):
            service.break_pool()

    async def end(self) -> None:
        await self._rag.part.act("restart")


class Hoarding:
    """RAG keeps every answer that it found, until its container's memory is nearly used up."""

    name = "rag-grows"
    title = "RAG keeps every answer, and grows"

    def __init__(self, rag: Box) -> None:
        self._rag = rag

    @property
    def active(self) -> bool:
        service = rag_of(self._rag)
        return service is not None and service.keeps_all

    async def begin(self) -> None:
        if service := rag_of(self._rag):
            service.keeps_all = True
            while self._rag.memory() < 0.9 * LIMIT:
                await service.find("card")

    async def end(self) -> None:
        await self._rag.part.act("restart")
