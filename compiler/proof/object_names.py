"""The names that containers, pods, releases and images have, or a parameter's place where one will stand."""

import re

_REFERENCE = r"\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|\{\{\s*[A-Za-z_][\w.-]*\s*\}\}|<[A-Za-z][\w .-]*>"
_NAME = re.compile(rf"(?:[A-Za-z0-9_]|{_REFERENCE})(?:[A-Za-z0-9_.:-]|{_REFERENCE})*", re.ASCII)
_IMAGE = re.compile(rf"(?:[A-Za-z0-9_]|{_REFERENCE})(?:[A-Za-z0-9_./:@-]|{_REFERENCE})*", re.ASCII)


def is_name(text: str) -> bool:
    """Whether the text is the name of one object."""
    return bool(_NAME.fullmatch(text))


def is_image(text: str) -> bool:
    """Whether the text is the name of one object or image: `registry.example.com/cart:1.2` too."""
    return bool(_IMAGE.fullmatch(text))
