"""Write config/borders.json, the regions on the map of the desk: `python docs/borders.py REGIONS.geojson`.

The input is `kaz_adm1` of geokz (CC BY 4.0), as GeoJSON with the English name of each region in `ADM1_EN`. A
border between two regions is simplified once, so that no gap opens between them.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

Point = tuple[int, int]
Outline = list[Point]
WIDTH = 1000
WEST, EAST, NORTH = 46.4, 87.4, 55.5
MIDDLE = math.radians(48)
SCALE = WIDTH / (EAST - WEST)
TOLERANCE = 1.6
"""Units of the drawing, of which it is 1000 wide."""
SMALLEST = 4
CREDIT = "Borders: geokz (CC BY 4.0), simplified"
TARGET = Path(__file__).parents[1] / "config" / "borders.json"


def point(longitude: float, latitude: float) -> Point:
    """Project with true distances on the 48th parallel, to whole units of the drawing."""
    x = (longitude - WEST) * SCALE
    y = (NORTH - latitude) * SCALE / math.cos(MIDDLE)
    return round(x), round(y)


def outline_of(corners: list[list[float]]) -> Outline:
    """Return a ring on the grid, without corners that lie on the one before."""
    points = [point(*each[:2]) for each in corners]
    return [each for each, before in zip(points, [points[-1], *points], strict=False) if each != before] or points[:1]


def simplified(outline: Outline, owners: Mapping[Point, frozenset[str]]) -> Outline:
    """Return a ring with fewer corners. Pieces between the same neighbours are simplified alike on both sides."""
    if len(outline) < SMALLEST:
        return outline
    starts = [n for n, each in enumerate(outline) if owners[each] != owners[outline[n - 1]]]
    if not starts:
        half = len(outline) // 2
        return [*thinned(outline[: half + 1])[:-1], *thinned([*outline[half:], outline[0]])[:-1]]
    turned = [*outline[starts[0] :], *outline[: starts[0]]]
    cuts = [(n - starts[0]) % len(outline) for n in starts]
    pieces = [[*turned, turned[0]][begin : end + 1] for begin, end in pairwise([*cuts, len(turned)])]
    return [each for piece in pieces for each in thinned(piece)[:-1]]


def thinned(piece: Outline) -> Outline:
    """Thin a piece, in the direction that both of its neighbours agree on."""
    if piece[0] <= piece[-1]:
        return peucker(piece)
    return peucker(piece[::-1])[::-1]


def peucker(piece: Outline) -> Outline:
    """Drop corners that are nearer than TOLERANCE to the line between those that stay (Ramer, Douglas, Peucker)."""
    if len(piece) < 3:  # noqa: PLR2004  a line has two ends
        return piece
    far = max(range(1, len(piece) - 1), key=lambda n: distance(piece[n], piece[0], piece[-1]))
    if distance(piece[far], piece[0], piece[-1]) < TOLERANCE:
        return [piece[0], piece[-1]]
    return [*peucker(piece[: far + 1])[:-1], *peucker(piece[far:])]


def distance(corner: Point, start: Point, end: Point) -> float:
    """Return the distance of a corner from a line, or from its start when it has no length."""
    length = math.dist(start, end)
    if not length:
        return math.dist(corner, start)
    (x, y), (ax, ay), (bx, by) = corner, start, end
    return abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length


def path(corners: Outline) -> str:
    """Write a ring as a path with relative steps, which are short."""
    steps = [f"{x - before[0]} {y - before[1]}" for before, (x, y) in pairwise(corners)]
    return f"M{corners[0][0]} {corners[0][1]}l{' '.join(steps)}z".replace(" -", "-")


def drawn(outlines: list[Outline]) -> str:
    """Write a region as a path; islands that are too small to be seen are left out."""
    return "".join(path(each) for each in outlines if len(each) >= SMALLEST) or path(outlines[0])


def rings(geometry: dict[str, object]) -> Iterator[list[list[float]]]:
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    yield from (outline for polygon in parts for outline in polygon)  # type: ignore[attr-defined]  # GeoJSON


def main(source: str) -> None:
    features = json.loads(Path(source).read_text(encoding="utf-8"))["features"]
    outlines = {
        feature["properties"]["ADM1_EN"]: [outline_of(each) for each in rings(feature["geometry"])]
        for feature in features
    }
    owners: dict[Point, frozenset[str]] = defaultdict(frozenset)
    for name, own in outlines.items():
        for corner in {corner for outline in own for corner in outline}:
            owners[corner] |= {name}
    regions = {name: drawn([simplified(each, owners) for each in own]) for name, own in outlines.items()}
    height = point(WEST, 40.5)[1]
    drawing = {
        "credit": CREDIT, "west": WEST, "north": NORTH, "middle": 48, "scale": SCALE, "width": WIDTH, "height": height,
        "regions": regions,
    }  # fmt: skip
    TARGET.write_text(json.dumps(drawing, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
