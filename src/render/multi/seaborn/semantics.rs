//! `size` and `style`: levels as sizes, markers and dashes.

use super::column::Column;
use super::hue::norm;
use crate::render::chart::{Dashes, LineStyle};
use crate::render::multi::argument::{Argument, Bound};
use crate::render::multi::marking;
use crate::render::norm::Normalizer;
use crate::render::scene::MarkerShape;

/// Sizes of levels.
#[derive(Clone, Debug)]
pub(super) struct SizeMap {
    /// One a level.
    pub(super) each: Vec<f64>,
    /// How numbers become sizes, where they do.
    numbers: Option<([f64; 2], Normalizer)>,
}

impl SizeMap {
    /// `sizes`: two numbers (`default` without) between which numbers have theirs by `size_norm`, and
    /// categories steps, the first the largest; or a list or mapping of one a level.
    ///
    /// # Errors
    /// Levels without a size, sizes below 0, a norm of what has no numbers.
    pub(super) fn of(call: &Bound<'_>, column: &Column, default: [f64; 2]) -> Result<Self, String> {
        let read = |value: &Argument| {
            let size = value.number()?;
            if (0.0..1e6).contains(&size) { Ok(size) } else { Err(value.not("a size from 0 on")) }
        };
        let normed = call.get("size_norm").is_some();
        let count = column.count();
        let range = match call.get("sizes") {
            None => Some(default),
            // Two numbers are the ends, but for two categories.
            Some(Argument::List(items))
                if items.len() == 2 && (column.quantities().is_some() || count != 2) =>
            {
                let one = |item: &Argument| read(item).map_err(|why| format!("`sizes`: {why}"));
                Some([one(&items[0])?, one(&items[1])?])
            }
            Some(_) => None,
        };
        match (range, column.quantities()) {
            (Some(range), Some(numbers)) => {
                let norm = norm(call, "size_norm", numbers)?;
                let each = numbers.iter().map(|v| between(range, &norm, *v)).collect();
                Ok(Self { each, numbers: Some((range, norm)) })
            }
            _ if normed => Err("`size_norm` is for a `size` of numbers with two `sizes`".to_owned()),
            (Some([least, most]), None) => {
                let step = (most - least) / count.saturating_sub(1).max(1) as f64;
                let one = |k: usize| if count < 2 { least } else { most - step * k as f64 };
                Ok(Self { each: (0..count).map(one).collect(), numbers: None })
            }
            (None, _) => {
                let value = call.need("sizes")?;
                Ok(Self { each: column.each("sizes", value, read)?, numbers: None })
            }
        }
    }

    /// The size of a number; without a range, that of the level below it.
    pub(super) fn at(&self, column: &Column, number: f64) -> f64 {
        match &self.numbers {
            Some((range, norm)) => between(*range, norm, number),
            None => {
                let levels = column.quantities().unwrap_or_default();
                let k = levels.partition_point(|level| *level <= number).saturating_sub(1);
                self.each.get(k).copied().unwrap_or(0.0)
            }
        }
    }
}

fn between([least, most]: [f64; 2], norm: &Normalizer, number: f64) -> f64 {
    least + norm.position(number).clamp(0.0, 1.0) * (most - least)
}

/// Markers of levels (`markers`), if they differ.
///
/// # Errors
/// Markers that there are not, levels without one, filled ones beside such of lines.
pub(super) fn markers(
    call: &Bound<'_>,
    column: &Column,
    default: bool,
) -> Result<Option<Vec<Option<MarkerShape>>>, String> {
    let read = |value: &Argument| {
        let text = value.text()?;
        MarkerShape::named(&text).ok_or_else(|| format!("`{text}` is no marker"))
    };
    let all = match call.get("markers") {
        None if !default => return Ok(None),
        Some(Argument::Bool(false)) => return Ok(None),
        None | Some(Argument::Bool(true)) => unique_markers(column.count()).into_iter().map(Some).collect(),
        Some(value) => column.each("markers", value, read)?,
    };
    let open = all.iter().flatten().filter(|shape| shape.is_open()).count();
    if open > 0 && open < all.iter().flatten().count() {
        return Err("`markers`: filled markers and such of lines cannot be mixed".to_owned());
    }
    Ok(Some(all))
}

