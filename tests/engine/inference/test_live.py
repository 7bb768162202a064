"""The picture during a stroke: what is made piece by piece is what a full pass with the same things held makes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from engine.conditions.label_map import read_label_map
from engine.correspondence.kin import borrow
from engine.domains import DOMAINS, FASHION
from engine.images import read_photo
from engine.inference.frames import frame_arrays
from engine.inference.session import Session, _nearest
from engine.inference.state import EditState, Exemplar, Frame, Pixels
from engine.models.rabit import in_own_coordinates
from engine.models.rabit_flow import ConditionFlow
from engine.rectangle import Rectangle
from engine.style import Style
from tests.engine.figures import CLASSES, STILL, TINY, moved_person, photo_like
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights

GRID = (192, 128)
CANVASES = (GRID, (384, 256), (240, 160), (150, 100))
TOLERANCE = 1e-5
TIE = 1e-4  # of the picture; a match that is farther away is another one

EVEN = replace(TINY, matching_dims=16, style_dims=10, widths=(16, 16, 16, 16))
"""Widths for which the processor's kernels round alike at most sizes, as they do for the shipped ones."""


@pytest.fixture(scope="module", autouse=True)
def _tiny_domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    root = tmp_path_factory.mktemp("weights")
    make_tiny_weights(root, config=EVEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARPAINT_WEIGHTS", str(root))
        patch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)
        yield


def _exemplar(seed: int) -> Exemplar:
    photo = ((photo_like(seed, *GRID)[0] + 1) * 127.5).permute(1, 2, 0).numpy().astype(np.uint8)
    slanted = torch.tensor([[[1.0, 0.05 * seed, 0.02], [-0.05 * seed, 0.95, 0.03]]])
    return Exemplar(Pixels(photo), Pixels(moved_person(slanted, *GRID)[0].numpy()), f"exemplar {seed}")


EXEMPLARS = tuple(_exemplar(seed) for seed in (1, 2, 3))


def _state(size: tuple[int, int] = GRID) -> EditState:
    return EditState("tiny", "rabit", Pixels(moved_person(STILL, *size)[0].numpy()), EXEMPLARS[:1], (1.0,))


def _painted(state: EditState, place: tuple[float, float], radius: float, class_id: int) -> EditState:
    """A dab at a place in [0, 1]², its radius a share of the width."""
    labels = state.labels.array.copy()
    height, width = labels.shape
    rows, columns = np.mgrid[:height, :width]
    x, y = place
    labels[(columns - x * width) ** 2 + (rows - y * height) ** 2 <= (radius * width) ** 2] = class_id
    return replace(state, labels=Pixels(labels))


class Tie(Exception):
    """Two matches of a position are equally good, and rounding alone decides between them."""


@torch.inference_mode()
def _in_full(session: Session, state: EditState) -> tuple[torch.Tensor, dict]:
    """The image, and the arrays of a frame, of a full pass with what the session holds."""
    picture = session._picture
    flow, network = picture._flow, picture._flow.network
    rows, columns = (_nearest(side, new) for side, new in zip(state.labels.array.shape, flow.size, strict=True))
    labels = torch.from_numpy(state.labels.array[rows[:, None], columns]).long()[None]
    condition = network.encode_condition(labels, layout=flow.region.layout)
    alignments = []
    for alignment in picture._used:
        asked = condition
        if alignment._is_own:
            worn = borrow(labels, alignment._lenders)
            layout = alignment._asked.layout
            described = network.condition_extractor(worn, layout)
            asked = replace(condition, labels=worn, layout=layout, described=described)
        match, features = network.match(asked, alignment.exemplar, alignment.registration)
        if (match.attended.permute(0, 3, 1, 2) - alignment.attended.value).abs().max() > TIE:
            raise Tie
        aligned = network.inject(asked, alignment.exemplar, match, features)
        alignments.append(in_own_coordinates(aligned, alignment.registration))
    exemplars, mix = session._mix(state)
    image = network.synthesise(condition, alignments, mix)
    everything = Rectangle(0, 0, *state.labels.array.shape)
    return image, frame_arrays(state, exemplars, alignments, mix, image, everything, session._photo)


