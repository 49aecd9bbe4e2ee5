//! One axis of a panel: scale and limits, ticks that fit the room, and how much space they take.

use super::chart::{Numbers, Scale, TickStyle};
use super::scale::Mapping;
use super::text;
use super::ticks::{self, Formatter, Locator, Room, Side, Ticks};
use super::values;
use crate::data::time::Calendar;

/// Least distance between neighbouring labels, in units of their size.
const GAP: f64 = 0.35;

/// Angle of category names that have no room side by side, degrees.
const SLANT: f64 = 30.0;

/// Most that a name below an axis takes, in units of the axis' length.
const WIDEST: f64 = 1.4;

/// What the numbers of an axis are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum AxisKind {
    /// Numbers.
    #[default]
    Number,
    /// Days since 1970-01-01 in a calendar.
    Time(Calendar),
    /// Positions 0, 1, … of names.
    Category(Vec<String>),
}

/// An axis before its length is known.
#[derive(Clone, Debug)]
pub(super) struct AxisSpec {
    /// What its numbers are.
    pub(super) kind: AxisKind,
    /// Scale.
    pub(super) scale: Scale,
    /// Finite, different, and such that the scale has a place for them.
    pub(super) limits: [f64; 2],
    /// Ticks somebody chose, with their labels.
    pub(super) chosen: Option<Vec<(f64, Option<String>)>>,
    /// Minor ticks somebody chose, with their labels.
    pub(super) minor: Option<Vec<(f64, Option<String>)>>,
    /// Where major and minor ticks stand, unless they are chosen one by one.
    pub(super) locators: [Option<Locator>; 2],
    /// What major and minor ticks say, unless the chosen ones have labels.
    pub(super) formatters: [Option<Formatter>; 2],
    /// Degrees by which labels are turned, if somebody chose that.
    pub(super) rotation: Option<f64>,
    /// Size of tick labels, points.
    pub(super) size: f64,
    /// Look of the ticks.
    pub(super) look: TickStyle,
}

/// An axis with its ticks.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// Data to positions.
    pub(super) mapping: Mapping,
    /// `linear`, `log`, `symlog`, `date`, `category`.
    pub(super) name: &'static str,
    /// Look of the ticks.
    pub(super) look: TickStyle,
    /// Size of tick labels, points.
    pub(super) size: f64,
    /// Ticks and labels; labels without room are empty.
    pub(super) ticks: Ticks,
    /// Degrees by which labels below an axis are turned.
    pub(super) slant: f64,
    /// From the labels' top to their baseline.
    pub(super) ascent: f64,
    /// Space that the labels take across the axis.
    pub(super) depth: f64,
    /// How far labels reach past the axis' first and last end.
    pub(super) overhang: [f64; 2],
}

impl AxisSpec {
    /// An axis of numbers with ticks as matplotlib chooses them.
    pub(super) fn new(scale: Scale, limits: [f64; 2], look: TickStyle) -> Self {
        Self {
            kind: AxisKind::Number,
            scale,
            limits,
            chosen: None,
            minor: None,
            locators: [None, None],
            formatters: [None, None],
            rotation: None,
            size: look.size,
            look,
        }
    }

    fn raw(&self, room: Room) -> Ticks {
        let mut ticks = match (&self.chosen, &self.locators[0]) {
            (None, Some(locator)) => self.located(locator, room),
            _ => self.major(room),
        };
        self.minor(&mut ticks, room);
        let format = |formatter: &Formatter, at: &[f64]| {
            ticks::format(formatter, at, self.scale, self.limits, self.calendar())
        };
        let named = self.chosen.as_ref().is_some_and(|chosen| chosen.iter().any(|(_, name)| name.is_some()));
        if let Some(formatter) = self.formatters[0].as_ref().filter(|_| !named) {
            (ticks.labels, ticks.offset) = format(formatter, &ticks.major);
        }
        let plain = self.formatters[0].is_none() && !named && self.kind == AxisKind::Number;
        if plain
            && self.look.numbers != Numbers::default()
            && let Some((labels, offset)) =
                ticks::numbered(self.scale, self.limits, &ticks, &self.look.numbers)
        {
            (ticks.labels, ticks.offset) = (labels, offset);
        }
        if !self.look.labelled {
            ticks.labels.fill(String::new());
            ticks.offset.clear();
        }
        if let Some(formatter) = &self.formatters[1] {
            ticks.minor_labels = format(formatter, &ticks.minor).0;
        }
        ticks
    }

    fn calendar(&self) -> Option<Calendar> {
        match self.kind {
            AxisKind::Time(calendar) => Some(calendar),
            _ => None,
        }
    }

    /// Major ticks by a locator that somebody chose.
    fn located(&self, locator: &Locator, room: Room) -> Ticks {
        match ticks::locate(locator, self.limits, room, &[], self.calendar()) {
            Some(at) => self.chosen_ticks(&at.into_iter().map(|at| (at, None)).collect::<Vec<_>>()),
            None => self.major(room),
        }
    }

