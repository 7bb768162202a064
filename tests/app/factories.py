"""Small documents, exemplars and frames for the tests."""

import numpy as np
from PySide6.QtCore import SignalInstance

from app.content import Board, Canvas, Method, Snapshot
from app.document import Document
from engine.domains import FASHION
from engine.inference.state import Exemplar, Frame, Pixels

SHAPE = (24, 20)
CLASSES = len(FASHION.classes)


def labels_like(seed: int, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """A label map of blocks, uint8."""
    height, width = shape
    blocks = np.random.default_rng(seed).integers(0, CLASSES, ((height + 3) // 4, (width + 3) // 4), dtype=np.uint8)
    return np.kron(blocks, np.ones((4, 4), dtype=np.uint8))[:height, :width]


def photo_like(seed: int, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


def make_exemplar(seed: int, shape: tuple[int, int] = (12, 10)) -> Exemplar:
    return Exemplar(Pixels(photo_like(seed, shape)), Pixels(labels_like(seed, shape)), f"exemplar {seed}")


def make_document(exemplars: int = 2, *, with_photo: bool = True, history_limit: int = 2**20) -> Document:
    """A document of 20x24 pixels without history."""
    document = Document(history_limit=history_limit)
    labels = Pixels(labels_like(0))
    photo = Pixels(photo_like(0)) if with_photo else None
    board = Board()
    for seed in range(1, exemplars + 1):
        board = board.added(make_exemplar(seed))
    document.load(Snapshot(FASHION, Canvas(labels, labels, photo), board, Method("rabit", 7)))
    return document


def make_frame(document: Document, seed: int = 0) -> Frame:
    """An answer to the document's present state."""
    shape = document.labels.shape
    confidence = np.random.default_rng(seed).random(shape, dtype=np.float32)
    places = np.zeros((*shape, 2), dtype=np.float32)
    image, warp = photo_like(seed + 10, shape), photo_like(seed + 20, shape)
    source = np.zeros(shape, dtype=np.uint8)
    return Frame(document.state(), image, warp, confidence, places, source, {"total": 1.0}, "cpu")


def make_plain_frame(document: Document) -> Frame:
    """An answer of a model without correspondence."""
    image = photo_like(10, document.labels.shape)
    return Frame(document.state(), image, None, None, None, None, {"total": 1.0}, "cpu")


class Calls:
    """Counts a signal and keeps what it carried."""

    def __init__(self, signal: SignalInstance) -> None:
        self.arguments: list[tuple] = []
        signal.connect(lambda *arguments: self.arguments.append(arguments))

    def __len__(self) -> int:
        return len(self.arguments)
