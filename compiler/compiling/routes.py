"""Which procedure an alert leads to: by its link, by what it says to do, by its name, or by the procedure's heading."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from compiler.compiling.entries import slug
from compiler.recognise import Recognised
from compiler.recognise.alert_titles import titled_alerts
from compiler.recognise.facts import AlertRule
from compiler.recognise.procedure import Procedure, Purpose
from compiler.recognise.scale import severity_in
from incident.digest import Facts, Json

_NAME: Final = re.compile(r"(?=.{3,100}\Z)[A-Za-z_][A-Za-z0-9_:.-]*(?: [A-Za-z0-9_:.-]+){0,7}")
_ANCHOR: Final = re.compile(r"#([a-z0-9][a-z0-9-]*)$")


def routes(
    recognised: Recognised,
    procedures: Sequence[Mapping[str, Json]],
    told: Sequence[tuple[Procedure, str]],
    of_file: Sequence[str] = (),
) -> list[Facts]:
    """One route for each alert that a monitor could name and whose procedure is known; ``told`` has those with ids.

    Of several for one name the first stands that says how bad it is. Then come the headings of procedures, what they
    say themselves, and last the alerts that the file is named after or says to be about: its first incident is theirs,
    or the only procedure that it has.
    """
    by_title = {slug(str(each["title"]), 200): str(each["id"]) for each in reversed(procedures)}
    found: dict[str, Facts] = {}
    for alert in recognised.alerts:
        procedure = procedure_of(alert, by_title)
        if procedure is None or not _NAME.fullmatch(alert.name):
            continue
        route: dict[str, Json] = {"labels": {"alertname": alert.name}, "procedure": procedure, "line": alert.line}
        if severity := severity_in(alert.severity):
            route["severity"] = severity.value
        if alert.name not in found or ("severity" in route and "severity" not in found[alert.name]):
            found[alert.name] = route
    leads = [(name, each.line, id_) for each, id_ in told for name in each.alerts if name in titled_alerts(each.title)]
    leads += [(name, each.line, id_) for each, id_ in told for name in each.alerts]
    alone = len(told) == 1
    first = next(((each.line, id_) for each, id_ in told if alone or each.purpose is Purpose.INCIDENT), None)
    plain = [each for each in recognised.alerts if not (each.action or each.expression)]
    whole = [each.name for each in plain if len(each.path) <= 1]
    leads += [(name, *first) for name in (*of_file, *whole) if first]
    severities = {each.name: severity for each in plain if (severity := severity_in(each.severity))}
    for name, line, procedure_id in leads:
        if _NAME.fullmatch(name):
            own: dict[str, Json] = {"labels": {"alertname": name}, "procedure": procedure_id, "line": line}
            if name in severities:
                own["severity"] = severities[name].value
            found.setdefault(name, own)
    return list(found.values())


def procedure_of(alert: AlertRule, by_title: Mapping[str, str]) -> str | None:
    """The id of the procedure that an alert names; None when it names none that there is."""
    anchor = _ANCHOR.search(alert.runbook_url)
    said = [
        anchor[1] if anchor else "",
        slug(alert.action, 200) if alert.action else "",
        slug(_spaced(alert.name), 200),
    ]
    return next((by_title[each] for each in said if each in by_title), None)


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
