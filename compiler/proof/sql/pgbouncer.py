"""What is said to PgBouncer's console and to no server: it shows the pool of all clients, or stops it.

Only a person may say it: the executor of PostgreSQL speaks to servers.
"""

import re
from typing import Final

from incident.verdict import Judgement, Verdict

_CHANGE: Final = re.compile(
    r"(?P<word>(?:PAUSE|RESUME|RECONNECT|KILL|SUSPEND|RELOAD|DISABLE|ENABLE|SHUTDOWN)(?= ?[a-z\"]|;?$)|KILL_CLIENT)"
    r"(?: [\w$-]+| \"[^\"]+\")? ?;?",
    re.ASCII | re.IGNORECASE,
)
_SHOW: Final = re.compile(
    r"SHOW (?P<what>(?:PEER_)?POOLS|PEERS|CLIENTS|SERVERS|LISTS|MEM|STATE|STATS(?:_TOTALS|_AVERAGES)?|TOTALS|DATABASES"
    r"|(?:ACTIVE_)?SOCKETS|DNS_HOSTS|DNS_ZONES|CONFIG|USERS|VERSION|HELP) ?;?",
    re.ASCII | re.IGNORECASE,
)


def judge_bare(text: str) -> Judgement | None:
    """What a line at PgBouncer's console does; None for any other."""
    line = " ".join(text.split())
    if change := _CHANGE.fullmatch(line):
        return Judgement(Verdict.MUTATING, f"PgBouncer: {change['word'].upper()} changes the pool")
    if shown := _SHOW.fullmatch(line):
        return Judgement(Verdict.READ_ONLY, f"PgBouncer shows its {shown['what'].lower()}")
    return None
