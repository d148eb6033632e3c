"""What people add to a compiled catalog: it binds, bounds and makes stricter, and is void when its step changed."""

from datetime import timedelta

import pytest

from compiler.catalog import CatalogError, load
from compiler.step import form_of
from incident.expectation import Operator
from incident.plan import draw_up
from incident.refusal import NotRunnable
from incident.runbook import Catalog, GuardKind, ParameterKind, Step, StepKind
from incident.severity import Severity
from incident.verdict import Verdict
from incident.watch import Watch

LOOK = {"names": {"database": "shop"}, "sql": "SELECT count(*) FROM orders", "written": "psql -d shop -c …"}
FIX = {
    "names": {"database": "shop"},
    "sql": "UPDATE orders SET open = false WHERE age > $1",
    "arguments": ["age"],
    "written": "psql -d shop -c … {{age}}",
}
CATALOG = f"""\
system: shop
title: The shop
source: {{file: runbook.md}}
routes:
  - labels: {{alertname: ShopDown}}
    procedure: shop-down
    line: 4
policies:
  P0: {{line: 9, acknowledge: 15 minutes, escalate: 30 minutes}}
procedures:
  - id: shop-down
    title: The shop is down
    heading: Incidents › The shop is down
    line: 20
    escalate_after: 1 hour
    escalation: [After an hour call the landlord.]
    steps:
      - diagnostic: shop-down-aaaaaa
        title: Orders
        written: {LOOK["written"]}
        line: 22
        names: {{database: shop}}
        sql: {LOOK["sql"]}
        form: {form_of(LOOK)}
        verdict: read-only
      - remediation: shop-down-bbbbbb
        title: Close orders
        written: "{FIX["written"]}"
        line: 30
        names: {{database: shop}}
        sql: {FIX["sql"]}
        arguments: [age]
        form: {form_of(FIX)}
        parameters:
          - {{name: age, label: age, text: "[0-9]+"}}
        verdict: mutating
      - manual: shop-down-cccccc
        title: Watch it for ten minutes
        why: It is a wait.
        hold: 10 minutes
facts: {{contact: [{{role: Landlord}}]}}
"""
TARGETS = "targets:\n  - {target: shop-db, executor: postgres, database: shop}\n"
BOUNDED = f"""\
steps:
  shop-down-aaaaaa:
    for: {form_of(LOOK)[:8]}
    name: open-orders
    expects: {{at most: 5}}
    critical: {{at most: 50}}
  shop-down-bbbbbb:
    for: {form_of(FIX)[:8]}
    name: close-orders
    parameters:
      - {{name: age, label: Older than (days), integer: {{from: 1, to: 90}}, default: 7}}
    guard:
      rows: {{sql: SELECT count(*) FROM orders WHERE age > $1, arguments: [age]}}
    undo: Open them again.
    cool_down: 1 minute
    effect_after: 20 seconds
"""


def shop(overlay: str = "") -> Catalog:
    """The catalog with an overlay."""
    return load(CATALOG, "catalog.yaml", overlay, "overlay.yaml")


def steps(overlay: str = "") -> tuple[Step, ...]:
    return shop(overlay).procedures[0].steps


def test_without_an_overlay_everything_is_done_by_people() -> None:
    look, fix, wait = steps()
    assert [each.kind for each in (look, fix, wait)] == [StepKind.MANUAL] * 3
    assert look.reason == fix.reason == "No target is bound to it."
    assert (look.verdict, fix.verdict) == (Verdict.READ_ONLY, Verdict.MUTATING)
    assert wait.hold == timedelta(minutes=10)


def test_a_place_that_commands_name_is_bound_once_for_all_of_them() -> None:
    look, fix, _ = steps(TARGETS)
    assert (look.kind, look.target, look.runnable) == (StepKind.DIAGNOSTIC, "shop-db", True)
    assert (fix.kind, fix.reason) == (StepKind.MANUAL, "The overlay declares no guard for it.")


@pytest.mark.parametrize("other", ["database: store", "database: shop, host: db2", "executor: redis, database: shop"])
def test_a_place_must_be_named_whole(other: str) -> None:
    executor = "" if "executor" in other else "executor: postgres, "
    look, _, _ = steps(f"targets:\n  - {{target: shop-db, {executor}{other}}}\n")
    assert not look.runnable


def test_bounds_guards_names_and_parameters_are_peoples() -> None:
    look, fix, _ = steps(TARGETS + BOUNDED)
    assert (look.id, fix.id) == ("open-orders", "close-orders")
    assert look.expects
    assert look.critical
    assert (look.expects.operator, look.expects.value, look.critical.value) == (Operator.AT_MOST, 5, 50)
    assert (fix.guard.kind, fix.undo, fix.cool_down) == (GuardKind.ROWS, "Open them again.", timedelta(minutes=1))
    assert fix.effect_after == timedelta(seconds=20)
    [age] = fix.parameters
    assert (age.kind, age.minimum, age.maximum, age.default) == (ParameterKind.INTEGER, 1, 90, "7")
    plan = draw_up(fix, {"age": "30"}, catalog=shop(TARGETS + BOUNDED), environment="production")
    assert plan.command["arguments"] == [30]


