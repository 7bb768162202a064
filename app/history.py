"""One undo history, bounded in bytes."""

from itertools import count
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.document import Document

DEFAULT_LIMIT = 256 * 2**20
START = 0


class Command(Protocol):
    """A step that can be taken and taken back. `nbytes` is the memory that it holds on to."""

    @property
    def name(self) -> str: ...

    @property
    def nbytes(self) -> int: ...

    def redo(self, document: "Document") -> None: ...

    def undo(self, document: "Document") -> None: ...

    def merged_with(self, newer: "Command") -> "Command | None":
        """One step in place of this one and `newer`, or None when they are to stay apart."""


class History:
    """The steps behind and ahead of the present.

    Each step has a number of its own, so that `position` names the present content: the same position
    is the same content. The oldest steps are dropped when all together exceed `limit` bytes; `evicted`
    counts them, `nbytes` is what the steps that can be undone or redone hold.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self.limit = limit
        self.nbytes = 0
        self.evicted = 0
        self._numbers = count(START + 1)
        self._base = START
        self._done: list[tuple[int, Command]] = []
        self._undone: list[tuple[int, Command]] = []
        self._sealed = True

    @property
    def position(self) -> int:
        return self._done[-1][0] if self._done else self._base

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def undo_names(self) -> list[str]:
        """Names of the steps that can be undone, the newest last."""
        return [command.name for _, command in self._done]

    @property
    def redo_names(self) -> list[str]:
        """Names of the steps that can be redone, the next one last."""
        return [command.name for _, command in self._undone]

    def record(self, command: Command) -> None:
        """Remember a step that has just been taken."""
        self.nbytes -= sum(undone.nbytes for _, undone in self._undone)
        self._undone.clear()
        merged = None if self._sealed else self._done[-1][1].merged_with(command)
        if merged is not None:
            self.nbytes -= self._done.pop()[1].nbytes
        self._done.append((next(self._numbers), merged or command))
        self.nbytes += self._done[-1][1].nbytes
        self._sealed = False
        self._evict()

    def seal(self) -> None:
        """Let no later step merge into the newest one."""
        self._sealed = True

    def step_back(self) -> Command:
        """The step to undo now."""
        self.seal()
        self._undone.append(self._done.pop())
        return self._undone[-1][1]

    def take_back(self) -> Command:
        """The newest step, to undo now and forget."""
        self.seal()
        _, command = self._done.pop()
        self.nbytes -= command.nbytes
        return command

    def step_forward(self) -> Command:
        """The step to redo now."""
        self.seal()
        self._done.append(self._undone.pop())
        return self._done[-1][1]

    def _evict(self) -> None:
        while self._done and self.nbytes > self.limit:
            self._base, command = self._done.pop(0)
            self.nbytes -= command.nbytes
            self.evicted += 1
        if not self._done:
            self.seal()
