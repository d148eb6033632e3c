"""One approved change on a Redis: one command, or the removal of the keys that a bounded scan found."""

from dataclasses import dataclass

import hiredis

from bot.executors.redis_look import MOST_KEYS, NotAllowed, scan, words_of
from bot.executors.redis_session import Reply, Session
from compiler.proof import redis
from incident.digest import Facts
from incident.plan import Plan
from incident.runbook import GuardKind
from incident.verdict import Verdict


class GuardBroken(Exception):
    """What was approved no longer holds, so nothing was changed. The text is a sentence."""


@dataclass(slots=True)
class Run:
    """One run as it goes on. ``sent`` says that the server has, or may have, a change by now."""

    sent: bool = False
    changed: int | None = None
    answer: str = ""


def judged(command: Facts) -> tuple[str, ...]:
    """The words of a change that an approval may let through. Raises NotAllowed."""
    words = words_of(command)
    judgement = redis.judge_matching(words, str(command["matching"])) if "matching" in command else redis.judge(words)
    if judgement.verdict is Verdict.REFUSED:
        raise NotAllowed(f"Nothing was sent: {judgement.reason}.")
    return words


async def change(session: Session, plan: Plan, run: Run) -> None:
    """Send the plan's change and note what came of it. Raises NotAllowed, GuardBroken or one of FAULTS."""
    words = judged(plan.command)
    if "matching" in plan.command:
        await _remove_matching(session, plan, run)
        return
    run.sent = True
    reply = await session.ask(*words)
    run.changed = reply if isinstance(reply, int) and not isinstance(reply, bool) else None
    run.answer = _shown(reply)


async def _remove_matching(session: Session, plan: Plan, run: Run) -> None:
    """Remove exactly the keys that one scan found: one that appears meanwhile was not approved and stays."""
    promise = plan.promise
    if promise.kind is not GuardKind.COUNT or promise.most is None:
        raise NotAllowed("Nothing was sent: removing what matches a pattern needs a guard that counts.")
    found, more = await scan(session, redis.bounded(("KEYS", str(plan.command["matching"]))))
    if more:
        raise GuardBroken(f"Nothing was removed: more than {MOST_KEYS} keys match; narrow the pattern.")
    if len(found) > promise.most:
        raise GuardBroken(f"Nothing was removed: {len(found)} keys match now, approved were at most {promise.most}.")
    keys = [str(key) for key in found]
    run.changed = 0
    for at in range(0, len(keys), redis.MAX_ELEMENTS):
        run.sent = True
        removed = await session.ask("UNLINK", *keys[at : at + redis.MAX_ELEMENTS])
        run.changed += removed if isinstance(removed, int) else 0
    run.answer = "\n".join(keys)


def _shown(reply: Reply) -> str:
    return "" if reply is None or isinstance(reply, hiredis.ReplyError) else str(reply)
