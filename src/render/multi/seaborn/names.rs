//! Names of the arguments of functions, besides those of how marks look.

/// What all functions by category take, with some more.
macro_rules! by_category {
    ($($more:literal),* $(,)?) => {
        &[
            "dodge", "hue", "hue_order", "legend", "hue_norm", "native_scale", "order", "orient", "palette",
            $($more),*
        ]
    };
}

pub(in crate::render::multi) const BOX: &[&str] = by_category![
    "boxprops",
    "capprops",
    "capwidths",
    "fill",
    "flierprops",
    "fliersize",
    "gap",
    "linecolor",
    "meanprops",
    "medianprops",
    "notch",
    "saturation",
    "showbox",
    "showcaps",
    "showfliers",
    "showmeans",
    "whis",
    "whiskerprops",
    "width",
];

pub(in crate::render::multi) const BOXEN: &[&str] = by_category![
    "fill",
    "flier_kws",
    "gap",
    "k_depth",
    "line_kws",
    "linecolor",
    "outlier_prop",
    "saturation",
    "showfliers",
    "width",
    "width_method",
];

pub(in crate::render::multi) const VIOLIN: &[&str] = by_category![
    "bw",
    "bw_adjust",
    "bw_method",
    "common_norm",
    "cut",
    "density_norm",
    "fill",
    "gap",
    "gridsize",
    "inner",
    "linecolor",
    "saturation",
    "scale",
    "split",
    "width",
];

pub(in crate::render::multi) const BARS: &[&str] = by_category![
    "capsize",
    "ci",
    "err_kws",
    "errcolor",
    "errorbar",
    "errwidth",
    "estimator",
    "fill",
    "gap",
    "hatch",
    "hatch_linewidth",
    "hatchcolor",
    "n_boot",
    "saturation",
    "seed",
    "width",
];

pub(in crate::render::multi) const COUNT: &[&str] =
    by_category!["fill", "gap", "hatch", "hatch_linewidth", "hatchcolor", "saturation", "stat", "width",];

pub(in crate::render::multi) const POINT: &[&str] = by_category![
    "capsize",
    "ci",
    "err_kws",
    "errorbar",
    "errwidth",
    "estimator",
    "fillstyle",
    "join",
    "markeredgewidth",
    "markers",
    "markevery",
    "mew",
    "n_boot",
    "seed",
];

pub(in crate::render::multi) const STRIP: &[&str] = by_category!["aggregate", "jitter", "seed", "size"];

pub(in crate::render::multi) const SWARM: &[&str] = by_category!["size"];

pub(in crate::render::multi) const LINE: &[&str] = &[
    "ci",
    "errorbar",
    "estimator",
    "hue",
    "hue_norm",
    "hue_order",
    "legend",
    "markeredgewidth",
    "markers",
    "mew",
    "n_boot",
    "palette",
    "seed",
    "size",
    "size_norm",
    "size_order",
    "sizes",
    "style",
    "style_order",
];

pub(in crate::render::multi) const SCATTER: &[&str] = &[
    "aggregate",
    "hue",
    "hue_norm",
    "hue_order",
    "legend",
    "markers",
    "palette",
    "s",
    "size",
    "size_norm",
    "size_order",
    "sizes",
    "style",
    "style_order",
];

pub(in crate::render::multi) const ECDF: &[&str] =
    &["complementary", "hue", "hue_norm", "hue_order", "legend", "palette", "stat"];

pub(in crate::render::multi) const HIST: &[&str] = &[
    "binrange",
    "bins",
    "binwidth",
    "cbar",
    "cbar_kws",
    "common_norm",
    "cumulative",
    "discrete",
    "element",
    "fill",
    "hue",
    "hue_norm",
    "hue_order",
    "kde",
    "kde_kws",
    "legend",
    "multiple",
    "palette",
    "shrink",
    "stat",
];

pub(in crate::render::multi) const KDE: &[&str] = &[
    "bw",
    "bw_adjust",
    "bw_method",
    "cbar",
    "cbar_kws",
    "clip",
    "common_norm",
    "cumulative",
    "cut",
    "fill",
    "gridsize",
    "hue",
    "hue_norm",
    "hue_order",
    "legend",
    "levels",
    "palette",
    "shade",
    "thresh",
];
