"""Slots: a lower floor names a place, an upper floor hangs something there."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

Plug = TypeVar("Plug")


class Slot(Generic[Plug]):
    """Named plugs in the order they were hung.

    Examples
    --------
    >>> greetings = Slot("greetings")
    >>> @greetings.plug("hello")
    ... def hello(): return "hello"
    >>> [name for name, _ in greetings.items()]
    ['hello']
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._plugs: dict[str, Plug] = {}

    def plug(self, key: str) -> Callable[[Any], Any]:
        def hang(thing: Plug) -> Plug:
            if self._plugs.get(key, thing) is not thing:
                raise ValueError(f"The slot {self.name} already holds something called {key!r}.")
            self._plugs[key] = thing
            return thing

        return hang

    def items(self) -> Iterator[tuple[str, Plug]]:
        return iter(list(self._plugs.items()))

    def get(self, key: str) -> Plug | None:
        return self._plugs.get(key)

    def __iter__(self) -> Iterator[Plug]:
        return iter(list(self._plugs.values()))
