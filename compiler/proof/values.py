"""What a value on a command line may look like: each kind of value by name, with why a word is not of that kind.

The tables of the tools name these kinds. A value never begins with a dash, so that it cannot become an option.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias
from urllib.parse import urlsplit

from compiler.proof.host_paths import (
    objection_to_certificate,
    objection_to_listing,
    objection_to_measuring,
    objection_to_reading,
)
from compiler.proof.http.address import objection_to_host
from compiler.proof.named import named
from compiler.proof.references import is_reference
from compiler.proof.secret_names import names_a_secret
from compiler.proof.word_list import word_list
from incident.verdict import Judgement

Check: TypeAlias = Callable[[str], str | None]

CEILINGS: Mapping[str, int] = {"lines": 1000, "samples": 10, "seconds": 10, "packets": 20, "hops": 30}
"""The most that may be asked for; a larger number is cut down to it, and the rewrite shows that."""

_PATTERNS = {
    "number": r"[0-9]{1,9}",
    "lines": r"\+?[0-9]{1,9}",
    "samples": r"[1-9][0-9]{0,8}",
    "seconds": r"[0-9]{1,6}(?:\.[0-9]{1,3})?",
    "packets": r"[0-9]{1,9}",
    "hops": r"[0-9]{1,3}",
    "name": r"[A-Za-z0-9_][A-Za-z0-9_.@:+-]*",
    "names": r"[A-Za-z0-9_][A-Za-z0-9_.@:+,-]*",
    "unit": r"[A-Za-z0-9_*?][A-Za-z0-9_.@:*?\\+-]*",
    "subject": r"[A-Za-z0-9_$*>][A-Za-z0-9_.$*>-]*",
    "word": r"[A-Za-z0-9_.%+*][A-Za-z0-9_.:@%+,/=*?-]*",
    "sort": r"[-+]?(?:v:|version:)?[A-Za-z%_][A-Za-z0-9%_,+-]*",
    "setting": r"(?!.*_(?:secret|key)$)[a-z][a-z0-9_.-]*",
    "assignment": r"[a-z][a-z0-9_./-]*=.*",
    "time": r"[-@]?[0-9A-Za-z][0-9A-Za-z :.,+-]*",
    "format": r"[+][A-Za-z0-9%_:,./ +TZ@^#-]*",
    "signed": r"[-+]?[0-9]{1,9}[bcwkMG]?",
    "mode": r"[-/]?[0-7]{1,4}|[ugoa]*[+=-][rwxst]+",
    "revision": r"(?!(?:.*/)?\.\.(?:/|$))[A-Za-z0-9_@][A-Za-z0-9_./@{}~^-]*",
    "pathspec": r"(?!(?:.*/)?\.\.(?:/|$))[A-Za-z0-9_.*][A-Za-z0-9_./*-]*",
    "fields": r"[A-Za-z][A-Za-z0-9,]*",
    "dnsword": r"(?!(?i:[ai]xfr|type0*25[12])$)@?[A-Za-z0-9_*][A-Za-z0-9_.:*-]*"
    r"|\+(?:no)?(?:short|trace|tcp|vc|answer|all|comments|stats|question|cmd"
    r"|additional|authority|dnssec|recurse|multiline|nssearch|ttlid|identify|search)|\+(?:time|tries|retry|bufsize)=\d+",
    "record": r"(?!(?i:[ai]xfr|type0*25[12])$)[A-Za-z0-9]+",
    "database": r"passwd|group|hosts|services|networks|protocols|ahosts|ahostsv4|ahostsv6|netgroup|rpc|ethers",
    "socket": r"[46]?[A-Za-z0-9:@][A-Za-z0-9_.:@,-]*",
    "belowmark": r"\+[Dd]",
    "linkcount": r"\+L[0-9]?",
    "device": r"/dev/[a-z][a-z0-9/_-]*",
    "match": r"\+|_?[A-Z][A-Z_]*=[A-Za-z0-9_.@/:-]+",
    "smartlog": r"error|xerror|selftest|xselftest|selective|directory|background|scttemp|scttempsts|scttemphist|scterc"
    r"|devstat|sataphy|ssd|defects|envrep|genstats",
    "property": r"(?!.*(?:Environment|Credential))[A-Za-z][A-Za-z0-9,]*",
    "ntpword": r"peers|rv|as|associations|sysinfo|sysstats|kerninfo|lpeers|apeers|pe",
    "delimiter": r"[^\x00-\x08\x0a-\x1f]|\\t",
    "sortkey": r"[1-9][0-9]{0,2}(?:\.[0-9]{1,3})?[bnrhfVg]*(?:,[1-9][0-9]{0,2}(?:\.[0-9]{1,3})?[bnrhfVg]*)?",
    "set": r"[^-\x00-\x1f][^\x00-\x1f]{0,100}",
    "adminword": r"stat(?:us)?|ping|proc(?:esslist)?|extended-status|version",
    "statusword": r"status",
    "analyzeword": r"time|blame|critical-chain|calendar",
    "layout": r"(?!.*%(?:[-+ ]?G|\(\*?signature))"
    r"(?:oneline|short|medium|full|fuller|reference|raw|t?format:[^$`\x00-\x1f]*|[^$`\x00-\x1f]*%[^$`\x00-\x1f]*)",
    "plain": r"[^$`\x00-\x1f]*",
    "port": r"[0-9]{1,5}",
    "place": r"[A-Za-z0-9_./][A-Za-z0-9_./-]*",
    "path": r"/?[A-Za-z0-9_][A-Za-z0-9_./-]*",
    "znode": r"/[A-Za-z0-9_./-]*",
    "rulefile": r"(?!.*\.\.)/?[A-Za-z0-9_][A-Za-z0-9_./-]*\.(?:ya?ml|rules)",
    "vhost": r"/|[A-Za-z0-9_][A-Za-z0-9_./-]*",
    "dev": r"dev",
    "describe": r"describe",
    "listing": r"list",
    "pgword": r"query|list_unfound",
    "jcmdword": r"VM\.uptime|VM\.version|GC\.heap_info",
    "doveadmword": r"who",
    "memcword": r"stats|display",
    "netport": r"[0-9]{1,5}/(?:tcp|udp)",
    "grpcbody": r"\{[^$`\x00-\x1f]*\}",
    "grpcword": r"list|describe",
    "grpchealth": r"grpc\.health\.v1\.Health/Check",
    "offsetshell": r"kafka\.tools\.GetOffsetShell|org\.apache\.kafka\.tools\.GetOffsetShell",
    "routerword": r"show (?:ip |ipv6 )?(?:bgp|route|ospf|interface|version|protocols)[a-z0-9 ./:]*",
    "settingname": r"(?:core/)?(?:project|account)|compute/(?:region|zone)|run/region",
    "tablename": r"table",
    "loginmode": r"login",
    "kusto": r"(?!(?is:.*(?:externaldata|http_request|evaluate\b|^\s*\.)))[^`\x00-\x08\x0b-\x1f]*",
    "cloudorder": r"~?[A-Za-z][A-Za-z0-9_.]*(?:,~?[A-Za-z][A-Za-z0-9_.]*)*",
    "field": r"[A-Za-z_]+(?:\[\])?=(?!@)[^\x00-\x1f]*",
    "accept": r"(?i:accept: ?[\w./+-]+|x-github-api-version: ?[0-9-]+)",
    "range": r"[0-9]{0,6}(?:-[0-9]{0,6})?(?:,[0-9]{0,6}(?:-[0-9]{0,6})?)*",
}
_PROJECTION = re.compile(r"[a-z]+(?:\[[a-z0-9,=-]+\])?(?:\([A-Za-z0-9_.,:()\[\] -]*\))?", re.ASCII)
_PROJECTED = re.compile(r"(?:value|table|csv|get)(?:\[[a-z0-9,=-]+\])?\(([A-Za-z0-9_.,:()\[\]= -]+)\)", re.ASCII)
_JQ = named("filters.jq:parse")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_INDEX = re.compile(r"\[[0-9]*\]")
_WORD = re.compile(r"[A-Za-z0-9_=-]+", re.ASCII)
_GIVEN = word_list(
    "appsettings connectionstring connectionstrings customdata env environment environmentvariables outputs parameters"
    " protectedsettings siteconfig userdata"
)
"""What a program or a machine is given, which may hold secrets."""
FACTS = word_list(
    """
    conditions connectionName cpuPlatform createTime creationTimestamp currentAction currentLocationId
    currentMasterVersion currentNodeCount currentNodeVersion databaseVersion description digest diskSizeGb
    displayName duration email endTime endpoint finishTime healthState host id image insertTime instanceStatus
    internalIP ipAddress ipAddresses kind labels lastModifiedTimestamp latestCreatedRevisionName
    latestReadyRevisionName location machineType maxNodeCount memorySizeGb minNodeCount name natIP networkIP
    nodeCount operationType percent phase port progress provisioningModel redisVersion region replicas
    revisionName selfLink severity size sizeGb sourceImage startTime state status statusMessage targetLink
    targetSize tier traffic type updateTime uri url version zone
    """
)
"""Last parts of the fields of gcloud's answers that are facts about a thing, whatever the thing is."""
_NAMES = {"sort": "a column to sort by", "unit": "a unit", "time": "a time", "revision": "a revision"}
_WITH_PASSWORD = re.compile(r"//[^/@\s]*:(?!\$)[^/@\s]+@")


