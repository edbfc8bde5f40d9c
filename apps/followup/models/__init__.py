"""Telescope time."""

from .allocations import Allocation

__all__ = ["Allocation"]
