from pathlib import Path

import numpy as np
import pytest

from app.content import Surround
from brushes.patch import Patch
from engine.domains import FASHION
from engine.film import Film, KeyFrame
from engine.inference.state import Pixels
from engine.style import PLAIN, Style
from tests.app.factories import Calls, labels_like, make_document, make_exemplar, make_frame, photo_like


def square(x0: int, y0: int, size: int) -> Patch:
    return Patch((x0, y0, x0 + size, y0 + size), np.ones((size, size), dtype=bool))


def test_the_dirty_box_holds_what_changed_and_no_more() -> None:
    document = make_document()
    document.labels[:] = 3
    document.labels[2:6, 4:9] = 5
    boxes = Calls(document.labels_changed)
    document.apply_patch(square(2, 3, 4), 5)
    assert boxes.arguments == [((2, 3, 6, 7),)]
    document.apply_patch(square(2, 3, 4), 5)
    assert len(boxes) == 1, "nothing changed, nothing is said"


def test_a_stroke_is_one_step_however_many_patches_it_has() -> None:
    document = make_document()
    before = document.labels.copy()
    document.begin_stroke("Brush")
    for x in range(6):
        document.apply_patch(square(x, x, 5), 9)
    document.commit_stroke()
    after = document.labels.copy()
    assert document.undo_names == ["Brush"]
    document.undo()
    assert (document.labels == before).all() and not (after == before).all()
    document.redo()
    assert (document.labels == after).all()


def test_an_aborted_stroke_leaves_no_trace() -> None:
    document = make_document()
    before, state = document.labels.copy(), document.state()
    document.begin_stroke("Brush")
    document.apply_patch(square(1, 1, 6), 9)
    document.apply_patch(square(3, 3, 6), 4)
    assert document.is_modified
    document.abort_stroke()
    assert (document.labels == before).all()
    assert document.state() == state
    assert not document.undo_names and not document.is_modified


def test_undo_during_a_stroke_takes_back_the_stroke_alone() -> None:
    document = make_document()
    document.set_seed(8)
    before = document.labels.copy()
    document.begin_stroke("Brush")
    document.apply_patch(square(1, 1, 6), 9)
    document.undo()
    assert (document.labels == before).all()
    assert document.seed == 8
    assert not document.is_stroking


def test_a_stroke_that_paints_back_what_was_there_leaves_no_step() -> None:
    document = make_document()
    document.begin_stroke("Brush")
    before = document.labels[0:3, 0:3].copy()
    document.apply_patch(square(0, 0, 3), 17)
    document.apply_patch(square(0, 0, 3), before)
    document.commit_stroke()
    assert not document.can_undo


def test_patches_of_several_classes_are_undone_exactly() -> None:
    document = make_document()
    before, wanted = document.labels.copy(), labels_like(5)
    document.apply_patch(Patch((0, 0, 20, 24), np.ones((24, 20), dtype=bool)), wanted)
    assert (document.labels == wanted).all()
    document.undo()
    assert (document.labels == before).all()


def test_locked_pixels_stay() -> None:
    document = make_document()
    document.labels[:] = np.arange(20, dtype=np.uint8) % 3
    document.locked = {1}
    document.apply_patch(square(0, 0, 12), 7)
    assert (document.labels[:, 1::3] == 1).all()
    assert (document.labels[:12, 0:12:3] == 7).all()
    document.replace_class(1, 4)
    assert (document.labels[:, 1::3] == 1).all()


def test_replacing_a_class_is_one_step() -> None:
    document = make_document()
    before = document.labels.copy()
    old = int(before[0, 0])
    document.replace_class(old, 18)
    assert not (document.labels == old).any()
    assert (document.labels[before != old] == before[before != old]).all()
    assert document.undo_names == [f"Replace {FASHION.classes[old].name} by accessories"]


