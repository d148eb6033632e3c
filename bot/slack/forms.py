"""Which window a command wants: the one table from what must be asked to the form that asks it."""

from collections.abc import Mapping

from bot.slack import modals, modals_fix, walk_modals
from bot.slack.modals import View
from commands.answers import Form, FormWanted
from commands.declare import USUAL
from incident.incident import Incident
from incident.responder import UserId


def wanted(form: FormWanted, *, by: UserId, systems: Mapping[str, str], system: str = "") -> View:
    """The window for ``by``; ``systems`` and the preselected ``system`` matter to a declaration only.

    A remediation's form without a procedure says that there is none.
    """
    incident = form.incident
    if incident is None:
        return modals.declare(systems, title=form.title, severity=form.level or USUAL, system=system)
    if form.form in walk_modals.WALK_FORMS:
        return walk_modals.wanted(form, incident)
    if form.form in {Form.FIX, Form.FIX_STEP}:
        return _fix(form, incident)
    match form.form:
        case Form.UPDATE:
            return modals.update(incident, form.title)
        case Form.RESOLVE:
            return modals.resolve(incident, form.title)
        case Form.SEVERITY:
            return modals.severity(incident)
        case Form.ROLE:
            return modals.role(incident, by)
        case _:
            return modals.note(incident)


def _fix(form: FormWanted, incident: Incident) -> View:
    if form.procedure is None:
        return modals.sorry("Fix", "The runbook gives this incident nothing to run. Work by the checklist.")
    if form.step is None:
        return modals_fix.fix(incident, form.procedure)
    return modals_fix.fix_step(incident, form.procedure, form.step, form.undoes)
