"""Traces of a real bot, at a real receiver of OpenTelemetry's protocol: webhooks, jobs, calls, and what for."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec import Struct, field
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.stories.opened import complete
from tests.stories.rig import Rig, rig

ALERT = {
    "alerts": [
        {"status": "firing", "labels": {"alertname": "DiskFull"}, "annotations": {"summary": "Disk almost full"}}
    ]
}


class Receiver(Struct):
    """A collector that remembers."""

    spans: list[Span] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    bodies: list[bytes] = field(default_factory=list)
    refusing: bool = False

    async def take(self, request: web.Request) -> web.Response:
        """One batch."""
        body = await request.read()
        if self.refusing:
            return web.Response(status=403)
        self.bodies.append(body)
        for of in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.services |= {each.value.string_value for each in of.resource.attributes if each.key == "service.name"}
            self.spans += [span for scope in of.scope_spans for span in scope.spans]
        return web.Response()

    def named(self, name: str) -> Span:
        """The first span of that name."""
        return next(each for each in self.spans if each.name == name)


def facts(span: Span) -> dict[str, object]:
    """Its attributes."""
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    """One that listens, and its address."""
    known, app = Receiver(), web.Application()
    app.router.add_post("/v1/traces", known.take)
    async with TestServer(app) as server:
        yield known, str(server.make_url("/")).rstrip("/")


async def test_what_a_page_leads_to_is_one_trace_for_each_step_with_the_incident_it_is_about(tmp_path: Path) -> None:
    """Sent by the time the process has ended; nothing that was said is in it."""
    async with receiver() as (known, address):
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_SERVICE_NAME": "muster-of-the-team"}
        async with rig(tmp_path, environment=more) as it:
            assert await it.knocked(ALERT, within=60) == 202
            await complete(it)
            assert await it.bot.stop()
        assert known.services == {"muster-of-the-team"}
        assert facts(known.named("POST /alerts/alertmanager")) == {"muster.status": 202}
        opened, created = known.named("job open_channel"), known.named("slack conversations.create")
        assert created.parent_span_id == opened.span_id
        assert (facts(opened)["muster.incident"], facts(opened)["muster.outcome"]) == ("INC-1", "done")
        assert facts(created) == {
            "muster.job": facts(opened)["muster.job"], "muster.incident": "INC-1", "muster.status": 200
        }  # fmt: skip
        said = b"".join(known.bodies)
        assert b"Disk almost full" not in said
        assert it.sandbox.bot_token.encode() not in said


async def test_a_collector_that_is_away_holds_nothing_up_and_is_told_of_once(tmp_path: Path) -> None:
    """Pages go on, the log has one line of why, and the process ends though its library would try for a minute."""
    away = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "60"}
    async with rig(tmp_path, environment=away) as it:
        assert await it.knocked(ALERT, within=60) == 202
        await complete(it)
        async with asyncio.timeout(60):
            while not said_of_traces(it):  # nothing tells when a batch is tried
                await asyncio.sleep(0.05)
        assert await it.bot.stop(), "long before that minute is over"
        (why,) = said_of_traces(it)
        assert "Connection" in why


async def test_a_collector_that_is_back_is_told_of_too(tmp_path: Path) -> None:
    async with receiver() as (known, address):
        known.refusing = True
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        async with rig(tmp_path, environment=more) as it:
            async with asyncio.timeout(60):
                while not said_of_traces(it):
                    assert await it.knocked(ALERT, within=60) == 202
                    await asyncio.sleep(0.2)
                known.refusing = False
                while "traces are taken again" not in it.bot.log.read_text():
                    await it.knocked(ALERT, within=60)
                    await asyncio.sleep(0.2)
            assert len(said_of_traces(it)) == 1


def said_of_traces(it: Rig) -> list[str]:
    """What the library has logged of its collector."""
    lines = [json.loads(line) for line in it.bot.log.read_text().splitlines()]
    return [each["message"] for each in lines if each["name"].startswith("opentelemetry")]
