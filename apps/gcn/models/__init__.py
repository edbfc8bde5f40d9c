"""Events' notices as they came, and circulars."""

from .circulars import Circular
from .notices import NoticeFeed, Outcome, ReceivedNotice

__all__ = ["Circular", "NoticeFeed", "Outcome", "ReceivedNotice"]
