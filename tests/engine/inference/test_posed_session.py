"""Poses through the session and the command line."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import main
from engine.conditions.body import body_segments
from engine.conditions.pose import write_pose
from engine.conditions.pose_tensors import mirrored_pose
from engine.data.posed_folder import PosedFolder
from engine.domains import DOMAINS
from engine.errors import InputError
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Keypoints, Pixels
from engine.models.rabit import Rabit
from engine.style import Style
from engine.weights.registry import save_weights
from tests.engine.folders import TINY_DOMAIN
from tests.engine.posed_domain import POSED_CONFIG, POSED_DOMAIN, make_posed_data


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    torch.manual_seed(0)
    save_weights(
        tmp_path / "weights" / POSED_DOMAIN.name / "rabit", model="rabit", domain=POSED_DOMAIN.name,
        config=asdict(POSED_CONFIG), state_dict=Rabit(POSED_CONFIG).state_dict(), data="made up", steps=0, seed=0,
        metrics={},
    )  # fmt: skip
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    for domain in (TINY_DOMAIN, POSED_DOMAIN):
        monkeypatch.setitem(DOMAINS, domain.name, domain)
    return make_posed_data(tmp_path / "data")


def _state(people: Path, name: str = "p0", other: str = "p1") -> EditState:
    folder = PosedFolder(people, "val")
    photo, pose = folder.read(other)
    own = folder.read(name)[1]
    exemplar = Exemplar(Pixels(photo), Pixels(body_segments(pose, photo.shape[:2])), other, Keypoints(pose))
    labels = Pixels(body_segments(own, (192, 128)))
    return EditState(POSED_DOMAIN.name, "rabit", labels, (exemplar,), (1.0,), keypoints=Keypoints(own))


def test_a_pose_becomes_a_picture_and_a_moved_joint_another(people: Path) -> None:
    session, state = Session("cpu"), _state(people)
    frame = session.render(state)
    assert frame.image.shape == frame.warp.shape == (192, 128, 3) and frame.confidence.shape == (192, 128)
    moved = state.keypoints.array.copy()
    moved[0, 8:11, 0] += 12
    other = session.render(replace(state, keypoints=Keypoints(moved), labels=Pixels(body_segments(moved, (192, 128)))))
    assert (other.image != frame.image).any() and (other.warp != frame.warp).any()
    assert (session.render(state).image == frame.image).all()


def test_a_dragged_joint_is_previewed_and_then_exact(people: Path) -> None:
    session, state = Session("cpu"), _state(people)
    session.render(state)
    moved = state.keypoints.array.copy()
    for _ in range(3):
        moved[0, 7:8, 0] += 3
        labels = Pixels(body_segments(moved, (192, 128)))
        state = replace(state, keypoints=Keypoints(moved), labels=labels)
        preview = session.render(state, hold=True)
        assert not preview.exact
    settled, fresh = session.render(state), Session("cpu").render(state)
    assert settled.exact and (settled.image == fresh.image).all() and (settled.warp == fresh.warp).all()
    assert np.abs(preview.image.astype(int) - settled.image).mean() < 8


def test_a_mirrored_exemplar_shows_the_same_side(people: Path) -> None:
    session, state = Session("cpu"), _state(people, "p2", "p2")
    exemplar = state.exemplars[0]
    pose = mirrored_pose(exemplar.keypoints.array, 128)
    mirrored = Exemplar(
        Pixels(exemplar.photo.array[:, ::-1]), Pixels(body_segments(pose, (192, 128))), "m", Keypoints(pose)
    )
    straight, turned = session.render(state), session.render(replace(state, exemplars=(mirrored,)))
    person = state.labels.array > 0
    difference = np.abs(straight.warp.astype(int) - turned.warp)[person]
    assert difference.mean() < 4


def test_a_state_without_pose_is_refused_in_a_sentence(people: Path) -> None:
    state = _state(people)
    bare = replace(state.exemplars[0], keypoints=None)
    for lacking in (replace(state, keypoints=None), replace(state, exemplars=(bare,))):
        with pytest.raises(InputError, match="needs the pose of the condition and of each exemplar"):
            Session("cpu").render(lacking)


def test_render_and_batch_take_pose_files(people: Path, tmp_path: Path) -> None:
    folder = PosedFolder(people, "val")
    for name in ("p0", "p1"):
        write_pose(tmp_path / f"{name}.json", folder.read(name)[1])
    write_pose(tmp_path / "p0_candidate.txt", folder.read("p0")[1])
    arguments = ["--domain", POSED_DOMAIN.name, "--exemplar", str(people / "photos" / "p1.png"), "--device", "cpu"]
    arguments += ["--exemplar-condition", str(tmp_path / "p1.json")]
    for condition, out in (("p0.json", "a.png"), ("p0_candidate.txt", "b.png")):
        files = ["--condition", str(tmp_path / condition), "--out", str(tmp_path / out)]
        assert main.main(["render", *files, *arguments]) == 0
    pictures = [np.asarray(Image.open(tmp_path / name)) for name in ("a.png", "b.png")]
    assert pictures[0].shape == (192, 128, 3) and np.abs(pictures[0].astype(int) - pictures[1]).max() <= 1
    large = ["--size", "256x384", "--condition", str(tmp_path / "p0.json"), "--out", str(tmp_path / "c.png")]
    assert main.main(["render", *large, *arguments]) == 0
    assert Image.open(tmp_path / "c.png").size == (256, 384)
    job = {"condition": "p0.json", "exemplar": "data/photos/p1.png", "exemplar_condition": "p1.json"}
    jobs = {"domain": POSED_DOMAIN.name, "jobs": [{**job, "size": [256, 384], "out": "d.png"}, {**job, "out": "e.png"}]}
    (tmp_path / "jobs.json").write_text(json.dumps(jobs))
    assert main.main(["batch", str(tmp_path / "jobs.json"), "--out", str(tmp_path / "out"), "--device", "cpu"]) == 0
    assert Image.open(tmp_path / "out" / "d.png").size == (256, 384)
    assert np.abs(np.asarray(Image.open(tmp_path / "out" / "e.png")).astype(int) - pictures[0]).max() == 0


def test_bad_poses_and_sizes_are_refused(people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_pose(tmp_path / "nobody.json", np.zeros((1, 18, 3)))
    arguments = ["render", "--domain", POSED_DOMAIN.name, "--exemplar", str(people / "photos" / "p1.png")]
    arguments += ["--condition", str(tmp_path / "nobody.json"), "--out", str(tmp_path / "x.png")]
    assert main.main(arguments) == 2
    assert "nobody.json shows nobody" in capsys.readouterr().err
    assert main.main([*arguments, "--size", "4x4"]) == 2
    assert "below 8" in capsys.readouterr().err


def test_evaluate_mirrors_joints(people: Path, tmp_path: Path) -> None:
    arguments = ["evaluate", "--domain", POSED_DOMAIN.name, "--data", str(people), "--limit", "2", "--device", "cpu"]
    assert main.main([*arguments, "--out", str(tmp_path / "e"), "--json", str(tmp_path / "e.json")]) == 0
    report = json.loads((tmp_path / "e.json").read_text())
    assert report["photos"] == 2
    for protocol in ("warp", "mirror"):
        figures = report["protocols"][protocol]
        assert figures["warped"]["psnr"] > figures["copied"]["psnr"]


def test_the_styles_of_posed_photos_are_fitted(people: Path, tmp_path: Path) -> None:
    assert main.main(["fit-styles", "--domain", POSED_DOMAIN.name, "--data", str(people), "--epochs", "1"]) == 0
    frame = Session("cpu").render(replace(_state(people), style=Style.of(axes=(1.0,))))
    assert (frame.image != Session("cpu").render(_state(people)).image).any()
