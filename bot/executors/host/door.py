"""How a host that is not Muster's own is entered."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How a host is entered: its address, its own public key, and a login with a private key."""

    address: str
    port: int
    host_key: str
    user: str
    key: str = field(repr=False)
