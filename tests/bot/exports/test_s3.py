"""Drafts in a bucket, against a server that speaks S3: versions, repeats, and faults told in one sentence."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bot.exports.s3 import S3Export
from commands.drafts import Export
from commands.outage import Outage

BUCKET = "drafts"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server on a free loopback port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket, seen by its owner."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = boto3.session.Session().resource("s3", endpoint_url=address).Bucket(BUCKET)
    made.create()
    yield made
    made.objects.all().delete()
    made.delete()


@pytest.fixture
async def export(address: str, bucket: Any) -> AsyncIterator[S3Export]:
    """The export as the wiring makes it."""
    made = S3Export(bucket=BUCKET, prefix="team/drafts", endpoint_url=address)
    yield made
    await made.close()


def keys(bucket: Any) -> list[str]:
    return sorted(each.key for each in bucket.objects.all())


async def test_each_draft_is_a_new_version_beside_the_others(export: Export, bucket: Any) -> None:
    first = await export.keep("INC-7", {"md": b"# one", "json": b'{"one": 1}'})
    assert first == ("s3://drafts/team/drafts/INC-7/v1.md", "s3://drafts/team/drafts/INC-7/v1.json")
    second = await export.keep("INC-7", {"md": b"# two", "json": b'{"two": 2}'})
    assert second[0] == "s3://drafts/team/drafts/INC-7/v2.md"
    stored = bucket.Object("team/drafts/INC-7/v1.md").get()
    assert stored["Body"].read() == b"# one"
    assert stored["ContentType"] == "text/markdown; charset=utf-8"
    kept = bucket.Object("team/drafts/INC-7/v2.json").get()
    assert (json.loads(kept["Body"].read()), kept["ContentType"]) == ({"two": 2}, "application/json")


async def test_the_same_draft_again_finds_itself_and_keeps_nothing_more(export: Export, bucket: Any) -> None:
    draft = {"md": b"# one", "json": b"{}"}
    first = await export.keep("INC-7", draft)
    assert await export.keep("INC-7", draft) == first
    assert keys(bucket) == ["team/drafts/INC-7/v1.json", "team/drafts/INC-7/v1.md"]


async def test_a_draft_of_which_half_was_kept_is_completed(export: Export, bucket: Any) -> None:
    await export.keep("INC-7", {"md": b"# one"})
    assert (await export.keep("INC-7", {"md": b"# one", "json": b"{}"}))[1].endswith("INC-7/v1.json")


async def test_what_somebody_else_put_there_is_not_overwritten(export: Export, bucket: Any) -> None:
    bucket.put_object(Key="team/drafts/INC-7/v1.json", Body=b"theirs")
    addresses = await export.keep("INC-7", {"md": b"# one", "json": b"{}"})
    assert [each.rpartition("/")[2] for each in addresses] == ["v2.md", "v2.json"]
    assert bucket.Object("team/drafts/INC-7/v1.json").get()["Body"].read() == b"theirs"


async def test_drafts_kept_at_once_all_have_their_own_version(export: Export, bucket: Any) -> None:
    kept = await asyncio.gather(*(export.keep("INC-7", {"md": f"# {n}".encode()}) for n in range(5)))
    assert sorted(address for (address,) in kept) == [f"s3://drafts/team/drafts/INC-7/v{n}.md" for n in range(1, 6)]


async def test_a_bucket_that_is_not_there_is_an_outage_that_may_be_mended(address: str, bucket: Any) -> None:
    export = S3Export(bucket="no-such-bucket", prefix="x", endpoint_url=address)
    with pytest.raises(Outage, match=r"no-such-bucket did not do it: there is no such bucket.*safe on") as told:
        await export.keep("INC-7", {"md": b"# one"})
    assert told.value.retry
    with pytest.raises(Outage, match="there is no such bucket"):
        await export.reach()
    await export.close()


async def test_a_store_that_does_not_answer_is_an_outage_that_may_be_mended(bucket: Any) -> None:
    export = S3Export(bucket=BUCKET, prefix="x", endpoint_url="http://127.0.0.1:1")
    with pytest.raises(Outage, match="it says EndpointConnectionError") as told:
        await export.keep("INC-7", {"md": b"# one"})
    assert told.value.retry
    await export.close()


async def test_looking_for_the_bucket_changes_nothing(export: S3Export, bucket: Any) -> None:
    await export.reach()
    assert keys(bucket) == []


def test_without_the_library_muster_says_at_its_start_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.exports.s3.find_spec", lambda name: None)
    with pytest.raises(Outage, match="install Muster with its extra “s3”"):
        S3Export(bucket=BUCKET, prefix="x")
