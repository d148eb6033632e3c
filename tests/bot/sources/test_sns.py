"""SNS: only what Amazon's key signed for one of our topics comes in. The certificates are made here."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID

from bot.sources.admission import Request
from bot.sources.doors import doors
from bot.sources.sns import Topics, request_key
from commands.outage import Outage
from tests.fakes.clock import START

TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem"
CONFIRM = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"


class Amazon:
    """Signs as SNS does, and serves its certificate; ``visited`` are the addresses that were asked for."""

    def __init__(self, *, subject: str = "sns.amazonaws.com", issuer: str = "Amazon", old: bool = False) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.visited: list[str] = []
        ends = START - timedelta(days=1) if old else START + timedelta(days=30)
        self.pem = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer)]))
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(START - timedelta(days=30))
            .not_valid_after(ends)
            .sign(self.key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )

    async def fetch(self, address: str) -> bytes:
        self.visited.append(address)
        return self.pem

    def says(self, kind: str = "Notification", version: str = "2", **changed: str) -> Request:
        """A message, signed; ``changed`` is what it says instead."""
        told = {"Type": kind, "MessageId": "m1", "TopicArn": TOPIC, "Message": "{}", "Timestamp": START.isoformat()}
        if kind == "Notification":
            told["Subject"] = "ALARM"
        else:
            told |= {"SubscribeURL": CONFIRM, "Token": "t"}
        told |= changed
        text = "".join(f"{name}\n{told[name]}\n" for name in sorted(told))
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
        signature = base64.b64encode(self.key.sign(text.encode(), PKCS1v15(), algorithm)).decode()
        return knock({**told, "SignatureVersion": version, "Signature": signature, "SigningCertURL": CERTIFICATE})


def knock(envelope: dict[str, str]) -> Request:
    return Request(headers={}, body=json.dumps(envelope).encode(), at=START)


def altered(request: Request, **changed: str) -> Request:
    return knock(json.loads(request.body) | changed)


@pytest.fixture(scope="module")
def amazon() -> Amazon:
    return Amazon()


@pytest.mark.parametrize("version", ["1", "2"])
async def test_a_message_that_amazon_signed_for_our_topic_comes_in(amazon: Amazon, version: str) -> None:
    topics = Topics([TOPIC], amazon.fetch)
    before = len(amazon.visited)
    assert await topics.admits(amazon.says(version=version))
    assert await topics.admits(amazon.says(version=version))
    assert len(amazon.visited) == before + 1, "the certificate is asked for once"


async def test_a_subscription_to_our_topic_is_confirmed_by_itself(amazon: Amazon) -> None:
    assert await Topics([TOPIC], amazon.fetch).admits(amazon.says("SubscriptionConfirmation"))
    assert amazon.visited[-1] == CONFIRM


@pytest.mark.parametrize(
    "changed",
    [
        {"Message": "{ }"},
        {"Signature": "AAAA"},
        {"Signature": "not base64"},
        {"SignatureVersion": "3"},
        {"Type": "Other"},
        {"TopicArn": TOPIC + "2"},
        {"SigningCertURL": "http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem"},
        {"SigningCertURL": "https://sns.eu-central-1.amazonaws.com.evil.com/SimpleNotificationService-0a1b2c.pem"},
        {"SigningCertURL": "https://x@sns.eu-central-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem"},
        {"SigningCertURL": "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem?x"},
        {"SigningCertURL": "https://s3.amazonaws.com/SimpleNotificationService-0a1b2c.pem"},
    ],
)
async def test_what_was_altered_or_leads_elsewhere_is_refused(amazon: Amazon, changed: dict[str, str]) -> None:
    before = list(amazon.visited)
    assert not await Topics([TOPIC], amazon.fetch).admits(altered(amazon.says(), **changed))
    assert set(amazon.visited[len(before) :]) <= {CERTIFICATE}, "no address of somebody else's is visited"


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "https://sns.eu-central-1.amazonaws.com.evil.com/",
        "https://u@sns.x.amazonaws.com/",
    ],
)
async def test_a_confirmation_is_never_fetched_from_another_host(amazon: Amazon, address: str) -> None:
    before = len(amazon.visited)
    await Topics([TOPIC], amazon.fetch).admits(amazon.says("SubscriptionConfirmation", SubscribeURL=address))
    assert amazon.visited[before:] == [CERTIFICATE]


@pytest.mark.parametrize(
    "other",
    [Amazon(subject="evil.example"), Amazon(issuer="Let's Encrypt"), Amazon(old=True)],
    ids=["name", "issuer", "old"],
)
async def test_a_certificate_that_is_not_amazons_or_is_over_proves_nothing(other: Amazon) -> None:
    assert not await Topics([TOPIC], other.fetch).admits(other.says())


async def test_another_topic_is_refused_even_with_a_right_signature(amazon: Amazon) -> None:
    assert not await Topics([TOPIC], amazon.fetch).admits(amazon.says(TopicArn=TOPIC.replace("alarms", "other")))


async def test_while_the_certificate_cannot_be_had_the_sender_is_to_try_again(amazon: Amazon) -> None:
    async def away(address: str) -> bytes:
        raise Outage("SNS could not be reached.", retry=True)

    with pytest.raises(Outage):
        await Topics([TOPIC], away).admits(amazon.says())


async def test_a_forwarder_may_come_with_a_token_where_there_is_one(amazon: Amazon) -> None:
    admits = doors({"cloudwatch": ["t0ken"]}, [TOPIC], amazon.fetch)["cloudwatch"]
    assert await admits(amazon.says())
    assert await admits(Request(headers={"Authorization": "Bearer t0ken"}, body=b"{}", at=START))
    assert not await admits(Request(headers={"Authorization": "Bearer other"}, body=b"{}", at=START))


def test_the_same_message_again_is_the_same_request(amazon: Amazon) -> None:
    assert request_key(amazon.says()) == request_key(amazon.says(version="1")) == "m1"
    assert request_key(Request(headers={}, body=b"odd", at=START)) is None
