"""Tests must neither fail nor crawl because the machine is busy."""

from collections.abc import Iterator

import pytest
import torch
from hypothesis import settings

THREADS = 1  # small tensors: threads that wait for each other cost more than they bring

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
torch.set_num_threads(THREADS)


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """Commands set the number of threads; the suite keeps its own. With another one, sums are rounded otherwise."""
    yield
    torch.set_num_threads(THREADS)
