"""Pictures at the canvas's own size, in tiles with a halo: memory follows the tile, not the canvas.

A tile comes out as it would in one piece, for all that depends on more than its surroundings has been found before.
"""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch

from engine.errors import InputError
from engine.inference.accelerator import is_out_of_memory
from engine.inference.frames import Arrays, frame_arrays
from engine.inference.state import EditState, Exemplar
from engine.models.mix import Mix
from engine.models.rabit_large import CELL, LargePicture
from engine.models.translator import Alignment
from engine.rectangle import Rectangle

TILE = 512  # pixels a side, without the halo
SMALLEST_TILE = 128
BYTES_A_PIXEL = 700  # that one piece takes while it is painted, about (tests/benchmarks/large_canvas.py)
ROOM = 0.5e9  # bytes that a picture in one piece may take where the processor paints
ROOM_SHARE = 0.8  # of what is free on a GPU

Wanted = Callable[[], bool]
Progress = Callable[[int, int], None]
Source = tuple[torch.Tensor, torch.Tensor]
Result = TypeVar("Result")

log = logging.getLogger(__name__)


def tiles_of(size: tuple[int, int], side: int | None) -> list[Rectangle]:
    """The parts of a picture of `size` (height, width), row by row; one part for a `side` of None."""
    height, width = size
    tall, wide = (height, width) if side is None else (side, side)
    return [
        Rectangle(top, left, min(top + tall, height), min(left + wide, width))
        for top in range(0, height, tall)
        for left in range(0, width, wide)
    ]


def within_memory(
    paint: Callable[[int | None], Result], pixels: int, device: torch.device, forget: Callable[[], None]
) -> tuple[Result, str]:
    """What `paint` makes with tiles of the side that it is given; None, for one piece, where memory does for that.

    Where it runs out although so many `pixels` should fit, `forget` gives back what can be made again, and smaller and
    smaller tiles are tried. The second is a sentence about that, or nothing. Raises InputError when not even the
    smallest tile fits.
    """
    sides: list[int | None] = [TILE]
    while sides[-1] > SMALLEST_TILE:
        sides.append(sides[-1] // 2)
    if pixels * BYTES_A_PIXEL <= _room(device):
        sides.insert(0, None)
    note = ""
    for side in sides:
        try:
            return paint(side), note
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            log.warning("Out of memory with tiles of %s pixels: %s", side, error)
        forget()  # the error is gone, and with it the tensors that its trace held
        note = "Memory ran out, so the picture was made in smaller tiles."
    raise InputError("There is too little memory for this picture; close other programs or take a smaller canvas.")


def paint_tiled(
    picture: LargePicture,
    state: EditState,
    exemplars: Sequence[Exemplar],
    source_of: Callable[[Exemplar], Source],
    mix: Mix,
    side: int | None,
    wanted: Wanted,
    progress: Progress,
) -> Arrays | None:
    """The arrays of the frame of `state`, in tiles of `side`, or in one piece; None once `wanted` says no.

    `picture` is matched with the exemplars already; `source_of` reads one at the size that is painted from, multiples
    of CELL. `progress` is told how many of all tiles are done, those of the exemplars included.
    """
    sources = [source_of(exemplar) for exemplar in exemplars]
    parts = [tiles_of(tuple(photo.shape[2:]), side) for photo, _ in sources]
    places = tiles_of(picture.canvas.size, side)
    done, count = 0, sum(map(len, parts)) + len(places)
    picture.forget_sources()
    for (photo, labels), some in zip(sources, parts, strict=True):
        for _ in picture.add_source(photo, labels, some):
            done += 1
            progress(done, count)
            if not wanted():
                return None
    del sources
    arrays: Arrays = {}
    for place in places:
        painted = picture.paint(_widened(place), wanted)
        if painted is None:
            return None
        image, alignments = painted
        height, width = place.shape
        image, alignments = image[..., :height, :width], [_cut(one, height, width) for one in alignments]
        part = frame_arrays(state, exemplars, alignments, mix, image, place, None)
        _put(arrays, part, place, picture.canvas.size)
        done += 1
        progress(done, count)
        if not wanted():
            return None
    return arrays


def _room(device: torch.device) -> float:
    """Bytes that one piece may take."""
    return ROOM_SHARE * torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else ROOM


def _widened(place: Rectangle) -> Rectangle:
    """To multiples of CELL, as far as a canvas is continued beyond what people see."""
    return Rectangle(place.top, place.left, -(-place.bottom // CELL) * CELL, -(-place.right // CELL) * CELL)


def _cut(alignment: Alignment, height: int, width: int) -> Alignment:
    assert alignment.warp is not None and alignment.confidence is not None and alignment.match is not None
    maps = (alignment.warp[..., :height, :width], alignment.confidence[..., :height, :width])
    return Alignment(*maps, alignment.match[:, :height, :width], None)


def _put(arrays: Arrays, part: Arrays, place: Rectangle, size: tuple[int, int]) -> None:
    """Put the arrays of `place` into those of all of the canvas, which are made with the first part."""
    for name, array in part.items():
        if name not in arrays:
            arrays[name] = np.empty((*size, *array.shape[2:]), array.dtype)
        arrays[name][place.slices] = array
