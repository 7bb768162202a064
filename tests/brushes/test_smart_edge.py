import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brushes.patch import Patch, slices
from brushes.smart_edge import smart_patch
from brushes.stroke import stroke_patch
from engine.conditions.label_map import read_label_map
from engine.domains import FASHION
from engine.images import read_photo

SAMPLES = Path(__file__).parents[2] / "resources" / "samples" / "exemplars"
SHAPE = (40, 50)
coordinates = st.floats(-20, 70, allow_nan=False)
points = st.tuples(coordinates, coordinates)


def on_canvas(patch: Patch | None, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    canvas = np.zeros(shape, dtype=bool)
    if patch:
        canvas[slices(patch.box)] = patch.mask
    return canvas


def two_halves(border: int) -> np.ndarray:
    """Brown left of a column, blue right of it, with noise."""
    photo = np.empty((*SHAPE, 3), np.float64)
    photo[:, :border], photo[:, border:] = (150, 100, 60), (60, 90, 170)
    return (photo + np.random.default_rng(0).normal(0, 4, photo.shape)).astype(np.uint8)


@pytest.mark.parametrize("border", [25, 28, 31])
def test_a_stroke_beside_an_edge_stops_there(border: int) -> None:
    path = [(20, 8), (20, 32)]
    painted = on_canvas(smart_patch(path, 24, two_halves(border)))
    plain = on_canvas(stroke_patch(path, 24, SHAPE))
    assert not painted[:, border + 1 :].any()
    inside = plain.copy()
    inside[:, border - 1 :] = False
    assert painted[inside].all()


def test_where_nothing_differs_all_of_the_path_is_painted() -> None:
    photo = np.full((*SHAPE, 3), 90, np.uint8)
    for path in ([(20, 20)], [(5, 5), (30, 35)]):
        assert (on_canvas(smart_patch(path, 18, photo)) == on_canvas(stroke_patch(path, 18, SHAPE))).all()


def test_a_small_brush_paints_its_path() -> None:
    path = [(22, 8), (28, 32)]
    assert (on_canvas(smart_patch(path, 4, two_halves(25))) == on_canvas(stroke_patch(path, 4, SHAPE))).all()


def test_outside_of_the_photo_there_is_no_patch() -> None:
    assert smart_patch([(-60, -60)], 20, two_halves(25)) is None


def test_a_large_brush_stops_at_the_edge_too() -> None:
    photo = cv2.resize(two_halves(25), None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    painted = on_canvas(smart_patch([(150, 100), (150, 220)], 180, photo), photo.shape[:2])
    assert painted[100:200, 150:196].all() and not painted[:, 205:].any()


@given(st.lists(points, min_size=1, max_size=3), st.integers(1, 30), st.integers(0, 2**32 - 1), st.integers(1, 255))
def test_it_paints_part_of_the_path_and_all_of_the_core(path: list, diameter: int, seed: int, contrast: int) -> None:
    blocks = np.random.default_rng(seed).integers(0, contrast + 1, (10, 13, 3)).astype(np.uint8)
    photo = np.kron(blocks, np.ones((4, 4, 1), np.uint8))[: SHAPE[0], : SHAPE[1]]
    photo.setflags(write=False)
    painted = on_canvas(smart_patch(path, diameter, photo))
    assert not (painted & ~on_canvas(stroke_patch(path, diameter, SHAPE))).any()
    core = stroke_patch(path, max(1, round(0.3 * diameter)), SHAPE)
    assert painted[on_canvas(core)].all()
    assert (on_canvas(smart_patch(path, diameter, photo)) == painted).all()


def strokes_along_garments(count: int) -> list[tuple[np.ndarray, np.ndarray, list, int]]:
    """Shaky strokes inside the borders of large regions: photo, the region, the path, the brush's diameter."""
    dice = np.random.default_rng(1)
    found: list[tuple[np.ndarray, np.ndarray, list, int]] = []
    paths = sorted(SAMPLES.glob("*.webp"))
    while len(found) < count:
        path = paths[dice.integers(len(paths))]
        photo, labels = read_photo(path), read_label_map(path.with_name(f"{path.stem}-labels.png"), FASHION)
        classes = [c for c in np.unique(labels) if c and (labels == c).sum() > 1500]
        region = labels == dice.choice(classes)
        diameter = int(dice.integers(20, 41))
        depth = cv2.distanceTransform(region.view(np.uint8), cv2.DIST_L2, 5)
        lines, _ = cv2.findContours((depth > 0.25 * diameter).view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        line = max(lines, key=len)[:, 0] if lines else np.empty((0, 2))
        if len(line) > 70:
            start = dice.integers(len(line))
            places = line[(start + np.arange(0, 60, 5)) % len(line)] + dice.normal(0.5, 1, (12, 2))
            found.append((photo, region, [tuple(place) for place in places.tolist()], diameter))
    return found


def test_on_photos_it_paints_garments_far_better_than_the_plain_brush() -> None:
    scores, durations = [], []
    for photo, region, path, diameter in strokes_along_garments(20):
        plain, smart = np.zeros(region.shape, bool), np.zeros(region.shape, bool)
        for move in zip(path[:1] + path, path, strict=False):
            plain |= on_canvas(stroke_patch(move, diameter, region.shape), region.shape)
            start = time.perf_counter()
            patch = smart_patch(move, diameter, photo)
            durations.append(time.perf_counter() - start)
            smart |= on_canvas(patch, region.shape)
        wanted = region & plain
        scores.append([(painted & wanted).sum() / (painted | wanted).sum() for painted in (plain, smart)])
    plain_score, smart_score = np.mean(scores, axis=0)
    assert smart_score > plain_score + 0.08
    assert np.median(durations) < 0.008
