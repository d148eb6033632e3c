"""How the judges' tables are written: words with spaces between them, to be read as a page."""


def word_list(text: str) -> frozenset[str]:
    """The words of `text` as a set."""
    return frozenset(text.split())
