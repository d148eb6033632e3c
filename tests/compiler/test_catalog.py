"""A catalog.yaml is taken whole or refused with one sentence that names file, line and key."""

from datetime import timedelta
from pathlib import Path

import pytest

from compiler.catalog import CatalogError, load
from incident.digest import Json
from incident.expectation import Operator
from incident.plan import draw_up
from incident.runbook import Catalog, GuardKind, ParameterKind, StepKind
from incident.severity import Severity
from incident.verdict import Verdict

RUNBOOK = Path(__file__).parents[2] / "runbooks" / "ai-storybook"

SMALL = """\
system: shop
title: The shop
routes:
  - labels: {alertname: ShopDown}
    procedure: down
    severity: P0
policies:
  P0: {acknowledge: 5 minutes, escalate: 20 minutes, update: 15 minutes}
procedures:
  - id: down
    title: The shop is down
    heading: Down
    line: 3
    escalate_after: 1 hour
    symptoms: [Nobody can buy]
    checklist: [Tell the shop]
    prevention: [Buy a second one]
    steps:
      - diagnostic: orders
        title: Orders
        written: psql -c "SELECT count(*) FROM orders"
        target: shop-db
        sql: SELECT count(*) FROM orders
        verdict: read-only
        expects: {at least: 1}
      - remediation: close-orders
        title: Close orders
        written: psql -c "UPDATE …"
        when: They are open.
        target: shop-db
        sql: UPDATE orders SET open = false WHERE shop = $1 AND age > $2
        arguments: [shop, age]
        parameters:
          - {name: shop, label: Shop, choice: [north, south]}
          - {name: age, label: Age, integer: {from: 1, to: 9}, default: 3}
        verdict: mutating
        guard:
          rows: {sql: SELECT count(*) FROM orders WHERE shop = $1 AND age > $2, arguments: [shop, age]}
          headroom: 2
        undo: Open them again.
        temporary: true
        cool_down: 90 seconds
      - manual: call
        title: Call the landlord
        why: He has no API.
"""


def small(old: str = "", new: str = "") -> Catalog:
    """The small catalog, with one thing changed."""
    assert old in SMALL
    return load(SMALL.replace(old, new, 1) if old else SMALL, "shop/catalog.yaml")


def test_all_of_it_is_taken() -> None:
    catalog = small()
    [procedure] = catalog.procedures
    orders, close, call = procedure.steps
    assert (catalog.system, catalog.title) == ("shop", "The shop")
    assert catalog.policies[Severity.P0].acknowledge == timedelta(minutes=5)
    assert catalog.policies[Severity.P0].assess is None
    route = catalog.route({"alertname": "ShopDown", "zone": "a"})
    assert route
    assert (route.procedure, route.severity) == ("down", Severity.P0)
    assert (procedure.origin.heading, procedure.origin.line) == ("Down", 3)
    assert procedure.escalate_after == timedelta(hours=1)
    assert (procedure.symptoms, procedure.checklist) == (("Nobody can buy",), ("Tell the shop",))
    assert procedure.prevention == ("Buy a second one",)
    assert (orders.kind, orders.verdict, orders.executor) == (StepKind.DIAGNOSTIC, Verdict.READ_ONLY, "postgres")
    assert orders.expects
    assert (orders.expects.operator, orders.expects.value) == (Operator.AT_LEAST, 1)
    assert orders.reason.startswith("one read")
    assert (close.verdict, close.target, close.condition) == (Verdict.MUTATING, "shop-db", "They are open.")
    assert (close.guard.kind, close.guard.headroom) == (GuardKind.ROWS, 2)
    assert close.cool_down == timedelta(seconds=90)
    assert close.temporary
    assert [each.kind for each in close.parameters] == [ParameterKind.CHOICE, ParameterKind.INTEGER]
    assert (call.kind, call.runnable, call.reason) == (StepKind.MANUAL, False, "He has no API.")


def test_a_plan_binds_its_parameters_apart_from_the_text() -> None:
    catalog = small()
    step = catalog.procedures[0].step("close-orders")
    plan = draw_up(step, {"shop": "north"}, catalog=catalog, environment="production")
    assert plan.command["arguments"] == ["north", 3]
    assert plan.promise.probe is not None
    assert plan.promise.probe["arguments"] == ["north", 3]
    assert plan.catalog == catalog.digest


