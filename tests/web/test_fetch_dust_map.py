"""The dust map comes whole or not at all; what was there before stays."""

import pytest
from django.core.management import CommandError, call_command

from skyportal.astro import dust
from tests.astro.test_dust import written
from tests.emulators.files import serving


@pytest.fixture
def origin(tmp_path):
    """A folder with both hemispheres, as a dict of its files too."""
    folder = tmp_path / "origin"
    folder.mkdir()
    for north, value in ((1, 0.25), (-1, 0.75)):
        written(folder, north, value)
    return folder


@pytest.fixture
def kept(tmp_path, settings):
    before = dust._folder
    settings.DUST_MAPS = tmp_path / "kept"
    dust.use(settings.DUST_MAPS)
    yield settings.DUST_MAPS
    dust.use(before)


def files(folder):
    return {name: (folder / name).read_bytes() for name in dust.FILES.values()}


def test_it_is_downloaded_or_copied(origin, kept):
    with serving(files(origin)) as address:
        call_command("fetch_dust_map", url=address, verbosity=0)
    assert (dust.ebv(192.86, 27.13), dust.ebv(12.86, -27.13)) == (0.25, 0.75)
    call_command("fetch_dust_map", origin, verbosity=0)
    assert {path.name for path in kept.iterdir()} == set(dust.FILES.values())


@pytest.mark.parametrize("mood", ["absent", "broken", "page"])
def test_a_server_that_misbehaves_spoils_nothing(origin, kept, mood):
    call_command("fetch_dust_map", origin, verbosity=0)
    with serving(files(origin), mood=mood) as address, pytest.raises(CommandError, match=r"SFD_dust_4096_ngp\.fits"):
        call_command("fetch_dust_map", url=address, verbosity=0)
    assert files(kept) == files(origin)
    assert len(list(kept.iterdir())) == 2


def test_the_other_hemisphere_is_noticed(origin, kept):
    (origin / dust.FILES[1]).write_bytes((origin / dust.FILES[-1]).read_bytes())
    with pytest.raises(CommandError, match="other hemisphere"):
        call_command("fetch_dust_map", origin, verbosity=0)
