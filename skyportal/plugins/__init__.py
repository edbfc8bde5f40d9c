"""What can be added from outside: drivers by key, and slots where upper floors hang things into lower ones."""

from .registry import Registry, UnknownDriver
from .slots import Slot

__all__ = ["Registry", "Slot", "UnknownDriver"]
