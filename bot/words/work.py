"""What Muster owes, in words: what it says that it could not do yet, or not at all."""

from collections.abc import Mapping
from typing import Final

from bot.words import walks
from incident.job import JobName

WORK: Final[Mapping[str, str]] = {
    JobName.TAKE_DELIVERY: "take in an alert",
    JobName.OPEN_CHANNEL: "open the channel",
    JobName.INVITE: "invite the responders",
    JobName.PAGE: "page a responder",
    JobName.CARD: "bring the card up to date",
    JobName.PIN_CARD: "pin the card",
    JobName.CHECKLIST: "bring the checklist up to date",
    JobName.ANNOUNCEMENT: "bring the announcement up to date",
    JobName.TOPIC: "set the channel's topic",
    JobName.BOOKMARK: "add the runbook's link",
    JobName.DIAGNOSE: "run a diagnostic",
    JobName.POST_FINDING: "post a finding",
    JobName.TELL: "post a line",
    JobName.TELL_STOP: "announce that remediations are stopped",
    JobName.RING_CLOCKS: "ring the clocks",
    JobName.SUM_UP_REPEATS: "sum up repeated alerts",
    JobName.APPROVAL_CARD: "bring an approval card up to date",
    JobName.PREVIEW: "look at what a remediation would touch",
    JobName.EXPIRE_APPROVAL: "expire a request",
    JobName.RUN_REMEDIATION: "run a remediation",
    JobName.SHOW_OUTPUT: "show what a remediation printed",
    JobName.COOL_DOWN: "tell that a step has cooled down",
    JobName.VERIFY: "see whether a remediation helped",
    JobName.WRITE_POSTMORTEM: "write the post-mortem draft",
    JobName.SHARE_POSTMORTEM: "share the post-mortem draft",
    JobName.EXPORT_POSTMORTEM: "keep the post-mortem draft in the bucket",
    JobName.REMIND: "send a reminder",
    JobName.WATCH: "look for a watch",
    JobName.CALL_PAGER: "call PagerDuty",
    JobName.TELL_PAGER: "tell PagerDuty what changed",
    JobName.NOTE_PAGER: "write a note in PagerDuty",
    JobName.SUMMON: "ask for help through PagerDuty",
    JobName.FOLLOW_PAGER: "take in what PagerDuty told",
    JobName.NOTE_CHANGE: "tell of a change",
    **walks.WORK,
}
