"""Names after a dot, which PostgreSQL takes for a function's where the value before it has no such column.

`a.total` means total(a), and `(x).total` means total(x). On rows the executor looks for functions of the
team's own that would answer; on single values the text alone must account for the name.
"""

from collections.abc import Iterable, Iterator, Mapping

from compiler.proof.secret_names import names_a_secret
from compiler.proof.sql.functions import known_effect, objection_to
from compiler.proof.sql.tree import Node
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_RETURNING_ROWS = word_list(
    """
    aclexplode json_each json_each_text json_to_record json_to_recordset jsonb_each jsonb_each_text jsonb_to_record
    jsonb_to_recordset pg_control_checkpoint pg_control_init pg_control_recovery pg_control_system pg_cursor
    pg_get_backend_memory_contexts pg_get_catalog_foreign_keys pg_get_keywords pg_get_multixact_members
    pg_get_object_address pg_get_replication_slots pg_get_shmem_allocations pg_get_wait_events
    pg_get_wal_summarizer_state pg_identify_object pg_identify_object_as_address pg_last_committed_xact pg_lock_status
    pg_options_to_table pg_partition_tree pg_prepared_statement pg_prepared_xact pg_sequence_parameters
    pg_show_replication_origin_status pg_split_walfile_name pg_stat_get_activity pg_stat_get_archiver
    pg_stat_get_backend_subxact pg_stat_get_io pg_stat_get_progress_info pg_stat_get_recovery_prefetch
    pg_stat_get_replication_slot pg_stat_get_slru pg_stat_get_subscription pg_stat_get_subscription_stats
    pg_stat_get_wal pg_stat_get_wal_receiver pg_stat_get_wal_senders pg_timezone_abbrevs pg_timezone_names
    pg_walfile_name_offset
    """
)
"""The reviewed functions whose answer has columns of its own; the answer of every other one is a single value."""


def names(statement: Node) -> Iterator[str]:
    """Each name in `alias.name` and `(expression).name`."""
    for node in statement.walk():
        if node.kind == "ColumnRef":
            yield from node.strings("fields")[1:]
        elif node.kind == "A_Indirection":
            yield from node.strings("indirection")


def column_objections(column: Node) -> Iterator[Judgement]:
    """What is known to be wrong with a function that alias.name may call, be the alias a row or a value."""
    fields = column.strings("fields")
    if len(fields) > 1:
        yield from _called(fields[-1])


def field_objections(field: Node) -> Iterator[Judgement]:
    """The same for (expression).name, where the value may have no fields at all."""
    for name in field.strings("indirection"):
        yield from _called(name)
        if names_a_secret(name):
            yield _refused(f"the field {name} is named as a secret")
        elif objection := objection_to("", name):
            yield Judgement(objection.verdict, f"(…).{name} may be a call of the function {name}()")


def value_objections(node: Node, values: Mapping[str, frozenset[str]] | None = None) -> Iterator[Judgement]:
    """`a.name` where `a` is what a function in FROM answered, a single value: only its own names are columns.

    `values` holds the aliases of the queries around; where an inner one is used again, either may be meant.
    """
    known = values or {}
    if node.kind == "SelectStmt":
        known = dict(known)
        for alias, columns in _single_values(node.children("from_clause")):
            known[alias] = known.get(alias, columns) & columns
    fields = node.strings("fields") if node.kind == "ColumnRef" else ()
    if len(fields) == 2 and fields[0] in known and fields[1] not in known[fields[0]]:
        yield Judgement(Verdict.MUTATING, f"{'.'.join(fields)} may be a call of the function {fields[1]}()")
    for child in node.inner:
        yield from value_objections(child, known)


def _single_values(sources: Iterable[Node]) -> Iterator[tuple[str, frozenset[str]]]:
    """The aliases of single values in one FROM, each with the names that its column may have."""
    for node in sources:
        if node.kind == "JoinExpr":
            yield from _single_values(side for side in (node.child("larg"), node.child("rarg")) if side)
        elif node.kind == "RangeFunction" and (called := _only_function(node)):
            yield from _single_value(called, node.child("alias"))


def _single_value(called: Node, alias: Node | None) -> Iterator[tuple[str, frozenset[str]]]:
    name = (called.strings("funcname") or ("",))[-1]
    if name in _RETURNING_ROWS or (name == "unnest" and len(called.children("args")) > 1):
        return
    shown = (alias.text("aliasname"), *alias.strings("colnames")) if alias else (name,)
    yield shown[0], frozenset({*(shown[1:] or shown), "ordinality"})


def _only_function(node: Node) -> Node | None:
    """The one function of a FROM item; None where it has several side by side, or lists its columns."""
    functions = node.children("functions")
    return functions[0].children("items")[0] if len(functions) == 1 and "coldeflist" not in node.fields else None


def _called(name: str) -> Iterator[Judgement]:
    if effect := known_effect(name):
        yield effect
    elif name == "current_setting":
        yield _refused("current_setting() must name the setting it shows")


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, reason)
