"""The import-checkpoint command: what it writes loads to the same model, what is unsafe or wrong is refused."""

import json
import os
from pathlib import Path

import pytest
import torch

import main
from engine.errors import InputError
from engine.weights import load_imported, load_published
from engine.weights.registry import open_weights
from tests.engine.weights.test_published import OPTIONS, StateDicts, make_state_dicts


class Tampered:
    """Runs a command when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.trace),)


@pytest.fixture
def checkpoint(tmp_path: Path) -> StateDicts:
    state_dicts = make_state_dicts()
    torch.save(state_dicts["netCorr"], tmp_path / "corr.pth")
    torch.save(state_dicts["netG"], tmp_path / "generator.pth")
    (tmp_path / "options.json").write_text(json.dumps(OPTIONS))
    return state_dicts


def import_checkpoint(folder: Path, *more: object, name: str = "cocosnet") -> int:
    files = ["--corr", folder / "corr.pth", "--generator", folder / "generator.pth", "--out", folder / "out"]
    return main.main(["import-checkpoint", name, *map(str, (*files, *more))])


def test_what_is_imported_is_what_is_published(tmp_path: Path, checkpoint: StateDicts) -> None:
    assert import_checkpoint(tmp_path, "--options", tmp_path / "options.json") == 0
    imported, published = load_imported(tmp_path / "out"), load_published("cocosnet", checkpoint, OPTIONS)
    assert imported.options == published.options
    expected = published.state_dict()
    assert imported.state_dict().keys() == expected.keys()
    for name, tensor in imported.state_dict().items():
        assert torch.equal(tensor, expected[name]), name
    assert open_weights(tmp_path / "out").card.config["precision"] == "float32"


def test_options_that_cannot_be_told_must_be_named(
    tmp_path: Path, checkpoint: StateDicts, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_checkpoint(tmp_path) == 2
    assert "ade20k, celebahq, celebahqedge, deepfashion" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", "[]"])
def test_wrong_option_files_are_explained(
    tmp_path: Path, checkpoint: StateDicts, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "options.json").write_text(content)
    assert import_checkpoint(tmp_path, "--options", tmp_path / "options.json") == 2
    assert "The options" in capsys.readouterr().err


def test_tampered_pickles_are_refused_and_do_not_run(
    tmp_path: Path, checkpoint: StateDicts, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({**checkpoint["netG"], "fc.bias": Tampered(tmp_path / "ran")}, tmp_path / "generator.pth")
    assert import_checkpoint(tmp_path, "--options", tmp_path / "options.json") == 2
    error = capsys.readouterr().err
    assert "refused" in error
    assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"no checkpoint", {"a": 3}, [1]])
def test_other_files_are_refused(
    tmp_path: Path, checkpoint: StateDicts, content: object, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "generator.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    assert import_checkpoint(tmp_path, "--options", tmp_path / "options.json") == 2
    assert "generator.pth is refused" in capsys.readouterr().err


def test_missing_files_are_named(tmp_path: Path, checkpoint: StateDicts, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "corr.pth").unlink()
    assert import_checkpoint(tmp_path) == 2
    assert "corr.pth" in capsys.readouterr().err


def test_other_weights_are_not_imported_ones(tmp_path: Path) -> None:
    from tests.engine.factories import make_weights

    make_weights(tmp_path)
    with pytest.raises(InputError, match="not imported"):
        load_imported(tmp_path / "fashion" / "rabit")
