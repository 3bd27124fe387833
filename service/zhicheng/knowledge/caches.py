"""What is kept because it was asked for, within bounds."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """Values by key, of which those not asked for the longest go first once there are more than `entries`, or more than `size` bytes of them.

    It may be used from several threads.
    """

    def __init__(self, entries: int, size: int):
        self.entries, self.size = entries, size
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._held = 0
        self._lock = Lock()

    def __reduce__(self) -> tuple:
        """A copy is empty: what was asked for here was not asked for there."""
        return BoundedCache, (self.entries, self.size)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def held(self) -> int:
        """The bytes that the values take, as given to `put`."""
        return self._held

    def get(self, key: Hashable) -> Value | None:
        """The value of a key, or None where none is kept."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value that takes so many bytes; one that alone is beyond the bound is not kept."""
        with self._lock:
            before = self._values.pop(key, None)
            self._held -= before[1] if before else 0
            if size > self.size:
                return
            self._values[key] = (value, size)
            self._held += size
            while len(self._values) > self.entries or self._held > self.size:
                self._held -= self._values.popitem(last=False)[1][1]
