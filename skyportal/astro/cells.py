"""Cells of tables that people and telescopes write as text."""


def is_number(cell: str) -> bool:
    """Whether a cell reads as a number, NaN and infinities included."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
