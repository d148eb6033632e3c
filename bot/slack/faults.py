"""What Slack's refusals mean: whether asking again can help, and if not, one sentence that says how to mend it."""

import logging
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError

from commands.outage import Outage

log = logging.getLogger(__name__)

_REINSTALL: Final = "create the token anew in the app's settings, put it into the configuration and restart Muster"

MENDING: Final[Mapping[str, str]] = {
    "invalid_auth": f"the token is not valid: {_REINSTALL}",
    "not_authed": f"no token was sent: {_REINSTALL}",
    "account_inactive": f"the app or its workspace was removed: {_REINSTALL}",
    "token_revoked": f"the token was revoked: {_REINSTALL}",
    "token_expired": f"the token has expired; turn token rotation off for the app, then {_REINSTALL}",
    "not_allowed_token_type": "this is the wrong kind of token: a bot token begins with xoxb-, an app token with xapp-",
    "channel_not_found": "there is no such channel for Muster: check its id, and invite Muster if it is private",
    "not_in_channel": "Muster is not in that channel: invite it there with /invite",
    "is_archived": "the channel is archived: unarchive it and invite Muster, or go on in another channel",
    "is_inactive": "the channel is archived: unarchive it and invite Muster, or go on in another channel",
    "restricted_action": "the workspace's settings forbid this to apps: an administrator must allow it",
    "cannot_create_channel": "the workspace's settings forbid apps to create channels: an administrator must allow it",
    "message_not_found": "the message was deleted",
    "cant_update_message": "the message cannot be edited any longer",
    "edit_window_closed": "the workspace does not allow messages to be edited so late",
    "not_pinnable": "that message cannot be pinned",
    "too_many_pins": "the channel has as many pins as Slack allows: remove some",
    "too_many_bookmarks": "the channel has as many bookmarks as Slack allows: remove some",
    "too_many_tabs": "the channel has as many tabs as Slack allows: remove some",
    "user_not_found": "there is no such person in the workspace: check the id in the configuration",
    "user_disabled": "that person's account is deactivated: take them out of the configuration",
    "cannot_dm_bot": "that is a bot, and bots cannot be called: put people into the configuration",
    "messages_tab_disabled": "the app's messages tab is off: turn it on in the app's settings under App Home",
    "no_such_subteam": "there is no such user group: check the group's id in the configuration",
    "plan_upgrade_required": "the workspace's plan has no user groups: name people as approvers instead",
    "file_uploads_disabled": "the workspace does not allow file uploads: an administrator must allow them",
    "storage_limit_reached": "the workspace's file storage is full: delete some files",
    "invalid_blocks": "Slack refused the message's layout: please report this with the log",
    "msg_blocks_too_long": "Slack found the message too long: please report this with the log",
}
"""What asking again cannot help."""

TOKEN_REFUSED: Final = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
"""What Slack says to whatever is asked with a token that it does not take."""

PASSING: Final = frozenset(
    {
        "ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error", "service_unavailable",
        "request_timeout", "team_added_to_org", "accesslimited",
    }
)  # fmt: skip
"""What passes by itself."""


class Refusal(Outage):
    """Slack said no, with its own ``code`` and its whole ``answer``."""

    def __init__(self, sentence: str, *, retry: bool, code: str, answer: Mapping[str, Any]) -> None:
        super().__init__(sentence, retry=retry)
        self.code = code
        self.answer = answer


def outage(method: str, error: SlackApiError | aiohttp.ClientError | TimeoutError | OSError) -> Outage:
    """What to tell and whether to try again, for a call that failed. Holds nothing of what was sent."""
    if not isinstance(error, SlackApiError):
        log.warning("slack gave no answer", extra={"method": method, "error": type(error).__name__})
        return Outage("Slack did not answer", retry=True)
    code, status, answer = code_of(error), status_of(error), _body(error)
    log.warning("slack said no", extra={"method": method, "code": code, "status": status})
    if status >= 500 or code in PASSING or not code:
        return Outage("Slack is in trouble", retry=True)
    return Refusal(f"Slack refused: {_mend(code, answer)}", retry=False, code=code, answer=answer)


def _mend(code: str, answer: Mapping[str, Any]) -> str:
    if code == "missing_scope":
        needed = answer.get("needed") or "that is needed"
        return f"the app lacks the scope {needed}: add it under OAuth & Permissions and reinstall the app"
    return MENDING.get(code, f"it says {code}")


def code_of(error: SlackApiError) -> str:
    """Slack's own code, or an empty text when it gave none."""
    return str(_body(error).get("error") or "")


def status_of(error: SlackApiError) -> int:
    """The HTTP status; 0 when there was none."""
    response = error.response
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)


def header_of(error: SlackApiError, name: str) -> str | None:
    """One of the answer's headers."""
    headers = getattr(error.response, "headers", None) or {}
    return next((str(value) for key, value in headers.items() if key.lower() == name.lower()), None)


def _body(error: SlackApiError) -> Mapping[str, Any]:
    data = getattr(error.response, "data", error.response)
    return data if isinstance(data, Mapping) else {}
