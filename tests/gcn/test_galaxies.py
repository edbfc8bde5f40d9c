"""Galaxies of catalogues in the sky maps of events: files, ranking, completeness, pages."""

from __future__ import annotations

import io
from math import exp, pi, sqrt

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.gcn.actions.localizations import add_localization
from apps.gcn.queries.galaxies import chosen_catalog, ranked
from apps.sources.actions.galaxies import add_galaxies
from apps.sources.models import Galaxy, GalaxyCatalog, GalaxyLoad
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps import shapes
from skyportal.astro.skymaps.distances import normalisation
from skyportal.astro.skymaps.tiles import Distance, SkyMap
from tests.gcn.events_data import a_map, an_event, settle
from tests.gcn.notice_data import DATA as GCN_DATA
from tests.gcn.notice_data import needs_data

pytestmark = pytest.mark.django_db
SYSTEM = Viewer.system("a test")
HERE = "/event/2026-01-02T03:04:05"
DATEOBS = "2026-01-02T03:04:05"
CATALOGS = GCN_DATA.parent / "catalogs"
FILES = {"CLU_mini.csv": 10, "CLU_mini.hdf5": 92, "GLADE_excerpt.csv": 101, "GLADE_excerpt.txt": 101}
FILES |= {"table-4LAC-DR3-h.fits": 3407}
GALAXIES = {
    "name": ["near", "heavy", "far away", "no mass", "outside", "no distance"],
    "ra": [150.0, 150.5, 150.0, 150.1, 170.0, 150.0],
    "dec": [2.0, 2.0, 2.1, 2.0, 2.0, 2.2],
    "distmpc": [200.0, 200.0, 900.0, 210.0, 200.0, None],
    "mstar": [1e10, 5e10, 1e12, None, 1e12, 1e12],
}


@pytest.fixture
def solid(group):
    """A round map two degrees wide, 200 ± 40 Mpc away in every direction."""
    event = an_event()
    flat = shapes.cone(150.0, 2.0, 2.0)
    mu, sigma = np.full(len(flat), 200.0), np.full(len(flat), 40.0)
    where = add_localization(
        event, "solid", SkyMap(flat.lo, flat.hi, flat.density, Distance(mu, sigma, normalisation(mu, sigma)))
    )
    add_galaxies(SYSTEM, "test", GALAXIES)
    settle()
    return where


@needs_data
@pytest.mark.parametrize("name", FILES)
def test_published_files_are_read_in_whole(name, member):
    raw = (CATALOGS / name).read_bytes()
    client = Client()
    client.force_login(member)
    given = {"catalog": "published", "file": SimpleUploadedFile(name, raw), "description": "A test", "url": ""}
    assert client.post("/galaxies/upload", given).status_code == 302
    assert "You may leave" in client.get("/galaxies/loads").content.decode()
    settle()
    load = GalaxyLoad.objects.get()
    assert (load.state, load.reason, load.read) == ("done", "", FILES[name])
    assert not load.content, "the file is not kept"
    assert Galaxy.objects.filter(catalog_name="published").count() == FILES[name]
    page = client.get("/galaxies").content.decode()
    assert f"{FILES[name]:,} galaxies into published" in page
    if name.startswith("CLU_mini.csv"):
        one = Galaxy.objects.get(name="2MASX J00021772-4345168")
        assert (one.mstar, one.b2a, one.btc, one.sfr_fuv) == (19468772606.159004, 0.416869, 16.3, None)
    elif name.startswith("GLADE"):
        one = Galaxy.objects.get(name="NGC4548")
        assert (one.distmpc, one.mstar, one.magk) == (15.876007, 3e9, 7.368)
    assert GalaxyCatalog.objects.get().owner == member


@needs_data
def test_a_table_as_fits_and_the_command_say_the_same(tmp_path):
    from astropy.table import Table

    table = Table.read(CATALOGS / "CLU_mini.csv", format="ascii.csv")
    table.write(tmp_path / "clu.fits.gz")
    out = io.StringIO()
    call_command("load_galaxies", "fits", str(tmp_path / "clu.fits.gz"), stdout=out)
    call_command("load_galaxies", "csv", str(CATALOGS / "CLU_mini.csv"), stdout=out)
    assert "10 galaxies are in fits." in out.getvalue()
    columns = ("name", "ra", "mstar", "a", "b2a", "sfr_fuv")
    one, other = (
        list(Galaxy.objects.filter(catalog_name=c).order_by("name").values(*columns)) for c in ("fits", "csv")
    )
    assert one == other


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"name,ra\na,1\n", "No column dec"),
        (b"name,ra,dec\na,1,95\n", "no place in the sky"),
        (b"name,ra,dec\na,x,95\n", "Column ra"),
        (b"name,ra,dec\na,1,2\na,3,4\n", "2 galaxies are called 'a'"),
        (b"name,ra,dec\na,1\n", "Line 2"),
        (b"\x89HDF\r\n\x1a\n junk", "cannot be read"),
        (b"SIMPLE  = junk", "cannot be read"),
        (b"\xff\xfe\x00", "neither FITS nor HDF5"),
    ],
)
def test_what_is_no_catalogue_fails_in_words(raw, words, member):
    client = Client()
    client.force_login(member)
    client.post("/galaxies/upload", {"catalog": "bad", "file": SimpleUploadedFile("bad", raw)})
    settle()
    load = GalaxyLoad.objects.get()
    assert (load.state, words in load.reason) == ("failed", True), load.reason
    assert words.replace("'", "&#x27;") in client.get("/galaxies/loads").content.decode()
    assert not Galaxy.objects.exists()


