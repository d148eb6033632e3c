"""Every refusal and every event has one plain sentence, and none of them is missing."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.words import sentences
from bot.words.phrase import When, Who, duration, fields, fill
from incident import clock, refusal
from incident.clock import ClockKind, ClockState
from incident.digest import Facts
from incident.finding import Comparison
from incident.job import JobName
from incident.refusal import Refused
from incident.responder import MUSTER, TERMINAL, Actor, UserId, monitor, person
from incident.severity import HOUSE, Severity
from incident.timeline import Event, Kind
from incident.verdict import Verdict

NOW = datetime(2026, 11, 22, 12, 33, tzinfo=UTC)
ADA, BOB = UserId("U0ADA0001"), UserId("U0BOB0002")

EVERY_REFUSAL = tuple(each for each in vars(refusal).values() if isinstance(each, type) and each is not Refused)

FACTS: dict[str, Facts] = {
    "DECLARED": {"title": "Checkout errors", "severity": "P1", "reason": "declares", "system": "s", "procedure": None,
                 "after": "INC-3"},
    "ALERT_JOINED": {"alert": "a", "title": "HighLatency", "reason": "joins"},
    "ALERTS_REPEATED": {"count": 12, "alerts": 3, "since": NOW.isoformat()},
    "ALERT_RESOLVED": {"alert": "a", "title": "HighLatency", "still_firing": 2, "resolves_at": NOW.isoformat()},
    "ALERT_IGNORED": {"alert": "a", "title": "Watchdog", "reason": "ignored"},
    "REOPENED": {"reason": "it fires again", "alert": None, "via": "PagerDuty"},
    "CHANNEL_AWAITED": {"until": NOW.isoformat(), "reason": "20 a minute"},
    "CHANNEL_OPENED": {"channel": "C1", "name": "inc-1"},
    "PAGED": {"user": ADA, "escalated": True, "reason": ""},
    "RESPONDER_JOINED": {"user": ADA},
    "ACKNOWLEDGED": {"after_seconds": 200, "via": "PagerDuty"},
    "SEVERITY_CHANGED": {"from": "P2", "to": "P1", "reason": "all of the EU"},
    "ROLE_TAKEN": {"role": "commander", "user": ADA, "from": BOB},
    "NOTED": {"text": "deploy at 12:01", "via": "PagerDuty"},
    "TICKED": {"number": 2, "item": "Tell support", "how": "by doing it"},
    "UNTICKED": {"number": 2, "item": "Tell support"},
    "UPDATED": {"text": "found it", "impact": "", "next": "", "status_from": "open", "status_to": "identified"},
    "FOUND": {"finding": "f", "step": "s", "title": "Stuck jobs", "phase": "first", "healthy": False,
              "value": 12, "error": None},
    "APPROVAL_ASKED": {"approval": "a", "title": "Requeue", "count": 12, "expires_at": NOW.isoformat()},
    "SAID_YES": {"approval": "a", "title": "Requeue", "digest": "d", "given": 1, "wanted": 2},
    "APPROVED": {"approval": "a", "title": "Requeue", "digest": "d", "latency_seconds": 65},
    "REJECTED": {"approval": "a", "title": "Requeue", "reason": "too many"},
    "EXPIRED": {"approval": "a", "title": "Requeue"},
    "VOIDED": {"approval": "a", "title": "Requeue", "reason": "it would touch nothing"},
    "BROKE_GLASS": {"approval": "a", "title": "Requeue", "reason": "alone"},
    "REMEDIATION_STARTED": {"approval": "a", "title": "Requeue", "target": "db", "shown": "UPDATE jobs"},
    "REMEDIATED": {"approval": "a", "title": "Requeue", "state": "ran", "sentence": "12 rows changed", "changed": 12},
    "VERIFIED": {"approval": "a", "title": "Requeue", "comparison": "healed"},
    "WALK_BEGUN": {"walk": "w", "procedure": "Deploy", "steps": 7},
    "STEP_BEGUN": {"walk": "w", "procedure": "Deploy", "number": 1, "step": "Look"},
    "STEP_DONE": {"walk": "w", "procedure": "Deploy", "number": 1, "step": "Stage it", "note": "by CI", "gives": "",
                  "value": None},
    "STEP_SKIPPED": {"walk": "w", "procedure": "Deploy", "number": 3, "step": "Stop here", "reason": "tests passed"},
    "HOLD_BEGUN": {"walk": "w", "procedure": "Deploy", "number": 5, "step": "Canary", "until": NOW.isoformat()},
    "HOLD_UNHEALTHY": {"walk": "w", "procedure": "Deploy", "number": 5, "step": "Canary", "seen": ["Error rate"],
                       "until": NOW.isoformat()},
    "END_DOUBTED": {"seen": ["Stuck jobs", "Error rate"]},
    "HOLD_OVER": {"walk": "w", "procedure": "Deploy", "number": 5, "step": "Canary", "next": "Promote",
                  "unhealthy": []},
    "WALK_ABORTED": {"walk": "w", "procedure": "Deploy", "number": 5, "step": "Canary", "reason": "errors rise"},
    "WALK_FINISHED": {"walk": "w", "procedure": "Deploy", "done": 6, "skipped": 1},
    "FOLLOW_UP_DONE": {"text": "Raise the limit again", "title": "Raise", "left_by": "a", "note": "noon", "number": 2},
    "FOLLOW_UP_OPENED": {"text": "Raise the limit again", "why": "temporary", "due_at": NOW.isoformat(), "number": 2},
    "CLOCK_REMINDED": {"clock": "acknowledge", "due_at": NOW.isoformat()},
    "CLOCK_MET": {"clock": "acknowledge", "late": True, "after_seconds": 1000, "allowed_seconds": 900},
    "CLOCK_BREACHED": {"clock": "update", "due_at": NOW.isoformat(), "allowed_seconds": 1800},
    "ESCALATED": {"users": [ADA, BOB], "reason": "30 min"},
    "MITIGATED": {"how": "requeued"},
    "RESOLVED": {"fix": "requeued", "lingering": "no", "impact_note": "", "rule": "", "quiet_seconds": None},
    "POSTMORTEM_WRITTEN": {"paths": {"md": "x"}},
    "POSTMORTEM_EXPORTED": {"address": "s3://drafts/INC-1/v1.md"},
    "POSTMORTEM_DONE": {},
    "EVIDENCE_FROZEN": {"reason": "a break-in"},
    "EVIDENCE_LIFTED": {"step": "requeue", "title": "Requeue", "reason": "no trace is there"},
    "EVIDENCE_RELEASED": {"reason": "copied"},
    "STOPPED": {"reason": "a wrong deploy"},
    "STOP_LIFTED": {"reason": "rolled back", "seconds": 300.0},
    "SYSTEM_CHANGED": {"what": "Deploy of acme/shop", "state": "done", "environment": "", "revision": "3f9c"},
    "WATCH_AWAY": {"target": "db", "since": NOW.isoformat(), "reason": "It is down.", "watches": ["Stuck jobs"]},
    "WATCH_BACK": {"target": "db", "since": NOW.isoformat()},
    "PAGER_CALLED": {"ref": "PABC123"},
    "PAGER_TOLD": {"changed": ["acknowledged", "priority P2"]},
    "PAGER_SAID": {"word": "escalated", "text": "Ada, Bob"},
    "SUMMONED": {"user": ADA, "policy": None, "reason": "we need the database"},
    "ON_CALL_DOUBTED": {"doubt": "PagerDuty has not said yet who is on call"},
    "TROUBLE": {"what": "pin the card", "error": "Slack is in trouble", "given_up": False},
    "ATTESTED": {"target": "db", "proven": True, "proof": "role reader cannot write"},
    "EFFECT_FOUND": {"approval": "a", "title": "Requeue", "effect": "partly", "note": "5 of 12 are queued"},
    "COVERED": {"approval": "a", "title": "Requeue", "whole": "Stuck jobs: all 2 changes", "by": BOB, "digest": "d"},
    "CANCELLED": {"title": "Requeue", "begun": True},
    "COOLED_DOWN": {"title": "Requeue", "target": "db"},
    "ALERT_MUTED": {"title": "Queue", "reason": "the database is moved", "rule": "upgrade", "until": NOW.isoformat(),
                    "by": ADA},
    "ALERT_NOTIFIED": {"title": "Queue", "count": 37, "rule_reason": "route “noise” matches team=qa"},
    "ALERT_FLAPPING": {"title": "Queue", "changes": 6, "within_seconds": 1800.0},
    "ALERT_STEADY": {"title": "Queue", "firing": True},
    "SILENCED": {"name": "team=data", "until": NOW.isoformat(), "reason": "it is moved"},
    "SILENCE_LIFTED": {"name": "team=data", "reason": "it is moved"},
    "GROUP_CLOSED": {"group": "system:shop", "window_seconds": 1800.0},
    "DEAD_LETTER": {"source": "alertmanager", "delivery": "d", "reason": "not JSON"},
}  # fmt: skip


@pytest.mark.parametrize("kind", EVERY_REFUSAL, ids=lambda kind: kind.__name__)
def test_every_refusal_says_why_and_what_to_do(kind: type[Refused]) -> None:
    """None is missing, none shows a placeholder or a missing fact, and each ends as a sentence."""
    facts = {
        "asked": "x", "offered": ("a", "b"), "count": 7, "number": 142, "what": "reason", "by": ADA, "at": NOW,
        "name": "Minutes", "value": "0", "rule": "a whole number", "step": "Requeue", "reason": "it is opaque",
        "approvers": (BOB, "S0ONCALL1"), "state": "ran", "until": NOW, "target": "db",
        "askers": (BOB, "commander"), "missing": 2, "environment": "production", "allowed": ("staging",),
        "title": "Requeue", "commander": ADA, "usage": "freeze", "system": "shop",
        "problem": "it needs a reason", "standing": ("team=data",),
    }  # fmt: skip
    for given in (facts, {}):
        sentence = sentences.refusal(kind(**given))
        assert sentence[0].isupper() or sentence[0] in "“{"
        assert sentence.endswith((".", "?"))
        assert not re.search(r"[{}\[\]]|None", sentence)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("commander", "U0ADA0001 is commander already. Nothing was changed."),
        ("post-mortem done", "The post-mortem was marked as done already, at 12:33 UTC. Nothing more to do."),
        ("going on", "It is open already, so there is nothing to reopen."),
    ],
)
def test_what_is_so_already_is_said_of_what_it_is(what: str, sentence: str) -> None:
    """Not by one sentence for everything, which would be none."""
    assert sentences.refusal(refusal.AlreadySo(what=what, by=ADA, at=NOW)) == sentence


def test_the_refusals_of_an_approval_say_whom_to_ask() -> None:
    """In words that a form can show too, where no mention becomes a name."""
    sentence = sentences.refusal(refusal.NotAnApprover(approvers=(BOB, "S0ONCALL1")))
    assert sentence == "Only the people named on the card may answer this request. Ask one of them."
    assert "approved already" not in sentences.refusal(refusal.Spent(state="rejected", by=BOB))
    assert "rejected by U0BOB0002" in sentences.refusal(refusal.Spent(state="rejected", by=BOB))


@pytest.mark.parametrize(
    ("state", "end"),
    [
        ("preparing", ": its card comes in a moment."),
        ("asked", ": answer its card in the incident's channel. To ask for it anew, reject that one first."),
        ("approved", ", and approved: it runs in a moment. Follow it on its card."),
    ],
)
def test_what_is_asked_for_already_says_what_to_do_with_that_request(state: str, end: str) -> None:
    refused = refusal.AskedAlready(step="Requeue", by=BOB, at=NOW, state=state)
    assert sentences.refusal(refused) == f"“Requeue” is asked for already, by U0BOB0002 at 12:33 UTC{end}"


@pytest.mark.parametrize(
    ("state", "end"),
    [
        ("preparing", ": its card comes there in a moment."),
        ("asked", ": answer its card there. To ask for it here, reject that one first."),
        ("approved", ", and approved: it runs in a moment."),
    ],
)
def test_what_another_incident_asks_for_says_which_and_what_to_do(state: str, end: str) -> None:
    refused = refusal.AskedElsewhere(step="Requeue", number=3, by=BOB, at=NOW, state=state)
    assert sentences.refusal(refused) == f"“Requeue” is asked for already in INC-3, by U0BOB0002 at 12:33 UTC{end}"


@pytest.mark.parametrize("kind", Kind)
def test_every_event_is_one_sentence(kind: Kind) -> None:
    """With all its facts, and when facts are missing or of the wrong kind."""
    facts = FACTS[kind.name]
    for given in (facts, {}, dict.fromkeys(facts)):
        sentence = sentences.event_sentence(Event(kind=kind, at=NOW, actor=person(ADA), facts=given))
        assert sentence.strip()
        assert not re.search(r"[{}\[\]]|None", sentence)


@pytest.mark.parametrize("kind", Kind)
def test_every_fact_that_a_sentence_names_is_recorded(kind: Kind) -> None:
    """A misspelt fact would leave a hole in the timeline."""
    template = sentences.EVENTS[kind]
    facts = FACTS[kind.name]
    text = template if isinstance(template, str) else template(facts)
    assert fields(text) <= facts.keys()


@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        (Kind.SEVERITY_CHANGED, {"from": "P1"}, "confirmed the severity, P1: all of the EU"),
        (Kind.CLOCK_MET, {}, "Acknowledged, late, after 16 min of 15 min"),
        (Kind.FOUND, {}, "Looked at “Stuck jobs”: 12, not healthy"),
        (Kind.FOUND, {"healthy": True, "value": 0}, "Looked at “Stuck jobs”: 0, healthy"),
        (Kind.FOUND, {"error": "timed out"}, "Could not look at “Stuck jobs”: timed out"),
        (Kind.ROLE_TAKEN, {"from": None}, "U0ADA0001 is now commander"),
        (Kind.ROLE_TAKEN, {}, "U0ADA0001 is now commander, in place of U0BOB0002"),
        (Kind.APPROVED, {}, "U0ADA0001 approved “Requeue” after 1 min"),
        (Kind.EFFECT_FOUND, {}, "cut short: a part of it took effect. 5 of 12 are queued"),
        (Kind.REMEDIATED, {"state": "unknown", "sentence": ""}, "a person must look"),
        (Kind.CLOCK_BREACHED, {}, "No update for 30 min"),
        (Kind.UPDATED, {"next": "Ada: restart"}, "found it · Status: identified · Next: Ada: restart"),
        (
            Kind.RESOLVED,
            {"fix": "all its alerts are quiet", "rule": "batch", "quiet_seconds": 300},
            "resolved it: all its alerts are quiet for 5 min (rule batch)",
        ),
        (
            Kind.END_DOUBTED,
            {},
            "It was resolved, and is not healthy: Stuck jobs, Error rate. If it goes on: /incident reopen",
        ),
        (
            Kind.ALERT_RESOLVED,
            {"goes_on": True, "reason": "merged in PagerDuty into [#7] Shop, where it goes on"},
            "HighLatency was merged in PagerDuty into [#7] Shop, where it goes on; 2 still firing",
        ),
        (Kind.END_DOUBTED, {"seen": ["Stuck, and where", "Errors"]}, "not healthy: Stuck, and where; Errors. If"),
        (Kind.PAGER_SAID, {"word": "priority", "text": "P5"}, "changed the priority in PagerDuty to P5; the severity"),
        (Kind.PAGER_SAID, {"word": "priority", "text": ""}, "took the priority in PagerDuty away; the severity here"),
        (Kind.PAGER_SAID, {"word": "delegated", "text": ""}, "gave it to another escalation policy in PagerDuty"),
        (Kind.TROUBLE, {"given_up": True}, "Muster could not pin the card and gave up: Slack is in trouble"),
    ],
)
def test_sentences_read_well(kind: Kind, facts: dict[str, object], sentence: str) -> None:
    """A few of them, word for word."""
    event = Event(kind=kind, at=NOW, actor=person(ADA), facts={**FACTS[kind.name], **facts})  # type: ignore[dict-item]
    assert sentence in sentences.event_sentence(event)


@pytest.mark.parametrize("name", JobName)
def test_every_job_that_fails_is_named_in_words(name: JobName) -> None:
    """People are told what is late, not what the job is called."""
    facts = {**FACTS["TROUBLE"], "what": name.value.replace("_", " ")}
    sentence = sentences.event_sentence(Event(kind=Kind.TROUBLE, at=NOW, facts=facts))
    assert sentence.startswith("Muster could not ")
    assert len(sentence.split(" yet and")[0].split()) > 4


def test_data_that_looks_like_a_template_is_only_shown() -> None:
    """A note may hold braces and brackets."""
    event = Event(kind=Kind.NOTED, at=NOW, actor=MUSTER, facts={"text": "{text} [{actor}] {0.__class__}"})
    assert sentences.event_sentence(event) == "Muster noted: {text} [{actor}] {0.__class__}"


def test_optional_parts_are_left_out_whole() -> None:
    """No dangling colon when there is no reason."""
    assert fill("ended[: {reason}]", {"reason": ""}, MUSTER) == ("ended",)
    assert fill("ended[: {reason}][ by {by:who}]", {"reason": "r", "by": ADA}, MUSTER) == (
        "ended: r by ",
        Who(person(ADA)),
    )
    assert fill("due {at:day}", {"at": NOW}, MUSTER) == ("due ", When(NOW, day=True))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (245, "4 min"), (3600, "1 h"), (3900, "1 h 5 min"),
     (86_400, "1 d"), (97_200, "1 d 3 h"), (86_460, "1 d")],
)  # fmt: skip
def test_durations(seconds: float, shown: str) -> None:
    """The two largest units."""
    assert duration(timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize("kind", ClockKind)
def test_every_clock_in_every_state_is_said(kind: ClockKind) -> None:
    """A deadline is absolute; one far away names its day."""
    start = clock.Clock(kind=kind, started_at=NOW, due_at=NOW + timedelta(minutes=15))
    states = {
        ClockState.RUNNING: start,
        ClockState.MET: clock.meet([start], kind, NOW + timedelta(minutes=3))[0],
        ClockState.LATE: clock.meet([start], kind, NOW + timedelta(minutes=20))[0],
        ClockState.BREACHED: clock.ring([start], HOUSE[Severity.P0], NOW + timedelta(minutes=20))[0][0],
        ClockState.STOPPED: clock.stop([start], [kind], NOW)[0],
    }
    said = {
        state: sentences.plain(sentences.clock_words(each), sentences.actor_words) for state, each in states.items()
    }
    assert [each.state for each in states.values()] == list(states)
    assert len(set(said.values())) == len(ClockState)
    assert "12:48 UTC" in said[ClockState.RUNNING]
    far = clock.Clock(kind=kind, started_at=NOW, due_at=NOW + timedelta(hours=24))
    assert "23 Nov 12:33 UTC" in sentences.plain(sentences.clock_words(far), sentences.actor_words)


def test_a_met_clock_tells_how_long_it_took() -> None:
    """Elapsed of allowed."""
    started = clock.started(HOUSE[Severity.P0], NOW)
    met = clock.meet(started, ClockKind.ACKNOWLEDGE, NOW + timedelta(minutes=3))[0]
    assert sentences.plain(sentences.clock_words(met), sentences.actor_words) == "acknowledged after 3 min of 15 min"


def test_whoever_acts_has_a_name() -> None:
    """People by id, monitors by name, Muster as itself."""
    assert sentences.actor_words(person(ADA)) == "U0ADA0001"
    assert sentences.actor_words(monitor("alertmanager")) == "Alertmanager"
    assert sentences.actor_words(monitor("pagerduty")) == "PagerDuty"
    assert sentences.actor_words(MUSTER) == "Muster"
    assert sentences.actor_words(TERMINAL) == "Somebody at Muster's terminal"
    assert sentences.actor_words(Actor("cron")) == "Cron"


def test_verdicts_and_comparisons_are_all_said() -> None:
    """Every member has its own words."""
    assert len({sentences.verdict_words(each) for each in Verdict}) == len(Verdict)
    assert len({sentences.comparison_words(each) for each in Comparison}) == len(Comparison)


def test_as_healthy_as_before_does_not_mean_that_the_same_was_seen() -> None:
    """Seven stuck jobs that became nine, or orders that are refused now: the values stand beside this sentence."""
    assert sentences.comparison_words(Comparison.UNCHANGED) == (
        "Unchanged: as many diagnostics are healthy now as before."
    )


@pytest.mark.parametrize(
    ("count", "alerts", "said"),
    [
        (1999, 2000, "The monitors sent 1999 more messages, of 2000 alerts in all"),
        (1, 1, "The monitors sent 1 more message, of 1 alert in all"),
    ],
)
def test_a_storm_in_which_each_alert_came_once_is_no_repetition(count: int, alerts: int, said: str) -> None:
    event = Event(kind=Kind.ALERTS_REPEATED, at=NOW, facts={"count": count, "alerts": alerts, "since": ""})
    assert sentences.event_sentence(event) == said
