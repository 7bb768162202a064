"""Authors' checkpoints from their files to pictures, all through the command line."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import main
from engine.conditions.pose import write_pose
from engine.images import read_photo, write_image
from engine.weights import load_published
from tests.engine.models.published.test_translator import SIDE, SYSTEMS, make_state_dicts
from tests.reference import parity

FILES = {"netCorr": ("--corr", "latest_net_Corr.pth"), "netG": ("--generator", "latest_net_G.pth")}


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path / "weights"


def import_checkpoint(
    folder: Path, name: str, state_dicts: Mapping[str, dict[str, Tensor]], options: Mapping[str, Any], *more: object
) -> int:
    (folder / "options.json").write_text(json.dumps(options))
    arguments: list[object] = ["import-checkpoint", name, "--options", folder / "options.json"]
    for network, state_dict in state_dicts.items():
        option, file = FILES[network]
        torch.save(state_dict, folder / file)
        arguments += [option, folder / file]
    return main.main([str(argument) for argument in (*arguments, *more)])


def import_small(folder: Path, system: str, *more: object) -> tuple[str, dict[str, dict[str, Tensor]], dict[str, Any]]:
    name, options = SYSTEMS[system]
    state_dicts = make_state_dicts(name, options)
    assert import_checkpoint(folder, name, state_dicts, options, *more) == 0
    return name, state_dicts, options


def render(folder: Path, domain: str, *more: object) -> np.ndarray:
    """The picture of `make_case`'s files."""
    files = [folder / name for name in ("L.png", "E.png", "EL.png", "R.png")]
    options = ("--condition", "--exemplar", "--exemplar-condition", "--out")
    named = [str(part) for pair in zip(options, files, strict=True) for part in pair]
    assert main.main(["render", "--domain", domain, *named, "--seed", "3", *map(str, more)]) == 0
    return read_photo(folder / "R.png")


def make_case(folder: Path, classes: int) -> dict[str, np.ndarray]:
    """A condition and an exemplar as arrays, and as files."""
    random = np.random.default_rng(0)
    labels = [random.integers(0, classes, (8, 8), np.uint8).repeat(SIDE // 8, 0).repeat(SIDE // 8, 1) for _ in "ab"]
    case = {"in_label_ids": labels[0], "in_label_ref_ids": labels[1]}
    case["in_ref_image_u8"] = random.integers(0, 256, (3, SIDE, SIDE), np.uint8)
    write_case(folder, case)
    return case


def write_case(folder: Path, case: Mapping[str, np.ndarray]) -> None:
    write_image(folder / "L.png", case["in_label_ids"])
    write_image(folder / "EL.png", case["in_label_ref_ids"])
    write_image(folder / "E.png", case["in_ref_image_u8"].transpose(1, 2, 0))


def levels(picture: Tensor | np.ndarray) -> np.ndarray:
    """float (3, H, W) in [-1, 1] as levels 0 to 255, (H, W, 3)."""
    return np.rint((np.asarray(picture).transpose(1, 2, 0) + 1) * 127.5)


@pytest.mark.parametrize(("system", "domain", "classes"), [("scenes", "ade20k", 151), ("faces", "celebahq", 16)])
def test_render_gives_the_networks_picture(
    tmp_path: Path, system: str, domain: str, classes: int, capsys: pytest.CaptureFixture[str]
) -> None:
    name, state_dicts, options = import_small(tmp_path, system)
    assert f"--domain {domain} --model cocosnet" in capsys.readouterr().out
    case = make_case(tmp_path, classes)
    picture = render(tmp_path, domain, "--model", "cocosnet", "--warped", tmp_path / "W.png")
    published = load_published(name, state_dicts, options).reference_forward(**case)
    assert np.abs(picture - levels(published["out_fake_image"])).max() <= 1
    assert np.abs(read_photo(tmp_path / "W.png") - levels(published["out_warp_out"])).max() <= 1
    assert picture.std() > 3


def test_a_pose_is_a_condition(tmp_path: Path) -> None:
    import_small(tmp_path, "guided")
    pose = np.zeros((1, 18, 3))
    pose[0, [0, 1, 2, 5]] = [(130, 40, 1), (128, 80, 1), (100, 85, 1), (150, 85, 1)]
    write_pose(tmp_path / "pose.json", pose)
    random = np.random.default_rng(0)
    write_image(tmp_path / "E.png", random.integers(0, 256, (256, 256, 3), np.uint8))
    arguments = [
        "--condition",
        "pose.json",
        "--exemplar",
        "E.png",
        "--exemplar-condition",
        "pose.json",
        "--out",
        "R.png",
    ]
    given = [part if part.startswith("--") else str(tmp_path / part) for part in arguments]
    assert main.main(["render", "--domain", "deepfashion", *given]) == 0  # the only model there is
    assert read_photo(tmp_path / "R.png").shape == (256, 256, 3)


def test_pictures_of_any_shape_come_back_in_theirs(tmp_path: Path) -> None:
    import_small(tmp_path, "faces", "--out", "mine")
    case = make_case(tmp_path, 16)
    write_case(tmp_path, case | {"in_label_ids": case["in_label_ids"][:48].repeat(2, 1)})
    picture = render(tmp_path, "celebahq", "--model", "mine")
    assert picture.shape == (48, 2 * SIDE, 3)
    assert np.array_equal(render(tmp_path, "celebahq"), picture)


def test_a_domain_is_listed_once_it_has_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["domains"]) == 0
    assert "ade20k" not in capsys.readouterr().out
    import_small(tmp_path, "scenes", "--out", "mine")
    assert main.main(["domains"]) == 0
    listed = capsys.readouterr().out
    assert "ade20k: Scenes (ADE20K), 256×256" in listed and "models: mine (default: mine)" in listed
    assert "105 #08b8aa fountain" in listed and "celebahq" not in listed
    assert main.main(["models"]) == 0
    assert "ade20k/mine: " in (told := capsys.readouterr().out) and "cocosnet of its authors" in told


def test_a_folder_keeps_the_weights_to_itself(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_small(tmp_path, "scenes", "--out", tmp_path / "elsewhere")
    assert "In the editor" not in capsys.readouterr().out
    assert (tmp_path / "elsewhere" / "card.json").is_file() and not weights.exists()


def test_what_has_no_domain_needs_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = {"netG": "bFT_unet", "n_layers": 7, "input_nc": 1, "guide_nc": 4, "output_nc": 3, "ngf": 2}
    state_dicts = make_state_dicts("guided_pix2pix", options)
    assert import_checkpoint(tmp_path, "guided_pix2pix", state_dicts, options) == 2
    assert "choose a folder by --out" in capsys.readouterr().err
    assert import_checkpoint(tmp_path, "guided_pix2pix", state_dicts, options, "--out", tmp_path / "texture") == 0


@pytest.mark.slow
@pytest.mark.parametrize("model", ["cocosnet/ade20k", "cocosnet/celebahq", "rabit/ade20k"])
def test_render_gives_the_published_picture(tmp_path: Path, model: str) -> None:
    spec = parity.read_spec(model)
    inputs, outputs = parity.read_case(model, 0)
    name, domain = model.split("/")
    assert import_checkpoint(tmp_path, name, parity.make_state_dicts(spec), spec["options"]) == 0
    write_case(tmp_path, inputs)
    picture = render(tmp_path, domain, "--model", name)
    assert np.abs(picture - levels(outputs["out_fake_image"])).max() <= 1
