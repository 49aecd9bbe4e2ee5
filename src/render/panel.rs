//! What one panel wants of its own: titles, labels, limits, scales, ticks, lines, texts, legend.
//!
//! A chart says it for all panels; an [`Override`] says it for some, by column and row. What is not
//! said ([`None`], or a default) leaves what was said before, as dantro's `axis_specific` does.

use super::arrow::Arrow;
use super::axis::AxisKind;
use super::chart::{AxisOptions, Backdrop, Chart, LegendOptions, Limit, LineStyle, Ratio, RefLine};
use super::multi::{Argument, Call};
use super::scene::{Color, HAlign, VAlign};
use super::text::FontOptions;
use super::textbox::TextBox;
use crate::data::time::{Civil, DAY_US};
use crate::diag::Diagnostic;
use std::collections::BTreeMap;

/// How a text looks; what is not said is the style's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TextOptions {
    /// Family, weight and slant.
    pub font: FontOptions,
    /// Colour.
    pub color: Option<Color>,
    /// Size, points.
    pub size: Option<f64>,
    /// Degrees counter-clockwise.
    pub rotation: Option<f64>,
    /// Which point of the text its position is.
    pub halign: Option<HAlign>,
    /// Which point of the text its position is.
    pub valign: Option<VAlign>,
    /// Where along their axes titles and labels stand (bottom is left, top is right).
    pub loc: Option<HAlign>,
    /// From what it belongs to, points: of titles and labels.
    pub pad: Option<f64>,
}

impl TextOptions {
    /// Takes over what `other` says.
    pub fn update(&mut self, other: &Self) {
        self.font.update(&other.font);
        self.color = other.color.or(self.color);
        self.size = other.size.or(self.size);
        self.rotation = other.rotation.or(self.rotation);
        self.halign = other.halign.or(self.halign);
        self.valign = other.valign.or(self.valign);
        self.loc = other.loc.or(self.loc);
        self.pad = other.pad.or(self.pad);
    }
}

/// What a position inside a figure is counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coords {
    /// The axes' data.
    #[default]
    Data,
    /// Fractions of the axes' width and height, from the lower left corner.
    Axes,
    /// Fractions of the figure's.
    Figure,
    /// Points away from the annotated point.
    Offset,
}

/// The point that a note is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Where it is.
    pub at: [f64; 2],
    /// What `at` is counted in.
    pub coords: Coords,
    /// The arrow to it.
    pub arrow: Option<Arrow>,
    /// Whether the note is left out if the point is outside of the axes; `None`: if it is one of the data.
    pub clip: Option<bool>,
}

/// A text inside an axes, maybe with an arrow to a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// What is written.
    pub text: String,
    /// Where the text stands.
    pub at: [f64; 2],
    /// What `at` is counted in.
    pub coords: Coords,
    /// Look.
    pub look: TextOptions,
    /// Opacity, 0–1.
    pub alpha: f64,
    /// The box behind it.
    pub frame: Option<TextBox>,
    /// The point it is about.
    pub target: Option<Target>,
    /// Ends along x of the cell that it stands in, which makes a wide text smaller; in units of the data.
    pub cell: Option<[f64; 2]>,
}

/// A part of what a panel wants, for switching it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the helpers'")]
pub enum Aspect {
    Title,
    Labels,
    Limits,
    Scales,
    Ticks,
    Locators,
    Formatters,
    Margins,
    Legend,
    Lines,
    Texts,
    Annotations,
    Spines,
    Calls,
    TickLabels,
    Patch,
}

/// Grid lines of a panel, where they are not those of the style.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GridOptions {
    /// Whether there are some at major and at minor ticks, of x and of y.
    pub lines: [[Option<bool>; 2]; 2],
    /// Colour.
    pub color: Option<Color>,
    /// Width, points.
    pub width: Option<f64>,
    /// Dashes.
    pub style: Option<LineStyle>,
}

