"""What GitHub shows of runs, workflows and pull requests, as lines for people."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.executors.github.session import Session, part, parts
from bot.executors.table import Row, drawn, listed
from bot.executors.tool.answer import MOST_BYTES, Answer, Denied
from compiler.proof.git.runnable import Ask, Request
from incident.digest import Facts, Json

_MOST: Final = 30


async def look(session: Session, request: Request, *, now: datetime) -> Answer:
    """What the command shows. Raises Denied or Unanswered."""
    reader = _READERS.get(request.ask)
    if reader is None:
        raise Denied(f"gh {request.ask.value} is no command that looks.")
    return await reader(session, request, now)


async def _runs(session: Session, request: Request, now: datetime) -> Answer:
    options = request.options
    place = ("actions", "workflows", options["workflow"], "runs") if "workflow" in options else ("actions", "runs")
    query = {"branch": options.get("branch", ""), "status": options.get("state", ""), "per_page": _limit(request)}
    found = await session.get(*place, **{key: value for key, value in query.items() if value})
    keys = ("display_title", "name", "head_branch", "id")
    rows = [
        [run_state(run), *(_text(run, key) for key in keys), _age(run, now)] for run in parts(found, "workflow_runs")
    ]
    return _table(["State", "Title", "Workflow", "Branch", "Run", "Age"], rows)


async def _run(session: Session, request: Request, now: datetime) -> Answer:
    run = await session.get("actions", "runs", request.name)
    jobs = parts(await session.get("actions", "runs", request.name, "jobs", per_page="100"), "jobs")
    head = f"{_text(run, 'display_title')} ({_text(run, 'name')}, {_text(run, 'head_branch')}): {run_state(run)}"
    lines = [head, _text(run, "html_url"), *(line for job in jobs for line in _job(job))]
    return Answer(text="\n".join(lines), value=run_state(run), rows=len(lines), single=True)


def _job(job: Facts) -> list[str]:
    steps = [f"    {run_state(step)}  {_text(step, 'name')}" for step in _steps(job) if not _went_well(step)]
    return [f"{run_state(job)}  {_text(job, 'name')}", *steps]


def _steps(job: Facts) -> Sequence[Facts]:
    """None while nobody has taken the job up."""
    return parts(job, "steps") if job.get("steps") else ()


def _went_well(step: Facts) -> bool:
    return step.get("conclusion") in ("success", "skipped")


async def _workflows(session: Session, request: Request, now: datetime) -> Answer:
    found = parts(await session.get("actions", "workflows", per_page="100"), "workflows")
    rows = [[_text(each, "name"), _text(each, "state"), _text(each, "path")] for each in found]
    return _table(["Name", "State", "File"], rows)


async def _pulls(session: Session, request: Request, now: datetime) -> Answer:
    options = request.options
    query = {"state": options.get("state", ""), "base": options.get("base", ""), "per_page": _limit(request)}
    found = await session.listed("pulls", **{key: value for key, value in query.items() if value})
    rows = [
        [
            _text(each, "number"),
            _text(each, "title"),
            _text(part(each, "head"), "ref"),
            pull_state(each),
            _age(each, now),
        ]
        for each in found
    ]
    return _table(["Number", "Title", "Branch", "State", "Age"], rows)


async def _pull(session: Session, request: Request, now: datetime) -> Answer:
    pull = await session.get("pulls", request.name)
    facts: list[tuple[str, Json]] = [
        ("title", pull.get("title")),
        ("state", pull_state(pull)),
        ("author", part(pull, "user").get("login")),
        ("into", part(pull, "base").get("ref")),
        ("branch", part(pull, "head").get("ref")),
        ("commit", part(pull, "head").get("sha")),
        ("mergeable", pull.get("mergeable_state")),
        ("changed files", pull.get("changed_files")),
        ("address", pull.get("html_url")),
    ]
    rows: list[Row] = [[name, str(fact)] for name, fact in facts if fact is not None]
    text, cut = drawn(["name", "value"], rows, characters=MOST_BYTES)
    return Answer(text=text, value=pull_state(pull), rows=len(rows), cut=cut, single=True)


async def _checks(session: Session, request: Request, now: datetime) -> Answer:
    """``value`` is how many have not succeeded."""
    pull = await session.get("pulls", request.name)
    found = await session.get("commits", _text(part(pull, "head"), "sha"), "check-runs", per_page="100")
    checks = parts(found, "check_runs")
    answer = _table(["State", "Check"], [[run_state(each), _text(each, "name")] for each in checks])
    unwell = sum(not _went_well(each) for each in checks)
    return Answer(text=answer.text, value=unwell, rows=len(checks), cut=answer.cut)


def run_state(run: Facts) -> str:
    """How a run, job, step or check ended; while it has not, where it stands: *success*, *in_progress*."""
    return str(run.get("conclusion") or run["status"])


def pull_state(pull: Facts) -> str:
    """*open*, *closed* or *merged*."""
    return "merged" if pull.get("merged_at") else str(pull["state"])


def _limit(request: Request) -> str:
    return str(min(int(request.options.get("limit", "20")), _MOST))


def _table(names: Sequence[str], rows: Sequence[Row]) -> Answer:
    text, cut = listed(names, rows, more=False, characters=MOST_BYTES)
    plain = "".join("\t".join(str(cell) for cell in row) + "\n" for row in rows)
    return Answer(text=text, plain=plain, value=len(rows), rows=len(rows), cut=cut)


def _text(found: Facts, key: str) -> str:
    value = found.get(key)
    return "" if value is None else str(value)


def _age(found: Facts, now: datetime) -> str:
    try:
        minutes = int((now - datetime.fromisoformat(_text(found, "created_at"))).total_seconds()) // 60
    except (ValueError, TypeError):
        return ""
    return f"{minutes}m" if minutes < 120 else f"{minutes // 60}h" if minutes < 2880 else f"{minutes // 1440}d"


_READERS: Final[Mapping[Ask, Callable[[Session, Request, datetime], Awaitable[Answer]]]] = {
    Ask.RUNS: _runs,
    Ask.RUN: _run,
    Ask.WORKFLOWS: _workflows,
    Ask.PULLS: _pulls,
    Ask.PULL: _pull,
    Ask.CHECKS: _checks,
}
