"""Poses as files."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.conditions.pose import OTHER_SIDE, read_pose, write_pose
from engine.errors import InputError

coordinates = st.floats(-1e5, 1e5)
poses = arrays(np.float64, st.tuples(st.integers(0, 3), st.just(18), st.just(3)), elements=coordinates)


@given(poses)
@pytest.mark.parametrize("name", ["pose.json", "x_candidate.txt", "x_subset.txt"])
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, name: str, pose: np.ndarray) -> None:
    path = tmp_path_factory.getbasetemp() / name
    write_pose(path, pose)
    assert np.array_equal(read_pose(path), pose)


def test_a_keypoint_of_confidence_zero_keeps_its_place(tmp_path: Path) -> None:
    pose = np.zeros((1, 18, 3))
    pose[0, 4] = (12, 34, 0)
    for name in ("a.json", "a_candidate.txt"):
        write_pose(tmp_path / name, pose)
        assert read_pose(tmp_path / name)[0, 4].tolist() == [12, 34, 0]


def test_one_row_that_numpy_wrote_as_a_column(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "a_candidate.txt", [[5.0, 6.0, 0.5, 0.0]])
    np.savetxt(tmp_path / "a_subset.txt", np.array([0] + [-1] * 17 + [0.5, 1], dtype=float))
    pose = read_pose(tmp_path / "a_subset.txt")
    assert pose.shape == (1, 18, 3)
    assert pose[0, 0].tolist() == [5, 6, 0.5]
    assert not pose[0, 1:].any()


def test_body_25_loses_its_extra_keypoints(tmp_path: Path) -> None:
    numbers = np.arange(75.0).reshape(25, 3)
    (tmp_path / "a.json").write_text(json.dumps({"people": [{"pose_keypoints_2d": numbers.ravel().tolist()}]}))
    pose = read_pose(tmp_path / "a.json")
    assert np.array_equal(pose[0], numbers[[0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"people": 3}',
        '{"people": [{}]}',
        '{"people": [{"pose_keypoints_2d": [1, 2]}]}',
        '{"people": [{"pose_keypoints_2d": [NaN' + ", 1" * 53 + "]}]}",
        '{"people": [{"pose_keypoints_2d": [1e9' + ", 1" * 53 + "]}]}",
        "[" * 100_000,
    ],
)
def test_bad_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match=r"a\.json"):
        read_pose(tmp_path / "a.json")


def test_bad_tables_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a_candidate.txt").write_text("1 2 1 0\n")
    for subset in ("x", "1 2 3", " ".join(["3"] * 20), " ".join(["0.5"] * 20), " ".join(["-2"] * 20)):
        (tmp_path / "a_subset.txt").write_text(subset)
        with pytest.raises(InputError, match="a_subset"):
            read_pose(tmp_path / "a_candidate.txt")
    (tmp_path / "a_subset.txt").unlink()
    with pytest.raises(InputError, match="a_subset"):
        read_pose(tmp_path / "a_candidate.txt")
    with pytest.raises(InputError, match="pose.xml"):
        read_pose(tmp_path / "pose.xml")


@given(poses, st.sampled_from(["a.json", "a_candidate.txt"]), st.sampled_from(["b.json", "b_subset.txt"]))
def test_what_goes_from_one_form_to_the_other_and_back_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, pose: np.ndarray, first: str, second: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    pose[:, ::3, 2] = 0  # confidence 0, but in a place
    write_pose(folder / first, pose)
    write_pose(folder / second, read_pose(folder / first))
    assert np.array_equal(read_pose(folder / second), pose)


def test_line_ends_of_windows_and_nobody(tmp_path: Path) -> None:
    (tmp_path / "a_candidate.txt").write_bytes(b"5 6 0.5 0\r\n7 8 0.25 1\r\n")
    (tmp_path / "a_subset.txt").write_bytes((" ".join(["-1"] * 16 + ["1", "0", "0.75", "2"]) + "\r\n").encode())
    pose = read_pose(tmp_path / "a_candidate.txt")
    assert pose[0, 16].tolist() == [7, 8, 0.25] and pose[0, 17].tolist() == [5, 6, 0.5] and not pose[0, :16].any()
    for name in ("a_candidate.txt", "a_subset.txt"):
        (tmp_path / name).write_bytes(b"\r\n")
    assert read_pose(tmp_path / "a_subset.txt").shape == (0, 18, 3)


def test_exchanging_sides_twice_changes_nothing_and_keeps_the_middle() -> None:
    assert [OTHER_SIDE[other] for other in OTHER_SIDE] == list(range(18))
    assert [number for number, other in enumerate(OTHER_SIDE) if other == number] == [0, 1]
