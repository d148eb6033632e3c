"""The verdict for a tool of the host: what it would show, what it would change, and what no step may run.

The tables beside this file say which forms of each tool look (reads.py, clients.py), which tools change the
host and which are never run (changes.py). Here stand the few tools that no table describes.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence

from compiler.proof import client, filters, usage
from compiler.proof.carrier import Carried
from compiler.proof.host import changes as host_changes
from compiler.proof.host import find as host_find
from compiler.proof.host import process as host_process
from compiler.proof.host.clients import CLIENTS, JOURNALCTL
from compiler.proof.host.reads import READS, WHOLE_WORDS
from compiler.proof.host_paths import objection_to_changing, objection_to_listing, objection_to_reading
from compiler.proof.values import objection_to_value
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_CLIENTS = {name: table for names in CLIENTS for name in names.split(", ") for table in (CLIENTS[names],)}
_TABLES = READS | JOURNALCTL
_ON_FILES = word_list("sort uniq cut awk gawk mawk sed jq column")
_PROGRAMS = word_list("awk gawk mawk sed jq")
_PAGERS = word_list("less more zless zmore most")
_PAGER_FLAGS = frozenset("SNRXFinriIgqeEsM")
_PAGER_LINES = 200
_OPENSSL_CHANGES = word_list("req genrsa genpkey gendsa ca pkcs12 dhparam ecparam crl2pkcs7")
_OPENSSL_KEYS = word_list("genrsa genpkey gendsa pkcs12 ecparam")
_SERVICE_CHANGES = word_list("start stop restart reload force-reload try-restart condrestart graceful")
_IP_OBJECTS = word_list(
    "a addr address l link r route n neigh neighbor neighbour rule ru maddr netns tunnel mroute nexthop"
)
_IP_CHANGES = word_list(
    "add del delete change replace set flush append prepend up down save restore exec attach identify edit"
)
_IP_OPTIONS = word_list(
    "-4 -6 -s -ss -br -brief -c -color -d -details -o -oneline -j -json -p -pretty -h -human -stats -statistics -r"
)


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a command line, `argv[0]` being the tool. Never raises."""
    tool = argv[0] if argv else ""
    if tool in _SPECIAL:
        return _SPECIAL[tool](argv)
    if tool in _CLIENTS:
        return client.judge(_CLIENTS[tool], argv)
    looks = usage.judge(_TABLES[tool], argv) if tool in _TABLES else None
    if looks and looks.verdict is not Verdict.REFUSED:
        return looks
    changes = host_changes.judge(argv) if argv else None
    if changes and not (looks and changes.verdict is Verdict.REFUSED):
        return changes
    return looks or _refused(tool or "nothing", "no tool of a host is known by this name")


def unwrap(argv: Sequence[str]) -> Carried | Judgement:
    """The command that `ssh HOST …` carries; refused with any option, and without a command."""
    words = list(argv[1:])
    if not words or words[0].startswith("-"):
        return _refused("ssh", "its options reach past the bound host: write ssh HOST COMMAND")
    user, _, host = words[0].rpartition("@")
    if objection := objection_to_value("name", host) or (objection_to_value("name", user) if user else None):
        return _refused("ssh", objection)
    if len(words) == 1:
        return _refused("ssh", "a session without a command is interactive")
    names = {"host": host, **({"user": user} if user else {})}
    said = words[2:] if words[1] == "--" else words[1:]
    return Carried(via="ssh", argv=(), line=" ".join(said), names=names)


def knows(tool: str) -> bool:
    """Whether a tool of hosts is known by this name, as one that looks, one that changes, or one that never runs."""
    return tool in _SPECIAL or tool in _CLIENTS or tool in _TABLES or host_changes.judge([tool]) is not None


def looks_at_a_certificate(argv: Sequence[str]) -> bool:
    """Whether this shows the fields of a certificate from its input: behind `openssl s_client` it is one TLS probe."""
    if list(argv[:2]) != ["openssl", "x509"] or "-in" in argv:
        return False
    return judge(argv).verdict is Verdict.READ_ONLY


