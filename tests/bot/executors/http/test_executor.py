"""A diagnostic on an HTTP API only asks, a remediation sends one approved request, and both end in a sentence."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.http import client
from bot.executors.http.executor import Canary, HttpTarget, Request
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import MARK, Redactor
from commands.outage import Outage
from incident.digest import Facts, Json
from incident.finding import OutcomeState
from incident.plan import NO_PROMISE, Plan, Promise
from incident.runbook import GuardKind
from incident.verdict import Verdict
from tests.bot.executors.conftest import CURBED, HASTY, PATIENT, Clock, cut

WRITE_TOKEN = "write-token-abcdefgh"
READ_TOKEN = "read-token-abcdefgh"
RUN = "/admin/job-monitor/run"


class Api:
    """A real server: health pages, an operator's action, and pages that misbehave in every way."""

    def __init__(self) -> None:
        self.stuck = 3
        self.refusal = 401
        self.runs = 0
        self.wrong: dict[str, object] = {}
        self.seen: list[web.Request] = []
        self.base_url = ""
        self.heard = asyncio.Semaphore(0)
        """Released for each line of a long answer that may be followed by the next one."""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        application = web.Application()
        pages: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "/health/detailed": self._health,
            "/down": self._down,
            "/html": self._html,
            "/away": self._away,
            "/binary": self._binary,
            "/endless": self._endless,
            "/half": self._half,
            "/torn": self._torn,
            "/hang": self._hang,
            "/zipped": self._zipped,
            "/leaky": self._leaky,
            "/deep": self._deep,
        }
        for path, page in pages.items():
            application.router.add_get(path, page)
        application.router.add_post(RUN, self._run)
        application.router.add_post("/admin/slow/run", self._hang)
        application.router.add_post("/admin/long/run", self._long)
        application.router.add_post("/admin/gateway/run", self._gateway)
        application.router.add_post("/admin/wrong/run", self._wrong)
        application.router.add_post("/admin/moved/run", self._away)
        application.router.add_post("/admin/half/run", self._half)
        application.router.add_post("/admin/down/run", self._down)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _long(self, request: web.Request) -> web.StreamResponse:
        """Tells how far it is while it goes on, with a secret cut in two."""
        response = web.StreamResponse(headers={"Content-Type": request.query.get("as", "text/plain")})
        await response.prepare(request)
        for piece in ("1 of 2\n", f"token {WRITE_TOKEN[:9]}", f"{WRITE_TOKEN[9:]}\n2 of 2\n", "done\n"):
            await response.write(piece.encode())
            if piece.endswith("\n"):
                await self.heard.acquire()
        return response

    async def _health(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        response = web.json_response(
            {"status": "degraded", "jobs": {"stuck": self.stuck, "rate": 93.75}, "list": [1, 2]}
        )
        response.set_cookie("session", "abc")
        return response

    async def _down(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "unhealthy", "error": "no database"}, status=503)

    async def _html(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="<h1>Down for maintenance</h1>", content_type="text/html")

    async def _away(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        raise web.HTTPFound("/health/detailed")

    async def _binary(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=bytes(range(256)))

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(10_000):
            await response.write(b"0123456789" * 1000)
        return response

    async def _half(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"jobs":')
        assert request.transport
        request.transport.close()
        return response

    async def _torn(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="a" * (1000 - len("\nkey ") - 12) + "\nkey " + WRITE_TOKEN + "b" * 1000)

    async def _hang(self, request: web.Request) -> web.StreamResponse:
        self.runs += 1
        await asyncio.sleep(600)
        return web.Response()

    async def _zipped(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(b"{}" * 1000), headers={"Content-Encoding": "gzip"})

    async def _leaky(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"note": f"Bearer {WRITE_TOKEN}", "db": "postgres://u:hunter22@db/x", "n": 1})

    async def _deep(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="[" * 4000, content_type="application/json")

    async def _wrong(self, request: web.Request) -> web.Response:
        return web.json_response(self.wrong)

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=504)

    async def _run(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        if request.headers.get("Authorization") != f"Bearer {WRITE_TOKEN}":
            return web.json_response({"error": "no"}, status=self.refusal)
        self.runs += 1
        recovered, self.stuck = self.stuck, 0
        return web.json_response({"recovered": recovered, "by": await request.text()})


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """A fresh server."""
    api = Api()
    await api.start()
    yield api
    await api.stop()


def executor_of(api: Api, clock: Clock, **changes: object) -> ToolExecutor[Request]:
    """An executor on the server; it keeps nothing open."""
    settings: dict[str, object] = {
        "name": "shop-api",
        "environment": "production",
        "base_url": api.base_url,
        "canary": Canary(method="POST", path=RUN),
        "remediation_token": WRITE_TOKEN,
        "caps": replace(PATIENT, characters=5000),
    }
    target = HttpTarget(**{**settings, **changes})  # type: ignore[arg-type]  # the settings of one test
    return target.executor(redactor=Redactor([WRITE_TOKEN, READ_TOKEN]), clock=clock)


@pytest.fixture
def executor(api: Api, clock: Clock) -> ToolExecutor[Request]:
    return executor_of(api, clock)


def request(
    path: str, *, method: str = "GET", pick: str | None = None, body: Json = None, promise: Promise = NO_PROMISE
) -> Plan:
    """A plan for one request."""
    command: Facts = {"method": method, "path": path}
    command = {**command, **({"pick": pick} if pick else {}), **({"body": body} if body is not None else {})}
    return Plan(
        step_id="step",
        title="A step",
        verdict=Verdict.READ_ONLY if method == "GET" else Verdict.MUTATING,
        executor="http",
        target="shop-api",
        environment="production",
        command=command,
        shown=f"{method} {path}",
        parameters={},
        catalog="0" * 64,
        promise=promise,
    )


async def test_the_picked_value_is_the_value(executor: ToolExecutor[Request], api: Api) -> None:
    sight = await executor.look(request("/health/detailed", pick=".jobs.stuck"))
    assert sight.error is None
    assert (sight.value, sight.output) == (3, "3")
    assert sight.receipt["status"] == 200
    assert sight.receipt["url"] == f"{api.base_url}/health/detailed"
    assert sight.receipt["address"] == api.base_url.removeprefix("http://")
    assert sight.receipt["bytes"]


async def test_a_float_a_text_and_a_whole_object_can_be_picked(executor: ToolExecutor[Request]) -> None:
    assert (await executor.look(request("/health/detailed", pick=".jobs.rate"))).value == 93.75
    assert (await executor.look(request("/health/detailed", pick=".status"))).value == "degraded"
    whole = await executor.look(request("/health/detailed", pick=".jobs"))
    assert whole.value is None
    assert whole.output == '{"stuck": 3, "rate": 93.75}'
    assert (await executor.look(request("/health/detailed", pick=".list[]"))).output == "1\n2"


async def test_without_a_pick_the_status_is_the_value_and_the_answer_is_shown(executor: ToolExecutor[Request]) -> None:
    sight = await executor.look(request("/down"))
    assert sight.error is None
    assert sight.value == 503
    assert sight.output.startswith("503 Service Unavailable\n")
    assert "no database" in sight.output


@pytest.mark.parametrize(
    ("path", "pick", "said"),
    [
        ("/down", ".status", "was answered with 503 Service Unavailable, so there is no value"),
        ("/html", ".status", "but not with JSON, so there is no value"),
        ("/deep", ".status", "but not with JSON, so there is no value"),
        ("/health/detailed", ".status.deep", "was sought in a text"),
        ("/away", None, "was answered with 302 Found to /health/detailed, which is not followed"),
        ("/binary", None, "256 bytes that are no text"),
        ("/half", None, "the connection was lost in the middle of the answer"),
        ("/endless", ".x", "longer than the cap"),
        ("/zipped", None, "compressed although that was not asked for"),
    ],
)
async def test_an_answer_that_is_none_is_told_in_a_sentence(
    executor: ToolExecutor[Request], path: str, pick: str | None, said: str
) -> None:
    sight = await executor.look(request(path, pick=pick))
    assert said in str(sight.error)
    assert sight.value is None


async def test_an_answer_that_does_not_come_is_told_in_a_sentence(api: Api, clock: Clock) -> None:
    sight = await executor_of(api, clock, caps=HASTY).look(request("/hang"))
    assert "gave no answer in time" in str(sight.error)
    assert sight.value is None


async def test_a_redirect_is_not_followed(executor: ToolExecutor[Request], api: Api) -> None:
    await executor.attest()
    api.seen.clear()
    await executor.look(request("/away"))
    assert [seen.path for seen in api.seen] == ["/away"]


async def test_a_secret_that_the_cap_cuts_in_two_does_not_show_its_first_half(api: Api, clock: Clock) -> None:
    executor = executor_of(api, clock, caps=Caps(characters=1000))
    torn = request("/torn")
    sight = await executor.look(replace(torn, command={**torn.command, "filters": [["grep", "key"]]}))
    assert sight.truncated
    assert "key" in sight.output
    assert WRITE_TOKEN[:6] not in sight.output


async def test_a_hundred_megabytes_are_cut_at_the_cap(executor: ToolExecutor[Request]) -> None:
    sight = await executor.look(request("/endless"))
    assert sight.truncated
    assert sight.error is None
    assert len(sight.output) < 5100


async def test_no_cookie_proxy_or_credential_goes_along(
    executor: ToolExecutor[Request], api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    for _ in range(2):
        assert (await executor.look(request("/health/detailed"))).error is None
    assert not api.seen[-1].cookies
    assert "Authorization" not in api.seen[-1].headers


async def test_diagnostics_carry_only_their_own_token(api: Api, clock: Clock) -> None:
    executor = executor_of(api, clock, diagnostic_token=READ_TOKEN)
    await executor.look(request("/health/detailed"))
    assert api.seen[-1].headers["Authorization"] == f"Bearer {READ_TOKEN}"


async def test_secrets_in_an_answer_are_hidden(executor: ToolExecutor[Request]) -> None:
    sight = await executor.look(request("/leaky"))
    assert WRITE_TOKEN not in sight.output
    assert "hunter22" not in sight.output
    assert sight.output.count(MARK) == 2
    assert (await executor.look(request("/leaky", pick=".note"))).value == f"Bearer {MARK}"


@pytest.mark.parametrize(
    ("path", "method"),
    [
        (RUN, "POST"),
        (RUN, "GET"),
        ("/health/detailed", "DELETE"),
        ("/../admin", "GET"),
        ("/a b", "GET"),
        ("//evil.example/health", "GET"),
        ("@evil.example/health", "GET"),
        ("health", "GET"),
        ("/actuator/env", "GET"),
        ("/health?x=\r\nHost: evil", "GET"),
    ],
)
async def test_what_is_no_plain_read_is_not_sent(
    executor: ToolExecutor[Request], api: Api, path: str, method: str
) -> None:
    await executor.attest()
    api.seen.clear()
    sight = await executor.look(request(path, method=method))
    assert str(sight.error).startswith("Nothing was sent")
    assert api.seen == []
    assert api.runs == 0


async def test_what_stands_behind_a_pipe_reads_the_body_alone(executor: ToolExecutor[Request]) -> None:
    plan = request("/html")
    sight = await executor.look(replace(plan, command={**plan.command, "filters": [["grep", "-c", "maintenance"]]}))
    assert (sight.error, sight.value, sight.output) == (None, 1, "1")


async def test_a_filter_outside_the_part_of_jq_that_is_known_is_not_run(executor: ToolExecutor[Request]) -> None:
    assert "Nothing was sent: jq:" in str((await executor.look(request("/health/detailed", pick="env.SECRET"))).error)


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "0.0.0.0", "100.100.100.200", "2852039166"])
async def test_a_metadata_or_link_local_address_is_never_reached(api: Api, clock: Clock, host: str) -> None:
    executor = executor_of(api, clock, base_url=f"http://{host}")
    assert str((await executor.look(request("/health"))).error).startswith("Nothing was sent")


