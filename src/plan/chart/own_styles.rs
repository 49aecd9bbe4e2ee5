//! The styles of this program: `paper`, `slides` and `dark`, beside matplotlib's own (`default` is
//! matplotlib's defaults with another cycle, `matplotlib` has its cycle, too). Their cycles are told
//! apart by the colour-blind (Okabe and Ito 2008; for `dark` the same hues, lighter).

/// rcParams in the spelling of `.mplstyle` files.
type Params = &'static [(&'static str, &'static str)];

/// A column of a journal: 3.4 inch wide at 300 dpi, texts of 8 points, thin lines.
const PAPER: Params = &[
    ("figure.figsize", "3.4, 2.55"),
    ("figure.dpi", "300"),
    ("font.size", "8"),
    ("axes.titlesize", "8"),
    ("axes.labelsize", "8"),
    ("figure.titlesize", "9"),
    ("xtick.labelsize", "7"),
    ("ytick.labelsize", "7"),
    ("legend.fontsize", "7"),
    ("legend.title_fontsize", "7"),
    ("legend.frameon", "False"),
    ("axes.linewidth", "0.6"),
    ("grid.linewidth", "0.4"),
    ("grid.color", "d5d5d5"),
    ("lines.linewidth", "1.1"),
    ("lines.markersize", "3.5"),
    ("lines.markeredgewidth", "0.6"),
    ("patch.linewidth", "0.6"),
    ("hatch.linewidth", "0.5"),
    ("xtick.major.size", "2.5"),
    ("ytick.major.size", "2.5"),
    ("xtick.minor.size", "1.5"),
    ("ytick.minor.size", "1.5"),
    ("xtick.major.width", "0.6"),
    ("ytick.major.width", "0.6"),
    ("xtick.minor.width", "0.4"),
    ("ytick.minor.width", "0.4"),
    ("xtick.major.pad", "2.5"),
    ("ytick.major.pad", "2.5"),
    (
        "axes.prop_cycle",
        "cycler('color', ['0072B2', 'D55E00', '009E73', 'CC79A7', 'E69F00', '56B4E9', '000000'])",
    ),
];

/// Half of a wide slide: large texts, thick lines, an open frame.
const SLIDES: Params = &[
    ("figure.figsize", "8, 4.5"),
    ("figure.dpi", "200"),
    ("font.size", "16"),
    ("axes.titlesize", "18"),
    ("axes.labelsize", "16"),
    ("figure.titlesize", "20"),
    ("xtick.labelsize", "14"),
    ("ytick.labelsize", "14"),
    ("legend.fontsize", "14"),
    ("legend.title_fontsize", "14"),
    ("legend.frameon", "False"),
    ("axes.linewidth", "1.2"),
    ("axes.spines.top", "False"),
    ("axes.spines.right", "False"),
    ("axes.edgecolor", "333333"),
    ("axes.labelcolor", "222222"),
    ("text.color", "222222"),
    ("xtick.color", "333333"),
    ("ytick.color", "333333"),
    ("grid.linewidth", "1"),
    ("grid.color", "dddddd"),
    ("lines.linewidth", "3"),
    ("lines.markersize", "9"),
    ("patch.linewidth", "1.2"),
    ("hatch.linewidth", "1.5"),
    ("xtick.major.size", "5"),
    ("ytick.major.size", "5"),
    ("xtick.minor.size", "3"),
    ("ytick.minor.size", "3"),
    ("xtick.major.width", "1.2"),
    ("ytick.major.width", "1.2"),
    ("xtick.minor.width", "0.9"),
    ("ytick.minor.width", "0.9"),
    (
        "axes.prop_cycle",
        "cycler('color', ['0072B2', 'D55E00', '009E73', 'CC79A7', 'E69F00', '56B4E9', '000000'])",
    ),
];

/// For a dark page: light lines on nearly black.
const DARK: Params = &[
    ("figure.facecolor", "15181d"),
    ("axes.facecolor", "15181d"),
    ("axes.edgecolor", "8b949e"),
    ("axes.labelcolor", "d8dee4"),
    ("text.color", "d8dee4"),
    ("xtick.color", "8b949e"),
    ("ytick.color", "8b949e"),
    ("xtick.labelcolor", "c3cad1"),
    ("ytick.labelcolor", "c3cad1"),
    ("grid.color", "343a42"),
    ("legend.edgecolor", "444b54"),
    ("legend.facecolor", "1d2127"),
    ("lines.linewidth", "1.6"),
    ("patch.edgecolor", "d8dee4"),
    (
        "axes.prop_cycle",
        "cycler('color', ['56B4E9', 'E69F00', '33C79A', 'F2A0CE', 'F0E442', 'FF8552', 'C9D1D9'])",
    ),
];

/// What matplotlib draws by itself.
const MATPLOTLIB: Params = &[(
    "axes.prop_cycle",
    "cycler('color', ['1f77b4', 'ff7f0e', '2ca02c', 'd62728', '9467bd', '8c564b', 'e377c2', '7f7f7f', \
     'bcbd22', '17becf'])",
)];

/// Names and rcParams.
pub(super) const OWN_STYLES: [(&str, Params); 4] =
    [("dark", DARK), ("matplotlib", MATPLOTLIB), ("paper", PAPER), ("slides", SLIDES)];
