"""Where the real packets are, and what several tests of alerts share."""

import functools
import os
from pathlib import Path

import pytest

from apps.candidates.alerts import reading, resolvers, tables

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SKYPORTAL_TEST_DATA", ROOT / "../shared/data")) / "alerts"

_ABSENT = f"the development data are not at {DATA} (SKYPORTAL_TEST_DATA)"

if not DATA.is_dir() and os.environ.get("CI"):
    raise FileNotFoundError(f"{_ABSENT}; continuous integration must not skip what needs them")

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=_ABSENT)


@functools.cache
def resolver():
    return resolvers.FolderResolver(DATA / "lsst" / "schemas")


@functools.cache
def everything():
    """Every file of the data folder, read: packets and refusals."""
    files = sorted(p for p in DATA.rglob("*") if p.is_file())
    return [item for path in files for item in reading.read_file(path, resolver())]


@functools.cache
def packets():
    return [item for item in everything() if isinstance(item, reading.Packet)]


@functools.cache
def all_tables():
    """One table for each schema, with plain records beside it decoded by another reader."""
    return tables.tabulate(packets())[0]
