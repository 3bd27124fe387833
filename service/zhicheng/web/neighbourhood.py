"""The neighbourhood of a thing as a picture: what it points to on the right, what points to it on the left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

# Lengths in the picture's own units; a letter of a text is LETTER high.
BOX, ROW, GAP, MARGIN, WIDTH, LETTER = 250, 30, 10, 8, 960, 14
# The most things shown for one property, and properties on one side.
MOST_THINGS, MOST_PROPERTIES = 3, 6


@dataclass(frozen=True)
class Box:
    """A thing in the picture: its IRI, what is written in it, its whole name, and where its box begins."""

    iri: str
    text: str
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Caption:
    """A property's name above its things, or how many more there are below them."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Picture:
    """Boxes, captions and curves (SVG path data) in a frame of `width` by `height`."""

    width: float
    height: float
    centre: Box
    boxes: list[Box]
    captions: list[Caption]
    curves: list[str]


def drawn(iri: str, outgoing: Mapping[str, Sequence[str]], incoming: Mapping[str, Sequence[str]], label: Callable[[str], str]) -> Picture | None:
    """The picture of a thing with the things around it, by property; None where it stands alone."""
    if not outgoing and not incoming:
        return None
    left, right = _column(incoming, label, MARGIN), _column(outgoing, label, WIDTH - BOX - MARGIN)
    height = max(left[2], right[2], ROW) + 2 * MARGIN
    middle = height / 2
    at = MARGIN if not incoming else WIDTH - BOX - MARGIN if not outgoing else (WIDTH - BOX) / 2
    centre = Box(iri, fitted(label(iri)), label(iri), at, middle - ROW / 2)
    boxes, captions, curves = [], [], []
    for (placed, texts, extent), at_left in ((left, True), (right, False)):
        shift = (height - extent) / 2
        captions += [Caption(c.text, c.x, c.y + shift) for c in texts]
        for box in placed:
            moved = Box(box.iri, box.text, box.name, box.x, box.y + shift)
            boxes.append(moved)
            ends = (moved.x + BOX, moved.y + ROW / 2, centre.x, middle) if at_left else (centre.x + BOX, middle, moved.x, moved.y + ROW / 2)
            curves.append(curve(*ends))
    return Picture(WIDTH, height, centre, boxes, captions, curves)


def _column(groups: Mapping[str, Sequence[str]], label: Callable[[str], str], x: float) -> tuple[list[Box], list[Caption], float]:
    """Boxes and captions of one side from the top, and how high they stand; the fewest things of a property come first."""
    boxes, captions, y = [], [], 0.0
    shown = sorted(groups, key=lambda p: (len(groups[p]), p))[:MOST_PROPERTIES]
    for property_ in shown:
        things = groups[property_]
        captions.append(Caption(fitted(label(property_)), x, y + LETTER))
        y += ROW * 0.7
        for thing in things[:MOST_THINGS]:
            boxes.append(Box(thing, fitted(label(thing)), label(thing), x, y))
            y += ROW + GAP / 2
        if len(things) > MOST_THINGS:
            captions.append(Caption(f"+ {len(things) - MOST_THINGS}", x, y + LETTER))
            y += ROW * 0.7
        y += GAP
    if len(groups) > len(shown):
        captions.append(Caption("…", x, y + LETTER))
        y += ROW * 0.7
    return boxes, captions, y


def curve(x1: float, y1: float, x2: float, y2: float) -> str:
    """SVG path data of a line that leaves one point and reaches another levelly."""
    middle = (x1 + x2) / 2
    return f"M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}"


def fitted(text: str, width: float = BOX) -> str:
    """A text cut to the width of a box; a Chinese character is as wide as it is high, others little more than half."""
    room = (width - 2 * MARGIN) / LETTER
    for n, letter in enumerate(text):
        room -= 1 if east_asian_width(letter) in "WF" else 0.58
        if room < 1 and n + 1 < len(text):
            return text[:n].rstrip() + "…"
    return text
