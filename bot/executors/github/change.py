"""What Muster changes at GitHub: starts, repeats and cancels runs, which it follows, and merges or reverts requests."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from msgspec import Struct

from bot.executors.github.look import pull_state, run_state
from bot.executors.github.session import Session, part, parts
from bot.executors.tool.answer import Answer, Denied, EndedBadly, NotAllowed, Run, Unanswered
from compiler.proof.git.runnable import Ask, Request
from incident.digest import Facts
from incident.finding import OutcomeState

_POLL_SECONDS: Final = 2.0
_FOLLOWED: Final = 0.95
"""The part of the run's time in which GitHub's run is followed; then it is told that it still goes on."""
_REVERT: Final = (
    "mutation($id: ID!) { revertPullRequest(input: {pullRequestId: $id}) { revertPullRequest { number url } } }"
)


class Change(Struct, frozen=True, kw_only=True):
    """One change as it is made: ``looking`` follows what ``acting`` began."""

    looking: Session
    acting: Session
    request: Request
    seconds: float
    poll: float = _POLL_SECONDS


async def before(looking: Session, request: Request) -> str:
    """What the change is about, as it stands. Raises Denied or Unanswered."""
    match request.ask:
        case Ask.DISPATCH:
            workflow = await looking.get("actions", "workflows", request.name)
            state = "" if workflow.get("state") == "active" else f", which is {workflow.get('state')}"
            return f"It starts {workflow.get('name')}{state} on {await _ref(looking, request)}."
        case Ask.RERUN | Ask.CANCEL:
            run = await looking.get("actions", "runs", request.name)
            return f"Run {request.name}: {run.get('display_title')} on {run.get('head_branch')} is {run_state(run)}."
        case Ask.MERGE | Ask.REVERT:
            pull = await looking.get("pulls", request.name)
            files = f"{pull.get('changed_files')} files, {pull.get('commits')} commits"
            into = part(pull, "base").get("ref")
            return f"#{request.name} {pull.get('title')} into {into} ({files}) is {pull_state(pull)}."
    raise NotAllowed("Nothing was sent: this is no change that Muster makes.")


async def make(change: Change, run: Run) -> Answer:
    """Make it once. Raises Denied, Unanswered or EndedBadly."""
    makes = _MAKES.get(change.request.ask)
    if makes is None:
        raise NotAllowed("Nothing was sent: this is no change that Muster makes.")
    return await makes(change, run)


async def _dispatched(change: Change, run: Run) -> Answer:
    """Start a workflow, find the run that began, and follow it."""
    request = change.request
    ref = await _ref(change.looking, request)
    known = {each.get("id") for each in await _runs_of(change.looking, request.name)}
    body: Facts = {"ref": ref, "inputs": dict(request.inputs)}
    await change.acting.send("POST", "actions", "workflows", request.name, "dispatches", body=body, run=run)
    deadline = asyncio.get_running_loop().time() + change.seconds * _FOLLOWED
    with _begun():
        while asyncio.get_running_loop().time() < deadline:
            began = [each for each in await _runs_of(change.looking, request.name) if each.get("id") not in known]
            if began:
                return await _followed(change, run, str(began[-1].get("id")), deadline)
            await asyncio.sleep(change.poll)
    return Answer(text="", told=f"{request.name} was started, and GitHub has not yet shown its run: see its runs.")


async def _runs_of(session: Session, workflow: str) -> list[Facts]:
    found = await session.get("actions", "workflows", workflow, "runs", event="workflow_dispatch", per_page="20")
    return list(parts(found, "workflow_runs"))


async def _rerun(change: Change, run: Run) -> Answer:
    number, again = change.request.name, "rerun-failed-jobs" if "failed" in change.request.options else "rerun"
    await change.acting.send("POST", "actions", "runs", number, again, body={}, run=run)
    deadline = asyncio.get_running_loop().time() + change.seconds * _FOLLOWED
    # GitHub goes on showing the end of the attempt before for a moment.
    await asyncio.sleep(change.poll)
    with _begun():
        return await _followed(change, run, number, deadline)


@contextmanager
def _begun() -> Iterator[None]:
    """GitHub has begun: what it refuses to show from here on is unknown, and was not undone. Raises Unanswered."""
    try:
        yield
    except Denied as no:
        raise Unanswered(f"It has begun, and cannot be followed. {no}") from no


async def _followed(change: Change, run: Run, number: str, deadline: float) -> Answer:
    """Watch a run until it ends or the time for it is nearly over. Raises EndedBadly when it did not succeed."""
    told: list[str] = []
    while True:
        found = await change.looking.get("actions", "runs", number)
        jobs = parts(await change.looking.get("actions", "runs", number, "jobs", per_page="100"), "jobs")
        for line in (f"{run_state(job)}  {job.get('name')}" for job in jobs):
            if line not in told:
                told.append(line)
                run.heard(f"{line}\n".encode())
        run.receipt = {**run.receipt, "run": number, "address": str(found.get("html_url", ""))}
        ended = found.get("status") == "completed"
        if ended or asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(change.poll)
    text = "\n".join(f"{run_state(job)}  {job.get('name')}" for job in jobs)
    address = f"{found.get('html_url')}"
    if not ended:
        return Answer(text=text, told=f"Run {number} has begun and still goes on: follow it at {address}.", changed=1)
    if found.get("conclusion") != "success":
        sentence = f"Run {number} ended as {found.get('conclusion')}: see {address}."
        raise EndedBadly(OutcomeState.FAILED, sentence, text=text)
    return Answer(text=text, told=f"Run {number} succeeded: {address}.", changed=1)


async def _cancelled(change: Change, run: Run) -> Answer:
    await change.acting.send("POST", "actions", "runs", change.request.name, "cancel", body={}, run=run)
    return Answer(text="", told=f"Run {change.request.name} was asked to end.", changed=1)


async def _merged(change: Change, run: Run) -> Answer:
    """Merge exactly the commit that stands at the request's head now."""
    pull = await change.looking.get("pulls", change.request.name)
    if pull_state(pull) != "open":
        raise Denied(f"#{change.request.name} is {pull_state(pull)} already.")
    body: Facts = {"merge_method": change.request.options["method"], "sha": part(pull, "head").get("sha")}
    merged = await change.acting.send("PUT", "pulls", change.request.name, "merge", body=body, run=run)
    commit = str(merged.get("sha") or "")
    return Answer(text=commit, told=f"#{change.request.name} was merged as {commit[:12]}.", changed=1)


