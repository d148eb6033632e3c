"""What the post-mortem asks and remarks, in one plain sentence each; the tables are the whole of it."""

from collections.abc import Mapping
from typing import Final

from incident.approval import ApprovalState
from incident.blameless import Advice
from incident.clock import ClockKind, ClockState
from incident.finding import Phase
from incident.postmortem import Question
from incident.review import Gap, Seed
from incident.walk import LegState, WalkState

QUESTIONS: Final[Mapping[Question, str]] = {
    Question.OWNER: "Who finishes this post-mortem, and by when?",
    Question.IMPACT_START: "When did it begin for users? No monitor said so; name what shows it.",
    Question.IMPACT: "Who was affected, how many, for how long, and what could they not do? Numbers, with sources.",
    Question.DETECTION: "Would it have been found without a customer saying so? What could have shown it earlier?",
    Question.TRIGGER: "What changed just before it began: a deploy, a setting, a certificate, load, a supplier?",
    Question.CONTRIBUTING_FACTORS: "What made it possible, what made it worse, what made it last?",
    Question.MEANING: "What do these findings say together, and which of them misled?",
    Question.WENT_WELL: "What worked, and should stay as it is?",
    Question.WENT_BADLY: "What made it harder than it had to be?",
    Question.LUCKY: "Where did chance help, so that it could have been worse?",
    Question.FOLLOW_UPS: "What is to be done to prevent, lessen or sooner detect it? Each begins with a verb, "
    "and has an owner and a date. What was decided against belongs here, too.",
    Question.EXTERNAL_MESSAGE: "What customers are told: what happened, whom it touched, what is done about it.",
}

REMARKS: Final[Mapping[Gap | Seed, str]] = {
    Gap.UNKNOWN_TIME: "The time of “{point}” is not on record.",
    Gap.INFERRED_TIME: "Nobody said when it was {point}; the time of the resolution stands in for it.",
    Gap.OUT_OF_ORDER: "“{second}” is recorded before “{first}”. One of the two is wrong, or two clocks differ.",
    Gap.EARLIER_ALERT: "The alert “{title}” began at {at:when}, before the recorded start of the impact.",
    Gap.NO_IMPACT: "Nobody wrote down the impact.",
    Gap.NO_UPDATE: "No update was given.",
    Gap.NO_OWNER: "Nobody led it at the end, so nobody is the natural owner of this post-mortem.",
    Gap.NO_FIX: "What ended it was not said.",
    Gap.NO_FINDING: "No diagnostic ran, so nothing here shows what the systems looked like.",
    Gap.UNKNOWN_OUTCOME: "Nobody knows how “{title}” ended. Look at the target and write down what is so.",
    Gap.NOT_COMPARED: "Whether “{title}” helped was not looked at with the diagnostics.",
    Gap.NOT_DUE: "The follow-up “{text}” has no date.",
    Gap.REDACTED: "{count} lines of the timeline had their content removed.",
    Gap.CHAIN_BROKEN: "The timeline does not verify from line {seq} on: it may have been changed after the fact.",
    Seed.CLOCK_BREACHED: "Due within {allowed}: {clock}. It {end}.",
    Seed.PAGE_UNANSWERED: "{user:who} was called, and nothing that they did afterwards is on record.",
    Seed.ROLE_UNFILLED: "Nobody took the role of {role}.",
    Seed.ITEM_OPEN: "Checklist item {number} was not ticked: {text}",
    Seed.BROKE_GLASS: "“{title}” ran without a second person. The reason given: {reason}",
    Seed.APPROVAL_EXPIRED: "Nobody answered the request to run “{title}” in time.",
    Seed.REMEDIATION_FAILED: "“{title}” failed.",
    Seed.LOOK_FAILED: "“{title}” could not look: {error}",
    Seed.STILL_FIRING: "The alert “{title}” was still firing after the resolution.",
    Seed.LINGERING: "At the resolution, lingering effects were {lingering}.",
    Seed.REOPENED: "{actor} reopened it[: {reason}].",
    Seed.TROUBLE: "Muster could not {what}[: {error}].",
    Seed.WORDING: "Somebody wrote “{words}”. {advice}",
}

ADVICE: Final[Mapping[Advice, str]] = {
    Advice.BLAME: "Say what was seen, and what the system allowed.",
    Advice.COUNTERFACTUAL: "Say what happened; what should be different is a follow-up.",
    Advice.SINGLE_CAUSE: "Several things usually contribute: name each.",
    Advice.WHY: "Ask how it came about and what was known, not who or why.",
    Advice.HINDSIGHT: "It was not plain at the time: leave the word out.",
}

LINGERING: Final[Mapping[str, str]] = {
    "yes": "said to remain",
    "no": "said not to remain",
    "unknown": "not known",
}

CLOCKS: Final[Mapping[ClockKind, str]] = {
    ClockKind.ACKNOWLEDGE: "Acknowledge",
    ClockKind.ASSESS: "Confirm the severity",
    ClockKind.UPDATE: "Update",
    ClockKind.ESCALATE: "Under control, or escalate",
    ClockKind.WATCH: "Watch after the fix",
    ClockKind.POSTMORTEM: "Finish the post-mortem",
}

CLOCK_ENDS: Final[Mapping[ClockState, str]] = {
    ClockState.RUNNING: "still running",
    ClockState.MET: "met",
    ClockState.LATE: "met late",
    ClockState.BREACHED: "missed",
    ClockState.STOPPED: "stopped: no longer due",
}

WALKS: Final[Mapping[WalkState, str]] = {
    WalkState.GOING: "under way",
    WalkState.FINISHED: "finished",
    WalkState.ABORTED: "ended before its end",
}
LEGS: Final[Mapping[LegState, str]] = {
    LegState.AHEAD: "not begun",
    LegState.RUNNING: "under way",
    LegState.HOLDING: "done; waiting",
    LegState.DONE: "done",
    LegState.SKIPPED: "skipped",
    LegState.FAILED: "not done",
}
PHASES: Final[Mapping[Phase, str]] = {
    Phase.FIRST: "by itself, at the declaration",
    Phase.ASKED: "asked for",
    Phase.BEFORE: "before a remediation",
    Phase.AFTER: "after a remediation",
    Phase.WATCH: "on watch after the fix",
    Phase.STEP: "as a procedure's step",
    Phase.HOLD: "during a procedure's wait",
}

STATES: Final[Mapping[ApprovalState, str]] = {
    ApprovalState.PREPARING: "being prepared",
    ApprovalState.ASKED: "waiting for an answer",
    ApprovalState.APPROVED: "approved, not run yet",
    ApprovalState.RUNNING: "running",
    ApprovalState.RAN: "ran",
    ApprovalState.FAILED: "failed",
    ApprovalState.REJECTED: "rejected, not run",
    ApprovalState.EXPIRED: "expired, not run",
    ApprovalState.VOID: "void, nothing was changed",
    ApprovalState.CANCELLED: "cancelled, nothing was changed",
    ApprovalState.UNKNOWN: "cut short: nobody knows how it ended",
}