def _check(session: Session, state: EditState, frame: Frame) -> None:
    """The frame, and the image that it was made from, are those of a full pass."""
    image, arrays = _in_full(session, state)
    assert (session._picture._painted[1].image.value - image).abs().max() <= TOLERANCE
    for name in ("image", "warp"):
        away = np.abs(getattr(frame, name).astype(int) - arrays[name])
        assert away.max() <= 1 and (away > 0).mean() < 1e-3
    assert np.abs(frame.confidence - arrays["confidence"]).max() < 1e-4
    assert np.abs(frame.correspondence - arrays["correspondence"]).max() < 1e-2
    assert np.array_equal(frame.source, arrays["source"])


@dataclass
class Script:
    """An editor's session: states one after the other, each rendered as it comes."""

    session: Session = field(default_factory=lambda: Session("cpu"))
    states: list[EditState] = field(default_factory=list)
    frames: dict[EditState, Frame] = field(default_factory=dict)

    def show(self, state: EditState, stop_after: int | None = None) -> None:
        """Render a state during a stroke; given up where the engine has asked so often whether it is wanted."""
        self.states.append(state)
        asked = iter(range(10**6))
        frame = self.session.render(state, lambda: stop_after is None or next(asked) < stop_after, hold=True)
        if frame is None:
            assert stop_after is not None
            return
        if state in self.frames and self.frames[state].exact:
            assert np.array_equal(frame.image, self.frames[state].image)
        else:
            _check(self.session, state, frame)
        self.frames[state] = frame

    def settle(self) -> None:
        """End of the stroke: the picture is what a new session makes of it, to the bit."""
        frame, fresh = (s.render(self.states[-1]) for s in (self.session, Session("cpu")))
        assert frame.exact and fresh.exact
        for name in ("image", "warp", "confidence", "correspondence", "source"):
            assert np.array_equal(getattr(frame, name), getattr(fresh, name))
        self.frames[self.states[-1]] = frame


share = st.floats(0, 1)
place = st.tuples(share, share)
classes = st.integers(0, CLASSES - 1)
stop = st.none() | st.integers(0, 25)


def _swapped(state: EditState, number: int) -> EditState:
    return replace(state, exemplars=(EXEMPLARS[number],), weights=(1.0,), style=Style())


def _mixed(state: EditState, amount: float) -> EditState:
    return replace(state, exemplars=EXEMPLARS[:2], weights=(1.0, amount), style=Style())


def _of_class(state: EditState, class_id: int) -> EditState:
    style = Style.of({class_id: (0.0, 1.0)})
    return replace(state, exemplars=EXEMPLARS[:2], weights=(1.0, 0.2), style=style)


def _replaced(state: EditState, old: int, new: int) -> EditState:
    labels = state.labels.array
    return replace(state, labels=Pixels(np.where(labels == old, new, labels)))


Edit = Callable[[EditState], EditState]
edits: st.SearchStrategy[Edit] = st.one_of(
    st.builds(lambda p, r, c: lambda s: _painted(s, p, r, c), place, st.floats(0.01, 0.15), classes),
    st.builds(lambda p, r, c: lambda s: _painted(s, p, r, c), place, st.floats(0.01, 0.15), classes),
    st.builds(lambda old, new: lambda s: _replaced(s, old, new), classes, classes),
    st.builds(lambda number: lambda s: _swapped(s, number), st.integers(0, 2)),
    st.builds(lambda amount: lambda s: _mixed(s, amount), share),
    st.builds(lambda class_id: lambda s: _of_class(s, class_id), classes),
)
UNDO, SETTLE = "undo", "settle"


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    canvas=st.sampled_from(CANVASES),
    steps=st.lists(st.tuples(edits | st.sampled_from([UNDO, SETTLE]), stop), min_size=1, max_size=7),
)
def test_whatever_is_edited_the_picture_is_that_of_a_full_pass(canvas: tuple[int, int], steps: list) -> None:
    try:
        _play(canvas, steps)
    except Tie:
        reject()


def _play(canvas: tuple[int, int], steps: list) -> None:
    script = Script()
    script.show(_state(canvas))
    for step, stop_after in steps:
        if step == SETTLE:
            script.settle()
        elif step == UNDO:
            script.show(script.states[-2] if len(script.states) > 1 else script.states[-1], stop_after)
        else:
            script.show(step(script.states[-1]), stop_after)
    script.show(script.states[-1])
    script.settle()


def test_a_long_stroke_stays_as_near_to_a_full_pass_as_a_short_one() -> None:
    script = Script()
    script.show(_state())
    for step in range(40):
        script.show(_painted(script.states[-1], (0.3 + 0.01 * step, 0.5 + 0.1 * np.sin(step / 4)), 0.06, 3))
    assert not script.frames[script.states[-1]].exact
    script.settle()


