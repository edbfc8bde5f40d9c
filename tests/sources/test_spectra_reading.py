"""Real files of spectra, read: what is in them, and what is wrong with those that are damaged."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from skyportal.astro.spectra import headers, reading
from skyportal.astro.spectra.tables import Unreadable, spectrum_of

DATA = Path(os.environ.get("SPECTRA_DATA", "/work/shared/data/spectra"))
needs_data = pytest.mark.skipif(not DATA.exists(), reason="The development data are not on this machine.")
