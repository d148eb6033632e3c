"""Amazon SNS, which carries CloudWatch's alarms: signed by a certificate of Amazon's, from topics that the team named.

A subscription is confirmed by itself, once its request is proven. Source: docs.aws.amazon.com/sns (verifying the
signatures of messages). No address that a message names is visited unless it is SNS's own.
"""

import asyncio
import base64
import binascii
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bot.sources.admission import Request
from bot.sources.reading import document, text
from commands.outage import Outage, Unreadable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

CERTIFICATE: Final = re.compile(
    r"https://sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?/SimpleNotificationService-[0-9a-f]+\.pem", re.ASCII
)
HOST: Final = re.compile(r"sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?", re.ASCII)
_NOTIFIED: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMED: Final = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED: Final = {
    "Notification": _NOTIFIED,
    "SubscriptionConfirmation": _CONFIRMED,
    "UnsubscribeConfirmation": _CONFIRMED,
}
_MOST_CERTIFICATES: Final = 20

log = logging.getLogger(__name__)

Envelope = Mapping[str, object]


class Topics:
    """The topics that are taken. ``fetch`` gets what is at an address, no redirect followed, or raises Outage."""

    def __init__(self, topics: Collection[str], fetch: Callable[[str], Awaitable[bytes]]) -> None:
        self._topics = frozenset(topics)
        self._fetch = fetch
        self._certificates: dict[str, Certificate] = {}

    async def admits(self, request: Request) -> bool:
        """Whether SNS signed this message and its topic is one of ours; a subscription to it is then confirmed.

        Raises Outage when the certificate cannot be had now: SNS sends the message again.
        """
        envelope = _envelope(request.body)
        if text(envelope.get("TopicArn")) not in self._topics or not await self._signed(envelope, request):
            return False
        if text(envelope.get("Type")) == "SubscriptionConfirmation":
            await self._confirm(text(envelope.get("SubscribeURL")))
        return True

    async def _signed(self, envelope: Envelope, request: Request) -> bool:
        names = _SIGNED.get(text(envelope.get("Type")))
        address = text(envelope.get("SigningCertURL"))
        if names is None or not CERTIFICATE.fullmatch(address):
            return False
        certificate = await self._certificate(address)
        return certificate is not None and await asyncio.to_thread(_verified, envelope, names, certificate, request)

    async def _certificate(self, address: str) -> "Certificate | None":
        known = self._certificates.get(address)
        if known is None:
            known = _certificate(await self._fetch(address))
            if known is not None and len(self._certificates) < _MOST_CERTIFICATES:
                self._certificates[address] = known
        return known

    async def _confirm(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" or not HOST.fullmatch(parts.netloc):
            log.warning("subscription not confirmed: its address is not one of SNS")
            return
        await self._fetch(address)
        log.info("subscription confirmed")


def request_key(request: Request) -> str | None:
    """The message's id, which is signed; what is no message of SNS is told apart by its bytes."""
    number = text(_envelope(request.body).get("MessageId"))
    return number if re.fullmatch(r"[\w-]{1,64}", number, re.ASCII) else None


def _envelope(body: bytes) -> Envelope:
    try:
        return document(body)
    except Unreadable:
        return {}


def _certificate(content: bytes) -> "Certificate | None":
    """The certificate, if it is one that Amazon issued to SNS."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        certificate = x509.load_pem_x509_certificate(content)
    except ValueError:
        return None
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    issued = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    ours = any(re.fullmatch(r"sns(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?", str(each.value)) for each in named)
    return certificate if ours and any(str(each.value).startswith("Amazon") for each in issued) else None


def _verified(envelope: Envelope, names: tuple[str, ...], certificate: "Certificate", request: Request) -> bool:
    """Whether the certificate is valid now and its key signed these entries."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    digests = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303  version 1 of SNS signs with nothing better
    digest = digests.get(text(envelope.get("SignatureVersion")))
    key = certificate.public_key()
    if digest is None or not isinstance(key, RSAPublicKey):
        return False
    if not certificate.not_valid_before_utc <= request.at <= certificate.not_valid_after_utc:
        return False
    signed = "".join(f"{name}\n{envelope[name]}\n" for name in names if isinstance(envelope.get(name), str))
    try:
        signature = base64.b64decode(text(envelope.get("Signature")), validate=True)
        key.verify(signature, signed.encode(), PKCS1v15(), digest)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def needed() -> None:
    """Raises Outage when the library that checks signatures is not installed."""
    try:
        import cryptography  # noqa: F401  only whether it is there
    except ImportError as missing:
        raise Outage("Topics of SNS need the extra sns: pip install 'muster-chatops[sns]'.", retry=False) from missing