    fn major(&self, room: Room) -> Ticks {
        if let Some(chosen) = &self.chosen {
            return self.chosen_ticks(chosen);
        }
        match &self.kind {
            AxisKind::Number => ticks::ticks(self.scale, self.limits, room),
            AxisKind::Time(calendar) => ticks::date(self.limits, *calendar, room),
            AxisKind::Category(names) => {
                let [a, b] = self.limits;
                let inside = |i: &usize| (*i as f64) >= a.min(b) && (*i as f64) <= a.max(b);
                let shown: Vec<usize> = (0..names.len()).filter(inside).collect();
                Ticks {
                    major: shown.iter().map(|i| *i as f64).collect(),
                    labels: shown.iter().map(|i| names[*i].clone()).collect(),
                    ..Ticks::default()
                }
            }
        }
    }

    /// Minor ticks that somebody chose, or that the style shows.
    fn minor(&self, ticks: &mut Ticks, room: Room) {
        let [a, b] = self.limits;
        let inside = |at: &f64| *at >= a.min(b) && *at <= a.max(b);
        if let Some(minor) = &self.minor {
            let mut own: Vec<(f64, String)> = minor
                .iter()
                .filter(|(at, _)| inside(at) && !ticks.major.contains(at))
                .map(|(at, label)| (*at, label.clone().unwrap_or_default()))
                .collect();
            own.sort_by(|a, b| a.0.total_cmp(&b.0));
            (ticks.minor, ticks.minor_labels) = own.into_iter().unzip();
        } else if let Some(locator) = &self.locators[1] {
            let located = ticks::locate(locator, self.limits, room, &ticks.major, self.calendar());
            ticks.minor = located.unwrap_or_else(|| ticks::linear_minor(self.limits, room, self.look.parts));
            ticks.minor.retain(|at| !ticks.major.contains(at));
            ticks.minor_labels = vec![String::new(); ticks.minor.len()];
        } else if self.look.minor && self.scale == Scale::Linear && self.kind == AxisKind::Number {
            ticks.minor = ticks::linear_minor(self.limits, room, self.look.parts);
            ticks.minor.retain(|at| !ticks.major.contains(at));
            ticks.minor_labels = vec![String::new(); ticks.minor.len()];
        }
    }

    fn chosen_ticks(&self, chosen: &[(f64, Option<String>)]) -> Ticks {
        let positions: Vec<f64> = chosen.iter().map(|(at, _)| *at).collect();
        let mut ticks = ticks::at(self.scale, self.limits, &positions);
        for (at, label) in ticks.major.iter().zip(&mut ticks.labels) {
            let given = chosen.iter().find(|(position, _)| position == at);
            match (given, &self.kind) {
                (Some((_, Some(text))), _) => label.clone_from(text),
                (_, AxisKind::Time(calendar)) => *label = values::day_text(*at, *calendar),
                (_, AxisKind::Category(names)) => {
                    let whole = *at >= 0.0 && at.fract() == 0.0;
                    *label = names.get(*at as usize).filter(|_| whole).cloned().unwrap_or_default();
                }
                (_, AxisKind::Number) => {}
            }
        }
        if self.kind != AxisKind::Number || chosen.iter().all(|(_, label)| label.is_some()) {
            ticks.offset.clear();
        }
        ticks
    }

    /// The axis at a length in points: with as many ticks as matplotlib would draw, or fewer where
    /// labels would touch. Category names are slanted before any is left out.
    pub(super) fn lay(&self, length: f64, side: Side) -> Axis {
        self.lay_within(length, side, f64::INFINITY)
    }

    /// The same where names may reach no farther than `most` points from the axis: longer ones end in
    /// an ellipsis.
    pub(super) fn lay_within(&self, length: f64, side: Side, most: f64) -> Axis {
        let mapping = Mapping::new(self.scale, self.limits);
        let mut room = Room { length_in: length.max(1.0) / 72.0, font_size: self.size, side };
        let mut ticks = self.raw(room);
        let crowded = |ticks: &Ticks, slant: f64| self.crowded(ticks, &mapping, length, side, slant);
        if crowded(&ticks, 0.0) {
            ticks.minor_labels.fill(String::new());
        }
        let mut slant = self.rotation.map_or(0.0, |degrees| (degrees.abs() % 180.0).min(90.0));
        if side == Side::Vertical {
            slant = 0.0;
        }
        let turned = slant != 0.0;
        if turned {
            // Labels side by side need their height only.
        } else if (matches!(self.kind, AxisKind::Category(_)) || self.named())
            && side == Side::Horizontal
            && crowded(&ticks, 0.0)
        {
            slant = SLANT;
        } else if self.chosen.is_none() {
            for _ in 0..12 {
                if !crowded(&ticks, 0.0) {
                    break;
                }
                room.font_size *= 1.3;
                ticks = Ticks { minor_labels: vec![String::new(); ticks.minor.len()], ..self.raw(room) };
                ticks.minor_labels.resize(ticks.minor.len(), String::new());
            }
        }
        if matches!(self.kind, AxisKind::Category(_)) || self.named() {
            let [sin, cos] = [libm::sin(slant.to_radians()), libm::cos(slant.to_radians())];
            let widest = match side {
                Side::Vertical => most,
                Side::Horizontal if slant == 0.0 => WIDEST * length,
                Side::Horizontal => (most - text::measure("lp", self.size).height() * cos).max(0.0) / sin,
            };
            ticks.labels.iter_mut().for_each(|label| shorten(label, self.size, widest));
        }
        // What no other choice of ticks could solve: every second, third, … label stays.
        let labels = ticks.labels.clone();
        let mut every = 1;
        while crowded(&ticks, slant) && every < labels.len() {
            every += 1;
            for (i, label) in labels.iter().enumerate() {
                ticks.labels[i] = if i % every == 0 { label.clone() } else { String::new() };
            }
        }
        self.measured(mapping, ticks, slant, length, side)
    }

