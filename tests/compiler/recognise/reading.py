"""How the tests of this package read a document."""

from textwrap import dedent

from compiler.markdown import read
from compiler.recognise import Recognised, recognise


def reading(text: str) -> Recognised:
    """What is recognised in a text that is indented as the test is."""
    return recognise(read(dedent(text).strip("\n")))
