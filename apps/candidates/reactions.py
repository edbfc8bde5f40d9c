"""What this app does when something happened: work that somebody waits for."""

from __future__ import annotations

from skyportal.journal.reactions import on

from .entries import BackTestAsked


@on(BackTestAsked, outside=True)
def try_filter(asked: BackTestAsked, delivery_id: int) -> None:
    """Minutes of reading files, so no transaction is held open. One that is done is not done again."""
    from .actions.trying import carry_out  # brings Arrow in: only a worker that tries filters pays for it

    carry_out(asked.test_id)
