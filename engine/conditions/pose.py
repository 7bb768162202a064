"""Poses as files: OpenPose JSON, and the `_candidate.txt` / `_subset.txt` pair.

A pose is float64 (persons, 18, 3): x and y in pixels and a confidence, keypoints in OpenPose COCO order.
A missing keypoint is (0, 0, 0); a keypoint of confidence 0 that has a place keeps it.
"""

import io
import json
from pathlib import Path

import numpy as np

from engine.errors import InputError
from engine.files import read_text, write_text

KEYPOINTS = 18
# The number of each keypoint on the other side of the body: mirroring a person exchanges them.
OTHER_SIDE = (0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16)

_LIMIT = 8 * 1024 * 1024
_MAX_PERSONS = 1000
_MAX_COORDINATE = 1e6
# OpenPose's BODY_25 has the middle of the hips as an extra keypoint 8 and six for the feet at the end.
_BODY_25_TO_COCO = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]
_CANDIDATE, _SUBSET = "_candidate.txt", "_subset.txt"


def read_pose(path: Path | str) -> np.ndarray:
    """Read a pose, float64 (persons, 18, 3), from OpenPose JSON or from either file of a text pair.

    Raises InputError when a file is missing or is not of that form.
    """
    path = Path(path)
    if path.name.endswith((_CANDIDATE, _SUBSET)):
        return _read_text_pair(path)
    if path.suffix.lower() == ".json":
        return _read_json(path)
    raise InputError(f"The pose {path} is neither OpenPose .json nor a {_CANDIDATE} / {_SUBSET} pair; convert it.")


def write_pose(path: Path | str, pose: np.ndarray) -> None:
    """Write a pose (persons, 18, 3) as OpenPose JSON, or as a text pair if `path` ends like one of the two.

    Raises InputError when the files cannot be written or the name fits neither form.
    """
    path = Path(path)
    if path.name.endswith((_CANDIDATE, _SUBSET)):
        _write_text_pair(path, pose)
    elif path.suffix.lower() == ".json":
        people = [{"pose_keypoints_2d": person.ravel().tolist()} for person in np.asarray(pose, dtype=np.float64)]
        write_text(path, json.dumps({"version": 1.3, "people": people}))
    else:
        raise InputError(f"Cannot write {path} as a pose; end its name in .json or {_CANDIDATE}.")


def shifted_pose(pose: np.ndarray, across: float, down: float) -> np.ndarray:
    """A pose (persons, 18, 3) moved by pixels; missing keypoints stay missing."""
    return np.where(pose.any(axis=2, keepdims=True), pose + [across, down, 0.0], 0.0)


def _read_json(path: Path) -> np.ndarray:
    text = read_text(path, "pose", _LIMIT)
    try:
        people = json.loads(text)["people"]
        persons = [_person(entry["pose_keypoints_2d"]) for entry in people]
        pose = np.array(persons, dtype=np.float64).reshape(-1, KEYPOINTS, 3)
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise InputError(f"The pose {path} is no OpenPose JSON (people[].pose_keypoints_2d); export anew.") from error
    return _checked(pose, path)


def _person(numbers: list[float]) -> np.ndarray:
    points = np.array(numbers, dtype=np.float64).reshape(-1, 3)
    if len(points) == 25:
        return points[_BODY_25_TO_COCO]
    if len(points) != KEYPOINTS:
        raise ValueError("neither 18 nor 25 keypoints")
    return points


def _text_pair(path: Path) -> tuple[Path, Path]:
    stem = path.name.removesuffix(_CANDIDATE).removesuffix(_SUBSET)
    return path.with_name(stem + _CANDIDATE), path.with_name(stem + _SUBSET)


def _read_text_pair(path: Path) -> np.ndarray:
    candidate_path, subset_path = _text_pair(path)
    candidates = _read_table(candidate_path, columns=4)
    subset = _read_table(subset_path, columns=KEYPOINTS + 2)
    rows = subset[:, :KEYPOINTS]
    if not np.array_equal(rows, np.rint(rows)) or (rows < -1).any() or (rows >= len(candidates)).any():
        raise InputError(f"The pose {subset_path} points to rows missing in {candidate_path.name}; export both again.")
    missing = np.zeros((1, 3))
    points = np.concatenate([candidates[:, :3], missing])  # row -1 is the missing one
    return _checked(points[rows.astype(np.int64)], path)


def _read_table(path: Path, columns: int) -> np.ndarray:
    text = read_text(path, "pose", _LIMIT)
    if not text.strip():
        return np.zeros((0, columns))
    try:
        table = np.loadtxt(io.StringIO(text), ndmin=2)
    except ValueError as error:
        raise InputError(f"The pose {path} is not a table of numbers; export it again.") from error
    if table.shape == (columns, 1):  # numpy.savetxt writes a single row as a column
        table = table.T
    if table.shape[1] != columns:
        raise InputError(f"The pose {path} has {table.shape[1]} columns where {columns} are expected; export it again.")
    return table


def _write_text_pair(path: Path, pose: np.ndarray) -> None:
    candidate_path, subset_path = _text_pair(path)
    candidates: list[list[float]] = []
    subset: list[list[float]] = []
    for person in np.asarray(pose, dtype=np.float64):
        rows = []
        for point in person:
            if point.any():
                rows.append(len(candidates))
                candidates.append([*point, len(candidates)])
            else:
                rows.append(-1)
        subset.append([*rows, person[:, 2].sum(), sum(row >= 0 for row in rows)])
    write_text(candidate_path, _table(candidates, columns=4))
    write_text(subset_path, _table(subset, columns=KEYPOINTS + 2))


def _table(rows: list[list[float]], columns: int) -> str:
    text = io.StringIO()
    np.savetxt(text, np.array(rows, dtype=np.float64).reshape(-1, columns))
    return text.getvalue()


def _checked(pose: np.ndarray, path: Path) -> np.ndarray:
    if len(pose) > _MAX_PERSONS:
        raise InputError(f"The pose {path} has more than {_MAX_PERSONS} persons; keep those that matter.")
    if not np.isfinite(pose).all() or (np.abs(pose[:, :, :2]) > _MAX_COORDINATE).any():
        raise InputError(f"The pose {path} has coordinates that are no pixels; export it again.")
    return pose
