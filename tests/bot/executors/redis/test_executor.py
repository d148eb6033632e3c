"""The Redis executor against a real Redis: nothing but looks gets through it, and nothing but what was approved."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.executors.redis.executor import RedisTarget
from bot.executors.redis.look import Command
from bot.executors.redis.proof import CANARIES
from bot.executors.redis.session import MOST_BYTES, Login, Server
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from commands.outage import Outage
from demo.redis import RealRedis
from incident.digest import Facts, Json
from incident.finding import OutcomeState, Sight
from incident.plan import NO_PROMISE, Plan, Promise, shown
from incident.runbook import GuardKind
from incident.verdict import Verdict
from tests.bot.executors.conftest import CURBED, HASTY, PATIENT, Clock, cut
from tests.fakes.certificate import self_signed
from tests.fakes.silent_line import silent_line

PASSWORD = "battery-staple-42"
SETTINGS = Path(__file__).parents[4] / "docs" / "settings.md"
LOOKER = re.findall(r"^ACL SETUSER muster_diagnostic .*?~rate_limit:\* (.*)$", SETTINGS.read_text(), re.MULTILINE)[
    0
].split()
"""The rights that the documents tell people to give."""
FIXER = ["-@all", "+@read", "+del", "+unlink", "+set", "+config|set", "+acl|whoami"]


class Bench:
    """A Redis with its users, and the executor that reaches it."""

    def __init__(self, server: RealRedis, admin: Redis, clock: Clock) -> None:
        self.server = server
        self.admin = admin
        self.clock = clock
        self.target = RedisTarget(
            name="shop-redis",
            environment="production",
            server=Server(host="127.0.0.1", port=server.port),
            diagnostic=Login(user="looker", password=PASSWORD),
            remediation=Login(user="fixer", password=PASSWORD),
            caps=PATIENT,
        )
        self.executor = self.made()

    def made(self, **changes: object) -> ToolExecutor[Command]:
        target = replace(self.target, **changes)  # type: ignore[arg-type]  # the settings of one test
        return target.executor(redactor=Redactor([PASSWORD]), clock=self.clock)

    async def user(self, name: str, *rights: str) -> None:
        await self.admin.execute_command(
            "ACL", "SETUSER", name, "reset", "on", f">{PASSWORD}", "~rate_limit:*", "~text:*", "&*", *rights
        )

    async def refuses_everybody(self, words: Sequence[str]) -> bool:
        """Whether even the administrator may not; so Redis 7 does MODULE, unless it is configured otherwise."""
        try:
            await self.admin.execute_command(*words)
        except ResponseError as refusal:
            return "command not allowed" in str(refusal)
        return False

    async def look(self, *words: str, **command: Json) -> Sight:
        return await self.executor.look(plan(*words, **command))


@pytest.fixture
async def bench(redis_server: RealRedis, clock: Clock) -> AsyncIterator[Bench]:
    """Three customers' rate limits, a user that only looks and one that may remove."""
    async with Redis.from_url(redis_server.url()) as admin:
        made = Bench(redis_server, admin, clock)
        await made.user("looker", *LOOKER)
        await made.user("fixer", *FIXER)
        for number in (1, 2, 3):
            await admin.set(f"rate_limit:user_{number}", number, ex=60)
        yield made


def plan(*words: str, promise: Promise = NO_PROMISE, **command: Json) -> Plan:
    """A plan for these words; its verdict is a claim that the executor does not believe."""
    facts: Facts = {"redis": list(words), **command}
    return Plan(
        step_id="step",
        title="Step",
        verdict=Verdict.READ_ONLY,
        executor="redis",
        target="shop-redis",
        environment="production",
        command=facts,
        shown=shown(facts),
        parameters={},
        catalog="0" * 64,
        promise=promise,
    )


