"""One approved change on a Redis: one command, or the removal of the keys that a bounded scan found."""

from collections.abc import Sequence

import hiredis

from bot.executors.redis.look import MOST_KEYS, Command, command_of, scan
from bot.executors.redis.session import Refused, Reply, Session
from bot.executors.tool.answer import Answer, GuardBroken, NotAllowed, Run
from compiler.proof import redis
from incident.digest import Facts
from incident.runbook import GuardKind
from incident.verdict import Verdict


def judged(facts: Facts) -> Command:
    """A change that an approval may let through. Raises NotAllowed."""
    command = command_of(facts)
    matching = command.matching
    judgement = redis.judge(command.words) if matching is None else redis.judge_matching(command.words, matching)
    if judgement.verdict is Verdict.REFUSED:
        raise NotAllowed(f"Nothing was sent: {judgement.reason}.")
    return command


async def change(session: Session, command: Command, run: Run) -> Answer:
    """Send the change. Raises NotAllowed, GuardBroken or one of FAULTS."""
    if command.matching is not None:
        return await _remove_matching(session, command.matching, run)
    run.sent = True
    reply = await session.ask(*command.words)
    if isinstance(reply, int) and not isinstance(reply, bool):
        return Answer(text=str(reply), changed=reply)
    answered = _shown(reply)
    return Answer(text=answered, told=f"It ran; the server answered {answered or 'nothing'}.")


async def _remove_matching(session: Session, pattern: str, run: Run) -> Answer:
    """Remove exactly the keys that one scan found: one that appears meanwhile was not approved and stays."""
    promise = run.promise
    if promise.kind is not GuardKind.COUNT or promise.most is None:
        raise NotAllowed("Nothing was sent: removing what matches a pattern needs a guard that counts.")
    found, more = await scan(session, redis.bounded(("KEYS", pattern)))
    if more:
        raise GuardBroken(f"Nothing was removed: more than {MOST_KEYS} keys match; narrow the pattern.")
    if len(found) > promise.most:
        raise GuardBroken(f"Nothing was removed: {len(found)} keys match now, approved were at most {promise.most}.")
    keys, removed = [str(key) for key in found], 0
    for at in range(0, len(keys), redis.MAX_ELEMENTS):
        removed += await _remove(session, keys[at : at + redis.MAX_ELEMENTS], run, f"{removed} of {len(keys)}")
        run.receipt = {**run.receipt, "removed": removed}
        run.heard(f"{removed} of {len(keys)} keys are removed\n".encode())
    return Answer(text="\n".join(keys), changed=removed)


async def _remove(session: Session, keys: Sequence[str], run: Run, before: str) -> int:
    """Remove some keys. Whatever happens meanwhile, the run knows how many are gone, and how many more may be."""
    told, run.sent = run.so_far, True
    run.so_far = f"{before} keys were removed, and up to {len(keys)} more may be."
    try:
        reply = await session.ask("UNLINK", *keys)
    except Refused:
        run.so_far = told
        raise
    run.so_far = f"Before that {before} keys were removed."
    return reply if isinstance(reply, int) else 0


def _shown(reply: Reply) -> str:
    return "" if reply is None or isinstance(reply, hiredis.ReplyError) else str(reply)
