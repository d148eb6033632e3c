"""The verdict for one row of a list of commands: `type<TAB>command`, as teams check their own in a pipeline.

The type says what the text is: a statement, a line for a shell, a template with a value, or a piece of Markdown.
"""

import re
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from compiler import found, markdown
from compiler.placeholders import bind, names_in, parameter_named
from compiler.proof import docker, line
from compiler.proof.proven import Kind, Proof
from compiler.proof.word_list import word_list
from compiler.redis_text import WORDS
from incident.refusal import BadParameter
from incident.verdict import Judgement, Verdict

SHELL_TYPES: Final = word_list("psql redis http aws kubectl docker nats git shell wrapper syntax")
"""Types whose rows are command lines; `sql`, `param` and `markdown` are the others."""
TYPES: Final = SHELL_TYPES | word_list("sql param markdown")
_GIVEN: Final = re.compile(r" with (?=[A-Za-z_][\w-]*=)")
_REQUEST: Final = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE) (/\S*)")


class UnknownType(ValueError):
    """The row's type is none of those that are known; the message says which are."""


def prove_row(kind: str, command: str) -> Proof:
    """The proof for one row. In `command`, `\\n` and `\\r` stand for the control characters. Raises UnknownType."""
    if kind not in TYPES:
        raise UnknownType(f"{kind[:40]!r} is no type of command: write one of {', '.join(sorted(TYPES))}")
    text = command.replace("\\n", "\n").replace("\\r", "\r")
    if kind == "markdown":
        return _prove_document(text)
    if kind == "param":
        return _prove_template(text)
    if kind == "sql" or (kind == "psql" and text.startswith("\\")):
        return line.prove(text, kind=Kind.SQL)
    if kind == "redis" and text.isprintable() and text.partition(" ")[0].upper() in WORDS:
        return line.prove(text, kind=Kind.REDIS)
    if kind == "docker" and _REQUEST.fullmatch(text):
        return Proof(kind=Kind.DOCKER, judgement=docker.judge_api(text))
    return line.prove(text)


def _prove_document(text: str) -> Proof:
    """The strictest of the document's steps; without any there is nothing that could be run."""
    proofs = [one.proof for one in found.commands(markdown.read(text))]
    if not proofs:
        refusal = Judgement(Verdict.REFUSED, "no command is shown to who reads it")
        return Proof(kind=Kind.OTHER, judgement=refusal)
    order = list(Verdict)
    return max(proofs, key=lambda proof: order.index(proof.judgement.verdict))


def _prove_template(text: str) -> Proof:
    """A command with a blank and a value for it: the value must be what its parameter allows, and stay one word."""
    template, values = _given(text)
    proof = _prove_any(template)
    named = {parameter.name: parameter for parameter in proof.parameters}
    for name, value in values.items():
        try:
            (named.get(name) or parameter_named(name)).read(value)
        except BadParameter as wrong:
            rule = wrong.facts["rule"] or "on a list that the team writes"
            return replace(
                proof, judgement=Judgement(Verdict.REFUSED, f"{name} must be {rule}"), executor=None, command={}
            )
    if proof.kind is Kind.SQL and (reason := _objection_in_sql(proof, values)):
        return replace(proof, judgement=Judgement(Verdict.REFUSED, reason), executor=None, command={})
    bound = _prove_any(bind(template, values))
    stricter = bound.judgement.verdict.at_least(proof.judgement.verdict)
    return bound if stricter is bound.judgement.verdict else proof


def _objection_in_sql(proof: Proof, values: Mapping[str, str]) -> str | None:
    """Why these values may not stand in a statement: a comment inside of one, or a name of a table or a column."""
    if any("--" in value or "/*" in value for value in values.values()):
        return "a value holds the beginning of a comment"
    statement = str(proof.command.get("sql", ""))
    named = next((name for name in values if f"{{{name}}}" in statement), None)
    if named is None or proof.judgement.verdict is not Verdict.READ_ONLY:
        return None
    return f"{named} stands for a name in the statement: it must be on a list that the team writes"


def _given(text: str) -> tuple[str, dict[str, str]]:
    """The template, and the values given to its blanks."""
    template, *given = _GIVEN.split(text, maxsplit=1)
    if given:
        template = _as_blanks(template, given[0])
    names = names_in(template)
    if not given or not names:
        return text, {}
    spelled = {spelling: name for name in names for spelling in (name, name.replace("_", "-"), name.upper())}
    places = list(re.finditer(rf"(?:^|[ ,]+)({'|'.join(map(re.escape, spelled))})=", given[0]))
    if not places:
        return text, {}
    ends = [place.start() for place in places[1:]] + [len(given[0])]
    return template, {spelled[place[1]]: given[0][place.end() : end] for place, end in zip(places, ends, strict=True)}


def _as_blanks(template: str, given: str) -> str:
    """The template with `$NAME` as a blank, for each name that is given a value."""
    names = "|".join(re.findall(r"(?:^|[ ,])([A-Za-z_]\w*)=", given))
    return re.sub(rf"\$(?:({names})\b|\{{({names})\}})", lambda at: f"{{{{{at[1] or at[2]}}}}}", template)


_SQL_WORD: Final = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|EXPLAIN|SHOW|VACUUM|ANALYZE)\b", re.IGNORECASE)


def _prove_any(text: str) -> Proof:
    return line.prove(text, kind=Kind.SQL if _SQL_WORD.match(text) else None)
