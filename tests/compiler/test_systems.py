"""The systems' catalogs: current, bound by their overlays, safe to offer, and reached by their alerts."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.runbooks.files import CATALOG, DOCUMENT, OVERLAY, Compilation, compilation
from bot.runbooks.lint import report
from compiler.lint.remark import Weight
from incident.plan import draw_up
from incident.runbook import Catalog, GuardKind, Step, StepKind
from incident.severity import HOUSE, Policy, Severity
from incident.verdict import Verdict

SYSTEMS = sorted(path.parent for path in (Path(__file__).parents[2] / "runbooks").glob(f"*/{OVERLAY}"))
TODAY = date(2026, 11, 22)

_CELLS = re.compile(r"\|\s*(P[0-3])\s*\|(.*)\|")
_SPAN = re.compile(r"([0-9]+) (?:business )?(minute|hour|day)s?")
_NO_WAY_BACK = re.compile(r"[Nn]o way back|lost")


@pytest.fixture(scope="module", params=SYSTEMS, ids=lambda path: path.name)
def compiled(request: pytest.FixtureRequest) -> Compilation:
    """One system's runbook, compiled with its overlay."""
    return compilation(request.param / DOCUMENT)


@pytest.fixture(scope="module")
def catalog(compiled: Compilation) -> Catalog:
    assert compiled.catalog is not None
    return compiled.catalog


def steps(catalog: Catalog) -> list[Step]:
    return [step for procedure in catalog.procedures for step in procedure.steps]


def runnable(catalog: Catalog, kind: StepKind) -> list[Step]:
    return [step for step in steps(catalog) if step.kind is kind]


def test_the_five_systems_are_here() -> None:
    assert {path.name for path in SYSTEMS} >= {"algorhythmic", "pulse-ai-studio", "swipesavvy", "synesthesia"}


def test_the_catalog_is_what_the_runbook_compiles_to(compiled: Compilation) -> None:
    assert (compiled.path.parent / CATALOG).read_text(encoding="utf-8") == compiled.compiled.text


def test_everything_in_the_overlay_fits(catalog: Catalog) -> None:
    assert catalog.remarks == ()


def test_lint_finds_no_error(compiled: Compilation) -> None:
    errors = [(each.line, each.text) for each in report(compiled, TODAY).remarks if each.weight is Weight.ERROR]
    assert errors == []


def test_every_id_is_unique_and_every_title_is_a_whole_text(catalog: Catalog) -> None:
    ids = [each.id for each in catalog.procedures] + [each.id for each in steps(catalog)]
    assert len(ids) == len(set(ids))
    titles = [each.title for each in catalog.procedures] + [each.title for each in steps(catalog)]
    assert [title for title in titles if title.endswith("…") or re.search(r": \.(?!/)", title)] == []


def test_a_change_has_a_name_that_people_gave_it(catalog: Catalog) -> None:
    generated = re.compile(r".*-[0-9a-f]{6}")
    changes = runnable(catalog, StepKind.REMEDIATION)
    assert [each.id for each in changes if generated.fullmatch(each.id)] == []


def test_what_runs_by_itself_only_looks_and_needs_nobody(catalog: Catalog) -> None:
    """What waits for a value takes it from an earlier step, and runs when that has given one."""
    diagnostics = runnable(catalog, StepKind.DIAGNOSTIC)
    alone = [each for procedure in catalog.procedures for each in procedure.diagnostics]
    assert alone
    for each in alone:
        plan = draw_up(each, {}, catalog=catalog, environment=each.environment or "production")
        assert (each.verdict, plan.target) == (Verdict.READ_ONLY, each.target), each.id
    for each in diagnostics:
        assert each in alone or all(one.default is not None or one.taken_from for one in each.parameters), each.id


def test_a_change_is_guarded_or_says_why_not_and_tells_the_way_back(catalog: Catalog) -> None:
    remediations = runnable(catalog, StepKind.REMEDIATION)
    assert remediations
    for each in remediations:
        assert each.verdict is Verdict.MUTATING, each.id
        assert each.undo, f"{each.id} has no undo"
        assert (each.guard.probe is None) == (each.guard.kind is GuardKind.NONE), each.id


def test_a_change_in_sql_without_a_guard_sets_what_it_sets_however_often_it_runs(catalog: Catalog) -> None:
    unguarded = [
        str(each.command["sql"]).split()[0]
        for each in runnable(catalog, StepKind.REMEDIATION)
        if each.guard.kind is GuardKind.NONE and each.executor == "postgres"
    ]
    assert set(unguarded) <= {"ANALYZE", "CALL"}


def test_a_change_that_cannot_be_taken_back_counts_before_it_runs(catalog: Catalog) -> None:
    for each in runnable(catalog, StepKind.REMEDIATION):
        if _NO_WAY_BACK.search(each.undo):
            assert each.guard.kind is not GuardKind.NONE, each.id


def test_sessions_are_ended_only_of_the_applications_own_role(catalog: Catalog) -> None:
    for each in runnable(catalog, StepKind.REMEDIATION):
        text = str(each.command.get("sql", ""))
        if "pg_terminate_backend" in text:
            assert re.search(r"usename = '\w+'", text), each.id
            assert "pid <> pg_backend_pid()" in text, each.id


def test_every_alert_of_the_runbook_leads_to_steps_with_a_severity(compiled: Compilation, catalog: Catalog) -> None:
    alerts = {each.name for each in compiled.compiled.recognised.alerts}
    assert alerts
    for name in alerts:
        route = catalog.route({"alertname": name})
        procedure = catalog.procedure(route.procedure) if route else None
        assert route is not None, f"{name} leads nowhere"
        assert procedure is not None, f"{name} leads to {route.procedure}, which is not there"
        assert procedure.steps, f"{name} leads to {procedure.id}, which holds no step"
        assert route.severity is not None, f"{name} has no severity"


def test_every_incident_says_what_one_sees_and_what_to_do(catalog: Catalog) -> None:
    incidents = [each for each in catalog.procedures if each.purpose == "incident"]
    assert len(incidents) >= 6
    for each in incidents:
        assert each.symptoms, f"{each.id} has no symptoms"
        assert each.steps, f"{each.id} has no steps"


def test_the_deadlines_are_those_of_the_runbooks_table(compiled: Compilation, catalog: Catalog) -> None:
    assert dict(catalog.policies) == written_policies(compiled.text)


def written_policies(text: str) -> dict[Severity, Policy]:
    """The table of the runbook, read here in a few lines; an empty cell is what the house does."""
    header = next(line for line in text.splitlines() if line.startswith("|") and "Acknowledge" in line)
    columns = [cell.strip().lower().replace("-", "") for cell in header.strip("|").split("|")]
    found = {}
    for match in _CELLS.finditer(text):
        cells = dict(zip(columns[1:], (cell.strip() for cell in match[2].split("|")), strict=False))
        if Severity(match[1]) not in found and "acknowledge" in cells:
            found[Severity(match[1])] = _policy(Severity(match[1]), cells)
    return found


def _policy(severity: Severity, cells: dict[str, str]) -> Policy:
    house = HOUSE[severity]
    return Policy(
        acknowledge=_span(cells["acknowledge"]) or house.acknowledge,
        assess=_span(cells.get("assess", "")) or house.assess,
        update=_span(cells.get("update", "")) or house.update,
        escalate=_span(cells.get("escalate", "")) or house.escalate,
        postmortem=_span(cells.get("postmortem", "")) or house.postmortem,
    )


def _span(cell: str) -> timedelta | None:
    match = _SPAN.search(cell)
    return timedelta(**{f"{match[2]}s": int(match[1])}) if match else None
