"""The blocks that messages are built of. Data goes into rich text and plain text only, where nothing in it is markup:
a title cannot mention anybody, and a command with backticks cannot break out of its code block.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias, TypedDict

from bot.slack import fit
from bot.slack.names import Action
from bot.words.phrase import Phrase, When, Who, clock_time, plain
from bot.words.sentences import THERE, actor_words
from incident.responder import Actor, UserId, terminal_name, user_of

_FALLBACK: Final = 250

Block: TypeAlias = dict[str, object]
Element: TypeAlias = dict[str, object]
"""One piece inside a block: a text, a mention, a date, a button."""


class Rendered(TypedDict):
    """A message ready to post: ``text`` is what notifications and screen readers get."""

    text: str
    blocks: list[Block]


def rendered(text: str, blocks: Iterable[Block | None]) -> Rendered:
    """The message of these blocks; None stands for one that is not needed."""
    return Rendered(text=text, blocks=[block for block in blocks if block is not None])


def fallback(words: str) -> str:
    """The text beside the blocks, of plain words: short, on one line, and nothing in it is markup."""
    return fit.escape(fit.one_line(words, _FALLBACK))


# Inside a line.


def text(words: str, *, bold: bool = False, italic: bool = False, strike: bool = False, code: bool = False) -> Element:
    """Words as they are. The caller has cut them."""
    style = {name: True for name, on in (("bold", bold), ("italic", italic), ("strike", strike), ("code", code)) if on}
    element: Element = {"type": "text", "text": fit.visible(words) or "–"}
    return {**element, "style": style} if style else element


def bold(words: str) -> Element:
    """Words that stand out."""
    return text(words, bold=True)


def code(words: str) -> Element:
    """An exact name or id."""
    return text(words, code=True)


def mention(user: UserId) -> Element:
    """A person or a user group of Slack, notified."""
    if not _slack_id(user):
        return text(fit.one_line(user, fit.NAME))
    return {"type": "usergroup", "usergroup_id": user} if user.startswith("S") else {"type": "user", "user_id": user}


def named(actor: Actor) -> list[Element]:
    """Whoever acted: a person as a mention, also at the terminal; a monitor or Muster by name."""
    user = user_of(actor)
    if user is None:
        return [text(fit.one_line(actor_words(actor), fit.NAME))]
    return [mention(user)] if terminal_name(actor) is None else [mention(user), text(THERE)]


def channel(channel_id: str) -> Element:
    """A channel that can be clicked."""
    return {"type": "channel", "channel_id": channel_id}


def link(url: str, words: str) -> Element:
    """A link; only http and https become one, anything else stays words."""
    if not url.startswith(("https://", "http://")) or len(url) > fit.URL or fit.visible(url) != url:
        return text(words)
    return {"type": "link", "url": url, "text": words}


def moment(when: When) -> Element:
    """A time in the reader's own zone."""
    style = "{date_short_pretty} {time}" if when.day else "{time}"
    return {"type": "date", "timestamp": int(when.at.timestamp()), "format": style, "fallback": clock_time(when)}


def elements(phrase: Phrase, limit: int = fit.SAID, *, flat: bool = False) -> list[Element]:
    """A phrase as pieces of a line, its words cut to ``limit`` characters together; ``flat`` takes line breaks out."""
    pieces, left = [], limit
    for part in phrase:
        if not isinstance(part, str):
            pieces += _pieces(part)
        elif left > 1:
            words = fit.visible(fit.as_read(part.replace("\n", " ") if flat else part))
            words = words if len(words) <= left else words[: left - 1] + fit.ELLIPSIS
            left -= len(words)
            pieces.append(text(words))
    return pieces


def _pieces(part: Who | When) -> list[Element]:
    return named(part.actor) if isinstance(part, Who) else [moment(part)]


def mrkdwn(phrase: Phrase, limit: int = _FALLBACK) -> str:
    """A phrase as the text beside the blocks: mentions notify, data is escaped."""
    cut = tuple(fit.one_line(part, limit) if isinstance(part, str) and len(part) > limit else part for part in phrase)
    safe = tuple(fit.escape(fit.visible(fit.as_read(part))) if isinstance(part, str) else part for part in cut)
    return plain(safe, _mentioned, lambda when: f"<!date^{int(when.at.timestamp())}^{{time}}|{clock_time(when)}>")


