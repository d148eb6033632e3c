"""What Muster would do with alerts by a team's ``muster.yaml``, if they came now and it knew of nothing else."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count

from bot.config import Written
from bot.runbooks.load import LoadedRunbooks, load_runbooks
from bot.settings.team import TeamSettings
from incident import consequence, intake
from incident.alert import Alert
from incident.consequence import Heard
from incident.intake import Decision
from incident.routing import Deed, Routed
from incident.taking import Known, View


class Rehearsal:
    """Takes alerts one after the other, as they would come; what one makes so is so for the next."""

    def __init__(self, configuration: Written) -> None:
        """Raises WrongSetting."""
        self._runbooks: LoadedRunbooks = load_runbooks(configuration)
        self._settings = TeamSettings(configuration.file, self._runbooks)
        self._view = View(Known())
        self._causes = map(str, count())

    def take(self, alert: Alert, now: datetime) -> Mapping[str, str | None]:
        """What it would do, by which rule and why."""
        routed = self._settings.routed(alert, now)
        decisions = [
            self._decide(each, routed if later is None else self._settings.routed(each, now), later, now)
            for each, later in self._view.told(alert, now)
        ]
        return _told(routed, decisions[0])

    def _decide(self, alert: Alert, routed: Routed, later: Alert | None, now: datetime) -> Decision:
        seen = self._view.seen(alert, routed.group)
        decision = intake.decide(alert, routed, seen, now)
        heard = Heard(
            alert=alert,
            routed=routed,
            seen=seen,
            decision=decision,
            delivery="",
            received_at=now,
            policy=self._settings.policy(routed.system, routed.severity),
            later=later,
        )
        self._view.apply(consequence.follow(heard, cause=next(self._causes), now=now))
        return decision


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