def test_a_catalogue_is_its_owners(member, outsider, system_admin, api_of, settings, tmp_path):
    body = {"catalogName": "mine", "catalogData": "name,ra,dec,z\nNGC 1,1.8,27.7,0.0152\n"}
    assert api_of(member).post("galaxy_catalog/ascii", body)[0] == 200
    galaxy = Galaxy.objects.get()
    assert galaxy.distmpc == pytest.approx(68.2, rel=0.01), "of its redshift, 0.0152 c / 67.66 and a little more"
    status, answer = api_of(outsider).post("galaxy_catalog/ascii", body)
    assert (status, "is another's" in answer["message"]) == (403, True)
    assert api_of(system_admin).post("galaxy_catalog/ascii", body)[0] == 200

    settings.CATALOGS = tmp_path
    (tmp_path / "lvs.csv").write_text("objname,ra,dec,DistMpc,DistMpc_unc,z,Mstar,m_Ks\nA,1,2,30,3,0.007,2e10,9.5\n")
    assert api_of(member).post("galaxy_catalog/ned", {"file_name": "lvs.csv"})[0] == 401
    admin = api_of(system_admin)
    assert admin.post("galaxy_catalog/ned", {"file_name": "../../etc/passwd"})[0] == 400
    assert admin.post("galaxy_catalog/ned", {})[0] == 400
    assert admin.post("galaxy_catalog/ned", {"file_name": "lvs.csv"})[0] == 200
    assert admin.post("galaxy_catalog/regalade", {"file_url": "http://127.0.0.1:9/regalade.fits"})[0] == 200
    settle()
    (row,) = admin.get("galaxy_catalog/NED-LVS")[1]["data"]["galaxies"]
    assert (row["distmpc"], row["mstar"], row["magk"]) == (30, 2e10, 9.5)
    assert "could not be reached" in GalaxyLoad.objects.get(catalog_name="REGALADE").reason
    assert set(admin.get("galaxy_catalog", catalogNamesOnly=True)[1]["data"]) == {"mine", "NED-LVS"}


def test_galaxies_are_ranked_by_volume_and_mass(solid):
    found = ranked(SYSTEM, solid, catalog="test")
    names = [row["galaxy"]["name"] for row in found.rows]
    assert names == [*["far away", "heavy", "no mass", "near"][1:], "far away"]
    assert found.rows[-1]["share"] < 1e-30, "17 sigma off, however massive"
    assert found.total == 4


def test_densities_are_those_of_the_formula(solid):
    rows = {row["galaxy"]["name"]: row for row in ranked(SYSTEM, solid, catalog="test", weight="none").rows}
    sigma = np.radians(2.0)
    norm = float(normalisation(200.0, 40.0))
    peak = 1 / (2 * pi * sigma**2) * norm / (sqrt(2 * pi) * 40)
    assert rows["near"]["density"] == pytest.approx(peak, rel=0.01)
    off = exp(-(0.1**2) / (2 * 2.0**2)) * exp(-(10**2) / (2 * 40.0**2))
    assert rows["no mass"]["density"] == pytest.approx(peak * off, rel=0.01)
    assert sum(row["share"] for row in rows.values()) == pytest.approx(1)


def test_a_catalogue_of_what_is_elsewhere_is_not_the_first_choice(solid):
    far = {"name": [f"q{n}" for n in range(20)], "ra": [150.0] * 20, "dec": [2.0] * 20, "distmpc": [3000.0] * 20}
    add_galaxies(SYSTEM, "quasars", far)
    assert chosen_catalog(SYSTEM, solid) == ("test", ["test", "quasars"])
    assert chosen_catalog(SYSTEM, solid, "quasars")[0] == "quasars"
    assert chosen_catalog(SYSTEM, None)[0] == "quasars", "of a map without a distance the fullest"


