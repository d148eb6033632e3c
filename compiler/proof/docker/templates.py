"""The templates that `docker --format` takes: fields of a listing, or the fields of an object that hold no secret.

`docker inspect` shows an object whole, environment and command line included. A template may only reach into the parts
listed here; without one, such a template is put in its place.
"""

import re
from collections.abc import Iterator

from compiler.proof.secret_names import names_a_secret
from compiler.proof.word_list import word_list

MAX_CHARACTERS = 2000
_ACTION = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_LISTED = re.compile(
    r"""\s*(?:json\s+|upper\s+|lower\s+|title\s+)?(?:\.|(?:\.[A-Za-z]\w*)+(?:\s+"[\w./-]+")?)\s*(?:\|\s*json\s*)?""",
    re.ASCII,
)
_TERM = re.compile(
    r"""\s*(?:
        (?P<literal>"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*'|-?\d+(?:\.\d+)?\b|(?:true|false|nil)\b)
      | (?P<chain>\)(?:\.[A-Za-z]\w*)*)
      | (?P<path>\$?(?:\.[A-Za-z]\w*)+|\.(?!\w)|\$(?!\w))
      | (?P<variable>\$[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)
      | (?P<function>[a-z]+)\b
      | (?P<mark>:?=|[|(,])
    )\s*""",
    re.VERBOSE | re.ASCII,
)
_FUNCTIONS = word_list(
    "json len index println print printf join split upper lower title eq ne lt le gt ge and or not slice"
)
_OPENING = word_list("range with if")
_SHOWN = frozenset(
    tuple(path.split("."))
    for path in word_list(
        """
        State Status Name Id ID Created CreatedAt UpdatedAt Image Platform Driver RestartCount SizeRw SizeRootFs Mounts
        NetworkSettings LogPath Config.Image Config.Hostname Config.User Config.WorkingDir Config.ExposedPorts
        Config.Labels Config.Volumes Config.StopSignal Config.StopTimeout HostConfig.RestartPolicy HostConfig.Memory
        HostConfig.MemorySwap HostConfig.MemoryReservation HostConfig.NanoCpus HostConfig.CpuShares HostConfig.CpuQuota
        HostConfig.CpuPeriod HostConfig.CpusetCpus HostConfig.NetworkMode HostConfig.PortBindings HostConfig.Binds
        HostConfig.PidsLimit HostConfig.Privileged HostConfig.ReadonlyRootfs HostConfig.CapAdd HostConfig.CapDrop
        HostConfig.AutoRemove HostConfig.OomKillDisable HostConfig.OomScoreAdj HostConfig.ShmSize HostConfig.Ulimits
        HostConfig.LogConfig.Type RepoTags RepoDigests Size VirtualSize Architecture Os Parent RootFS Scope IPAM
        Containers Internal Attachable Ingress EnableIPv6 Labels Mountpoint UsageData Version.Index Spec.Name
        Spec.Labels Spec.Mode Spec.UpdateConfig Spec.RollbackConfig Spec.Role Spec.Availability
        Spec.TaskTemplate.ContainerSpec.Image Spec.TaskTemplate.Resources Spec.TaskTemplate.Placement
        Spec.TaskTemplate.RestartPolicy Endpoint UpdateStatus ServiceStatus ManagerStatus Description.Hostname
        Description.Platform Description.Resources Description.Engine.EngineVersion DesiredState Slot NodeID ServiceID
        """
    )
)
_BY_TYPE = {
    "container": """
        Name Created State RestartCount Platform Mounts NetworkSettings Config.Image Config.Labels HostConfig.Memory
        HostConfig.RestartPolicy HostConfig.PortBindings
    """,
    "image": "ID RepoTags RepoDigests Created Size Architecture Os Config.Labels Config.ExposedPorts RootFS",
    "volume": "Name Driver Mountpoint CreatedAt Labels Scope",
    "service": """
        ID CreatedAt UpdatedAt Spec.Name Spec.Labels Spec.Mode Spec.UpdateConfig Spec.TaskTemplate.ContainerSpec.Image
        Spec.TaskTemplate.Resources Endpoint
    """,
    "task": "ID CreatedAt Status DesiredState NodeID ServiceID Slot",
}


def objection_to_listing(template: str) -> str | None:
    """Why a listing may not be shown in this format; None when it may: `json`, `table …`, or plain fields."""
    if len(template) > MAX_CHARACTERS:
        return "the template is too long to be read"
    actions = _ACTION.findall(template)
    if any("{{" in action for action in actions) or "{{" in _ACTION.sub("", template):
        return "the template is cut off"
    if wrong := next((action for action in actions if not _LISTED.fullmatch(action)), None):
        return f"{wrong.strip()[:40]!r} is more than one field of the listing"
    words = (word for action in actions for word in re.findall(r"[A-Za-z]\w*", action))
    return next((f"{word!r} is named as a secret" for word in words if names_a_secret(word)), None)


def objection_to_inspection(template: str) -> str | None:
    """Why an object may not be shown through this template; None when it only reaches into the listed parts."""
    if len(template) > MAX_CHARACTERS or "{{" in _ACTION.sub("", template):
        return "the template is cut off, or too long to be read"
    return next(_objections(_ACTION.findall(template)), None)


def inspection(kind: str) -> str | None:
    """The template that shows an object of one type without its secrets, as JSON; None when it holds none."""
    if kind not in _BY_TYPE:
        return None
    fields = (f'"{path}":{{{{json .{path}}}}}' for path in _BY_TYPE[kind].split())
    return "{" + ",".join(fields) + "}"


def _objections(actions: list[str]) -> Iterator[str]:
    scopes = [False]
    """For each open block, whether `.` is a part that may be shown."""
    for action in actions:
        word, _, rest = action.strip().partition(" ")
        if word == "end":
            scopes = scopes[:-1] or [False]
        elif word in _OPENING:
            yield from _terms(rest, inside=scopes[-1])
            scopes.append(scopes[-1] if word == "if" else True)
        elif word == "else":
            scopes[-1:] = [scopes[-2] if len(scopes) > 1 else False]  # here `.` is again what it was around the block
            yield from _terms(rest.strip().removeprefix("if "), inside=scopes[-1])
            if rest.strip().startswith("with"):
                yield "else with is not read"
        else:
            yield from _terms(action, inside=scopes[-1])


def _terms(text: str, *, inside: bool) -> Iterator[str]:
    """Why the terms of one action may not be shown: each path must lead into a part that is listed."""
    position = 0
    while position < len(text):
        term = _TERM.match(text, position)
        if term is None or (term["function"] and term["function"] not in _FUNCTIONS):
            yield f"{text.strip()[:40]!r} is not made of fields"
            return
        path = term["path"]
        if path and not (inside and not path.startswith("$")) and not _is_shown(path):
            yield f"{path} is not among the fields that are known to hold no secret"
        if term["literal"] and names_a_secret(term["literal"]):
            yield f"{term['literal'][:40]} is named as a secret"
        position = term.end()


def _is_shown(path: str) -> bool:
    steps = tuple(path.removeprefix("$").removeprefix(".").split("."))
    return any(steps[:length] in _SHOWN for length in range(1, len(steps) + 1))
