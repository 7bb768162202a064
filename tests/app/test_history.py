import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.commands import PaintStroke
from app.content import Snapshot
from app.document import Document
from app.history import History
from app.tools import TOOLS, BrushTool, ToolSettings
from brushes.patch import Patch
from engine.inference.state import Keypoints
from engine.style import Style
from tests.app.factories import CLASSES, SHAPE, labels_like, make_document, make_exemplar, photo_like
from tests.app.posing import standing

places = st.tuples(st.floats(-5, 25, allow_nan=False), st.floats(-5, 29, allow_nan=False))
class_ids = st.integers(0, CLASSES - 1)


def content(document: Document) -> Snapshot:
    """All that undo must bring back, to the bit."""
    snapshot = document.snapshot()
    return Snapshot(snapshot.domain, snapshot.canvas, snapshot.board, snapshot.method)


def drive(document: Document, number: int, path: list[tuple[float, float]], size: int) -> None:
    """Use a tool as a window would."""
    tool_settings = ToolSettings(size)
    tool_settings.erases_to_original = size % 2 == 0
    tool = TOOLS[number](document, tool_settings)
    tool.press(*path[0])
    for place in path[1:]:
        tool.move(*place)
        tool.press(*place) if tool.name == "Polygon" else None
    tool.release(*path[-1])
    tool.finish()


class Editing(RuleBasedStateMachine):
    """Random scripts of edits; the timeline holds what the document was after each step."""

    @initialize()
    def start(self) -> None:
        self.document = make_document()
        self.timeline = [content(self.document)]
        self.states = [self.document.state()]

    def took(self, steps_before: int) -> None:
        """Compare the timeline with the steps that the document now says it has."""
        document = self.document
        document.end_drag()
        del self.timeline[steps_before + 1 :], self.states[steps_before + 1 :]
        steps = len(document.undo_names)
        assert steps in (steps_before, steps_before + 1)
        if steps > steps_before:
            self.timeline.append(content(document))
            self.states.append(document.state())
            assert not document.can_redo
        else:
            assert content(document) == self.timeline[-1], "a change without a step"

    def act(self, action: str, *arguments: object) -> None:
        steps, redoable = len(self.document.undo_names), self.document.redo_names
        getattr(self.document, action)(*arguments)
        if self.document.redo_names != redoable or len(self.document.undo_names) > steps:
            self.took(steps)

    @rule(number=st.integers(0, len(TOOLS) - 1), path=st.lists(places, min_size=1, max_size=4), size=st.integers(1, 9))
    def draw(self, number: int, path: list, size: int) -> None:
        steps, redoable = len(self.document.undo_names), self.document.redo_names
        drive(self.document, number, path, size)
        if self.document.redo_names != redoable or len(self.document.undo_names) > steps:
            self.took(steps)

    @rule(class_id=class_ids)
    def choose(self, class_id: int) -> None:
        self.document.active_class = class_id

    @rule(class_ids=st.sets(class_ids, max_size=4))
    def lock(self, class_ids: set[int]) -> None:
        self.document.locked = class_ids

    @rule(old=class_ids, new=class_ids)
    def replace(self, old: int, new: int) -> None:
        self.act("replace_class", old, new)

    @rule(seed=st.integers(3, 5))
    def add(self, seed: int) -> None:
        self.act("add_exemplar", make_exemplar(seed))

    @rule(index=st.integers(0, 3))
    def use(self, index: int) -> None:
        if index < len(self.document.exemplars):
            self.act("use_exemplar", index)

    @rule(index=st.integers(0, 3))
    def remove(self, index: int) -> None:
        if index < len(self.document.exemplars):
            self.act("remove_exemplar", index)

    @rule(weight=st.floats(0, 2))
    def mix(self, weight: float) -> None:
        self.act("set_weights", [weight] * len(self.document.exemplars))

    @rule(class_id=class_ids, owner=st.integers(0, 3), amount=st.sampled_from([0.0, -1.0, 2.5]))
    def style(self, class_id: int, owner: int, amount: float) -> None:
        count = len(self.document.exemplars)
        own = {class_id: [float(i == owner) for i in range(count)]} if owner < count else {}
        self.act("set_style", Style.of(own, (amount,)))

    @rule()
    def reset_style(self) -> None:
        self.act("reset_style")

    @rule(model=st.sampled_from(["rabit", "other"]))
    def switch(self, model: str) -> None:
        self.act("set_model", model)

    @rule(seed=st.integers(0, 2), shape=st.sampled_from([SHAPE, (9, 13)]))
    def open_labels(self, seed: int, shape: tuple[int, int]) -> None:
        self.act("set_labels", labels_like(seed, shape))

    @rule(seed=st.integers(0, 2))
    def open_photo(self, seed: int) -> None:
        self.act("set_photo_and_labels", photo_like(seed, (8, 8)), labels_like(seed, (8, 8)))

    @rule(x=st.integers(0, 2), moves=st.integers(1, 3), with_labels=st.booleans(), is_drag=st.booleans())
    def pose(self, x: int, moves: int, with_labels: bool, is_drag: bool) -> None:
        steps, redoable = len(self.document.undo_names), self.document.redo_names
        before = self.document.labels.copy()
        for number in range(moves if is_drag else 1):
            keypoints = Keypoints(standing().array + x * number)
            labels = np.roll(before, x * number, axis=1) if with_labels else None
            self.document.set_pose("Move joint", keypoints, labels, is_drag=is_drag)
        if self.document.redo_names != redoable or len(self.document.undo_names) > steps:
            self.took(steps)

    @rule(seed=st.integers(0, 3))
    def reseed(self, seed: int) -> None:
        self.act("set_seed", seed)

    @rule()
    def undo(self) -> None:
        self.document.undo()

    @rule()
    def redo(self) -> None:
        self.document.redo()

    @invariant()
    def content_is_what_it_was_at_this_step(self) -> None:
        step = len(self.document.undo_names)
        assert content(self.document) == self.timeline[step]
        assert self.document.state() == self.states[step]
        assert self.document.is_modified == (step > 0)

    def teardown(self) -> None:
        while self.document.can_undo:
            self.document.undo()
            self.content_is_what_it_was_at_this_step()
        while self.document.can_redo:
            self.document.redo()
            self.content_is_what_it_was_at_this_step()


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, len(TOOLS) - 1),
    st.lists(places, min_size=1, max_size=5),
    st.integers(1, 30),
    class_ids,
    st.sets(class_ids, max_size=12),
)
def test_no_tool_changes_a_locked_class(number: int, path: list, size: int, class_id: int, locked: set[int]) -> None:
    document = make_document()
    document.active_class = class_id
    document.locked = locked
    before = document.labels.copy()
    drive(document, number, path, size)
    kept = np.isin(before, list(locked))
    assert (document.labels[kept] == before[kept]).all()