def counted(most: int, *probe: str) -> Promise:
    return Promise(kind=GuardKind.COUNT, seen=most, most=most, probe={"redis": list(probe)})


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (("PING",), "PONG"),
        (("TTL", "rate_limit:nobody"), -2),
        (("EXISTS", "rate_limit:user_1"), 1),
        (("GET", "rate_limit:user_3"), "3"),
        (("GET", "rate_limit:nobody"), None),
        (("SCAN", "0", "MATCH", "rate_limit:*"), 3),
        (("KEYS", "rate_limit:*"), 3),
        (("CONFIG", "GET", "maxmemory"), 1),
    ],
)
async def test_a_look_answers_with_its_one_value_and_a_receipt(
    bench: Bench, words: tuple[str, ...], value: Json
) -> None:
    sight = await bench.look(*words)
    assert (sight.error, sight.value) == (None, value)
    assert sight.receipt["user"] == "looker"
    assert sight.receipt["commands"]


async def test_one_line_of_info_is_a_number_to_compare(bench: Bench) -> None:
    sight = await bench.look("INFO", "clients", pick="connected_clients")
    assert isinstance(sight.value, int)
    assert "connected_clients" in sight.output
    gone = await bench.look("INFO", "clients", pick="nothing")
    assert gone.error == "shop-redis answered: ERR INFO shows no line 'nothing'."


async def test_what_stands_behind_a_pipe_reads_the_lines_that_redis_cli_prints(bench: Bench) -> None:
    keyspace = await bench.look("INFO", "stats", filters=[["grep", "keyspace_hits"]])
    assert (keyspace.error, keyspace.value) == (None, 1)
    assert keyspace.output.startswith("keyspace_hits:")
    async with bench.admin.pipeline() as many:
        for number in range(147):
            many.set(f"rate_limit:many_{number}", 1)
        await many.execute()
    counted_keys = await bench.look("SCAN", "0", "MATCH", "rate_limit:*", filters=[["wc", "-l"]])
    assert (counted_keys.value, counted_keys.truncated) == (150, False)


async def test_a_time_to_live_says_what_it_means(bench: Bench) -> None:
    assert "there is no such key" in (await bench.look("TTL", "rate_limit:nobody")).output


@pytest.mark.parametrize(
    "words",
    [
        ("SET", "rate_limit:user_1", "9"),
        ("DEL", "rate_limit:user_1"),
        ("FLUSHALL",),
        ("EVAL", "return redis.call('flushall')", "0"),
        ("EVAL_RO", "return 1", "0"),
        ("MULTI",),
        ("SELECT", "1"),
        ("CONFIG", "SET", "maxmemory", "1"),
        ("GET", "x\r\nFLUSHALL"),
        ("XREAD", "BLOCK", "0", "STREAMS", "x", "0"),
        ("SUBSCRIBE", "x"),
        ("NOSUCH",),
        (),
    ],
)
async def test_what_is_no_look_is_not_even_sent(bench: Bench, words: tuple[str, ...]) -> None:
    """Whatever the plan claims of it."""
    sight = await bench.look(*words)
    assert sight.error
    assert not sight.receipt
    assert await bench.admin.dbsize() == 3


async def test_a_line_break_in_a_word_stays_data(bench: Bench) -> None:
    """The remediation user may SET; what follows the break must not become a command of its own."""
    await bench.user("fixer", *FIXER, "+flushall")
    outcome = await bench.executor.run(plan("SET", "text:a", "x\nFLUSHALL\n"))
    assert outcome.state in (OutcomeState.RAN, OutcomeState.FAILED)
    assert await bench.admin.dbsize() >= 3


async def test_the_proof_names_the_user_and_counts_what_was_refused(bench: Bench) -> None:
    attestation = await bench.executor.attest()
    assert attestation.proven
    assert attestation.proof == f"The user looker was refused all of {len(CANARIES)} changes that were tried as it."


@pytest.mark.parametrize("words", CANARIES, ids=lambda words: "-".join(words[:2]))
async def test_each_canary_is_found_when_let_through_and_even_then_changes_nothing(
    bench: Bench, words: tuple[str, ...]
) -> None:
    """A user with exactly this one right too many is not believed, and the server is as it was."""
    await bench.user("looker", *LOOKER, f"+{words[0].lower()}")
    before = await bench.admin.info("replication"), await bench.admin.dbsize(), await bench.admin.acl_users()
    attestation = await bench.executor.attest()
    assert attestation.proven == await bench.refuses_everybody(words)
    assert attestation.proven or words[0] in attestation.proof
    assert before[1:] == (await bench.admin.dbsize(), await bench.admin.acl_users())
    assert (await bench.admin.info("replication"))["role"] == before[0]["role"] == "master"
    assert attestation.proven or (await bench.look("PING")).error, "unproven means switched off"


