"""The shipped samples open with the program's own readers."""

from pathlib import Path

import numpy as np
import pytest

from app.project import read_project
from app.resources import SAMPLES, sample_projects
from engine.conditions.label_map import read_label_map
from engine.conditions.pose import read_pose
from engine.domains import FASHION, FASHION_POSE
from engine.images import read_photo

EXEMPLARS = sorted((SAMPLES / "exemplars").glob("*.webp"))
CONDITIONS = sorted((SAMPLES / "conditions").glob("*.png"))


def test_there_are_enough_and_they_are_small() -> None:
    assert len(EXEMPLARS) >= 8 and len(CONDITIONS) >= 3 and len(sample_projects()) >= 2
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 4 * 2**20


@pytest.mark.parametrize("path", EXEMPLARS, ids=lambda path: path.stem)
def test_an_exemplar_has_its_label_map(path: Path) -> None:
    photo = read_photo(path)
    labels = read_label_map(path.with_name(f"{path.stem}-labels.png"), FASHION)
    assert photo.shape == (*labels.shape, 3)
    assert len(np.unique(labels)) >= 5


@pytest.mark.parametrize("path", CONDITIONS, ids=lambda path: path.stem)
def test_a_condition_has_the_domain_s_size(path: Path) -> None:
    assert read_label_map(path, FASHION).shape == FASHION.size[::-1]


@pytest.mark.parametrize("path", CONDITIONS, ids=lambda path: path.stem)
def test_a_condition_has_its_pose(path: Path) -> None:
    pose = read_pose(path.with_name(f"{path.stem}-pose.json"))
    columns, rows = pose[0, :, :2].astype(int).T
    assert (read_label_map(path, FASHION)[rows, columns] > 0).mean() > 0.9


@pytest.mark.parametrize("path", sample_projects(), ids=lambda path: path.stem)
def test_a_project_opens(path: Path) -> None:
    snapshot = read_project(path)
    assert snapshot.domain in (FASHION, FASHION_POSE) and snapshot.canvas.photo is not None
    posed = [thing.keypoints is not None for thing in (snapshot.canvas, *snapshot.board.exemplars)]
    assert posed == [snapshot.domain == FASHION_POSE] * len(posed)
    assert 3 <= len(snapshot.board.exemplars) <= 4
    assert max(snapshot.board.weights) > 0
    assert snapshot.state is not None and snapshot.result is None