def on_files(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """A filter's own words, and the files at its end that it reads; no files for a tool that is no filter."""
    if argv[0] not in _ON_FILES:
        return argv, ()
    end, first = len(argv), 1
    if argv[0] in _PROGRAMS:
        first = next((place for place, word in enumerate(argv[1:], start=2) if not word.startswith("-")), end)
    while end > first and argv[end - 1].startswith("/"):
        end -= 1
    return argv[:end], argv[end:]


def _refused(tool: str, reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"{tool}: {reason}")


def _openssl(argv: Sequence[str]) -> Judgement:
    name = " ".join(argv[:2])
    if name in WHOLE_WORDS:
        judgement = usage.judge(WHOLE_WORDS[name], [name, *argv[2:]])
        if judgement.verdict is not Verdict.REFUSED or argv[1] not in _OPENSSL_CHANGES:
            return Judgement(judgement.verdict, judgement.reason)
    if any(word.startswith("pass:") for word in argv[2:]):
        return _refused("openssl", "the passphrase of a key stands in the command")
    if argv[1:2] and argv[1] in _OPENSSL_KEYS and "-out" not in argv:
        return _refused("openssl", f"without -out FILE, {argv[1]} prints a key")
    if argv[1:2] and argv[1] in _OPENSSL_CHANGES:
        return Judgement(Verdict.MUTATING, f"{name} makes a file of keys or certificates")
    return _refused("openssl", "only a TLS probe and the fields of a certificate are known to look and no more")


def _tar(argv: Sequence[str]) -> Judgement:
    """tar takes its first letters without a dash too."""
    words = [f"-{argv[1]}", *argv[2:]] if argv[1:] and argv[1].isalpha() else list(argv[1:])
    looks = usage.judge(READS["tar"], ["tar", *words])
    return looks if looks.verdict is Verdict.READ_ONLY else host_changes.judge(["tar", *words]) or looks


def _first_option(argv: Sequence[str]) -> Judgement:
    """A tool that reads options only before all else: behind a process or a command, `-l` and `-p` are no options."""
    changes = host_changes.judge(argv)
    looks = usage.judge(READS[argv[0]], argv)
    if argv[1:2] and argv[1].startswith("-") and looks.verdict is Verdict.READ_ONLY:
        return looks
    return changes or looks


def _nslookup(argv: Sequence[str]) -> Judgement:
    words = [re.sub(r"^-(?:querytype|q|ty|type)=", "-query=", word) for word in argv]
    return usage.judge(WHOLE_WORDS["nslookup"], words)


def _ip(argv: Sequence[str]) -> Judgement:
    words = list(argv[1:])
    while words and words[0].startswith("-"):
        if words.pop(0) not in _IP_OPTIONS:
            return _refused("ip", "this option is not among those that only look")
    if not words or words[0] not in _IP_OBJECTS or any(objection_to_value("word", word) for word in words):
        return _refused("ip", "only addresses, links, routes, rules and neighbours are known")
    verb = words[1] if len(words) > 1 else "show"
    if verb == "s" and words[0] in ("l", "link"):
        return Judgement(Verdict.MUTATING, "ip link s is short for link set: it changes the network")
    if verb in ("show", "list", "ls", "lst", "sh", "s", "l") or (verb == "get" and words[0] in ("r", "route")):
        return Judgement(Verdict.READ_ONLY, "shows the network's settings")
    if any(change.startswith(verb) for change in _IP_CHANGES) and not "exec".startswith(verb):
        return Judgement(Verdict.MUTATING, f"ip {words[0]} {verb} changes the network")
    return _refused("ip", f"{verb[:40]!r} is none of its known verbs")


def _service(argv: Sequence[str]) -> Judgement:
    if list(argv[1:]) == ["--status-all"]:
        return Judgement(Verdict.READ_ONLY, "shows the services' state")
    if len(argv) != 3 or objection_to_value("name", argv[1]):
        return _refused(argv[0], "it is not written as service NAME VERB")
    if argv[2] == "status":
        return Judgement(Verdict.READ_ONLY, "shows a service's state")
    if argv[2] in _SERVICE_CHANGES:
        return Judgement(Verdict.MUTATING, f"{argv[2]}s the service {argv[1]}")
    return _refused(argv[0], f"{argv[2][:40]!r} is none of its known verbs: its script could do anything")


def _program(argv: Sequence[str]) -> Judgement:
    """A server's own program: its version and the test of its settings look, all else changes something."""
    if list(argv[1:]) in (["-t"], ["-v"], ["-V"], ["configtest"], ["--version"]):
        return Judgement(Verdict.READ_ONLY, "tests the settings of the server, or shows its version")
    if argv[0] == "haproxy" and list(argv[1:3]) == ["-c", "-f"] and len(argv) == 4:
        own = argv[3].startswith("/etc/haproxy/") and not objection_to_listing(argv[3])
        tested = Judgement(Verdict.READ_ONLY, "tests the settings of the server")
        return tested if own else _refused("haproxy", "what it cannot read it prints: only its own settings are tested")
    if list(argv[1:]) == ["-T"]:
        return _refused(argv[0], "it prints all settings, which may hold secrets")
    return Judgement(Verdict.MUTATING, f"{argv[0]} starts, stops or signals the server")


def _pager(argv: Sequence[str]) -> Judgement:
    words = [word for word in argv[1:] if word not in ("+F", "+G", "+g")]
    flags = [word for word in words if word.startswith("-")]
    paths = [word for word in words if not word.startswith("-")]
    if any(not set(flag[1:]) <= _PAGER_FLAGS for flag in flags) or not paths:
        return _refused(argv[0], "it is for a person at a terminal: name the log, and no command for the pager")
    tool = ["zcat"] if argv[0].startswith("z") else ["tail", "-n", str(_PAGER_LINES)]
    return usage.judge(READS[tool[0]], [*tool, *paths]) if _objection(paths) else _tailed([*tool, *paths])


def _tailed(words: Sequence[str]) -> Judgement:
    return Judgement(Verdict.READ_ONLY, "shows the last lines of a log", shlex.join(words))


def _objection(paths: Sequence[str]) -> str | None:
    return next((objection for path in paths if (objection := objection_to_reading(path))), None)


def _filter_on_files(argv: Sequence[str]) -> Judgement:
    """A filter that names its input at the end: the logs are read, and filtered in the process."""
    words, paths = on_files(argv)
    if argv[0] == "sed" and any(word.startswith(("-i", "--in-place")) for word in words[1:]):
        return _edited(words, paths)
    chosen = filters.parse(words)
    if isinstance(chosen, Judgement):
        return chosen
    if not paths or (argv[0] == "uniq" and len(paths) > 1):
        return _refused(argv[0], "it filters what another command prints: here it names no log, or one too many")
    objection = _objection(paths)
    return _refused(argv[0], objection) if objection else Judgement(Verdict.READ_ONLY, "filters a log")


def _edited(words: Sequence[str], paths: Sequence[str]) -> Judgement:
    rest = [word for word in words[1:] if not word.startswith("-")]
    if len(rest) < 1 or not filters.is_plain_edit(rest[0]):
        return _refused(
            "sed", "its program could run commands or write elsewhere: only a plain s/…/…/ or /…/d is known"
        )
    changed = [*rest[1:], *paths]
    reason = next((objection for path in changed if (objection := objection_to_changing(path))), None)
    if reason or not changed:
        return _refused("sed", reason or "it names no file")
    return Judgement(Verdict.MUTATING, "sed -i changes the file")


_SPECIAL: Mapping[str, Callable[[Sequence[str]], Judgement]] = {
    "find": host_find.judge,
    "tar": _tar,
    "ps": host_process.judge,
    "openssl": _openssl,
    "nslookup": _nslookup,
    "ip": _ip,
    "service": _service,
    **dict.fromkeys(("kill", "chrt", "ionice", "taskset"), _first_option),
    **dict.fromkeys(("nginx", "apachectl", "apache2ctl", "httpd", "haproxy", "php-fpm"), _program),
    **dict.fromkeys(_PAGERS, _pager),
    **dict.fromkeys(_ON_FILES, _filter_on_files),
}
TOOLS = frozenset({*_SPECIAL, *_CLIENTS, *_TABLES, *host_changes.TOOLS})
"""Every tool that is known by name."""