def test_how_much_of_the_mass_the_catalogue_holds(solid):
    found = ranked(SYSTEM, solid, catalog="test")
    summed = sum(row["density"] * (row["weight"] or 0) for row in found.rows)
    assert found.completeness.held == pytest.approx(summed / (2.26e8 * 0.9))
    assert found.completeness.error < found.completeness.held
    assert ranked(SYSTEM, solid, catalog="test", weight="blue").completeness.why.startswith("no galaxy within")
    flat = a_map(solid.event, name="flat")
    assert ranked(SYSTEM, flat, catalog="test").completeness.why == "the sky map has no distance"
    assert ranked(SYSTEM, flat, catalog="test").total == 5


def test_a_full_sky_of_the_mean_density_is_complete():
    """Galaxies spread evenly with the mean density of stellar mass: the estimate is one, by construction of nothing."""
    rng = np.random.default_rng(5)
    event = an_event()
    flat = shapes.cone(150.0, 2.0, 5.0)
    mu, sigma = np.full(len(flat), 80.0), np.full(len(flat), 15.0)
    where = add_localization(
        event, "s", SkyMap(flat.lo, flat.hi, flat.density, Distance(mu, sigma, normalisation(mu, sigma)))
    )
    radius, far, count = np.radians(20.0), 200.0, 4000
    cosine = rng.uniform(np.cos(radius), 1, count)
    turn = rng.uniform(0, 2 * pi, count)
    offset = np.degrees(np.arccos(cosine))
    dec = 2.0 + offset * np.sin(turn)
    ra = 150.0 + offset * np.cos(turn) / np.cos(np.radians(dec))
    distance = far * rng.uniform(0, 1, count) ** (1 / 3)
    volume = 2 * pi * (1 - np.cos(radius)) * far**3 / 3
    mass = 2.26e8 * volume / count
    add_galaxies(SYSTEM, "even", {
        "name": [f"g{n}" for n in range(count)], "ra": ra.tolist(), "dec": dec.tolist(),
        "distmpc": distance.tolist(), "mstar": [mass] * count,
    })  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        held = ranked(SYSTEM, where, catalog="even").completeness
    assert len(queries) == 2, "the ranking, and the galaxies that are shown"
    assert held.held == pytest.approx(1, abs=3 * held.error)
    assert held.error < 0.2


def test_the_ranking_reads_positions_from_the_index(solid):
    from apps.gcn.queries import galaxies

    query = galaxies._RANKED.format(
        density=galaxies._IN_SPACE.format(far="g.distmpc"), weight=galaxies._WEIGHT["mass"],
        ranges="select unnest(cells) from gcn_region where localization_id = %(map)s and level = %(level)s",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain " + query, {"map": solid.pk, "level": 0.9, "catalog": "test", "most": 200})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "galaxy_hpx" in plan, plan
    assert "gcn_tile_of_map" in plan or "gcn_tile_cell" in plan, plan


def test_galaxies_in_a_map_by_api(solid, member, api_of):
    api = api_of(member)
    asked = {"localizationDateobs": DATEOBS, "localizationName": "solid"}
    answer = api.get("galaxy_catalog", **asked, includeGeoJSON=True)[1]["data"]
    assert {row["name"] for row in answer["galaxies"]} == {"near", "heavy", "far away", "no mass", "no distance"}
    assert len(answer["geojson"]["features"]) == answer["totalMatches"] == 5
    near = api.get("galaxy_catalog", **asked, localizationCumprob=0.02, minMstar=1e9)[1]["data"]["galaxies"]
    assert {row["name"] for row in near} < {"near", "heavy", "far away", "no distance"}
    best = api.get("galaxy_catalog", **asked, returnProbability=True, sortBy="probability", sortOrder="desc")
    rows = best[1]["data"]["galaxies"]
    assert rows[0]["name"] == "near"
    assert rows[0]["probability"] > 1e-6 > rows[-1]["probability"] == 0
    assert api.get("galaxy_catalog", returnProbability=True)[0] == 400
    assert api.get("galaxy_catalog", localizationDateobs="2020-01-01")[0] == 400
    assert api.get("galaxy_catalog", **asked, localizationCumprob=7)[0] == 400


def test_the_panel_and_the_sky_show_them(solid, member):
    client = Client()
    client.force_login(member)
    page = client.get(f"{HERE}/galaxies").content.decode()
    assert page.index("heavy") < page.index("no mass") < page.index("near")
    assert "of the stellar mass that is expected" in page
    assert "is unknown: galaxies are not weighed" in client.get(f"{HERE}/galaxies?weight=none").content.decode()
    assert "Weigh galaxies by one of" in client.get(f"{HERE}/galaxies?weight=luck").content.decode()
    assert "Galaxies" in client.get(f"{HERE}/sky").content.decode()
    answer = client.get(f"/galaxies?localizationDateobs={DATEOBS}&localizationCumprob=0.5")
    assert "no distance" in answer.content.decode()
    assert client.get("/galaxies?localizationDateobs=2020-01-01").status_code == 400
