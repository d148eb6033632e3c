"""Whether a list of ``muster.yaml`` names anything twice: one of the two was meant to be another, or to go."""

from collections.abc import Iterator
from typing import Final

from compiler.yaml_tree import Branch, Row

_IN_ORDER: Final = "rotation"
"""Turns are taken in this order, so whoever takes two of four stands in it twice."""


def twins(tree: object, places: tuple[int | str, ...] = ()) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Each entry of a list that stands before it, too, by its keys and number, as it is written."""
    if isinstance(tree, Branch):
        for key, value in tree.items():
            if key != _IN_ORDER:
                yield from twins(value, (*places, key))
    if isinstance(tree, Row):
        for number, value in enumerate(tree):
            if isinstance(value, str | int | float) and value in tree[:number]:
                yield (*places, number), str(value)
            yield from twins(value, (*places, number))