@pytest.mark.parametrize(
    ("refusal", "proven"),
    [
        ("ERR MODULE command not allowed. If the enable-module-command option is set to ...", True),
        ("NOPERM User looker has no permissions to run the 'module|unlink' command", True),
        ("ERR Error unloading module: no such module with that name", False),
    ],
)
async def test_modules_that_a_newer_redis_lets_nobody_touch_are_refused_changes(
    bench: Bench, refusal: str, proven: bool
) -> None:
    """Redis 7 looks at its own setting before it looks at the user's rights."""

    async def newer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.read(1000):
            if b"WHOAMI" in asked:
                writer.write(b"+looker\r\n")
            elif b"AUTH" in asked:
                writer.write(b"+OK\r\n")
            else:
                said = refusal if b"MODULE" in asked else "NOPERM this user has no permissions to run the command"
                writer.write(f"-{said}\r\n".encode())
        writer.close()

    async with await asyncio.start_server(newer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        attestation = await bench.made(server=Server(host="127.0.0.1", port=port)).attest()
    assert attestation.proven is proven, attestation.proof


async def test_every_canary_together_leaves_the_server_as_it_was(bench: Bench) -> None:
    """As a user who may do everything, with another client connected that must not be thrown out."""
    async with Redis.from_url(bench.server.url()) as other:
        me = await other.client_id()
        for words in CANARIES:
            await asyncio.gather(other.execute_command(*words), return_exceptions=True)
        assert {client["id"] for client in await bench.admin.client_list()} >= {str(me)}
    assert await bench.admin.dbsize() == 3


async def test_a_refusal_for_the_key_alone_proves_nothing(bench: Bench) -> None:
    await bench.user("looker", *LOOKER, "+set")
    assert not (await bench.executor.attest()).proven


async def test_one_user_for_both_is_not_proven(bench: Bench) -> None:
    attestation = await bench.made(remediation=bench.target.diagnostic).attest()
    assert attestation.proof == "shop-redis runs diagnostics and remediations as one user: give each its own."


async def test_a_user_who_may_not_say_who_it_is_is_not_proven(bench: Bench) -> None:
    await bench.user("looker", *(right for right in LOOKER if right != "+acl|whoami"))
    attestation = await bench.executor.attest()
    assert not attestation.proven
    assert "+acl|whoami" in attestation.proof


async def test_a_wrong_password_is_a_sentence_without_it(bench: Bench) -> None:
    login = Login(user="looker", password="wrong-password")
    sight = await bench.made(diagnostic=login).look(plan("PING"))
    assert sight.error
    assert "did not let Muster in" in sight.error
    assert "wrong-password" not in sight.error + repr(login)


async def test_a_scan_stops_at_its_limit_and_says_so(bench: Bench) -> None:
    async with bench.admin.pipeline() as many:
        for number in range(1500):
            many.set(f"rate_limit:many_{number}", 1)
        await many.execute()
    sight = await bench.look("KEYS", "rate_limit:*")
    assert (sight.value, sight.truncated) == (1001, True)
    assert "there are more" in sight.output
    assert len(sight.output) < 10_000


async def test_an_answer_past_the_cap_is_not_read_to_its_end(bench: Bench) -> None:
    await bench.admin.set("text:long", "x" * (8 * MOST_BYTES))
    sight = await bench.look("GET", "text:long")
    assert sight.error == "shop-redis answered with more than 1 MiB, which is not read: narrow the step."


async def test_binary_values_are_shown_harmlessly(bench: Bench) -> None:
    """Bytes that are no text, and characters that would steer a terminal."""
    await bench.admin.set("text:binary", b"a\0\xff\xfe\x1b[31mb")
    sight = await bench.look("GET", "text:binary")
    assert sight.error is None
    assert sight.output.splitlines()[-1] == "a����[31mb"
    assert sight.value == r"a\u0000��\u001b[31mb"


async def test_a_server_that_hangs_is_given_up(bench: Bench) -> None:
    await bench.executor.attest()
    async with silent_line(bench.server.url()) as line:
        line.speaks.clear()
        port = urlsplit(line.address).port
        assert port is not None
        sight = await bench.made(server=Server(host="127.0.0.1", port=port), caps=HASTY).look(plan("PING"))
    assert sight.error


async def test_what_is_no_redis_is_a_sentence(bench: Bench) -> None:
    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(web, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        sight = await bench.made(server=Server(host="127.0.0.1", port=port)).look(plan("PING"))
    assert sight.error
    assert sight.error.endswith("What listens at the address of shop-redis is no Redis: check host, port and TLS.")


async def test_a_certificate_that_nobody_vouches_for_is_told_as_that(bench: Bench, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path))
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        sight = await bench.made(server=Server(host="127.0.0.1", port=port, tls=True)).look(plan("PING"))
    assert "shop-redis and Muster do not agree on TLS: check the target's `tls`" in str(sight.error)


async def test_a_secret_in_an_error_of_the_server_is_hidden(bench: Bench) -> None:
    async def wrong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"-ERR no {PASSWORD}\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(wrong, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        sight = await bench.made(server=Server(host="127.0.0.1", port=port)).look(plan("PING"))
    assert "no [redacted]" in str(sight.error)
    assert PASSWORD not in str(sight)


async def test_when_redis_is_gone_a_look_says_so_and_it_works_again_when_it_is_back(bench: Bench) -> None:
    assert (await bench.executor.attest()).proven
    bench.server.stop()
    gone = await bench.look("PING")
    assert gone.error == "shop-redis could not be reached: see whether the server is up and its address is right."
    outcome = await bench.executor.run(plan("DEL", "rate_limit:user_1"))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Nothing was changed.")
    bench.server.start()
    async with Redis.from_url(bench.server.url()) as admin:
        bench.admin = admin
        await bench.user("looker", *LOOKER)
        assert (await bench.look("PING")).value == "PONG"


async def test_one_key_is_removed_once_approved(bench: Bench) -> None:
    asked = plan("DEL", "rate_limit:user_1", promise=counted(1, "EXISTS", "rate_limit:user_1"))
    assert (await bench.executor.preview(asked)).count == 1
    outcome = await bench.executor.run(asked)
    assert (outcome.state, outcome.changed) == (OutcomeState.RAN, 1)
    assert await bench.admin.dbsize() == 2


async def test_removing_what_matches_takes_what_was_counted(bench: Bench) -> None:
    await bench.admin.set("other", 1)
    promise = counted(3, "SCAN", "0", "MATCH", "rate_limit:*")
    asked = plan("UNLINK", matching="rate_limit:*", promise=promise)
    assert (await bench.executor.preview(asked)).count == 3
    outcome = await bench.executor.run(asked)
    assert (outcome.state, outcome.changed) == (OutcomeState.RAN, 3)
    assert await bench.admin.keys() == [b"other"]


class Cut:
    """A way to the server that lets some removals through; at the next one it hangs up, or only falls silent."""

    def __init__(self, port: int, *, passed: int, silent: bool) -> None:
        self._port = port
        self._passed = passed
        self._silent = silent
        self._seen = 0
        self.port = 0
        self.reached = asyncio.Event()
        """Set once it has let nothing more through."""

    async def __aenter__(self) -> "Cut":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._port)
        answering = asyncio.create_task(_copied(back, writer))
        while piece := await reader.read(1 << 16):
            self._seen += b"UNLINK" in piece and b"rate_limit:" in piece
            if self._seen <= self._passed:
                forth.write(piece)
                continue
            self.reached.set()
            if not self._silent:
                break
        forth.close()
        await answering
        writer.close()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1 << 16):
        writer.write(piece)