def test_the_digest_names_the_content_and_not_its_looks() -> None:
    commented = SMALL.replace("title: The shop\n", "# a comment\ntitle:    'The shop'\n", 1)
    assert load(commented, "elsewhere.yaml").digest == small().digest
    assert small("age > $2\n", "age >= $2\n").digest != small().digest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: The shop\n", "title: The shop\ntitle: Twice\n", "line 3: “title” stands here once more"),
        ("routes:\n", "routes: [\n", "line "),
        ("title: The shop\n", "", "line 1: “title” is missing"),
        ("title: The shop\n", "titel: x\ntitle: The shop\n", "line 2: “titel” is not known here; what is known: "),
        ("    line: 3\n", "    line: three\n", "line 13: “line” must be a whole number"),
        ("severity: P0", "severity: P9", "line 6: “severity” is “P9”, and must be one of P0, P1, P2, P3"),
        ("procedure: down", "procedure: up", "line 5: “procedure” is “up”, and there is no procedure of that id"),
        ("escalate_after: 1 hour", "escalate_after: soon", "line 14: “escalate_after” must be a time such as"),
        ("symptoms: [Nobody can buy]", "symptoms: Nobody", "“symptoms” must be a list of texts"),
        ("diagnostic: orders", "diagnostic: Orders!", "“diagnostic” is “Orders!”, and must be lower-case words"),
        ("diagnostic: orders", "diagnostic: call", "use the id call twice"),
        ("      - manual: call\n", "      - manual: call\n        diagnostic: too\n", "under exactly one"),
        ("at least: 1", "about: 1", "“expects” must name one of at most, at least, less than, more than, is"),
        ("at least: 1", "at least: many", "“at least” must be a number"),
        ("at least: 1", "at least: 1, at most: 2", "is not known here"),
        ("{from: 1, to: 9}", "{from: 9, to: 1}", "“integer” must say the lowest and the highest value"),
        ("default: 3", "default: 30", "“default” must be a whole number from 1 to 9"),
        (
            "integer: {from: 1, to: 9}, default: 3",
            "text: '(?=a)a'",
            "“text” must be a regular expression: it looks ahead",
        ),
        (
            "arguments: [shop, age]\n        par",
            "arguments: [shop, old]\n        par",
            "uses old, which no parameter is",
        ),
        ("          headroom: 2", "          headroom: -1", "“headroom” must not be below 0"),
        ("rows: {sql: SELECT count(*)", "rows: {sql: DELETE", "must be a read on the same target"),
        ("        undo:", "        undoo: x\n        undo:", "“undoo” is not known here"),
        ("temporary: true", "temporary: maybe", "“temporary” must be true or false"),
        ("why: He has no API.", "", "“why” is missing"),
        ("acknowledge: 5 minutes, ", "", "“acknowledge” and “escalate” must both be there"),
        ("title: The shop", "title: .nan", "not finite: put it in quotes"),
        ("title: The shop", "title: !!python/object:os.system x", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(CatalogError) as told:
        small(old, new)
    assert str(told.value).startswith("shop/catalog.yaml, line ")
    assert said in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("text", ["", "just a text", "[1, 2]", "\t", "a: &x [*x]", "system: shop\ntitle: x\n"])
def test_what_is_no_catalog_is_refused(text: str) -> None:
    with pytest.raises(CatalogError, match=r"^c\.yaml, line \d+: "):
        load(text, "c.yaml")


@pytest.mark.parametrize(
    ("sql", "verdict"),
    [
        ("DELETE FROM orders", "mutating"),
        ("SELECT pg_sleep(60)", "refused"),
        ("SELECT 1; SELECT 2", "refused"),
        ("SELECT pg_terminate_backend(1)", "mutating"),
    ],
)
def test_a_verdict_looser_than_the_judges_is_refused_with_the_steps_id(sql: str, verdict: str) -> None:
    with pytest.raises(CatalogError, match=f"“verdict” of orders claims read-only, but the command is {verdict}: "):
        small("sql: SELECT count(*) FROM orders\n", f"sql: {sql}\n")


def test_a_step_without_a_target_is_done_by_a_person() -> None:
    step = small("target: shop-db\n        sql: SELECT", "sql: SELECT").procedures[0].step("orders")
    assert (step.kind, step.runnable, step.reason) == (StepKind.MANUAL, False, "No target is bound to it.")


def test_a_stricter_verdict_is_kept() -> None:
    """A team may know that a read is dear: then nothing runs it by itself."""
    catalog = small("verdict: read-only", "verdict: mutating")
    assert catalog.procedures[0].step("orders").verdict is Verdict.MUTATING
    assert catalog.procedures[0].diagnostics == ()


def test_a_remediation_names_its_guard_or_says_why_there_is_none() -> None:
    guard = SMALL[SMALL.index("        guard:") : SMALL.index("        undo:")]
    with pytest.raises(CatalogError, match="“guard” is missing"):
        small(guard, "")
    free = small(guard, "        guard: {none: It is harmless}\n")
    assert free.procedures[0].step("close-orders").guard.kind is GuardKind.NONE


def test_a_read_that_is_called_a_remediation_is_refused() -> None:
    text = SMALL.replace("UPDATE orders SET open = false WHERE", "SELECT id FROM orders WHERE")
    with pytest.raises(CatalogError, match="close-orders is read-only: make it a diagnostic"):
        load(text.replace("verdict: mutating", "verdict: read-only"), "c.yaml")


HTTP = """\
      - remediation: restart
        title: Restart
        written: curl -X POST …
        target: shop-api
        post: /shops/{shop}/restart
        body: {reason: "{reason}", force: true}
        parameters:
          - {name: shop, label: Shop, choice: [north, south]}
          - {name: reason, label: Reason, text: "[a-z]{1,9}"}
        verdict: mutating
        guard:
          count: {get: "/shops/{shop}", pick: .customers}
      - manual: call
"""


def test_a_request_is_bound_and_judged_with_its_parameters() -> None:
    catalog = small("      - manual: call\n", HTTP)
    step = catalog.procedures[0].step("restart")
    assert step.executor == "http"
    plan = draw_up(step, {"shop": "north", "reason": "stuck"}, catalog=catalog, environment="production")
    body: Json = {"reason": "stuck", "force": True}
    assert plan.command == {"method": "POST", "path": "/shops/north/restart", "body": body}
    assert plan.promise.probe == {"method": "GET", "path": "/shops/north", "pick": ".customers"}


def test_a_fingerprint_says_what_its_value_is_of() -> None:
    count = 'count: {get: "/shops/{shop}", pick: .customers}'
    told = count.replace("count", "fingerprint") + "\n          of: the number of customers"
    guard = small("      - manual: call\n", HTTP.replace(count, told)).procedures[0].step("restart").guard
    assert (guard.kind, guard.of) == (GuardKind.FINGERPRINT, "the number of customers")
    with pytest.raises(CatalogError, match="of"):
        small("      - manual: call\n", HTTP.replace(count, count.replace("count", "fingerprint")))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("post: /shops/{shop}/restart", "post: /shops/{name}/restart", "uses name, which no parameter is"),
        ("pick: .customers", "pick: env.SECRET", "must be a read on the same target"),
        ('count: {get: "/shops/{shop}", pick', 'rows: {get: "/shops/{shop}", pick', "is a guard of SQL alone"),
        ('count: {get: "/shops/{shop}", pick: .customers}', "count: {sql: SELECT 1}", "a read on the same target"),
        ("post: /shops/{shop}/restart", "post: shops/restart", "refused: "),
        ("        body:", "        sql: SELECT 1\n        body:", "a step runs exactly one command"),
    ],
)
def test_a_request_that_cannot_be_is_told(old: str, new: str, said: str) -> None:
    assert old in HTTP
    with pytest.raises(CatalogError) as told:
        small("      - manual: call\n", HTTP.replace(old, new, 1))
    assert said in str(told.value)


