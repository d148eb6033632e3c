"""Forms: what they ask, what is read back from them, and where an error is put."""

import pytest

from bot.slack import forms, modals, modals_fix
from bot.slack.fields import Values
from bot.slack.modals import View
from bot.slack.names import Field, Form, unpack
from commands.answers import Form as Wanted
from commands.answers import FormWanted
from incident import refusal
from incident.course import Turn
from incident.incident import Status
from incident.responder import Role
from incident.severity import Severity
from incident.walk import Leg, Walk
from sandbox.blocks.guard import view_payload
from tests.bot.slack.examples import ADA, BOB, NOW, a_procedure, a_request, a_step, an_incident


def typed(**given: str) -> Values:
    """What Slack sends for text fields."""
    return {field: {"input": {"type": "plain_text_input", "value": value}} for field, value in given.items()}


def chosen(**given: str) -> Values:
    """What Slack sends for menus and radio buttons."""
    return {
        field: {"input": {"type": "radio_buttons", "selected_option": {"value": value}}}
        for field, value in given.items()
    }


def inputs(view: View) -> dict[str, dict[str, object]]:
    """A form's fields by their block id."""
    blocks: list[dict[str, object]] = view["blocks"]  # type: ignore[assignment]  # plain JSON
    return {str(block["block_id"]): block for block in blocks if block["type"] == "input"}


def test_declaring_needs_a_title_and_a_level() -> None:
    """A system is asked only when there are several."""
    assert list(inputs(modals.declare({"a": "A"}))) == [Field.TITLE, Field.SEVERITY, Field.SUMMARY]
    several = modals.declare({"a": "A", "b": "B"}, system="b")
    assert Field.SYSTEM in inputs(several)
    sent = {**typed(title=" Checkout ", summary=""), **chosen(severity="P1", system="b")}
    filled = modals.read_declare(sent)
    assert (filled.title, filled.severity, filled.system, filled.summary) == ("Checkout", Severity.P1, "b", "")


def test_an_update_preselects_the_next_status() -> None:
    """But never *resolved*: that has its own form."""
    for status, following in (
        (Status.INVESTIGATING, "identified"), (Status.IDENTIFIED, "mitigated"), (Status.MITIGATED, "mitigated")
    ):  # fmt: skip
        block = inputs(modals.update(an_incident(status=status)))[Field.STATUS]
        assert f"'initial_option': {{'text': {{'type': 'plain_text', 'text': '{following.capitalize()}" in str(block)
    filled = modals.read_update({**chosen(status="mitigated"), **typed(update="better", impact="", next="Ada: watch")})
    assert (filled.status, filled.text, filled.impact, filled.next) == (Status.MITIGATED, "better", "", "Ada: watch")


def test_resolving_must_say_what_fixed_it_and_what_lingers() -> None:
    """Both fields are required."""
    fields = inputs(modals.resolve(an_incident(), "requeued"))
    assert not fields[Field.FIX]["optional"]
    assert not fields[Field.LINGERING]["optional"]
    filled = modals.read_resolve({**typed(fix="requeued", impact=""), **chosen(lingering="unknown")})
    assert (filled.fix, filled.lingering, filled.impact_note) == ("requeued", "unknown", "")


def test_roles_levels_notes_and_reasons_are_read_back() -> None:
    """What was chosen is what comes out."""
    user: Values = {"user": {"input": {"type": "users_select", "selected_user": BOB}}}
    gift = modals.read_role({**chosen(role="scribe"), **user})
    assert (gift.role, gift.user) == (Role.SCRIBE, BOB)
    change = modals.read_severity({**chosen(severity="P0"), **typed(reason="all down")})
    assert (change.severity, change.reason) == (Severity.P0, "all down")
    assert modals.read_note(typed(note="deploy at 12:01")) == "deploy at 12:01"
    assert modals_fix.read_reason(typed(reason="too many")) == "too many"
    assert modals_fix.read_reason({"reason": {"input": {"type": "plain_text_input", "value": None}}}) == ""


