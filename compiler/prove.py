"""The verdict for one row of a list of commands: `type<TAB>command`, as teams check their own in a pipeline.

The type says what the text is: a statement, a line for a shell, a template with a value, or a piece of Markdown.
"""

import re
from typing import Final

from msgspec.structs import replace

from compiler import found, markdown
from compiler.placeholders import bind, names_in, parameter_named
from compiler.proof import docker, line
from compiler.proof.proven import Kind, Proof
from compiler.proof.word_list import word_list
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
    if kind == "sql":
        return line.prove(text, kind=Kind.SQL)
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
    bound = _prove_any(bind(template, values))
    stricter = bound.judgement.verdict.at_least(proof.judgement.verdict)
    return bound if stricter is bound.judgement.verdict else proof


def _given(text: str) -> tuple[str, dict[str, str]]:
    """The template, and the values given to its blanks."""
    template, *given = _GIVEN.split(text, maxsplit=1)
    names = names_in(template)
    if not given or not names:
        return text, {}
    spelled = {spelling: name for name in names for spelling in (name, name.replace("_", "-"))}
    places = list(re.finditer(rf"(?:^|[ ,]+)({'|'.join(map(re.escape, spelled))})=", given[0]))
    if not places:
        return text, {}
    ends = [place.start() for place in places[1:]] + [len(given[0])]
    return template, {spelled[place[1]]: given[0][place.end() : end] for place, end in zip(places, ends, strict=True)}


_SQL_WORD: Final = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|EXPLAIN|SHOW|VACUUM|ANALYZE)\b", re.IGNORECASE)


def _prove_any(text: str) -> Proof:
    return line.prove(text, kind=Kind.SQL if _SQL_WORD.match(text) else None)
