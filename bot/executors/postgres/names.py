"""What the names in a read stand for on this server, now: asked of its catalog within the look itself, every time.

Of this nothing is remembered from one look to the next. Whoever may create a table, a view, a function or an operator
could put another in the place of what was checked before.
"""

from collections.abc import Collection
from typing import Final

import asyncpg
from msgspec import Struct

from bot.executors.postgres.reading import Reading
from bot.executors.postgres.session import Connection
from bot.executors.tool.answer import NotAllowed

# The role and the server's version; what each relation is, and its columns, looked up as the look itself will; a
# function that `alias.name` calls when there is no such column and the function takes a whole row (PostgreSQL's own
# that do so only compute); and another schema's function or operator of a name that the look calls, which wins where
# its arguments fit better. Extensions bring such on purpose, for types of their own.
# The names come out of sub-selects and each is looked up by itself (OFFSET 0 keeps it so): a plan that depended on
# which names they are would be made anew for every look, and take longer than all of this.
_NAMES: Final = """
SELECT 'looker' AS what, current_user::text AS given, NULL AS schema, current_setting('server_version') AS name,
       NULL AS kind, NULL AS columns
UNION ALL
SELECT 'relation', given, found.* FROM unnest((SELECT $1::text[])) AS given LEFT JOIN LATERAL (
    SELECT n.nspname::text, c.relname::text, c.relkind::text,
           ARRAY(SELECT a.attname || ' ' || a.atttypid FROM pg_attribute AS a
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)::text
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(given) OFFSET 0
) AS found ON true
UNION ALL
(SELECT 'row function', given, NULL, NULL, NULL, NULL FROM unnest((SELECT $2::text[])) AS given CROSS JOIN LATERAL (
    SELECT FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.proargtypes[0]
    WHERE p.proname = given AND p.pronargs - p.pronargdefaults <= 1
      AND p.pronamespace <> 'pg_catalog'::regnamespace AND t.typtype IN ('c', 'p', 'd') OFFSET 0
) AS found LIMIT 1)
UNION ALL
(SELECT 'namesake', given, found.schema, NULL, NULL, NULL
FROM unnest((SELECT $3::text[])) AS given CROSS JOIN LATERAL (
    SELECT n.nspname::text AS schema FROM (
        SELECT pronamespace AS namespace, oid, tableoid FROM pg_proc WHERE proname = given
        UNION ALL SELECT oprnamespace, oid, tableoid FROM pg_operator WHERE oprname = given
    ) AS namesake JOIN pg_namespace AS n ON n.oid = namesake.namespace
    WHERE namespace <> 'pg_catalog'::regnamespace AND n.nspname = ANY(current_schemas(true))
      AND NOT EXISTS (SELECT FROM pg_depend AS d
                      WHERE d.classid = namesake.tableoid AND d.objid = namesake.oid AND d.deptype = 'e') OFFSET 0
) AS found LIMIT 1)
"""
_OWN_TABLES: Final = frozenset({"r", "p", "v", "m"})


class Names(Struct, frozen=True, kw_only=True):
    """Who looks at what: ``columns`` are those of each relation, as a text that is another when one is changed."""

    role: str
    version: str
    columns: tuple[str, ...]


async def checked(connection: Connection, reading: Reading, reviewed: Collection[str]) -> Names:
    """Only relations that were reviewed, and nothing that is a function of somebody's own. Raises NotAllowed."""
    role, version, columns = "", "", []
    for row in await connection.fetch(_NAMES, reading.relations, reading.attributes, reading.calls):
        match row["what"]:
            case "looker":
                role, version = row["given"], row["name"]
            case "relation":
                _check_relation(row, reviewed)
                columns.append(row["columns"])
            case "row function":
                told = f".{row['given']} may call the function of that name; drop the prefix"
                raise NotAllowed(f"Nothing was run: {told}.")
            case "namesake":
                name, schema = row["given"], row["schema"]
                told = f"{schema} has a {name} of its own; write pg_catalog.{name} for the server's"
                raise NotAllowed(f"Nothing was run: {told}.")
    return Names(role=role, version=version, columns=tuple(columns))


def _check_relation(row: asyncpg.Record, reviewed: Collection[str]) -> None:
    full = f"{row['schema']}.{row['name']}"
    if row["name"] is None:
        raise NotAllowed(f"There is no table or view {row['given']}, or Muster's role may not see it.")
    if row["kind"] not in _OWN_TABLES:
        raise NotAllowed(f"Nothing was run: {full} is no table or view of this database's own.")
    if row["schema"] != "pg_catalog" and full not in reviewed:
        raise NotAllowed(f"Nothing was run: {full} is not among the target's reviewed `relations`; add it there.")
