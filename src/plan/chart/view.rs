//! Arguments of axes, `subplot_kw` and `subplot_kws`: from where axes in space are seen, and the
//! ratio of flat ones.

use super::values::{self, unsupported};
use crate::config::{Keys, Node};
use crate::diag::Diagnostic;
use crate::render::Chart;
use crate::render::chart::{BoxAspect, Ratio};

/// Reads `{projection: 3d, elev, azim, roll, proj_type, focal_length, box_aspect, aspect}`, or of flat
/// axes `{aspect, box_aspect, adjustable}`, whose ratio it gives.
///
/// # Errors
/// Unknown parameters, other projections, wrong values.
pub(super) fn subplot(chart: &mut Chart, node: &Node, what: &str) -> Result<Option<Ratio>, Diagnostic> {
    let known = [
        "adjustable",
        "aspect",
        "azim",
        "box_aspect",
        "computed_zorder",
        "elev",
        "focal_length",
        "proj_type",
        "projection",
        "roll",
    ];
    let keys = Keys::of(node, what, &known)?;
    match keys.given("projection").map(Node::text).transpose()? {
        Some("3d") => {}
        None | Some("rectilinear") => {
            let spatial = ["azim", "computed_zorder", "elev", "focal_length", "proj_type", "roll"];
            return match node
                .as_map()
                .unwrap_or_default()
                .iter()
                .find(|(key, _)| key.as_str().is_some_and(|key| spatial.contains(&key)))
            {
                Some((key, _)) => Err(unsupported(
                    &format!("`{}` of {what} without `projection: 3d`", key.python_str()),
                    key,
                )),
                None => values::subplot(node, what),
            };
        }
        Some(other) => return Err(unsupported(&format!("the projection `{other}`"), node)),
    }
    if let Some(adjustable) = keys.given("adjustable") {
        return Err(unsupported("`adjustable` of axes in space", adjustable));
    }
    let mut view = chart.view.unwrap_or_default();
    for (angle, key) in [(&mut view.elevation, "elev"), (&mut view.azimuth, "azim"), (&mut view.roll, "roll")]
    {
        if let Some(degrees) = keys.given(key) {
            *angle = degrees.finite()?;
        }
    }
    if let Some(computed) = keys.given("computed_zorder") {
        view.by_depth = computed.boolean()?;
    }
    let length = keys.given("focal_length");
    let parallel = keys.given("proj_type");
    match parallel.map(|kind| values::one_of(kind, "`persp` or `ortho`", &PROJECTIONS)).transpose()? {
        Some(true) => {
            if let Some(length) = length {
                let message = "a parallel projection (`ortho`) has no focal length";
                return Err(Diagnostic::error(message).at(length.place.clone()));
            }
            view.focal_length = None;
        }
        _ => {
            if let Some(length) = length {
                view.focal_length = Some(values::positive(length)?);
            }
        }
    }
    if let Some(aspect) = keys.given("aspect") {
        let aspects = [("auto", BoxAspect::Usual), ("equal", BoxAspect::Equal)];
        view.box_aspect = values::one_of(aspect, "`auto` or `equal`", &aspects)?;
    }
    if let Some(ratio) = keys.given("box_aspect") {
        let lengths = ratio.list()?.iter().map(values::positive).collect::<Result<Vec<f64>, _>>()?;
        view.box_aspect = match lengths[..] {
            [x, y, z] => BoxAspect::Ratio([x, y, z]),
            _ => return Err(ratio.expected("the lengths of three axes")),
        };
    }
    chart.view = Some(view);
    Ok(None)
}

/// Whether a projection is parallel.
const PROJECTIONS: [(&str, bool); 2] = [("persp", false), ("ortho", true)];
