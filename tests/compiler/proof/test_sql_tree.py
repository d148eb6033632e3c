"""The tree that is judged is the whole of what PostgreSQL's parser says, as the library's own messages say it too."""

from collections.abc import Iterator, Mapping
from typing import Any

import postgast
import pytest
from postgast.pg_query_pb2 import DESCRIPTOR

from compiler.proof.sql.fields import KIND_OF
from compiler.proof.sql.tree import Node, Unreadable, Value, parse
from incident.verdict import Verdict
from tests.compiler.proof.cases import texts

_POSITIONS = ("location", "stmt_location", "stmt_len", "list_start", "list_end", "rexpr_list_start", "rexpr_list_end")
_OTHER_RESULTS = ("Node", "ScanResult", "SummaryResult", "RangeTblEntry")
"""Messages that hold nodes in another way, and those that only a server makes."""
_FORMS = (
    "CREATE TABLE a (b int PRIMARY KEY REFERENCES c.d, e text COLLATE \"C\" DEFAULT '') PARTITION BY LIST (b)",
    "ALTER TABLE a ATTACH PARTITION secret.b FOR VALUES IN (1, NULL)",
    "CREATE OPERATOR CLASS o FOR TYPE int USING btree AS OPERATOR 1 < (int, int), FUNCTION 1 f(int)",
    "CREATE FUNCTION f(a int DEFAULT 0) RETURNS void LANGUAGE sql CALLED ON NULL INPUT AS 'SELECT 1'",
    "GRANT SELECT ON a TO b; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO c",
    "SELECT json_objectagg('a': b), json_arrayagg(c ORDER BY d), json_object('k' VALUE e), sum(f) OVER (ORDER BY g)",
    "WITH a AS (SELECT 1 UNION SELECT 2) SELECT '', 0, false, NULL FROM a, ROWS FROM (f(1), g(2)) LIMIT 1",
    "INSERT INTO a.b VALUES (DEFAULT, B'1') ON CONFLICT (c) DO NOTHING RETURNING password",
    "CREATE POLICY p ON a.b TO c; CREATE TRIGGER t AFTER UPDATE ON d FROM e FOR EACH ROW EXECUTE FUNCTION f()",
    'SELECT \'a\nb\t"\\\x01\x7fé\u2028\' AS "ü""\x02"',
)


def _said(message: Any) -> Node | None:
    """A message of the library's as a node: it holds one of many kinds, or is one."""
    if message.DESCRIPTOR.name == "Node":
        held = message.WhichOneof("node")
        return _said(getattr(message, held)) if held else None
    fields = dict(_fields(message))
    return Node(message.DESCRIPTOR.name, fields, tuple(_inner(fields)))


def _inner(fields: Mapping[str, Value]) -> Iterator[Node]:
    for value in fields.values():
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from value


def _fields(message: Any) -> Iterator[tuple[str, Value]]:
    for field, value in message.ListFields():
        if field.name in _POSITIONS:
            continue
        if field.is_repeated:
            yield field.name, tuple(node for node in map(_said, value) if node is not None)
        elif field.message_type is not None:
            yield field.name, _said(value) or Node("Nothing", {})
        else:
            yield field.name, field.enum_type.values_by_number[value].name if field.enum_type else value


@pytest.mark.parametrize("text", [text for text in (*texts("sql", *Verdict), *_FORMS) if "\0" not in text])
def test_nothing_that_the_parser_says_is_lost_or_named_otherwise(text: str) -> None:
    try:
        whole = _said(postgast.parse(text))
    except (postgast.PgQueryError, UnicodeEncodeError):
        with pytest.raises(Unreadable):
            parse(text)
        return
    assert whole is not None
    assert parse(text) == tuple(raw.child("stmt") for raw in whole.children("stmts"))


def test_every_field_that_leaves_its_kind_away_is_known_by_the_parsers_own_description() -> None:
    """Were one missing, its statement would be refused; were one wrong, a table could hide behind another kind."""
    for message in DESCRIPTOR.message_types_by_name.values():
        for field in message.fields if message.name not in _OTHER_RESULTS else ():
            kind = field.message_type.name if field.message_type else "Node"
            name = "base" if field.json_name == "base" else field.name
            known = KIND_OF.get(name) or KIND_OF.get(f"{message.name}.{name}")
            assert kind in ("Node", known), f"{message.name}.{name}"


@pytest.mark.parametrize("opening", ["(SELECT ", "NOT ", "f(", "ARRAY["])
def test_a_tree_too_deep_for_those_who_walk_it_is_not_read(opening: str) -> None:
    closing = {"(SELECT ": ")", "f(": ")", "ARRAY[": "]"}.get(opening, "")
    assert parse("SELECT " + opening * 10 + "1" + closing * 10)
    with pytest.raises(Unreadable, match="nested too deeply"):
        parse("SELECT " + opening * 120 + "1" + closing * 120)