/// What a panel wants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PanelOptions {
    /// Title.
    pub title: Option<String>,
    /// Its look.
    pub title_text: TextOptions,
    /// Horizontal axis.
    pub x: AxisOptions,
    /// Vertical axis.
    pub y: AxisOptions,
    /// Third axis, of axes in space.
    pub z: AxisOptions,
    /// Whether the label of the third axis runs along it.
    pub rotate_z_label: Option<bool>,
    /// Labels and tick labels only on the outer sides of the grid.
    pub only_outer: Option<bool>,
    /// Margins along x and y around the data, in units of their extent.
    pub margins: [Option<f64>; 2],
    /// Legend.
    pub legend: LegendOptions,
    /// Horizontal lines.
    pub hlines: Option<Vec<RefLine>>,
    /// Vertical lines.
    pub vlines: Option<Vec<RefLine>>,
    /// Texts.
    pub texts: Option<Vec<Note>>,
    /// Texts with arrows.
    pub annotations: Option<Vec<Note>>,
    /// Whether the left, bottom, right and top side of the frame are drawn.
    pub spines: [Option<bool>; 4],
    /// Grid lines; `None` are those of the style.
    pub grid: Option<GridOptions>,
    /// Height to width; `None` fills the room.
    pub aspect: Option<Ratio>,
    /// Calls of functions on it (the helper `call`).
    pub calls: Option<Vec<Call>>,
    /// What is behind the marks.
    pub patch: Option<Backdrop>,
    /// What is wanted of axes without data as well.
    pub on_empty: Vec<Aspect>,
}

impl PanelOptions {
    /// Puts dates in their places on axes of these kinds; on others they are left out, with a warning.
    pub(super) fn place_dates(&mut self, kinds: [&AxisKind; 2], warnings: &mut Vec<Diagnostic>) {
        let mut place = |civil: Civil, i: usize| -> Option<f64> {
            let letter = ["x", "y"][i];
            let text = match kinds[i] {
                AxisKind::Time(calendar) => match calendar.micros(civil) {
                    Some(micros) => return Some(micros as f64 / DAY_US as f64),
                    None => format!("the calendar {} has no {civil}", calendar.cf_name()),
                },
                _ => format!("{civil} has no place along {letter}, where there are no dates"),
            };
            warnings.push(Diagnostic::warning(text));
            None
        };
        for (i, axis) in [&mut self.x, &mut self.y].into_iter().enumerate() {
            for limit in &mut axis.limits {
                if let Limit::When(civil) = *limit {
                    *limit = place(civil, i).map_or(Limit::Auto, Limit::At);
                }
            }
        }
        for (i, lines) in [&mut self.vlines, &mut self.hlines].into_iter().enumerate() {
            lines.iter_mut().for_each(|lines| {
                lines.retain_mut(|line| {
                    let at = line.when.map_or(Some(line.at), |civil| place(civil, i));
                    line.at = at.unwrap_or(line.at);
                    at.is_some()
                });
            });
        }
    }

    /// What a chart wants of every panel.
    pub fn of(chart: &Chart) -> Self {
        Self {
            title: chart.title.clone(),
            x: chart.x.clone(),
            y: chart.y.clone(),
            z: chart.z.clone(),
            legend: chart.legend.clone(),
            hlines: Some(chart.hlines.clone()),
            vlines: Some(chart.vlines.clone()),
            ..chart.panel.clone()
        }
    }