def test_a_diagnostic_needs_no_person_to_fill_it_in() -> None:
    parameters = "        parameters:\n          - {name: n, label: N, integer: {from: 1, to: 2}}\n"
    with pytest.raises(CatalogError, match="of orders need a default each"):
        small("        verdict: read-only\n", f"        arguments: [n]\n{parameters}        verdict: read-only\n")


@pytest.fixture(scope="module")
def storybook() -> Catalog:
    catalog, overlay = ((RUNBOOK / name).read_text(encoding="utf-8") for name in ("catalog.yaml", "overlay.yaml"))
    return load(catalog, "catalog.yaml", overlay, "overlay.yaml")


def test_every_step_of_the_storybook_stands_where_it_says(storybook: Catalog) -> None:
    """The reviewer who follows a step's line finds what was written there, and the right heading above it."""
    lines = (RUNBOOK / "runbook.md").read_text(encoding="utf-8").splitlines()
    for procedure in storybook.procedures:
        for step in procedure.steps:
            assert step.origin.line
            assert procedure.origin.line
            assert procedure.origin.line <= step.origin.line
            if step.written:
                # A cell of a table writes a pipe as \\|.
                assert step.written.split("\n")[0] in lines[step.origin.line - 1].replace("\\|", "|")


def test_the_storybooks_verdicts_kinds_and_bounds(storybook: Catalog) -> None:
    for procedure in storybook.procedures:
        assert all(step.verdict is Verdict.READ_ONLY for step in procedure.diagnostics)
        assert all(not step.runnable for step in procedure.of_kind(StepKind.MANUAL))
        for step in procedure.remediations:
            assert step.verdict is Verdict.MUTATING
            # Only a request that sets a state, the same however often it is sent, may run uncounted.
            assert step.guard.probe or step.executor == "http"
            assert step.undo
    stuck = storybook.procedure("stuck-jobs")
    full = storybook.procedure("connection-exhaustion")
    assert stuck
    assert full
    shown = ["stuck-count", "queue-length", "stuck-list", "monitor-log", "worker-containers"]
    assert [step.id for step in stuck.diagnostics] == shown
    assert [step.id for step in stuck.remediations] == ["run-job-monitor", "fail-stuck-jobs"]
    assert [step.id for step in full.remediations] == ["end-idle-connections"]
    failures = storybook.procedure("job-failures")
    assert failures
    assert failures.escalate_after == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("alert", "procedure", "severity"),
    [
        ("StorybookJobsStuck", "stuck-jobs", Severity.P1),
        ("StorybookConnectionsExhausted", "connection-exhaustion", Severity.P1),
        ("StorybookJobFailureRateHigh", "job-failures", Severity.P1),
        ("StorybookResponseTimeHigh", "slow-api", Severity.P2),
        ("StorybookCostSpike", "cost-spike", Severity.P2),
        ("StorybookCostEmergency", "cost-emergency", Severity.P1),
    ],
)
def test_the_storybooks_alerts_find_their_procedure(
    storybook: Catalog, alert: str, procedure: str, severity: Severity
) -> None:
    route = storybook.route({"alertname": alert, "service": "storybook-api"})
    assert route
    assert (route.procedure, route.severity) == (procedure, severity)


