"""Requests to the engine's own API: a list of pages that may be read, and of actions a second person may approve.

Not every GET is a read there: one joins a container's input, another copies its files. What is on no list is refused.
"""

import re
from urllib.parse import unquote

from compiler.proof.http.secrets import pairs
from incident.verdict import Judgement, Verdict

_LINE = re.compile(
    r"(?P<method>[A-Z]{3,7}) (?P<path>/[\w./:@{}$<>%-]*)(?:\?(?P<query>[\w.=&%{}\":,\[\]-]*))?", re.ASCII
)
_VERSION = re.compile(r"/v1\.\d{1,2}(?=/)")
_ID = r"[A-Za-z0-9_][\w.-]*"
_IMAGE = r"[A-Za-z0-9][\w.:@/-]*?"
_NOT_A_NAME = "(?!create$|prune$|search$|get$|load$|json$)"
_READS: tuple[tuple[str, str, frozenset[str]], ...] = tuple(
    (pattern, reason, frozenset(allowed.split()))
    for pattern, reason, allowed in (
        ("/containers/json", "lists containers", "all limit size filters"),
        (f"/containers/{_ID}/logs", "reads the last lines of a log", "stdout stderr since until timestamps tail"),
        (f"/containers/{_ID}/stats", "takes one sample of what a container uses", "stream one-shot"),
        (f"/containers/{_ID}/top", "lists the processes of a container", ""),
        (f"/containers/{_ID}/changes", "lists the changed files of a container", ""),
        ("/images/json", "lists images", "all filters digests shared-size manifests"),
        ("/info", "shows facts about the engine", ""),
        ("/version", "shows the version of the engine", ""),
        ("/_ping", "asks whether the engine answers", ""),
        ("/system/df", "lists what takes up disk space", "type"),
        ("/networks", "lists networks", "filters"),
        (f"/networks/{_NOT_A_NAME}{_ID}", "shows a network", "verbose scope"),
        ("/nodes", "lists nodes", "filters"),
        ("/events", "lists what happened between two moments", "since until filters"),
    )
)
_PROJECTED = (
    (f"/containers/{_ID}/json", "shows a container: its environment and command line are dropped"),
    (f"/images/{_IMAGE}/json", "shows an image: its environment is dropped"),
    (f"/volumes(?:/{_NOT_A_NAME}{_ID})?", "shows volumes: their options, which hold passwords of shares, are dropped"),
    (f"/services(?:/{_ID})?", "shows services: their environment is dropped"),
    (f"/tasks(?:/{_ID})?", "shows tasks: their environment is dropped"),
)
_CHANGES = (
    (
        "POST",
        rf"/containers/{_ID}/(?:start|stop|restart|kill|pause|unpause|rename|update|resize)",
        "changes a container",
    ),
    ("POST", r"/(?:containers|images|volumes|networks|build)/prune", "removes everything that is not in use"),
    ("POST", rf"/images/{_IMAGE}/(?:tag|push)", "names or publishes an image"),
    ("POST", rf"/networks/{_ID}/(?:connect|disconnect)", "changes who is in a network"),
    ("DELETE", rf"/(?:containers|volumes|networks|services|nodes)/{_ID}", "removes an object of the engine"),
    ("DELETE", rf"/images/{_IMAGE}", "removes an image"),
)


def judge(text: str) -> Judgement:
    """The verdict for a request line such as `GET /containers/json?all=1`. Never raises."""
    line = _LINE.fullmatch(text.strip())
    path = _VERSION.sub("", line["path"], count=1) if line else ""
    if line is None or "%" in path or "//" in path or {".", ".."} & set(path.split("/")):
        return _refused("it is not a plain request to the engine")
    query = [(key, value) for key, value in pairs(line["query"] or "")]
    if line["method"] in ("GET", "HEAD"):
        return _read(path, query)
    change = next((told for verb, at, told in _CHANGES if verb == line["method"] and re.fullmatch(at, path)), None)
    return (
        Judgement(Verdict.MUTATING, change) if change else _refused("it is on no list of what the engine may be asked")
    )


def _read(path: str, query: list[tuple[str, str]]) -> Judgement:
    for pattern, reason, allowed in _READS:
        if re.fullmatch(pattern, path):
            return _bounded(path, query, reason, allowed)
    for pattern, reason in _PROJECTED:
        if re.fullmatch(pattern, path) and all(key in ("filters", "size", "status") for key, _ in query):
            return Judgement(Verdict.READ_ONLY, reason)
    return _refused("it is on no list of what may be read from the engine: a GET there can write and copy too")


def _bounded(path: str, query: list[tuple[str, str]], reason: str, allowed: frozenset[str]) -> Judgement:
    given = dict(query)
    if path.endswith("/logs"):
        follows = given.pop("follow", "0")
        lines = given.get("tail", "all")
        kept = {**given, "tail": lines if lines.isdigit() and len(lines) < 4 else "1000"}
        rewrite = None if follows in ("0", "false") and kept == given else _written(path, kept)
    elif path.endswith("/stats"):
        rewrite = None if given.get("stream") in ("0", "false") else _written(path, {"stream": "false"})
    else:
        rewrite = None
    if path == "/events" and not (given.get("since", "").isdecimal() and given.get("until", "").isdecimal()):
        return _refused("events go on without end: since and until must be given, in seconds since 1970")
    if len(given) != len([key for key, _ in query if key != "follow"]) or not given.keys() <= allowed:
        return _refused("one of its parameters is not on the list")
    return Judgement(Verdict.READ_ONLY, reason, rewrite)


def _written(path: str, query: dict[str, str]) -> str:
    return f"GET {unquote(path)}?" + "&".join(f"{key}={value}" for key, value in query.items())


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"engine API: {reason}")
