"""Files by the external upload flow, and how they are served."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox
from tests.sandbox.refusals import refused


async def test_the_official_client_uploads_into_a_thread(client: AsyncWebClient, ana: Person) -> None:
    channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    await client.conversations_invite(channel=channel, users=[ana.id])
    root = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    uploaded = await client.files_upload_v2(
        channel=channel, thread_ts=root, filename="postmortem.md", content="# What happened", title="Post-mortem",
        initial_comment="the draft",
    )  # fmt: skip
    shared = ana.thread(channel, root)[-1]
    assert shared.text == "the draft"
    assert shared.files[0].content == b"# What happened"
    assert (await client.files_info(file=uploaded["file"]["id"]))["file"]["title"] == "Post-mortem"


async def test_a_file_must_be_uploaded_before_it_is_completed(client: AsyncWebClient) -> None:
    asked = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    with refused("file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": asked["file_id"]}])
    with refused("file_not_found"):
        await client.files_info(file=asked["file_id"])
    with refused("invalid_arguments"):
        await client.files_getUploadURLExternal(filename="a.txt", length=0)


async def test_sharing_needs_membership(client: AsyncWebClient, ana: Person) -> None:
    asked = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session:
        await session.post(asked["upload_url"], data=b"abc")
    with refused("not_in_channel"):
        await client.files_completeUploadExternal(files=[{"id": asked["file_id"]}], channel_id=ana.channel("random").id)


async def test_an_uploaded_page_is_never_served_as_a_page(box: Sandbox, client: AsyncWebClient) -> None:
    uploaded = await client.files_upload_v2(filename="evil.html", content="<script>alert(1)</script>")
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{box.url}/page/file/{uploaded['file']['id']}")
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