def _mentioned(actor: Actor) -> str:
    user = user_of(actor)
    if user is None or not _slack_id(user):
        return fit.escape(fit.one_line(actor_words(actor), fit.NAME))
    mentioned = f"<!subteam^{user}>" if user.startswith("S") else f"<@{user}>"
    return mentioned if terminal_name(actor) is None else mentioned + THERE


def _slack_id(name: str) -> bool:
    return name[:1] in "UWS" and 2 <= len(name) <= 30 and name.isascii() and name.isalnum() and name.isupper()


SEPARATOR: Final = " · "


def joined(*groups: Sequence[Element]) -> list[Element]:
    """Groups of pieces on one line with dots between them; empty groups are left out."""
    line: list[Element] = []
    for group in groups:
        if line and group:
            line.append(text(SEPARATOR))
        line.extend(group)
    return line


def listed(people: Iterable[Sequence[Element]]) -> list[Element]:
    """The same with commas between them."""
    return [element for position, each in enumerate(people) for element in ([text(", ")] if position else []) + [*each]]


# Blocks.


def header(words: str) -> Block:
    """The line on top, in large letters."""
    return {"type": "header", "text": {"type": "plain_text", "text": fit.one_line(words, fit.HEADER), "emoji": False}}


def paragraph(*lines: Sequence[Element]) -> Block | None:
    """Lines under one another; empty ones are left out, and None when all are."""
    pieces: list[Element] = []
    for line in lines:
        if pieces and line:
            pieces.append(text("\n"))
        pieces.extend(line)
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": pieces}]} if pieces else None


def preformatted(words: str) -> Block:
    """Exact text in a code block."""
    inner: Element = {"type": "text", "text": fit.visible(words) or "–"}
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [inner]}]}


def section(words: str, accessory: Element) -> Block:
    """One line of text with a button beside it."""
    return {
        "type": "section",
        "text": {"type": "plain_text", "text": fit.cut(words, fit.SECTION), "emoji": False},
        "accessory": accessory,
    }


def context(*texts: str) -> Block | None:
    """Small grey print, at most ten texts; empty ones are left out."""
    shown: list[Element] = [
        {"type": "plain_text", "text": fit.cut(each, 600), "emoji": False} for each in texts if each
    ]
    return {"type": "context", "elements": shown[:10]} if shown else None


def actions(*buttons: Element | None) -> Block | None:
    """A row of buttons, or None when there are none."""
    shown = [button for button in buttons if button is not None]
    return {"type": "actions", "elements": shown} if shown else None


# Things to press.


def button(words: str, action: Action, value: str, *, style: str = "") -> Element:
    """A button; ``style`` is *primary* or *danger*."""
    pressed: Element = {
        "type": "button",
        "text": _label(words, fit.BUTTON),
        "action_id": str(action),
        "value": value,
    }
    return {**pressed, "style": style} if style else pressed


def menu(action: Action, *choices: tuple[str, str]) -> Element:
    """The three dots; each choice is its words and its value."""
    return {"type": "overflow", "action_id": str(action), "options": [option(words, value) for words, value in choices]}


def choose(action: Action, words: str, options: Sequence[Element]) -> Element:
    """A menu of many choices; ``words`` say what choosing one does."""
    return {
        "type": "static_select",
        "action_id": str(action),
        "placeholder": _label(words, fit.OPTION),
        "options": list(options[: fit.OPTIONS]),
    }


def option(words: str, value: str, description: str = "") -> Element:
    """One line of a menu, a select or radio buttons."""
    chosen: Element = {"text": _label(words, fit.OPTION), "value": value}
    return {**chosen, "description": _label(description, fit.OPTION)} if description else chosen


def _label(words: str, limit: int) -> Element:
    return {"type": "plain_text", "text": fit.one_line(words, limit), "emoji": False}
