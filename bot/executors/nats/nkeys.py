"""NATS' keys and the passes that they sign: how a server knows a user without a password.

A key is written in base32 with a prefix that says whose it is and a checksum; a *seed* is the secret one. A pass (a JWT
of NATS' own kind) names a user's key, and is signed by the account's key or by one that the account lets sign for it.
"""

import base64
import binascii
import hashlib
import json
import re
from typing import Final

from incident.digest import Facts

USER: Final = 20 << 3
_SEED: Final = 18 << 3
_JWT: Final = re.compile(r"-+BEGIN NATS USER JWT-+\s+(\S+)\s+-+END NATS USER JWT-+")
_KEY: Final = re.compile(r"-+BEGIN USER NKEY SEED-+\s+(\S+)\s+-+END USER NKEY SEED-+")


class KeyPair:
    """A key that signs, and the public one by which others know it. Raises ValueError of a seed that is none."""

    def __init__(self, seed: str) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self.kind, secret = _read_seed(seed)
        self._key = Ed25519PrivateKey.from_private_bytes(secret)

    @property
    def public(self) -> str:
        """The public key: *A…* of an account, *U…* of a user."""
        return _written(bytes([self.kind]) + self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The signature of a text."""
        return self._key.sign(text.encode())


def seed_of(kind: int, secret: bytes) -> str:
    """How a secret of 32 bytes is written as the seed of a key."""
    return _written(bytes([_SEED | kind >> 5, (kind & 31) << 3]) + secret)


def _read_seed(seed: str) -> tuple[int, bytes]:
    try:
        raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    except binascii.Error as error:
        raise ValueError("a seed is written in base32") from error
    if len(raw) != 36 or raw[0] & 248 != _SEED or _checksum(raw[:-2]) != raw[-2:]:
        raise ValueError("a seed begins with S, and ends in its checksum")
    return (raw[0] & 7) << 5 | raw[1] >> 3, raw[2:-2]


def _written(raw: bytes) -> str:
    return base64.b32encode(raw + _checksum(raw)).rstrip(b"=").decode()


def _checksum(raw: bytes) -> bytes:
    return binascii.crc_hqx(raw, 0).to_bytes(2, "little")


def signed(claims: Facts, by: KeyPair) -> str:
    """A pass with these claims, under an id that is their digest."""
    issued = {**claims, "iss": by.public}
    digest = hashlib.sha256(json.dumps(issued, sort_keys=True).encode()).digest()
    named = {**issued, "jti": base64.b32encode(digest).rstrip(b"=").decode()}
    head = _part({"typ": "JWT", "alg": "ed25519-nkey"})
    text = f"{head}.{_part(named)}"
    return f"{text}.{base64.urlsafe_b64encode(by.sign(text)).rstrip(b'=').decode()}"


def _part(facts: Facts) -> str:
    return base64.urlsafe_b64encode(json.dumps(facts).encode()).rstrip(b"=").decode()


def user_of(jwt: str) -> str:
    """The public key of the user whose pass it is; empty when it is none."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(jwt.split(".")[1] + "=="))
        return str(claims["sub"])
    except (ValueError, LookupError, TypeError):
        return ""


def read_credentials(text: str) -> tuple[str, str] | None:
    """The pass and the seed of a user's credentials file, as NATS' own tools write it; None when it is none."""
    jwt, seed = _JWT.search(text), _KEY.search(text)
    return (jwt[1], seed[1]) if jwt is not None and seed is not None else None
