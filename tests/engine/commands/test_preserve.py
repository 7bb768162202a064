"""--preserve: a photo that is edited keeps its pixels, and its size."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import main
from engine.analysis import analyse as module
from engine.commands.jobs import read_jobs
from engine.commands.labelling import Labelling
from engine.commands.look import ExemplarFiles, Look
from engine.commands.request import Request
from engine.conditions.label_map import write_label_map
from engine.domains import FASHION
from engine.errors import InputError
from engine.images import read_photo, write_image
from engine.inference.session import Session
from engine.inference.state import EditState, Frame
from engine.preserve import Edit
from engine.weights.registry import find_weights, weights_root
from tests.engine.analysis.oracle import Oracle, people
from tests.engine.factories import fake_render, make_person, make_weights

SHIPPED = weights_root() / "fashion" / "rabit" / "card.json"
SKIRT = FASHION.class_named("skirt").id


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A photo with its label map, and that with a skirt painted in: at half of the photo's size."""
    photo, labels = make_person(0, (128, 192))
    write_image(tmp_path / "photo.png", photo)
    write_label_map(tmp_path / "before.png", labels, FASHION)
    edited = labels.copy()
    edited[110:150, 40:90] = SKIRT
    write_label_map(tmp_path / "edited.png", edited[::2, ::2], FASHION)
    write_label_map(tmp_path / "full.png", edited, FASHION)
    return tmp_path


@pytest.fixture
def made_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[EditState]:
    """Weights that do nothing, and the states that a made-up session was asked for."""
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(folder / "weights"))
    for model in ("rabit", "analyst"):
        make_weights(folder / "weights", model=model)
    states: list[EditState] = []

    def render(self: Session, state: EditState) -> Frame:
        states.append(state)
        return fake_render(state)

    monkeypatch.setattr(Session, "render", render)
    return states


def render(folder: Path, *options: str) -> int:
    files = ["--domain", "fashion", "--condition", str(folder / "edited.png"), "--out", str(folder / "out.png")]
    return main.main(["render", *files, "--device", "cpu", *options])


def preserve(folder: Path) -> list[str]:
    return [f"--preserve={folder / 'photo.png'}", f"--preserve-labels={folder / 'before.png'}"]


def test_the_photo_is_its_own_exemplar_and_gives_the_size(folder: Path, made_up: list[EditState]) -> None:
    assert render(folder, *preserve(folder)) == 0
    (state,) = made_up
    assert state.exemplars == (state.content,) and state.weights == (1.0,)
    assert np.array_equal(state.content.photo.array, read_photo(folder / "photo.png"))
    assert state.labels.array.shape == state.content.labels.array.shape == (192, 128)
    assert json.loads(Image.open(folder / "out.png").info["warpaint"])["preserved"] == "photo.png"


def test_the_edit_may_take_its_look_from_another_photo(folder: Path, made_up: list[EditState]) -> None:
    photo, labels = make_person(1)
    write_image(folder / "other.png", photo)
    write_label_map(folder / "other_labels.png", labels, FASHION)
    exemplar = [f"--exemplar={folder / 'other.png'}", f"--exemplar-condition={folder / 'other_labels.png'}"]
    assert render(folder, *preserve(folder), *exemplar) == 0
    assert [exemplar.name for exemplar in made_up[0].exemplars] == ["other.png"]
    assert made_up[0].content.name == "photo.png"


def test_the_label_map_is_found_over_all_of_the_photo(
    folder: Path, made_up: list[EditState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "load_analyst", lambda weights: Oracle())
    picture = people((600, 400), (200, 40, 330, 380))[0]
    write_image(folder / "wide.png", picture)
    write_label_map(folder / "edited.png", np.zeros((400, 600), np.uint8), FASHION)
    assert render(folder, f"--preserve={folder / 'wide.png'}") == 0
    content = made_up[0].content
    assert content.labels.array.shape == content.photo.array.shape[:2] == picture.shape[:2]
    assert content.labels.array.any() and made_up[0].exemplars == (content,)


def test_several_persons_are_all_in_the_label_map(
    folder: Path, made_up: list[EditState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "load_analyst", lambda weights: Oracle())
    photo = people((600, 400), (40, 40, 170, 380), (420, 80, 540, 380))[0]
    labelling = Labelling("cpu")
    labels = labelling.whole(photo, Path("two.png"), FASHION).labels.array
    assert labels[:, :250].any() and labels[:, 350:].any()
    assert labelling.whole(photo, Path("two.png"), FASHION).labels is labelling.whole(photo, Path(), FASHION).labels


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--preserve-labels=before.png"], "name it by --preserve"),
        (["--preserve=photo.png", "--preserve-labels=before.png", "--condition=wide.png"], "another shape"),
        (["--preserve=none.png", "--preserve-labels=before.png"], "none.png"),
    ],
)
def test_what_does_not_go_together_is_told(
    folder: Path, made_up: list[EditState], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    options: list[str], sentence: str,
) -> None:  # fmt: skip
    write_label_map(folder / "wide.png", np.zeros((60, 90), np.uint8), FASHION)
    monkeypatch.chdir(folder)
    assert render(folder, *options) == 2
    assert sentence in capsys.readouterr().err and not (folder / "out.png").exists()


def test_the_photo_decides_the_key(folder: Path, made_up: list[EditState]) -> None:
    files = ExemplarFiles(folder / "photo.png", folder / "before.png")
    plain = Request(folder / "edited.png", Look((files,)))
    other = replace(files, condition=folder / "full.png")
    requests = [plain, *(replace(plain, look=Look((files,), content=content)) for content in (files, other)),
                replace(plain, look=Look(content=files)),
                replace(plain, look=Look(content=replace(files, condition=None)))]  # fmt: skip
    weights = find_weights("fashion", "rabit")
    assert len({request.key(weights) for request in requests}) == len(requests)


def test_jobs_say_it_too(folder: Path, made_up: list[EditState]) -> None:
    jobs = [
        {"condition": "edited.png", "preserve": "photo.png", "preserve_labels": "before.png", "out": "own.png"},
        {"condition": "full.png", "exemplar": "photo.png", "exemplar_condition": "before.png", "out": "anew.png"},
    ]
    (folder / "jobs.json").write_text(json.dumps({"domain": "fashion", "jobs": jobs}))
    assert main.main(["batch", str(folder / "jobs.json"), "--out", str(folder / "out"), "--device", "cpu"]) == 0
    own, anew = made_up
    assert own.exemplars == (own.content,) and own.labels.array.shape == (192, 128)
    assert anew.content is None


def test_a_job_with_labels_but_no_photo_is_refused(folder: Path) -> None:
    jobs = [{"condition": "edited.png", "preserve_labels": "before.png", "out": "own.png"}]
    (folder / "jobs.json").write_text(json.dumps({"domain": "fashion", "jobs": jobs}))
    with pytest.raises(InputError, match="preserve_labels needs preserve"):
        read_jobs(folder / "jobs.json")


@pytest.mark.skipif(not SHIPPED.exists(), reason="no weights are shipped yet")
def test_the_shipped_weights_leave_the_photo_alone(folder: Path) -> None:
    assert render(folder, *preserve(folder), f"--condition={folder / 'full.png'}") == 0
    photo, image = read_photo(folder / "photo.png"), read_photo(folder / "out.png")
    edited, before = (np.array(Image.open(folder / name)) for name in ("full.png", "before.png"))
    assert image.shape == photo.shape
    box = Edit(edited, before).touched
    changed = np.argwhere((image != photo).any(axis=2))
    assert len(changed) and (changed >= (box.top, box.left)).all() and (changed < (box.bottom, box.right)).all()
