"""Runbooks on disk: the document, its catalog and the overlay, compiled, linted, loaded and judged again."""
