"""The truth of the editor: views show it, tools and dialogs change it through commands."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.commands import ChangeBoard, ChangeCanvas, ChangeDomain, ChangeMethod, ChangePose, PaintStroke, Together
from app.content import Board, Canvas, Method, PaletteState, Snapshot, Surround
from app.history import DEFAULT_LIMIT, Command, History
from brushes.fill import class_patch
from brushes.patch import Box, Patch, effective_patch, slices, union
from engine.conditions.body import body_segments
from engine.conditions.pose import KEYPOINTS
from engine.domains import FASHION, Domain
from engine.film import Film
from engine.inference.state import EditState, Exemplar, Frame, Keypoints, Pixels
from engine.style import Style


class Document(QObject):
    """Label map, exemplars and their mix, palette state, the newest picture, and one undo history.

    `labels` is uint8 (H, W): views read it, only commands write it. `revision` grows whenever `state()`
    changes and never shrinks, not even when another project is loaded.
    """

    labels_changed = Signal(object)  # the dirty box (x0, y0, x1, y1) in label pixels
    pose_changed = Signal()
    exemplars_changed = Signal()
    mix_changed = Signal()  # weights, the selected exemplar, or the style
    film_changed = Signal()
    model_changed = Signal()
    palette_changed = Signal()  # active class, locks, eyes
    history_changed = Signal()  # also when the document was saved
    frame_changed = Signal()
    reset = Signal()  # another project, or another canvas: its size and photo may differ
    state_changed = Signal()  # state() differs from before

    domain: Domain
    labels: np.ndarray
    frame: Frame | None
    history: History
    path: Path | None
    weights_hash: str | None
    _labels_value: Pixels | None
    _original: Pixels
    _photo: Pixels | None
    _keypoints: Keypoints | None
    _surround: Surround | None
    _state: EditState | None
    _saved_result: Pixels | None
    _saved_position: int | None
    _stroke_name: str | None
    _stroke_box: Box | None

    def __init__(
        self, domain: Domain = FASHION, history_limit: int = DEFAULT_LIMIT, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._history_limit = history_limit
        self.frame_revision = -1
        self.revision = 0
        self.path = None
        empty = Pixels(np.zeros(domain.size[::-1], dtype=np.uint8))
        self._take(Snapshot(domain, Canvas(empty, empty), Board(), Method(domain.default_model)))

    # What it holds

    @property
    def original_labels(self) -> np.ndarray:
        """The label map as it was opened, uint8 (H, W), read-only."""
        return self._original.array

    @property
    def photo(self) -> np.ndarray | None:
        """The RGB photo under the labels, uint8 (H, W, 3), read-only."""
        return self._photo.array if self._photo else None

    @property
    def keypoints(self) -> Keypoints | None:
        """The poses of the picture, in label pixels; None where none are known."""
        return self._keypoints

    @property
    def surround(self) -> Surround | None:
        """The whole photo that the picture is a part of; None where it was not cut out of one."""
        return self._surround

    @property
    def exemplars(self) -> list[Exemplar]:
        return list(self._board.exemplars)

    @property
    def weights(self) -> list[float]:
        return list(self._board.weights)

    @property
    def mix(self) -> list[float]:
        """The weights that count: where all are 0, the active exemplar counts alone."""
        return list(self._board.mix)

    @property
    def style(self) -> Style:
        """How the style departs from the plain mix."""
        return self._board.style

    @property
    def film(self) -> Film:
        """The key frames of the mix."""
        return self._board.film

    @property
    def active_exemplar(self) -> int:
        """The index of the selected exemplar; 0 also when there are none."""
        return self._board.active

    @property
    def model(self) -> str:
        return self._method.model

    @property
    def seed(self) -> int:
        return self._method.seed

    @property
    def preserves(self) -> bool:
        """Whether the picture keeps the photo, where there is one, outside of what was edited."""
        return self._method.preserves

    @property
    def canvas(self) -> Canvas:
        """Labels, original, photo, poses and surround as they are now, as values that stay."""
        if self._labels_value is None:
            self._labels_value = Pixels(self.labels)
        return Canvas(self._labels_value, self._original, self._photo, self._keypoints, self._surround)

    @property
    def result(self) -> np.ndarray | None:
        """The newest picture, RGB uint8 (H, W, 3): the frame's, or the one that was saved with the project."""
        if self.frame:
            return self.frame.image
        return self._saved_result.array if self._saved_result else None

    def state(self) -> EditState | None:
        """All that decides the picture; None without an exemplar. Exemplars that do not count are left out."""
        if self._state is None:
            self._state = Snapshot(self.domain, self.canvas, self._board, self._method).state
        return self._state

    def snapshot(self) -> Snapshot:
        """The whole document as a value; its result only where that is the exact picture of the present state."""
        result = None
        if self.frame and self.frame.exact and not self.is_stale:
            result = Pixels(self.frame.image)
        elif not self.frame and self._saved_result_revision == self.revision:
            result = self._saved_result
        palette = PaletteState(self._active_class, frozenset(self._locked), frozenset(self._hidden))
        return Snapshot(self.domain, self.canvas, self._board, self._method, palette, result, self.weights_hash)

    def load(self, snapshot: Snapshot, path: Path | None = None, *, is_modified: bool = False) -> None:
        """Become another document, with an empty history."""
        self._take(snapshot)
        self.path = path
        self._saved_position = None if is_modified else self.history.position
        self.revision += 1
        self._first_revision = self.revision
        self._saved_result_revision = self.revision
        self._tell_all()

    def become(self, name: str, snapshot: Snapshot) -> None:
        """Become another document, as for another kind of picture, in a step that can be undone."""
        self.commit_stroke()
        self.push(ChangeDomain(name, self.snapshot(), snapshot))

    def _tell_all(self) -> None:
        self.reset.emit()
        self.labels_changed.emit(self._whole_box())
        for signal in (self.pose_changed, self.exemplars_changed, self.mix_changed, self.film_changed):
            signal.emit()
        self.model_changed.emit()
        for signal in (self.palette_changed, self.history_changed, self.frame_changed, self.state_changed):
            signal.emit()

    def _take(self, snapshot: Snapshot) -> None:
        self._set_content(snapshot)
        self.frame = None
        self._saved_result = snapshot.result
        self._saved_result_revision = self.revision
        self._first_revision = self.revision
        self._state = None
        self.history = History(self._history_limit)
        self._saved_position = self.history.position
        self._stroke_name = None

    def _set_content(self, snapshot: Snapshot) -> None:
        self.domain = snapshot.domain
        self.weights_hash = snapshot.weights_hash
        self._set_canvas(snapshot.canvas)
        self._board = snapshot.board
        self._method = snapshot.method
        self._active_class = snapshot.palette.active
        self._locked = set(snapshot.palette.locked)
        self._hidden = set(snapshot.palette.hidden)

    def _set_canvas(self, canvas: Canvas) -> None:
        self.labels = canvas.labels.array.copy()
        self._labels_value = canvas.labels
        self._original = canvas.original
        self._photo = canvas.photo
        self._keypoints = canvas.keypoints
        self._surround = canvas.surround

    def _whole_box(self) -> Box:
        return 0, 0, self.labels.shape[1], self.labels.shape[0]

    # The picture

    def set_frame(self, frame: Frame, revision: int) -> None:
        """Show the engine's answer to the state of `revision`; one that is older than what is shown is dropped."""
        if revision < max(self.frame_revision, self._first_revision):
            return
        self.frame = frame
        self.frame_revision = revision
        self.frame_changed.emit()

    @property
    def is_stale(self) -> bool:
        """Whether the frame shows something other than the present state."""
        return self.frame is None or (
            self.frame_revision != self.revision and replace(self.frame.state, full_size=False) != self.state()
        )

    # Palette: no part of the history

    @property
    def active_class(self) -> int:
        return self._active_class

    @active_class.setter
    def active_class(self, class_id: int) -> None:
        self._check_class(class_id)
        if class_id != self._active_class:
            self._active_class = class_id
            self.palette_changed.emit()

    @property
    def locked(self) -> set[int]:
        """A copy: set it anew, or use `set_locked`."""
        return set(self._locked)

    @locked.setter
    def locked(self, class_ids: Iterable[int]) -> None:
        self._locked = set(class_ids)
        self.palette_changed.emit()

    @property
    def hidden(self) -> set[int]:
        """A copy: set it anew, or use `set_hidden`."""
        return set(self._hidden)

    @hidden.setter
    def hidden(self, class_ids: Iterable[int]) -> None:
        self._hidden = set(class_ids)
        self.palette_changed.emit()

    def set_locked(self, class_id: int, is_locked: bool) -> None:
        """Pixels of a locked class are changed by no tool."""
        self.locked = self._locked | {class_id} if is_locked else self._locked - {class_id}

    def set_hidden(self, class_id: int, is_hidden: bool) -> None:
        self.hidden = self._hidden | {class_id} if is_hidden else self._hidden - {class_id}

    # Painting

    @property
    def is_stroking(self) -> bool:
        """Between begin_stroke and commit_stroke or abort_stroke."""
        return self._stroke_name is not None

    def begin_stroke(self, name: str) -> None:
        """All patches until commit_stroke become one step of the history, called `name`."""
        self.commit_stroke()
        self._stroke_name = name
        self._stroke_before = self.labels.copy()
        self._stroke_box = None

    def apply_patch(self, patch: Patch | None, class_id: int | np.ndarray) -> None:
        """Paint one class, or a uint8 array of classes of the patch's shape; locked pixels stay as they are.

        A label map that is drawn from the pose is not painted on. Outside of a stroke the patch is a step of its own.
        """
        if not self.is_stroking:
            self._paint_at_once("Paint", patch, class_id)
            return
        if patch is None or self.is_posed:
            return
        change = effective_patch(patch, self.labels, class_id, self._locked)
        if change is None:
            return
        values = class_id
        if isinstance(class_id, np.ndarray):
            left, top = change.box[0] - patch.box[0], change.box[1] - patch.box[1]
            height, width = change.mask.shape
            values = class_id[top : top + height, left : left + width][change.mask]
        self._stroke_box = union(self._stroke_box, change.box)
        self.write_pixels(change.box, change.mask, values)

    def commit_stroke(self) -> None:
        """End the stroke; one that changed nothing leaves no step. Without a stroke, nothing happens."""
        name, self._stroke_name = self._stroke_name, None
        if name is None or self._stroke_box is None:
            return
        stroke = PaintStroke.between(name, self._stroke_before, self.labels, self._stroke_box)
        if stroke:
            self._record(stroke)

    def abort_stroke(self) -> None:
        """Take back all of the stroke. Without a stroke, nothing happens."""
        name, self._stroke_name = self._stroke_name, None
        if name is None or self._stroke_box is None:
            return
        before = self._stroke_before[slices(self._stroke_box)]
        self.write_pixels(self._stroke_box, np.ones(before.shape, dtype=bool), before.ravel())

    def replace_class(self, old: int, new: int) -> None:
        """Every pixel of class `old` becomes `new`, unless `old` is locked."""
        self._check_class(new)
        classes = self.domain.classes
        self._paint_at_once(f"Replace {classes[old].name} by {classes[new].name}", class_patch(self.labels, old), new)

    def _paint_at_once(self, name: str, patch: Patch | None, class_id: int | np.ndarray) -> None:
        self.begin_stroke(name)
        self.apply_patch(patch, class_id)
        self.commit_stroke()

    # Pose

    @property
    def is_posed(self) -> bool:
        """Whether the pose is what is painted: the label map is then drawn from it, and no brush changes it."""
        return self.domain.condition == "pose"

    def set_pose(
        self, name: str, keypoints: Keypoints | None, labels: np.ndarray | None = None, *, is_drag: bool = False
    ) -> None:
        """Change the poses, and with them the label map, uint8 (H, W), where one is given, in one step.

        Where the domain is conditioned on poses, the label map is drawn from them instead. Consecutive drags of one
        name merge to one step until `end_drag`, `abort_drag` or another command.
        """
        if self.is_posed:
            labels = segment_map(keypoints, self.labels.shape)
        stroke = None if labels is None else PaintStroke.between(name, self.labels, labels, self._whole_box())
        if stroke is not None or keypoints != self._keypoints:
            self.push(ChangePose(name, self._keypoints, keypoints, stroke, is_drag))

    def abort_drag(self) -> None:
        """Take back the drag under way, which leaves no trace in the history."""
        if self.can_undo:
            self.history.take_back().undo(self)
            self.history_changed.emit()

    # Canvas, exemplars, model

    def set_labels(self, labels: np.ndarray) -> None:
        """Open a label map, uint8 (H, W), of any size; photo, poses and surround stay if they fit.

        What is preserved of a photo that stays is still measured by the label map that came with it.
        Raises ValueError for bad labels, and where the label map is drawn from the pose.
        """
        if self.is_posed:
            raise ValueError("This picture follows its pose; open a pose, or repaint by label map first.")
        fits = self.labels.shape == labels.shape
        kept = (self._photo, self._keypoints, self._surround) if fits else (None, None, None)
        change = self._canvas_change("Open label map", labels, *kept)
        if self.preserves and kept[0] is not None:
            change = replace(change, after=replace(change.after, original=self._original))
        self.push(change)

    def set_photo_and_labels(
        self,
        photo: np.ndarray | None,
        labels: np.ndarray,
        keypoints: Keypoints | None = None,
        surround: Surround | None = None,
        exemplar: Exemplar | None = None,
    ) -> None:
        """Open an RGB photo, uint8 (H, W, 3), with its label map, uint8 (H, W), its poses and what it was cut out of.

        An exemplar is added in the same step; it is the photo itself, which is then kept where nothing is edited.

        Where the domain is conditioned on poses, the label map is drawn from them instead. Raises ValueError for bad
        ones.
        """
        name = "Open photo"
        change = self._canvas_change(name, labels, None if photo is None else Pixels(photo), keypoints, surround)
        board = self._board if exemplar is None else self._board.added(exemplar)
        method = replace(self._method, preserves=exemplar is not None)
        steps: list[Command] = [change]
        if method != self._method:
            steps.append(ChangeMethod(name, (self._method, self._board), (method, self._board)))
        if exemplar is not None:
            steps.append(ChangeBoard("Add exemplar", self._board, board))
        self.push(Together(name, tuple(steps)) if steps[1:] else change)

    def _canvas_change(
        self,
        name: str,
        labels: np.ndarray,
        photo: Pixels | None,
        keypoints: Keypoints | None,
        surround: Surround | None,
    ) -> ChangeCanvas:
        if self.is_posed:
            labels = segment_map(keypoints, labels.shape)
        if labels.size == 0 or labels.max() >= len(self.domain.classes):
            raise ValueError(f"labels must hold classes below {len(self.domain.classes)}, and at least one pixel")
        opened = Pixels(labels)
        return ChangeCanvas(name, self.canvas, Canvas(opened, opened, photo, keypoints, surround))

    def use_exemplar(self, index: int) -> None:
        """Select an exemplar and take the whole appearance from it."""
        self._change_board("Use exemplar", self._board.used(index))

    def set_weights(self, weights: Sequence[float]) -> None:
        """Mix the exemplars. Consecutive calls merge to one step until `end_drag` or another command.

        Weights are >= 0; where all are 0, the active exemplar counts alone. Raises ValueError for others.
        """
        self._change_board("Mix exemplars", self._board.mixed(weights), is_slider_move=True)

    def set_style(self, style: Style, name: str = "Change style", *, is_slider_move: bool = True) -> None:
        """Change the style over the mix; slider moves of one name merge as those of `set_weights`.

        Raises ValueError when a class has other than one weight an exemplar.
        """
        self._change_board(name, self._board.mixed(self.weights, style), is_slider_move=is_slider_move)

    def set_mix(self, weights: Sequence[float], style: Style) -> None:
        """Change weights and style in one step. Raises ValueError as `set_weights` and `set_style` do."""
        self._change_board("Change mix", self._board.mixed(weights, style))

    def reset_style(self) -> None:
        """The active exemplar alone, as it is."""
        self._change_board("Reset style", self._board.plain())

    def set_film(self, film: Film, name: str = "Change film", *, is_slider_move: bool = False) -> None:
        """Change key frames or how they are played; slider moves of one name merge as those of `set_weights`.

        Raises ValueError when a key has other than one weight an exemplar.
        """
        self._change_board(name, replace(self._board, film=film), is_slider_move=is_slider_move)

    def use_preset(self, exemplars: Sequence[Exemplar], weights: Sequence[float], style: Style) -> None:
        """Replace the exemplars and how they are mixed, in one step; the film of the old ones goes with them.

        Raises ValueError where weights and style do not fit the exemplars.
        """
        strongest = max(range(len(weights)), key=weights.__getitem__, default=0)
        self._change_board("Load style preset", Board(tuple(exemplars), tuple(weights), strongest, style))

    def end_drag(self) -> None:
        """The slider was let go: its next move is a new step."""
        self.history.seal()

    def add_exemplar(self, exemplar: Exemplar, *, use: bool = False) -> None:
        """Put one at the end, and where wanted take the appearance from it in the same step."""
        board = self._board.added(exemplar)
        self._change_board("Add exemplar", board.used(len(board.exemplars) - 1) if use else board)

    def remove_exemplar(self, index: int) -> None:
        self._change_board("Remove exemplar", self._board.removed(index))

    def _change_board(self, name: str, board: Board, *, is_slider_move: bool = False) -> None:
        if board != self._board:
            self.push(ChangeBoard(name, self._board, board, is_slider_move))

    def set_model(self, model: str) -> None:
        """Let another model make the picture. Axes and drawn styles, which are each model's own, are reset."""
        if model != self.model:
            self._change_method("Change model", replace(self._method, model=model), self._board.without_codes())

    def set_seed(self, seed: int) -> None:
        self._change_method("Change seed", replace(self._method, seed=seed), self._board)

    def set_preserves(self, preserves: bool) -> None:
        """Keep the photo outside of what was edited, or make all of the picture anew."""
        name = "Preserve the photo" if preserves else "Make all anew"
        self._change_method(name, replace(self._method, preserves=preserves), self._board)

    def _change_method(self, name: str, method: Method, board: Board) -> None:
        if method != self._method:
            self.push(ChangeMethod(name, (self._method, self._board), (method, board)))

    # History

    @property
    def can_undo(self) -> bool:
        return self.is_stroking or self.history.can_undo

    @property
    def can_redo(self) -> bool:
        return self.history.can_redo

    @property
    def undo_names(self) -> list[str]:
        """Names of the steps that can be undone, the newest last."""
        return self.history.undo_names

    @property
    def redo_names(self) -> list[str]:
        """Names of the steps that can be redone, the next one last."""
        return self.history.redo_names

    @property
    def is_modified(self) -> bool:
        """Whether the content differs from what was last saved or loaded."""
        is_touched = self.is_stroking and self._stroke_box is not None
        return is_touched or self.history.position != self._saved_position

    def mark_saved(self, path: Path) -> None:
        """The present content is what the project file `path` holds."""
        self.path = path
        self._saved_position = self.history.position
        self.history.seal()
        self.history_changed.emit()

    def push(self, command: Command) -> None:
        """Take a step and remember it. A stroke under way is committed first."""
        self.commit_stroke()
        command.redo(self)
        self._record(command)

    def undo(self) -> None:
        """Take back the newest step; during a stroke, the stroke. Without either, nothing happens."""
        if self.is_stroking:
            self.abort_stroke()
        elif self.can_undo:
            self.history.step_back().undo(self)
            self.history_changed.emit()

    def redo(self) -> None:
        """Take the step again that was taken back last. During a stroke or without one, nothing happens."""
        if self.can_redo and not self.is_stroking:
            self.history.step_forward().redo(self)
            self.history_changed.emit()

    def _record(self, command: Command) -> None:
        self.history.record(command)
        self.history_changed.emit()

    # For commands

    def write_pixels(self, box: Box, mask: np.ndarray, values: int | np.ndarray) -> None:
        """Write classes, one or one for each set pixel of `mask`, into `box` of the labels."""
        self.labels[slices(box)][mask] = values
        self._labels_value = None
        self.labels_changed.emit(box)
        self._touch()

    def put_canvas(self, canvas: Canvas) -> None:
        """Take over labels, original, photo and poses."""
        self._set_canvas(canvas)
        self.reset.emit()
        self.labels_changed.emit(self._whole_box())
        self.pose_changed.emit()
        self._touch()

    def put_snapshot(self, snapshot: Snapshot) -> None:
        """Take over everything but the result, which is made anew."""
        self._set_content(snapshot)
        self._state = None
        self.revision += 1
        self._tell_all()

    def put_pose(self, keypoints: Keypoints | None) -> None:
        """Take over the poses."""
        self._keypoints = keypoints
        self.pose_changed.emit()
        if self.is_posed:
            self._touch()

    def put_board(self, board: Board) -> None:
        """Take over exemplars, weights, selection, style and film."""
        previous, self._board = self._board, board
        if board.exemplars != previous.exemplars:
            self.exemplars_changed.emit()
        self.mix_changed.emit()
        if board.film != previous.film:
            self.film_changed.emit()
        if board.in_use != previous.in_use:
            self._touch()

    def put_method(self, method: Method, board: Board) -> None:
        """Take over model and seed, and the board that goes with them."""
        self._method, self._board = method, board
        self._touch()
        for signal in (self.model_changed, self.mix_changed, self.film_changed):
            signal.emit()

    def _touch(self) -> None:
        self._state = None
        self.revision += 1
        self.state_changed.emit()

    def _check_class(self, class_id: int) -> None:
        if not 0 <= class_id < len(self.domain.classes):
            raise ValueError(f"domain {self.domain.name} has no class {class_id}")


def segment_map(keypoints: Keypoints | None, shape: tuple[int, int]) -> np.ndarray:
    """The label map uint8 (H, W) of body segments that the poses span."""
    return body_segments(np.zeros((0, KEYPOINTS, 3)) if keypoints is None else keypoints.array, shape)
