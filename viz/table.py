"""Lesson `table`: a model as an area. Every box is as large as the share of the parameters that it stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BOXES = 2500  # more than these are not drawn apart: they would be smaller than a dot
WIDE = 1.6  # width of a layer's box, over its height, aimed at
IN_LAYERS = ("attention", "mlp", "experts")


@dataclass(frozen=True)
class Box:
    """A rectangle in shares of the picture, from its top left corner."""

    part: str
    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0
    label: str = ""
    idle: bool = False  # an expert that a token does not use

    @property
    def area(self) -> float:
        return self.width * self.height


def model(parts: Mapping[str, int], layers: int, experts: int = 0, active: int = 0) -> list[Box]:
    """All of a model, in bands: the head at the top, the embedding at the bottom, between them the layers, the first
    at the bottom left. `parts` are counts over all layers; empty ones are left out."""
    inner = {name: parts[name] for name in IN_LAYERS if parts[name]}
    bands = {name: parts[name] for name in ("head", "norms", "routers")}
    bands |= {"layers": sum(inner.values()), **{name: parts[name] for name in ("positions", "embedding")}}
    boxes = []
    for name, band in zip(bands, _cut(Box(""), list(bands.values()), down=True), strict=True):
        if name == "layers":
            boxes += _layers(band, inner, layers, experts, active)
        elif band.area:
            boxes.append(Box(name, band.x, band.y, band.width, band.height))
    return boxes


def layer(matrices: Sequence[tuple[str, str, int]], experts: int = 0, active: int = 0) -> list[Box]:
    """One layer: `matrices` are (part, label, count), attention at the left, MLP or experts at the right."""
    left = [row for row in matrices if row[0] == "attention"]
    right = [row for row in matrices if row[0] in ("mlp", "experts")]
    rest = [row for row in matrices if row not in left and row not in right]
    columns = _cut(Box(""), [sum(count for *_, count in rows) for rows in (left, right, rest)])
    boxes = []
    for column, rows in zip(columns, (left, right, rest), strict=True):
        for (part, label, count), box in zip(rows, _cut(column, [row[2] for row in rows], down=True), strict=True):
            if part == "experts":
                boxes += _experts(box, experts, active, named=True)
            elif count:
                boxes.append(Box(part, box.x, box.y, box.width, box.height, label))
    return boxes


def _layers(band: Box, inner: Mapping[str, int], layers: int, experts: int, active: int) -> list[Box]:
    cells = _grid(band, layers) if layers * (1 + max(experts, 1)) <= BOXES else [band]
    boxes = []
    for number, cell in enumerate(cells, 1):
        for name, box in zip(inner, _cut(cell, list(inner.values())), strict=True):
            if name == "experts":
                boxes += _experts(box, experts, active)
            else:
                label = str(number) if name == "mlp" and len(cells) > 1 else ""
                boxes.append(Box(name, box.x, box.y, box.width, box.height, label))
    return boxes


def _experts(box: Box, experts: int, active: int, named: bool = False) -> list[Box]:
    """The experts that one token uses first, and those that lie idle."""
    if experts <= BOXES // 10:
        cells = _grid(box, experts, wide=1.0, down=True)
    else:
        cells, experts, active = _cut(box, [active, experts - active], down=True), 2, 1
    return [
        Box("experts", c.x, c.y, c.width, c.height, str(n + 1) if named and len(cells) > 2 else "", idle=n >= active)
        for n, c in enumerate(cells)
        if c.area
    ]


def _grid(box: Box, count: int, wide: float = WIDE, down: bool = False) -> list[Box]:
    """`count` boxes of the same area: rows of nearly the same number, as near to the shape aimed at as can be. From the
    bottom up, or `down`."""
    rows = min(range(1, count + 1), key=lambda n: abs(_shape(box, count, n) - wide) + (count % n > 0) * wide / 2)
    sizes = [count // rows + (n < count % rows) for n in range(rows)]
    bands = _cut(box, sizes if down else sizes[::-1], down=True)
    return [
        cell
        for band, size in zip(bands if down else bands[::-1], sizes, strict=True)
        for cell in _cut(band, [1] * size)
    ]


def _shape(box: Box, count: int, rows: int) -> float:
    """Width over height of one of `count` boxes in `rows` rows, in a picture 1.4 times as wide as high."""
    return 1.4 * box.width / box.height * rows * rows / count


def _cut(box: Box, sizes: Sequence[float], down: bool = False) -> list[Box]:
    """The box cut into pieces of these sizes, side by side or one below the other."""
    total, start, pieces = sum(sizes) or 1, 0.0, []
    for size in sizes:
        share = size / total
        if down:
            pieces.append(Box("", box.x, box.y + start * box.height, box.width, share * box.height))
        else:
            pieces.append(Box("", box.x + start * box.width, box.y, share * box.width, box.height))
        start += share
    return pieces
