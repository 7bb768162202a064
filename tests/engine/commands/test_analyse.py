"""The `analyse` command."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from engine.analysis import analyse as module
from engine.commands.analyse import add_arguments, run
from engine.commands.parser import Parser
from engine.conditions.label_map import read_label_map
from engine.conditions.pose import read_pose
from engine.domains import FASHION
from engine.errors import InputError
from engine.images import write_image
from tests.engine.analysis.oracle import CLASS, Oracle, neck, people
from tests.engine.factories import make_weights

BOXES = (40, 30, 120, 280), (200, 20, 290, 290)


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_weights(tmp_path, model="analyst")
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(module, "load_analyst", lambda weights: Oracle())
    write_image(tmp_path / "photo.png", people((320, 300), *BOXES)[0])
    return tmp_path / "photo.png"


def _arguments(photo: Path, *more: object) -> argparse.Namespace:
    parser = Parser()
    add_arguments(parser)
    return parser.parse_args([str(photo), "--domain", "fashion", "--device", "cpu", *map(str, more)])


def test_labels_and_pose_of_the_largest_person(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels, pose = photo.with_name("labels.png"), photo.with_name("pose.json")
    assert run(_arguments(photo, "--labels", labels, "--pose", pose)) == 0
    found = read_label_map(labels, FASHION)
    assert found.shape == (300, 320) and found[150, 245] == CLASS and not found[:, :160].any()
    assert np.abs(read_pose(pose)[0, :, :2] - neck(BOXES[1])).max() < 10
    assert len(read_pose(pose)) == 1 and "person 2: " in capsys.readouterr().out


@pytest.mark.parametrize("name", ["pose.json", "p_candidate.txt"])
def test_another_person_or_all(photo: Path, name: str) -> None:
    labels, pose = photo.with_name("labels.png"), photo.with_name(name)
    assert run(_arguments(photo, "--labels", labels, "--pose", pose, "--person", 2)) == 0
    assert np.abs(read_pose(pose)[0, :, :2] - neck(BOXES[0])).max() < 10
    assert not read_label_map(labels, FASHION)[:, 160:].any()
    assert run(_arguments(photo, "--labels", labels, "--pose", pose, "--person", "all")) == 0
    assert len(read_pose(pose)) == 2
    found = read_label_map(labels, FASHION)
    assert found[:, :160].any() and found[:, 160:].any()


def test_what_was_found_as_json(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(_arguments(photo, "--json")) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["size"] == [320, 300] and [person["keypoints"] for person in facts["persons"]] == [18, 18]
    assert np.abs(np.subtract(facts["persons"][0]["box"], [200, 20, 90, 270])).max() <= 6


def test_bad_requests_are_refused_in_a_sentence(photo: Path) -> None:
    with pytest.raises(InputError, match="shows 2 persons, not 3"):
        run(_arguments(photo, "--person", 3))
    with pytest.raises(InputError, match="--person"):
        _arguments(photo, "--person", 0)
    write_image(photo, np.zeros((50, 50, 3), np.uint8))
    with pytest.raises(InputError, match=r"No person was found in the photo .*photo\.png"):
        run(_arguments(photo))
