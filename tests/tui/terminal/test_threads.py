"""Threads that share the memory they free."""

import ctypes
import subprocess
import sys

import pytest

THREADS = """
import ctypes, sys, threading
from ocitui.tui.terminal.threads import share_memory_among_threads
if sys.argv[1] == "shared":
    share_memory_among_threads()
barrier = threading.Barrier(6)
def work():
    kept = [bytes(2000) for _ in range(100)]
    barrier.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
[each.start() for each in threads]
[each.join() for each in threads]
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""

has_glibc = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_info")


@pytest.mark.skipif(not has_glibc, reason="it is glibc that has a pool of memory for each thread")
@pytest.mark.parametrize(("how", "is_one"), [("shared", True), ("apart", False)])
def test_threads_take_memory_from_one_pool(how: str, is_one: bool) -> None:
    told = subprocess.run([sys.executable, "-c", THREADS, how], capture_output=True, check=True, text=True).stdout
    assert (told.count("<heap nr=") == 1) is is_one