def test_slider_moves_of_one_drag_merge() -> None:
    document = make_document()
    for weight in (0.2, 0.4, 0.6):
        document.set_weights([1.0, weight])
    document.end_drag()
    document.set_weights([1.0, 0.9])
    assert document.undo_names == ["Mix exemplars"] * 2
    document.undo()
    assert document.weights == [1.0, 0.6]
    document.undo()
    assert document.weights == [1.0, 0.0]


def test_an_undo_ends_a_drag() -> None:
    document = make_document()
    document.set_weights([1.0, 0.2])
    document.end_drag()
    document.set_weights([1.0, 0.4])
    document.undo()
    document.set_weights([1.0, 0.5])
    document.undo()
    assert document.weights == [1.0, 0.2]


def test_using_an_exemplar_gives_it_all_the_weight() -> None:
    document = make_document(exemplars=3)
    mixes = Calls(document.mix_changed)
    document.use_exemplar(2)
    assert (document.weights, document.active_exemplar) == ([0.0, 0.0, 1.0], 2)
    assert len(mixes) == 1
    document.use_exemplar(2)
    assert document.undo_names == ["Use exemplar"]


def test_exemplars_that_do_not_count_are_no_part_of_the_state() -> None:
    document = make_document(exemplars=2)
    state, revision = document.state(), document.revision
    document.add_exemplar(make_exemplar(9))
    assert document.state() == state
    assert document.revision == revision
    document.set_weights([0.5, 0.0, 2.0])
    assert [exemplar.name for exemplar in document.state().exemplars] == ["exemplar 1", "exemplar 9"]
    assert document.state().weights == (0.5, 2.0)


def test_with_all_weights_zero_the_active_exemplar_counts() -> None:
    document = make_document(exemplars=3)
    document.use_exemplar(1)
    document.set_weights([0.0, 0.0, 0.0])
    assert document.state().exemplars == (document.exemplars[1],)


def test_removing_exemplars_keeps_the_selection_on_the_same_one() -> None:
    document = make_document(exemplars=3)
    document.use_exemplar(2)
    document.remove_exemplar(0)
    assert document.active_exemplar == 1
    assert document.exemplars[1].name == "exemplar 3"
    document.remove_exemplar(1)
    assert document.active_exemplar == 0
    assert document.state().exemplars == (make_exemplar(2),)
    document.remove_exemplar(0)
    assert document.state() is None
    for _ in range(3):
        document.undo()
    assert (document.weights, document.active_exemplar) == ([0.0, 0.0, 1.0], 2)


def test_removing_an_exemplar_before_the_active_one_shifts_the_selection() -> None:
    document = make_document(exemplars=3)
    document.use_exemplar(1)
    document.remove_exemplar(0)
    assert (document.weights, document.active_exemplar) == ([1.0, 0.0], 0)


def test_removing_the_only_exemplar_that_counts_hands_over_to_the_next() -> None:
    document = make_document(exemplars=3)
    document.use_exemplar(1)
    document.remove_exemplar(1)
    assert (document.weights, document.active_exemplar) == ([0.0, 1.0], 1)
    document.undo()
    assert (document.weights, document.active_exemplar) == ([0.0, 1.0, 0.0], 1)


def test_the_first_exemplar_counts_at_once_and_later_ones_where_wanted() -> None:
    document = make_document(exemplars=0)
    document.add_exemplar(make_exemplar(1))
    assert document.weights == [1.0]
    document.add_exemplar(make_exemplar(2), use=True)
    assert (document.weights, document.active_exemplar) == ([0.0, 1.0], 1)
    assert document.undo_names == ["Add exemplar"] * 2


@pytest.mark.parametrize("weights", [[1.0], [1.0, -0.1], [1.0, float("nan")], [float("inf"), 1.0]])
def test_bad_weights_are_refused(weights: list[float]) -> None:
    document = make_document()
    with pytest.raises(ValueError):
        document.set_weights(weights)
    assert document.weights == [1.0, 0.0]


