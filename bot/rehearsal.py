"""What Muster would do with alerts by a team's ``muster.yaml``, if they came now and it knew of nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count

from bot.config import Written
from bot.runbooks import LoadedRunbooks, load_runbooks
from bot.settings import TeamSettings
from incident import consequence, intake
from incident.alert import Alert, AlertRecord
from incident.change import Change
from incident.consequence import Heard
from incident.incident import Incident
from incident.intake import Decision, Seen
from incident.routing import Deed, Routed


class Rehearsal:
    """Takes alerts one after the other, as they would come; what one makes so is so for the next."""

    def __init__(self, configuration: Written) -> None:
        """Raises WrongSetting."""
        self._runbooks: LoadedRunbooks = load_runbooks(configuration)
        self._settings = TeamSettings(configuration.file, self._runbooks)
        self._records: dict[str, AlertRecord] = {}
        self._incidents: dict[str, Incident] = {}
        self._causes = map(str, count())

    def take(self, alert: Alert, now: datetime) -> Mapping[str, str | None]:
        """What it would do, by which rule and why."""
        routed = self._settings.routed(alert, now)
        seen = self._seen(alert, routed)
        decision = intake.decide(alert, routed, seen, now)
        heard = Heard(
            alert=alert,
            routed=routed,
            seen=seen,
            decision=decision,
            delivery="",
            received_at=now,
            policy=self._settings.policy(routed.system, routed.severity),
        )
        self._keep(consequence.follow(heard, cause=next(self._causes), now=now))
        return _told(routed, decision)

    def _seen(self, alert: Alert, routed: Routed) -> Seen:
        known = self._records.get(f"{alert.source}:{alert.key}")
        of_group = [each for each in self._incidents.values() if each.group == routed.group]
        own = self._incidents.get(known.incident_id or "") if known is not None else None
        others = [each for each in self._records.values() if each is not known and own and each.incident_id == own.id]
        firing = sum(each.firing for each in others)
        return Seen(known=known, own=own, last=of_group[-1] if of_group else None, firing=firing)

    def _keep(self, change: Change) -> None:
        if change.incident is not None:
            number = change.incident.number or len(self._incidents) + 1
            self._incidents[change.incident.id] = replace(change.incident, number=number)
        self._records |= {each.id: each for each in change.alerts}


def _told(routed: Routed, decision: Decision) -> Mapping[str, str | None]:
    of_incident = routed.deed is Deed.INCIDENT
    because = decision.why if decision.why == routed.reason else f"{routed.reason}; {decision.why}"
    return {
        "verb": decision.verb.value,
        "system": routed.system,
        "procedure": routed.procedure.id if routed.procedure is not None and of_incident else None,
        "severity": routed.severity.value,
        "severity_reason": routed.severity_reason,
        "group": routed.group if of_incident else None,
        "rule": routed.muted.rule if decision.verb is intake.Verb.MUTED and routed.muted else routed.rule,
        "reason": because,
    }
