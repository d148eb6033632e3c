"""The positive grammar of a read: every node, field, operator and type that a read-only SELECT may hold.

Its nodes and their fields are in `nodes`; what stands in them is checked here.
"""

from collections.abc import Callable, Iterator, Mapping

from compiler.proof.characters import word_processor_character
from compiler.proof.secret_names import holds_secrets, names_a_secret, words_of
from compiler.proof.sql.attributes import column_objections, field_objections, value_objections
from compiler.proof.sql.clamps import constant_text, is_bounded
from compiler.proof.sql.functions import CLAMPED, objection_to
from compiler.proof.sql.nodes import GRAMMAR
from compiler.proof.sql.tree import Node
from compiler.proof.sql.vocabulary import (
    JSON_STEPS,
    KEYWORD_OPERATORS,
    MAX_TYPE_MODIFIER,
    OPERATORS,
    PICKED_RELATIONS,
    SECRET_RELATIONS,
    SECRET_STARS,
    SETTING_KEYS,
    TYPES,
)
from incident.verdict import Judgement, Verdict


def objections(select: Node) -> Iterator[Judgement]:
    """Everything in a SELECT that keeps it from running by itself; nothing when it is a plain read."""
    answers_in_from = False
    for node in select.walk():
        answers_in_from = answers_in_from or node.kind == "RangeFunction"
        if (unknown := _unknown_form(node)) is not None:
            yield unknown
        if check := _CHECKS.get(node.kind):
            yield from check(node)
        if node.kind == "RangeVar" and node.text("relname") in PICKED_RELATIONS:
            yield from _secret_steps((select,))
        if node.kind == "RangeVar" and node.text("relname") in SECRET_STARS:
            yield from _whole_rows(select, node)
    if answers_in_from:
        yield from value_objections(select)


def _whole_rows(select: Node, relation: Node) -> Iterator[Judgement]:
    """Every way to name all columns of a relation at once: a star, or the name of the relation in the place of one."""
    alias = relation.child("alias")
    row = alias.text("aliasname") if alias else relation.text("relname")
    columns = [node for node in select.walk() if node.kind == "ColumnRef"]
    whole = any(column.strings("fields")[-1:] == (row,) for column in columns)
    if whole or any(node.kind == "A_Star" for column in columns for node in column.walk()) or alias_columns(alias):
        yield _refused(f"one column of {relation.text('relname')} is a secret: name those that are to be shown")


def alias_columns(alias: Node | None) -> bool:
    """Whether the columns of a relation get other names, behind which a secret one would not be known."""
    return alias is not None and bool(alias.children("colnames"))


def shown_secrets(change: Node) -> Iterator[Judgement]:
    """The secrets that a statement which changes something would also show, through a query in it or RETURNING."""
    for node in change.walk():
        if node.kind == "SelectStmt":
            yield from _secrets_under(node)
        elif "returning_list" in node.fields:
            for shown in node.children("returning_list"):
                yield from _secrets_under(shown)
        elif clause := node.child("returning_clause"):
            yield from _secrets_under(clause)


def _secrets_under(node: Node) -> Iterator[Judgement]:
    for inner in node.walk():
        if inner.kind == "ColumnRef":
            yield from _secret_columns(inner)
        elif inner.kind == "RangeVar":
            yield from _secret_relation(inner)


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, reason)


def _unknown_form(node: Node) -> Judgement | None:
    known = GRAMMAR.get(node.kind)
    if known is None:
        return _refused(f"{node.kind} is not a form that has been reviewed for reads")
    if node.fields.keys() <= known:
        return None
    unknown = sorted(node.fields.keys() - known)
    return _refused(f"{node.kind} with {', '.join(unknown)} has not been reviewed for reads")


def _select(node: Node) -> Iterator[Judgement]:
    if "into_clause" in node.fields:
        yield Judgement(Verdict.MUTATING, "SELECT INTO creates a table")
    if "locking_clause" in node.fields:
        yield Judgement(Verdict.MUTATING, "FOR UPDATE or FOR SHARE locks the rows it reads")


def endless_objections(node: Node) -> Iterator[Judgement]:
    """What keeps a WITH clause from running at all: only recursion does."""
    if node.fields.get("recursive"):
        yield _refused("WITH RECURSIVE may never end, and needs a reviewed entry")


def call_objections(node: Node) -> Iterator[Judgement]:
    """What keeps one function call from running by itself."""
    *schema, name = node.strings("funcname") or ("",)
    if (objection := objection_to(".".join(schema), name)) is not None:
        yield objection
    elif name in CLAMPED and not is_bounded(name, node.children("args")):
        yield _refused(f"{name}() is only read-only with constants that bound what it makes")
    elif name == "current_setting":
        yield from _setting(node.children("args"))
    elif name.startswith(("json_extract", "jsonb_extract", "jsonb_path")):
        yield from _secret_steps(node.children("args")[1:])


