"""Tables as ECSV 1.0, https://docs.astropy.org/en/stable/io/ascii/ecsv.html; numbers lose nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any


def ecsv(
    units: Mapping[str, str],
    rows: Iterable[Mapping[str, Any]],
    texts: Iterable[str] = (),
    *,
    integers: Iterable[str] = (),
    meta: Mapping[str, str] | None = None,
) -> bytes:
    """Columns with their units (empty: none), numbers but for ``texts``; ``meta`` is what it says of itself."""
    kinds = dict.fromkeys(texts, "string") | dict.fromkeys(integers, "int64")
    lines = ["# %ECSV 1.0", "# ---", "# delimiter: ','", "# datatype:"]
    for name, unit in units.items():
        kind = kinds.get(name, "float64")
        lines.append(f"# - {{name: {name}, {f'unit: {unit}, ' if unit else ''}datatype: {kind}}}")
    if meta:
        lines.append("# meta: !!omap")
        lines += [f"# - {{{key}: {json.dumps(value)}}}" for key, value in meta.items()]
    out = io.StringIO()
    out.write("\n".join(lines) + "\n")
    writer = csv.DictWriter(out, list(units), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
