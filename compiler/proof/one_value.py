"""Whether what a command answers is one value by its form: a single cell, field, line or number, never a list.

Only such a step may give its value to a later one. How many there really are shows when it runs: a value that is not
there, or more than one, is given to nobody.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from compiler.proof import filters
from compiler.proof.filters import single
from compiler.proof.filters.verdict import Filter
from compiler.proof.named import named
from compiler.proof.sql.tree import Node, Unreadable, parse
from compiler.proof.word_list import word_list
from incident.digest import Facts, Json

_AGGREGATES: Final = word_list("count sum avg min max bool_and bool_or every string_agg")
_MANY_ROWS: Final = re.compile(r"unnest|generate_|_each|_elements|_to_table|_matches|_object_keys|_populate_recordset")
_ONE_REPLY: Final = word_list(
    "BITCOUNT DBSIZE EXISTS GET GETRANGE HEXISTS HGET HLEN HSTRLEN LASTSAVE LINDEX LLEN PING PTTL RANDOMKEY SCARD"
    " SISMEMBER STRLEN TTL TYPE XLEN ZCARD ZCOUNT ZSCORE"
)
_PIPE_IN_QUERY: Final = re.compile(r"(?<!\|)\|(?!\|)")
_QUOTED: Final = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"")
_ARGUMENTS: Final = re.compile(r"\([^()]*\)")
_ONE_FOUND: Final = re.compile(r"(?P<call>\w+\(\))?(?P<path>(?:\.?[\w-]+|\.?Q|\[-?\d+\]|@)*)", re.ASCII)
_ONE_MADE: Final = word_list("length sum avg max min max_by min_by join to_string to_number abs ceil floor type")
_PLURAL: Final = re.compile(r"\w*[^su]s", re.ASCII)
"""A list by its name, where nothing is taken from it: `taskArns`, `services`, and not `status`."""
_is_one_field: Final[Callable[[str], bool]] = named("docker.fields:is_one_field")
_is_one_path: Final[Callable[[str], bool]] = named("kubernetes.paths:is_one_path")
_SAY_ONE: Final = word_list("hostname nproc whoami readlink realpath basename dirname")


def is_one_value(executor: str, command: Facts) -> bool:
    """Whether a command, in its executor's terms as in Proof, answers one value."""
    chain = _chain(command.get("filters"))
    if chain is None:
        return False
    if executor == "http":
        picks = chain or _chain([["jq", str(command["pick"])]] if "pick" in command else [])
        return bool(picks) and single.leaves_one(picks or (), one=False)
    base = _BASES.get(executor)
    return single.leaves_one(chain, one=base is not None and base(command))


def _chain(listed: Json) -> tuple[Filter, ...] | None:
    """The filters behind a command; None when one is none."""
    each_argv = listed if isinstance(listed, list | tuple) else ()
    chosen = [filters.parse([str(w) for w in argv]) for argv in each_argv if isinstance(argv, list | tuple)]
    kept = tuple(each for each in chosen if isinstance(each, Filter))
    return kept if len(kept) == len(chosen) else None


def _one_cell(command: Facts) -> bool:
    """A SELECT of one column and one row, or SHOW of one setting."""
    try:
        statements = parse(str(command.get("sql", "")))
    except Unreadable:
        return False
    if len(statements) != 1:
        return False
    (statement,) = statements
    if statement.kind == "VariableShowStmt":
        return statement.text("name") != "all"
    targets = statement.children("target_list")
    return (
        statement.kind == "SelectStmt"
        and len(targets) == 1
        and not any(node.kind == "A_Star" for node in targets[0].walk())
        and _one_row(statement, targets[0])
    )


def _one_row(statement: Node, target: Node) -> bool:
    limit = statement.child("limit_count")
    constant = limit.child("ival") if limit is not None and limit.kind == "A_Const" else None
    if constant is not None and constant.fields.get("ival") == 1:
        return True
    calls = [node for node in target.walk() if node.kind == "FuncCall"]
    names = [node.strings("funcname")[-1] for node in calls if node.strings("funcname")]
    if any(_MANY_ROWS.search(name) for name in names) or statement.children("group_clause"):
        return False
    counted = any(name in _AGGREGATES and node.child("over") is None for name, node in zip(names, calls, strict=False))
    return counted or not statement.children("from_clause")


def _one_reply(command: Facts) -> bool:
    words = command.get("redis")
    name = str(words[0]).upper() if isinstance(words, list | tuple) and words else ""
    return "matching" not in command and (name in _ONE_REPLY or (name == "INFO" and "pick" in command))


def _one_result(command: Facts) -> bool:
    """An AWS call whose `--query` ends in one field, one element, or a function that makes one of many."""
    query = _option(_argv(command), "--query")
    if not query:
        return False
    last = _PIPE_IN_QUERY.split(_QUOTED.sub("Q", query))[-1].strip()
    while (bare := _ARGUMENTS.sub("<>", last)) != last:
        last = bare
    found = _ONE_FOUND.fullmatch(last.replace("<>", "()").replace(" ", ""))
    if found is None or not last or _PLURAL.fullmatch(last):
        return False
    call = (found["call"] or "").removesuffix("()")
    return not call or call in _ONE_MADE or found["path"].startswith("[")


def _one_field_of_one(command: Facts) -> bool:
    """`docker inspect --format '{{.Id}}' NAME`, `kubectl get … -o jsonpath={.spec.replicas}`."""
    argv = _argv(command)
    if argv[:1] == ["kubectl"]:
        output = _option(argv, "-o", "--output")
        return output.startswith("jsonpath=") and _is_one_path(output.removeprefix("jsonpath="))
    names = [word for word in argv[2:] if not word.startswith("-") and "{{" not in word]
    one = _is_one_field(_option(argv, "-f", "--format"))
    return "inspect" in argv and one and len(names) - (names[:1] == ["inspect"]) == 1


def _one_word(command: Facts) -> bool:
    argv = _argv(command)
    return argv[:1] != [] and (argv[0] in _SAY_ONE or argv[:3] == ["stat", "-c", "%s"])


def _argv(command: Facts) -> list[str]:
    listed = command.get("argv")
    return [str(word) for word in listed] if isinstance(listed, list | tuple) else []


def _option(argv: Sequence[str], *names: str) -> str:
    """An option's value, behind it or after its `=`; empty when it is not there."""
    for place, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else " ".join(argv[place + 1 : place + 2])
        if len(name) > 2 and name[:2] in names and not name.startswith("--"):
            return word[2:]
    return ""


_BASES: Final[Mapping[str, Callable[[Facts], bool]]] = {
    "postgres": _one_cell,
    "redis": _one_reply,
    "aws": _one_result,
    "docker": _one_field_of_one,
    "kubernetes": _one_field_of_one,
    "host": _one_word,
}
