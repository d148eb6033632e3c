"""What one SQL statement would do, read as PostgreSQL reads it.

Read-only is one SELECT (or EXPLAIN of one, or SHOW) in which every node, function, operator and type is known; whatever
changes something is mutating; what can escape a guard, hold a connection or show a secret is refused. What text cannot
show stays with the executor: view bodies, row-level functions, cost. It asks `relations` and `attributes` here.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from compiler.proof.characters import hiding_character, look_alike
from compiler.proof.secret_names import names_a_secret
from compiler.proof.sql import attributes as sql_attributes
from compiler.proof.sql import psql
from compiler.proof.sql.clamps import constant_text
from compiler.proof.sql.functions import objection_to
from compiler.proof.sql.grammar import endless_objections, objections, shown_secrets
from compiler.proof.sql.tree import Node, Unreadable, parse
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_CHANGES = word_list("InsertStmt UpdateStmt DeleteStmt MergeStmt")
_REFUSED_STATEMENTS = {
    "TransactionStmt": "transactions are the executor's: it opens and closes them around each step",
    "VariableSetStmt": "SET and RESET change the guards of a pooled connection",
    "DiscardStmt": "DISCARD drops the guards of a pooled connection",
    "ConstraintsSetStmt": "SET CONSTRAINTS changes the connection's transaction",
    "PrepareStmt": "PREPARE parks a statement on a pooled connection",
    "ExecuteStmt": "EXECUTE runs a statement that is not in the text",
    "DeallocateStmt": "DEALLOCATE changes the state of a pooled connection",
    "DeclareCursorStmt": "DECLARE leaves a cursor on a pooled connection",
    "FetchStmt": "FETCH and MOVE use a cursor that is not in the text",
    "ClosePortalStmt": "CLOSE uses a cursor that is not in the text",
    "LockStmt": "LOCK holds up the application until the transaction ends",
    "ListenStmt": "LISTEN leaves state on a pooled connection",
    "UnlistenStmt": "UNLISTEN changes the state of a pooled connection",
    "LoadStmt": "LOAD loads a library into the server",
    "CopyStmt": "COPY moves data in bulk, to or from files and programs: write a SELECT with a LIMIT",
}
_CHANGE_WORDS = {
    "NotifyStmt": "NOTIFY wakes the listeners of a channel",
    "CallStmt": "CALL runs a procedure whose effect is not analysed",
    "DoStmt": "DO runs code whose effect is not analysed",
    "VacuumStmt": "VACUUM and ANALYZE rewrite pages and planner statistics",
    "ReindexStmt": "REINDEX builds indexes anew",
    "CheckPointStmt": "CHECKPOINT forces a flush to disk",
    "AlterSystemStmt": "ALTER SYSTEM changes the server's configuration",
}
_OTHER_SHOWS = {
    "fds": "PgBouncer's SHOW FDS shows the passwords of its connections, and holds them all up meanwhile",
    "variables": "MySQL shows a password among all its variables: name those to be shown with LIKE",
}
"""What no setting of PostgreSQL is called, and another server answers."""
_EXPLAIN_OPTIONS = word_list(
    "analyze verbose costs settings generic_plan buffers serialize wal timing summary memory format"
)
_INLINE_PASSWORD = re.compile(r"\bpassword\s*=\s*[^\s$]", re.IGNORECASE)
_RUN_COMMENT = re.compile(r"/\*M?!", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_$]*")
_ALL_SETTINGS = (
    "SELECT name, setting, unit, context, source FROM pg_settings "
    "WHERE name !~ '(conninf|passphras|secre|passwor|toke|_key)' ORDER BY name"
)
"""Cut short, because the judge itself takes the whole words for a question about a secret."""
_READ = "one read: every function, operator and type in it is PostgreSQL's own and reviewed"


@lru_cache(maxsize=512)
def judge(text: str) -> Judgement:
    """The verdict for one statement; parameters are `$1`, `$2`. Never raises: what cannot be read is refused."""
    if hidden := hiding_character(text):
        return _refused(f"the text holds {hidden}, which does not show")
    if other := look_alike(text):
        return _refused(f"{other} stands in a word of Latin letters, and looks like one of them")
    if "\\'" in text:
        return _refused(
            "a backslash before a quote ends the string or not by a server setting: double the quote instead"
        )
    if _RUN_COMMENT.search(text):
        return _refused("/*! … */ is a comment to PostgreSQL and a command to MySQL: write what is meant")
    try:
        statements = parse(text)
    except Unreadable as fault:
        return _refused(f"PostgreSQL cannot read this: {fault}")
    if len(statements) != 1:
        return _refused("several statements: each must be a step of its own" if statements else "there is no statement")
    return _judge_statement(statements[0])


def relations(text: str) -> tuple[str, ...]:
    """The tables and views that a statement names, as `schema.name` or `name`, each once in order of appearance.

    Names that stand for a WITH query are left out. Names that are not plain lower case come quoted. Unreadable text
    names nothing. The executor lets a read-only step touch only relations that were reviewed.
    """
    found = (name for statement in _parsed(text) for name in _relations(statement, frozenset()))
    return tuple(dict.fromkeys(found))


def attributes(text: str) -> tuple[str, ...]:
    """The names used as `alias.name` or `(expression).name`, each once.

    PostgreSQL calls a function of that name when there is no such column. A read-only step must not run while a
    function outside pg_catalog that takes one argument bears one of these names: only the executor can look.
    """
    found = (name for statement in _parsed(text) for name in sql_attributes.names(statement))
    return tuple(dict.fromkeys(found))


def calls(text: str) -> tuple[str, ...]:
    """The functions and operators that a statement uses without naming a schema, each once.

    PostgreSQL prefers its own only where the types of the arguments fit exactly as well: a function of the same name in
    another schema may take them better. Only the executor can look for one.
    """
    found = (name for statement in _parsed(text) for name in _calls(statement))
    return tuple(dict.fromkeys(found))


def from_psql(argv: Sequence[str]) -> psql.Command | Judgement:
    """The one statement that a psql command line would run, and where; or why there is none to be run."""
    return psql.parse(argv)


def judge_psql(argv: Sequence[str]) -> Judgement:
    """The verdict for a psql command line, `argv[0]` being `psql`: that of the one statement in it."""
    command = psql.parse(argv)
    return command if isinstance(command, Judgement) else judge(command.statement)


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, reason)


def _parsed(text: str) -> tuple[Node, ...]:
    try:
        return parse(text)
    except Unreadable:
        return ()


def _judge_statement(statement: Node) -> Judgement:
    if refusal := _REFUSED_STATEMENTS.get(statement.kind):
        return _refused(refusal)
    if statement.kind == "VariableShowStmt":
        return _judge_show(statement.text("name"))
    if statement.kind == "ExplainStmt":
        return _judge_explain(statement)
    if statement.kind == "SelectStmt" and not any(node.kind in _CHANGES for node in statement.walk()):
        return _strictest(Judgement(Verdict.READ_ONLY, _READ), objections(statement))
    return _strictest(Judgement(Verdict.MUTATING, _change_in(statement)), _objections_to_change(statement))


def _strictest(judgement: Judgement, others: Iterator[Judgement]) -> Judgement:
    for other in others:
        if other.verdict.at_least(judgement.verdict) is not judgement.verdict:
            judgement = other
    return judgement


def _judge_show(setting: str) -> Judgement:
    if setting == "all":
        reason = "reads the settings, without those that hold a secret"
        return Judgement(Verdict.READ_ONLY, reason, rewrite=_ALL_SETTINGS)
    if names_a_secret(setting):
        return _refused(f"the setting {setting} is a secret")
    if other := _OTHER_SHOWS.get(setting.lower()):
        return _refused(other)
    return Judgement(Verdict.READ_ONLY, "shows one setting")


def _judge_explain(explain: Node) -> Judgement:
    query = explain.child("query")
    unknown = [
        name for option in explain.children("options") if (name := option.text("defname")) not in _EXPLAIN_OPTIONS
    ]
    if query is None or unknown:
        return _refused(f"EXPLAIN with {', '.join(unknown)} has not been reviewed")
    return _judge_statement(query)


def _change_in(statement: Node) -> str:
    if known := _CHANGE_WORDS.get(statement.kind):
        return known
    inner = next((node.kind for node in statement.walk() if node.kind in _CHANGES), None)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", (inner or statement.kind).removesuffix("Stmt")).upper()
    return f"{words} changes rows" if inner else f"{words} changes the database"


def _objections_to_change(statement: Node) -> Iterator[Judgement]:
    """What may not run even with an approval, within a statement that changes something."""
    yield from shown_secrets(statement)
    for node in statement.walk():
        if node.kind == "WithClause":
            yield from endless_objections(node)
        elif node.kind == "FuncCall":
            *schema, name = node.strings("funcname") or ("",)
            if (objection := objection_to(".".join(schema), name)) and objection.verdict is Verdict.REFUSED:
                yield objection
        elif _is_inline_password(node):
            yield _refused("a password in the text would be stored and shown: name a secret instead")


def _is_inline_password(node: Node) -> bool:
    if node.kind == "DefElem" and node.text("defname") == "password":
        return "arg" in node.fields
    text = constant_text(node) or node.text("sval") or node.text("conninfo")
    return bool(_INLINE_PASSWORD.search(text))


def _relations(node: Node, hidden: frozenset[str]) -> Iterator[str]:
    """`hidden` holds the names of the WITH queries in scope, which stand before a table of the same name."""
    if clause := node.child("with_clause"):
        for query in clause.children("ctes"):
            yield from _relations(query, hidden)
            hidden |= {query.text("ctename")}
    if node.kind == "RangeVar":
        parts = [part for field in ("catalogname", "schemaname", "relname") if (part := node.text(field))]
        if len(parts) > 1 or parts[0] not in hidden:
            yield ".".join(_quoted(part) for part in parts)
        return
    for child in node.inner:
        if child.kind != "WithClause":
            yield from _relations(child, hidden)


def _calls(statement: Node) -> Iterator[str]:
    for node in statement.walk():
        names = {"FuncCall": "funcname", "A_Expr": "name", "SubLink": "oper_name"}.get(node.kind)
        if names and len(parts := node.strings(names)) == 1:
            yield parts[0]


def _quoted(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'
