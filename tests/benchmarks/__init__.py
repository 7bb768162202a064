"""Scripts that measure, in a process that keeps freed memory as the program's own does."""

from engine.allocator import keep_freed_memory

keep_freed_memory()