def test_another_label_map_of_another_size_is_undoable() -> None:
    document = make_document()
    before = document.snapshot()
    resets = Calls(document.reset)
    document.apply_patch(square(2, 2, 5), 8)
    document.set_labels(labels_like(3, (10, 30)))
    assert document.labels.shape == (10, 30)
    assert document.photo is None, "the photo does not fit any more"
    assert (document.original_labels == document.labels).all()
    document.apply_patch(square(0, 0, 9), 1)
    for _ in range(3):
        document.undo()
    assert document.snapshot() == before
    assert len(resets) == 2


def test_a_label_map_of_the_same_size_keeps_the_photo() -> None:
    document = make_document()
    photo = document.photo
    document.set_labels(labels_like(4))
    assert (document.photo == photo).all()


@pytest.mark.parametrize(
    ("photo", "labels"),
    [
        (None, np.full((4, 4), 19, dtype=np.uint8)),
        (None, np.zeros((0, 4), dtype=np.uint8)),
        (None, np.zeros((4, 4, 3), dtype=np.uint8)),
        (photo_like(0, (5, 4)), np.zeros((4, 4), dtype=np.uint8)),
    ],
)
def test_bad_label_maps_and_photos_are_refused(photo: np.ndarray | None, labels: np.ndarray) -> None:
    document = make_document()
    before = document.snapshot()
    with pytest.raises(ValueError):
        document.set_photo_and_labels(photo, labels)
    assert document.snapshot() == before
    assert not document.can_undo


HAIR = 2


def test_an_exemplar_counts_for_a_class_alone() -> None:
    document = make_document(exemplars=3)
    document.set_style(Style.of({HAIR: (0, 0, 2)}, (1.5,), sample=4, surprise=0.5))
    state = document.state()
    assert [exemplar.name for exemplar in state.exemplars] == ["exemplar 1", "exemplar 3"]
    assert state.weights == (1.0, 0.0)
    assert state.style == Style.of({HAIR: (0, 2)}, (1.5,), sample=4, surprise=0.5)


def test_weights_of_a_class_follow_the_exemplars() -> None:
    document = make_document(exemplars=2)
    document.set_style(Style.of({HAIR: (0, 1), 5: (1, 1)}))
    document.add_exemplar(make_exemplar(9))
    assert document.style.weights_of_class == {HAIR: (0, 1, 0), 5: (1, 1, 0)}
    document.remove_exemplar(0)
    assert document.style.weights_of_class == {HAIR: (1, 0), 5: (1, 0)}
    document.remove_exemplar(0)
    assert document.style == PLAIN, "what takes from an exemplar that is gone takes from the mix"
    for _ in range(3):
        document.undo()
    assert document.style.weights_of_class == {HAIR: (0, 1), 5: (1, 1)}


def test_style_moves_of_one_control_merge_and_others_do_not() -> None:
    document = make_document()
    for amount in (0.5, 1.0, 1.5):
        document.set_style(Style.of(axes=(amount,)), "Warmth")
    document.set_style(Style.of(axes=(1.5, 1.0)), "Contrast")
    document.set_style(Style.of({HAIR: (0, 1)}, (1.5, 1.0)), "Hair", is_slider_move=False)
    document.set_style(Style.of({HAIR: (1, 1)}, (1.5, 1.0)), "Hair", is_slider_move=False)
    assert document.undo_names == ["Warmth", "Contrast", "Hair", "Hair"]
    for _ in range(4):
        document.undo()
    assert document.style == PLAIN
    document.redo()
    assert document.style == Style.of(axes=(1.5,))