def test_an_undo_takes_only_what_a_fingerprint_can_show_and_the_other_step_has() -> None:
    taking = BOUNDED.replace("    cool_down:", "    undo_step: {step}\n    undo_takes: age\n    cool_down:")
    [fix] = [each for each in steps(TARGETS + BOUNDED) if each.kind is StepKind.REMEDIATION]
    catalog = shop(TARGETS + taking.replace("{step}", fix.id))
    assert [each.undo_takes for each in catalog.procedures[0].remediations] == ["age"]
    (remark,) = catalog.remarks
    assert remark == (
        f"“{fix.id}” gives “age” to its undo, which needs a guard with a fingerprint and a parameter of that name "
        f"in “{fix.id}”."
    )


def test_a_changed_step_voids_its_own_entry_and_no_other() -> None:
    catalog = load(
        CATALOG.replace("count(*) FROM orders\n", "count(*) FROM orders WHERE open\n").replace(
            form_of(LOOK), form_of({**LOOK, "sql": "SELECT count(*) FROM orders WHERE open"})
        ),
        "catalog.yaml",
        TARGETS + BOUNDED,
        "overlay.yaml",
    )
    look, fix, _ = catalog.procedures[0].steps
    assert (look.id, look.kind) == ("shop-down-aaaaaa", StepKind.MANUAL)
    assert look.reason == "The runbook has changed this step since the overlay was written for it."
    assert fix.runnable
    [remark] = catalog.remarks
    assert remark.startswith("overlay.yaml, line 5: “shop-down-aaaaaa” has changed since this was written for ")
    assert "write “for: " in remark


def test_an_entry_whose_step_is_gone_is_told() -> None:
    catalog = shop(f"steps:\n  shop-down-ffffff:\n    for: '{form_of(LOOK)[:8]}'\n")
    assert catalog.remarks == ("overlay.yaml, line 3: the runbook has no step “shop-down-ffffff” any more.",)


def test_a_catalog_that_was_edited_is_refused() -> None:
    with pytest.raises(CatalogError, match="“form” does not fit the step: a catalog is not edited"):
        load(CATALOG.replace("age > $1", "age > 0 OR age > $1"), "catalog.yaml")


@pytest.mark.parametrize(
    ("overlay", "said"),
    [
        (BOUNDED.replace("    undo:", "    undoo:"), "line 15: “undoo” is not known here"),
        (BOUNDED.replace("expects: {at most: 5}", "verdict: nearly"), "line 5: “verdict” is “nearly”"),
        (BOUNDED.replace("cool_down:", "verdict: read-only\n    cool_down:"), "claims read-only, but the command is"),
        (BOUNDED.replace("name: age", "name: years"), "is “years”, and the step has age"),
        (BOUNDED.replace("SELECT count(*) FROM orders WHERE age", "DELETE FROM orders WHERE age"), "must be a read"),
        ("steps:\n  shop-down-aaaaaa:\n    name: x\n", "“for” is missing"),
        ("steps: [a]\n", "“steps” must be a mapping"),
        ("stepps: {}\n", "line 1: “stepps” is not known here"),
        ("targets:\n  - {executor: postgres}\n", "“target” is missing"),
        ("routes:\n  - labels: {a: b}\n    procedure: nothing\n", "there is no procedure of that id"),
    ],
)
def test_a_slip_is_told_with_its_place(overlay: str, said: str) -> None:
    with pytest.raises(CatalogError) as told:
        shop((TARGETS if overlay.startswith("steps") and "for" in overlay else "") + overlay)
    assert str(told.value).startswith("overlay.yaml, line ")
    assert said.split(": ")[-1] in str(told.value)


def test_a_name_that_is_taken_is_told_where_people_wrote_it() -> None:
    look = form_of(LOOK)[:8]
    with pytest.raises(CatalogError, match=r"overlay\.yaml, line 4: “name” is shop-down, and so is another"):
        shop(f"steps:\n  shop-down-aaaaaa:\n    for: '{look}'\n    name: shop-down\n")


def test_people_may_make_a_read_stricter() -> None:
    look, _, _ = steps(TARGETS + BOUNDED.replace("expects: {at most: 5}", "verdict: mutating"))
    assert look.verdict is Verdict.MUTATING
    assert shop(TARGETS + BOUNDED.replace("expects: {at most: 5}", "verdict: mutating")).procedures[0].diagnostics == ()


def test_people_may_keep_a_step_for_themselves() -> None:
    _, fix, _ = steps(TARGETS + BOUNDED + "    by_hand: The bakers do it.\n")
    assert (fix.id, fix.kind, fix.runnable) == ("close-orders", StepKind.MANUAL, False)
    assert fix.reason == "The bakers do it."


def test_a_step_is_held_to_its_environment() -> None:
    overlay = TARGETS.replace("executor", "environment: staging, executor") + BOUNDED
    catalog = shop(overlay)
    look = catalog.procedures[0].step("open-orders")
    assert draw_up(look, {}, catalog=catalog, environment="staging").environment == "staging"
    with pytest.raises(NotRunnable):
        draw_up(look, {}, catalog=catalog, environment="production")


