"""Figures of labels and poses."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.analysis.analyst import Analyst, AnalystConfig
from engine.data.posed_photos import PosedPhotos
from engine.data.views import UNKNOWN
from engine.evaluation.analysis import (
    Sight,
    analysis_sheet,
    analysis_table,
    class_iou,
    keypoint_hits,
    look,
    measure_analysis,
    sheet_choice,
    with_skeleton,
)
from tests.engine.folders import TINY_DOMAIN
from tests.engine.posed_people import make_posed_people


def _pose() -> np.ndarray:
    pose = np.zeros((18, 3), np.float32)
    pose[[1, 8, 11]] = [(0, -0.5, 1), (-0.1, 0.0, 1), (0.1, 0.0, 1)]  # a torso of 48 pixels at 128×192
    return pose


def _sight(wrong: int = 0) -> Sight:
    truth = np.zeros((192, 128), np.uint8)
    truth[50:100] = 3
    labels = truth.copy()
    labels[:wrong] = 3
    return Sight(np.zeros((192, 128, 3), np.uint8), labels, _pose(), truth, _pose())


def test_iou_counts_over_all_pictures_and_leaves_the_unknown_out() -> None:
    truth = [np.array([[0, 0, 1, 1]]), np.array([[1, UNKNOWN, 0, 0]])]
    found = [np.array([[0, 1, 1, 1]]), np.array([[1, 2, 0, 0]])]
    iou = class_iou(found, truth, 3)
    assert iou[0] == 3 / 4 and iou[1] == 3 / 4 and np.isnan(iou[2])


def test_a_keypoint_counts_within_a_fifth_of_the_torso() -> None:
    truth, pose = _pose(), _pose()
    pose[1, 0] = 9.5 / 64
    pose[8, 0] -= 9.7 / 64
    pose[11] = 0
    hits = keypoint_hits(pose, truth, TINY_DOMAIN.size)
    assert hits[[1, 8, 11]].tolist() == [1, 0, 0] and np.isnan(np.delete(hits, [1, 8, 11])).all()
    truth[11] = 0
    assert np.isnan(keypoint_hits(pose, truth, TINY_DOMAIN.size)).all()


def test_figures_of_a_perfect_and_a_worse_sight() -> None:
    figures = measure_analysis([_sight()], TINY_DOMAIN)
    assert (figures.mean_iou, figures.pck, figures.labelled) == (1, 1, 1)
    assert figures.iou.keys() == {"class 0", "class 3"} and figures.pck_of.keys() == {"neck", "right hip", "left hip"}
    worse = measure_analysis([_sight(), _sight(wrong=50)], TINY_DOMAIN)
    assert worse.iou["class 3"] == pytest.approx(100 / 150) and worse.iou["class 0"] == pytest.approx(234 / 284)
    assert "66.7%" in analysis_table(worse)


def test_the_sheet_shows_the_worst_first_and_skeletons() -> None:
    sights = [_sight(wrong) for wrong in (0, 40, 20)]
    assert [int((s.labels != s.truth)[:, 0].sum()) for s in sheet_choice(sights)] == [40, 20, 0]
    assert len(sheet_choice(sights, 2)) == 2
    sheet = analysis_sheet(sights, TINY_DOMAIN)
    assert sheet.shape == (192, 3 * 3 * 128, 3)
    assert with_skeleton(sights[0].photo, _pose()).any() and not sights[0].photo.any()


def test_the_network_is_looked_through(tmp_path: Path) -> None:
    photos = PosedPhotos(make_posed_people(tmp_path), TINY_DOMAIN, "val")
    torch.manual_seed(0)
    network = Analyst(AnalystConfig(classes=6, channels=(4, 4, 4, 4, 4), blocks=(1, 1, 1, 1), wide=4)).eval()
    sights = look(network, photos, photos.names, torch.device("cpu"))
    figures = measure_analysis(sights, TINY_DOMAIN)
    assert (figures.photos, figures.labelled) == (5, 3)
    assert 0 <= figures.mean_iou < 0.5 and figures.pck == 0  # nothing learnt, nothing guessed
