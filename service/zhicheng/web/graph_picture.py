"""The network around a thing as a picture: what points to it grows to the left, what it points to to the right."""

from collections.abc import Callable
from dataclasses import dataclass, field

from zhicheng.answering.network import Branch, Node
from zhicheng.web.neighbourhood import Caption, curve, fitted

# Lengths in pixels: of a box, between columns, of a line of text above or below boxes, between boxes and between branches.
WIDTH, HEIGHT, GUTTER, LINE, GAP, APART, MARGIN = 270, 46, 64, 24, 8, 8, 6
# What a box leaves free beside its text: the region's strip, and the sign that opens it.
STRIP, SIGN = 12, 30


@dataclass(frozen=True)
class Box:
    """A node at its place, and what is written in it."""

    node: Node
    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Mention:
    """A thing that the picture shows elsewhere, named below the property that leads to it."""

    iri: str
    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Rest:
    """How many things of a branch are left out."""

    branch: Branch
    x: float
    y: float


@dataclass
class Picture:
    """Boxes (the first is the centre), captions, mentions, what is left out, and curves (SVG path data) in a frame."""

    width: float = 0
    height: float = 0
    boxes: list[Box] = field(default_factory=list)
    captions: list[Caption] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    rests: list[Rest] = field(default_factory=list)
    curves: list[str] = field(default_factory=list)


def drawn(root: Node, label: Callable[[str], str]) -> Picture:
    """The picture of a network; every parent stands level with the first of its things."""
    picture = Picture()
    depths = {side: _depth(root, side) for side in (-1, 1)}
    centre = MARGIN + depths[-1] * (WIDTH + GUTTER)
    picture.width = centre + WIDTH + depths[1] * (WIDTH + GUTTER) + MARGIN
    picture.boxes.append(_box(root, label, centre, MARGIN + LINE))
    ends = [_place(picture, root, [b for b in root.branches if b.incoming == (side < 0)], label, side, centre, MARGIN) for side in (-1, 1)]
    picture.height = max(*ends, MARGIN + LINE + HEIGHT) + MARGIN
    return picture


def _box(node: Node, label: Callable[[str], str], x: float, y: float) -> Box:
    return Box(node, fitted(label(node.iri), WIDTH - STRIP - (SIGN if node.leads else 0)), x, y)


def _depth(node: Node, side: int, root: bool = True) -> int:
    """How many columns the network needs on one side of a node."""
    branches = [b for b in node.branches if not root or b.incoming == (side < 0)]
    return max((1 + max((_depth(n, side, False) for n in b.nodes), default=0) for b in branches), default=0)


def _place(picture: Picture, parent: Node, branches: list[Branch], label: Callable[[str], str], side: int, x: float, y: float) -> float:
    """Put branches in the column beside their parent, which stands at (x, y + LINE), from y down; gives where they end."""
    column = x + side * (WIDTH + GUTTER)
    start = (x + (WIDTH if side > 0 else 0), y + LINE + HEIGHT / 2)
    edge = column + (0 if side > 0 else WIDTH)
    free = 0.0
    for branch in branches:
        name = fitted(label(branch.property), WIDTH - 20)
        picture.captions.append(Caption(f"{name} →" if branch.incoming == (side < 0) else f"← {name}", column, y + LINE - 7))
        y += LINE
        for node in branch.nodes:
            y = max(y, free + LINE) if node.branches else y
            picture.boxes.append(_box(node, label, column, y))
            picture.curves.append(curve(*start, edge, y + HEIGHT / 2))
            free = _place(picture, node, node.branches, label, side, column, y - LINE) if node.branches else free
            y += HEIGHT + GAP
        for thing in branch.again:
            picture.mentions.append(Mention(thing, fitted("↺ " + label(thing), WIDTH), column, y))
            y += LINE
        if branch.left:
            picture.rests.append(Rest(branch, column, y))
            y += LINE
        y += APART
    return max(y, free)
