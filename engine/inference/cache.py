"""A small least-recently-used cache."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from engine.memory import bytes_of

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Keeps the `limit` values asked for last."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value kept for `key`, or what `make` gives."""
        if key not in self._values:
            self.put(key, make())
        self._values.move_to_end(key)
        return self._values[key]

    def find(self, key: Hashable) -> Value | None:
        """The value kept for `key`, or None."""
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value in the place of the one that was asked for longest ago."""
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._limit:
            self.drop_oldest()

    def drop_oldest(self) -> None:
        """Forget the value that was asked for longest ago."""
        self._values.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()

    def __len__(self) -> int:
        return len(self._values)

    @property
    def bytes(self) -> int:
        """Memory that what is kept takes."""
        return sum(bytes_of(value) for value in self._values.values())

    @property
    def values(self) -> Iterable[Value]:
        """What is kept, the value asked for longest ago first."""
        return self._values.values()
