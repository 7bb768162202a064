"""Threads asleep between pieces of work: what is computed meanwhile, and that nothing of it stays."""

import platform
import threading
from pathlib import Path

import pytest
import torch

from engine.openmp import asleep_between_work


def test_work_is_done_and_no_thread_is_left() -> None:
    before, x = set(threading.enumerate()), torch.randn(512, 512)
    product = x @ x
    with asleep_between_work():
        assert len(set(threading.enumerate()) - before) == 1
        torch.testing.assert_close(x @ x, product)
    assert set(threading.enumerate()) <= before  # those of other tests may have ended meanwhile


@pytest.mark.skipif(platform.system() != "Linux", reason="the system's threads are counted in Linux's /proc")
def test_a_second_set_of_threads_is_there() -> None:
    def count() -> int:
        return len(list(Path("/proc/self/task").iterdir()))

    torch.set_num_threads(2)
    torch.zeros(2**20).add_(1)
    before = count()
    with asleep_between_work():
        assert count() >= before + 2


def test_an_error_within_ends_it_too() -> None:
    before = set(threading.enumerate())
    with pytest.raises(ValueError), asleep_between_work():
        raise ValueError
    assert set(threading.enumerate()) <= before
