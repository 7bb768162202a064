"""How the threads that torch computes with wait for work, where they are those of GNU OpenMP.

They spin for milliseconds before they sleep, and that long they keep a core from the threads of NNPACK
(engine/layers/convolution.py). GNU OpenMP leaves the spinning off while it counts more threads than cores.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import torch

PARALLEL = 2**18  # values that torch adds up with all of its threads


@contextmanager
def asleep_between_work() -> Iterator[None]:
    """Have them sleep: a second set of them is counted, and does nothing. With another OpenMP nothing changes."""
    counted, done = Event(), Event()

    def hold() -> None:
        torch.zeros(PARALLEL).add_(1)
        counted.set()
        done.wait()

    holder = Thread(target=hold, daemon=True)
    holder.start()
    counted.wait()
    try:
        yield
    finally:
        done.set()
        holder.join()
