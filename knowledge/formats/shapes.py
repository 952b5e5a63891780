"""What is drawn on a page of a PDF besides words: dots before items, and the rules of tables, by way of PDFium."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

from knowledge.formats.printed import Run

#: Left, bottom, right, top, as a PDF counts: points from the lower left corner.
Box = tuple[float, float, float, float]

_DOT = 1.0, 8.0  # the least and the most width of a dot before an item, points
_MOST_DOTS = 2000  # on a page
_THICKEST = 3.0  # a rule, points
_SHORTEST = 5.0
#: What is looked at on a page, objects and their segments, and the rules of it: more, and it is a drawing.
_MOST_LOOKED_AT, _MOST_RULES = 20_000, 6_000
_DEEPEST = 3  # forms within forms
_Matrix = tuple[float, float, float, float, float, float]
_UNMOVED: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Shapes:
    """The dots and rules of a page: `dots` and `rules` are their boxes; a rule is as thin as a line."""

    def __init__(self, page: Any) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self.dots: list[Box] = []
        self.rules: list[Box] = []
        self._left = _MOST_LOOKED_AT
        self._edges: Box = page.get_bbox()
        self._numbers = [ctypes.c_float() for _ in range(4)]
        count = raw.FPDFPage_CountObjects(page.raw)
        self._read((raw.FPDFPage_GetObject(page.raw, number) for number in range(count)), _UNMOVED, 0)
        if len(self.rules) >= _MOST_RULES:
            self.rules = []

    def _read(self, objects: Iterator[Any], matrix: _Matrix, depth: int) -> None:
        raw = self._raw
        for shape in objects:
            kind = raw.FPDFPageObj_GetType(shape)
            if kind == raw.FPDF_PAGEOBJ_PATH:
                self._left -= 1
                self._read_path(shape, matrix, inside=depth > 0)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                self._left -= 1
                count = raw.FPDFFormObj_CountObjects(shape)
                held = (raw.FPDFFormObj_GetObject(shape, number) for number in range(count))
                self._read(held, _product(self._matrix(shape), matrix), depth + 1)
            if self._left <= 0 or len(self.rules) >= _MOST_RULES:
                return

    def _read_path(self, shape: Any, matrix: _Matrix, *, inside: bool) -> None:
        raw, numbers = self._raw, self._numbers
        if not raw.FPDFPageObj_GetBounds(shape, *numbers):
            return
        left, bottom, right, top = _moved(matrix, *(number.value for number in numbers))
        width, height = right - left, top - bottom
        is_dot = _DOT[0] < width < _DOT[1] and abs(width - height) < 0.2 * width
        if is_dot and not inside and len(self.dots) < _MOST_DOTS:
            self.dots.append((left, bottom, right, top))
        if max(width, height) < _SHORTEST or not self._is_painted(shape):
            return
        if min(width, height) <= _THICKEST:
            self._add(left, bottom, right, top)
        elif min(width, height) > _SHORTEST:
            self._read_segments(shape, _product(self._matrix(shape), matrix))

    def _read_segments(self, shape: Any, matrix: _Matrix) -> None:
        """Take up the straight sides of a path, such as those of a box."""
        raw = self._raw
        x, y = self._numbers[:2]
        begun = last = (0.0, 0.0)
        a, b, c, d, e, f = matrix
        count = raw.FPDFPath_CountSegments(shape)
        for number in range(min(count, self._left)):
            self._left -= 1
            segment = raw.FPDFPath_GetPathSegment(shape, number)
            kind = raw.FPDFPathSegment_GetType(segment)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            point = a * x.value + c * y.value + e, b * x.value + d * y.value + f
            if kind == raw.FPDF_SEGMENT_MOVETO:
                begun = point
            elif kind == raw.FPDF_SEGMENT_LINETO:
                self._add_side(last, point)
            last = point
            if raw.FPDFPathSegment_GetClose(segment):
                self._add_side(last, begun)
                last = begun

    def _add_side(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        left, right = sorted((one[0], other[0]))
        bottom, top = sorted((one[1], other[1]))
        if min(right - left, top - bottom) < 0.5 and max(right - left, top - bottom) >= _SHORTEST:
            self._add(left, bottom, right, top)

    def _add(self, left: float, bottom: float, right: float, top: float) -> None:
        """Take up a rule that is not the edge of the page, as of a background."""
        edges = self._edges
        if right - left > top - bottom:
            seen = edges[1] + 2 < bottom and top < edges[3] - 2
        else:
            seen = edges[0] + 2 < left and right < edges[2] - 2
        if seen and len(self.rules) < _MOST_RULES:
            self.rules.append((left, bottom, right, top))

    def _is_painted(self, shape: Any) -> bool:
        filled, stroked = ctypes.c_int(), ctypes.c_int()
        self._raw.FPDFPath_GetDrawMode(shape, filled, stroked)
        return bool(filled.value or stroked.value)

    def _matrix(self, shape: Any) -> _Matrix:
        found = self._raw.FS_MATRIX()
        self._raw.FPDFPageObj_GetMatrix(shape, found)
        return found.a, found.b, found.c, found.d, found.e, found.f


def _product(first: _Matrix, then: _Matrix) -> _Matrix:
    """Return the matrix that does what `first` does, and `then` what the other does (ISO 32000-2, 8.3.4)."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _moved(matrix: _Matrix, left: float, bottom: float, right: float, top: float) -> Box:
    if matrix == _UNMOVED:
        return left, bottom, right, top
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def bullets(dots: Sequence[Box], runs: Sequence[Run]) -> list[Run]:
    """Return those dots as words that are drawn before words instead of written, as browsers do.

    The boxes are left, top, right and bottom, as those of the runs are.
    """
    made = []
    firsts = sorted(runs, key=lambda run: run.left) if dots else []
    for x, top, right, bottom in dots:
        middle = (top + bottom) / 2
        beside = [run for run in firsts if run.top < middle < run.bottom]
        first = next((run for run in beside if run.left >= right - 1), None)
        if first is None or first.left - right > 1.5 * first.size or right - x > 0.6 * first.size:
            continue
        if any(run.right > x - first.size and run.left < x for run in beside):
            continue  # it stands in the middle of a line
        made.append(
            Run(
                text="•",
                left=first.left - 0.6 * first.size,
                right=first.left - 0.3 * first.size,
                top=first.top,
                bottom=first.bottom,
                size=first.size,
            )
        )
    return made