@pytest.mark.parametrize("silent", [False, True])
async def test_a_removal_lost_midway_tells_how_many_keys_may_be_gone(bench: Bench, silent: bool) -> None:
    for number in range(247):
        await bench.admin.set(f"rate_limit:more_{number}", number)
    asked = plan("UNLINK", matching="rate_limit:*", promise=counted(250, "SCAN", "0", "MATCH", "rate_limit:*"))
    async with Cut(bench.server.port, passed=1, silent=silent) as cut:
        executor = bench.made(server=Server(host="127.0.0.1", port=cut.port), caps=CURBED if silent else PATIENT)
        outcome = await executor.run(asked)
    assert outcome.state is OutcomeState.UNKNOWN
    assert "100 of 250 keys were removed, and up to 100 more may be." in outcome.sentence
    assert await bench.admin.dbsize() == 150


async def test_a_removal_that_is_stopped_tells_how_many_keys_may_be_gone(bench: Bench) -> None:
    asked = plan("UNLINK", matching="rate_limit:*", promise=counted(3, "SCAN", "0", "MATCH", "rate_limit:*"))
    async with Cut(bench.server.port, passed=0, silent=True) as silent:
        executor = bench.made(server=Server(host="127.0.0.1", port=silent.port))
        running = asyncio.create_task(executor.run(asked))
        async with asyncio.timeout(PATIENT.run_seconds):
            await silent.reached.wait()
        outcome = await cut(running)
    assert outcome.state is OutcomeState.UNKNOWN
    assert "0 of 3 keys were removed, and up to 3 more may be." in outcome.sentence


