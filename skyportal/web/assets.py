"""Front-end files that arrive in packages: found where npm and pip put them, only those we serve."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Warning
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage


def node_modules() -> Path:
    return Path(settings.ROOT) / "node_modules"


@cache
def package(name: str) -> Path:
    """The folder of an installed Python package, without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise LookupError(f"the package {name} is not installed")
    return Path(spec.origin).parent


# (folder in the site, where its files come from, the files in it)
PACKAGED: list[tuple[str, Callable[[], Path], list[str]]] = [
    ("vendor/bootstrap", lambda: node_modules() / "bootstrap/dist/css", ["bootstrap.min.css", "bootstrap.min.css.map"]),
    (
        "vendor/bootstrap",
        lambda: node_modules() / "bootstrap/dist/js",
        ["bootstrap.bundle.min.js", "bootstrap.bundle.min.js.map"],
    ),
    (
        "vendor/tom-select",
        lambda: node_modules() / "tom-select/dist/js",
        ["tom-select.complete.min.js", "tom-select.complete.min.js.map"],
    ),
    ("vendor/sortablejs", lambda: node_modules() / "sortablejs", ["Sortable.min.js"]),
    ("bokeh", lambda: package("bokeh") / "server/static/js", ["bokeh.min.js", "bokeh-gl.min.js"]),
]


class PackagedAssetsFinder(BaseFinder):
    """Offers `PACKAGED` to runserver, collectstatic and `{% static %}`."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        absent = sorted(
            {folder for folder, source, names in PACKAGED if not all((source() / n).exists() for n in names)}
        )
        if not absent:
            return []
        return [
            Warning(
                f"Front-end files are missing: {', '.join(absent)}.",
                hint="Run npm ci in the project folder.",
                id="web.W001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [
            str(source() / name)
            for folder, source, names in PACKAGED
            for name in names
            if path == f"{folder}/{name}" and (source() / name).exists()
        ]
        if find_all:
            return found
        return found[0] if found else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for folder, source, names in PACKAGED:
            storage = FileSystemStorage(location=source())
            storage.prefix = folder  # type: ignore[attr-defined]
            for name in names:
                if storage.exists(name):
                    yield name, storage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed names inside our ES modules' imports too, so that an upgrade reaches every browser at once."""

    support_js_module_import_aggregation = True
    # ours only: packages mention imports in their comments, and theirs need no rewriting
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
