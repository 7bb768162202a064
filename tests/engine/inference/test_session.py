"""The live session on random weights."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from engine.domains import DOMAINS
from engine.errors import InputError
from engine.inference.session import Session, working_size
from engine.inference.state import EditState, Exemplar, Pixels
from engine.models.rabit import Rabit
from engine.models.rabit_flow import AlignmentFlow, ConditionFlow, PaintFlow
from tests.engine.figures import STILL, moved_person, photo_like
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights


@pytest.fixture(scope="module", autouse=True)
def _tiny_domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    root = tmp_path_factory.mktemp("weights")
    make_tiny_weights(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARPAINT_WEIGHTS", str(root))
        patch.setitem(DOMAINS, TINY_DOMAIN.name, replace(TINY_DOMAIN, size=(64, 96)))
        yield


@pytest.fixture(scope="module")
def session() -> Session:
    return Session("cpu")


STAGES = {
    "encode_exemplar": (Rabit, "encode_exemplar"),
    "encode_condition": (ConditionFlow, "__init__"),
    "align": (AlignmentFlow, "__init__"),
    "synthesise": (PaintFlow, "__init__"),
}


def _counted(counts: dict[str, int], name: str) -> Callable[..., object]:
    real = getattr(*STAGES[name])

    def counted(self: object, *arguments: object) -> object:
        counts[name] += 1
        return real(self, *arguments)

    return counted


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often each stage was begun anew."""
    counts = dict.fromkeys(STAGES, 0)
    for name, (owner, method) in STAGES.items():
        monkeypatch.setattr(owner, method, _counted(counts, name))
    return counts


def _labels(height: int = 96, width: int = 64) -> Pixels:
    return Pixels(moved_person(STILL, height, width)[0].numpy())


def _exemplar(seed: int, height: int = 96, width: int = 64) -> Exemplar:
    photo = ((photo_like(seed, height, width)[0] + 1) * 127.5).permute(1, 2, 0).numpy().astype(np.uint8)
    return Exemplar(Pixels(photo), _labels(height, width), f"exemplar {seed}")


def _state(**changes: object) -> EditState:
    state = EditState("tiny", "rabit", _labels(), (_exemplar(1),), (1.0,))
    return replace(state, **changes)


@pytest.mark.parametrize("size", [(96, 64), (50, 75), (200, 131), (9, 64)])
def test_a_frame_has_the_size_of_the_labels(session: Session, size: tuple[int, int]) -> None:
    frame = session.render(_state(labels=_labels(*size)))
    assert frame.image.shape == frame.warp.shape == (*size, 3)
    assert frame.image.dtype == frame.warp.dtype == np.uint8
    assert frame.confidence.shape == size and frame.confidence.dtype == np.float32
    assert frame.confidence.min() >= 0 and frame.confidence.max() <= 1
    assert frame.correspondence.shape == (*size, 2) and np.isfinite(frame.correspondence).all()
    assert frame.timings.keys() == {"encode", "align", "synthesise", "total"} and frame.device == "cpu"


def test_exemplars_may_be_of_any_size(session: Session) -> None:
    frame = session.render(_state(exemplars=(_exemplar(1, 72, 160),)))
    assert frame.image.shape == (96, 64, 3)
    assert frame.correspondence[..., 0].max() > 64


def test_the_correspondence_points_at_the_pixels_of_the_warp(session: Session) -> None:
    exemplar = _exemplar(1)
    frame = session.render(_state(exemplars=(exemplar,)))
    x, y = np.moveaxis(frame.correspondence, 2, 0)
    channels = np.moveaxis(exemplar.photo.array.astype(float), 2, 0)
    found = np.stack([map_coordinates(channel, [y, x], order=1, mode="nearest") for channel in channels], axis=2)
    assert np.abs(found - frame.warp).max() <= 1


