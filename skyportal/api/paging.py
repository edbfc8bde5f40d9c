"""`pageNumber`, `numPerPage`, `totalMatches`, and the list under its own name."""

from __future__ import annotations

from dataclasses import dataclass

from skyportal.access.errors import Invalid

from .params import Param, Query, integer


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    size: int

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    @property
    def stop(self) -> int:
        return self.start + self.size

    @classmethod
    def of(cls, query: Query, *, most: int = 500) -> Page:
        """The page asked for; more than ``most`` rows are silently cut to that, less than one is refused."""
        number, size = query["pageNumber"], query["numPerPage"]
        if number < 1 or number > 10_000_000:
            raise Invalid("Page number out of range.")
        if size < 1:
            raise Invalid("Invalid numPerPage: must be at least 1.")
        return cls(number, min(size, most))


def page_params(size: int) -> list[Param]:
    return [
        Param("pageNumber", integer, 1, "Page, counted from 1."),
        Param("numPerPage", integer, size, "Rows a page."),
    ]