/// Dashes of levels (`dashes`), if they differ: a style, or lengths in widths of the line.
///
/// # Errors
/// Patterns that there are not, levels without one.
pub(super) fn dashes(call: &Bound<'_>, column: &Column) -> Result<Option<Vec<LineStyle>>, String> {
    let read = |value: &Argument| match value {
        Argument::Text(text) if text.is_empty() => Ok(LineStyle::Solid),
        Argument::List(items)
            if matches!(items.first(), Some(Argument::Number(_)))
                && items.len() > 1
                && !matches!(items.get(1), Some(Argument::List(_))) =>
        {
            Dashes::new(0.0, &value.vector()?.values).map(LineStyle::Pattern)
        }
        other => marking::line_style(other),
    };
    match call.get("dashes") {
        Some(Argument::Bool(false)) => Ok(None),
        None | Some(Argument::Bool(true)) => unique_dashes(column.count()).map(Some),
        Some(value) => column.each("dashes", value, read).map(Some),
    }
}

/// Markers that are easily told apart, then ever more corners (`seaborn._base.unique_markers`).
fn unique_markers(n: usize) -> Vec<MarkerShape> {
    let of = |sides: u8, star, turned| MarkerShape::Regular { sides, star, turned };
    let mut all = vec![
        MarkerShape::Circle,
        MarkerShape::FilledCross,
        of(4, false, true),
        MarkerShape::FilledPlus,
        of(4, false, false),
        of(4, true, false),
        MarkerShape::TriangleUp,
        of(4, true, true),
        MarkerShape::TriangleDown,
    ];
    for sides in 5..64 {
        if all.len() >= n {
            break;
        }
        all.extend([
            of(sides + 1, true, true),
            of(sides + 1, false, true),
            of(sides, true, false),
            of(sides, false, false),
        ]);
    }
    (0..n).map(|k| all[k % all.len()]).collect()
}

/// Dashes that are easily told apart (`seaborn._base.unique_dashes`).
fn unique_dashes(n: usize) -> Result<Vec<LineStyle>, String> {
    let mut all: Vec<Vec<f64>> =
        vec![vec![], vec![4.0, 1.5], vec![1.0, 1.0], vec![3.0, 1.25, 1.5, 1.25], vec![5.0, 1.0, 1.0, 1.0]];
    // Dashes of two lengths, ever more of them: k long ones of p, then the rest short.
    for p in 3..=8 {
        for k in 1..p {
            let spread = |long: f64, short: f64, count: usize| -> Vec<f64> {
                (0..p).flat_map(|i| [if i < count { long } else { short }, short]).collect()
            };
            all.push(spread(3.0, 1.25, k));
            all.push(spread(4.0, 1.0, p - k));
        }
    }
    if n > all.len() {
        return Err(format!(
            "`style` has {n} levels, and there are {} kinds of dashes: give `dashes`",
            all.len()
        ));
    }
    let style = |lengths: &Vec<f64>| {
        if lengths.is_empty() {
            Ok(LineStyle::Solid)
        } else {
            Dashes::new(0.0, lengths).map(LineStyle::Pattern)
        }
    };
    all.iter().take(n).map(style).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `unique_dashes(9)` and `unique_markers(14)` of seaborn 0.13.2.
    #[test]
    fn styles_without_a_choice_are_those_of_seaborn() {
        let pattern = |lengths: &[f64]| Dashes::new(0.0, lengths).map(LineStyle::Pattern).unwrap();
        let found = unique_dashes(9).unwrap();
        assert_eq!(found[0], LineStyle::Solid);
        assert_eq!(found[5], pattern(&[3.0, 1.25, 1.25, 1.25, 1.25, 1.25]));
        assert_eq!(found[6], pattern(&[4.0, 1.0, 4.0, 1.0, 1.0, 1.0]));
        assert_eq!(found[7], pattern(&[3.0, 1.25, 3.0, 1.25, 1.25, 1.25]));
        assert_eq!(found[8], pattern(&[4.0, 1.0, 1.0, 1.0, 1.0, 1.0]));
        assert!(unique_dashes(1000).is_err());
        let markers = unique_markers(14);
        assert_eq!(markers[5], MarkerShape::Regular { sides: 4, star: true, turned: false });
        assert_eq!(markers[9], MarkerShape::Regular { sides: 6, star: true, turned: true });
        assert_eq!(markers[13], MarkerShape::Regular { sides: 7, star: true, turned: true });
        assert_eq!(unique_markers(1000).len(), 1000);
    }
}
