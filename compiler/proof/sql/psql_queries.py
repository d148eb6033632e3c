r"""psql's listing commands (`\d`, `\dt`, `\l`, `\du`…) as fixed queries, so that no backslash command is ever run.

Each is a plain read of the catalogs; a name or pattern becomes the parameter `$1`, never part of the text.
"""

import re

from msgspec import Struct

_COMMAND = re.compile(r"\\(?P<name>[a-z][A-Za-z]*?)(?P<detail>[S+]*)(?:\s+(?P<pattern>[A-Za-z0-9_.*?$]+))?")


class Query(Struct, frozen=True):
    """One read-only statement and its parameters."""

    statement: str
    arguments: tuple[str, ...] = ()


_RELATIONS = (
    "SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, pg_get_userbyid(c.relowner) AS owner, "
    "pg_size_pretty(pg_table_size(c.oid)) AS size, obj_description(c.oid, 'pg_class') AS description "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE position(c.relkind::text IN $2) > 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
    "AND n.nspname !~ '^pg_toast' AND (c.relname LIKE $1 OR n.nspname || '.' || c.relname LIKE $1) ORDER BY 1, 2"
)
_KINDS = {"d": "rpvmSf", "dt": "rp", "di": "iI", "dv": "v", "dm": "m", "ds": "S", "dE": "f", "dP": "pI"}
"""The letters of pg_class.relkind that each command lists."""
_ONE_RELATION = (
    "SELECT 'column' AS part, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) "
    "|| CASE WHEN a.attnotnull THEN ' not null' ELSE '' END "
    "|| coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') AS definition, a.attnum AS position "
    "FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
    "WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped "
    "UNION ALL SELECT 'index', c.relname, pg_get_indexdef(i.indexrelid), 0 FROM pg_catalog.pg_index i "
    "JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1) "
    "UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid), 0 FROM pg_catalog.pg_constraint "
    "WHERE conrelid = to_regclass($1) "
    "UNION ALL SELECT 'referenced by', conrelid::regclass::text, pg_get_constraintdef(oid), 0 "
    "FROM pg_catalog.pg_constraint WHERE confrelid = to_regclass($1) AND contype = 'f' "
    "UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid), 0 FROM pg_catalog.pg_trigger "
    "WHERE tgrelid = to_regclass($1) AND NOT tgisinternal ORDER BY 1, 4, 2"
)
_LISTS = {
    "dn": "SELECT nspname AS schema, pg_get_userbyid(nspowner) AS owner FROM pg_catalog.pg_namespace "
    "WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspname LIKE $1 ORDER BY 1",
    "df": "SELECT n.nspname AS schema, p.proname AS name, pg_get_function_result(p.oid) AS result, "
    "pg_get_function_arguments(p.oid) AS arguments FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n "
    "ON n.oid = p.pronamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.proname LIKE $1 "
    "ORDER BY 1, 2",
    "dx": "SELECT extname AS name, extversion AS version FROM pg_catalog.pg_extension WHERE extname LIKE $1 ORDER BY 1",
    "du": "SELECT rolname AS role, rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit "
    "FROM pg_catalog.pg_roles WHERE rolname LIKE $1 ORDER BY 1",
    "l": "SELECT datname AS name, pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding, "
    "datcollate AS collation FROM pg_catalog.pg_database WHERE datname LIKE $1 ORDER BY 1",
    "db": "SELECT spcname AS name, pg_get_userbyid(spcowner) AS owner FROM pg_catalog.pg_tablespace "
    "WHERE spcname LIKE $1 ORDER BY 1",
    "dp": "SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, c.relacl::text AS privileges "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
    "AND c.relname LIKE $1 ORDER BY 1, 2",
    "dT": "SELECT n.nspname AS schema, format_type(t.oid, NULL) AS name, t.typtype::text AS kind "
    "FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
    "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND t.typtype IN ('b', 'e', 'r', 'm') "
    "AND t.typelem = 0 AND t.typname LIKE $1 ORDER BY 1, 2",
    "dD": "SELECT n.nspname AS schema, t.typname AS name, format_type(t.typbasetype, t.typtypmod) AS type "
    "FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
    "WHERE t.typtype = 'd' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND t.typname LIKE $1 "
    "ORDER BY 1, 2",
    "da": "SELECT n.nspname AS schema, p.proname AS name, pg_get_function_arguments(p.oid) AS arguments "
    "FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace "
    "WHERE p.prokind = 'a' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.proname LIKE $1 "
    "ORDER BY 1, 2",
    "dL": "SELECT lanname AS name, pg_get_userbyid(lanowner) AS owner, lanpltrusted AS trusted "
    "FROM pg_catalog.pg_language WHERE lanname LIKE $1 ORDER BY 1",
    "dA": "SELECT amname AS name, amtype::text AS kind FROM pg_catalog.pg_am WHERE amname LIKE $1 ORDER BY 1",
    "dC": "SELECT format_type(castsource, NULL) AS source, format_type(casttarget, NULL) AS target, "
    "castcontext::text AS used FROM pg_catalog.pg_cast WHERE format_type(castsource, NULL) LIKE $1 ORDER BY 1, 2",
    "dO": "SELECT n.nspname AS schema, c.collname AS name, c.collcollate AS collation "
    "FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace "
    "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.collname LIKE $1 ORDER BY 1, 2",
    "dF": "SELECT n.nspname AS schema, c.cfgname AS name FROM pg_catalog.pg_ts_config c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace WHERE c.cfgname LIKE $1 ORDER BY 1, 2",
    "dy": "SELECT evtname AS name, evtevent AS event, evtenabled::text AS enabled "
    "FROM pg_catalog.pg_event_trigger WHERE evtname LIKE $1 ORDER BY 1",
    "dX": "SELECT stxname AS name, stxrelid::regclass::text AS relation FROM pg_catalog.pg_statistic_ext "
    "WHERE stxname LIKE $1 ORDER BY 1",
    "dl": "SELECT oid, pg_get_userbyid(lomowner) AS owner FROM pg_catalog.pg_largeobject_metadata "
    "WHERE oid::text LIKE $1 ORDER BY 1",
    "dRp": "SELECT pubname AS name, pg_get_userbyid(pubowner) AS owner, puballtables, pubinsert, pubupdate, pubdelete "
    "FROM pg_catalog.pg_publication WHERE pubname LIKE $1 ORDER BY 1",
    "dRs": "SELECT subname AS name, pg_get_userbyid(subowner) AS owner, subenabled, subpublications "
    "FROM pg_catalog.pg_subscription WHERE subname LIKE $1 ORDER BY 1",
    "des": "SELECT srvname AS name, pg_get_userbyid(srvowner) AS owner, srvtype, srvversion "
    "FROM pg_catalog.pg_foreign_server WHERE srvname LIKE $1 ORDER BY 1",
    "dew": "SELECT fdwname AS name, pg_get_userbyid(fdwowner) AS owner FROM pg_catalog.pg_foreign_data_wrapper "
    "WHERE fdwname LIKE $1 ORDER BY 1",
}
_SAME_AS = {"dg": "du", "z": "dp", "list": "l", "det": "dE"}
_CONNECTION = (
    "SELECT current_database() AS database, current_user AS role, inet_server_addr() AS host, "
    "inet_server_port() AS port"
)


def described(command: str) -> Query | None:
    r"""The query behind one listing command such as `\d+ orders`; None for every other backslash command."""
    match = _COMMAND.fullmatch(command)
    if match is None:
        return None
    name, pattern = _SAME_AS.get(match["name"], match["name"]), match["pattern"]
    if name == "conninfo" and not pattern:
        return Query(_CONNECTION)
    if name == "d" and pattern and not set(pattern) & set("*?"):
        return Query(_ONE_RELATION, (pattern,))
    like = _like(pattern or "*")
    if name in _KINDS:
        return Query(_RELATIONS, (like, _KINDS[name]))
    return Query(_LISTS[name], (like,)) if name in _LISTS else None


def _like(pattern: str) -> str:
    """psql's `*` and `?` as LIKE's `%` and `_`, with LIKE's own marks taken as themselves."""
    return pattern.replace("_", r"\_").replace("*", "%").replace("?", "_")
