"""Photometric series: thousands of exposures of one target, read from HDF5 or columns, and what they come to.

Files come from anybody. Nothing in them is executed, and nothing outside them is read: no links to other files, no
external or virtual data, no Python objects. What pandas pickled beside a table is read as plain values only.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .photometry import DETECTION_SNR, POGSON, flux_density, magnitude, signal_to_noise

if TYPE_CHECKING:
    import h5py

MOST_ROWS = 1_000_000
MOST_COLUMNS = 100
MOST_BYTES = 400_000_000
"""Of a file's columns, unpacked."""
NAMES = {
    "mjd": ("mjd", "mjds"),
    "flux": ("flux", "fluxes"),
    "fluxerr": ("fluxerr", "fluxerrs", "flux_err"),
    "mag": ("mag", "mags", "magnitude", "magnitudes"),
    "magerr": ("magerr", "magerrs", "mag_err"),
}
"""What columns may be called, by what they are."""
NORMAL = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""


class BadSeries(ValueError):
    """What is no series, and why."""


@dataclass(frozen=True)
class Series:
    """Columns of equal length by name, and what the file says of all of them."""

    columns: dict[str, NDArray]
    metadata: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def named(self, what: str) -> NDArray | None:
        """The column that is the mjd, flux (µJy), fluxerr, mag (AB) or magerr, as floats."""
        found = next((self.columns[name] for name in NAMES[what] if name in self.columns), None)
        return None if found is None else found.astype(float)

    @property
    def mjd(self) -> NDArray:
        mjd = self.named("mjd")
        if mjd is None:
            raise BadSeries("there is no column mjd")
        return mjd

    @property
    def magnitudes(self) -> tuple[NDArray, NDArray]:
        """AB magnitudes and errors, from fluxes in µJy where there are no magnitudes; NaN where unknown."""
        mag, flux = self.named("mag"), self.named("flux")
        unknown = np.full(len(self), np.nan)
        if mag is not None:
            magerr = self.named("magerr")
            return mag, unknown if magerr is None else magerr
        if flux is None:
            raise BadSeries("there is neither a column flux nor a column mag")
        fluxerr = self.named("fluxerr")
        return magnitude(flux, unknown if fluxerr is None else fluxerr)

    @property
    def fluxes(self) -> tuple[NDArray, NDArray]:
        """µJy; from the magnitudes, which are calibrated where counts may not be."""
        return flux_density(*self.magnitudes)

    @property
    def snr(self) -> NDArray:
        flux, fluxerr = self.named("flux"), self.named("fluxerr")
        if flux is not None and fluxerr is not None:
            return signal_to_noise(flux, fluxerr)
        magerr = self.magnitudes[1]
        return POGSON / np.where(magerr > 0, magerr, np.nan)


def from_columns(data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> Series:
    """A series out of lists of numbers, in order of time."""
    if not data or len(data) > MOST_COLUMNS:
        raise BadSeries(f"data must have 1 to {MOST_COLUMNS} columns")
    columns = {}
    for name, values in data.items():
        try:
            columns[str(name)] = column = np.array(values, float)
        except (TypeError, ValueError, OverflowError):
            raise BadSeries(f"column {str(name)[:40]!r} is not a list of numbers") from None
        if column.ndim != 1:
            raise BadSeries(f"column {str(name)[:40]!r} is not a list of numbers")
    return _checked(Series(columns, dict(metadata or {})))


def _checked(series: Series) -> Series:
    lengths = {len(column) for column in series.columns.values()}
    if len(lengths) != 1:
        raise BadSeries("its columns differ in length")
    if not 0 < len(series) <= MOST_ROWS:
        raise BadSeries(f"it must have 1 to {MOST_ROWS} rows")
    if not np.isfinite(series.mjd).all():
        raise BadSeries("column mjd holds something that is no number")
    if not np.isfinite(series.magnitudes[0]).any():
        raise BadSeries("no row has a flux above zero or a magnitude")
    order = np.argsort(series.mjd, kind="stable")
    return Series({name: column[order] for name, column in series.columns.items()}, series.metadata)


# --- HDF5 ------------------------------------------------------------------------------------------------------------


def read(body: bytes) -> Series:
    """A series out of an HDF5 file: a table of pandas (`to_hdf`, both formats), or one dataset for each column.

    Raises
    ------
    BadSeries
        With the reason, where it is none, or holds what is not plain numbers.
    """
    import h5py

    try:
        with h5py.File(io.BytesIO(body), "r") as file:
            return _checked(_series(_table_of(file)))
    except BadSeries:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, IndexError, MemoryError) as problem:
        raise BadSeries(f"it cannot be read as HDF5 ({str(problem)[:120]})") from None


