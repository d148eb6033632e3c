"""A function of a tool's judge by its name, imported with the first command that needs it.

All judges together are a tenth of every start, and no team has every tool.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any


def named(place: str) -> Callable[..., Any]:
    """Called as if it were imported. `place` is its module below compiler.proof and its own name: `aws:judge`."""

    def call(*args: object) -> object:
        return found(place)(*args)

    return call


@cache
def found(place: str) -> Callable[..., Any]:
    """The function itself. Raises ImportError or AttributeError when it is not there."""
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(import_module(f"compiler.proof.{module}"), name)
    return function
