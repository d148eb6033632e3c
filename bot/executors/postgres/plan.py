"""What PostgreSQL's planner expects of a statement, before it runs."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.json import Decoder

from bot.executors.postgres.session import Connection
from compiler.proof.word_list import word_list
from incident.digest import Json

_PLANNED = word_list("delete insert merge select table update values with")
"""How the statements begin that the planner plans; a CALL or an ANALYZE it does not know beforehand."""


class PlanNode(Struct, frozen=True, kw_only=True):
    """One step of the planner's tree. ``cost`` is in the planner's own unit; ``rows`` is its guess."""

    kind: str = field(name="Node Type")
    relation: str = field(name="Relation Name", default="")
    cost: float = field(name="Total Cost")
    rows: float = field(name="Plan Rows")
    below: "tuple[PlanNode, ...]" = field(name="Plans", default=())

    def walk(self) -> "Iterator[PlanNode]":
        """This node and all below it, the outermost first."""
        yield self
        for node in self.below:
            yield from node.walk()

    @property
    def changes_rows(self) -> bool:
        """Whether the statement is an INSERT, UPDATE, DELETE or MERGE, which a rollback takes back."""
        return self.kind == "ModifyTable"

    @property
    def sentence(self) -> str:
        """The plan for the approval's card: what it scans, how much, at what cost."""
        parts = [f"{node.kind} on {node.relation}" if node.relation else node.kind for node in self.walk()]
        found = round(max(node.rows for node in self.walk()))
        how, rows = " ← ".join(parts[:4]), "1 row" if found == 1 else f"{found} rows"
        return f"The planner's statistics say about {rows} at a cost of {self.cost:.0f}: {how}."


def is_planned(statement: str) -> bool:
    """Whether the planner can say something of a statement."""
    first = statement.lstrip("( \t\r\n").split(maxsplit=1)[:1]
    return not first or first[0].lower() in _PLANNED


class _Explained(Struct, frozen=True):
    plan: PlanNode = field(name="Plan")


_EXPLAINED: Final = Decoder(list[_Explained])


async def plan_of(connection: Connection, statement: str, arguments: Sequence[Json]) -> PlanNode:
    """The planner's tree for a statement, which is not run. Raises one of session.FAULTS."""
    answer: str = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *arguments)
    return _EXPLAINED.decode(answer)[0].plan
