"""What somebody is told whose words held a secret."""

from typing import Final

HIDDEN: Final = (
    "What looks like a secret in what you wrote is kept and said as [redacted]: delete it where it still stands, "
    "and change it if others saw it."
)
