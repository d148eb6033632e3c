"""Data about people that a team may have hidden in what targets answer: e-mail addresses and the numbers of cards."""

import re
from enum import StrEnum
from typing import Final


class Personal(StrEnum):
    """What may be hidden."""

    EMAILS = "emails"
    CARD_NUMBERS = "card_numbers"


_EMAIL: Final = re.compile(r"[^\s@<>()\[\]{}\"',;:=|]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_CARD: Final = re.compile(r"(?<![\w.-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])")
"""13 to 19 digits, with a blank or a stroke between any two, that begin as cards do."""


def without(text: str, kinds: frozenset[Personal], mark: str) -> str:
    """The text with the mark in the place of what is to be hidden."""
    if Personal.EMAILS in kinds and "@" in text:
        text = _EMAIL.sub(mark, text)
    if Personal.CARD_NUMBERS in kinds:
        text = _CARD.sub(lambda found: mark if _adds_up(found.group()) else found.group(), text)
    return text


def _adds_up(number: str) -> bool:
    """Whether the last digit is the check digit of the others (Luhn), as it is on every card."""
    digits = [int(each) for each in reversed(number) if each.isdecimal()]
    doubled = (sum(divmod(2 * each, 10)) for each in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0
