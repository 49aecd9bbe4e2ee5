"""Writes the fonts of mathematics beside DejaVuSans.ttf, from those that matplotlib ships.

    python3 subset.py        (needs matplotlib and fontTools)

Oblique keeps letters, which is what mathematics slants; Bold keeps letters, digits, punctuation,
arrows and operators. Both keep kerning and the outlines as they are, without instructions for
grids of pixels. Display, the large operators, is whole.
"""

import shutil
from pathlib import Path

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont

FROM = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
HERE = Path(__file__).parent
LETTERS = [*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xAA, 0x180), *range(0x370, 0x400), 0x210F]
SIGNS = [*range(0x20, 0xC0), *range(0x2010, 0x2045), *range(0x2190, 0x2200), *range(0x2200, 0x2300), 0x27E8, 0x27E9]

for name, keep in (("Oblique", [*LETTERS, *range(0x30, 0x3A)]), ("Bold", [*LETTERS, *SIGNS])):
    font = TTFont(FROM / f"DejaVuSans-{name}.ttf", recalcTimestamp=False)
    options = subset.Options(hinting=False, legacy_kern=True, layout_features=[], name_IDs=["*"], glyph_names=False)
    work = subset.Subsetter(options)
    work.populate(unicodes=keep)
    work.subset(font)
    font.save(HERE / f"DejaVuSans-{name}.ttf")
shutil.copyfile(FROM / "DejaVuSansDisplay.ttf", HERE / "DejaVuSansDisplay.ttf")