def test_equal_states_give_equal_frames_in_any_session(session: Session) -> None:
    first, second = session.render(_state()), Session("cpu").render(_state())
    for name in ("image", "warp", "confidence", "correspondence"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


def test_other_labels_and_other_exemplars_give_other_pictures(session: Session) -> None:
    one = session.render(_state()).image
    edited = _labels().array.copy()
    edited[20:40, 20:40] = 5
    assert not np.array_equal(one, session.render(_state(labels=Pixels(edited))).image)
    assert not np.array_equal(one, session.render(_state(exemplars=(_exemplar(2),))).image)


def test_what_depends_on_an_exemplar_alone_is_computed_once(calls: dict[str, int]) -> None:
    session = Session("cpu")
    session.render(_state())
    edited = _labels().array.copy()
    edited[20:40, 20:40] = 5
    session.render(_state(labels=Pixels(edited), exemplars=(_exemplar(1),)))
    assert calls == {"encode_exemplar": 1, "encode_condition": 2, "align": 2, "synthesise": 2}


def test_new_weights_run_the_last_stage_only(calls: dict[str, int]) -> None:
    session = Session("cpu")
    both = (_exemplar(1), _exemplar(2))
    first = session.render(_state(exemplars=both, weights=(1.0, 1.0)))
    second = session.render(_state(exemplars=both, weights=(1.0, 3.0)))
    assert calls == {"encode_exemplar": 2, "encode_condition": 1, "align": 2, "synthesise": 2}
    assert not np.array_equal(first.image, second.image)
    assert (second.source == 1).mean() > 0.5


def test_an_exemplar_without_weight_is_not_used_and_weights_are_relative(
    session: Session, calls: dict[str, int]
) -> None:
    alone = session.render(_state())
    beside = session.render(_state(exemplars=(_exemplar(7), _exemplar(1)), weights=(0.0, 5.0)))
    assert np.array_equal(alone.image, beside.image) and (beside.source == 1).all()
    assert calls["encode_exemplar"] <= 1


@pytest.mark.parametrize(
    ("answers", "reached"), [(0, "encode_exemplar"), (1, "encode_condition"), (6, "align"), (14, "synthesise")]
)
def test_unwanted_work_stops_after_the_stage(calls: dict[str, int], answers: int, reached: str) -> None:
    wanted = iter([True] * answers + [False])
    assert Session("cpu").render(_state(), lambda: next(wanted)) is None
    order = ["encode_exemplar", "encode_condition", "align", "synthesise"]
    after = order[order.index(reached) + 1 :]
    assert calls[reached] == 1 and all(calls[name] == 0 for name in after)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"exemplars": (), "weights": ()}, "choose an exemplar"),
        ({"weights": (0.0,)}, "choose an exemplar"),
        ({"weights": (1.0, 1.0)}, "choose an exemplar"),
        ({"labels": Pixels(np.full((96, 64), 6))}, "class 6, which tiny does not have"),
        ({"labels": Pixels(np.zeros((4, 64)))}, "smaller than 8 pixels"),
        ({"exemplars": (replace(_exemplar(1), labels=_labels(96, 60)),)}, "'exemplar 1' is not of its photo's size"),
        ({"domain": "moon"}, "no domain 'moon'"),
        ({"model": "moon"}, "no translator 'moon'"),
    ],
)
def test_states_that_cannot_be_rendered_are_refused_in_a_sentence(
    session: Session, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as error:
        session.render(_state(**changes))
    assert str(error.value).endswith(".") and "\n" not in str(error.value)


def test_weights_of_another_shape_are_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny_weights(tmp_path)
    card = tmp_path / "tiny" / "rabit" / "card.json"
    card.write_text(card.read_text().replace('"style_dims": 6', '"style_dims": 7'))
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match="do not fit this version"):
        Session("cpu").render(_state())


@pytest.mark.parametrize("shape", [(384, 256), (1200, 800), (10, 2000), (500, 500)])
def test_the_working_size_has_the_aspect_and_about_the_area(shape: tuple[int, int]) -> None:
    height, width = working_size(shape, (256, 384), 32)
    assert height % 32 == 0 and width % 32 == 0 and min(height, width) >= 32
    if min(shape) > 100:
        assert 0.8 < height * width / (256 * 384) < 1.25
        assert 0.8 < height / width / (shape[0] / shape[1]) < 1.25
