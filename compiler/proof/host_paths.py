"""Which paths of a host a step may touch, by the text alone; the executor asks again for each path after its links.

Names and sizes may be listed in many places. What is *in* a file is shown only where logs live, since a file anywhere
else may hold a secret or a customer's data. Removal needs a whole path that is deep enough to be meant.
"""

import re
from fnmatch import fnmatchcase
from posixpath import normpath

from compiler.proof.secret_names import holds_secrets
from compiler.proof.word_list import word_list

_PLAIN = re.compile(r"/[A-Za-z0-9_.@%+,:= *?\[\]!/-]*", re.ASCII)
_GLOB = re.compile(r"[*?\[]")

LISTED_ROOTS = word_list("app apps backup backups data etc home logs media mnt opt run srv tmp usr var")
"""First parts of the paths whose names and sizes may be listed."""
LOG_ROOTS = ("/var/log", "/logs", "/tmp/logs")  # noqa: S108 - a folder that is named, not one that is written to
"""Everything below these is a log."""
_APPLICATION_ROOTS = word_list("app apps data home mnt opt srv tmp usr var")
_LOG_FOLDERS = word_list("log logs")
_LOG_FILE = re.compile(r"[^/]+\.(?:log|out|err)(?:[.-][0-9*]+)?(?:\.gz)?", re.ASCII)
_OPEN_FILES = word_list(
    """
    /etc/os-release /etc/hosts /etc/resolv.conf /etc/hostname /etc/timezone /etc/issue /etc/lsb-release
    /etc/redhat-release /etc/debian_version /etc/nsswitch.conf /etc/system-release
    /proc/buddyinfo /proc/cpuinfo /proc/diskstats /proc/filesystems /proc/interrupts /proc/loadavg /proc/mdstat
    /proc/meminfo /proc/mounts /proc/net/dev /proc/net/snmp /proc/net/sockstat /proc/net/softnet_stat /proc/partitions
    /proc/pressure/cpu /proc/pressure/io /proc/pressure/memory /proc/stat /proc/swaps /proc/sys/fs/file-nr
    /proc/sys/kernel/pid_max /proc/sys/net/core/somaxconn /proc/sys/net/netfilter/nf_conntrack_count
    /proc/sys/net/netfilter/nf_conntrack_max /proc/uptime /proc/version /proc/vmstat
    """
)
"""Files that everybody may read anyway, each by its whole name: facts about the host and its kernel."""
_FACTS_OF_A_PROCESS = re.compile(
    r"/proc/[0-9]{1,7}/(?:io|limits|mounts|net/(?:dev|snmp|sockstat|softnet_stat)|oom_score|sched|stat|statm|status|wchan)",
    re.ASCII,
)
_CLOSED = word_list("proc sys dev root boot")
_SECRET_PARTS = word_list(
    """
    shadow gshadow sudoers .ssh .aws .azure .kube .gnupg .docker .netrc .pgpass .my.cnf .git-credentials .npmrc .pypirc
    .htpasswd .vault-token .bash_history .psql_history .mysql_history .rediscli_history id_rsa id_dsa id_ecdsa
    id_ed25519 private environ secrets credentials serviceaccount database.yml
    """
)
_SECRET_ENDINGS = (".pem", ".key", ".p12", ".pfx", ".jks", ".kdbx", ".keytab", ".ppk", ".ovpn", ".asc", ".gpg", ".env",
                   ".tfvars", ".tfstate")  # fmt: skip
_SETTINGS = re.compile(r"(.+?)(?:\.(?:ya?ml|json|properties|toml|ini|conf|cfg|xml))+", re.ASCII)
"""A file of settings: what it is called says whether they are secret, and of code it would not."""
_SYSTEM_TREES = word_list(
    "bin boot dev etc home lib lib32 lib64 opt proc root run sbin srv sys usr var mnt media data app"
)
_SYSTEM_FOLDERS = word_list(
    """
    /var/lib /var/log /var/spool /var/run /var/cache /var/backups /usr/bin /usr/sbin /usr/lib /usr/lib64 /usr/local
    /usr/share /etc/ssh /etc/ssl /etc/pam.d /etc/systemd /etc/init.d /var/lib/docker /var/lib/postgresql
    /var/lib/kubelet /var/lib/etcd /var/lib/mysql
    """
)
_NEVER_CHANGED = word_list("proc sys dev boot")
_ACCOUNTS = word_list("/etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/sudoers")
"""Who may enter the host: its own tools change them."""


def objection_to_listing(path: str) -> str | None:
    """Why the names and sizes below `path` may not be listed; None when they may."""
    if objection := _objection_to_spelling(path) or objection_to_secret(path):
        return objection
    first = path.split("/")[1]
    if first not in LISTED_ROOTS:
        return f"{path} is not below a folder that may be listed (/{', /'.join(sorted(LISTED_ROOTS))})"
    return None


def objection_to_measuring(path: str) -> str | None:
    """Why the file system that holds `path` may not be named: `df /` looks at no file, so any plain path will do."""
    return _objection_to_spelling(path) if path != "/" else None