def test_an_exemplar_that_was_forgotten_amid_an_edit_is_not_painted_as_it_was_aligned_before() -> None:
    script = Script()
    script.show(_state())
    script.show(_swapped(script.states[-1], 1))
    script.show(_swapped(script.states[-1], 0))
    script.show(_painted(script.states[-1], (0.5, 0.5), 0.125, 0), stop_after=1)
    script.show(_swapped(script.states[-1], 1))
    script.settle()


@pytest.mark.parametrize("stop_after", range(4, 20))
def test_an_exemplar_that_was_left_amid_an_edit_is_right_when_it_comes_back(stop_after: int) -> None:
    _play(
        GRID,
        [
            (lambda s: _replaced(s, 1, 0), stop_after),
            (lambda s: _swapped(s, 1), None),
            (lambda s: _swapped(s, 0), None),
        ],
    )


def test_the_frame_says_whether_it_is_exact() -> None:
    session, state = Session("cpu"), _state()
    assert session.render(state, hold=True).exact
    dabbed = _painted(state, (0.5, 0.5), 0.05, 4)
    assert not session.render(dabbed, hold=True).exact
    assert session.render(dabbed).exact
    assert session.render(dabbed, hold=True).exact


def test_an_undo_returns_to_the_earlier_frame_without_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    session, state = Session("cpu"), _state()
    before = session.render(state)
    session.render(_painted(state, (0.5, 0.5), 0.05, 4))
    monkeypatch.setattr(ConditionFlow, "__init__", lambda *arguments: pytest.fail("was encoded again"))
    assert session.render(replace(state)) is before


def test_a_new_class_and_one_that_grows_much_are_told_by_their_own_place() -> None:
    session, state = Session("cpu"), _replaced(_state(), 5, 0)
    session.render(state)
    first = _painted(state, (0.7, 0.5), 0.05, 5)
    assert session.render(first, hold=True).exact
    assert not session.render(_painted(first, (0.72, 0.5), 0.05, 5), hold=True).exact
    assert session.render(_painted(first, (0.7, 0.5), 0.15, 5), hold=True).exact


def test_a_dab_recomputes_little_of_a_large_picture() -> None:
    DOMAINS["tiny"] = replace(TINY_DOMAIN, size=(384, 512))
    session, state = Session("cpu"), _state((512, 384))
    session.render(state)
    session.render(_painted(state, (0.5, 0.5), 0.03, 4), hold=True)
    seen = []
    network = session._picture._flow.network
    network.generator.paint.register_forward_hook(lambda module, args, result: seen.append(result.shape[2:]))
    session.render(_painted(state, (0.51, 0.5), 0.03, 4), hold=True)
    DOMAINS["tiny"] = TINY_DOMAIN
    assert len(seen) == 1 and seen[0].numel() < 0.5 * 384 * 512


def test_what_is_kept_stays_within_the_budget_and_the_oldest_goes_first() -> None:
    session, state = Session("cpu"), _state((384, 256))
    states = [_painted(state, (0.1 * n, 0.5), 0.05, 4) for n in range(6)]
    frames = [session.render(one) for one in states[:2]]
    session.memory_budget = session.memory + 1.0
    frames += [session.render(one) for one in states[2:]]
    assert session.memory <= session.memory_budget
    assert session.render(states[-1]) is frames[-1]
    assert session.render(states[0]) is not frames[0]


def test_the_shipped_weights_paint_a_stroke_as_a_full_pass_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WARPAINT_WEIGHTS")
    samples = Path(__file__).parents[3] / "resources" / "samples"
    labels = read_label_map(samples / "conditions" / "coat-and-skirt.png", FASHION)
    worn = read_label_map(samples / "exemplars" / "camel-coat-labels.png", FASHION)
    exemplar = Exemplar(Pixels(read_photo(samples / "exemplars" / "camel-coat.webp")), Pixels(worn))
    script = Script()
    script.show(EditState(FASHION.name, FASHION.default_model, Pixels(labels), (exemplar,), (1.0,)))
    coat = int(np.bincount(labels.ravel())[1:].argmax()) + 1
    for step, radius in enumerate((15, 15, 15, 2, 2, 2)):
        script.show(_painted(script.states[-1], (0.35 + 0.05 * step, 0.4), radius / 256, coat))
    assert not script.frames[script.states[-1]].exact
    script.settle()
