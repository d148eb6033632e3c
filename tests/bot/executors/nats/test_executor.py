"""A real NATS: what its streams hold is seen by a user proven unable to write, and purged by another after approval."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import nats as nats_client
import pytest
from msgspec.structs import replace
from nats.js.api import StorageType
from nats.js.errors import NotFoundError

from bot.executors.nats.executor import NatsTarget, NatsTool
from bot.executors.nats.session import Login, Server
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from commands.outage import Outage
from incident.finding import OutcomeState
from incident.plan import NO_PROMISE, Plan, Promise
from incident.runbook import GuardKind
from incident.verdict import Verdict
from tests.bot.executors.conftest import CURBED, HASTY, PATIENT, Clock, cut
from tests.fakes.nats_server import ADMIN, FIXER, LOOKER, PASSWORD, RealNats


@pytest.fixture(scope="module")
def nats_process() -> Iterator[RealNats]:
    """A running NATS; every worker of pytest-xdist has its own."""
    with RealNats() as server:
        yield server


@pytest.fixture
async def server(nats_process: RealNats) -> AsyncIterator[RealNats]:
    """The same with a stream ORDERS that holds five messages on two subjects, and one consumer.

    In memory: a file that was just deleted may still be there for the next stream of its name.
    """
    nats_process.start()
    client = await nats_client.connect(f"nats://127.0.0.1:{nats_process.port}", user=ADMIN, password=PASSWORD)
    stream = client.jetstream()
    await stream.add_stream(name="ORDERS", subjects=["orders.>"], storage=StorageType.MEMORY)
    for number in range(5):
        await stream.publish("orders.new" if number < 4 else "orders.paid", f"order {number}".encode())
    await stream.pull_subscribe("orders.>", durable="workers", stream="ORDERS")
    yield nats_process
    nats_process.start()
    if not client.is_connected:
        client = await nats_client.connect(f"nats://127.0.0.1:{nats_process.port}", user=ADMIN, password=PASSWORD)
    with suppress(NotFoundError):
        await client.jetstream().delete_stream("ORDERS")
    await client.close()


def executor(server: RealNats, clock: Clock, **changes: object) -> ToolExecutor:
    target = NatsTarget(
        name="story-nats",
        environment="production",
        server=Server(host="127.0.0.1", port=server.port),
        diagnostic=Login(user=LOOKER, password=PASSWORD),
        remediation=Login(user=FIXER, password=PASSWORD),
        caps=PATIENT,
    )
    tool = NatsTool(replace(target, **changes), clock)  # type: ignore[arg-type]  # the settings of one test
    return ToolExecutor(tool, redactor=Redactor([PASSWORD]), clock=clock)


def plan(*argv: str, filters: tuple[str, ...] = (), promise: Promise = NO_PROMISE) -> Plan:
    chain = [each.split() for each in filters]
    return Plan(
        step_id="step",
        title="A step",
        verdict=Verdict.READ_ONLY,
        executor="nats",
        target="story-nats",
        environment="production",
        command={"argv": ["nats", *argv], **({"filters": chain} if chain else {})},
        shown=" ".join(argv),
        parameters={},
        catalog="0" * 64,
        promise=promise,
    )


async def test_the_diagnostic_user_is_proven_by_its_rights_and_by_refusals(server: RealNats, clock: Clock) -> None:
    found = await executor(server, clock).attest()
    assert found.proven, found.proof
    assert "was refused all of 16 changes" in found.proof


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("everything", "may publish anything"),
        ("writer", "may publish to orders.>"),
        ("listener", "may subscribe to orders.>"),
        ("denier", "list what it may in `allow`"),
        ("answerer", "may publish answers"),
        ("mute", "may not ask what it may do"),
    ],
)
async def test_a_user_with_a_right_too_many_is_not_proven_and_nothing_is_looked_at(
    server: RealNats, clock: Clock, user: str, said: str
) -> None:
    weak = executor(server, clock, diagnostic=Login(user=user, password=PASSWORD))
    found = await weak.attest()
    assert not found.proven
    assert said in found.proof
    sight = await weak.look(plan("stream", "ls"))
    assert sight.error is not None
    assert "diagnostics on story-nats are off" in sight.error


async def test_one_user_for_both_is_not_proven(server: RealNats, clock: Clock) -> None:
    found = await executor(server, clock, remediation=Login(user=LOOKER, password=PASSWORD)).attest()
    assert not found.proven
    assert "as one user" in found.proof


@pytest.mark.parametrize(
    ("argv", "value", "shown"),
    [
        (("stream", "ls"), 1, "ORDERS"),
        (("stream", "report"), 1, "consumer_count"),
        (("stream", "info"), 1, "ORDERS"),
        (("stream", "info", "ORDERS"), 5, "subjects"),
        (("str", "state", "ORDERS"), 5, "last_seq"),
        (("stream", "subjects", "ORDERS"), 2, "orders.paid"),
        (("consumer", "ls", "ORDERS"), 1, "workers"),
        (("consumer", "report", "ORDERS"), 1, "num_ack_pending"),
        (("consumer", "info", "ORDERS", "workers"), 5, "explicit"),
        (("account", "info"), 1, "limit of max_streams"),
    ],
)
async def test_every_look_is_answered_with_its_one_value_and_a_receipt(
    server: RealNats, clock: Clock, argv: tuple[str, ...], value: int, shown: str
) -> None:
    sight = await executor(server, clock).look(plan(*argv))
    assert sight.error is None
    assert sight.value == value
    assert shown in sight.output
    assert sight.receipt["user"] == LOOKER
    assert sight.receipt["sent"] == "nats " + ("stream report" if argv == ("stream", "info") else " ".join(argv))


async def test_filters_run_in_the_process(server: RealNats, clock: Clock) -> None:
    sight = await executor(server, clock).look(
        plan("stream", "info", "ORDERS", "--json", filters=("jq .state.messages",))
    )
    assert (sight.error, sight.value, sight.output) == (None, 5, "5")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("stream", "purge", "ORDERS", "-f"), "mutating"),
        (("consumer", "next", "ORDERS", "workers"), "mutating"),
        (("stream", "get", "ORDERS", "1"), "refused"),
        (("stream", "info", "ORDERS", "--creds=/x"), "refused"),
        (("server", "list"), "executor does not run"),
        (("stream", "info", "A.B"), "a dot"),
        (("stream", "info", "MISSING"), "stream not found"),
    ],
)
async def test_a_look_that_is_none_or_finds_nothing_says_so(
    server: RealNats, clock: Clock, argv: tuple[str, ...], said: str
) -> None:
    sight = await executor(server, clock).look(plan(*argv))
    assert sight.error is not None
    assert said in sight.error
    assert sight.output == ""


COUNT = {"argv": ["nats", "stream", "info", "ORDERS"]}


async def test_a_purge_is_previewed_and_runs_as_the_other_user(server: RealNats, clock: Clock) -> None:
    nats = executor(server, clock)
    purge = plan("stream", "purge", "ORDERS", "-f", promise=Promise(kind=GuardKind.COUNT, probe=COUNT, most=5))
    preview = await nats.preview(purge)
    assert preview.count == 5
    assert "ORDERS holds 5 messages" in preview.sentence
    assert "cannot be undone" in preview.sentence
    outcome = await nats.run(purge)
    assert (outcome.state, outcome.changed) == (OutcomeState.RAN, 5)
    assert outcome.receipt["user"] == FIXER
    assert (await nats.look(plan("stream", "info", "ORDERS"))).value == 0


async def test_a_purge_of_one_subject_leaves_the_others(server: RealNats, clock: Clock) -> None:
    nats = executor(server, clock)
    outcome = await nats.run(plan("stream", "purge", "ORDERS", "--force", "--subject=orders.new"))
    assert (outcome.state, outcome.changed) == (OutcomeState.RAN, 4)
    assert (await nats.look(plan("stream", "info", "ORDERS"))).value == 1


async def test_more_than_was_approved_is_not_purged(server: RealNats, clock: Clock) -> None:
    nats = executor(server, clock)
    outcome = await nats.run(
        plan("stream", "purge", "ORDERS", "-f", promise=Promise(kind=GuardKind.COUNT, probe=COUNT, most=4))
    )
    assert outcome.state is OutcomeState.VOID
    assert "5 are touched now, approved were at most 4" in outcome.sentence
    assert (await nats.look(plan("stream", "info", "ORDERS"))).value == 5


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("stream", "rm", "ORDERS", "-f"), "does not run"),
        (("stream", "info", "ORDERS"), "it changes nothing"),
        (("stream", "purge", "MISSING", "-f"), "stream not found"),
    ],
)
async def test_a_change_that_is_none_of_its_own_fails_with_nothing_changed(
    server: RealNats, clock: Clock, argv: tuple[str, ...], said: str
) -> None:
    outcome = await executor(server, clock).run(plan(*argv))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Nothing was")
    assert said in outcome.sentence


async def test_without_an_identity_for_it_no_change_can_even_be_asked_for(server: RealNats, clock: Clock) -> None:
    with pytest.raises(Outage, match="no identity for remediations"):
        await executor(server, clock, remediation=None).preview(plan("stream", "purge", "ORDERS", "-f"))


async def test_the_users_right_is_told_when_it_lacks_it(server: RealNats, clock: Clock) -> None:
    outcome = await executor(server, clock, remediation=Login(user="mute", password=PASSWORD)).run(
        plan("stream", "purge", "ORDERS", "-f")
    )
    assert outcome.state is OutcomeState.FAILED
    assert "does not allow Muster's user that" in outcome.sentence


async def test_a_wrong_password_and_a_server_that_is_down_are_one_sentence_each(server: RealNats, clock: Clock) -> None:
    found = await executor(server, clock, diagnostic=Login(user=LOOKER, password="wrong")).attest()
    assert found.proof == "story-nats did not let Muster in: check the user and the password of this target."
    nats = executor(server, clock)
    assert (await nats.attest()).proven
    server.stop()
    sight = await nats.look(plan("stream", "ls"))
    assert sight.error == "story-nats could not be reached: see whether the server is up and its address is right."


class Strange:
    """A server that says what a test tells it to, and nothing else."""

    def __init__(self, *said: bytes) -> None:
        self._said = said
        self.asked = bytearray()
        self.port = 0

    async def __aenter__(self) -> "Strange":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in self._said:
            writer.write(piece)
        if self._said[-1:] == (b"",):
            writer.close()
            return
        while asked := await reader.read(4096):
            self.asked += asked
        writer.close()


@pytest.mark.parametrize(
    "said",
    [(), (b"HTTP/1.1 400 Bad\r\n\r\n",), (b"\0\xff" * 5000,), (b"",)],
    ids=["silent", "http", "binary", "gone"],
)
async def test_what_is_no_nats_ends_in_one_sentence_and_in_time(clock: Clock, said: tuple[bytes, ...]) -> None:
    async with Strange(*said) as strange, asyncio.timeout(60):
        found = await executor(strange, clock, caps=HASTY).attest()  # type: ignore[arg-type]  # its port is asked for
    assert not found.proven
    assert found.proof.startswith("story-nats ")


async def test_a_server_that_lets_muster_in_and_then_is_silent_is_not_waited_for(clock: Clock) -> None:
    info = b'INFO {"server_id":"X","version":"2.10.0","max_payload":1048576,"proto":1,"headers":true}\r\n'
    async with Strange(info + b"PONG\r\n") as strange, asyncio.timeout(60):
        found = await executor(strange, clock, caps=HASTY).attest()  # type: ignore[arg-type]  # its port is asked for
    assert found.proof == "story-nats did not answer within 5 s: see whether it is overloaded."


async def test_a_run_that_gets_no_answer_is_unknown_and_can_be_cut_short(server: RealNats, clock: Clock) -> None:
    info = b'INFO {"server_id":"X","version":"2.10.0","max_payload":1048576,"proto":1,"headers":true}\r\n'
    async with Strange(info + b"PONG\r\n") as strange:
        nats = executor(strange, clock, caps=CURBED)  # type: ignore[arg-type]  # only its port is asked for
        outcome = await nats.run(plan("stream", "purge", "ORDERS", "-f"))
        assert outcome.state is OutcomeState.UNKNOWN
        assert "Nobody knows whether it took effect" in outcome.sentence
        strange.asked.clear()
        nats = executor(strange, clock)  # type: ignore[arg-type]  # only its port is asked for
        running = asyncio.create_task(nats.run(plan("stream", "purge", "ORDERS", "-f")))
        async with asyncio.timeout(PATIENT.run_seconds):
            while b"STREAM.PURGE" not in strange.asked:
                await asyncio.sleep(0.01)
        outcome = await cut(running)
        assert outcome.state is OutcomeState.UNKNOWN
        assert "may have taken effect" in outcome.sentence


class Endless(Strange):
    """A server that begins an answer of ten gigabytes to the first question; ``sent`` counts what it got rid of."""

    sent = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"X","version":"2.10.0","max_payload":1048576,"proto":1,"headers":true}\r\n')
        sid = b"1"
        with suppress(ConnectionError):
            while line := await reader.readline():
                match line.split():
                    case [b"PING"]:
                        writer.write(b"PONG\r\n")
                    case [b"SUB", _, named]:
                        sid = named
                    case [b"PUB" | b"HPUB", _, reply, _]:
                        writer.write(b"MSG %b %b 10000000000\r\n" % (reply, sid))
                        while self.sent < 64 << 20:
                            writer.write(b"x" * 65536)
                            self.sent += 65536
                            await writer.drain()
        writer.close()


async def test_an_answer_of_ten_gigabytes_is_read_up_to_a_cap(clock: Clock) -> None:
    async with Endless() as endless, asyncio.timeout(60):
        nats = executor(endless, clock)  # type: ignore[arg-type]  # only its port is asked for
        assert (await nats.attest()).proof == "story-nats answered with more than 4 MiB: narrow the step."
        assert endless.sent < 64 << 20
        outcome = await nats.run(plan("stream", "purge", "ORDERS", "-f"))
    assert outcome.state is OutcomeState.UNKNOWN
    assert "more than 4 MiB" in outcome.sentence


class Misfit(Strange):
    """A server that lets Muster in, refuses every change to the diagnostic user, and answers all else with one text."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self._answer = answer

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"X","version":"2.10.0","max_payload":1048576,"proto":1,"headers":true}\r\n')
        ids: dict[bytes, bytes] = {}
        while line := await reader.readline():
            match line.split():
                case [b"PING"]:
                    writer.write(b"PONG\r\n")
                case [b"SUB", subject, sid]:
                    ids[subject.rstrip(b"*")] = sid
                case [b"PUB" | b"HPUB", subject, *reply, size]:
                    await reader.readexactly(int(size) + 2)
                    writer.write(self._said_to(subject, reply, ids))
                case _:
                    pass
        writer.close()

    def _said_to(self, subject: bytes, reply: list[bytes], ids: dict[bytes, bytes]) -> bytes:
        if not reply:
            return b"-ERR 'Permissions Violation for Publish to \"" + subject + b"\"'\r\n"
        rights = {"publish": {"allow": ["$JS.API.INFO"]}, "subscribe": {"allow": ["_INBOX.>"]}}
        known = json.dumps({"data": {"user": LOOKER, "permissions": rights}}).encode()
        body = known if b"USER.INFO" in subject else self._answer
        sid = next(each for prefix, each in ids.items() if reply[0].startswith(prefix))
        return b"MSG %b %b %d\r\n%b\r\n" % (reply[0], sid, len(body), body)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("stream ls", b'{"total": 2}'),
        ("stream ls", b'{"streams": {"a": 1}, "total": 1}'),
        ("stream ls", b'{"streams": ["ORDERS"], "total": 1}'),
        ("stream ls", b'{"streams": [{"config": {"name": "ORDERS"}}], "total": 1}'),
        ("stream info ORDERS", b'{"config": {"name": "ORDERS"}}'),
        ("consumer ls ORDERS", b'{"consumers": null, "total": 3}'),
        ("consumer info ORDERS workers", b'{"ok": true}'),
        ("account info", b"{}"),
    ],
)
async def test_an_answer_of_another_shape_is_told_and_never_taken_for_an_empty_one(
    clock: Clock, line: str, answer: bytes
) -> None:
    async with Misfit(answer) as misfit:
        sight = await executor(misfit, clock).look(plan(*line.split()))  # type: ignore[arg-type]  # only its port
    assert sight.error is not None
    assert sight.error.startswith("story-nats answered something that Muster cannot read: ")


