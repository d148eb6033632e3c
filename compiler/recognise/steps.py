"""Steps in order, from list items, from the comments that lead the commands of a block, and from sentences."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct, field

from compiler.document import Block, Item, Sentence, Table
from compiler.languages import holds_commands, is_inline_command
from compiler.printed import shows_output
from compiler.recognise.handing import noted, taken
from compiler.recognise.instruction import (
    SENTENCE_END,
    Instruction,
    begins_condition,
    condition_alone,
    conditional_parts,
    instruction,
)
from compiler.recognise.leads import announces, lead_of, without_prompt
from compiler.recognise.outline import Placed
from compiler.recognise.procedure import Hold, Step
from compiler.recognise.recovery import aim_of, recovery_in
from compiler.recognise.step_table import ToldRow, told_rows
from compiler.recognise.wording import named, title_of
from compiler.recognise.words import is_told, role_of
from compiler.redis_text import has_redis_prompts
from compiler.root_prompts import with_root_prompts

_DATA: Final = frozenset(
    {"json", "yaml", "yml", "toml", "ini", "xml", "html", "css", "text", "txt", "output", "log", "env"}
    | {"properties", "conf", "hcl", "diff", "csv", "nginx", "mermaid", "dot"}
)
_COMMENT: Final = re.compile(r"\s*(?:#+(?!!)\s*|--\s+|//\s*)(?P<text>\S.*?)\s*$")
_ANSWER: Final = re.compile(
    r"(?:expected|returns?|response|output|example|should (?:be|return|show|see)|e\.g\."
    r"|ergebnis)\b.{0,40}?(?::\s*|$)(?P<rest>.*)",
    re.IGNORECASE,
)
_DRAWING: Final = re.compile(r"[\u2500-\u257F\u25B2-\u25C4]|^\s*(?:\+-{3,}|\|.*\|\s*$)", re.MULTILINE)
_NUMBERED: Final = re.compile(r"([0-9]{1,3})[.)]")
_PRINTED: Final = re.compile(r"\s*[{}\[\]\"]")
_MOST_CODES: Final = 100
"""Different pieces of code that a paragraph's sentences are asked for: no paragraph that people write has more."""


class _Draft(Struct):
    """A step that is still being read: its instruction, its lines, and what stands below it."""

    said: Instruction
    line: int
    last: int
    depth: int | None = None
    """How deep its item stands; None for what is no item."""
    number: int | None = None
    code: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    below: "list[_Draft]" = field(default_factory=list)


def steps(placed: Sequence[Placed], *, causes: bool = False) -> tuple[Step | Hold, ...]:
    """The steps that the pieces tell, with holds between them. ``causes`` as in ``instruction``."""
    drafts: list[_Draft] = []
    level = drafts  # Where the next item stands: below a condition with a colon, else beside what came before.
    top = min((each.piece.depth for each in placed if isinstance(each.piece, Item)), default=0)
    for index, each in enumerate(placed):
        piece = each.piece
        if is_warning(each):
            continue
        if isinstance(piece, Item):
            _level_of(piece.depth, level, top).extend(_of_item(each, piece, causes=causes))
        elif isinstance(piece, Block):
            led = level is not drafts and not level
            belongs = led or (index > 0 and _belongs(placed[index - 1], piece, drafts))
            item = _level_of(piece.depth - 1, level, top) if belongs else level
            _take_block(drafts if led else item, each, piece, belongs=belongs)
            level = drafts if led else level
        elif isinstance(piece, Sentence):
            told = not piece.quoted and is_instruction(each) and not shows_output(piece.text)
            drafts.extend(_of_sentences(each, piece, causes=causes) if told else ())
            level = drafts[-1].below if told and _leads(drafts[-1], piece) else drafts
        elif isinstance(piece, Table):
            drafts.extend(map(_of_row, told_rows(piece)))
    return tuple(_finished(drafts))


def _level_of(depth: int, level: list[_Draft], top: int) -> list[_Draft]:
    """Where an item of this depth stands: beside what came before, or below it where it is nested deeper."""
    while level and depth > (top if level[-1].depth is None else level[-1].depth):
        level = level[-1].below
    return level


def _leads(draft: _Draft, piece: Sentence) -> bool:
    """True for a condition for what stands below it: *If the pool is exhausted:*."""
    alone = not draft.code or bool(condition_alone(piece.text))
    return bool(draft.said.condition) and piece.text.rstrip().endswith(":") and alone


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


def _of_item(placed: Placed, item: Item, *, causes: bool) -> Iterator[_Draft]:
    """An item's step; sentences in it that say *if* are steps of their own: *Look at it. If it is full, empty it.*"""
    first, *others = conditional_parts(item.text)
    name, value = placed.name, placed.value
    if others:
        name, value = named(first) if placed.name else ("", first)
    bullet = item.number is None and value and role_of(name) is not None
    said = instruction(value) if bullet else instruction(first, name, value, causes=causes)
    for number, each in ((item.number, said), *((None, instruction(text, *named(text))) for text in others)):
        code = [code.text for code in item.codes if not others or code.text in f"{each.title} {each.detail}"]
        yield _Draft(said=each, line=placed.line, last=placed.last, depth=item.depth, number=number, code=code)