def objection_to_reading(path: str) -> str | None:
    """Why the content of the file may not be shown; None when it is a log, or one of a few public files."""
    if path in _OPEN_FILES or _FACTS_OF_A_PROCESS.fullmatch(path):
        return None
    if objection := _objection_to_spelling(path) or objection_to_secret(path):
        return objection
    if not _is_log(path):
        return f"{path} is not a log (below {', '.join(LOG_ROOTS)} or in a logs folder): its content may be secret"
    return None


def objection_to_certificate(path: str) -> str | None:
    """Why the file may not be read as a certificate: its name must say that it is one, and no key."""
    name = path.lower().rpartition("/")[2]
    if objection := _objection_to_spelling(path):
        return objection
    if (
        has_pattern(path)
        or not name.endswith((".crt", ".cer", ".pem", ".csr"))
        or re.search("key|secret|private", path.lower())
    ):
        return f"{path} is not named as a certificate (.crt, .cer, .csr or .pem)"
    return None


def objection_to_removing(path: str) -> str | None:
    """Why nothing may be removed at `path`, even with approval; None when it is deep and fixed."""
    if objection := _objection_to_spelling(path) or _objection_to_place(path):
        return objection
    parts = path.strip("/").split("/")
    if path.rstrip("/") in _SYSTEM_FOLDERS or len(parts) == 1:
        return f"{path} is a whole tree of the host"
    if parts[0] in _SYSTEM_TREES and _GLOB.search(parts[1]):
        return f"the pattern {path} takes in a whole tree of the host"
    return None


def objection_to_cleaning(folder: str) -> str | None:
    """Why old files may not be removed below `folder`: a test bounds it, so a folder of the team's own may be whole."""
    if objection := _objection_to_spelling(folder) or _objection_to_place(folder):
        return objection
    parts = folder.strip("/").split("/")
    if _GLOB.search(folder) and _GLOB.search("/".join(parts[:2])):
        return f"the folder {folder} is not fixed"
    if len(parts) == 1 and parts[0] in _SYSTEM_TREES:
        return f"{folder} is a whole tree of the host"
    return None


def objection_to_changing(path: str) -> str | None:
    """Why a change may not name `path`, relative or not: a kernel tree, the root, another's home, or a way upwards."""
    if path in ("/", "/*", "*", ".", "..", "~") or path.startswith("~"):
        return f"{path} takes in everything, or depends on who runs it"
    if ".." in path.split("/"):
        return f"{path} goes upwards: write the whole path"
    return _objection_to_place(path) if path.startswith("/") else None


def has_pattern(path: str) -> bool:
    """Whether the path holds a pattern, which the executor expands inside the list of paths."""
    return bool(_GLOB.search(path))


def _objection_to_spelling(path: str) -> str | None:
    if not path.startswith("/"):
        return f"{path[:60]!r} is no whole path: where it would look is unknown"
    if not _PLAIN.fullmatch(path):
        return f"{path[:60]!r} holds characters that a plain path does not need"
    parts = path.rstrip("/").split("/")[1:]
    if not parts:
        return "the whole host is no place to look: name a folder"
    if any(part in ("", ".", "..") for part in parts):
        return f"{path} goes upwards or sideways: write the plain path"
    if _GLOB.search(parts[0]):
        return f"the pattern {path} takes in the whole host"
    if parts[0] in _CLOSED and parts[0] != "boot":
        return f"/{parts[0]} is closed: it holds the kernel, devices or root's own files"
    return None


def _objection_to_place(path: str) -> str | None:
    parts = path.strip("/").split("/")
    if not parts[0] or _GLOB.search(parts[0]):
        return f"{path} takes in the whole host"
    if parts[0] in _NEVER_CHANGED:
        return f"/{parts[0]} belongs to the kernel and its devices"
    if any(fnmatchcase(account, normpath(f"/{path.strip('/')}")) for account in _ACCOUNTS):
        return f"{path} says who may enter the host: its own tools change it"
    return None


def objection_to_secret(path: str) -> str | None:
    """Why nobody may see what is in the file, whoever reads it; None when its name tells of no secret."""
    for part in path.lower().strip("/").split("/"):
        if _is_secret(part):
            return f"{path}: {part!r} is where secrets are kept"
    return None


def is_secret_file(part: str) -> bool:
    """Whether a part of a path, in lower case, is a well-known place of secrets by its whole name or its ending."""
    if part in _SECRET_PARTS or part.startswith(".env") or part.rstrip("*?").endswith(_SECRET_ENDINGS):
        return True
    settings = _SETTINGS.fullmatch(part)
    return settings is not None and holds_secrets(settings[1])


def _is_secret(part: str) -> bool:
    if is_secret_file(part):
        return True
    if _GLOB.search(part) and part.startswith(".") and any(fnmatchcase(name, part) for name in _SECRET_PARTS):
        return True
    return holds_secrets(part)


def _is_log(path: str) -> bool:
    if any(path == root or path.startswith(f"{root}/") for root in LOG_ROOTS):
        return True
    parts = path.strip("/").split("/")
    if parts[0] not in _APPLICATION_ROOTS:
        return False
    return not _LOG_FOLDERS.isdisjoint(parts[1:]) or bool(len(parts) > 1 and _LOG_FILE.fullmatch(parts[-1]))
