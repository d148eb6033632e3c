"""helm's command line, read without running it: releases are listed, and changed with a second person's approval.

A release's values and manifest hold what the team gave it, secrets included, and no field of them can be told apart:
they are never shown. What a chart would install is not in the command, so it must be pinned before it may run.
"""

import shlex
from collections.abc import Mapping, Sequence

from compiler.proof import go_flags
from compiler.proof.go_flags import Flags, Line, Refused, flags, refuse
from compiler.proof.object_names import is_name
from compiler.proof.references import is_reference
from compiler.proof.secret_names import names_a_secret
from incident.verdict import Judgement, Verdict

_GLOBAL = flags(values="namespace=n kube-context burst-limit qps color colour") | refuse(
    {
        "it brings another identity or credentials than the target's own": """
            kubeconfig kube-as-group kube-as-user kube-token username password key-file cert-file pass-credentials
        """,
        "the server and its certificate belong to the target": """
            kube-apiserver kube-ca-file kube-insecure-skip-tls-verify kube-tls-server-name insecure-skip-tls-verify
            ca-file plain-http
        """,
        "it brings settings that are not in the command": """
            registry-config repository-cache repository-config content-cache keyring
        """,
        "it shows more than is asked for": "debug",
        "a template is a program": "template",
        "it runs a program of the machine": "post-renderer post-renderer-args",
        "it is for a person at a terminal": "help=h",
    }
)
_SHOWN = flags(values="output=o revision")
_READS: Mapping[tuple[str, ...], tuple[str, Flags]] = {
    ("list",): (
        "lists the releases",
        flags(
            switches="""
                all=a all-namespaces=A date=d deployed failed no-headers pending reverse=r short=q superseded
                uninstalled uninstalling
            """,
            values="filter=f max=m offset output=o selector=l time-format",
        ),
    ),
    ("history",): ("lists the revisions of {}", flags(values="max output=o")),
    ("get", "metadata"): ("shows the chart and version of {}", _SHOWN),
    ("version",): ("shows the version of helm", flags(switches="short client=c")),
    ("show", "chart"): ("shows what the chart {} is", flags(values="version")),
    ("repo", "list"): ("lists the chart repositories", flags(switches="no-headers", values="output=o")),
    ("search", "repo"): (
        "lists charts in the known repositories",
        flags(switches="devel fail-on-no-result regexp=r versions=l", values="max-col-width output=o version"),
    ),
}
_STATUS = flags(switches="show-desc show-resources", values="output=o revision")
_WAITING = flags(
    switches="cleanup-on-fail force no-hooks wait-for-jobs recreate-pods force-conflicts force-replace",
    values="description history-max timeout",
    optional="dry-run wait server-side",
)
_INSTALLING = _WAITING | flags(
    switches="""
        atomic create-namespace dependency-update devel disable-openapi-validation enable-dns hide-notes hide-secret
        install=i generate-name=g render-subchart-notes replace reset-then-reuse-values reset-values reuse-values
        rollback-on-failure skip-crds skip-schema-validation take-ownership verify
    """,
    values="labels=l name-template output=o repo set set-file set-json set-literal set-string values=f version",
)
_CHANGES: Mapping[tuple[str, ...], tuple[str, Flags]] = {
    ("rollback",): ("takes {} back to an earlier revision", _WAITING),
    ("upgrade",): ("changes {} to what a chart says, which must be pinned before it may run", _INSTALLING),
    ("install",): ("installs {} from a chart, which must be pinned before it may run", _INSTALLING),
    ("uninstall",): (
        "removes {} and everything it installed",
        _WAITING | flags(switches="ignore-not-found keep-history", values="cascade"),
    ),
    ("test",): ("runs the tests of {} in new pods", flags(values="filter timeout")),
    ("repo", "add"): (
        "makes a chart repository known",
        flags(switches="allow-deprecated-repos force-update no-update", values="timeout"),
    ),
    ("repo", "remove"): ("forgets a chart repository", Flags()),
    ("dependency", "update"): ("fetches the charts that {} needs", flags(switches="skip-refresh verify")),
    ("dependency", "build"): ("fetches the charts that {} needs", flags(switches="skip-refresh verify")),
    ("repo", "update"): ("fetches the lists of charts", flags(values="timeout")),
}
_ALIASES = {
    "ls": "list",
    "hist": "history",
    "delete": "uninstall",
    "del": "uninstall",
    "un": "uninstall",
    "dep": "dependency",
    "up": "update",
    "rm": "remove",
}
_GROUPS = ("get", "show", "repo", "search", "dependency")
_OUTPUTS = (None, "table", "json", "yaml")
_SETTINGS = ("set", "set-string", "set-literal", "set-json")
_REPEATABLE = ("kube-context",)


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a helm command line, `argv[0]` being `helm`. Never raises: what cannot be read is refused."""
    try:
        return _judged(argv)
    except Refused as fault:
        return Judgement(Verdict.REFUSED, f"helm: {fault}")


def _judged(argv: Sequence[str]) -> Judgement:
    path, options, words = _walk(argv)
    if path == ("status",):
        return _status(_read(options, words, _STATUS))
    if path not in _READS and path not in _CHANGES:
        raise Refused(f"{' '.join(path)[:40]!r} shows what may hold secrets, or is a plug-in")
    told, known = _READS[path] if path in _READS else _CHANGES[path]
    line = _read(options, words, known)
    reason = told.format(line.operands[0] if line.operands else "a release")
    if path in _CHANGES:
        _check_settings(line)
        return Judgement(Verdict.MUTATING, reason)
    _check_read(line)
    return Judgement(Verdict.READ_ONLY, reason)


def _walk(argv: Sequence[str]) -> tuple[tuple[str, ...], list[go_flags.Option], list[str]]:
    if list(argv[:1]) != ["helm"]:
        raise Refused("the command is not helm")
    options, words = go_flags.leading(argv[1:], _GLOBAL)
    if not words or words[0].startswith("-"):
        raise Refused("no command stands where helm looks for one")
    path: tuple[str, ...] = (_ALIASES.get(words[0], words[0]),)
    if path[0] in _GROUPS and len(words) > 1:
        return (path[0], _ALIASES.get(words[1], words[1])), options, words[2:]
    return path, options, words[1:]


def _read(options: Sequence[go_flags.Option], words: Sequence[str], known: Flags) -> Line:
    read = go_flags.read(words, _GLOBAL | known)
    line = Line(options=(*options, *read.options), operands=read.operands, rest=read.rest)
    if line.rest is not None:
        raise Refused("nothing may follow -- here")
    if wrong := next((v for v in line.all("namespace", "kube-context") if not is_name(v.replace("/", "-"))), None):
        raise Refused(f"{wrong[:40]!r} does not name a namespace or context")
    return line


def _check_read(line: Line) -> None:
    if twice := line.repeated(_REPEATABLE):
        raise Refused(f"--{twice} is given twice, and only one counts")
    if line.one("output") not in _OUTPUTS:
        raise Refused("-o takes table, json or yaml")
    if wrong := next((name for name in line.operands if not is_name(name.replace("/", "-"))), None):
        raise Refused(f"{wrong[:40]!r} is not the name of one release")


def _status(line: Line) -> Judgement:
    """A release's status as JSON holds its values: the table does not."""
    _check_read(line)
    if len(line.operands) != 1:
        raise Refused("it names no release")
    reason = f"shows the status of {line.operands[0]}"
    if line.one("output") in (None, "table"):
        return Judgement(Verdict.READ_ONLY, reason)
    rewrite = shlex.join(["helm", "status", *line.operands, *line.written(without=("output",))])
    return Judgement(Verdict.READ_ONLY, f"{reason}, without its values", rewrite)


def _check_settings(line: Line) -> None:
    """Refuse what hides in settings: secrets in the command itself, and files from anywhere."""
    for setting in (pair for value in line.all(*_SETTINGS) for pair in value.split(",")):
        name, equals, value = setting.partition("=")
        if equals and value and names_a_secret(name) and not is_reference(value):
            raise Refused(f"the value of {name[:40]} stands in the command: name a secret instead")
    if any("://" in file or file == "-" for file in line.all("values", "set-file")):
        raise Refused("its values come from outside or from standard input, where they cannot be pinned")
