"""An AWS API for as long as a demo or a test run lasts: moto on a loopback port, with IAM's rules kept, behind a door.

Nothing is kept, and no call leaves this machine. The door tells a refusal as AWS does, where moto tells each in XML,
and answers the two questions about mail that moto does not know.
"""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import boto3
from moto import settings
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from msgspec import Struct
from werkzeug.serving import BaseWSGIServer, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ACCOUNT", "AwsApi", "Key"]

ACCOUNT: Final = DEFAULT_ACCOUNT_ID
_EVERYBODY: Final = float("inf")
_DENIED: Final = "AccessDeniedException"
_REST: Final = ("/2015-03-31/functions", "/v2/email")
"""Paths of services that take JSON and tell no operation in a header."""


class Key(Struct, frozen=True, kw_only=True):
    """An access key. Never shown."""

    id: str
    secret: str


class AwsApi:
    """One account: `with AwsApi(region) as aws:`. `url` is where it answers.

    Until `enforce` everybody may do everything; from then on each call needs a right. One at a time in a process,
    because moto keeps its accounts for the whole of it.
    """

    def __init__(self, region: str) -> None:
        self.region = region
        self.url = ""
        self._server: BaseWSGIServer | None = None
        self._thread = threading.Thread()

    def start(self) -> None:
        """Answer on a free port, with an empty account."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        moto_api_backend.reset()
        self._server = make_server(
            "127.0.0.1", 0, _door(DomainDispatcherApplication(create_backend_app)), True, request_handler=_Quiet
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="aws", daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Answer no more; no error when it does not run."""
        server, self._server = self._server, None
        settings.INITIAL_NO_AUTH_ACTION_COUNT = _EVERYBODY
        if server is not None:
            server.shutdown()
            self._thread.join()
            server.server_close()

    def client(self, service: str, key: Key | None = None) -> Any:
        """The library's client for one service; without a key, of somebody who may do nothing once rules are kept."""
        return boto3.client(
            service,
            region_name=self.region,
            endpoint_url=self.url,
            aws_access_key_id=key.id if key else "nobody",
            aws_secret_access_key=key.secret if key else "nobody",
        )

    def enforce(self, rights: Mapping[str, Sequence[str]]) -> Mapping[str, Key]:
        """Make a user for each name with its actions (``ecs:Describe*``), and keep IAM's rules from now on."""
        iam = self.client("iam")
        keys = {name: _user(iam, name, actions) for name, actions in rights.items()}
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        return keys


def _user(iam: Any, name: str, actions: Sequence[str]) -> Key:
    iam.create_user(UserName=name)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Key(id=key["AccessKeyId"], secret=key["SecretAccessKey"])


class _Quiet(MotoRequestHandler):
    """Tells nobody of every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _door(application: WSGIApplication) -> WSGIApplication:
    """The application behind what moto does not do as AWS does."""

    def answered(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if said := _of_mail(environ):
            return _say(start_response, "200 OK", *said, {})
        told: list[Any] = []

        def noted(*answer: Any) -> Callable[[bytes], object]:
            told[:] = answer
            return lambda _: None

        body = b"".join(application(environ, noted))
        if str(told[0]).startswith("403") and _takes_json(environ):
            # How each of the JSON protocols says it: in the body, and in a header.
            refusal = json.dumps({"__type": _DENIED, "message": "not authorized to perform this action"})
            named = {"X-Amzn-ErrorType": _DENIED}
            return _say(start_response, "400 Bad Request", refusal, "application/x-amz-json-1.1", named)
        start_response(*told)
        return [body]

    return answered


def _takes_json(environ: WSGIEnvironment) -> bool:
    return "HTTP_X_AMZ_TARGET" in environ or str(environ["PATH_INFO"]).startswith(_REST)


def _of_mail(environ: WSGIEnvironment) -> tuple[str, str] | None:
    """Whether mail may be sent, as both of AWS's interfaces tell it: body and content type."""
    if environ["PATH_INFO"] == "/v2/email/account":
        return json.dumps({"SendingEnabled": True, "ProductionAccessEnabled": True}), "application/json"
    if "/ses/" not in str(environ.get("HTTP_AUTHORIZATION", "")):
        return None
    asked = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(asked)
    if b"Action=GetAccountSendingEnabled" not in asked:
        return None
    name = "GetAccountSendingEnabled"
    return f"<{name}Response><{name}Result><Enabled>true</Enabled></{name}Result></{name}Response>", "text/xml"


def _say(start_response: StartResponse, status: str, body: str, kind: str, more: Mapping[str, str]) -> list[bytes]:
    content = body.encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(content))), *more.items()])
    return [content]
