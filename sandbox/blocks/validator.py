"""Whether Slack would accept blocks or a view: one walk over the tables, which lists every violation with its place."""

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct, field

from sandbox.blocks import layouts
from sandbox.blocks.rules import Flag, Free, Listing, Number, Part, Rule, Shape, Text, Words
from sandbox.wire import Json

_UNCHECKED = frozenset({"type", "block_id"})


class Violation(Struct, frozen=True, kw_only=True):
    """One thing Slack would refuse: where (a JSON pointer), in its words, and the broken constraint as data."""

    pointer: str
    message: str
    constraint: Json = field(default_factory=dict)


def check_blocks(blocks: object, surface: str, at: str = "") -> list[Violation]:
    """All violations in a list of blocks on a `surface` (message, modal, home); `at` is the list's own pointer."""
    most = layouts.MESSAGE_BLOCKS if surface == "message" else layouts.VIEW_BLOCKS
    if not isinstance(blocks, list):
        return [Violation(pointer=at, message="must be an array", constraint={"type": "type", "expected": "array"})]
    found = list(_count(blocks, Listing(Free(), most=most), at))
    for index, block in enumerate(blocks):
        found += _block(block, layouts.SURFACES[surface], f"{at}/{index}")
    return found + _across(blocks, at)


def check_view(view: object, at: str = "/view") -> list[Violation]:
    """All violations in a modal or a Home tab."""
    if not isinstance(view, dict):
        return [Violation(pointer=at, message="must be an object", constraint={"type": "type", "expected": "object"})]
    kind = view.get("type")
    if kind not in ("modal", "home"):
        if kind is None:
            return [_missing("type", at)]
        return [_unsupported(kind, ("modal", "home"), at)]
    needed = ("title", "blocks") if kind == "modal" else ("blocks",)
    found = list(_members(view, Shape(layouts.VIEW.members, required=needed), at))
    found += check_blocks(view.get("blocks", []), kind, f"{at}/blocks")
    inputs = [block for block in view.get("blocks") or [] if isinstance(block, dict) and block.get("type") == "input"]
    if kind == "modal" and inputs and not view.get("submit"):
        found.append(_missing("submit", at, "`submit` is required when an input block is within blocks"))
    return found


def _missing(member: str, at: str, message: str = "") -> Violation:
    words = message or f"missing required field: {member}"
    return Violation(pointer=at, message=words, constraint={"type": "required", "expected": [member]})


def _unsupported(kind: object, expected: tuple[str, ...], at: str) -> Violation:
    constraint: Json = {"type": "enum", "expected": list(expected), "got": kind}
    return Violation(pointer=f"{at}/type", message=f"unsupported type: {kind}", constraint=constraint)


def _block(block: object, allowed: frozenset[str], at: str) -> Iterator[Violation]:
    if not isinstance(block, dict):
        yield _wrong(at, "object")
        return
    kind = block.get("type")
    if kind is None:
        yield _missing("type", at)
    elif kind not in allowed:
        yield _unsupported(kind, tuple(sorted(allowed)), at)
    else:
        yield from _block_id(block, at)
        yield from _members(block, layouts.BLOCKS[kind], at)
        yield from _action_ids(block, at)


def _block_id(block: Json, at: str) -> Iterator[Violation]:
    if "block_id" in block:
        yield from _check(Text(most=255), block["block_id"], f"{at}/block_id")


def _action_ids(block: Json, at: str) -> Iterator[Violation]:
    elements = block.get("elements")
    if not isinstance(elements, list):
        return
    seen: set[str] = set()
    for index, element in enumerate(elements):
        action = element.get("action_id") if isinstance(element, dict) else None
        if action and action in seen:
            constraint: Json = {"type": "unique", "got": action}
            words = f"`action_id` must be unique: {action}"
            yield Violation(pointer=f"{at}/elements/{index}/action_id", message=words, constraint=constraint)
        seen.add(str(action))


def _across(blocks: list[object], at: str) -> list[Violation]:
    """What only shows when all blocks are seen together: ids used twice, too much markdown, too many charts."""
    known = [block for block in blocks if isinstance(block, dict)]
    ids = Counter(block["block_id"] for block in known if isinstance(block.get("block_id"), str) and block["block_id"])
    found = [
        Violation(pointer=at, message=f"`block_id` must be unique: {name}", constraint={"type": "unique", "got": name})
        for name, times in ids.items()
        if times > 1
    ]
    markdown = sum(len(str(block.get("text", ""))) for block in known if block.get("type") == "markdown")
    if markdown > layouts.MARKDOWN_TEXT:
        found.append(_too_long(at, layouts.MARKDOWN_TEXT))
    charts = sum(block.get("type") == "data_visualization" for block in known)
    if charts > layouts.CHARTS:
        found += _count(known, Listing(Free(), most=layouts.CHARTS), at)
    return found


