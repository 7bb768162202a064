"""How the C library treats memory that is freed.

As it comes, glibc gives every large block back to the kernel, and the next tensor of that size pays for fresh pages,
one fault for each of them: a fifth of what a network takes on the CPU. Kept, the block is simply used again.
The editor does not keep it: its window and its engine would wait for each other at the one heap.
"""

import ctypes
import sys
from typing import Any

KEPT_BYTES = 512 * 2**20
"""At most so much lies free at the heap's end; larger single blocks still go back at once."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of malloc.h


def keep_freed_memory() -> None:
    """Let this process keep up to KEPT_BYTES of freed memory, all threads from one heap. Elsewhere than glibc nothing.

    Threads with heaps of their own would keep it each for themselves; call this before they start.
    """
    if library := _glibc():
        for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, KEPT_BYTES), (_TRIM_THRESHOLD, KEPT_BYTES)):
            library.mallopt(option, value)


def give_back_freed_memory() -> None:
    """Let the kernel have all that is free, between two parts of a picture that need blocks of other sizes."""
    if library := _glibc():
        library.malloc_trim(0)


def _glibc() -> Any:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "mallopt") else None