def test_routes_and_levels_of_the_team_come_first() -> None:
    overlay = (
        "routes:\n  - {labels: {alertname: ShopDown, zone: b}, procedure: shop-down, severity: P2}\n"
        "policies:\n  P0: {acknowledge: 5 minutes, escalate: 10 minutes}\n"
        "procedures:\n  shop-down: {name: bakery, title: The bakery is down, escalate_after: 20 minutes}\n"
    )
    catalog = shop(overlay)
    [procedure] = catalog.procedures
    assert (procedure.id, procedure.title, procedure.escalate_after) == (
        "bakery",
        "The bakery is down",
        timedelta(minutes=20),
    )
    elsewhere = catalog.route({"alertname": "ShopDown", "zone": "a"})
    assert elsewhere
    assert (elsewhere.procedure, elsewhere.severity) == ("bakery", None)
    zone_b = catalog.route({"alertname": "ShopDown", "zone": "b"})
    assert zone_b
    assert zone_b.severity is Severity.P2
    assert catalog.policies[Severity.P0].acknowledge == timedelta(minutes=5)


def test_the_digest_covers_what_people_add() -> None:
    assert len({shop().digest, shop(TARGETS).digest, shop(TARGETS + BOUNDED).digest}) == 3


def watched(watch: str, bounds: str = "expects: {at most: 5}, critical: {at most: 50}") -> Catalog:
    """The catalog whose diagnostic is watched."""
    entry = f"{{for: '{form_of(LOOK)[:8]}', name: open-orders, {bounds}, watch: {watch}}}"
    return shop(f"{TARGETS}steps:\n  shop-down-aaaaaa: {entry}\n")


def test_a_watch_looks_on_its_schedule_and_leads_to_its_procedure() -> None:
    catalog = watched("{every: 1 minute, for: 5 minutes, severity: P1}")
    (step,) = catalog.watched
    assert step.watch == Watch(every=timedelta(minutes=1), lasting=timedelta(minutes=5), severity=Severity.P1)
    assert str(step.threshold) == "at most 5"
    route = catalog.route({"alertname": "Orders", "system": "shop", "watch": "open-orders"})
    assert route is not None
    assert (route.procedure, route.severity) == ("shop-down", Severity.P1)


def test_the_critical_bound_may_be_its_threshold() -> None:
    (step,) = watched("{every: 1 hour, bound: critical}").watched
    assert str(step.threshold) == "at most 50"


@pytest.mark.parametrize(
    ("watch", "bounds", "why"),
    [
        ("{for: 5 minutes}", "expects: {at most: 5}", "“every” is missing"),
        ("{every: 1 minute}", "title: Orders", "needs the bound of open-orders"),
        ("{every: 1 minute, bound: critical}", "expects: {at most: 5}", "needs the bound of open-orders"),
        ("{every: 1 minute, often: yes}", "expects: {at most: 5}", "“often” is not known here"),
        ("{every: 1 minute}", "expects: {at most: 5}, verdict: mutating", "proven read-only"),
    ],
)
def test_a_watch_that_cannot_alarm_is_an_error(watch: str, bounds: str, why: str) -> None:
    with pytest.raises(CatalogError, match=why):
        watched(watch, bounds)


def test_what_changes_something_is_never_watched() -> None:
    with pytest.raises(
        CatalogError, match="is for diagnostics that are proven read-only, and close-orders is mutating"
    ):
        shop(TARGETS + BOUNDED.replace("    cool_down: 1 minute\n", "    watch: {every: 1 minute}\n"))


def test_a_watch_that_cannot_look_or_leads_nowhere_is_remarked_on() -> None:
    unbound = shop(BOUNDED.replace("    critical", "    watch: {every: 1 minute, procedure: shop-up}\n    critical"))
    (step,) = unbound.watched
    assert not step.runnable
    assert [remark for remark in unbound.remarks if "watch" in remark] == [
        "The watch of “open-orders” leads to “shop-up”, and there is no procedure of that id: its alert leads to "
        "“shop-down”.",
        "“open-orders” is watched, but Muster cannot look: No target is bound to it.",
    ]


def test_a_choice_that_nobody_has_listed_is_for_a_person_until_the_overlay_lists_it() -> None:
    """A host or a node may only be one of a list, which no document has: the catalog loads all the same."""
    opened = CATALOG.replace('text: "[0-9]+"', "choice: []")
    alone = load(opened, "catalog.yaml", TARGETS).procedures[0].steps[1]
    assert alone.kind is StepKind.MANUAL
    assert "has not listed which age" in alone.reason
    listed = load(opened, "catalog.yaml", TARGETS + BOUNDED).procedures[0].steps[1]
    assert listed.kind is StepKind.REMEDIATION
    typed = "      - {name: age, label: age, choice: []}\n"
    empty = f"steps:\n  shop-down-bbbbbb:\n    for: {form_of(FIX)[:8]}\n    parameters:\n{typed}"
    with pytest.raises(CatalogError, match="offer at least one"):
        load(opened, "catalog.yaml", TARGETS + empty)