def write(series: Series) -> bytes:
    """An HDF5 file with one dataset for each column in the group ``data``, whose attributes are the metadata."""
    import h5py

    made = io.BytesIO()
    with h5py.File(made, "w", track_order=True) as file:
        group = file.create_group("data", track_order=True)
        for name, column in series.columns.items():
            group.create_dataset(name.replace("/", "_"), data=column, compression="gzip", track_times=False)
        for name, value in series.metadata.items():
            if isinstance(value, str | int | float | bool):
                group.attrs[name] = value
    return made.getvalue()


def _table_of(file: h5py.File) -> h5py.Group:
    """The file's only group, or the file itself where its columns are at the top."""
    groups = [name for name in file if isinstance(_own(file, name), type(file["/"]))]
    if len(groups) > 1:
        raise BadSeries(f"it holds {len(groups)} tables; send them one by one")
    found: h5py.Group = file[groups[0]] if groups else file
    return found


def _own(group: h5py.Group, name: str) -> Any:
    """What is under a name, if it is in this very file."""
    import h5py

    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise BadSeries(f"{name[:40]!r} is a link")
    found = group[name]
    if isinstance(found, h5py.Dataset):
        if found.external or found.is_virtual:
            raise BadSeries(f"{name[:40]!r} lies in another file")
        if found.dtype.hasobject:
            raise BadSeries(f"{name[:40]!r} holds objects")
        if found.nbytes > MOST_BYTES:
            raise BadSeries(f"{name[:40]!r} is larger than {MOST_BYTES // 10**6} MB")
    return found


def _series(group: h5py.Group) -> Series:
    if "table" in group:
        columns = _appendable(_own(group, "table"))
    elif "axis0" in group:
        columns = _fixed(group)
    else:
        names = [name for name in group if getattr(_own(group, name), "shape", None)]
        _bound(sum(group[name].nbytes for name in names), len(names))
        columns = {name: group[name][()] for name in names}
    numbers = {name: column for name, column in columns.items() if column.ndim == 1 and column.dtype.kind in "fiub"}
    if not numbers:
        raise BadSeries("it holds no columns of numbers")
    if {"table", "axis0"} & group.keys():
        return Series(numbers, _unpickled(group.attrs.get("metadata"), dict, {}))
    return Series(numbers, {name: _plain(value) for name, value in group.attrs.items()})


def _bound(size: int, columns: int) -> None:
    if size > MOST_BYTES or columns > MOST_COLUMNS:
        raise BadSeries(f"it is larger than {MOST_BYTES // 10**6} MB or has more than {MOST_COLUMNS} columns")


def _appendable(table: h5py.Dataset) -> dict[str, NDArray]:
    """pandas' ``format="table"``: blocks of columns of one type, whose names are pickled in ``…_kind``."""
    rows = table[()]
    columns: dict[str, NDArray] = {}
    for block in rows.dtype.names or ():
        if block == "index":
            continue
        names, values = _unpickled(table.attrs.get(f"{block}_kind"), list, [block]), rows[block]
        if values.ndim == 1:
            values = values[:, None]
        if len(names) != values.shape[1]:
            raise BadSeries(f"block {block[:40]!r} has {values.shape[1]} columns but {len(names)} names")
        columns |= {str(name): values[:, n] for n, name in enumerate(names)}
    _bound(0, len(columns))
    return columns


