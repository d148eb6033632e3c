"""What the text of an SQL statement tells by itself, read and judged here and now whatever its plan says."""

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from bot.executors.tool.answer import NotAllowed
from compiler.proof import sql
from compiler.proof.sql.tree import parse
from incident.digest import Facts, Json
from incident.verdict import Judgement, Verdict


class Reading(Struct, frozen=True, kw_only=True):
    """What the text alone tells of a statement. ``text`` is the form that may run, bounded where the judge did so."""

    judgement: Judgement
    text: str
    relations: tuple[str, ...]
    attributes: tuple[str, ...]
    calls: tuple[str, ...]
    select: bool


class Query(Struct, frozen=True, kw_only=True):
    """One read as it will run, with its arguments apart from the text."""

    reading: Reading
    arguments: Sequence[Json]


@lru_cache(maxsize=256)
def reading_of(text: str) -> Reading:
    """Read a statement. The same text always reads the same, so that the looks before and after need it read once."""
    judgement = sql.judge(text)
    final = judgement.rewrite or text
    return Reading(
        judgement=judgement,
        text=final,
        relations=sql.relations(final),
        attributes=sql.attributes(final),
        calls=sql.calls(final),
        select=judgement.verdict is not Verdict.REFUSED and parse(final)[0].kind == "SelectStmt",
    )


def query_of(command: Facts) -> Query:
    """The command as a statement that was read. Raises NotAllowed when it holds none."""
    text, arguments = command.get("sql"), command.get("arguments", [])
    if not isinstance(text, str) or not isinstance(arguments, list | tuple):
        raise NotAllowed("Nothing was run: the step holds no SQL that a database could take.")
    return Query(reading=reading_of(text), arguments=arguments)


def judged(command: Facts) -> Query:
    """The command as a query, judged here whatever its plan says. Raises NotAllowed."""
    query = query_of(command)
    judgement = query.reading.judgement
    if judgement.verdict is not Verdict.READ_ONLY:
        raise NotAllowed(f"Nothing was run, because this is {judgement.verdict.value}: {judgement.reason}.")
    return query