def test_the_table_of_thresholds_becomes_diagnostics_with_both_bounds(storybook: Catalog) -> None:
    watches = storybook.procedure("thresholds")
    assert watches
    bounds = {step.title: (str(step.expects), str(step.critical)) for step in watches.diagnostics}
    assert bounds == {
        "jobs.stuck": ("at most 0", "at most 5"),
        "jobs.success_rate": ("at least 90", "at least 80"),
        "jobs.queued": ("at most 50", "at most 100"),
        "Cost of a day, in dollars": ("at most 100", "at most 500"),
    }


REDIS = {
    "a script": ("[EVAL, return 1, '0']", "read-only", "EVAL: it runs code in the server"),
    "a write": ("[DEL, 'a']", "read-only", "DEL changes data"),
    "a secret": ("[GET, api_secret_key]", "read-only", "is named as a secret"),
}


@pytest.mark.parametrize(("words", "claim", "reason"), list(REDIS.values()), ids=list(REDIS))
def test_the_words_of_redis_are_judged_on_load(words: str, claim: str, reason: str) -> None:
    with pytest.raises(CatalogError, match=reason):
        small(
            "sql: SELECT count(*) FROM orders\n        verdict: read-only", f"redis: {words}\n        verdict: {claim}"
        )


def test_a_key_takes_a_parameter_between_its_colons() -> None:
    catalog = small(
        "sql: SELECT count(*) FROM orders\n        verdict: read-only",
        "redis: [TTL, 'cart:{shop}:size']\n        verdict: read-only\n"
        "        parameters: [{name: shop, label: Shop, choice: [north, south], default: north}]",
    )
    step = catalog.procedures[0].steps[0]
    plan = draw_up(step, {"shop": "south"}, catalog=catalog, environment="production")
    assert (plan.executor, plan.command["redis"], plan.shown) == ("redis", ["TTL", "cart:south:size"], plan.shown)
    assert plan.shown == "TTL cart:south:size"
    with pytest.raises(CatalogError, match="uses shop, which no parameter is"):
        small("sql: SELECT count(*) FROM orders\n", "redis: [TTL, 'cart:{shop}']\n")


@pytest.mark.parametrize(
    ("matching", "guard", "reason"),
    [
        ("cart:*", "none: x", "must be a “count”"),
        ("'*'", "count: {redis: [SCAN, '0', MATCH, '*']}", "could match any key"),
    ],
)
def test_removing_what_matches_needs_a_count_and_a_beginning(matching: str, guard: str, reason: str) -> None:
    lines = SMALL.splitlines()
    start = next(n for n, line in enumerate(lines) if "sql: UPDATE" in line)
    end = next(n for n, line in enumerate(lines) if "undo:" in line)
    middle = [f"redis: [UNLINK]|matching: {matching}|verdict: mutating|guard: {{{guard}}}"]
    text = [" " * 8 + line for line in middle[0].split("|")]
    with pytest.raises(CatalogError, match=reason):
        load("\n".join([*lines[:start], *text, *lines[end:]]), "shop/catalog.yaml")
