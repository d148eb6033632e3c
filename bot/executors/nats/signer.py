"""A NATS user for one purge: its pass is signed for that run, ends after minutes, and purges one stream.

The key that signs is one which the account lets make such users and no others (a *scoped* signing key): the server
itself puts the name of the user, which is the stream's, into the one subject to which it may publish.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import Final

from bot.executors.nats.nkeys import USER, KeyPair, seed_of, signed
from bot.executors.nats.session import Login
from bot.executors.tool.answer import NotAllowed
from incident.digest import Facts

LASTS: Final = timedelta(minutes=5)
"""How long a pass holds; the server then ends what it let in. The machines' clocks may be apart by less than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """What makes the users of an account that purge; the seed of its key is never shown."""

    account: str
    """The account's public key."""
    seed: str = field(repr=False)

    def user_for(self, stream: str, now: datetime) -> Login:
        """A user of its own for one purge of one stream. Raises NotAllowed."""
        if find_spec("cryptography") is None:
            raise NotAllowed("Nothing was sent: to sign, Muster needs its extra “nats”: install it.")
        try:
            signs = KeyPair(self.seed)
        except ValueError as fault:
            raise NotAllowed(
                f"Nothing was sent: the key of remediation_signer is no seed of an account's key ({fault})."
            ) from fault
        seed = seed_of(USER, secrets.token_bytes(32))
        user = KeyPair(seed).public
        claims: Facts = {
            "sub": user,
            "name": stream,
            "iat": int(now.timestamp()),
            "exp": int((now + LASTS).timestamp()),
            # What it may do is not said here: a scoped key refuses that, and says it itself.
            "nats": {"type": "user", "version": 2, "issuer_account": self.account},
        }
        return Login(user=user, jwt=signed(claims, signs), seed=seed)