async def test_a_name_is_checked_by_the_address_that_is_dialled(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that answers with a metadata address, whatever the name says."""

    async def resolved(*_: object, **__: object) -> list[object]:
        return [{"hostname": "api.shop", "host": "169.254.169.254", "port": 80, "family": 2, "proto": 6, "flags": 0}]

    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", resolved)
    with pytest.raises(client.NotSent, match=r"169\.254\.169\.254 is link-local"):
        await client.ask("GET", "http://api.shop/x", token=None, body=None, caps=Caps(), seconds=1)


async def test_a_server_that_is_down_is_a_sentence(api: Api, clock: Clock) -> None:
    executor = executor_of(api, clock, base_url="http://127.0.0.1:1")
    assert "could not be reached" in str((await executor.look(request("/health"))).error)


async def test_a_name_that_nobody_knows_is_a_sentence(api: Api, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", unknown)
    unnamed = executor_of(api, clock, base_url="http://no-such-host.invalid")
    assert "has no address" in str((await unnamed.look(request("/health"))).error)


@pytest.mark.parametrize("status", [401, 403, 405])
async def test_an_identity_that_is_refused_the_test_request_is_proven(
    executor: ToolExecutor[Request], api: Api, status: int
) -> None:
    api.refusal = status
    attestation = await executor.attest()
    assert attestation.proven
    assert f"POST {RUN} was refused to them with {status}" in attestation.proof
    assert api.runs == 0


async def test_an_identity_that_could_do_more_is_not_proven(api: Api, clock: Clock) -> None:
    for changes, said in (
        ({"canary": None}, "as in `canary: {method: POST, path: /admin/jobs/run}`."),
        ({"canary": Canary(method="GET", path="/health/detailed")}, "would prove nothing"),
        ({"canary": Canary(method="POST", path="/nowhere")}, "404 Not Found: that proves nothing. Name as `canary`"),
        ({"diagnostic_token": WRITE_TOKEN}, "gives diagnostics the token of remediations"),
        ({"diagnostic_token": WRITE_TOKEN, "remediation_token": "another"}, "give diagnostics a token that may only"),
    ):
        executor = executor_of(api, clock, **changes)
        attestation = await executor.attest()
        assert not attestation.proven
        assert said in attestation.proof
        sight = await executor.look(request("/health/detailed"))
        assert "diagnostics on shop-api are off" in str(sight.error)
        assert WRITE_TOKEN not in str(sight)


async def test_a_server_error_neither_proves_nor_disproves(api: Api, clock: Clock) -> None:
    executor = executor_of(api, clock)
    assert (await executor.attest()).proven
    api.refusal = 503
    assert not (await executor.attest()).proven
    assert (await executor.look(request("/health/detailed"))).error is None


COUNTED = Promise(
    kind=GuardKind.COUNT, seen=3, most=3, probe={"method": "GET", "path": "/health/detailed", "pick": ".jobs.stuck"}
)


async def test_a_remediation_is_sent_once_with_its_own_token_and_body(
    executor: ToolExecutor[Request], api: Api
) -> None:
    plan = request(RUN, method="POST", pick=".recovered", body={"reason": "stuck"}, promise=COUNTED)
    outcome = await executor.run(plan)
    assert outcome.state is OutcomeState.RAN
    assert (outcome.changed, outcome.value) == (3, 3)
    assert outcome.sentence == f"POST {RUN} was answered with 200 OK. It changed 3."
    assert api.runs == 1
    assert '{\\"reason\\": \\"stuck\\"}' in outcome.output
    assert outcome.receipt["status"] == 200


async def test_more_than_approved_voids_it_before_it_is_sent(executor: ToolExecutor[Request], api: Api) -> None:
    api.stuck = 4
    outcome = await executor.run(request(RUN, method="POST", promise=COUNTED))
    assert outcome.state is OutcomeState.VOID
    assert outcome.sentence == "Nothing was sent: 4 are touched now, approved were at most 3."
    assert api.runs == 0


async def test_a_guard_that_cannot_be_checked_sends_nothing(api: Api, clock: Clock) -> None:
    executor = executor_of(api, clock, canary=None)
    outcome = await executor.run(request(RUN, method="POST", promise=COUNTED))
    assert outcome.state is OutcomeState.FAILED
    assert "its guard could not be checked" in outcome.sentence
    assert api.runs == 0


async def test_the_preview_counts(executor: ToolExecutor[Request], api: Api) -> None:
    assert (await executor.preview(request(RUN, method="POST", promise=COUNTED))).count == 3
    assert (await executor.preview(request(RUN, method="POST"))).count is None
    assert api.runs == 0
    promise = Promise(kind=GuardKind.COUNT, probe={"method": "GET", "path": "/down", "pick": ".x"})
    with pytest.raises(Outage):
        await executor.preview(request(RUN, method="POST", promise=promise))


async def test_a_refused_remediation_failed(api: Api, clock: Clock) -> None:
    executor = executor_of(api, clock, remediation_token="wrong-token-1234")
    outcome = await executor.run(request(RUN, method="POST"))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence == f"POST {RUN} was refused with 401 Unauthorized."


async def test_a_lost_answer_is_unknown(executor: ToolExecutor[Request], api: Api, clock: Clock) -> None:
    hurried = executor_of(api, clock, caps=CURBED)
    outcome = await hurried.run(request("/admin/slow/run", method="POST"))
    assert outcome.state is OutcomeState.UNKNOWN
    assert "Nobody knows whether it took effect" in outcome.sentence
    assert api.runs == 1
    assert (await executor.run(request("/admin/gateway/run", method="POST"))).state is OutcomeState.UNKNOWN
    half = await executor.run(request("/admin/half/run", method="POST"))
    assert half.state is OutcomeState.UNKNOWN
    assert "200 OK, but the answer broke off: run the diagnostics" in half.sentence


async def test_a_fault_of_the_server_is_no_refusal(executor: ToolExecutor[Request]) -> None:
    """It may have done a part of it."""
    outcome = await executor.run(request("/admin/down/run", method="POST"))
    assert outcome.state is OutcomeState.FAILED
    assert "503 Service Unavailable: run the diagnostics to see what took effect." in outcome.sentence


async def test_a_redirected_remediation_is_not_sent_again(executor: ToolExecutor[Request], api: Api) -> None:
    outcome = await executor.run(request("/admin/moved/run", method="POST"))
    assert outcome.state is OutcomeState.UNKNOWN
    assert "302 Found, which is not followed: run the diagnostics" in outcome.sentence
    assert [seen.path for seen in api.seen] == ["/admin/moved/run"]


async def test_what_never_left_failed(api: Api, clock: Clock) -> None:
    executor = executor_of(api, clock, base_url="http://127.0.0.1:1")
    outcome = await executor.run(request(RUN, method="POST"))
    assert outcome.state is OutcomeState.FAILED
    assert "could not be reached" in outcome.sentence
    without = executor_of(api, clock, remediation_token=None)
    assert "no identity for remediations" in (await without.run(request(RUN, method="POST"))).sentence


@pytest.mark.parametrize(
    "wrong",
    [{"error": "no worker is free"}, {"errors": [{"message": "no worker is free"}]}, {"success": False}, {"ok": False}],
)
async def test_a_success_that_names_an_error_is_no_success(
    executor: ToolExecutor[Request], api: Api, wrong: dict[str, object]
) -> None:
    api.wrong = wrong
    outcome = await executor.run(request("/admin/wrong/run", method="POST"))
    assert outcome.state is OutcomeState.FAILED
    assert "answered with 200 OK, but the answer names an error" in outcome.sentence
    assert "Run the diagnostics" in outcome.sentence


async def test_a_cancelled_remediation_ends_at_once(executor: ToolExecutor[Request], api: Api) -> None:
    run = asyncio.create_task(executor.run(request("/admin/slow/run", method="POST")))
    async with asyncio.timeout(PATIENT.run_seconds):
        while not api.runs:
            await asyncio.sleep(0.01)
    outcome = await cut(run)
    assert outcome.state is OutcomeState.UNKNOWN
    assert "may have taken effect" in outcome.sentence


def test_a_token_never_shows_in_the_target(api: Api) -> None:
    target = HttpTarget(
        name="a", environment="b", base_url="http://c", diagnostic_token=READ_TOKEN, remediation_token=WRITE_TOKEN
    )
    assert READ_TOKEN not in repr(target)
    assert WRITE_TOKEN not in repr(target)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-ndjson", "image/png"])
async def test_what_a_long_answer_says_is_followed_while_it_comes(api: Api, clock: Clock, kind: str) -> None:
    said: list[str] = []
    executor = executor_of(api, clock)
    asked = request(f"/admin/long/run?as={kind}", method="POST")
    # Of a picture nothing is heard: it is not waited for.
    api.heard = asyncio.Semaphore(3 if kind == "image/png" else 0)

    def heard(text: str) -> None:
        said.append(text)
        api.heard.release()

    outcome = await executor.run(asked, heard=heard)
    assert outcome.state is OutcomeState.RAN
    assert WRITE_TOKEN[:9] not in "".join(said) + outcome.output
    assert said[:2] == ([] if kind == "image/png" else ["1 of 2\n", f"token {MARK}\n2 of 2\n"])