def test_a_remediation_is_chosen_then_its_parameters_are_asked() -> None:
    """Each parameter's rule stands beside it, and Slack keeps numbers in their bounds."""
    step = a_step()
    first = modals_fix.fix(an_incident(), a_procedure(step))
    assert inputs(first)[Field.STEP]["dispatch_action"] is True
    second = modals_fix.fix_step(an_incident(), a_procedure(step), step)
    fields = inputs(second)
    assert list(fields) == [Field.STEP, "parameter:minutes", "parameter:queue", "parameter:worker"]
    number: dict[str, object] = fields["parameter:minutes"]["element"]  # type: ignore[assignment]  # plain JSON
    assert (number["type"], number["min_value"], number["max_value"]) == ("number_input", "5", "600")
    assert "A whole number from 5 to 600" in str(fields["parameter:minutes"]["hint"])
    wish = modals_fix.read_fix(
        {
            "step": {"choose_step": {"type": "static_select", "selected_option": {"value": step.id}}},
            "parameter:minutes": {"input": {"type": "number_input", "value": "45"}},
            "parameter:queue": {"input": {"type": "static_select", "selected_option": {"value": "images"}}},
        }
    )
    assert wish.step == step.id
    assert wish.parameters == {"minutes": "45", "queue": "images"}


def test_a_procedure_without_remediations_says_so() -> None:
    """Instead of an empty form."""
    view = modals_fix.fix(an_incident(), a_procedure())
    assert "Work by the checklist" in str(view)
    assert "submit" not in view


def test_forms_keep_ids_only() -> None:
    """Nothing of the incident's data travels in the private metadata."""
    assert unpack(str(modals.update(an_incident(title="secret"))["private_metadata"]), 1) == ("inc_1",)
    step = a_step()
    metadata = modals_fix.fix_step(an_incident(), a_procedure(step), step)["private_metadata"]
    assert unpack(str(metadata), 2) == ("inc_1", step.id)
    assert modals_fix.reject(a_request())["private_metadata"] == "apr_1"


@pytest.mark.parametrize(
    ("refused", "field"),
    [
        (refusal.BadTitle(), Field.TITLE),
        (refusal.Ended(number=1), Field.TITLE),
    ],
)
def test_an_error_of_a_declaration_goes_to_its_field(refused: refusal.Refused, field: str) -> None:
    """One that is about no field goes to the first."""
    blocks = view_payload(modals.declare({"a": "A"}))["blocks"]
    assert modals.field_errors(refused, "No.", blocks) == {field: "No."}


def test_errors_find_their_fields() -> None:
    """By what was not said, or by the parameter's label."""
    update = view_payload(modals.update(an_incident()))["blocks"]
    assert modals.field_errors(refusal.NothingSaid(what="update"), "Empty.", update) == {Field.WHAT: "Empty."}
    resolve = view_payload(modals.resolve(an_incident()))["blocks"]
    assert modals.field_errors(refusal.NothingSaid(what="fix"), "Empty.", resolve) == {Field.FIX: "Empty."}
    step = a_step()
    fix = view_payload(modals_fix.fix_step(an_incident(), a_procedure(step), step))["blocks"]
    wrong = refusal.BadParameter(name="Older than (minutes)", value="1", rule="more")
    assert modals.field_errors(wrong, "More.", fix) == {"parameter:minutes": "More."}
    assert modals.field_errors(wrong, "More.", []) == {}


@pytest.mark.parametrize("form", Wanted)
def test_every_form_that_a_command_wants_exists(form: Wanted) -> None:
    """The window's callback is the form's own name."""
    step = a_step()
    leg = Leg(step=step.id, title=step.title, kind=step.kind)
    walk = Walk(id="walk_1", procedure="p", title="Restore", by=ADA, begun_at=NOW, legs=(leg,))
    wanted = FormWanted(
        form=form,
        incident=None if form is Wanted.DECLARE else an_incident(walks=(walk,)),
        procedure=a_procedure(step),
        step=step if form in {Wanted.FIX_STEP, Wanted.STEP_RUN} else None,
        turn=Turn(walk=walk.id, index=0),
    )
    view = forms.wanted(wanted, by=ADA, systems={"a": "A"})
    assert view["callback_id"] == form.value == Form(form.value)
    assert view_payload(view)


def test_a_level_that_was_said_is_chosen_in_the_form() -> None:
    for level, chosen in ((Severity.P0, "P0"), (None, "P2")):
        view = forms.wanted(FormWanted(form=Wanted.DECLARE, level=level), by=ADA, systems={"a": "A"})
        assert f"'initial_option': {{'text': {{'type': 'plain_text', 'text': '{chosen}'" in str(view)


def test_a_fix_without_a_runbook_says_so() -> None:
    """The form is a sentence then."""
    view = forms.wanted(FormWanted(form=Wanted.FIX, incident=an_incident()), by=ADA, systems={})
    assert view["callback_id"] == Form.TOLD