async def test_a_list_that_the_server_writes_as_null_is_empty(clock: Clock) -> None:
    async with Misfit(b'{"streams": null, "total": 0}') as misfit:
        sight = await executor(misfit, clock).look(plan("stream", "ls"))  # type: ignore[arg-type]  # only its port
    assert (sight.error, sight.value) == (None, 0)


async def test_a_purge_whose_answer_counts_nothing_is_unknown(clock: Clock) -> None:
    async with Misfit(b'{"success": true}') as misfit:
        nats = executor(misfit, clock)  # type: ignore[arg-type]  # only its port is asked for
        with pytest.raises(Outage, match="cannot read"):
            await nats.preview(plan("stream", "purge", "ORDERS", "-f"))
        outcome = await nats.run(plan("stream", "purge", "ORDERS", "-f"))
    assert outcome.state is OutcomeState.UNKNOWN
    assert "None" not in outcome.sentence + outcome.output


async def test_a_secret_in_an_error_of_the_server_is_hidden(clock: Clock) -> None:
    told = json.dumps({"error": {"code": 500, "err_code": 1, "description": f"no {PASSWORD}"}})
    async with Misfit(told.encode()) as misfit:
        sight = await executor(misfit, clock).look(plan("stream", "ls"))  # type: ignore[arg-type]  # only its port
    assert "no [redacted]" in str(sight.error)
    assert PASSWORD not in str(sight)
