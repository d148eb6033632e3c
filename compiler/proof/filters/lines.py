"""What grep, head, tail, wc, sort, uniq, cut, tr and column do to lines, as far as the filters know them."""

import re
from collections.abc import Sequence
from itertools import groupby

from compiler.proof.filters.pattern import Pattern
from compiler.proof.usage import Misuse

Options = Sequence[tuple[str, str | None]]
_NUMBER = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([KMGTPE]?)")
_SUFFIXES = "KMGTPE"
_RANGE = re.compile(r"([a-zA-Z0-9])-([a-zA-Z0-9])")
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\"}
_CLASSES = {"[:upper:]": "A-Z", "[:lower:]": "a-z", "[:digit:]": "0-9", "[:space:]": " \t"}


def _value(options: Options, *names: str) -> str | None:
    return next((value for name, value in reversed(options) if name in names), None)


def _has(options: Options, *names: str) -> bool:
    return any(name in names for name, _ in options)


def grep(pattern: Pattern | None, options: Options, lines: list[str]) -> list[str]:
    """The lines that hold the pattern, with those around them; or their count, or the matching pieces."""
    inverted = _has(options, "-v", "--invert-match")
    hits = [number for number, line in enumerate(lines) if (pattern is None or pattern.found(line)) is not inverted]
    most = _value(options, "-m", "--max-count")
    hits = hits[: int(most)] if most is not None else hits
    if _has(options, "-c", "--count"):
        return [str(len(hits))]
    if _has(options, "-q"):
        return []
    if pattern and _has(options, "-o", "--only-matching"):
        return [piece for number in hits for piece in pattern.matches(lines[number])]
    numbered = _has(options, "-n", "--line-number")
    return [f"{n + 1}:{lines[n]}" if numbered else lines[n] for n in _around(options, hits, len(lines))]


def _around(options: Options, hits: list[int], count: int) -> list[int]:
    both = _value(options, "-C", "--context", "-#") or "0"
    before = int(_value(options, "-B", "--before-context") or both)
    after = int(_value(options, "-A", "--after-context") or both)
    chosen, done = list[int](), 0
    for hit in hits:
        start, stop = max(hit - before, done), min(hit + after + 1, count)
        chosen += range(start, stop)
        done = max(stop, done)
    return chosen


def head(options: Options, lines: list[str]) -> list[str]:
    """The first lines, or as many as hold the first characters."""
    if most := _value(options, "-c", "--bytes"):
        return "\n".join(lines)[: int(most)].splitlines()
    return lines[: int(_value(options, "-n", "--lines", "-#") or 10)]


def tail(options: Options, lines: list[str]) -> list[str]:
    """The last lines, or those from a line on (`-n +5`), or as many as hold the last characters."""
    if most := _value(options, "-c", "--bytes"):
        return "\n".join(lines)[-int(most) :].splitlines() if int(most) else []
    wanted = _value(options, "-n", "--lines", "-#") or "10"
    if wanted.startswith("+"):
        return lines[max(int(wanted) - 1, 0) :]
    return lines[-int(wanted) :] if int(wanted) else []


def count(options: Options, lines: list[str]) -> list[str]:
    """Lines, words, characters or bytes; all but characters when none is asked for."""
    text = "".join(f"{line}\n" for line in lines)
    counts = {
        ("-l", "--lines"): len(lines),
        ("-w", "--words"): sum(len(line.split()) for line in lines),
        ("-m", "--chars"): len(text),
        ("-c", "--bytes"): len(text.encode()),
    }
    asked = [number for names, number in counts.items() if _has(options, *names)]
    return [" ".join(str(number) for number in asked or (counts[key] for key in counts if key[0] != "-m"))]


def sort(options: Options, lines: list[str]) -> list[str]:
    """The lines in order of one key; numbers and sizes (`-h`) by their value."""
    key = _value(options, "-k", "--key") or ""
    field, last = (
        int(re.sub(r"\D.*", "", part)) if part else 0 for part in (key.partition(",")[0], key.partition(",")[2])
    )
    letters = "".join(re.findall("[a-zA-Z]", key))
    separator = _value(options, "-t", "--field-separator")
    numeric = _has(options, "-n", "-g", "--numeric-sort") or "n" in letters or "g" in letters
    human = _has(options, "-h", "--human-numeric-sort") or "h" in letters
    folded = _has(options, "-f", "--ignore-case")

    def order(line: str) -> tuple[float, str]:
        part = _part(line, field, last, separator)
        return (_size(part, human=human), "") if numeric or human else (0.0, part.lower() if folded else part)

    chosen = sorted(lines, key=order, reverse=_has(options, "-r", "--reverse") or "r" in letters)
    if not _has(options, "-u", "--unique"):
        return chosen
    return [next(group) for _, group in groupby(chosen, key=order)]


