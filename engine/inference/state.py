"""What goes into the engine (EditState) and what comes out of it (Frame)."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.conditions.pose import KEYPOINTS
from engine.style import PLAIN, Style


class Pixels:
    """A read-only array that compares and hashes by content.

    `array` is uint8, (H, W) for a label map or (H, W, 3) RGB for a photo.
    """

    def __init__(self, array: np.ndarray) -> None:
        self.array = np.ascontiguousarray(array, dtype=np.uint8).copy()
        self.array.setflags(write=False)

    @cached_property
    def digest(self) -> str:
        """Hex BLAKE2 digest of shape and content."""
        content = hashlib.blake2b(repr(self.array.shape).encode(), digest_size=16)
        content.update(self.array)
        return content.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pixels) and (self is other or self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)


class Keypoints:
    """The poses in a picture, as a read-only array that compares and hashes by content.

    `array` is float64 (persons, 18, 3): x and y in pixels and a confidence, OpenPose COCO order; a keypoint of
    confidence 0 is hidden, (0, 0, 0) is missing. Raises ValueError for another shape or numbers that are not finite.
    """

    def __init__(self, array: np.ndarray) -> None:
        self.array = np.array(array, dtype=np.float64)
        if self.array.ndim != 3 or self.array.shape[1:] != (KEYPOINTS, 3) or not np.isfinite(self.array).all():
            raise ValueError(f"poses must be finite numbers (persons, {KEYPOINTS}, 3), not {self.array.shape}")
        self.array.setflags(write=False)

    @cached_property
    def digest(self) -> str:
        """Hex BLAKE2 digest of the content."""
        return hashlib.blake2b(self.array.tobytes(), digest_size=16).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keypoints) and (self is other or np.array_equal(self.array, other.array))

    def __hash__(self) -> int:
        return hash(self.digest)


@dataclass(frozen=True)
class Exemplar:
    """A photo whose appearance is borrowed, with its own label map, and its pose where that is known.

    `photo` is RGB (H, W, 3), `labels` is (H, W) of the same size; `name` is for people to read.
    """

    photo: Pixels
    labels: Pixels
    name: str = field(default="", compare=False)
    keypoints: Keypoints | None = None


@dataclass(frozen=True)
class EditState:
    """Everything that decides a picture: two equal states give the same picture.

    `labels` is the condition, (H, W) class ids. `weights` has one number >= 0 an exemplar, at
    least one of them positive; they are normalised where they are used. An exemplar of weight 0
    is there for the classes that `style` gives it.

    `keypoints` is the condition's pose, for domains that are conditioned on poses. `content` is the photo that is
    edited, with its label map before the edit, where it is to be preserved outside of the edit (preserve.py).

    `full_size` has a canvas that is larger than the network's own size painted at the canvas's size (tiles.py), instead
    of enlarged.
    """

    domain: str
    model: str
    labels: Pixels
    exemplars: tuple[Exemplar, ...]
    weights: tuple[float, ...]
    seed: int = 0
    style: Style = PLAIN
    keypoints: Keypoints | None = None
    content: Exemplar | None = None
    full_size: bool = False


@dataclass(frozen=True, eq=False)
class Frame:
    """One answer of the engine, all arrays of the condition's size.

    image           uint8 (H, W, 3) RGB, the regenerated picture
    warp            uint8 (H, W, 3) RGB, the warped exemplars mixed by weight
    confidence      float32 (H, W) in [0, 1], how far the warp is to be trusted
    correspondence  float32 (H, W, 2), for each pixel the (x, y) in pixels of the exemplar that it takes most from
    source          uint8 (H, W), the index of that exemplar in `state.exemplars`
    timings         milliseconds by stage: "encode", "align", "synthesise", "total"
    device          "cpu", "cuda", ...

    kept            MB that the session keeps for the next picture, besides the weights
    exact           whether it is what a new session would make of the state; False for a preview during a stroke
    notice          one sentence for people about how it was made, mostly nothing

    painted_at      (width, height) in pixels that the network painted at; of a preserved photo, the part that was made

    A system without correspondence has None for warp, confidence, correspondence and source.
    """

    state: EditState
    image: np.ndarray
    warp: np.ndarray | None
    confidence: np.ndarray | None
    correspondence: np.ndarray | None
    source: np.ndarray | None
    timings: dict[str, float]
    device: str
    kept: float = 0.0
    exact: bool = True
    notice: str = ""
    painted_at: tuple[int, int] | None = None