def test_weights_and_style_change_in_one_step_and_are_reset_in_one() -> None:
    document = make_document()
    revisions = Calls(document.state_changed)
    document.set_mix([0.5, 1.0], Style.of({HAIR: (0, 1)}))
    assert (document.weights, document.state().style) == ([0.5, 1.0], Style.of({HAIR: (0, 1)}))
    document.reset_style()
    assert (document.weights, document.style) == ([1.0, 0.0], PLAIN)
    assert document.undo_names == ["Change mix", "Reset style"]
    assert len(revisions) == 2


def test_a_preset_replaces_exemplars_and_mix_in_one_step() -> None:
    document = make_document(exemplars=2)
    before = document.snapshot()
    exemplars = [make_exemplar(seed) for seed in (5, 6, 7)]
    document.use_preset(exemplars, (0.1, 0.2, 0.7), Style.of({HAIR: (1, 0, 0)}))
    assert document.exemplars == exemplars
    assert document.active_exemplar == 2
    document.undo()
    assert document.snapshot() == before


def test_the_film_is_undoable_and_does_not_touch_the_picture() -> None:
    document = make_document()
    revision, films = document.revision, Calls(document.film_changed)
    film = Film((KeyFrame((1, 0)), KeyFrame((0, 1), Style.of(axes=(1,)))), seconds=1.0)
    document.set_film(film)
    assert document.film == film and document.revision == revision and len(films) == 1
    document.add_exemplar(make_exemplar(9))
    assert [key.weights for key in document.film.keys] == [(1, 0, 0), (0, 1, 0)]
    document.remove_exemplar(0)
    assert document.film.keys[1].weights == (1, 0)
    document.set_model("cocosnet")
    assert document.film.keys[1].style == PLAIN
    for _ in range(3):
        document.undo()
    assert document.film == film
    document.undo()
    assert document.film == Film()


def test_a_film_for_other_exemplars_is_refused() -> None:
    document = make_document(exemplars=2)
    with pytest.raises(ValueError):
        document.set_film(Film((KeyFrame((1, 0, 0)),)))


@pytest.mark.parametrize("style", [Style.of({HAIR: (1,)}), Style.of({HAIR: (1, 0, 0)})])
def test_a_style_for_other_exemplars_is_refused(style: Style) -> None:
    document = make_document(exemplars=2)
    with pytest.raises(ValueError):
        document.set_style(style)
    assert not document.can_undo


def test_another_model_resets_what_only_the_old_one_knows() -> None:
    document = make_document()
    style = Style.of({HAIR: (0, 1)}, (1.0,), sample=3)
    document.set_style(style)
    document.set_model("cocosnet")
    assert document.style == Style.of({HAIR: (0, 1)})
    document.undo()
    assert (document.model, document.style) == ("rabit", style)


def test_model_and_seed_are_undoable() -> None:
    document = make_document()
    document.set_model("cocosnet")
    document.set_seed(3)
    assert (document.state().model, document.state().seed) == ("cocosnet", 3)
    document.undo()
    document.undo()
    assert (document.model, document.seed) == ("rabit", 7)


def test_saved_content_is_unmodified_also_when_undo_comes_back_to_it() -> None:
    document = make_document()
    document.set_seed(1)
    document.mark_saved(Path("a.warpaint"))
    assert not document.is_modified
    document.set_seed(2)
    assert document.is_modified
    document.undo()
    assert not document.is_modified
    document.undo()
    assert document.is_modified
    document.redo()
    assert not document.is_modified


def test_another_future_is_not_the_saved_one() -> None:
    document = make_document()
    document.set_seed(1)
    document.mark_saved(Path("a.warpaint"))
    document.undo()
    document.set_seed(2)
    assert document.is_modified


def test_a_slider_move_after_saving_is_a_step_of_its_own() -> None:
    document = make_document()
    document.set_weights([1.0, 0.2])
    document.mark_saved(Path("a.warpaint"))
    document.set_weights([1.0, 0.4])
    assert document.is_modified
    document.undo()
    assert document.weights == [1.0, 0.2]
    assert not document.is_modified


