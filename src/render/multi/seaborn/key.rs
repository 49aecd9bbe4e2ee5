//! Legends of seaborn's mappings: a section each for `hue`, `size` and `style`, in one where they are of
//! the same column.

use super::column::Column;
use crate::render::marks::{Handle, HandlesMark, Mark};
use crate::render::multi::argument::{Argument, Bound};
use crate::render::multi::board::{Board, Rank};
use crate::render::ticks;

/// Numbers of a section before round ones stand for them, and most intervals between those.
const BRIEF: usize = 6;

/// What a call wants of its legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verbosity {
    /// Round numbers where there are many.
    Auto,
    /// Round numbers.
    Brief,
    /// All levels.
    Full,
}

impl Verbosity {
    /// `legend`; `None` for no legend.
    ///
    /// # Errors
    /// What it does not know.
    pub(super) fn of(call: &Bound<'_>) -> Result<Option<Self>, String> {
        match call.get("legend") {
            None | Some(Argument::Bool(true)) => Ok(Some(Self::Auto)),
            Some(Argument::Bool(false)) => Ok(None),
            Some(Argument::Text(text)) => match text.as_str() {
                "auto" => Ok(Some(Self::Auto)),
                "brief" => Ok(Some(Self::Brief)),
                "full" => Ok(Some(Self::Full)),
                other => Err(format!("`legend`: `{other}` is none of auto, brief and full")),
            },
            Some(other) => {
                Err(format!("`legend`: {}", other.not("`auto`, `brief`, `full`, `true` or `false`")))
            }
        }
    }

    /// The round numbers that stand for a column's; `None` if all its levels are shown.
    pub(super) fn ticks(self, column: &Column) -> Option<Vec<(f64, String)>> {
        let numbers = column.quantities()?;
        let brief = self == Self::Brief || self == Self::Auto && numbers.len() > BRIEF;
        let (first, last) = (*numbers.first()?, *numbers.last()?);
        brief.then(|| round([first, last], column.is_whole()))
    }
}

/// Round numbers within limits and their labels (`seaborn.utils.locator_to_legend_entries`); of whole
/// numbers whole ones.
fn round(limits: [f64; 2], whole: bool) -> Vec<(f64, String)> {
    // As matplotlib widens limits without a width.
    let wide = if limits[0] == limits[1] {
        let by = 1e-13 * limits[0].abs();
        if by > 0.0 { [limits[0] - by, limits[1] + by] } else { [-1e-13, 1e-13] }
    } else {
        limits
    };
    let mut at = ticks::round(wide, BRIEF, 2);
    if whole {
        at.iter_mut().for_each(|v| *v = v.trunc());
    }
    at.retain(|v| (limits[0]..=limits[1]).contains(v));
    let (labels, _) = ticks::labels_with(&at, limits, false, false);
    let mut all: Vec<(f64, String)> = at.into_iter().zip(labels).collect();
    all.dedup_by(|a, b| a.1 == b.1);
    all
}

/// One level in a section.
#[derive(Clone, Copy, Debug)]
pub(super) enum Level {
    /// By its index.
    Own(usize),
    /// A round number.
    Round(f64),
}

/// Sections, each of entries of what stands for their levels.
#[derive(Debug)]
pub(super) struct Key<T> {
    verbosity: Verbosity,
    /// The title of all, if the sections have the same one.
    title: Option<String>,
    entries: Vec<Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    column: String,
    label: String,
    round: bool,
    /// `None` of headings.
    look: Option<T>,
}

impl<T: Clone> Key<T> {
    /// A legend of these columns.
    pub(super) fn new(verbosity: Verbosity, columns: &[&Column]) -> Self {
        let mut names: Vec<&str> =
            columns.iter().map(|column| column.name.as_str()).filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        let title = if let [one] = names[..] { Some(one.to_owned()) } else { None };
        Self { verbosity, title, entries: Vec::new() }
    }

    /// Adds a column's section to those that there are.
    pub(super) fn section(&mut self, column: &Column, plain: &T, dress: impl FnMut(Level, &mut T)) {
        let ticks = self.verbosity.ticks(column);
        self.add(column, ticks, plain, dress);
    }

    /// Adds a column's section with all its levels.
    pub(super) fn levels(&mut self, column: &Column, plain: &T, mut dress: impl FnMut(usize, &mut T)) {
        self.add(column, None, plain, |level, look| {
            if let Level::Own(k) = level {
                dress(k, look);
            }
        });
    }

    fn add(
        &mut self,
        column: &Column,
        ticks: Option<Vec<(f64, String)>>,
        plain: &T,
        mut dress: impl FnMut(Level, &mut T),
    ) {
        let name = &column.name;
        let heading = self.entries.iter().any(|e| e.column == *name && e.look.is_none());
        if self.title.is_none() && !name.is_empty() && !heading {
            let (column, label) = (name.clone(), name.clone());
            self.entries.push(Entry { column, label, round: false, look: None });
        }
        let mut put = |level: Level, label: String| {
            let round = matches!(level, Level::Round(_));
            let own = |e: &&mut Entry<T>| {
                e.column == *name && e.label == label && e.round == round && e.look.is_some()
            };
            if let Some(look) = self.entries.iter_mut().find(own).and_then(|e| e.look.as_mut()) {
                return dress(level, look);
            }
            let mut look = plain.clone();
            dress(level, &mut look);
            self.entries.push(Entry { column: name.clone(), label, round, look: Some(look) });
        };
        match ticks {
            Some(ticks) => ticks.into_iter().for_each(|(v, label)| put(Level::Round(v), label)),
            None => (0..column.count()).for_each(|k| put(Level::Own(k), column.title(k))),
        }
    }

    /// Puts it on the axes, each entry as `handle` draws it.
    pub(super) fn put(self, board: &mut Board<'_>, handle: impl Fn(T) -> Handle) {
        let handles = self.entries.into_iter().map(|entry| match entry.look {
            None => Handle { label: entry.label, ..Handle::default() },
            Some(look) => Handle { label: entry.label, ..handle(look) },
        });
        let handles: Vec<Handle> = handles.collect();
        if handles.is_empty() {
            return;
        }
        let rank = Rank { order: 1.0, rasterized: Some(false) };
        board.marks.push((rank, Mark::Other(Box::new(HandlesMark { handles })), None));
        board.legend = Some(self.title.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `locator_to_legend_entries` of seaborn 0.13.2 with `MaxNLocator(nbins=6)`.
    #[test]
    fn round_numbers_are_those_of_seaborn() {
        for (limits, whole, expected) in [
            ([0.0, 4.0], true, "0 1 2 3 4"),
            ([0.1, 3.7], false, "0.6 1.2 1.8 2.4 3.0 3.6"),
            ([-5.0, 120.0], false, "0 25 50 75 100"),
            ([1.0, 9.0], true, "1 3 4 6 7 9"),
            ([0.0, 2e6], false, "0 400000 800000 1200000 1600000 2000000"),
            ([1e-4, 7e-4], false, "0.0001 0.0002 0.0003 0.0004 0.0005 0.0006"),
        ] {
            let labels: Vec<String> = round(limits, whole).into_iter().map(|(_, label)| label).collect();
            assert_eq!(labels.join(" "), expected);
        }
    }
}
