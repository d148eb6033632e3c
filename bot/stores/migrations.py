"""What makes a database fit the program: numbered SQL files, each applied once, in order, and never changed again."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable

from msgspec import Struct

from commands.outage import Outage


class Migration(Struct, frozen=True, kw_only=True):
    """One file: its name (``001_start.sql``) and its SQL."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of its SQL, in hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations(folder: Traversable) -> tuple[Migration, ...]:
    """The migrations in a folder, in order: every ``.sql`` file whose name begins with a digit."""
    found = (file for file in folder.iterdir() if file.name[0].isdigit() and file.name.endswith(".sql"))
    return tuple(
        Migration(name=file.name, sql=file.read_text(encoding="utf-8"))
        for file in sorted(found, key=lambda file: file.name)
    )


def pending(known: Sequence[Migration], applied: Mapping[str, str]) -> tuple[Migration, ...]:
    """Those that a database still needs, given the checksums of what was ``applied`` (name → checksum).

    Raises Outage when an applied one was changed since, or is of a newer program.
    """
    checksums = {each.name: each.checksum for each in known}
    for name, checksum in applied.items():
        if name not in checksums:
            raise Outage(
                f"The database was migrated by a newer Muster ({name}): run that version or a later one.", retry=False
            )
        if checksums[name] != checksum:
            raise Outage(
                f"The migration {name} is not the one that made this database: put the file back as it was and change "
                "the database with a new one.",
                retry=False,
            )
    return tuple(each for each in known if each.name not in applied)