    /// Takes over what `other` says.
    pub fn update(&mut self, other: &Self) {
        fn take<T: Clone>(to: &mut Option<T>, from: &Option<T>) {
            if from.is_some() {
                to.clone_from(from);
            }
        }
        take(&mut self.title, &other.title);
        self.title_text.update(&other.title_text);
        self.x.update(&other.x);
        self.y.update(&other.y);
        self.z.update(&other.z);
        take(&mut self.rotate_z_label, &other.rotate_z_label);
        take(&mut self.only_outer, &other.only_outer);
        for (to, from) in self.margins.iter_mut().zip(&other.margins) {
            take(to, from);
        }
        self.legend.update(&other.legend);
        take(&mut self.hlines, &other.hlines);
        take(&mut self.grid, &other.grid);
        take(&mut self.vlines, &other.vlines);
        take(&mut self.texts, &other.texts);
        take(&mut self.annotations, &other.annotations);
        for (to, from) in self.spines.iter_mut().zip(&other.spines) {
            take(to, from);
        }
        take(&mut self.aspect, &other.aspect);
        take(&mut self.calls, &other.calls);
        if let Some(patch) = &other.patch {
            self.patch.get_or_insert_default().update(patch);
        }
        let more: Vec<Aspect> =
            other.on_empty.iter().filter(|aspect| !self.on_empty.contains(aspect)).copied().collect();
        self.on_empty.extend(more);
    }

    /// Forgets what is not wanted of axes without data.
    pub fn keep_on_empty(&mut self) {
        let kept = std::mem::take(&mut self.on_empty);
        for aspect in Aspect::ALL.into_iter().filter(|aspect| !kept.contains(aspect)) {
            self.forget(aspect);
        }
        self.on_empty = kept;
    }

    /// Forgets what was said of an aspect.
    pub fn forget(&mut self, aspect: Aspect) {
        let axes = [&mut self.x, &mut self.y, &mut self.z];
        match aspect {
            Aspect::Title => (self.title, self.title_text) = (None, TextOptions::default()),
            Aspect::Labels => {
                for axis in axes {
                    (axis.label, axis.label_text) = (None, TextOptions::default());
                }
                (self.only_outer, self.rotate_z_label) = (None, None);
            }
            Aspect::Limits => axes.into_iter().for_each(|axis| axis.limits = [Limit::Auto; 2]),
            Aspect::Scales => axes.into_iter().for_each(|axis| axis.scale = None),
            Aspect::Ticks => axes.into_iter().for_each(|axis| (axis.ticks, axis.minor_ticks) = (None, None)),
            Aspect::Locators => axes.into_iter().for_each(|axis| axis.locators = [None, None]),
            Aspect::Formatters => axes.into_iter().for_each(|axis| axis.formatters = [None, None]),
            Aspect::Margins => self.margins = [None; 2],
            Aspect::Legend => self.legend = LegendOptions::default(),
            Aspect::Lines => (self.hlines, self.vlines) = (None, None),
            Aspect::Texts => self.texts = None,
            Aspect::Annotations => self.annotations = None,
            Aspect::Spines => self.spines = [None; 4],
            Aspect::Calls => self.calls = None,
            Aspect::Patch => self.patch = None,
            Aspect::TickLabels => self.x.tick_text = TextOptions::default(),
        }
    }
}

impl Aspect {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Title,
        Self::Labels,
        Self::Limits,
        Self::Scales,
        Self::Ticks,
        Self::Locators,
        Self::Formatters,
        Self::Margins,
        Self::Legend,
        Self::Lines,
        Self::Texts,
        Self::Annotations,
        Self::Spines,
        Self::Calls,
        Self::TickLabels,
        Self::Patch,
    ];
}

impl Chart {
    /// Whether functions are called on its panels.
    pub fn has_calls(&self) -> bool {
        let overrides = self.overrides.iter().map(|change| &change.options);
        overrides.chain([&self.panel]).any(|options| options.calls.is_some())
    }

    /// The same with results in the arguments of calls; arrays are not copied.
    #[must_use]
    pub fn bound(&self, results: &BTreeMap<String, Argument>) -> Self {
        let mut chart = self.clone();
        let overrides = chart.overrides.iter_mut().map(|change| &mut change.options);
        for options in overrides.chain([&mut chart.panel]) {
            options.calls.iter_mut().flatten().for_each(|call| call.bind(results));
        }
        chart
    }

