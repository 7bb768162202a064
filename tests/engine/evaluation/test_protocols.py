"""The protocols: the same questions every time, of the size that they promise."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data.folder import PhotoFolder
from engine.domains import FASHION
from engine.errors import InputError
from engine.evaluation.metrics import psnr, ssim
from engine.evaluation.protocols import PROTOCOLS, cases, warped
from tests.engine.factories import make_data_set, make_person

PHOTOGRAPHS = Path(__file__).parents[4] / "shared" / "data" / "fashion"


@pytest.fixture
def photos(tmp_path: Path) -> PhotoFolder:
    return PhotoFolder(make_data_set(tmp_path), FASHION, "val")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_cases_repeat_themselves_whatever_the_limit(photos: PhotoFolder, protocol: str) -> None:
    everything = list(cases(photos, protocol))
    assert len(everything) == 3
    for first, again in zip(everything, cases(photos, protocol, limit=2), strict=False):
        assert first.name == again.name
        assert np.array_equal(first.exemplar, again.exemplar)
        assert np.array_equal(first.exemplar_labels, again.exemplar_labels)


def test_photos_are_warped_differently(photos: PhotoFolder) -> None:
    photo, labels = make_person(0)
    first, second = (warped(photo, labels, 0.12, np.random.default_rng(seed))[1] for seed in (0, 1))
    assert not np.array_equal(first, second)


def test_swap_takes_another_person(photos: PhotoFolder) -> None:
    case = next(cases(photos, "swap"))
    assert np.array_equal(case.exemplar, photos.read(photos.partners(case.name)[0])[0])


def test_without_a_shift_nothing_moves() -> None:
    photo, labels = make_person(0)
    same = warped(photo, labels, 0.0, np.random.default_rng(0))
    assert np.array_equal(same[0], photo)
    assert np.array_equal(same[1], labels)
    mirrored = warped(photo, labels, 0.0, np.random.default_rng(0), mirrored=True)
    assert np.array_equal(mirrored[0], photo[:, ::-1])
    assert np.array_equal(mirrored[1], labels[:, ::-1])


@pytest.mark.parametrize("seed", range(20))
def test_corners_move_by_no_more_than_the_shift(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    matrices = []
    affine = cv2.getAffineTransform

    def recorded(source: np.ndarray, target: np.ndarray) -> np.ndarray:
        matrices.append(affine(source, target))
        return matrices[-1]

    monkeypatch.setattr(cv2, "getAffineTransform", recorded)
    photo, labels = make_person(0)
    warped(photo, labels, 0.12, np.random.default_rng(seed))
    corners = np.array([[0, 0, 1], [63, 0, 1], [0, 95, 1]])
    assert (np.abs(corners @ matrices[0].T - corners[:, :2]) <= np.array([64, 96]) * 0.12 + 1e-4).all()


def test_labels_stay_labels_and_follow_the_photo() -> None:
    _, labels = make_person(0)
    photo = FASHION.palette[labels]
    moved, moved_labels = warped(photo, labels, 0.12, np.random.default_rng(3), mirrored=True)
    assert np.isin(moved_labels, labels).all()
    assert (moved == FASHION.palette[moved_labels]).all(axis=2).mean() > 0.9


@pytest.mark.skipif(not PHOTOGRAPHS.exists(), reason="the photographs of ../shared/data/fashion are not here")
def test_the_copied_exemplar_measures_as_known() -> None:
    photos = PhotoFolder(PHOTOGRAPHS, FASHION, "val")
    figures = {}
    for protocol in ("warp", "mirror"):
        measured = [
            (psnr(case.exemplar, case.truth, case.labels > 0), ssim(case.exemplar, case.truth))
            for case in cases(photos, protocol, limit=12)
        ]
        figures[protocol] = np.mean(measured, axis=0)
    assert figures["warp"] == pytest.approx([10.53, 0.258], abs=0.05)
    assert figures["mirror"] == pytest.approx([9.68, 0.233], abs=0.05)


def test_a_data_set_without_partners_is_refused(tmp_path: Path) -> None:
    folder = make_data_set(tmp_path)
    (folder / "pairs.json").write_text("{}")
    with pytest.raises(InputError, match=r"pairs\.json"):
        next(cases(PhotoFolder(folder, FASHION, "val"), "swap"))