def test_revisions_grow_with_every_change_of_the_state() -> None:
    document = make_document()
    seen = []
    document.state_changed.connect(lambda: seen.append((document.revision, document.state())))
    document.begin_stroke("Brush")
    document.apply_patch(square(0, 0, 4), 11)
    document.apply_patch(square(4, 4, 4), 11)
    document.abort_stroke()
    document.use_exemplar(1)
    document.undo()
    revisions = [revision for revision, _ in seen]
    assert len(revisions) == 5
    assert revisions == sorted(set(revisions))
    assert all(first != second for (_, first), (_, second) in zip(seen, seen[1:], strict=False))


def test_a_frame_is_stale_until_the_state_is_its_own_again() -> None:
    document = make_document()
    assert document.is_stale
    document.set_frame(make_frame(document), document.revision)
    assert not document.is_stale
    document.apply_patch(square(0, 0, 5), 12)
    assert document.is_stale
    document.undo()
    assert not document.is_stale


def test_an_older_frame_never_replaces_a_newer_one() -> None:
    document = make_document()
    old, old_revision = make_frame(document, 1), document.revision
    document.set_seed(99)
    new = make_frame(document, 2)
    document.set_frame(new, document.revision)
    document.set_frame(old, old_revision)
    assert document.frame is new


def test_a_frame_of_the_project_before_is_dropped() -> None:
    document = make_document()
    frame, revision = make_frame(document), document.revision
    document.load(make_document(exemplars=1).snapshot())
    document.set_frame(frame, revision)
    assert document.frame is None
    document.set_frame(make_frame(document), document.revision)
    assert not document.is_stale


def test_the_snapshot_holds_the_result_only_where_it_belongs_to_the_state() -> None:
    document = make_document()
    frame = make_frame(document)
    document.set_frame(frame, document.revision)
    assert (document.snapshot().result.array == frame.image).all()
    reopened = make_document()
    reopened.load(document.snapshot())
    assert (reopened.result == frame.image).all()
    assert reopened.snapshot() == document.snapshot()
    for one in (document, reopened):
        one.set_seed(1000)
        assert one.snapshot().result is None
        assert (one.result == frame.image).all(), "the old picture stays in view"


def test_the_palette_says_what_changes_in_it() -> None:
    document = make_document()
    said = Calls(document.palette_changed)
    document.active_class = 5
    document.active_class = 5
    document.set_locked(3, True)
    document.set_hidden(4, True)
    document.set_locked(3, False)
    assert len(said) == 4
    assert (document.active_class, document.locked, document.hidden) == (5, set(), {4})
    with pytest.raises(ValueError):
        document.active_class = 19
    assert not document.is_modified


def test_what_a_photo_was_cut_out_of_comes_and_goes_with_it() -> None:
    document = make_document()
    surround = Surround(Pixels(photo_like(5, (40, 50))), left=-3, top=10)
    document.set_photo_and_labels(photo_like(6, (24, 20)), labels_like(6), surround=surround)
    assert document.surround is surround and surround.photo in document.canvas.arrays
    document.set_labels(labels_like(7))
    assert document.surround is surround, "the label map of the same picture"
    document.set_labels(labels_like(7, (9, 9)))
    assert document.surround is None
    for expected in (surround, surround, None):
        document.undo()
        assert document.surround is expected


def test_a_photo_around_the_canvas_counts_once() -> None:
    document = make_document(history_limit=2**22)
    whole = Pixels(photo_like(5, (400, 500)))
    document.set_photo_and_labels(photo_like(6), labels_like(6), surround=Surround(whole, 0, 0))
    document.set_labels(labels_like(7))
    document.set_labels(labels_like(8))
    assert whole.array.nbytes < document.history.nbytes < 1.1 * whole.array.nbytes
    with pytest.raises(ValueError, match="cover some"):
        document.set_photo_and_labels(photo_like(6), labels_like(6), surround=Surround(whole, 500, 0))
