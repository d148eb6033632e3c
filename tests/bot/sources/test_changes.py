"""What deployment tools send becomes changes of systems; what is no change of one is none, and odd bodies say why."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.redaction.redactor import Redactor
from bot.sources.admission import Request
from bot.sources.change_places import Places
from bot.sources.changes import TELLERS, delivery_of, reader
from commands.outage import Unreadable
from incident.alert import Delivery
from incident.system_change import Progress, SystemChange

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACES = Places(
    systems=("shop", "bank"),
    repositories={"acme/shop": ("shop",), "acme/all": ("shop", "bank")},
    services={"main/api": ("shop",), "worker": ("bank",)},
)
GITHUB = {"repository": {"full_name": "Acme/Shop", "default_branch": "trunk"}, "sender": {"login": "ana"}}


def delivery(source: str, body: object, **headers: str) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return delivery_of(source, Request(headers=named, body=raw, at=NOW))


def read(source: str, body: object, **headers: str) -> tuple[SystemChange, ...]:
    return reader(PLACES)(delivery(source, body, **headers))


def one(source: str, body: object, **headers: str) -> SystemChange:
    (change,) = read(source, body, **headers)
    return change


def test_any_tool_can_tell_what_it_changed() -> None:
    body = {
        "what": "Checkout 1.4", "system": "shop", "at": "2026-03-01T11:30:00+01:00", "by": "ana", "revision": "3f9c",
        "link": "https://ci.example/7", "environment": "production",
    }  # fmt: skip
    change = one("changes", body)
    assert (change.what, change.system, change.by, change.revision) == ("Checkout 1.4", "shop", "ana", "3f9c")
    assert (change.at, change.state) == (NOW - timedelta(minutes=90), Progress.DONE)
    assert (change.link, change.environment) == ("https://ci.example/7", "production")


def test_a_secret_that_a_tool_lets_slip_is_hidden_also_where_it_is_not_understood() -> None:
    shaped, known = "gh" + "p_" + "a1B2" * 9, "correct-horse-battery"
    without = reader(PLACES, Redactor([known]).clean)
    body = {
        "what": f"Rotate {shaped}", "system": "shop", "by": known, "revision": known, "environment": shaped,
        "link": f"https://ci.example/7?with={shaped}",
    }  # fmt: skip
    (change,) = without(delivery("changes", body))
    assert not [each for each in (shaped, known) if each in str(change)]
    assert (change.what, change.link) == ("Rotate [redacted]", ""), "an address without its secret leads nowhere"
    commit = {"id": "c0ffee", "message": f"Use {known}", "timestamp": "2026-03-01T11:00:00Z"}
    pushed = {**GITHUB, "ref": "refs/heads/trunk", "after": "c0ffee", "head_commit": commit, "commits": [commit]}
    (change,) = without(delivery("github", pushed, X_GitHub_Event="push"))
    assert "[redacted]" in change.what
    with pytest.raises(Unreadable, match=r"“state” is “\[redacted\]”"):
        without(delivery("changes", {"what": "x", "system": "shop", "state": known}))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"not json", "the body is not JSON"),
        ({"system": "shop"}, "“what” is missing"),
        ({"what": 7, "system": "shop", "state": "perhaps"}, "“state” is “perhaps”"),
        ({"what": "x"}, "“system” is missing: write one of shop, bank"),
        ({"what": "x", "system": "sho"}, "“system” is “sho”, which is no system of muster.yaml"),
        ({"what": "x", "system": "shop", "at": "yesterday"}, "“at” is no time"),
        ([1], "not an object"),
    ],
)
def test_a_body_that_tells_no_change_says_why_in_one_sentence(body: object, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read("changes", body)


def test_with_one_system_it_need_not_be_named() -> None:
    alone = reader(Places(systems=("shop",)))
    (change,) = alone(delivery("changes", {"what": "x"}))
    assert change.system == "shop"


def test_a_change_with_an_id_can_be_told_again_as_it_comes_further() -> None:
    begun = one("changes", {"id": "7", "what": "x", "system": "shop", "state": "started"})
    ended = one("changes", {"id": "7", "what": "x", "system": "shop", "state": "failed"})
    assert begun.id == ended.id
    assert (begun.state, ended.state) == (Progress.UNDER_WAY, Progress.FAILED)


def test_the_same_idempotency_key_is_the_same_request() -> None:
    keyed = delivery("changes", {"what": "x"}, Idempotency_Key="run-7")
    assert keyed.key == "changes:run-7"
    assert delivery("changes", {"what": "y"}, Idempotency_Key="run-7").key == keyed.key
    assert delivery("changes", {"what": "x"}).key != delivery("changes", {"what": "y"}).key


def deployment(**status: object) -> dict[str, object]:
    created = {"id": 5, "sha": "3f9c2a7be0d94c1", "ref": "v1.4", "task": "deploy", "environment": "production",
               "creator": {"login": "ana"}, "created_at": "2026-03-01T11:50:00Z"}  # fmt: skip
    return {**GITHUB, "deployment": created, **({"deployment_status": status} if status else {})}


def test_a_deployment_and_how_it_ends_are_one_change() -> None:
    begun = one("github", deployment(), X_GitHub_Event="deployment")
    ended = one(
        "github",
        deployment(state="failure", created_at="2026-03-01T11:55:00Z", log_url="https://github.com/acme/shop/runs/1"),
        X_GitHub_Event="deployment_status",
    )
    assert begun.id == ended.id
    assert (begun.what, begun.by, begun.revision) == ("Deploy of Acme/Shop (v1.4)", "ana", "3f9c2a7be0d9")
    assert (begun.state, ended.state, ended.environment) == (Progress.UNDER_WAY, Progress.FAILED, "production")
    assert ended.moved_at - begun.at == timedelta(minutes=5)
    assert read("github", deployment(state="inactive"), X_GitHub_Event="deployment_status") == ()


def run(**changed: object) -> dict[str, object]:
    made = {"id": 9, "name": "Release", "head_branch": "trunk", "head_sha": "3f9c", "run_attempt": 1, "event": "push",
            "status": "completed", "conclusion": "success", "html_url": "https://github.com/acme/shop/actions/runs/9",
            "run_started_at": "2026-03-01T11:40:00Z", "updated_at": "2026-03-01T11:45:00Z",
            "display_title": "Fix the till", "actor": {"login": "ben"}}  # fmt: skip
    return {**GITHUB, "action": "completed", "workflow_run": {**made, **changed}}


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, Progress.DONE),
        ({"status": "in_progress", "conclusion": None}, Progress.UNDER_WAY),
        ({"conclusion": "failure"}, Progress.FAILED),
        ({"conclusion": "timed_out"}, Progress.FAILED),
        ({"head_branch": "v1.4", "event": "release"}, Progress.DONE),
        ({"head_branch": "a-branch"}, None),
        ({"event": "pull_request"}, None),
        ({"event": "pull_request_target"}, None),
    ],
)
def test_workflow_runs_of_the_default_branch_are_changes(changed: dict[str, object], state: Progress | None) -> None:
    found = read("github", run(**changed), X_GitHub_Event="workflow_run")
    assert [each.state for each in found] == ([state] if state is not None else [])


def push(**changed: object) -> dict[str, object]:
    commit = {"message": "Fix the till\n\nIt rang twice."}
    made = {"ref": "refs/heads/trunk", "after": "3f9c2a", "deleted": False, "compare": "https://github.com/x/compare",
            "pusher": {"name": "ana"}, "head_commit": commit}  # fmt: skip
    return {**GITHUB, **made, **changed}


def test_a_push_to_the_default_branch_is_a_change_and_no_other() -> None:
    change = one("github", push(), X_GitHub_Event="push")
    assert (change.what, change.by) == ("Push to Acme/Shop (trunk): Fix the till", "ana")
    assert read("github", push(ref="refs/heads/other"), X_GitHub_Event="push") == ()
    assert read("github", push(ref="refs/tags/v1"), X_GitHub_Event="push") == ()
    assert read("github", push(deleted=True), X_GitHub_Event="push") == ()


def test_one_repository_of_two_systems_changes_both() -> None:
    found = read("github", {**push(), "repository": {"full_name": "acme/all", "default_branch": "trunk"}},
                 X_GitHub_Event="push")  # fmt: skip
    assert [each.system for each in found] == ["shop", "bank"]
    assert len({each.id for each in found}) == 2


@pytest.mark.parametrize("kind", ["ping", "issues", "star"])
def test_what_is_no_change_is_taken_without_one(kind: str) -> None:
    assert read("github", GITHUB, X_GitHub_Event=kind) == ()
    assert read("github", {"repository": {"full_name": "acme/other"}}, X_GitHub_Event="push") == ()


@pytest.mark.parametrize(
    ("kind", "body"),
    [("deployment", GITHUB), ("workflow_run", GITHUB), ("push", {**GITHUB, "ref": "refs/heads/trunk"})],
)
def test_an_event_without_what_names_it_is_unreadable(kind: str, body: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        read("github", body, X_GitHub_Event=kind)
    with pytest.raises(Unreadable, match="X-GitHub-Event is missing"):
        read("github", body)


def ecs(name: str, arn: str = "arn:aws:ecs:eu-central-1:123456789012:service/main/api") -> dict[str, object]:
    return {
        "id": "e1", "detail-type": "ECS Deployment State Change", "source": "aws.ecs", "time": "2026-03-01T11:59:00Z",
        "resources": [arn],
        "detail": {"eventName": name, "deploymentId": "ecs-svc/123", "updatedAt": "2026-03-01T11:58:00Z",
                   "reason": "tasks failed to start"},
    }  # fmt: skip


def test_a_deployment_of_ecs_is_told_by_its_service() -> None:
    begun, failed = one("ecs", ecs("SERVICE_DEPLOYMENT_IN_PROGRESS")), one("ecs", ecs("SERVICE_DEPLOYMENT_FAILED"))
    assert begun.id == failed.id
    assert (begun.what, failed.what) == ("Deployment of main/api", "Deployment of main/api: tasks failed to start")
    assert (begun.system, begun.state, failed.state) == ("shop", Progress.UNDER_WAY, Progress.FAILED)
    of_any_cluster = one("ecs", ecs("SERVICE_DEPLOYMENT_COMPLETED", "arn:aws:ecs:eu-west-1:1:service/any/worker"))
    assert of_any_cluster.system == "bank"
    assert read("ecs", ecs("SERVICE_DEPLOYMENT_COMPLETED", "arn:aws:ecs:eu-west-1:1:service/any/other")) == ()


def test_a_topic_of_sns_can_bring_it() -> None:
    envelope = {"Type": "Notification", "MessageId": "m-1", "Message": json.dumps(ecs("SERVICE_DEPLOYMENT_COMPLETED"))}
    assert one("ecs", envelope).state is Progress.DONE
    assert delivery("ecs", envelope).key == "ecs:m-1"
    assert read("ecs", {"Type": "SubscriptionConfirmation", "Message": "confirm"}) == ()
    assert read("ecs", {"detail-type": "ECS Task State Change", "detail": {}}) == ()
    with pytest.raises(Unreadable):
        read("ecs", ecs("SERVICE_DEPLOYMENT_FAILED", "arn:aws:sqs:eu-west-1:1:queue"))


def test_a_message_of_sns_with_half_a_letter_in_it_is_unreadable_and_no_fault() -> None:
    with pytest.raises(Unreadable):
        read("ecs", {"Type": "Notification", "Message": "\ud800"})


def test_a_later_time_than_its_arrival_is_not_believed() -> None:
    ahead = one("changes", {"what": "x", "system": "shop", "at": "2027-03-01T12:00:00Z"})
    assert ahead.at == NOW


def test_github_proves_itself_by_its_signature_alone() -> None:
    proof = TELLERS["github"].proof
    # From GitHub's own documentation: secret, payload and the signature that they yield.
    secret, payload = "It's a Secret to Everybody", b"Hello, World!"
    right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    given = Request(headers={"X-Hub-Signature-256": right}, body=payload, at=NOW)
    assert proof.holds(given, ["another", secret])
    assert not proof.holds(given, ["another"])
    assert not proof.holds(Request(headers={"X-Hub-Signature-256": right[7:]}, body=payload, at=NOW), [secret])
    assert not proof.holds(Request(headers={}, body=payload, at=NOW), [secret])
