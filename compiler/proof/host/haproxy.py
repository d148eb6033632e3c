"""What is said to HAProxy's own socket: `echo "show stat" | socat stdio /run/haproxy/admin.sock`.

The socket takes commands of a language of its own. What lists states and counters looks; what holds captured requests,
keys, the environment or the entries of a map is refused; servers are switched with a second person's yes.
"""

import re
from collections.abc import Sequence

from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_SOCKET = re.compile(r"(?:(?:UNIX|UNIX-CONNECT|unix|unix-connect):)?(?P<path>/(?:var/)?(?:run|lib)/[\w./-]+)", re.ASCII)
_STREAMS = word_list("stdio - STDIO")
_READS = re.compile(
    r"show (?:stat|info|backend|servers (?:state|conn)|sess|table|pools|activity|version|threads|events|resolvers|peers"
    r"|cli (?:level|sockets)|cache|fd|tasks|proc|startup-logs)(?: [\w.:,#/-]+)*|get weight [\w./:-]+|help",
    re.ASCII,
)
_CHANGES = re.compile(r"(?:set|enable|disable|clear|add|del|shutdown) [\w.:/ %#-]+", re.ASCII)
_SECRET = re.compile(r"set (?:ssl|var|map|tls)|add (?:ssl|map|acl)", re.ASCII)


def said(text: Sequence[str], client: Sequence[str]) -> Judgement | None:
    """The verdict for what `echo` says to `socat` or `nc -U`; None where that is no socket of HAProxy's."""
    if not _is_socket(client):
        return None
    words = " ".join(word for word in text[1:] if word not in ("-e", "-n", "-ne", "-en")).replace("\\n", ";")
    commands = [" ".join(command.split()) for command in re.split(r"[;\n\r]", words) if command.strip()]
    if not commands or any(_is_refused(command) for command in commands):
        return Judgement(Verdict.REFUSED, "haproxy: what is said to its socket is not known to look, or shows secrets")
    if all(_READS.fullmatch(command) for command in commands):
        return Judgement(Verdict.READ_ONLY, "asks HAProxy for its state")
    return Judgement(Verdict.MUTATING, "tells HAProxy to change what it runs with")


def _is_refused(command: str) -> bool:
    return not (_READS.fullmatch(command) or (_CHANGES.fullmatch(command) and not _SECRET.match(command)))


def _is_socket(client: Sequence[str]) -> bool:
    words = list(client[1:])
    if client[0] == "socat":
        words = [word for word in words if word not in _STREAMS and not re.fullmatch(r"-[tT][0-9.]+", word)]
    elif client[0] in ("nc", "ncat", "netcat"):
        if "-U" not in words:
            return False
        words = [word for word in words if word not in ("-U", "-N")]
    else:
        return False
    path = _SOCKET.fullmatch(words[0]) if len(words) == 1 else None
    return path is not None and "haproxy" in path["path"] and ".." not in path["path"]