def objection_to_value(kind: str, value: str) -> str | None:
    """Why `value` is not of this kind, as one clause; None when it is."""
    if _WITH_PASSWORD.search(value):
        return "a password in an address is shown to every user of the host: name a secret instead"
    if kind in _CHECKS:
        return _CHECKS[kind](value)
    if _pattern(kind).fullmatch(value):
        return None
    return f"{value[:40]!r} is not {_NAMES.get(kind, f'a plain {kind}')}"


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile(_PATTERNS[kind], re.ASCII)


def _host(value: str) -> str | None:
    return objection_to_host(f"[{value}]" if ":" in value and not value.startswith("[") else value)


def _server(value: str) -> str | None:
    host, colon, port = value.rpartition(":")
    if not colon or not port.isdigit():
        return f"{value[:40]!r} is not HOST:PORT"
    return objection_to_host(host)


def _text(value: str) -> str | None:
    if value.startswith("-") or not value.isprintable():
        return f"{value[:40]!r} begins with a dash or does not print"
    return None


def _web_address(value: str) -> str | None:
    url = urlsplit(value if "://" in value else f"http://{value}")
    try:
        host = url.hostname or ""
    except ValueError:
        host = ""
    if url.scheme not in ("http", "https") or "@" in url.netloc or not host:
        return f"{value[:40]!r} is not a plain http:// address without credentials"
    return _host(host)


