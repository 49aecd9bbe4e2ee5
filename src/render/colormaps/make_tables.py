"""Writes tables.bin and tables.rs: every colour map as RGB bytes, one after the other.

    python make_tables.py            (with the package cmocean, which adds `cmo.…` to matplotlib's)

Bytes are round(255·v), as matplotlib.colors.to_hex gives them and as Agg draws meshes.
"""

from pathlib import Path

import cmocean  # noqa: F401
import matplotlib as mpl
import numpy as np

HERE = Path(__file__).resolve().parent
ALIASES = {"grey", "gist_grey", "gist_yerg", "Grays"}
maps = {}
for name in mpl.colormaps:
    if not name.endswith(("_r", "_r_i")) and name not in ALIASES:
        cmap = mpl.colormaps[name]
        maps[name] = np.round(255 * cmap(np.arange(cmap.N))[:, :3]).astype(np.uint8)
order = sorted(maps, key=lambda n: (n.lower(), n))
(HERE / "tables.bin").write_bytes(b"".join(maps[n].tobytes() for n in order))
rows = "".join(f'    ("{n}", {len(maps[n])}),\n' for n in order)
(HERE / "tables.rs").write_text(
    "//! Names and numbers of colours of the maps in `tables.bin`, in its order. Written by\n"
    "//! `make_tables.py`.\n\n"
    "/// Name, number of colours; sorted ignoring case.\n"
    f"pub(super) const TABLES: [(&str, usize); {len(order)}] = [\n{rows}];\n"
)