def _members(value: Json, shape: Shape, at: str) -> Iterator[Violation]:
    for member in shape.required:
        if value.get(member) is None:
            yield _missing(member, at)
    for condition in shape.conditions:
        sentence = condition(value)
        if sentence:
            yield Violation(pointer=at, message=sentence, constraint={"type": "all_of"})
    for member, inner in value.items():
        if member in _UNCHECKED or inner is None:
            continue
        rule = shape.members.get(member)
        if rule is None:
            constraint: Json = {"type": "additional_properties", "got": member}
            yield Violation(pointer=at, message=f"invalid additional property: {member}", constraint=constraint)
        else:
            yield from _check(rule, inner, f"{at}/{member}")


def _check(rule: Rule, value: object, at: str) -> Iterator[Violation]:
    match rule:
        case Text():
            yield from _text(rule, value, at)
        case Number():
            yield from _number(rule, value, at)
        case Flag():
            if not isinstance(value, bool):
                yield _wrong(at, "boolean")
        case Words():
            yield from _words(rule, value, at)
        case Part():
            yield from _part(rule, value, at)
        case Listing():
            yield from _listing(rule, value, at)
        case Free():
            return


def _wrong(at: str, expected: str) -> Violation:
    words = f"must be {'an' if expected[0] in 'aoi' else 'a'} {expected}"
    return Violation(pointer=at, message=words, constraint={"type": "type", "expected": expected})


def _too_long(at: str, most: int) -> Violation:
    constraint: Json = {"type": "max_length", "expected": most}
    return Violation(pointer=at, message=f"must be less than {most + 1} characters", constraint=constraint)


def _text(rule: Text, value: object, at: str) -> Iterator[Violation]:
    if not isinstance(value, str):
        yield _wrong(at, "string")
    elif rule.choices and value not in rule.choices:
        constraint: Json = {"type": "enum", "expected": list(rule.choices), "got": value}
        yield Violation(pointer=at, message="value was not one of the allowed values", constraint=constraint)
    elif len(value) < rule.least:
        constraint = {"type": "min_length", "expected": rule.least}
        yield Violation(pointer=at, message=f"must be more than {rule.least - 1} characters", constraint=constraint)
    elif rule.most is not None and len(value) > rule.most:
        yield _too_long(at, rule.most)


def _number(rule: Number, value: object, at: str) -> Iterator[Violation]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield _wrong(at, "number" if rule.decimal else "integer")
    elif not rule.decimal and not isinstance(value, int):
        yield _wrong(at, "integer")
    elif rule.least is not None and value < rule.least:
        words = f"must be greater than or equal to {rule.least:g}"
        yield Violation(pointer=at, message=words, constraint={"type": "min", "expected": rule.least})
    elif rule.most is not None and value > rule.most:
        words = f"must be less than or equal to {rule.most:g}"
        yield Violation(pointer=at, message=words, constraint={"type": "max", "expected": rule.most})


def _words(rule: Words, value: object, at: str) -> Iterator[Violation]:
    if not isinstance(value, dict):
        yield _wrong(at, "object")
        return
    kind = value.get("type")
    if kind not in rule.kinds:
        yield _unsupported(kind, rule.kinds, at) if kind is not None else _missing("type", at)
        return
    shape = Shape({**layouts.TYPED[kind].members, "text": Text(rule.most, rule.least)}, required=("text",))
    inside = list(_members(value, shape, at))
    if inside:
        yield Violation(pointer=at, message="failed to match all allowed schemas", constraint={"type": "all_of"})
    yield from inside


def _part(rule: Part, value: object, at: str) -> Iterator[Violation]:
    if not isinstance(value, dict):
        yield _wrong(at, "object")
    elif rule.shape:
        if "type" in value:
            constraint: Json = {"type": "additional_properties", "got": "type"}
            yield Violation(pointer=at, message="invalid additional property: type", constraint=constraint)
        yield from _members(value, layouts.SHAPES[rule.shape], at)
    elif value.get("type") is None:
        yield _missing("type", at)
    elif value["type"] not in rule.types:
        yield _unsupported(value["type"], rule.types, at)
    else:
        yield from _block_id(value, at)
        yield from _members(value, layouts.TYPED[value["type"]], at)


def _listing(rule: Listing, value: object, at: str) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield _wrong(at, "array")
        return
    yield from _count(value, rule, at)
    for index, item in enumerate(value):
        yield from _check(rule.of, item, f"{at}/{index}")


def _count(items: list[object] | list[Json], rule: Listing, at: str) -> Iterator[Violation]:
    if rule.most is not None and len(items) > rule.most:
        constraint: Json = {"type": "max_items", "expected": rule.most}
        yield Violation(pointer=at, message=f"no more than {rule.most} items allowed", constraint=constraint)
    elif len(items) < rule.least:
        constraint = {"type": "min_items", "expected": rule.least}
        yield Violation(pointer=at, message=f"must provide at least {rule.least} items", constraint=constraint)