    /// Takes over what is said of all panels.
    pub fn update(&mut self, options: &PanelOptions) {
        let mut all = PanelOptions::of(self);
        all.update(options);
        self.title = all.title.take();
        self.x = std::mem::take(&mut all.x);
        self.y = std::mem::take(&mut all.y);
        self.z = std::mem::take(&mut all.z);
        self.legend = std::mem::take(&mut all.legend);
        self.hlines = all.hlines.take().unwrap_or_default();
        self.vlines = all.vlines.take().unwrap_or_default();
        self.panel = all;
    }
}

impl AxisOptions {
    /// Takes over what `other` says.
    pub fn update(&mut self, other: &Self) {
        if other.label.is_some() {
            self.label.clone_from(&other.label);
        }
        self.label_text.update(&other.label_text);
        if other.limits != [Limit::Auto; 2] {
            self.limits = other.limits;
        }
        self.scale = other.scale.or(self.scale);
        self.decreasing |= other.decreasing;
        if other.ticks.is_some() {
            self.ticks.clone_from(&other.ticks);
        }
        if other.minor_ticks.is_some() {
            self.minor_ticks.clone_from(&other.minor_ticks);
        }
        self.tick_text.update(&other.tick_text);
        self.tick_marks.update(&other.tick_marks);
        self.whole = other.whole.or(self.whole);
        for i in 0..2 {
            if other.locators[i].is_some() {
                self.locators[i].clone_from(&other.locators[i]);
            }
            if other.formatters[i].is_some() {
                self.formatters[i].clone_from(&other.formatters[i]);
            }
        }
    }
}

/// Something that single panels want.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Override {
    /// Column and row; negative ones count from the end, `None` is any.
    pub at: [Option<i64>; 2],
    /// What is switched off there first.
    pub without: Vec<Aspect>,
    /// What is wanted there.
    pub options: PanelOptions,
}

impl Override {
    /// Whether it is for the panel at `col` and `row` of a grid of `cols` and `rows`, by dantro's
    /// rule: modulo the grid's size; `None` if a coordinate exceeds the grid.
    pub fn matches(&self, [col, row]: [usize; 2], [cols, rows]: [usize; 2]) -> Option<bool> {
        let one = |wanted: Option<i64>, at: usize, size: usize| match wanted {
            None => Some(true),
            Some(wanted) if wanted >= size as i64 => None,
            Some(wanted) => Some(wanted.rem_euclid(size.max(1) as i64) == at as i64),
        };
        Some(one(self.at[0], col, cols)? & one(self.at[1], row, rows)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: dantro's `_coords_match`.
    #[test]
    fn panels_are_matched_column_first_and_from_the_end() {
        let matches = |at| Override { at, ..Override::default() }.matches([2, 0], [3, 2]);
        assert_eq!(matches([Some(2), Some(0)]), Some(true));
        assert_eq!(matches([Some(0), Some(2)]), None);
        assert_eq!(matches([Some(-1), None]), Some(true));
        assert_eq!(matches([None, Some(-1)]), Some(false));
        assert_eq!(matches([Some(-4), Some(-2)]), Some(true));
        assert_eq!(matches([Some(3), None]), None);
    }

    #[test]
    fn what_is_not_said_stays() {
        let mut all = PanelOptions { title: Some("all".to_owned()), ..PanelOptions::default() };
        all.x.limits = [Limit::At(0.0), Limit::At(1.0)];
        let mut one = PanelOptions::default();
        one.x.label = Some("time".to_owned());
        all.update(&one);
        assert_eq!((all.title.as_deref(), all.x.label.as_deref()), (Some("all"), Some("time")));
        assert_eq!(all.x.limits, [Limit::At(0.0), Limit::At(1.0)]);
        one.x.limits = [Limit::At(3.0), Limit::Auto];
        all.update(&one);
        assert_eq!(all.x.limits, [Limit::At(3.0), Limit::Auto]);
        all.forget(Aspect::Limits);
        assert_eq!(all.x.limits, [Limit::Auto; 2]);
    }
}
