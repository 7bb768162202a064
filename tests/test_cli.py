"""The command line from outside: exit codes, one-line errors, quick help; end to end where weights are shipped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import main
from engine.commands import listing
from engine.conditions.label_map import write_label_map
from engine.domains import FASHION
from engine.images import read_photo, write_image
from engine.weights.registry import weights_root
from tests.engine.factories import make_data_set, make_person, make_weights

ROOT = Path(__file__).parents[1]
SHIPPED = pytest.mark.skipif(
    not (weights_root() / "fashion" / "rabit" / "card.json").exists(), reason="no weights are shipped yet"
)


def warpaint(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=300, env={**os.environ, **environment}, cwd=ROOT
    )


def assert_refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


@pytest.fixture
def person(tmp_path: Path) -> Path:
    photo, labels = make_person(0, size=(128, 192))
    write_image(tmp_path / "photo.webp", photo)
    write_label_map(tmp_path / "labels.png", labels, FASHION)
    make_weights(tmp_path / "weights")
    return tmp_path


@pytest.mark.parametrize(
    "command", ["", "render", "batch", "screenshot", "domains", "models", "evaluate", "import-checkpoint"]
)
def test_help(command: str) -> None:
    result = warpaint(*command.split(), "--help")
    assert result.returncode == 0
    assert result.stdout.startswith("usage: python main.py")


def test_help_names_all_commands_and_needs_no_tensors() -> None:
    code = "import sys, main; main.main(['domains']); sys.exit('torch' in sys.modules or 'PySide6' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert "0 #22262e background" in result.stdout
    text = warpaint("--help").stdout
    assert all(f"\n  {name} " in text for name in ("screenshot", "render", "batch", "domains", "models", "train"))


def test_models_show_their_cards(person: Path) -> None:
    result = warpaint("models", WARPAINT_WEIGHTS=str(person / "weights"))
    assert result.returncode == 0
    assert "fashion/rabit" in result.stdout
    assert "No weights" in warpaint("models", WARPAINT_WEIGHTS=str(person / "nothing")).stdout


def test_bad_usage_is_one_line(person: Path) -> None:
    assert_refused(warpaint("rendr"), "rendr", "--help")
    assert_refused(warpaint("render", "--domain", "fashion"), "--condition", "render --help")
    assert_refused(warpaint("screenshot"), "--out")
    assert_refused(warpaint("--device", "toaster"), "toaster")
    assert_refused(warpaint("x" * 5000), "no file and no command")
    assert_refused(warpaint("evaluate", "--domain", "fashion", "--data", person, "--limit", "0"), "at least 1")
    assert_refused(warpaint("batch", person / "none.json", "--out", person / "out"), "none.json")


def test_an_interruption_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(listing, "run_domains", interrupt)
    assert main.main(["domains"]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


@pytest.mark.parametrize("arguments", [[], ["domains"]])
def test_what_is_not_installed_is_named(arguments: list[str]) -> None:
    bare = [sys.executable, "-S", "main.py", *arguments]  # without the packages of the environment
    done = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.count("\n") == 1 and "is not installed" in done.stderr and "pip install ." in done.stderr


def render(person: Path, **changes: object) -> subprocess.CompletedProcess[str]:
    options = {
        "domain": "fashion",
        "condition": person / "labels.png",
        "exemplar": person / "photo.webp",
        "exemplar-condition": person / "labels.png",
        "out": person / "out.png",
    }
    options.update({name.replace("_", "-"): value for name, value in changes.items()})
    arguments = [word for name, value in options.items() if value is not None for word in (f"--{name}", value)]
    return warpaint("render", *arguments, WARPAINT_WEIGHTS=str(person / "weights"))


def test_bad_input_of_render(person: Path) -> None:
    foreign = np.zeros((8, 8), np.uint8)
    foreign[2, 5] = 77
    write_image(person / "foreign.png", foreign)
    (person / "broken.png").write_bytes((person / "photo.webp").read_bytes()[:100])
    assert_refused(render(person, seed=-1), "-1")
    assert_refused(render(person, domain="moon"), "moon", "fashion")
    assert_refused(render(person, model="nothing"), "nothing", "models")
    assert_refused(render(person, exemplar_condition=None), "--exemplar-condition")
    assert_refused(render(person, condition=person / "foreign.png"), "foreign.png", "77", "x=5, y=2")
    assert_refused(render(person, exemplar=person / "broken.png"), "broken.png")
    assert_refused(render(person, exemplar=person / "missing.png"), "missing.png")
    assert_refused(render(person, exemplar=f"{person / 'photo.webp'}:x"), "weight 'x'", "render --help")
    assert_refused(render(person, style=person / "missing.json"), "missing.json")
    assert_refused(render(person, sample=1), "style space", "fit-styles")
    assert_refused(render(person, out=person / "out.txt"), "out.txt")
    assert not (person / "out.png").exists()


@SHIPPED
def test_render_with_the_shipped_weights(person: Path) -> None:
    result = warpaint(
        "render", "--domain", "fashion", "--condition", person / "labels.png", "--exemplar", person / "photo.webp",
        "--exemplar-condition", person / "labels.png", "--out", person / "deep" / "out.png", "--warped",
        person / "warp.png", "--confidence", person / "confidence.png", "--json", "--device", "cpu",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    picture, photo = read_photo(person / "deep" / "out.png"), read_photo(person / "photo.webp")
    assert picture.shape == read_photo(person / "warp.png").shape == photo.shape
    assert read_photo(person / "confidence.png").shape == photo.shape
    labels = make_person(0, size=(128, 192))[1]
    for class_id in (FASHION.class_named("top").id, FASHION.class_named("pants").id):
        here = labels == class_id
        assert np.abs(picture[here].mean(axis=0) - photo[here].mean(axis=0)).max() < 40
    facts = json.loads((person / "deep" / "out.json").read_text())
    assert facts["size"] == [128, 192]
    assert facts["milliseconds"]["total"] > 0


@SHIPPED
def test_batch_and_evaluate_with_the_shipped_weights(person: Path) -> None:
    job = {"condition": "labels.png", "exemplar": "photo.webp", "exemplar_condition": "labels.png", "out": "a.webp"}
    bad = {**job, "condition": "missing.png", "out": "b.webp"}
    (person / "jobs.json").write_text(json.dumps({"domain": "fashion", "jobs": [bad, job]}))
    for summary in ("2 jobs: 1 done, 0 done before, 1 failed.", "2 jobs: 0 done, 1 done before, 1 failed."):
        result = warpaint("batch", person / "jobs.json", "--out", person / "out", "--device", "cpu")
        assert result.returncode == 1, result.stderr
        assert summary in result.stdout
    assert read_photo(person / "out" / "a.webp").shape == (192, 128, 3)
    data = make_data_set(person / "data", photos=2)
    result = warpaint(
        "evaluate", "--domain", "fashion", "--data", data, "--split", "val", "--limit", 1, "--out", person / "figures",
        "--json", person / "figures.json", "--device", "cpu",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "exemplar copied unchanged" in result.stdout
    assert json.loads((person / "figures.json").read_text())["photos"] == 1
    assert (person / "figures" / "sheet-swap.png").exists()
