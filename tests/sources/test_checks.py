"""What every remark is asked before it is kept."""

from __future__ import annotations

import pytest

from apps.sources.actions.checks import plain, storable


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("z = 0.5", "z = 0.5"), ("Čerenkov 🔭 λ", "Čerenkov 🔭 λ"), ("a\tb\n", "a\tb\n"), ("", ""),
        ("a\x00b", "ab"), ("a\x00λ", "aλ"), ("a\ud83d", "a?"), ("λ\udfff", "λ?"), ("\ud7ff\ue000", "\ud7ff\ue000"),
    ],
)  # fmt: skip
def test_what_the_database_cannot_keep_is_found_and_left_out(words, kept):
    assert storable(words) == (words == kept)
    assert plain({"said": [words]}) == {"said": [kept]}
