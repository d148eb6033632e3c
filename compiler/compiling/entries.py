"""One found command as the entry of a catalog's step: its id, its form, what would run, its verdict and parameters."""

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Final

from msgspec import Struct, field

from compiler.command import places
from compiler.found import Found
from compiler.proof.proven import Proof
from compiler.recognise.leads import first_told
from compiler.recognise.procedure import Hold, Step
from compiler.recognise.wording import without_number
from compiler.step import form_of
from incident.digest import Facts, Json, canonical, digest_of
from incident.runbook import Parameter, ParameterKind
from incident.verdict import Verdict

_KINDS: Final = {Verdict.READ_ONLY: "diagnostic", Verdict.MUTATING: "remediation", Verdict.REFUSED: "manual"}
_WORDS: Final = re.compile("[a-z0-9]+")
_PATH: Final = re.compile(r"(?:\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]+\])+")
_INFO_LINE: Final = re.compile(r"\^([a-z][a-z0-9_]*):")
_LONGEST_TITLE: Final = 110
_SHORT: Final = 60
_BRACES: Final = "Its braces look like the place of a value, and no value is named so."
_WARNED: Final = "The runbook says not to."
_NOT_TO: Final = re.compile(
    r"\b(?:never|do not|don['’]t|must not|may not|should not|avoid)\b[^.,;:!?]*$", re.IGNORECASE
)
_NOT_THIS: Final = re.compile(
    r"\b(?:never|do not|don['’]t|must not|may not|should not|avoid)\s+(?:ever\s+)?(?:run|us|execut|do|typ|try)\w*\s+"
    r"(?:this|these|the following|any of these)\b(?![^.;!?]*\b(?:unless|without|before|until|if|when|as|on|in)\b)",
    re.IGNORECASE,
)
_NO_COMMAND: Final = "The runbook tells it in words."


class Ids(Struct):
    """Ids for a runbook's steps: the same as long as heading, command and place among equals are the same."""

    seen: Counter[str] = field(default_factory=Counter)

    def of(self, procedure: str, path: Sequence[str], command: str) -> str:
        """``<procedure>-<6 hexadecimal characters>``."""
        words = canonical(" ".join(command.split()))
        name = digest_of(f"[{_listed(tuple(path))},{words}]")
        self.seen[name] += 1
        numbered = digest_of(f'["{name}",{self.seen[name]}]')
        return f"{procedure}-{numbered[:6]}"


@lru_cache(maxsize=64)
def _listed(path: tuple[str, ...]) -> str:
    """The headings above a step as canonical JSON: the steps of a procedure share them."""
    return canonical(path)


def slug(title: str, longest: int = 48) -> str:
    """A title as lower-case words joined by ``-``, whole words up to a length."""
    words = _WORDS.findall(title.lower().replace("'", "").replace("’", ""))
    length = sum(map(len, words)) + len(words) - 1
    while len(words) > 1 and length > longest:
        length -= len(words.pop()) + 1
    return "-".join(words)[:longest].strip("-") or "section"


def command_entry(found: Found, step: Step | None, step_id: str, *, temporary: bool) -> dict[str, Json]:
    """The entry of a step that a command stands for."""
    proof = found.proof
    verdict = proof.judgement.verdict
    unknown = places(proof.command) - {each.name for each in proof.parameters}
    warned = _warns(found)
    kind = _KINDS[verdict] if proof.executor is not None and not unknown and not warned else "manual"
    entry: dict[str, Json] = {kind: step_id, "title": _title(found, step), "written": found.text, "line": found.line}
    if kind == "manual":
        entry["why"] = _WARNED if warned else _BRACES if unknown else _why(proof)
    else:
        keys = _command_keys(proof.executor or "", proof.command)
        entry |= {**({"names": dict(proof.names)} if proof.names else {}), **keys}
        entry["form"] = form_of(entry)
        if proof.parameters:
            entry["parameters"] = [_parameter(each) for each in proof.parameters]
    entry["verdict"] = verdict.value
    if step is not None and step.condition:
        entry["when"] = step.condition
    if temporary and kind == "remediation":
        entry["temporary"] = True
    return entry


def _why(proof: Proof) -> str:
    """Why a person does it: what no executor takes could be run by Muster whatever the judge says of it."""
    said = proof.judgement.reason
    return said if proof.judgement.verdict is Verdict.REFUSED else f"No executor of Muster's runs it: {said}."


def _warns(found: Found) -> bool:
    """Whether its sentence tells people not to: *Never run …*, *do not use … here*, or of a block *never run this*."""
    if not found.inline:
        return _NOT_THIS.search(found.sentence) is not None
    before, _, _ = " ".join(found.sentence.split()).partition(" ".join(found.text.split()))
    return before != found.sentence and _NOT_TO.search(before) is not None