async def test_more_than_approved_removes_nothing(bench: Bench) -> None:
    promise = counted(2, "SCAN", "0", "MATCH", "rate_limit:*")
    outcome = await bench.executor.run(plan("UNLINK", matching="rate_limit:*", promise=promise))
    assert outcome.state is OutcomeState.VOID
    assert "approved were at most 2" in outcome.sentence
    assert await bench.admin.dbsize() == 3


async def test_a_pattern_needs_a_guard_and_a_beginning(bench: Bench) -> None:
    unguarded = await bench.executor.run(plan("UNLINK", matching="rate_limit:*"))
    everything = await bench.executor.run(plan("UNLINK", matching="*", promise=counted(9, "SCAN", "0", "MATCH", "*")))
    assert {unguarded.state, everything.state} == {OutcomeState.FAILED}
    assert await bench.admin.dbsize() == 3


@pytest.mark.parametrize("words", [("FLUSHALL",), ("EVAL", "return 1", "0"), ("SET", "other", "1")])
async def test_what_the_user_may_not_do_changes_nothing(bench: Bench, words: tuple[str, ...]) -> None:
    outcome = await bench.executor.run(plan(*words))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Nothing was")
    assert await bench.admin.dbsize() == 3


async def test_a_settings_old_value_is_told_before_it_is_changed(bench: Bench) -> None:
    asked = plan("CONFIG", "SET", "maxmemory-samples", "7")
    preview = await bench.executor.preview(asked)
    assert preview.sentence == "Before the change: maxmemory-samples  5."
    assert (await bench.executor.run(asked)).state is OutcomeState.RAN
    assert (await bench.look("CONFIG", "GET", "maxmemory-samples")).output.endswith("maxmemory-samples  7")
    await bench.admin.config_set("maxmemory-samples", 5)


async def test_a_connection_lost_after_sending_is_unknown(bench: Bench) -> None:
    """The server hangs with the change in hand: nobody can say whether it will run."""
    asked = plan("SET", "text:late", "1")
    await bench.executor.attest()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"+OK\r\n")
        await reader.read(1000)
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        outcome = await bench.made(server=Server(host="127.0.0.1", port=port)).run(asked)
    assert outcome.state is OutcomeState.UNKNOWN
    assert "run the diagnostics before doing it again" in outcome.sentence


async def test_without_a_remediation_user_nothing_is_sent(bench: Bench) -> None:
    outcome = await bench.made(remediation=None).run(plan("DEL", "rate_limit:user_1"))
    assert outcome.sentence == "Nothing was sent: shop-redis has no identity for remediations; configure one."


async def test_what_could_never_run_is_told_before_anybody_approves(bench: Bench) -> None:
    with pytest.raises(Outage, match="could not run even with an approval"):
        await bench.executor.preview(plan("DEBUG", "SLEEP", "1"))