def _nats_server(value: str) -> str | None:
    if is_reference(value):
        return None
    urls = (urlsplit(one if "://" in one else f"nats://{one}") for one in value.split(","))
    if any("@" in url.netloc or url.scheme not in ("nats", "tls", "ws", "wss") for url in urls):
        return "the server is not a plain nats:// URL without credentials"
    return None


def _query(value: str) -> str | None:
    """A choice among what is answered, which names no secret and nothing that a program is given."""
    names = _IDENTIFIER.findall(value)
    secret = next((name for name in names if names_a_secret(name) or name.lower() in _GIVEN), None)
    if secret or not _pattern("plain").fullmatch(value):
        return f"{(secret or value)[:40]!r} may hold secrets, or does not print"
    return None


def _filter(value: str) -> str | None:
    found = _JQ(value)
    return found.reason if isinstance(found, Judgement) else None


def _projection(value: str) -> str | None:
    if not _PROJECTION.fullmatch(value):
        return f"{value[:40]!r} is not a plain projection"
    return _query(value)


def _facts(value: str) -> str | None:
    """A projection of gcloud's onto fields that are facts: what a program or a machine is given may hold secrets."""
    found = _PROJECTED.fullmatch(value)
    fields = found[1].split(",") if found else ()
    wrong = next((field for field in fields if not _fact(field.strip())), None)
    if not fields or wrong is not None:
        return f"{(wrong or value)[:40]!r} may hold secrets: write --format='table(name,status)' or the like"
    return None


def _fact(field: str) -> bool:
    path, *attributes = field.removesuffix(".basename()").split(":")
    parts = _INDEX.sub("", path).split(".")
    return parts[-1] in FACTS and all(_WORD.fullmatch(part) for part in [*parts, *attributes])


_CHECKS: Mapping[str, Check] = {
    "host": _host,
    "server": _server,
    "text": _text,
    "query": _query,
    "jqfilter": _filter,
    "projection": _projection,
    "facts": _facts,
    "natsserver": _nats_server,
    "weburl": _web_address,
    "listed": objection_to_listing,
    "read": objection_to_reading,
    "measured": objection_to_measuring,
    "archive": objection_to_listing,
    "certificate": objection_to_certificate,
}
KINDS = frozenset({*_PATTERNS, *_CHECKS})
