"""Signed HTTP: the same deliveries as POST requests to the app's request URL, signed over the raw bytes."""

import hashlib
import hmac
import time
from urllib.parse import urlencode

import aiohttp

from sandbox.deliveries.delivery import Delivery, NotAnswered, Retry
from sandbox.state.model import App
from sandbox.wire import Json, compact


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Slack-Signature for a body sent at `timestamp` (epoch seconds)."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def encoded(delivery: Delivery) -> tuple[bytes, str]:
    """A delivery's body and content type: commands are forms, interactions a form around JSON, events JSON."""
    match delivery.type:
        case "slash_commands":
            return urlencode(delivery.payload).encode(), "application/x-www-form-urlencoded"
        case "interactive":
            return urlencode({"payload": compact(delivery.payload)}).encode(), "application/x-www-form-urlencoded"
        case "events_api":
            return compact(delivery.payload).encode(), "application/json"


class SignedHttp:
    """Deliveries over HTTP; a transport."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Make ready to send."""
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        """Close all connections."""
        if self._session:
            await self._session.close()

    async def verify(self, app: App) -> bool:
        """Whether the app's URL repeats the challenge, which Slack asks before it delivers anything."""
        challenge = hashlib.sha256(app.id.encode()).hexdigest()
        payload = {"type": "url_verification", "challenge": challenge, "token": app.verification_token}
        answer = await self._post(app, compact(payload).encode(), "application/json", {}, 3.0)
        return challenge in (answer.get("challenge"), answer.get("text"))

    async def send(self, delivery: Delivery, retry: Retry | None, seconds: float) -> Json:
        """POST once; a 2xx answer is an acknowledgement, and its body the payload."""
        body, content_type = encoded(delivery)
        headers = {"x-slack-retry-num": str(retry.attempt), "x-slack-retry-reason": retry.reason} if retry else {}
        return await self._post(delivery.app, body, content_type, headers, seconds)

    async def _post(self, app: App, body: bytes, content_type: str, headers: dict[str, str], seconds: float) -> Json:
        if self._session is None or app.request_url is None:
            raise NotAnswered("connection_failed")
        timestamp = str(int(time.time()))
        signed = {
            **headers, "content-type": content_type, "x-slack-request-timestamp": timestamp,
            "x-slack-signature": signature(app.signing_secret, timestamp, body), "user-agent": "Slackbot 1.0",
        }  # fmt: skip
        limit = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._session.post(app.request_url, data=body, headers=signed, timeout=limit) as response:
                if not response.ok:
                    raise NotAnswered("http_error")
                if response.content_type == "application/json":
                    parsed: Json = await response.json()
                    return parsed
                text = await response.text()
                return {"text": text} if text else {}
        except TimeoutError:
            raise NotAnswered("http_timeout") from None
        except aiohttp.ClientError:
            raise NotAnswered("connection_failed") from None
