"""Steps in order, from list items, from the comments that lead the commands of a block, and from sentences."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from compiler.document import Block, Item, Sentence, Table
from compiler.languages import holds_commands, is_inline_command
from compiler.printed import shows_output
from compiler.recognise.drafts import Draft, is_commented, of_block, sentence_of
from compiler.recognise.groups import Placed
from compiler.recognise.handing import noted, taken
from compiler.recognise.instruction import (
    SENTENCE_END,
    Instruction,
    begins_condition,
    condition_alone,
    conditional_parts,
    instruction,
)
from compiler.recognise.leads import announces, is_complete, lead_of, lists_things
from compiler.recognise.procedure import Hold, Step
from compiler.recognise.recovery import aim_of, recovery_in
from compiler.recognise.step_table import ToldRow, told_rows
from compiler.recognise.wording import named
from compiler.recognise.words import is_told, role_of

_DATA: Final = frozenset(
    {"json", "yaml", "yml", "toml", "ini", "xml", "html", "css", "text", "txt", "output", "log", "env"}
    | {"properties", "conf", "hcl", "diff", "csv", "nginx", "mermaid", "dot"}
)
_DRAWING: Final = re.compile(r"[\u2500-\u257F\u25B2-\u25C4]|^\s*(?:\+-{3,}|\|.*\|\s*$)", re.MULTILINE)
_PRINTED: Final = re.compile(r"\s*[{}\[\]\"]")
_NOTHING: Final = 1_000
"""Deeper than any item: nothing is listed."""
_MOST_CODES: Final = 100
"""Different pieces of code that a paragraph's sentences are asked for: no paragraph that people write has more."""


def steps(
    placed: Sequence[Placed], *, causes: bool = False, label: str = "", lead: str = ""
) -> tuple[Step | Hold, ...]:
    """The steps that the pieces tell below a label, with holds between them. ``causes`` as in ``instruction``.

    Things that are only listed, deeper than what says so (``listing``), are none. ``lead`` is what the first code is
    for, unless other words say so.
    """
    drafts: list[Draft] = []
    level = drafts  # Where the next item stands: below a condition with a colon, else beside what came before.
    listing = -1 if lists_things(f"{label}:") else _NOTHING
    top = min((each.piece.depth for each in placed if isinstance(each.piece, Item)), default=0)
    for index, each in enumerate(placed):
        piece = each.piece
        if is_warning(each):
            continue
        depth = piece.depth if isinstance(piece, Item) else -1
        if isinstance(piece, Sentence | Item) and lists_things(piece.text):
            listing = depth
        elif isinstance(piece, Sentence | Item) and depth <= listing:
            listing = _NOTHING
        elif listing < depth and isinstance(piece, Item) and not _is_done(piece):
            continue
        if isinstance(piece, Item):
            _level_of(piece.depth, level, top).extend(_of_item(each, piece, causes=causes))
        elif isinstance(piece, Block):
            led = level is not drafts and not level
            belongs = led or (index > 0 and _belongs(placed[index - 1], piece, drafts))
            item = _level_of(piece.depth - 1, level, top) if belongs else level
            _take_block(drafts if led else item, each, piece, lead="" if drafts else lead, belongs=belongs)
            level = drafts if led else level
        elif isinstance(piece, Sentence):
            told = not piece.quoted and is_instruction(each) and not shows_output(piece.text)
            drafts.extend(_of_sentences(each, piece, causes=causes) if told else ())
            level = drafts[-1].below if told and _leads(drafts[-1], piece) else drafts
        elif isinstance(piece, Table):
            drafts.extend(map(_of_row, told_rows(piece)))
    return tuple(_finished(drafts))


def _level_of(depth: int, level: list[Draft], top: int) -> list[Draft]:
    """Where an item of this depth stands: beside what came before, or below it where it is nested deeper."""
    while level and depth > (top if level[-1].depth is None else level[-1].depth):
        level = level[-1].below
    return level


