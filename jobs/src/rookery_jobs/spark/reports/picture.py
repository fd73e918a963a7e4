"""Pictures in SVG: bars, and a matrix of counts."""

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

_LINE = 24
_LABELS = 220
_BARS = 420
_CELL = 48
_LONGEST = 30
_MOST_CLASSES = 20
"""Of more classes, a cell is a dot without its number."""


def bars(title: str, shares: Sequence[tuple[str, float]]) -> str:
    """A bar for each share, which is from 0 to 1; the longest is as wide as the picture."""
    largest = max((share for _, share in shares), default=0.0) or 1.0
    parts = [_text(8, 20, title, weight="bold")]
    for place, (name, share) in enumerate(shares):
        top, width = 32 + place * _LINE, share / largest * _BARS
        parts.append(_text(_LABELS - 8, top + 16, name, anchor="end"))
        parts.append(_box(_LABELS, top + 3, width, _LINE - 6, "#2272b4"))
        parts.append(_text(_LABELS + width + 6, top + 16, f"{share:.3f}"))
    return _drawing(_LABELS + _BARS + 60, 40 + len(shares) * _LINE, parts)


def matrix(title: str, names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """The counts, a row for each label and a column for each prediction; the darker, the larger the share of
    the label's rows."""
    is_small = len(names) > _MOST_CLASSES
    cell = 8 if is_small else _CELL
    parts = [_text(8, 20, title, weight="bold"), *_cells(counts, cell, is_small=is_small)]
    parts.append(_text(_LABELS, 42, "prediction →"))
    parts.append(_text(8, 42, "label ↓"))
    if not is_small:
        parts += _names(names)
    size = len(names) * cell
    return _drawing(_LABELS + max(size, 240) + 16, _LABELS // 2 + size + 16, parts)


def _cells(counts: Sequence[Sequence[int]], cell: int, *, is_small: bool) -> Iterator[str]:
    for row, line in enumerate(counts):
        total = sum(line) or 1
        for place, count in enumerate(line):
            left, top, share = _LABELS + place * cell, _LABELS // 2 + row * cell, count / total
            yield _box(left, top, cell - 1, cell - 1, "#2272b4", opacity=0.06 + 0.94 * share)
            if not is_small:
                colour = "#fff" if share > 0.5 else "#111"
                yield _text(left + cell / 2, top + cell / 2 + 5, str(count), anchor="middle", colour=colour)


def _names(names: Sequence[str]) -> Iterator[str]:
    for place, name in enumerate(names):
        yield _text(_LABELS - 8, _LABELS // 2 + place * _CELL + _CELL / 2 + 5, name, anchor="end")
        left = _LABELS + place * _CELL + _CELL / 2
        short = name if len(name) <= _CELL // 8 else f"{name[: _CELL // 8 - 1]}…"
        yield _text(left, _LABELS // 2 - 6, short, anchor="middle")


def _drawing(width: float, height: float, parts: Iterable[str]) -> str:
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    ground = _box(0, 0, width, height, "#fff")
    style = 'font-family="sans-serif" font-size="13"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>', ground, *parts, "</svg>\n"])


def _box(left: float, top: float, width: float, height: float, colour: str, *, opacity: float = 1) -> str:
    place = f'x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"'
    return f'<rect {place} fill="{colour}" fill-opacity="{opacity:.3g}"/>'


def _text(
    left: float, top: float, text: str, *, anchor: str = "start", weight: str = "normal", colour: str = "#111"
) -> str:
    style = f'text-anchor="{anchor}" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{left:g}" y="{top:g}" {style}>{_shown(text)}</text>'


def _shown(text: str) -> str:
    """A text of the data, shortened; XML has no place for control characters."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return escape("".join(one if one.isprintable() else "\ufffd" for one in short))
