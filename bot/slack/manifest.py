"""The Slack app that Muster needs, as the file from which Slack makes it, and why each of its rights is in there."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.slack.scopes import needing

PATH: Final = Path(__file__).resolve().parents[2] / "app-manifest.yml"
"""Beside the packages: in a checkout, in the image and in an installed wheel."""

_SCOPE: Final = re.compile(r"^ +- (?P<scope>[a-z_.]+(?::[a-z_.]+)?) +# (?P<why>.+)$", re.MULTILINE)

_TOKENS: Final = """\
Muster is one Slack app with two tokens:
  MUSTER_SLACK_BOT_TOKEN (xoxb-…)   made when the app is installed; it has the scopes below
  MUSTER_SLACK_APP_TOKEN (xapp-…)   an app-level token with the one scope connections:write, for Socket Mode
"""


def text() -> str:
    """The manifest, as it is pasted at api.slack.com/apps. Raises OSError when it was not shipped."""
    return PATH.read_text(encoding="utf-8")


def scopes() -> Mapping[str, str]:
    """Every scope that the bot token asks for → what Muster does with it."""
    return {found["scope"]: found["why"] for found in _SCOPE.finditer(text())}


def explained() -> str:
    """The tokens, and for every scope what it is for and what fails without it."""
    width = max(map(len, scopes()))
    rows = (f"{scope:{width}}  {why}\n{'':{width}}  {', '.join(needing(scope))}" for scope, why in scopes().items())
    return "\n".join([_TOKENS, *rows])
