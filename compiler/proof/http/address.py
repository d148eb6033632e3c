"""Hosts that no runbook step may reach, in every spelling: metadata services, link-local and meaningless addresses.

Private and loopback addresses are not among them: those name targets, and the executor checks them against its list
after it has resolved the name. What is stopped here is stopped whatever the list says.
"""

import ipaddress
import re

from compiler.proof.word_list import word_list

_METADATA_ADDRESSES = frozenset(
    ipaddress.ip_address(address)
    for address in (
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:42::42",
    )
)
_METADATA_LABELS = word_list("metadata instance-data")
_EMBEDDING_DOMAINS = (
    ".nip.io",
    ".sslip.io",
    ".xip.io",
    ".traefik.me",
    ".localtest.me",
    ".lvh.me",
    ".rbndr.us",
    ".1u.ms",
)
_CARRIERS = tuple(
    ipaddress.ip_network(network)
    for network in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)
"""IPv6 networks whose addresses carry an IPv4 address inside."""
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"0x[0-9a-f]*|[0-9]+")
_EMBEDDED = re.compile(r"(?<![0-9])(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})(?![0-9])")
_HEXADECIMAL = re.compile(r"(?:0x)?[0-9a-f]{8}")


def objection_to_host(host: str) -> str | None:
    """Why nothing may be sent to `host` (a name, an IPv4 address, or an IPv6 address in brackets); None when it may."""
    host = host.lower().removesuffix(".")
    if host.startswith("["):
        return _objection_to_ipv6(host)
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return f"{host!r} is not a plain host name"
    if _NUMERIC.fullmatch(labels[-1]):
        return _objection_to_ipv4(host)
    if labels[0] in _METADATA_LABELS:
        return f"{host} is a cloud's metadata service"
    if f".{host}".endswith(_EMBEDDING_DOMAINS):
        return f"{host} is a name that resolves to whatever address it spells"
    return next((objection for address in _embedded(host) if (objection := _objection_to(address))), None)


def objection_to_address(address: str) -> str | None:
    """The same for an address that a name resolved to, as the resolver gives it."""
    try:
        return _objection_to(ipaddress.ip_address(address))
    except ValueError:
        return f"{address!r} is not an address"


def _objection_to_ipv4(host: str) -> str | None:
    try:
        return _objection_to(ipaddress.IPv4Address(host))
    except ValueError:
        return f"{host} spells an address in an unusual way: write four decimal numbers"


def _objection_to_ipv6(host: str) -> str | None:
    try:
        return _objection_to(ipaddress.IPv6Address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        return f"{host} is not an IPv6 address"


def _objection_to(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str | None:
    if address in _METADATA_ADDRESSES or address.is_link_local:
        return f"{address} is link-local or a cloud's metadata service"
    if address.is_multicast or address.is_unspecified or (address.is_reserved and not address.is_loopback):
        return f"{address} is not the address of one server"
    if isinstance(address, ipaddress.IPv4Address):
        return f"{address} names no server" if address in ipaddress.IPv4Network("0.0.0.0/8") else None
    if address.scope_id or address.is_site_local:
        return f"{address} is only meaningful on one link"
    if not address.is_loopback and any(address in network for network in _CARRIERS):
        return f"{address} carries an IPv4 address in another spelling"
    return None


def _embedded(host: str) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that a name spells, dotted, dashed or in hexadecimal."""
    found = [".".join(match) for match in _EMBEDDED.findall(host)]
    numbers = [int(label, 16) for label in host.split(".") if _HEXADECIMAL.fullmatch(label)]
    decimal = (text for text in found if all(int(part) < 256 for part in text.split(".")))
    plain = [ipaddress.IPv4Address(".".join(str(int(part)) for part in text.split("."))) for text in decimal]
    return plain + [ipaddress.IPv4Address(number) for number in numbers]
