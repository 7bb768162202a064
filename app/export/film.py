"""Films as files. All are written in one step: what fails, or is given up, leaves the disk as it was.

Pictures are RGB uint8 (H, W, 3), all of one size, and come one by one, so that no film has to fit into memory.
An exception that the iterable raises ends the writing and goes on to the caller.
"""

import shutil
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from PIL import Image

from engine.errors import InputError
from engine.files import reason, replacing

Pictures = Iterable[np.ndarray]

_QUALITY = {"libx264": {"crf": "16", "preset": "medium"}, "mpeg4": {"qmin": "2", "qmax": "4"}}


def write_mp4(path: Path, pictures: Pictures, rate: int) -> None:
    """Write H.264 (MPEG-4 part 2 where there is no encoder for it) as 4:2:0 in BT.709, `rate` pictures a second.

    Odd sizes are padded to even ones by their last row or column. Raises InputError when the file cannot be written.
    """
    with replacing(path) as temporary:
        try:
            with av.open(str(temporary), "w", format="mp4", options={"movflags": "faststart"}) as container:
                _encode(container, pictures, rate)
        except av.FFmpegError as error:
            raise InputError(f"Cannot write {path} ({reason(error)}); choose another place.") from error


def write_gif(path: Path, pictures: Pictures, rate: int, loops: bool = False) -> None:
    """Write an animation with a palette for each picture; it is shown once, or for ever where it loops.

    Raises InputError when the file cannot be written.
    """
    frames = _gif_frames(pictures, rate)
    first = next(frames)
    endless = {"loop": 0} if loops else {}
    with replacing(path) as temporary:
        first.save(temporary, "GIF", save_all=True, append_images=frames, **endless)


def write_series(folder: Path, pictures: Pictures) -> None:
    """Write `<name of the folder>-0001.png` and so on into a new folder.

    Raises InputError when that holds something already, or cannot be written.
    """
    temporary = folder.parent / f".{folder.name[:40]}-{uuid4().hex}"
    try:
        if folder.exists() and any(folder.iterdir()):
            raise InputError(f"The folder {folder} holds something already; choose another name.")
        temporary.mkdir(parents=True)
        for number, picture in enumerate(pictures, start=1):
            Image.fromarray(picture).save(temporary / f"{folder.name}-{number:04}.png")
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
    except OSError as error:
        raise InputError(f"Cannot write {folder} ({reason(error)}); choose another place.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _encode(container: av.container.OutputContainer, pictures: Pictures, rate: int) -> None:
    stream = None
    for picture in pictures:
        picture = _even(picture)
        if stream is None:
            stream = _stream(container, picture.shape, rate)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        container.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)))
    if stream is not None:
        container.mux(stream.encode(None))


def _stream(container: av.container.OutputContainer, shape: tuple[int, ...], rate: int) -> av.VideoStream:
    codec = _codec()
    stream = container.add_stream(codec, rate=rate, options=_QUALITY[codec])
    assert isinstance(stream, av.VideoStream)
    stream.height, stream.width = shape[:2]
    stream.pix_fmt = "yuv420p"
    stream.time_base = Fraction(1, rate)
    context = stream.codec_context
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    return stream


def _codec() -> str:
    return "libx264" if "libx264" in av.codecs_available else "mpeg4"


def _even(picture: np.ndarray) -> np.ndarray:
    """With even sides, the last row and column repeated where needed: 4:2:0 halves both."""
    height, width = picture.shape[:2]
    return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def _gif_frames(pictures: Pictures, rate: int) -> Iterator[Image.Image]:
    """Each with the time it is shown: a GIF counts hundredths of a second, so those are spread over the frames."""
    for number, picture in enumerate(pictures):
        image = Image.fromarray(picture)
        # Of Pillow's palettes this one, dithered, has the smoothest shades, and it flickers little from frame to frame.
        palette = image.quantize(256, Image.Quantize.FASTOCTREE)
        frame = image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
        begin, end = (round(100 * count / rate) for count in (number, number + 1))
        frame.info["duration"] = 10 * (end - begin)
        yield frame
