"""The visible table of what the clock may ask: a job's name → the function that does it."""

from collections.abc import Awaitable, Mapping
from types import MappingProxyType
from typing import Protocol

from commands.alert_timers import close_group, resolve_quiet, steady_alert, wake_alert
from commands.call_people import invite, page, remind
from commands.display import announcement, approval_card, bookmark, card, checklist, pin_card, topic
from commands.follow_pager import follow_pager
from commands.freeze import tell_stop
from commands.let_go import let_go
from commands.look import diagnose, post_finding
from commands.notice import tell_notice
from commands.open_channel import open_channel
from commands.ports import Ports
from commands.run_remediation import cool_down, expire_approval, not_run, preview, run_remediation, verify
from commands.show_output import show_output
from commands.take_change import note_change
from commands.take_delivery import bury, take_delivery
from commands.tell import ring_clocks, sum_up_repeats, tell
from commands.tell_pager import call_pager, not_called, note_pager, summon, tell_pager
from commands.walk_card import walk_card
from commands.walk_jobs import not_looked, not_watched, run_leg, watch_hold
from commands.watch import look_later, watch
from commands.write_postmortem import export_postmortem, share_postmortem, write_postmortem
from incident.job import Claim, JobName


class Duty(Protocol):
    """What does one kind of job: it acts, and saves the outcome with the claim settled, or raises."""

    def __call__(self, claim: Claim, *, ports: Ports) -> Awaitable[None]: ...


class GivingUp(Protocol):
    """What ends one kind of job that cannot be done, and leaves word of it for whoever waits for it."""

    def __call__(self, claim: Claim, reason: str, *, ports: Ports) -> Awaitable[None]: ...


async def give_up(claim: Claim, reason: str, *, ports: Ports) -> None:
    """End a job for which nobody waits by name."""
    await ports.store.give_up(claim, reason)


DUTIES: Mapping[JobName, Duty] = MappingProxyType(
    {
        JobName.TAKE_DELIVERY: take_delivery,
        JobName.OPEN_CHANNEL: open_channel,
        JobName.INVITE: invite,
        JobName.PAGE: page,
        JobName.CARD: card,
        JobName.PIN_CARD: pin_card,
        JobName.CHECKLIST: checklist,
        JobName.ANNOUNCEMENT: announcement,
        JobName.TOPIC: topic,
        JobName.BOOKMARK: bookmark,
        JobName.DIAGNOSE: diagnose,
        JobName.POST_FINDING: post_finding,
        JobName.TELL: tell,
        JobName.TELL_STOP: tell_stop,
        JobName.REMIND: remind,
        JobName.RING_CLOCKS: ring_clocks,
        JobName.SUM_UP_REPEATS: sum_up_repeats,
        JobName.PREVIEW: preview,
        JobName.APPROVAL_CARD: approval_card,
        JobName.EXPIRE_APPROVAL: expire_approval,
        JobName.RUN_REMEDIATION: run_remediation,
        JobName.SHOW_OUTPUT: show_output,
        JobName.COOL_DOWN: cool_down,
        JobName.VERIFY: verify,
        JobName.WRITE_POSTMORTEM: write_postmortem,
        JobName.SHARE_POSTMORTEM: share_postmortem,
        JobName.EXPORT_POSTMORTEM: export_postmortem,
        JobName.WALK_CARD: walk_card,
        JobName.RUN_LEG: run_leg,
        JobName.WATCH_HOLD: watch_hold,
        JobName.WAKE_ALERT: wake_alert,
        JobName.STEADY_ALERT: steady_alert,
        JobName.TELL_NOTICE: tell_notice,
        JobName.RESOLVE_QUIET: resolve_quiet,
        JobName.CLOSE_GROUP: close_group,
        JobName.WATCH: watch,
        JobName.CALL_PAGER: call_pager,
        JobName.TELL_PAGER: tell_pager,
        JobName.NOTE_PAGER: note_pager,
        JobName.SUMMON: summon,
        JobName.FOLLOW_PAGER: follow_pager,
        JobName.LET_GO: let_go,
        JobName.NOTE_CHANGE: note_change,
    }
)

GIVE_UP: Mapping[JobName, GivingUp] = MappingProxyType(
    {
        JobName.TAKE_DELIVERY: bury,
        JobName.PREVIEW: not_run,
        JobName.RUN_REMEDIATION: not_run,
        JobName.RUN_LEG: not_looked,
        JobName.WATCH_HOLD: not_watched,
        JobName.WATCH: look_later,
        JobName.CALL_PAGER: not_called,
    }
)
"""Everything else is only given up."""