def _setting(arguments: tuple[Node, ...]) -> Iterator[Judgement]:
    setting = constant_text(arguments[0]) if arguments else None
    if setting is None:
        yield _refused("current_setting() must name the setting it shows")
    elif names_a_secret(setting):
        yield _refused(f"the setting {setting} is a secret")


def _column(node: Node) -> Iterator[Judgement]:
    yield from _secret_columns(node)
    names = node.strings("fields")
    for name in names:
        if character := word_processor_character(name):
            yield _refused(f"{character} was put in by a word processor: write the plain character")
    yield from column_objections(node)


def _secret_columns(node: Node) -> Iterator[Judgement]:
    for name in node.strings("fields"):
        if names_a_secret(name):
            yield _refused(f"the column {name} is named as a secret, and the result would be shown")


def _secret_relation(node: Node) -> Iterator[Judgement]:
    name, schema = node.text("relname"), node.text("schemaname")
    if name in SECRET_RELATIONS or holds_secrets(name) or names_a_secret(schema):
        yield _refused(f"the relation {name} holds secrets")


def _expression(node: Node) -> Iterator[Judgement]:
    yield from _operator(node.strings("name"), keywords=KEYWORD_OPERATORS)
    sides = node.inner
    right = node.child("rexpr")
    if any(inner.kind == "ColumnRef" and _names_a_setting(inner) for side in sides for inner in side.walk()):
        yield from _secret_steps(sides)
    elif right is not None and JSON_STEPS.intersection(node.strings("name")):
        yield from _secret_steps((right,))


def _names_a_setting(column: Node) -> bool:
    """Whether a column holds the names of settings, so that comparing it with a name reads that setting."""
    return any(word in SETTING_KEYS for name in column.strings("fields")[-1:] for word in words_of(name)[-1:])


def _secret_steps(nodes: tuple[Node, ...]) -> Iterator[Judgement]:
    """String constants that pick a field by its name: a JSON key, a path, a setting's name."""
    for node in nodes:
        for inner in node.walk():
            text = constant_text(inner) or ""
            if any(names_a_secret(step) for step in text.replace("%", " ").replace(".", ",").split(",")):
                yield _refused(f"{text!r} picks a value that is named as a secret")


def _operator(names: tuple[str, ...], keywords: frozenset[str] = frozenset()) -> Iterator[Judgement]:
    *schema, name = names or ("",)
    if schema not in ([], ["pg_catalog"]) or name not in OPERATORS | keywords:
        yield _refused(f"the operator {'.'.join(names)} is not one of PostgreSQL's own, and may call any function")


def _sublink(node: Node) -> Iterator[Judgement]:
    if names := node.strings("oper_name"):
        yield from _operator(names)


def _sort(node: Node) -> Iterator[Judgement]:
    if names := node.strings("use_op"):
        yield from _operator(names)


def _type(node: Node) -> Iterator[Judgement]:
    *schema, name = node.strings("names") or ("",)
    if schema not in ([], ["pg_catalog"]) or name.removeprefix("_") not in TYPES:
        yield _refused(
            f"the type {'.'.join([*schema, name])} is not one of PostgreSQL's own, and its input may run code"
        )
    if node.fields.get("pct_type") or node.fields.get("setof"):
        yield _refused("a type taken from a column has not been reviewed for reads")
    for modifier in node.children("typmods"):
        value = modifier.child("ival")
        number = value.fields.get("ival", 0) if value else None
        if not isinstance(number, int) or number > MAX_TYPE_MODIFIER:
            yield _refused(f"the length of {name} is not a small constant")


def _sample(node: Node) -> Iterator[Judgement]:
    if node.strings("method") not in (("bernoulli",), ("system",)):
        yield _refused("only the sampling methods BERNOULLI and SYSTEM are reviewed")


def _indices(node: Node) -> Iterator[Judgement]:
    yield from _secret_steps(tuple(index for index in (node.child("lidx"), node.child("uidx")) if index))


def _json_function(node: Node) -> Iterator[Judgement]:
    yield from _secret_steps(tuple(path for path in (node.child("pathspec"),) if path))


_CHECKS: Mapping[str, Callable[[Node], Iterator[Judgement]]] = {
    "SelectStmt": _select,
    "WithClause": endless_objections,
    "FuncCall": call_objections,
    "ColumnRef": _column,
    "A_Indirection": field_objections,
    "RangeVar": _secret_relation,
    "A_Expr": _expression,
    "SubLink": _sublink,
    "SortBy": _sort,
    "TypeName": _type,
    "RangeTableSample": _sample,
    "A_Indices": _indices,
    "JsonFuncExpr": _json_function,
}
