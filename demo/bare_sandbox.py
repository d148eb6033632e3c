"""The sandbox by itself: what a bot needs to connect is printed as one JSON object, and it runs until it is stopped."""

import asyncio
import json
import sys

from sandbox.server import Sandbox


async def run_sandbox(port: int) -> None:
    """Serve until cancelled."""
    async with Sandbox(port=port) as sandbox:
        sandbox.tiers.on = True
        print(
            json.dumps(
                {
                    "page": sandbox.url,
                    "api_url": sandbox.api_url,
                    "bot_token": sandbox.bot_token,
                    "app_token": sandbox.app_token,
                    "channels": {each.name: each.id for each in sandbox.workspace.channels.values()},
                    "people": {user.name: user.id for user in sandbox.workspace.users.values() if not user.bot_id},
                },
                indent=2,
            ),
            flush=True,
        )
        print("Open the page in a browser; Ctrl+C ends it.", file=sys.stderr)
        await asyncio.Event().wait()
