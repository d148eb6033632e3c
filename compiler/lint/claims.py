"""What lint says about steps that cannot have the effect they claim, whatever their verdict."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from compiler.compiling.compiled import Compiled
from compiler.found import Found
from compiler.lint.remark import Remark, Weight
from compiler.proof.line import prove
from compiler.proof.proven import Kind
from compiler.recognise.facts import AlertRule, Threshold
from incident.verdict import Verdict

_RESTART: Final = re.compile(
    r"\b(?:docker(?:-compose| compose)?\b.*\b(?:restart|up|start)|kubectl\b.*\brollout\s+restart|systemctl\s+restart"
    r"|ecs\s+update-service\b.*--force-new-deployment|supervisorctl\s+restart|service\s+\S+\s+restart)\b"
)
_EXPORT: Final = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=")
_READ_BY_CLIENTS: Final = re.compile(
    r"(?:KUBE|AWS_|DOCKER_|COMPOSE_|PG|HELM_|GOOGLE_|CLOUDSDK_|AZURE_|VAULT_|NATS_|PATH$)"
)
"""Variables that the command which restarts reads itself."""
_MADE_ANEW: Final = re.compile(r"\bcompose\b.*\b(?:up|create|run)\b|\bdocker\s+(?:run|stack\s+deploy)\b")
"""What starts a container with the variables of the shell: compose fills them into its file."""
_PATTERN: Final = re.compile(
    r"(?:^|\s)(?P<verb>DEL|UNLINK|GET|EXISTS|TTL|PTTL|TYPE|EXPIRE|PERSIST|TOUCH)\s+(?P<keys>.*)", re.IGNORECASE
)
_BOUND: Final = re.compile(r"[<>]=?\s*(?:bool\s+)?(?P<number>[0-9]*\.?[0-9]+)\s*$")
_COUNTER: Final = re.compile(r"\b(?:rate|irate|increase)\s*\(\s*[A-Za-z_:][\w:]*(?:total|count)\b")
_ABOUT_SHARE: Final = re.compile(
    r"%|percent|\bratio|\bshare\b|(?:error|failure|success|[45]xx)[ _-]*rate", re.IGNORECASE
)
_BLANK: Final = re.compile(r"<[^<>]*>|\{\{[^{}]*\}\}|\$\{[^{}]*\}|\[[a-z][a-z _-]*\]")
_ALIAS: Final = re.compile(r"\bas\s+\"?([a-z_][a-z0-9_]*)", re.IGNORECASE)
_LITERAL: Final = re.compile(r"'[^']*'")
_OLD: Final = 13
"""No version of PostgreSQL that is still cared for has what this one removed."""
_REMOVED: Final = {
    "pg_stat_statements": {
        "total_time": ("13", "total_exec_time"),
        "mean_time": ("13", "mean_exec_time"),
        "min_time": ("13", "min_exec_time"),
        "max_time": ("13", "max_exec_time"),
        "stddev_time": ("13", "stddev_exec_time"),
        "blk_read_time": ("17", "shared_blk_read_time"),
        "blk_write_time": ("17", "shared_blk_write_time"),
    },
    "pg_stat_activity": {
        "waiting": ("9.6", "wait_event"),
        "procpid": ("9.2", "pid"),
        "current_query": ("9.2", "query"),
    },
    "pg_stat_bgwriter": {
        "checkpoints_timed": ("17", "num_timed of pg_stat_checkpointer"),
        "checkpoints_req": ("17", "num_requested of pg_stat_checkpointer"),
        "buffers_backend": ("17", "writes of pg_stat_io"),
    },
    "pg_stat_replication": {
        "sent_location": ("10", "sent_lsn"),
        "write_location": ("10", "write_lsn"),
        "flush_location": ("10", "flush_lsn"),
        "replay_location": ("10", "replay_lsn"),
    },
}
"""Columns that PostgreSQL has removed or renamed, by their view: since which version, and what holds it now."""


def of_claims(compiled: Compiled) -> Iterator[Remark]:
    """Every step that cannot do what it says."""
    yield from _exports(compiled.found)
    for found in compiled.found:
        yield from _patterns(found)
        yield from _columns(found)
    for alert in compiled.recognised.alerts:
        yield from _units(alert)
    for threshold in compiled.recognised.thresholds:
        yield from _share(threshold)


def _exports(found: Sequence[Found]) -> Iterator[Remark]:
    """A variable set in a shell, and a container or service restarted after it in the same block."""
    blocks = [list(own) for _, own in groupby(found, key=lambda each: each.block)]
    for each, later in ((each, own[index + 1 :]) for own in blocks for index, each in enumerate(own) if each.state):
        match = _EXPORT.match(each.text)
        restart = next((other for other in later if _RESTART.search(other.text)), None)
        if match is None or restart is None or _is_used(match["name"], later):
            continue
        yield Remark(
            line=each.line, rule="no-effect", weight=Weight.ERROR,
            text=f"{match['name']} is set in the shell of whoever types it; what line {restart.line} starts has the "
            "variables that it had before.",
            instead="the variable in the service's own configuration, and the container made anew",
        )  # fmt: skip


def _is_used(name: str, later: Sequence[Found]) -> bool:
    """Whether something below in the block sees the variable: by name, as a client's own, or as compose fills it in."""
    named = re.compile(rf"\$\{{?{name}\b")
    return bool(_READ_BY_CLIENTS.match(name)) or any(
        named.search(each.text) or _MADE_ANEW.search(each.text) for each in later
    )


