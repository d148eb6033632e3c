"""Finding things inside blocks: interactive elements, and all the text that people would read."""

from collections.abc import Iterator

from sandbox.wire import Json

_TEXT_MEMBERS = ("text", "title", "label", "hint", "placeholder", "description", "alt_text", "subtitle", "body")


def interactive_elements(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    """Every element with an action_id, beside the block_id of the block that holds it."""
    for block in blocks:
        block_id = str(block.get("block_id", ""))
        yield from ((block_id, element) for element in _elements_of(block))
        yield from interactive_elements(_child_blocks(block))


def _child_blocks(block: Json) -> list[Json]:
    if block.get("type") == "container":
        return list(block.get("child_blocks", []))
    if block.get("type") == "carousel":
        return list(block.get("elements", []))
    return []


def _elements_of(block: Json) -> Iterator[Json]:
    holders = [block.get("accessory"), block.get("element")]
    for member in ("elements", "actions"):
        held = block.get(member)
        if isinstance(held, list):
            holders.extend(held)
    for element in holders:
        if isinstance(element, dict) and element.get("action_id"):
            yield element


def find_element(blocks: list[Json], action_id: str, block_id: str | None = None) -> tuple[str, Json] | None:
    """The element with that action_id (in that block), with its block_id; None when the blocks have none."""
    for found, element in interactive_elements(blocks):
        if element["action_id"] == action_id and block_id in (None, found):
            return found, element
    return None


def read_text(value: object) -> Iterator[str]:
    """Every piece of text that somebody reads in blocks, in their order."""
    if isinstance(value, list):
        for item in value:
            yield from read_text(item)
    elif isinstance(value, dict):
        for member, inner in value.items():
            if member in _TEXT_MEMBERS and isinstance(inner, str):
                yield inner
            elif isinstance(inner, dict | list):
                yield from read_text(inner)


def total_text(blocks: list[Json]) -> int:
    """How many characters of text the blocks hold together."""
    return sum(len(piece) for piece in read_text(blocks))
