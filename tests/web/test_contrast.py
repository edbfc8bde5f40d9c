"""The tokens of the themes: readable in light and dark, and without blue or white at night."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
CSS = (STATIC / "themes.css").read_text()
ROOT_BLOCK = CSS[CSS.index(":root {") : CSS.index('[data-sky-theme="light"]')]
NIGHT_BLOCK = re.search(r'\[data-sky-theme="night"\] \{(.*?)\n  /\*', CSS, re.DOTALL).group(1)
PAIR = re.compile(r"--sky-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
HEX = re.compile(r"--sky-([\w-]+): (#[0-9a-f]{6});")

LIGHT = {name: light for name, light, _ in PAIR.findall(ROOT_BLOCK)}
DARK = {name: dark for name, _, dark in PAIR.findall(ROOT_BLOCK)}
NIGHT = dict(HEX.findall(NIGHT_BLOCK))

GROUNDS = ["ground", "sunken", "raised", "hover", "chosen"]
TEXTS = ["text", "quiet", "accent", "failed"]
ON = {
    "text": [*GROUNDS, "saved-soft", "triggered-soft", "failed-soft", "mark"],
    "on-accent": ["accent-fill", "accent-fill-hover", "danger-fill"],
    "failed": ["failed-soft"],
    "saved": ["saved-soft"],
    "triggered": ["triggered-soft"],
}
PAIRS = sorted({(text, ground) for text in TEXTS for ground in GROUNDS} | {(t, g) for t, gs in ON.items() for g in gs})
# signs that are not words: WCAG asks 3 to 1 of what is needed to understand, and of a field's edge
SIGNS = [(sign, ground) for sign in ["new", "saved", "rejected", "triggered", "border-strong"] for ground in GROUNDS]


def channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dim = sorted([luminance(one), luminance(other)], reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_words_are_readable(theme, text, ground):
    assert contrast(theme[text], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("sign", "ground"), SIGNS)
def test_signs_and_edges_are_seen(theme, sign, ground):
    assert contrast(theme[sign], theme[ground]) >= 3


@pytest.mark.parametrize("name", sorted(NIGHT))
def test_night_is_red_on_black(name):
    red, green, blue = channels(NIGHT[name])
    assert green <= 60
    assert blue <= 40
    assert green <= red * 0.26
    assert blue <= red * 0.16


def test_night_replaces_every_colour():
    assert set(NIGHT) >= set(LIGHT)


@pytest.mark.parametrize(("text", "ground"), [(t, g) for t in ["text", "accent"] for g in GROUNDS])
def test_night_can_be_read(text, ground):
    assert contrast(NIGHT[text], NIGHT[ground]) >= 3


@pytest.mark.parametrize("sheet", ["sky.css", "admin.css"])
def test_no_colour_is_written_outside_the_tokens(sheet):
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\w*[\"'])", (STATIC / sheet).read_text()) == []