async def _reverted(change: Change, run: Run) -> Answer:
    """Open a pull request that takes another one back; somebody has yet to merge it."""
    pull = await change.looking.get("pulls", change.request.name)
    if pull_state(pull) != "merged":
        raise Denied(f"#{change.request.name} is {pull_state(pull)}, and only what was merged can be reverted.")
    made = await change.acting.graphql(_REVERT, {"id": pull.get("node_id")}, run=run)
    revert = part(part(made, "revertPullRequest"), "revertPullRequest")
    if "number" not in revert:
        raise Unanswered("GitHub did not name the pull request that takes it back.")
    told = f"#{revert['number']} takes #{change.request.name} back once it is merged: {revert.get('url')}."
    return Answer(text=str(revert.get("url")), told=told, changed=1)


async def _ref(session: Session, request: Request) -> str:
    """The branch or tag that is named, else the repository's own."""
    return request.options.get("ref") or str((await session.get()).get("default_branch") or "main")


_MAKES: Final[Mapping[Ask, Callable[[Change, Run], Awaitable[Answer]]]] = {
    Ask.DISPATCH: _dispatched,
    Ask.RERUN: _rerun,
    Ask.CANCEL: _cancelled,
    Ask.MERGE: _merged,
    Ask.REVERT: _reverted,
}
