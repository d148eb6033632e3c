"""Alert rules as Prometheus writes them, read line by line: a fence in a runbook is often no whole YAML document."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

from compiler.document import Block
from compiler.recognise import quantities, spans
from compiler.recognise.facts import AlertRule, Stated, Threshold
from compiler.recognise.outline import Section

_ALERT: Final = re.compile(
    r"\s*(?:-\s+)?[\"']?alert[\"']?\s*:\s*[\"']?(?P<name>[^\"'#\s][^\"'#]{0,120}?)[\"']?\s*(?:#.*)?"
)
_KEY: Final = re.compile(
    r"(?P<indent>\s*)(?:-\s+)?[\"']?(?P<key>[A-Za-z_][\w.-]{0,60})[\"']?\s*:(?:\s+(?P<value>\S.*?))?\s*"
)
_BOUND: Final = re.compile(
    r"(?P<metric>.+?)\s*(?P<bound>(?:>=|<=|==|!=|>|<)\s*(?:bool\s+)?[0-9][0-9.e+-]*)\s*(?:#.*)?", re.DOTALL
)

_FLOW: Final = re.compile(r"\{(?P<inside>.*)\}\s*(?:#.*)?")
"""Labels in one line: `{severity: critical, team: shop}`."""
_PAIR: Final = re.compile(
    r"[\"']?(?P<key>[A-Za-z_][\w.-]{0,60})[\"']?\s*:\s+(?P<value>\"[^\"]*\"|'[^']*'|[^,\"'][^,]*)\s*(?:,|$)"
)
_NEXT_GROUP: Final = re.compile(r"\s*-\s+[\"']?name[\"']?\s*:\s.*")


class _Draft(Struct):
    """A rule that is still being read; ``under`` is the mapping whose keys come."""

    name: str
    line: int
    last: int
    under: str = ""
    top: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)

    def take(self, line: str, number: int) -> None:
        self.last = number
        match = _KEY.fullmatch(line)
        if match is None or (self.under == "expr" and match["indent"] and match["key"] not in _KEYS):
            if self.under == "expr":
                self.top["expr"] = f"{self.top['expr']}\n{line.strip()}".strip()
            return
        key, value = match["key"], _plain(match["value"] or "")
        if key in ("labels", "annotations") and (flow := _FLOW.fullmatch(value)):
            (self.labels if key == "labels" else self.annotations).update(_pairs(flow["inside"]))
        elif key in ("labels", "annotations") and not value:
            self.under = key
        elif self.under in ("labels", "annotations") and key not in _KEYS:
            (self.labels if self.under == "labels" else self.annotations)[key] = value
        else:
            self.top[key] = "" if value in ("|", ">", "|-", ">-") else value
            self.under = "expr" if key == "expr" else ""

    def rule(self, path: tuple[str, ...]) -> AlertRule:
        held = self.top.get("for", "")
        return AlertRule(
            name=self.name, expression=self.top.get("expr", ""),
            held=Stated(text=held, span=spans.length(held)) if held else None,
            severity=self.labels.get("severity", ""), labels=tuple(self.labels.items()),
            annotations=tuple(self.annotations.items()),
            runbook_url=self.annotations.get("runbook_url", self.annotations.get("runbook", "")),
            action=self.annotations.get("action", ""), line=self.line, last=self.last, path=path,
        )  # fmt: skip


_KEYS: Final = frozenset({"expr", "for", "labels", "annotations", "keep_firing_for", "record", "alert"})


def of_block(section: Section, block: Block) -> Iterator[AlertRule]:
    """Every rule of the block, whatever language its fence names."""
    draft: _Draft | None = None
    for number, line in enumerate(block.text.split("\n"), block.line):
        match = _ALERT.fullmatch(line[:400])
        if match:
            if draft:
                yield draft.rule(section.path)
            draft = _Draft(name=match["name"].strip(), line=number, last=number)
        elif draft and _NEXT_GROUP.fullmatch(line[:400]):
            yield draft.rule(section.path)
            draft = None
        elif draft and line.strip() and not line.lstrip().startswith(("#", "//")):
            draft.take(line[:2_000], number)
    if draft:
        yield draft.rule(section.path)


def threshold_of(rule: AlertRule) -> Threshold | None:
    """The bound that a rule's expression ends in, as a threshold of its metric."""
    match = _BOUND.fullmatch(rule.expression[:2_000])
    bound = quantities.bound(match["bound"].replace("bool", "")) if match else None
    if match is None or bound is None:
        return None
    bound = quantities.held(bound, rule.held.span if rule.held else None)
    warns = rule.severity.lower() in ("warning", "warn", "info", "minor", "low")
    return Threshold(
        metric=match["metric"], warning=bound if warns else None, critical=None if warns else bound,
        action=rule.action, text=rule.expression, line=rule.line, last=rule.last, path=rule.path,
    )  # fmt: skip


def _pairs(inside: str) -> dict[str, str]:
    return {pair["key"]: _plain(pair["value"].strip()) for pair in _PAIR.finditer(inside)}


def _plain(value: str) -> str:
    quoted = re.fullmatch(r"([\"'])(.*)\1(?:\s*#.*)?", value)
    return quoted[2] if quoted else re.sub(r"\s+#.*$", "", value)
