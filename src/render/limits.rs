//! Limits of axes from data and options, as matplotlib's autoscaling.

use super::axis::{AxisKind, AxisSpec};
use super::chart::{AxisOptions, Limit, Scale, TickStyle};
use super::error::RenderError;
use super::marks::{Mark, Span};
use super::sheet::Panel;
use crate::diag::Diagnostic;

/// What is added at both ends of axes in space that nobody gave limits, a share of their length
/// (matplotlib's).
const SPACE_MARGIN: f64 = 1.0 / 48.0;

/// The scale of an axis: the one asked for, linear where values are no numbers.
///
/// # Errors
/// Parameters that the scale cannot have.
pub(super) fn scale(
    asked: Scale,
    kind: &AxisKind,
    letter: &str,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Scale, RenderError> {
    let scale = if *kind == AxisKind::Number { asked } else { Scale::Linear };
    match scale {
        Scale::Log { base } if !(base > 1.0 && base.is_finite()) => {
            let why = format!("has base {base}; it must be greater than 1");
            return Err(RenderError::Option { option: "scale", why });
        }
        Scale::SymLog { linthresh, base }
            if !(base > 1.0 && base.is_finite() && linthresh > 0.0 && linthresh.is_finite()) =>
        {
            let why = "needs a positive linthresh and a base greater than 1".to_owned();
            return Err(RenderError::Option { option: "scale", why });
        }
        _ => {}
    }
    if scale != asked {
        warnings.push(Diagnostic::warning(format!("the {letter} axis has no numbers: its scale is linear")));
    }
    Ok(scale)
}

/// What decides the limits of one axis, which several panels may share.
pub(super) struct Sharing<'a> {
    /// 0 is x, 2 is the third one of panels in space.
    pub(super) axis: usize,
    /// The panels that share it, with the scales of both their axes.
    pub(super) panels: Vec<(&'a Panel, [Scale; 2])>,
    /// What is wanted of it.
    pub(super) options: &'a AxisOptions,
    /// What its numbers are.
    pub(super) kind: AxisKind,
    /// Its scale.
    pub(super) scale: Scale,
    /// Share of the data's extent around it.
    pub(super) margin: f64,
    /// Look of its ticks.
    pub(super) look: TickStyle,
}

impl Sharing<'_> {
    fn letter(&self) -> char {
        ['x', 'y', 'z'][self.axis]
    }

    fn marks(&self) -> impl Iterator<Item = (&Mark, [Scale; 2])> {
        self.panels.iter().flat_map(|(panel, scales)| panel.marks.iter().map(|one| (&one.mark, *scales)))
    }

    /// Extent of the data, lines across the axes included.
    fn span(&self, scale: Scale, warnings: &mut Vec<Diagnostic>) -> Option<Span> {
        let i = self.axis;
        let spans = self.marks().filter_map(|(mark, [x, y])| mark.extents(x, y, scale)[i]);
        let mut span = spans.reduce(Span::union);
        let letter = self.letter();
        if scale == Scale::Logit {
            let outside = |(mark, _): (&Mark, _)| {
                let data = matches!(mark, Mark::Line(_) | Mark::Scatter(_));
                let span = mark.spans(Scale::Linear, Scale::Linear)[i];
                data && span.is_some_and(|span| span.ends[0] <= 0.0 || span.ends[1] >= 1.0)
            };
            if self.marks().any(outside) {
                let text = format!(
                    "values along {letter} that are not between 0 and 1 have no place on its logit axis"
                );
                warnings.push(Diagnostic::warning(text));
            }
        }
        if matches!(scale, Scale::Log { .. }) {
            let below = |(mark, _): (&Mark, _)| {
                let data = matches!(mark, Mark::Line(_) | Mark::Scatter(_) | Mark::Space(_));
                let linear = Scale::Linear;
                data && mark.extents(linear, linear, linear)[i].is_some_and(|span| span.ends[0] <= 0.0)
            };
            if self.marks().any(below) {
                let text =
                    format!("values along {letter} that are not positive have no place on its log axis");
                warnings.push(Diagnostic::warning(text));
            }
        }
        if let Some(whole) = self.options.whole.and_then(|whole| Span::of(scale, whole)) {
            span = span.map(|span| span.union(whole));
        }
        for (panel, _) in &self.panels {
            let lines = match i {
                _ if panel.space.is_some() => continue,
                0 => &panel.options.vlines,
                _ => &panel.options.hlines,
            };
            for line in lines.iter().flatten() {
                if let Some(own) = Span::of(scale, [line.at]) {
                    span = Some(span.map_or(own, |span| span.union(own)));
                }
            }
        }
        span
    }

    /// The axis with its limits.
    ///
    /// # Errors
    /// Limits that are no numbers.
    pub(super) fn resolve(&self, warnings: &mut Vec<Diagnostic>) -> Result<AxisSpec, RenderError> {
        let (options, letter, kind) = (self.options, self.letter(), self.kind.clone());
        let scale = self.scale;
        let span = self.span(scale, warnings);
        let drawn = self.panels.iter().any(|(panel, _)| !panel.marks.is_empty());
        if span.is_none() && drawn {
            let what = match scale {
                Scale::Log { .. } => "positive",
                Scale::Logit => "fitting",
                Scale::Linear | Scale::SymLog { .. } => "finite",
            };
            warnings.push(Diagnostic::warning(format!("no {what} values along {letter}: the axis is empty")));
        }
        let ends = span.map(|span| span.ends);
        let mut limits = match ends {
            // As matplotlib with data that are all missing: ±0.055.
            None if drawn
                && scale == Scale::Linear
                && matches!(kind, AxisKind::Number | AxisKind::Time(_)) =>
            {
                [-0.055, 0.055]
            }
            _ => scale.autoscale(ends, self.margin),
        };
        if let Some(span) = span.filter(|span| span.ends[0] < span.ends[1]) {
            for (limit, (sticky, end)) in limits.iter_mut().zip(span.sticky.into_iter().zip(span.ends)) {
                if sticky {
                    *limit = end;
                }
            }
        }
        if self.panels.iter().any(|(panel, _)| panel.space.is_some()) {
            limits = scale.widened(limits, SPACE_MARGIN);
        }
        let auto = limits;
        for (limit, wanted) in limits.iter_mut().zip(options.limits) {
            *limit = match wanted {
                Limit::Auto => *limit,
                Limit::DataMin => ends.map_or(*limit, |ends| ends[0]),
                Limit::DataMax => ends.map_or(*limit, |ends| ends[1]),
                Limit::When(_) => *limit,
                Limit::At(at) if scale.extent([at]).is_some() => at,
                Limit::At(at) if at.is_finite() => {
                    let name = scale.bounded().unwrap_or("linear");
                    let text = format!("{letter} limit {at} has no place on a {name} axis and is ignored");
                    warnings.push(Diagnostic::warning(text));
                    *limit
                }
                Limit::At(at) => {
                    let why = format!("must be finite, not {at}");
                    return Err(RenderError::Option { option: "limits", why });
                }
            };
        }
        // Chosen ticks are inside: matplotlib's `set_ticks` widens the limits that it finds.
        let chosen = options.ticks.iter().chain(&options.minor_ticks).flatten();
        for (at, _) in chosen.filter(|(at, _)| scale.extent([*at]).is_some()) {
            if options.limits[0] == Limit::Auto {
                limits[0] = limits[0].min(*at);
            }
            if options.limits[1] == Limit::Auto {
                limits[1] = limits[1].max(*at);
            }
        }
        if limits[0] == limits[1] {
            limits = scale.autoscale(Some(limits), 0.0);
        }
        // Limits too close for positions between them.
        let unit = super::scale::Mapping::new(scale, limits).position((limits[0] + limits[1]) / 2.0);
        if !unit.is_finite() && scale.bounded().is_none() {
            limits = if auto[0] < auto[1] { auto } else { [0.0, 1.0] };
        }
        let falling = self.panels.iter().find_map(|(panel, _)| panel.axes.get(self.axis)?.falling);
        let given = !options.limits.contains(&Limit::Auto);
        if falling.map_or(options.decreasing, |falling| falling && !given) {
            limits.reverse();
        }
        Ok(AxisSpec {
            kind,
            scale,
            limits,
            chosen: options.ticks.clone(),
            minor: options.minor_ticks.clone(),
            locators: options.locators.clone(),
            formatters: options.formatters.clone(),
            rotation: options.tick_text.rotation,
            size: options.tick_text.size.unwrap_or(self.look.size),
            look: options.tick_marks.over(TickStyle {
                label_color: options.tick_text.color.or(self.look.label_color),
                ..self.look
            }),
        })
    }
}
