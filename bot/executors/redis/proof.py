"""Does a Redis user only look? Every kind of change is tried as that user, in a form that does nothing if let through.

It needs nothing newer than Redis 6.2: the server checks a user's rights before it looks at the arguments, so a change
with impossible arguments tells which it was.
"""

from typing import Final

import hiredis

from bot.executors.attestation import NotProven
from bot.executors.redis.session import Reply, Session
from compiler.proof.word_list import word_list

KEY: Final = "muster:canary"

_WRITES: Final = f"""
SET {KEY} v XX
SETEX {KEY} 0 v
PSETEX {KEY} 0 v
MSET {KEY} v odd
INCRBY {KEY} x
INCRBYFLOAT {KEY} x
SETBIT {KEY} -1 1
BITFIELD {KEY} SET x 0 1
BITOP x {KEY} {KEY}
DEL {KEY}
UNLINK {KEY}
EXPIRE {KEY} 1
PERSIST {KEY}
RENAME {KEY} {KEY}
COPY {KEY} {KEY}
MOVE {KEY} x
RESTORE {KEY} x v
SORT {KEY} x
LPUSHX {KEY} v
RPUSHX {KEY} v
LSET {KEY} 0 v
LTRIM {KEY} 0 0
LREM {KEY} 0 v
LINSERT {KEY} BEFORE a b
SREM {KEY} v
SMOVE {KEY} {KEY} v
HSET {KEY} f v odd
HDEL {KEY} f
HINCRBY {KEY} f x
ZADD {KEY} x m
ZREM {KEY} m
ZINCRBY {KEY} x m
GEOADD {KEY} 999 999 m
XADD {KEY} x f v
XDEL {KEY} 0-1
XTRIM {KEY} MAXLEN x
PUBLISH {KEY} v
EVAL x x
MIGRATE h x k 0 1
FLUSHDB x
FLUSHALL x
SWAPDB x x
CONFIG SET muster-canary v
REPLICAOF muster.invalid x
CLIENT KILL muster.invalid:0
CLIENT PAUSE x
ACL DELUSER muster-canary
MODULE UNLOAD muster-canary
BGSAVE x
SHUTDOWN x
"""
# No `CLIENT KILL ID 0`: a server of 6.2 takes 0 for "any" and ends every other connection.
CANARIES: Final = tuple(tuple(line.split(" ")) for line in _WRITES.strip().splitlines())
"""Changes that must be refused. Each one fails or finds nothing even for a user who may do everything."""

_PUBLIC: Final = word_list("default")


async def prove_read_only(session: Session, user: str) -> str:
    """One sentence of proof, or NotProven with the first change that was not refused. Raises one of FAULTS."""
    who = await session.answer("ACL", "WHOAMI")
    if isinstance(who, hiredis.ReplyError):
        raise NotProven(f"{user} may not ask who it is: grant it +acl|whoami.")
    if who != user:
        raise NotProven(f"The server knows the diagnostic user {user} as {who}: check the user of this target.")
    if user in _PUBLIC:
        raise NotProven(f"Diagnostics are the user {user}, which everybody is: give them a user of their own.")
    for words in CANARIES:
        if not _denied(reply := await session.answer(*words)):
            raise NotProven(f"The user {user} may run {_name(words)} ({_short(reply)}): take that right from it.")
    return f"The user {user} was refused all of {len(CANARIES)} changes that were tried as it."


def _denied(reply: Reply) -> bool:
    """Refused for the command itself: a refusal for the key alone says nothing of other keys.

    Redis 7 refuses MODULE to everybody before it looks at a user's rights, unless `enable-module-command` is set.
    """
    if not isinstance(reply, hiredis.ReplyError):
        return False
    line = str(reply)
    if line.startswith("NOPERM"):
        return "to run the" in line
    return line.startswith(("ERR unknown command", "ERR MODULE command not allowed."))


def _name(words: tuple[str, ...]) -> str:
    return " ".join(words[:2]) if words[0] in ("CONFIG", "CLIENT", "ACL", "MODULE") else words[0]


def _short(reply: Reply) -> str:
    return f"it answered {str(reply)!r}"
