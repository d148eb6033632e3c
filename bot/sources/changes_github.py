"""GitHub's webhooks: deployments and how they end, workflow runs, and pushes to the default branch.

Source: docs.github.com (webhook events and payloads; validating webhook deliveries).
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

from bot.sources.admission import Proof, Request, body_hash, signed
from bot.sources.change_places import LONGEST, LONGEST_WHAT, Places, for_each
from bot.sources.reading import document, first, link, table, text, time
from commands.outage import Unreadable
from incident.alert import Delivery
from incident.system_change import Progress, SystemChange, change_id

NAME: Final = "github"
_SHORT: Final = 12
"""Characters of a commit's hash that are shown."""

_DEPLOYED: Final = {
    "queued": Progress.UNDER_WAY,
    "pending": Progress.UNDER_WAY,
    "in_progress": Progress.UNDER_WAY,
    "success": Progress.DONE,
    "failure": Progress.FAILED,
    "error": Progress.FAILED,
}
"""A deployment's states; *inactive* is what an older one becomes, and no change."""


class Told(Protocol):
    """What one kind of event tells, its system still left open; None when that is no change."""

    def __call__(self, body: Mapping[str, object], repository: str, delivery: Delivery) -> SystemChange | None: ...


def _signature(request: Request, secrets: Sequence[str]) -> bool:
    method, _, given = request.headers.get("X-Hub-Signature-256", "").partition("=")
    return method == "sha256" and signed(request.body, given, secrets)


PROOF: Final = Proof(holds=_signature, status=403, refusal="The signature in X-Hub-Signature-256 is missing or wrong.")


def request_key(request: Request) -> str:
    """The number that GitHub gives a delivery, which stays when it is sent again."""
    given = request.headers.get("X-GitHub-Delivery", "")
    return given if re.fullmatch(r"[\w-]{1,64}", given, re.ASCII) else body_hash(request.body)


def read(delivery: Delivery, places: Places) -> tuple[SystemChange, ...]:
    """What the event tells; nothing for another kind of event, or for a repository of no system. Raises Unreadable."""
    kind = delivery.headers.get("X-GitHub-Event", "")
    if not kind:
        raise Unreadable("the header X-GitHub-Event is missing")
    body = document(delivery.body)
    told = _EVENTS.get(kind)
    repository = text(table(body, "repository").get("full_name"))
    systems = places.of_repository(repository)
    change = told(body, repository, delivery) if told is not None and systems else None
    return () if change is None else for_each(change, systems)


def _deployment(body: Mapping[str, object], repository: str, delivery: Delivery) -> SystemChange | None:
    """A deployment, or how one goes on: both are the same change."""
    deployment, status = table(body, "deployment"), table(body, "deployment_status")
    number = text(deployment.get("id"))
    if not number:
        raise Unreadable("a deployment without an id")
    state = _DEPLOYED.get(text(status.get("state"))) if status else Progress.UNDER_WAY
    if state is None:
        return None
    environment = first(status, "environment") or first(deployment, "environment")
    task, ref = first(deployment, "task") or "deploy", first(deployment, "ref")
    what = f"{task.capitalize()} of {repository}{f' ({ref})' if ref else ''}"
    began = time(deployment.get("created_at")) or delivery.received_at
    target = next((found for name in ("log_url", "target_url") if (found := link(status.get(name)))), "")
    return SystemChange(
        id=change_id(NAME, f"deployment:{repository}:{number}"),
        source=NAME,
        system="",
        what=what[:LONGEST_WHAT],
        at=min(began, delivery.received_at),
        moved_at=time(status.get("created_at")) or began,
        state=state,
        by=first(table(deployment, "creator"), "login")[:LONGEST],
        link=target,
        revision=text(deployment.get("sha"))[:_SHORT],
        environment=environment[:LONGEST],
    )


def _workflow_run(body: Mapping[str, object], repository: str, delivery: Delivery) -> SystemChange | None:
    """A run on the default branch, or one that was started for a release; checks of proposals change nothing."""
    run = table(body, "workflow_run")
    number = text(run.get("id"))
    if not number:
        raise Unreadable("a workflow run without an id")
    main = text(run.get("head_branch")) == _default_branch(body)
    if text(run.get("event")).startswith("pull_request") or not (main or text(run.get("event")) in _RELEASING):
        return None
    began = time(run.get("run_started_at")) or time(run.get("created_at")) or delivery.received_at
    title = first(run, "display_title")
    return SystemChange(
        id=change_id(NAME, f"run:{repository}:{number}:{text(run.get('run_attempt')) or 1}"),
        source=NAME,
        system="",
        what=f"Workflow “{first(run, 'name')}” of {repository}{f': {title}' if title else ''}"[:LONGEST_WHAT],
        at=min(began, delivery.received_at),
        moved_at=time(run.get("updated_at")) or began,
        state=_run_state(run),
        by=first(table(run, "actor"), "login")[:LONGEST],
        link=link(run.get("html_url")) or "",
        revision=text(run.get("head_sha"))[:_SHORT],
    )


_RELEASING: Final = frozenset({"release", "workflow_dispatch", "deployment"})


def _run_state(run: Mapping[str, object]) -> Progress:
    if text(run.get("status")) != "completed":
        return Progress.UNDER_WAY
    return Progress.DONE if text(run.get("conclusion")) in {"success", "neutral", "skipped"} else Progress.FAILED


def _push(body: Mapping[str, object], repository: str, delivery: Delivery) -> SystemChange | None:
    """A push to the default branch; other branches and tags, and a branch that was deleted, change nothing."""
    branch = text(body.get("ref")).removeprefix("refs/heads/")
    if branch != _default_branch(body) or body.get("deleted") is True:
        return None
    revision, commit = text(body.get("after")), table(body, "head_commit")
    if not revision:
        raise Unreadable("a push without a commit")
    subject = (text(commit.get("message")).splitlines() or [""])[0]
    return SystemChange(
        id=change_id(NAME, f"push:{repository}:{revision}"),
        source=NAME,
        system="",
        what=f"Push to {repository} ({branch}){f': {subject}' if subject else ''}"[:LONGEST_WHAT],
        at=delivery.received_at,
        moved_at=delivery.received_at,
        by=(first(table(body, "pusher"), "name") or first(table(body, "sender"), "login"))[:LONGEST],
        link=link(body.get("compare")) or "",
        revision=revision[:_SHORT],
    )


def _default_branch(body: Mapping[str, object]) -> str:
    return text(table(body, "repository").get("default_branch")) or "main"


_EVENTS: Final[Mapping[str, Told]] = MappingProxyType(
    {"deployment": _deployment, "deployment_status": _deployment, "workflow_run": _workflow_run, "push": _push}
)