def _fixed(group: h5py.Group) -> dict[str, NDArray]:
    """pandas' ``format="fixed"``: by block, names in ``blockN_items`` and a matrix in ``blockN_values``."""
    blocks = [name.removesuffix("_values") for name in group if name.endswith("_values") and name.startswith("block")]
    _bound(sum(_own(group, f"{block}_values").nbytes for block in blocks), len(blocks))
    columns: dict[str, NDArray] = {}
    for block in blocks:
        names, values = _own(group, f"{block}_items")[()], group[f"{block}_values"][()]
        columns |= {_plain(name): values[:, n] for n, name in enumerate(names)}
    _bound(0, len(columns))
    return columns


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.item()) if value.size == 1 else value.tolist()
    return value if isinstance(value, str | int | float | bool) else None


class _PlainUnpickler(pickle.Unpickler):
    """Builds numbers, texts, lists and dicts; whatever else a pickle asks for is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError("it holds Python objects")


def _unpickled(text: Any, kind: type, missing: Any) -> Any:
    if text is None:
        return missing
    try:
        found = _PlainUnpickler(io.BytesIO(bytes(text))).load()
    except Exception as problem:  # noqa: BLE001 - a pickle can fail in any way
        raise BadSeries(f"what pandas wrote beside the table cannot be read: {str(problem)[:100]}") from None
    if not isinstance(found, kind):
        raise BadSeries("what pandas wrote beside the table cannot be read")
    return found


# --- what it comes to ------------------------------------------------------------------------------------------------


def summary(series: Series) -> dict[str, Any]:
    """Times, magnitudes and signal-to-noise of a series, by the names of the public API; None where unknown."""
    mjd, (mag, _), snr = series.mjd, series.magnitudes, series.snr
    found, detected = mag[np.isfinite(mag)], snr >= DETECTION_SNR
    step = float(np.median(np.diff(mjd))) * 86400 if len(mjd) > 1 else 0.0
    centre = float(np.median(found))
    return {
        "num_exp": len(series),
        "frame_rate": 1 / step if step > 0 else None,
        "mjd_first": float(mjd[0]),
        "mjd_mid": float(mjd[0] + mjd[-1]) / 2,
        "mjd_last": float(mjd[-1]),
        "mjd_last_detected": float(mjd[detected][-1]) if detected.any() else None,
        "is_detected": bool(detected.any()),
        "mean_mag": float(found.mean()),
        "rms_mag": float(found.std()),
        "robust_mag": centre,
        "robust_rms": float(NORMAL * np.median(np.abs(found - centre))),
        **_of_snr(snr[np.isfinite(snr)]),
    }


def _of_snr(snr: NDArray) -> dict[str, float | None]:
    if not len(snr):
        return dict.fromkeys(("median_snr", "best_snr", "worst_snr"))
    return {"median_snr": float(np.median(snr)), "best_snr": float(np.max(snr)), "worst_snr": float(np.min(snr))}


def thinned(y: ArrayLike, most: int) -> NDArray[np.intp]:
    """Indices of at most `most` points that keep the outline: of each stretch of rows its least and greatest value.

    Examples
    --------
    >>> thinned([0.0, 5.0, 1.0, 2.0, -3.0, 2.0], 4).tolist()
    [0, 1, 3, 4]
    """
    y = np.asarray(y, float)
    known = np.flatnonzero(np.isfinite(y))
    if len(known) <= most:
        return known
    stretches = np.array_split(known, max(most // 2, 1))
    kept = [stretch[[np.argmin(y[stretch]), np.argmax(y[stretch])]] for stretch in stretches]
    return np.unique(np.concatenate(kept))
