"""Reading a rendered message as a person would: its lines, its code, its buttons."""

from collections.abc import Iterator
from typing import Any

from bot.slack.blocks import Rendered


def lines(message: Rendered) -> str:
    """All that can be read, mentions as ``@U…``, dates as their fallback, code blocks in fences."""
    return "\n".join(_block(block) for block in message["blocks"])


def codes(message: Rendered) -> list[str]:
    """The code blocks."""
    return [part["elements"][0]["text"] for part in _parts(message) if part["type"] == "rich_text_preformatted"]


def buttons(message: Rendered) -> dict[str, str]:
    """Label → value of every button."""
    return {element["text"]["text"]: element["value"] for element in _pressable(message) if element["type"] == "button"}


def menu(message: Rendered, action: str) -> dict[str, str]:
    """Label → value of a menu's options."""
    for element in _pressable(message):
        if element["action_id"] == action and "options" in element:
            return {option["text"]["text"]: option["value"] for option in element["options"]}
    return {}


# Any: blocks are plain JSON.
def _pressable(message: Rendered) -> Iterator[dict[str, Any]]:
    blocks: list[Any] = list(message["blocks"])
    for block in blocks:
        yield from block["elements"] if block["type"] == "actions" else ()
        if "accessory" in block:
            yield block["accessory"]


def _parts(message: Rendered) -> Iterator[Any]:
    blocks: list[Any] = list(message["blocks"])
    for block in blocks:
        yield from block["elements"] if block["type"] == "rich_text" else ()


def _block(block: Any) -> str:
    match block["type"]:
        case "header" | "section":
            return str(block["text"]["text"])
        case "context":
            return " | ".join(element["text"] for element in block["elements"])
        case "rich_text":
            return "\n".join(_part(part) for part in block["elements"])
        case _:
            return ""


def _part(part: Any) -> str:
    words = "".join(_leaf(leaf) for leaf in part["elements"])
    return f"```{words}```" if part["type"] == "rich_text_preformatted" else words


def _leaf(leaf: Any) -> str:
    match leaf["type"]:
        case "user":
            return f"@{leaf['user_id']}"
        case "usergroup":
            return f"@{leaf['usergroup_id']}"
        case "channel":
            return f"#{leaf['channel_id']}"
        case "date":
            return str(leaf["fallback"])
        case _:
            return str(leaf["text"])
