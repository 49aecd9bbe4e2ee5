"""Writes styles.txt: matplotlib's style sheets (mpl-data/stylelib), name by name, without what speaks of
windows, keys, other writers and fonts' file names.

    python make_styles.py
"""

import re
from pathlib import Path

import matplotlib as mpl

SKIP = re.compile(
    r"_internal\.|agg\.|animation\.|backend|docstring\.|interactive|keymap\.|path\.|pdf\.|pgf\.|ps\.|svg\.|text\.latex"
    r"|tk\.|toolbar|webagg\.|savefig\.(format|directory|orientation)|timezone|font\.(cursive|fantasy)|figure\.subplot\."
    r"|figure\.autolayout|text\.(usetex|hinting|antialiased)|mathtext\.|image\.(composite_image|resample)"
    r"|axes\.titley|boxplot\.bootstrap|axes3d\.(automargin|depthshade)"
)  # fmt: skip
out = []
for file in sorted(Path(mpl.get_data_path(), "stylelib").glob("*.mplstyle")):
    if file.stem.startswith("_"):
        continue
    out.append(f"[{file.stem}]")
    for line in file.read_text().splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if line and not SKIP.match(line):
            name, value = (part.strip() for part in line.split(":", 1))
            out.append(f"{name}: {value}")
Path(__file__).with_name("styles.txt").write_text("\n".join(out) + "\n")
