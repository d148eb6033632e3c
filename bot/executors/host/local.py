"""The host that Muster runs on, as one that steps look at."""

import asyncio
import os
import pwd
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from msgspec import Struct

from bot.executors.host import start
from bot.executors.host.places import MOST_FILES
from bot.executors.host.start import Account, Ended
from bot.executors.tool.answer import Denied, HeardBytes, nobody


class LocalHost(Struct, frozen=True):
    """Muster's own host; programs run as ``account``, or as Muster does where none is named."""

    account: str | None = None
    where: str = "local"

    @property
    def who(self) -> str:
        """Whom programs run as."""
        return self.account or "Muster's own account"

    async def run(
        self, argv: Sequence[str], *, heard: HeardBytes = nobody, given: bytes | None = None, folder: str = "/"
    ) -> Ended:
        """Run a program to its end; ``heard`` takes its output as it comes. Raises Denied or Unanswered."""
        return await start.run(argv, self._account(), heard=heard, given=given, folder=folder)

    async def matching(self, pattern: str) -> list[str]:
        """The paths that a pattern means."""
        return await asyncio.to_thread(_matching, pattern)

    async def real(self, paths: Sequence[str]) -> list[str]:
        """Each path with its links followed."""
        return await asyncio.to_thread(lambda: [os.path.realpath(path) for path in paths])

    def _account(self) -> Account | None:
        if self.account is None:
            return None
        try:
            entry = pwd.getpwnam(self.account)
        except KeyError as fault:
            raise Denied(f"The host has no account {self.account}: make it, or name another in muster.yaml.") from fault
        groups = tuple(os.getgrouplist(self.account, entry.pw_gid))
        return Account(uid=entry.pw_uid, gid=entry.pw_gid, groups=groups)


def _matching(pattern: str) -> list[str]:
    parts = pattern.split("/")[1:]
    hidden = any(part.startswith(".") for part in parts)
    paths = (str(path) for path in Path("/").glob("/".join(parts)))
    return sorted(islice((path for path in paths if hidden or "/." not in path), MOST_FILES + 1))