    /// Whether chosen ticks have names, words and no numbers.
    fn named(&self) -> bool {
        let words = |label: &String| label.chars().filter(|c| c.is_alphabetic()).count() > 2;
        self.chosen.iter().flatten().any(|(_, label)| label.as_ref().is_some_and(words))
    }

    fn crowded(&self, ticks: &Ticks, mapping: &Mapping, length: f64, side: Side, slant: f64) -> bool {
        let mut spans: Vec<[f64; 2]> = labelled(ticks)
            .map(|(at, label)| {
                let extent = text::measure(label, self.size);
                let size = match side {
                    // Words have descenders, numbers have none.
                    Side::Vertical if label.chars().any(char::is_alphabetic) => extent.height(),
                    Side::Vertical => extent.ascent,
                    Side::Horizontal if slant == 0.0 => extent.width,
                    Side::Horizontal => extent.height() / libm::sin(slant.to_radians()),
                };
                let center = mapping.position(at) * length;
                [center - size / 2.0, center + size / 2.0]
            })
            .collect();
        spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let gap = match side {
            Side::Horizontal if slant == 0.0 => GAP * self.size,
            _ => 0.1 * self.size,
        };
        spans.windows(2).any(|pair| pair[1][0] - pair[0][1] < gap)
    }

    fn measured(&self, mapping: Mapping, ticks: Ticks, slant: f64, length: f64, side: Side) -> Axis {
        let (mut ascent, mut depth, mut overhang) = (0.0_f64, 0.0_f64, [0.0_f64; 2]);
        let (sin, cos) = (libm::sin(slant.to_radians()), libm::cos(slant.to_radians()));
        let mut descent = 0.0_f64;
        for (at, label) in labelled(&ticks) {
            let extent = text::measure(label, self.size);
            let center = mapping.position(at) * length;
            ascent = ascent.max(extent.ascent);
            descent = descent.max(extent.descent);
            let (before, after) = match side {
                Side::Horizontal if slant != 0.0 => {
                    depth = depth.max(extent.width * sin + extent.height() * cos);
                    (extent.width * cos, extent.ascent * sin)
                }
                Side::Horizontal => (extent.width / 2.0, extent.width / 2.0),
                Side::Vertical => {
                    depth = depth.max(extent.width);
                    (extent.ascent / 2.0 + extent.descent, extent.ascent / 2.0)
                }
            };
            overhang[0] = overhang[0].max(before - center);
            overhang[1] = overhang[1].max(center + after - length);
        }
        if side == Side::Horizontal && slant == 0.0 {
            depth = ascent + descent;
        }
        let name = match (&self.kind, self.scale) {
            (AxisKind::Time(_), _) => "date",
            (AxisKind::Category(_), _) => "category",
            (AxisKind::Number, Scale::Linear) => "linear",
            (AxisKind::Number, Scale::Log { .. }) => "log",
            (AxisKind::Number, Scale::SymLog { .. }) => "symlog",
            (AxisKind::Number, Scale::Logit) => "logit",
        };
        Axis { mapping, name, look: self.look, size: self.size, ticks, slant, ascent, depth, overhang }
    }
}

/// Cuts a text that is wider than `most` points at its end, for an ellipsis.
fn shorten(label: &mut String, size: f64, most: f64) {
    let wide = |label: &str| text::measure(label, size).width > most;
    // Formulae have no parts.
    if !wide(label) || label.contains('$') {
        return;
    }
    let chars: Vec<char> = label.chars().collect();
    let cut = |n: usize| format!("{}…", chars[..n].iter().collect::<String>().trim_end());
    let kept = (1..chars.len()).rev().find(|n| !wide(&cut(*n))).unwrap_or(1);
    *label = cut(kept);
}

/// Positions and texts of all labels that are not empty.
fn labelled(ticks: &Ticks) -> impl Iterator<Item = (f64, &str)> {
    let major = ticks.major.iter().zip(&ticks.labels);
    let minor = ticks.minor.iter().zip(&ticks.minor_labels);
    major.chain(minor).filter(|(_, label)| !label.is_empty()).map(|(at, label)| (*at, label.as_str()))
}

impl Axis {
    /// The label of the tick at exactly this value; empty if it has none.
    pub(super) fn label_at(&self, value: f64) -> &str {
        labelled(&self.ticks).find(|(at, _)| *at == value).map_or("", |(_, label)| label)
    }
}