def manual_entry(step: Step, step_id: str) -> dict[str, Json]:
    """The entry of a step without a command."""
    between = " " if step.title.endswith((".", "!", "?")) else ": "
    told = f"{step.title}{between}{step.detail}" if step.detail else step.title
    entry: dict[str, Json] = {"manual": step_id, "title": _shortened(told), "line": step.line, "why": _NO_COMMAND}
    if step.condition:
        entry["when"] = step.condition
    return entry


def hold_entry(hold: Hold, step_id: str) -> dict[str, Json]:
    """The entry of a wait before the next step."""
    entry: dict[str, Json] = {
        "manual": step_id,
        "title": _shortened(hold.text),
        "line": hold.line,
        "why": "It is a wait.",
        "verdict": Verdict.READ_ONLY.value,
        "hold": span_text(hold.span),
    }
    return entry | ({"when": hold.condition} if hold.condition else {})


def span_text(span: timedelta) -> str:
    """A length of time as a catalog writes it: ``90 seconds``, ``15 minutes``, ``4 hours``, ``30 days``."""
    seconds = int(span.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length} {unit}{'s' if seconds != length else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"


def _title(found: Found, step: Step | None) -> str:
    """The comment above a command, else what leads it, else its own words: they say more than a sentence cut short."""
    lead = first_told(step.title, _LONGEST_TITLE) if step is not None else ""
    lead = "" if len(lead) > _LONGEST_TITLE or found.text.startswith(lead.rstrip("\\ ")) else lead
    said = without_number(found.name) or (lead if lead != in_short(found.text) else "")
    return _shortened(said) if said else _cut(found.text, _LONGEST_TITLE)


def in_short(command: str) -> str:
    """The first words of a command, as far as they fit beside others."""
    return _cut(command, _SHORT)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    text = (text if text.endswith(" .") else text.rstrip(":.")) or "Do what the runbook says here"
    return _cut(text[0].upper() + text[1:] if text[:2].isalpha() else text, _LONGEST_TITLE)


def _cut(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 2].rsplit(" ", 1)[0] + " …"


def _command_keys(executor: str, command: Facts) -> dict[str, Json]:
    """The command as a catalog writes it; ``compiler.command.command_of`` reads it back."""
    keys = {key: value for key, value in command.items() if key not in ("argv", "method", "path", "filters")}
    if "argv" in command:
        keys[executor] = command["argv"]
    if "method" in command:
        keys = {str(command["method"]).lower(): command["path"], **keys}
    if "sql" in command:
        keys["sql"] = str(command["sql"]).rstrip().removesuffix(";")
    listed = command.get("filters")
    filters = (
        [[str(word) for word in each] for each in listed if isinstance(each, list | tuple)]
        if isinstance(listed, list | tuple)
        else []
    )
    if "method" in command and len(filters) == 1 and (path := _path_of(filters[0])):
        keys["pick"] = path
    elif "redis" in command and len(filters) == 1 and (line := _info_line_of(command["redis"], filters[0])):
        keys["pick"] = line
    elif filters:
        keys["filters"] = [shlex.join(each) for each in filters]
    return {key: _plain(value) for key, value in keys.items() if value not in ([], ())}


def _path_of(argv: Sequence[str]) -> str | None:
    """What a single `jq` picks from an answer; None for another filter."""
    path = argv[1] if len(argv) == 2 and argv[0] == "jq" else ""
    return path if _PATH.fullmatch(path) else None


def _info_line_of(words: Json, argv: Sequence[str]) -> str | None:
    """The line of INFO that a `grep '^name:'` leaves; None for another command or filter."""
    info = isinstance(words, list | tuple) and bool(words) and str(words[0]).upper() == "INFO"
    pattern = argv[1] if info and len(argv) == 2 and argv[0] == "grep" else ""
    found = _INFO_LINE.fullmatch(pattern)
    return found[1] if found else None


def _plain(value: Json) -> Json:
    """Lists for tuples, all the way down."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, Mapping) else value


def _parameter(parameter: Parameter) -> Facts:
    entry: dict[str, Json] = {"name": parameter.name, "label": parameter.label}
    if parameter.kind is ParameterKind.INTEGER:
        entry["integer"] = {"from": parameter.minimum or 0, "to": parameter.maximum or 2**31 - 1}
    elif parameter.kind is ParameterKind.CHOICE:
        entry["choice"] = list(parameter.choices)
    else:
        entry["text"] = parameter.pattern
    if parameter.default is not None:
        entry["default"] = parameter.default
    return entry