def _patterns(found: Found) -> Iterator[Remark]:
    """Most commands of Redis take names of keys; a pattern in them names a key that is called so."""
    match = _PATTERN.search(found.text) if found.proof.kind is Kind.REDIS else None
    keys = _BLANK.sub("", match["keys"]) if match is not None else ""
    pattern = next((key.strip("'\"") for key in keys.split() if re.search(r"[*?]|\[.+\]", key)), "")
    if match is not None and pattern and not re.search(r"\$\(|`|\|", match["keys"]):
        verb = match["verb"].upper()
        yield Remark(
            line=found.line, rule="no-effect", weight=Weight.ERROR,
            text=f"{verb} takes no pattern: it means one key that is called exactly {pattern}.",
            instead=_for_every_key(pattern, "UNLINK" if verb == "DEL" else verb),
        )  # fmt: skip


def _for_every_key(pattern: str, verb: str) -> str:
    """The commands that do it: one line where its proof allows that, else a look first."""
    look = f"redis-cli --scan --pattern '{pattern}'"
    piped = f"{look} | xargs redis-cli {verb}"
    proven = prove(piped).judgement.verdict is not Verdict.REFUSED
    return piped if proven else f"{look}, then redis-cli {verb} {{{{key}}}}"


def _columns(found: Found) -> Iterator[Remark]:
    if found.proof.kind is not Kind.SQL:
        return
    sql = _LITERAL.sub("", str(found.proof.command.get("sql") or found.text)).lower()
    words = set(re.findall(r"[a-z_][a-z0-9_]*", sql)) - set(_ALIAS.findall(sql))
    for view, columns in _REMOVED.items():
        for column in sorted(words & columns.keys() if view in words else ()):
            version, now = columns[column]
            gone = float(version) <= _OLD
            yield Remark(
                line=found.line, rule="removed-column", weight=Weight.ERROR if gone else Weight.WARNING,
                text=f"{view} has no column {column} since PostgreSQL {version}.", instead=now,
            )  # fmt: skip


def _units(alert: AlertRule) -> Iterator[Remark]:
    """A rate of a counter is so many a second; compared with a fraction it says nothing about a share."""
    expression = re.sub(r"\"[^\"]*\"", '""', " ".join(alert.expression.split()))
    bound = _BOUND.search(expression)
    if bound is None or not _COUNTER.search(expression) or "/" in expression or "quantile" in expression:
        return
    told, number = " ".join([alert.name, *(text for _, text in alert.annotations)]), float(bound["number"])
    if _ABOUT_SHARE.search(told) and (number < 1 or re.search(rf"(?<![\d.]){number:g} ?(?:%|percent)", told)):
        yield Remark(
            line=alert.line, rule="wrong-unit", weight=Weight.ERROR,
            text=f"{alert.name} compares events a second with {bound['number']}, as if it were a share.",
            instead="the rate of what failed divided by the rate of everything",
        )  # fmt: skip


def _share(threshold: Threshold) -> Iterator[Remark]:
    """The same in a table of thresholds: a row that bounds a rate of events by so many per cent."""
    expression = next((part for part in threshold.text.split(" | ") if _COUNTER.search(part)), "")
    unlabelled = re.sub(r"\{[^{}]*\}", "", expression)
    bounds = [each for each in (threshold.critical, threshold.warning, threshold.normal) if each and each.unit == "%"]
    if expression and bounds and "/" not in unlabelled and "quantile" not in unlabelled:
        yield Remark(
            line=threshold.line, rule="wrong-unit", weight=Weight.ERROR,
            text=f"{threshold.metric} compares events a second with {bounds[0].text}, as if it were a share.",
            instead="the rate of what failed divided by the rate of everything",
        )  # fmt: skip
