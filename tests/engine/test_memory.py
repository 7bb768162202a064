"""Memory: how much values take, and one heap for all threads."""

import ctypes
import subprocess
import sys

import numpy as np
import pytest
import torch

from engine.memory import bytes_of

THREADS = """
import ctypes, threading
import engine.memory
if {shared}:
    engine.memory.share_one_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
meeting = threading.Barrier(4)
def take():
    meeting.wait()
    for _ in range(100):
        libc.malloc(ctypes.c_size_t(10_000))
    meeting.wait()
threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="not glibc")
@pytest.mark.parametrize("shared", [True, False])
def test_all_threads_share_one_heap(shared: bool) -> None:
    told = subprocess.run([sys.executable, "-c", THREADS.format(shared=shared)], capture_output=True, check=True)
    heaps = told.stdout.count(b"<heap nr=")
    assert heaps == 1 if shared else heaps > 1


def test_the_bytes_of_values_are_those_of_their_arrays() -> None:
    array, tensor = np.zeros((3, 4), np.float32), torch.zeros(5, dtype=torch.int64)
    assert bytes_of((array, [tensor, None])) == 48 + 40
