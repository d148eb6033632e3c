"""What an older Muster kept is still read: a field that came later takes its default."""

import json
from datetime import time, timedelta

from msgspec.structs import replace

from bot.stores.codec import APPROVAL, INCIDENT
from incident.approval_policy import ApprovalPolicy
from incident.hours import Hours
from incident.responder import UserId
from tests.contract import making


def test_a_request_from_before_rules_and_quorums_is_read() -> None:
    kept = json.loads(APPROVAL.text(making.approval()))
    assert kept.pop("yes") == []
    kept["policy"] = {key: kept["policy"][key] for key in ("approvers", "expires_after", "requester_may_approve")}
    assert APPROVAL.value(json.dumps(kept)) == making.approval()


def test_an_incident_from_before_evidence_could_be_frozen_is_read() -> None:
    kept = json.loads(INCIDENT.text(making.full_incident()))
    assert "evidence" in kept
    del kept["evidence"]
    assert INCIDENT.value(json.dumps(kept)) == replace(making.full_incident(), evidence=None)


def test_a_policy_comes_back_with_its_hours_and_times() -> None:
    night = Hours(start=time(22), end=time(6, 30), timezone="Europe/Berlin", days=(4, 5))
    policy = ApprovalPolicy(
        approvers=("commander", "S1"),
        askers=("on-call",),
        approvals=2,
        cool_down=timedelta(minutes=5),
        quiet_hours=(night,),
        quiet_approvals=3,
        window=(night,),
        environments=("staging",),
        break_glass=False,
    )
    request = replace(making.approval(), policy=policy, yes=(UserId("U3"), UserId("U4")))
    assert APPROVAL.value(APPROVAL.text(request)) == request