def _leads(draft: Draft, piece: Sentence) -> bool:
    """True for a condition for what stands below it: *If the pool is exhausted:*."""
    alone = not draft.code or bool(condition_alone(piece.text))
    return bool(draft.said.condition) and piece.text.rstrip().endswith(":") and alone


def _is_done(item: Item) -> bool:
    """True for an item that tells to do something, in words or in code."""
    told = is_told(item.text) or begins_condition(item.text)
    return told or any(is_inline_command(code.text, about_redis=False) for code in item.codes)


def is_warning(placed: Placed) -> bool:
    """True for words of a warning that tell nothing to do: they are about what comes next."""
    piece = placed.piece
    if isinstance(piece, Item):
        return piece.warns and not piece.codes and not is_told(piece.text)
    return isinstance(piece, Sentence) and piece.warns


def is_instruction(placed: Placed) -> bool:
    """True for a sentence that tells somebody what to do, and for one with a condition in front."""
    text = _told(placed)
    return is_told(text) or begins_condition(text) or bool(aim_of(text)) or _names_code(placed)


def _told(placed: Placed) -> str:
    """What a sentence says behind its name; a name that is a condition belongs to it: *If the pool is full: …*."""
    return placed.text if condition_alone(placed.name) or _names_code(placed) else placed.value or placed.text


def _names_code(placed: Placed) -> bool:
    """True for *Wait until it is stable: `…`* and *Rolling back: `…`*, whose name tells to do what its value does."""
    codes = placed.piece.codes if isinstance(placed.piece, Sentence) else ()
    told = is_told(placed.name) or recovery_in(placed.name) is not None
    return told and placed.value.rstrip(".") in [code.text for code in codes]


def is_code(block: Block) -> bool:
    """True for a block that may hold commands: no data, no drawing, no printed answer."""
    if block.language in _DATA or not block.text.strip():
        return False
    if shows_output(block.sentence) and not holds_commands(block.text):
        return False
    return bool(block.language) or not (_DRAWING.search(block.text) or _PRINTED.match(block.text))


def is_drawing(block: Block) -> bool:
    """True for boxes and arrows made of characters."""
    return block.language in ("", "text", "mermaid") and _DRAWING.search(block.text) is not None


def _of_item(placed: Placed, item: Item, *, causes: bool) -> Iterator[Draft]:
    """An item's step; sentences in it that say *if* are steps of their own: *Look at it. If it is full, empty it.*"""
    first, *others = conditional_parts(item.text)
    name, value = placed.name, placed.value
    if others:
        name, value = named(first) if placed.name else ("", first)
    bullet = item.number is None and value and role_of(name) is not None
    said = instruction(value) if bullet else instruction(first, name, value, causes=causes)
    for number, each in ((item.number, said), *((None, instruction(text, *named(text))) for text in others)):
        code = [code.text for code in item.codes if not others or code.text in f"{each.title} {each.detail}"]
        yield Draft(
            said=each, line=placed.line, last=placed.last, depth=item.depth, number=number, code=code,
            leads=item.text.rstrip().endswith((":", "?")), boxed=item.ticked is not None,
        )  # fmt: skip


def _of_sentences(placed: Placed, piece: Sentence, *, causes: bool) -> Iterator[Draft]:
    """A step a sentence of the paragraph; what only remarks on the step before it is that step's detail."""
    draft: Draft | None = None
    if _names_code(placed):
        said = instruction(placed.text, placed.name, placed.value, causes=causes)
        yield Draft(said=said, line=placed.line, last=placed.last, code=[code.text for code in piece.codes])
        return
    codes = list(dict.fromkeys(code.text for code in piece.codes))[:_MOST_CODES]
    for text in SENTENCE_END.split(_told(placed)):
        if draft and not is_told(text) and not begins_condition(text):
            draft.remarks.append(text)
            continue
        if draft:
            yield draft
        code = [each for each in codes if each in text]
        draft = Draft(said=instruction(text, causes=causes), line=placed.line, last=placed.last, code=code)
    if draft:
        yield draft


