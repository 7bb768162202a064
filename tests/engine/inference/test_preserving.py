"""Edits of a photo in the live session, on random weights: what is not edited stays the photo's."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from engine.domains import DOMAINS
from engine.errors import InputError
from engine.inference import preserving
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Pixels
from engine.preserve import Edit
from tests.engine.figures import STILL, moved_person, photo_like
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights


@pytest.fixture(scope="module", autouse=True)
def _tiny_domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("weights")
    make_tiny_weights(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARPAINT_WEIGHTS", str(root))
        patch.setitem(DOMAINS, TINY_DOMAIN.name, replace(TINY_DOMAIN, size=(64, 96)))
        yield root


@pytest.fixture(scope="module")
def session() -> Session:
    return Session("cpu")


def photo_of(seed: int, height: int, width: int) -> Exemplar:
    photo = ((photo_like(seed, height, width)[0] + 1) * 127.5).permute(1, 2, 0).numpy().astype(np.uint8)
    return Exemplar(Pixels(photo), Pixels(moved_person(STILL, height, width)[0].numpy()), f"photo {seed}")


def edited(content: Exemplar, rows: slice, columns: slice) -> Pixels:
    labels = content.labels.array.copy()
    labels[rows, columns] = (labels[rows, columns] + 1) % 3
    return Pixels(labels)


def state_of(content: Exemplar, labels: Pixels, *others: Exemplar) -> EditState:
    exemplars = others or (content,)
    return EditState("tiny", "rabit", labels, exemplars, (1.0,) * len(exemplars), content=content)


def beyond_the_rim(labels: Pixels, content: Exemplar) -> np.ndarray:
    edit = Edit(labels.array, content.labels.array)
    return distance_transform_edt(labels.array == content.labels.array) >= edit.rim


SIZES = {"of the network": (96, 64), "odd": (75, 50), "large": (400, 300)}


@pytest.mark.parametrize("shape", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("seeds", [(1,), (2,), (1, 2)], ids=["itself", "another exemplar", "both"])
def test_what_is_not_edited_is_the_photo(session: Session, shape: tuple[int, int], seeds: tuple[int, ...]) -> None:
    content = photo_of(1, *shape)
    labels = edited(content, slice(30, 44), slice(20, 36))
    state = state_of(content, labels, *(photo_of(seed, *shape) for seed in seeds))
    frame = session.render(state)
    outside = beyond_the_rim(labels, content)
    assert np.array_equal(frame.image[outside], content.photo.array[outside])
    assert not np.array_equal(frame.image, content.photo.array)
    assert frame.state is state
    assert frame.image.shape == frame.warp.shape == (*shape, 3) and frame.image.dtype == frame.warp.dtype == np.uint8
    assert frame.confidence.shape == frame.source.shape == shape and frame.correspondence.shape == (*shape, 2)
    assert frame.confidence.dtype == frame.correspondence.dtype == np.float32 and frame.source.dtype == np.uint8
    assert frame.source.max() < len(seeds)


@pytest.mark.parametrize("shape", SIZES.values(), ids=SIZES)
def test_without_an_edit_the_picture_is_the_photo(session: Session, shape: tuple[int, int]) -> None:
    content = photo_of(1, *shape)
    frame = session.render(state_of(content, content.labels))
    assert np.array_equal(frame.image, content.photo.array)
    assert frame.warp.shape == (*shape, 3) and frame.confidence.shape == shape


def test_a_large_photo_is_generated_around_the_edit_alone(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    content = photo_of(1, 800, 600)
    labels = edited(content, slice(400, 430), slice(300, 340))
    rendered = []
    render = Session._render

    def counted(self: Session, state: EditState, *wanted: object) -> object:
        if state.content is None:
            rendered.append(state.labels.array.shape)
        return render(self, state, *wanted)

    monkeypatch.setattr(Session, "_render", counted)
    frame = session.render(state_of(content, labels))
    ((height, width),) = rendered
    assert height * width < 0.1 * 800 * 600
    # Far from the edit the views show the photo in its own place.
    assert np.array_equal(frame.warp[0], content.photo.array[0]) and (frame.confidence[0] == 1).all()
    assert frame.correspondence[3, 5].tolist() == [5, 3] and frame.correspondence[799, 599].tolist() == [599, 799]


@pytest.mark.parametrize("seed", [1, 2], ids=["a large edit", "another exemplar"])
def test_no_more_is_generated_than_a_frame_may_cost(
    session: Session, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(preserving, "LARGEST", 30_000)
    content = photo_of(1, 400, 300)
    labels = edited(content, slice(20, 380), slice(20, 280))
    rendered = []
    render = Session._render

    def counted(self: Session, state: EditState, *wanted: object) -> object:
        if state.content is None:
            rendered.append(state.labels.array.size)
        return render(self, state, *wanted)

    monkeypatch.setattr(Session, "_render", counted)
    frame = session.render(state_of(content, labels, photo_of(seed, 400, 300)))
    assert len(rendered) == 1 and 25_000 < rendered[0] < 31_000
    assert frame.image.shape == frame.warp.shape == (400, 300, 3)
    assert frame.confidence.shape == frame.source.shape == (400, 300) and frame.correspondence.shape == (400, 300, 2)
    outside = beyond_the_rim(labels, content)
    assert np.array_equal(frame.image[outside], content.photo.array[outside])
    assert (frame.image != content.photo.array).any()


def test_the_same_edit_gives_the_same_picture(session: Session) -> None:
    content = photo_of(1, 400, 300)
    state = state_of(content, edited(content, slice(30, 60), slice(40, 90)))
    assert np.array_equal(session.render(state).image, Session("cpu").render(state).image)


def test_what_is_not_wanted_any_more_is_given_up(session: Session) -> None:
    content = photo_of(3, 96, 64)
    assert session.render(state_of(content, edited(content, slice(9, 20), slice(9, 20))), lambda: False) is None


def test_content_of_another_size_is_told(session: Session) -> None:
    content, other = photo_of(1, 96, 64), photo_of(1, 48, 32)
    with pytest.raises(InputError, match="32 × 48 pixels.*64 × 96"):
        session.render(replace(state_of(content, content.labels), content=other))


def test_content_of_foreign_classes_is_told(session: Session) -> None:
    content = photo_of(1, 96, 64)
    foreign = replace(content, labels=Pixels(np.full((96, 64), 99)))
    with pytest.raises(InputError, match="class 99"):
        session.render(replace(state_of(content, content.labels), content=foreign))
