"""A real NATS whose users have passes: an operator, an account whose keys sign for it, and passes as one wants."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Final

from bot.executors.nats.nkeys import USER, KeyPair, seed_of, signed
from bot.executors.nats.session import Login
from incident.digest import Facts
from tests.fakes.nats_server import INBOX, LOOKS, RealNats

ACCOUNT: Final = 0
OPERATOR: Final = 14 << 3
ALL: Final[Facts] = {"subs": -1, "data": -1, "payload": -1}
NARROW: Final = ("$JS.API.STREAM.PURGE.{{name()}}", "$SYS.REQ.USER.INFO")
_ACCOUNT_LIMITS: Final[Facts] = {
    **ALL,
    **dict.fromkeys(("imports", "exports", "conn", "leaf"), -1),
    "wildcards": True,
}
_JETSTREAM: Final[Facts] = dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), -1)


def new_seed(kind: int) -> str:
    return seed_of(kind, secrets.token_bytes(32))


def claims(kind: str, key: KeyPair, **facts: object) -> Facts:
    return json.loads(json.dumps({"sub": key.public, "iat": 0, "nats": {"type": kind, "version": 2, **facts}}))


class OperatorNats(RealNats):
    """Its account lets three keys sign: one only for purges, one for whatever it says, one that it has forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.seeds = {name: new_seed(ACCOUNT) for name in ("account", "purges", "anything", "wide", "forgotten")}
        self.account = KeyPair(self.seeds["account"]).public

    def login(self, rights: Mapping[str, object], *, by: str = "account", lasts: int | None = None) -> Login:
        """A user whom one of the account's keys lets do that."""
        seed = new_seed(USER)
        facts: Facts = claims("user", KeyPair(seed), **{**ALL, **rights}, issuer_account=self.account)
        lasting = {} if lasts is None else {"exp": int(time.time()) + lasts}
        return Login(user=KeyPair(seed).public, jwt=signed({**facts, **lasting}, KeyPair(self.seeds[by])), seed=seed)

    @property
    def admin(self) -> Login:
        return self.login({})

    @property
    def looker(self) -> Login:
        return self.login({"pub": {"allow": LOOKS}, "sub": INBOX})

    def _role(self, name: str, allow: Sequence[str]) -> Facts:
        template = {**ALL, "pub": {"allow": list(allow)}, "sub": INBOX}
        key = KeyPair(self.seeds[name]).public
        return json.loads(json.dumps({"kind": "user_scope", "key": key, "role": name, "template": template}))

    def _settings(self) -> str:
        operator, system = KeyPair(new_seed(OPERATOR)), KeyPair(new_seed(ACCOUNT))
        keys = [self._role("purges", NARROW), self._role("wide", [*NARROW, "$JS.API.STREAM.DELETE.*"])]
        keys += [KeyPair(self.seeds["anything"]).public]
        app = claims(
            "account", KeyPair(self.seeds["account"]), limits={**_ACCOUNT_LIMITS, **_JETSTREAM}, signing_keys=keys
        )
        own = claims("account", system, limits=_ACCOUNT_LIMITS)
        accounts = {self.account: signed(app, operator), system.public: signed(own, operator)}
        return (
            f"listen: 127.0.0.1:{self.port}\n"
            f'jetstream {{ store_dir: "{self._folder}/js" }}\n'
            f"operator: {signed(claims('operator', operator), operator)}\n"
            f"system_account: {system.public}\n"
            "resolver: MEMORY\n"
            f"resolver_preload: {json.dumps(accounts)}\n"
        )