def _of_sentences(placed: Placed, piece: Sentence, *, causes: bool) -> Iterator[_Draft]:
    """A step a sentence of the paragraph; what only remarks on the step before it is that step's detail."""
    draft: _Draft | None = None
    if _names_code(placed):
        said = instruction(placed.text, placed.name, placed.value, causes=causes)
        yield _Draft(said=said, line=placed.line, last=placed.last, code=[code.text for code in piece.codes])
        return
    codes = list(dict.fromkeys(code.text for code in piece.codes))[:_MOST_CODES]
    for text in SENTENCE_END.split(_told(placed)):
        if draft and not is_told(text) and not begins_condition(text):
            draft.remarks.append(text)
            continue
        if draft:
            yield draft
        code = [each for each in codes if each in text]
        draft = _Draft(said=instruction(text, causes=causes), line=placed.line, last=placed.last, code=code)
    if draft:
        yield draft


def _of_row(row: ToldRow) -> _Draft:
    expected = [row.expected] if row.expected else []
    return _Draft(
        said=row.said, line=row.line, last=row.line, number=row.number, code=list(row.code), expected=expected
    )


def _belongs(above: Placed, block: Block, drafts: Sequence[_Draft]) -> bool:
    """Code belongs to the item above it when that item announces it, or is what the code stands in.

    It belongs to the sentence right above it when that ends in telling of it (*Run this:*), or nothing else names it.
    """
    piece = above.piece
    if isinstance(piece, Sentence):
        own = [each for each in drafts if each.line == above.line and each.depth is None]
        told = bool(own) and drafts[-1] is own[-1] and not (own[-1].code or own[-1].remarks)
        return told and block.depth == 0 and (announces(piece.text) or not _is_commented(block))
    return isinstance(piece, Item) and (piece.text.endswith(":") or block.sentence == piece.text)


def _is_commented(block: Block) -> bool:
    """True for code that begins with a comment, which names it."""
    first, _, _ = block.text.strip().partition("\n")
    return _COMMENT.match(first) is not None


def _take_block(drafts: list[_Draft], placed: Placed, block: Block, *, belongs: bool) -> None:
    if not is_code(block):
        if drafts:
            drafts[-1].expected.append(block.text)
            drafts[-1].last = placed.last
        return
    led = belongs and bool(drafts)
    found = list(_of_block(block, "" if led else lead_of(block.sentence or block.label)))
    if not led:
        drafts.extend(found)
        return
    drafts[-1].last = placed.last
    if len(found) > 1 or found[0].expected or found[0].said.hold:
        drafts[-1].below.extend(found)
    drafts[-1].code.append(block.text)


def _of_block(block: Block, lead: str) -> Iterator[_Draft]:
    """Each comment leads the commands below it; what stands before the first comment is led by what introduces it."""
    draft: _Draft | None = None
    answering, prompted, above = False, has_redis_prompts(block.text), ""
    for offset, text in enumerate(with_root_prompts(block.text, block.language).split("\n")):
        line = block.line + offset
        comment = None if prompted or above.endswith("\\") else _COMMENT.match(text)
        answer = _ANSWER.match(comment["text"]) if comment else None
        printed = comment is None or (answering and _COMMENT.match(above) is not None)
        answering = answer is not None or (answering and bool(text.strip()) and printed)
        above = text.rstrip()
        if comment and draft and not answering and _goes_on(comment["text"], draft):
            draft.remarks.append(comment["text"].lstrip("-*• "))
            draft.last = line
        elif comment and not answering:
            if draft:
                yield draft
            draft = _Draft(said=_of_comment(comment["text"]), line=line, last=line, number=_number(comment["text"]))
        elif draft is None and text.strip():
            said = instruction(lead.rstrip(":")) if lead else Instruction(title=without_prompt(text)[:80])
            draft = _Draft(said=said, line=line, last=line)
            draft.code.append(text)
        elif draft and text.strip():
            shown = comment["text"] if comment else text
            (draft.expected if answering else draft.code).append(answer["rest"] if answer else shown)
            draft.last = line
    if draft:
        yield draft


def _goes_on(comment: str, draft: _Draft) -> bool:
    """Whether a comment belongs to the one above it, which leads nothing yet: a bullet, or a command left out."""
    return not draft.code and (comment.startswith(("- ", "* ", "• ")) or is_inline_command(comment, about_redis=False))


def _of_comment(text: str) -> Instruction:
    return instruction(title_of(text))


def _number(text: str) -> int | None:
    match = _NUMBERED.match(text)
    return int(match[1]) if match else None


def _finished(drafts: Iterable[_Draft]) -> Iterator[Step | Hold]:
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
        if said.then or draft.code or draft.below:
            yield _step(draft, instruction(said.then) if said.then else said)


def _step(draft: _Draft, said: Instruction) -> Step:
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
        line=draft.line,
        last=max([draft.last, *(part.last for part in parts)]),
    )
