"""Photos of any size to persons."""

from pathlib import Path

import numpy as np
import pytest

from engine.analysis import analyse as module
from engine.analysis.analyse import Analysis, analyse
from engine.domains import FASHION
from engine.errors import InputError
from tests.engine.analysis.oracle import CLASS, Oracle, neck, people
from tests.engine.factories import make_weights


@pytest.fixture
def analysis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Analysis:
    make_weights(tmp_path, model="analyst")
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(module, "load_analyst", lambda weights: Oracle())
    return Analysis(FASHION)


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((256, 384), (80, 30, 180, 370)),
        ((900, 600), (500, 100, 650, 560)),
        ((70, 120), (20, 10, 55, 110)),
        ((1400, 300), (1000, 20, 1110, 290)),  # small in the first look
        ((300, 1200), (100, 500, 200, 800)),
        ((200, 200), (0, 0, 200, 200)),  # the whole photo
    ],
)
def test_what_is_found_lies_where_it_is(
    analysis: Analysis, size: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    photo, truth = people(size, box)
    (person,) = analysis.of(photo)
    assert person.labels.shape == truth.shape and person.labels.dtype == np.uint8
    both = ((person.labels == CLASS) & (truth == CLASS)).sum()
    assert both / ((person.labels > 0) | (truth > 0)).sum() > 0.93
    height = box[3] - box[1]
    assert np.abs(person.pose[:, :2] - neck(box)).max() < 0.05 * height
    assert (person.pose[:, 2] > 0.9).all() and person.confidence > 0.9
    found = person.box.left, person.box.top, person.box.right, person.box.bottom
    assert np.abs(np.subtract(found, box)).max() <= max(2, 0.02 * height)


def test_two_persons_each_have_their_own_labels_and_pose(analysis: Analysis) -> None:
    boxes = (100, 60, 200, 380), (200, 40, 330, 390)  # shoulder to shoulder
    photo, truth = people((600, 400), *boxes)
    persons = analysis.of(photo)
    assert len(persons) == 2
    for person, box in zip(persons, reversed(boxes), strict=True):
        assert np.abs(person.pose[:, :2] - neck(box)).max() < 12
        own = np.zeros_like(truth, bool)
        own[box[1] : box[3], box[0] : box[2]] = True
        assert ((person.labels > 0) & own).sum() / ((person.labels > 0) | own).sum() > 0.85
    assert not ((persons[0].labels > 0) & (persons[1].labels > 0)).mean() > 0.01


def test_a_photo_without_a_person_is_refused_in_a_sentence(analysis: Analysis) -> None:
    with pytest.raises(InputError, match=r"No person was found in the photo sea.jpg; choose"):
        analysis.of(np.full((300, 200, 3), 40, np.uint8), "sea.jpg")
    photo, _ = people((300, 400), (100, 50, 200, 350))
    photo[:, :, 1] = 0  # a shape of a person, but not one keypoint
    with pytest.raises(InputError, match="No person"):
        analysis.of(photo)


def test_without_weights_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match="no weights of model 'analyst'"):
        analyse(np.zeros((9, 9, 3), np.uint8), FASHION)


def test_weights_of_another_model_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_weights(tmp_path, model="analyst")
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match="not an analyst's"):
        Analysis(FASHION)