def _of_row(row: ToldRow) -> Draft:
    expected = [row.expected] if row.expected else []
    return Draft(said=row.said, line=row.line, last=row.line, number=row.number, code=list(row.code), expected=expected)


def _belongs(above: Placed, block: Block, drafts: Sequence[Draft]) -> bool:
    """Code belongs to the item above it when that item announces it, or is what the code stands in.

    It belongs to the sentence right above it when that ends in telling of it (*Run this:*), or nothing else names it.
    """
    piece = above.piece
    if isinstance(piece, Sentence):
        own = [each for each in drafts if each.line == above.line and each.depth is None]
        told = bool(own) and drafts[-1] is own[-1] and not (own[-1].code or own[-1].remarks)
        return told and block.depth == 0 and (announces(piece.text) or not is_commented(block))
    return isinstance(piece, Item) and (piece.text.endswith(":") or block.sentence == piece.text)


def _take_block(drafts: list[Draft], placed: Placed, block: Block, *, lead: str, belongs: bool) -> None:
    if not is_code(block):
        if drafts:
            drafts[-1].expected.append(block.text)
            drafts[-1].last = placed.last
        return
    led = belongs and bool(drafts)
    lead = "" if led else lead_of(block.sentence or block.label) or lead
    found = list(of_block(block, "" if is_complete(lead) and begins_condition(lead) else lead))
    if not led:
        drafts.extend(found)
        return
    drafts[-1].last = placed.last
    if len(found) > 1 or found[0].expected or found[0].said.hold:
        drafts[-1].below.extend(found)
    drafts[-1].code.append(block.text)


def _finished(drafts: Iterable[Draft]) -> Iterator[Step | Hold]:
    for draft in drafts:
        said = draft.said
        if said.hold is None:
            yield _step(draft, said)
            continue
        hold = Hold(span=said.hold, text=said.title, condition=said.condition, line=draft.line, last=draft.line)
        if said.first:
            # What stands below belongs to what is done before the wait.
            yield from (_step(draft, instruction(said.first)), hold)
            if said.then:
                yield Step(title=instruction(said.then).title, line=draft.line, last=draft.line)
            continue
        yield hold
        if said.then or draft.code or not all(map(_is_remark, draft.below)):
            yield _step(draft, instruction(said.then) if said.then else said)


def _is_remark(draft: Draft) -> bool:
    """True for an item that tells nothing to do: it is about the one that it stands below."""
    said = draft.said
    does = draft.code or draft.below or said.hold or said.condition or said.alternative or said.within
    return draft.depth is not None and draft.number is None and not draft.boxed and not does and not is_told(said.title)


def _step(draft: Draft, said: Instruction) -> Step:
    done = draft.depth is not None and (draft.boxed or is_told(said.title)) and not draft.leads
    if done:
        remarks = [each for each in draft.below if _is_remark(each)]
        draft.remarks += [sentence_of(each.said) for each in remarks]
        draft.last = max([draft.last, *(each.last for each in remarks)])
        draft.below = [each for each in draft.below if not _is_remark(each)]
    detail = " ".join(filter(None, (said.detail, *draft.remarks)))
    told = f"{said.title}. {detail}"
    parts = tuple(_finished(draft.below))
    return Step(
        title=said.title,
        detail=detail,
        number=draft.number,
        condition=said.condition or (condition_alone(said.title) if draft.below else ""),
        alternative=said.alternative,
        after=said.after,
        within=said.within,
        expected="\n".join(filter(None, draft.expected)),
        gives=noted(told),
        takes=taken(told),
        manual=not any(draft.code),
        parts=parts,
        stands=done and not draft.code and any(each.depth is not None for each in draft.below),
        line=draft.line,
        last=max([draft.last, *(part.last for part in parts)]),
    )
