"""The manifest: Slack would take it, it asks for exactly what is used, and every right in it is explained."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from bot.slack import manifest
from bot.slack.budget import ALLOWANCES
from bot.slack.scopes import DIRECT, EVENTS, FEATURES, FREE, METHODS, needing

MANIFEST: Mapping[str, Any] = yaml.safe_load(manifest.text())
BOT_SCOPES: list[str] = MANIFEST["oauth_config"]["scopes"]["bot"]

LENGTHS = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.long_description": (175, 4000),
    "display_information.background_color": (4, 7),
    "features.bot_user.display_name": (1, 80),
    "features.slash_commands": (1, 50),
    "features.slash_commands.command": (2, 32),
    "features.slash_commands.description": (1, 2000),
    "features.slash_commands.usage_hint": (1, 1000),
    "features.shortcuts": (1, 10),
    "features.shortcuts.name": (1, 24),
    "features.shortcuts.type": (6, 7),
    "features.shortcuts.callback_id": (1, 255),
    "features.shortcuts.description": (1, 150),
    "oauth_config.scopes.bot": (1, 255),
    "settings.event_subscriptions.bot_events": (1, 100),
}
"""Slack's limits for texts (characters) and lists (items). Source: docs.slack.dev/reference/app-manifest."""

SWITCHES = {
    "_metadata.major_version",
    "_metadata.minor_version",
    "features.app_home.home_tab_enabled",
    "features.app_home.messages_tab_enabled",
    "features.app_home.messages_tab_read_only_enabled",
    "features.bot_user.always_online",
    "features.slash_commands.should_escape",
    "settings.interactivity.is_enabled",
    "settings.org_deploy_enabled",
    "settings.socket_mode_enabled",
    "settings.token_rotation_enabled",
}


def places(value: object, place: str = "") -> Iterator[tuple[str, object]]:
    """Every list and every single value, with the keys that lead to it."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from places(each, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield place, value
        for each in value:
            yield from places(each, place)
    else:
        yield place, value


def test_slack_would_take_every_value() -> None:
    for place, value in places(MANIFEST):
        if place in SWITCHES:
            assert isinstance(value, bool | int), place
            continue
        assert isinstance(value, str | list), place
        least, most = LENGTHS[place]
        assert least <= len(value) <= most, place


def test_it_has_what_slack_asks_of_every_manifest() -> None:
    assert MANIFEST["display_information"]["name"]
    for command in MANIFEST["features"]["slash_commands"]:
        assert command["command"].startswith("/")
        assert command["description"]
    for shortcut in MANIFEST["features"]["shortcuts"]:
        assert shortcut["type"] in {"global", "message"}
    assert len(set(BOT_SCOPES)) == len(BOT_SCOPES)


def test_it_asks_for_the_scope_of_everything_that_is_used_and_for_no_other() -> None:
    """A missing one would fail on the first real incident; one too many is a right that nobody needs."""
    used = {*METHODS.values(), *DIRECT.values(), *EVENTS.values(), *FEATURES.values()}
    assert set(BOT_SCOPES) == used
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) - FREE == set(EVENTS)


def test_the_scope_of_every_method_that_is_called_is_known() -> None:
    assert set(ALLOWANCES) <= set(METHODS) | FREE


def test_every_scope_is_explained_with_what_needs_it() -> None:
    assert list(manifest.scopes()) == BOT_SCOPES
    told = manifest.explained()
    for scope in BOT_SCOPES:
        assert scope in told
        assert needing(scope)
    assert "xoxb-" in told
    assert "connections:write" in told
