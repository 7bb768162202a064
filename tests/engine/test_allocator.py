"""Freed memory stays with the process. In processes of their own: it cannot be undone."""

import platform
import subprocess
import sys

import pytest

glibc_only = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's allocator is told what to keep")

FAULTS = """
import resource, sys
import torch
from engine.allocator import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
torch.set_num_threads(1)
for _ in range(20):  # until the gaps that alignment leaves between blocks have filled
    torch.ones(2**24)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    torch.ones(2**24)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""

GAPS = """
from pathlib import Path
import torch
from engine.allocator import give_back_freed_memory, keep_freed_memory
keep_freed_memory()
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])
blocks = [torch.ones(2**22) for _ in range(20)]
last = blocks[-1]  # what is free lies before it, not at the heap's end
del blocks
print(resident())
give_back_freed_memory()
print(resident())
"""


def printed(program: str, *arguments: str) -> list[int]:
    answer = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return [int(line) for line in answer.stdout.split()]


@glibc_only
def test_a_tensor_of_the_same_size_again_takes_no_fresh_pages() -> None:
    (fresh,), (kept,) = printed(FAULTS, "plain"), printed(FAULTS, "keep")
    assert kept < fresh / 4


@glibc_only
def test_what_is_free_between_blocks_goes_back_when_told() -> None:
    kept, given_back = printed(GAPS)
    assert kept - given_back > 15 * 2**24 / 4096