def _part(line: str, field: int, last: int, separator: str | None) -> str:
    if not field:
        return line
    return (separator or " ").join(line.split(_character(separator))[field - 1 : last or None])


def _size(text: str, *, human: bool) -> float:
    found = _NUMBER.match(text)
    if not found:
        return 0.0
    return float(found[1]) * (1024.0 ** (_SUFFIXES.find(found[2]) + 1) if human and found[2] else 1.0)


def uniq(options: Options, lines: list[str]) -> list[str]:
    """One of each run of equal lines, counted, or only those that repeat or do not."""
    folded = _has(options, "-i", "--ignore-case")
    runs = [list(group) for _, group in groupby(lines, key=str.lower if folded else str)]
    if _has(options, "-d", "--repeated"):
        runs = [run for run in runs if len(run) > 1]
    if _has(options, "-u", "--unique"):
        runs = [run for run in runs if len(run) == 1]
    counted = _has(options, "-c", "--count")
    return [f"{len(run):7d} {run[0]}" if counted else run[0] for run in runs]


def cut(options: Options, lines: list[str]) -> list[str]:
    """The chosen fields or columns of each line."""
    columns = _value(options, "-c", "-b", "--characters")
    if columns is not None:
        return ["".join(_chosen(columns, list(line))) for line in lines]
    separator = _character(_value(options, "-d", "--delimiter")) or "\t"
    fields = _value(options, "-f", "--fields") or "1-"
    kept = lines if not _has(options, "-s", "--only-delimited") else [line for line in lines if separator in line]
    return [separator.join(_chosen(fields, line.split(separator))) if separator in line else line for line in kept]


def _chosen(ranges: str, items: list[str]) -> list[str]:
    wanted: set[int] = set()
    for part in ranges.split(","):
        first, dash, last = part.partition("-")
        stop = min(int(last or len(items)), len(items)) if dash else int(first or 0)
        wanted.update(range(int(first or 1), min(stop, len(items)) + 1))
    return [item for number, item in enumerate(items, start=1) if number in wanted]


def translate(options: Options, sets: Sequence[str], lines: list[str]) -> list[str]:
    """The text with the characters of one set deleted, squeezed, or replaced by those of another."""
    text = "".join(f"{line}\n" for line in lines)
    first = characters(sets[0])
    if _has(options, "-d"):
        kept = set(first)
        return "".join(c for c in text if (c in kept) is _has(options, "-c")).splitlines()
    if len(sets) > 1:
        second = characters(sets[1])
        padded = (second + second[-1:] * len(first))[: len(first)]
        text = text.translate(dict(zip(map(ord, first), padded, strict=False)))
        first = second
    if _has(options, "-s"):
        squeezed = set(first)
        text = "".join(c for c, before in zip(text, " " + text, strict=False) if c != before or c not in squeezed)
    return text.splitlines()


def characters(text: str) -> str:
    """The characters that one of tr's sets means. Raises Misuse when there are none."""
    for written, meant in {**_CLASSES, **_ESCAPES}.items():
        text = text.replace(written, meant)
    spread = _RANGE.sub(lambda m: "".join(map(chr, range(ord(m[1]), ord(m[2]) + 1))), text)
    if not spread:
        raise Misuse("a set of characters is empty")
    return spread


def columns(options: Options, lines: list[str]) -> list[str]:
    """The fields of the lines set one below another."""
    if not _has(options, "-t"):
        return lines
    rows = [line.split(_character(_value(options, "-s"))) for line in lines]
    widths = [max((len(row[place]) for row in rows if place < len(row)), default=0) for place in range(_longest(rows))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]


def _longest(rows: list[list[str]]) -> int:
    return min(max(map(len, rows), default=0), 50)


def _character(written: str | None) -> str | None:
    return "\t" if written == "\\t" else written
