"""A user made for one purge: let in by a pass signed for that run, narrow by the server's word, and soon over."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import nats as nats_client
import pytest
from msgspec.structs import replace
from nats.js.api import StorageType

from bot.executors.nats.executor import NatsTarget, NatsTool
from bot.executors.nats.nkeys import KeyPair
from bot.executors.nats.session import Login, Server, session
from bot.executors.nats.signer import LASTS, Signer
from bot.executors.tool.answer import Denied
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from incident.finding import OutcomeState
from tests.bot.executors.conftest import PATIENT
from tests.bot.executors.nats.test_executor import plan
from tests.fakes.nats_operator import OperatorNats

PURGE = plan("stream", "purge", "ORDERS", "-f")


@pytest.fixture(scope="module")
def nats_process() -> Iterator[OperatorNats]:
    """A running NATS whose users have passes."""
    with OperatorNats() as server:
        yield server


@pytest.fixture
async def server(nats_process: OperatorNats) -> AsyncIterator[OperatorNats]:
    """The same with two streams, ORDERS and PAID, that hold three messages each.

    In memory: a file that was just deleted may still be there for the next stream of its name.
    """
    admin = nats_process.admin
    client = await nats_client.connect(
        f"nats://127.0.0.1:{nats_process.port}",
        user_jwt_cb=admin.jwt.encode,
        signature_cb=lambda nonce: base64.b64encode(KeyPair(admin.seed).sign(nonce)),
    )
    stream = client.jetstream()
    for name in ("ORDERS", "PAID"):
        await stream.add_stream(name=name, subjects=[f"{name.lower()}.>"], storage=StorageType.MEMORY)
        for number in range(3):
            await stream.publish(f"{name.lower()}.new", str(number).encode())
    yield nats_process
    for name in ("ORDERS", "PAID"):
        await stream.delete_stream(name)
    await client.close()


def utc_now() -> datetime:
    return datetime.now(UTC)


def target(server: OperatorNats, key: str = "purges") -> NatsTarget:
    return NatsTarget(
        name="story-nats",
        environment="production",
        server=Server(host="127.0.0.1", port=server.port),
        diagnostic=server.looker,
        signer=Signer(account=server.account, seed=server.seeds[key]),
        caps=PATIENT,
    )


def executor(of: NatsTarget) -> ToolExecutor:
    return ToolExecutor(NatsTool(of, utc_now), redactor=Redactor([]), clock=utc_now)


async def held(server: OperatorNats) -> list[int]:
    """How many messages each stream holds."""
    sights = [await executor(target(server)).look(plan("stream", "info", name)) for name in ("ORDERS", "PAID")]
    return [int(str(sight.value)) for sight in sights]


async def test_a_user_by_its_credentials_looks_and_is_proven(server: OperatorNats) -> None:
    login = server.looker
    file = (
        f"-----BEGIN NATS USER JWT-----\n{login.jwt}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{login.seed}\n------END USER NKEY SEED------\n"
    )
    assert Login.of(file) == login
    found = await executor(replace(target(server), diagnostic=Login.of(file))).attest()
    assert found.proven, found.proof


@pytest.mark.parametrize("text", ["", "a password", "-----BEGIN NATS USER JWT-----\nx\n------END NATS USER JWT------"])
async def test_credentials_that_are_none_are_told_so(server: OperatorNats, text: str) -> None:
    found = await executor(replace(target(server), diagnostic=Login.of(text))).attest()
    assert "its credentials are no credentials file of NATS" in found.proof


async def test_the_purge_is_done_by_a_user_of_its_own_that_ends_and_the_receipt_says_so(server: OperatorNats) -> None:
    outcomes = [await executor(target(server)).run(PURGE) for _ in range(2)]
    assert [each.state for each in outcomes] == [OutcomeState.RAN] * 2, outcomes
    assert [each.changed for each in outcomes] == [3, 0]
    receipts = [each.receipt for each in outcomes]
    assert len({str(each["user"]) for each in receipts}) == 2, "one for each run"
    assert {each["made for"] for each in receipts} == {"ORDERS"}
    left = datetime.fromisoformat(str(receipts[1]["until"])) - utc_now()
    assert timedelta(0) < left <= LASTS
    assert await held(server) == [0, 3]


async def test_what_is_made_for_one_stream_purges_no_other(server: OperatorNats) -> None:
    made = Signer(account=server.account, seed=server.seeds["purges"]).user_for("ORDERS", utc_now())
    async with session(target(server).server, made, target="story-nats", caps=PATIENT) as opened:
        with pytest.raises(Denied, match="does not allow Muster's user that"):
            await opened.ask("$JS.API.STREAM.PURGE.PAID")
    assert await held(server) == [3, 3]


@pytest.mark.parametrize("ago", [LASTS + timedelta(seconds=1), timedelta(days=30)])
async def test_a_pass_whose_time_is_over_lets_nobody_in(server: OperatorNats, ago: timedelta) -> None:
    made = Signer(account=server.account, seed=server.seeds["purges"]).user_for("ORDERS", utc_now() - ago)
    with pytest.raises(Denied, match="the clocks of both machines"):
        async with session(target(server).server, made, target="story-nats", caps=PATIENT):
            pass


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("wide", "has $JS.API.STREAM.DELETE.* among its subjects"),
        ("anything", "the key that signed the user's pass may have no role"),
        ("account", "the key that signed the user's pass may have no role"),
        ("forgotten", "check that the account still knows the key"),
    ],
)
async def test_a_key_that_makes_more_than_purgers_is_not_used_and_nothing_is_purged(
    server: OperatorNats, key: str, said: str
) -> None:
    outcome = await executor(target(server, key)).run(PURGE)
    assert outcome.state in (OutcomeState.FAILED, OutcomeState.VOID)
    assert said in outcome.sentence
    assert outcome.changed is None
    assert await held(server) == [3, 3]


async def test_a_key_that_is_none_is_told_so_and_shown_nowhere(server: OperatorNats) -> None:
    right = server.seeds["purges"]
    for seed in ("", "not a seed", right[:20] + ("B" if right[20] == "A" else "A") + right[21:]):
        signer = Signer(account=server.account, seed=seed)
        outcome = await executor(replace(target(server), signer=signer)).run(PURGE)
        assert "the key of remediation_signer is no seed" in outcome.sentence
        assert not seed or seed not in f"{outcome} {signer!r}"
    assert await held(server) == [3, 3]


async def test_neither_pass_nor_seed_is_ever_shown(server: OperatorNats) -> None:
    made = Signer(account=server.account, seed=server.seeds["purges"]).user_for("ORDERS", utc_now())
    assert made.jwt not in repr(made)
    assert made.seed not in repr(made)
    claims = json.loads(base64.urlsafe_b64decode(made.jwt.split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] == LASTS.total_seconds()