def stroke_of(pixels: int) -> PaintStroke:
    before, after = np.zeros((1, pixels), dtype=np.uint8), np.ones((1, pixels), dtype=np.uint8)
    return PaintStroke.between("stroke", before, after, (0, 0, pixels, 1))


def test_the_oldest_steps_are_dropped_when_memory_is_full() -> None:
    size = stroke_of(4000).nbytes
    history = History(limit=3 * size)
    for _ in range(5):
        history.record(stroke_of(4000))
    assert len(history.undo_names) == 3
    assert history.evicted == 2
    assert history.nbytes == 3 * size


def test_memory_is_freed_by_what_can_no_longer_be_redone() -> None:
    history = History()
    for _ in range(3):
        history.record(stroke_of(4000))
    history.step_back()
    history.step_back()
    assert history.nbytes == 3 * stroke_of(4000).nbytes
    history.record(stroke_of(10))
    assert history.nbytes == stroke_of(4000).nbytes + stroke_of(10).nbytes
    assert not history.can_redo


def test_a_step_larger_than_the_memory_cannot_be_undone_but_is_taken() -> None:
    document = make_document(history_limit=1000)
    document.set_seed(1)
    document.set_labels(labels_like(2, (60, 60)))
    assert document.labels.shape == (60, 60)
    assert not document.can_undo
    assert document.history.evicted == 2
    assert document.is_modified


def test_what_was_saved_stays_known_when_its_step_is_dropped() -> None:
    document = make_document(history_limit=10_000)
    document.set_seed(1)
    document.mark_saved(None)
    for number in range(100):
        document.set_seed(number + 2)
    assert document.history.evicted > 1
    while document.can_undo:
        document.undo()
    assert document.is_modified, "the saved content is out of reach"


def test_a_stroke_holds_little_more_than_a_byte_a_pixel() -> None:
    document = make_document()
    document.labels[:] = 0
    document.apply_patch(Patch((0, 0, 20, 24), np.ones((24, 20), dtype=bool)), 5)
    assert document.history.nbytes < 480 * 1.2 + 300


def test_removed_exemplars_count_as_memory_and_slider_moves_do_not() -> None:
    document = make_document()
    document.set_weights([0.5, 0.5])
    assert document.history.nbytes < 1000
    exemplar = document.exemplars[1]
    document.remove_exemplar(1)
    assert document.history.nbytes > exemplar.photo.array.nbytes + exemplar.labels.array.nbytes


def test_a_brush_stroke_on_a_large_map_costs_what_it_covers() -> None:
    document = make_document(exemplars=0)
    document.set_labels(np.zeros((1024, 1024), dtype=np.uint8))
    before = document.history.nbytes
    brush = BrushTool(document, ToolSettings(10))
    document.active_class = 3
    brush.press(500, 500)
    brush.release(520, 500)
    assert document.history.nbytes - before < 1000
