//! `axes.prop_cycle`: colours of lines in their order, with dashes and markers.

use super::values;
use crate::config::Node;
use crate::diag::Diagnostic;
use crate::render::Chart;
use crate::render::chart::LineStyle;
use crate::render::named_color;
use crate::render::scene::{Color, MarkerShape};

/// Most entries of a cycle: products grow fast.
const MOST: usize = 10_000;

/// One entry of a cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Entry {
    color: Option<Color>,
    dash: Option<LineStyle>,
    marker: Option<MarkerShape>,
}

impl Entry {
    fn with(self, other: Self) -> Self {
        Self {
            color: other.color.or(self.color),
            dash: other.dash.or(self.dash),
            marker: other.marker.or(self.marker),
        }
    }
}

/// Sets the cycle: a list of colours, or `cycler("color", ["1f77b4", …])` with `+` (in step) and `*`
/// (the right one varies fastest).
pub(super) fn apply(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let entries: Vec<Entry> = match node.as_seq() {
        Some(items) => items
            .iter()
            .map(|item| Ok(Entry { color: Some(values::rc_color(item, &[])?), ..Entry::default() }))
            .collect::<Result<_, Diagnostic>>()?,
        None => {
            let text = node.as_str().ok_or_else(|| expected(node))?;
            sum(text, node)?
        }
    };
    if entries.is_empty() {
        return Err(node.expected("at least one colour"));
    }
    let first = named_color::named("tab:blue", &[]).unwrap_or(Color::BLACK);
    chart.style.cycle = entries.iter().map(|entry| entry.color.unwrap_or(first)).collect();
    let plain = entries.iter().all(|entry| entry.dash.is_none() && entry.marker.is_none());
    chart.style.cycle_marks =
        if plain { Vec::new() } else { entries.iter().map(|entry| (entry.dash, entry.marker)).collect() };
    Ok(())
}

fn expected(node: &Node) -> Diagnostic {
    node.expected("a colour cycle: `cycler(\"color\", [\"1f77b4\", …])`")
}

/// Terms joined by `+`, each factors joined by `*`.
fn sum(text: &str, node: &Node) -> Result<Vec<Entry>, Diagnostic> {
    let mut whole: Option<Vec<Entry>> = None;
    for term in split(text, '+') {
        let mut product = vec![Entry::default()];
        for factor in split(term, '*') {
            let right = cycler(factor.trim(), node)?;
            if product.len().saturating_mul(right.len()) > MOST {
                return Err(node.expected(&format!("a cycle of at most {MOST} entries")));
            }
            product = product.iter().flat_map(|left| right.iter().map(|entry| left.with(*entry))).collect();
        }
        whole = Some(match whole {
            None => product,
            Some(left) if left.len() == product.len() => {
                left.iter().zip(&product).map(|(a, b)| a.with(*b)).collect()
            }
            Some(left) => {
                let message =
                    format!("cycles of {} and {} entries cannot go in step", left.len(), product.len());
                return Err(Diagnostic::error(message).at(node.place.clone()));
            }
        });
    }
    whole.ok_or_else(|| expected(node))
}

/// Parts of a text between separators that stand outside brackets and quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut depth, mut quote, mut start) = (Vec::new(), 0_i32, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, c) if c == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// `cycler("color", […])`, or `cycler(color=[…], linestyle=[…])`.
fn cycler(text: &str, node: &Node) -> Result<Vec<Entry>, Diagnostic> {
    let bare = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    if let Some(inner) = bare {
        return sum(inner, node);
    }
    let inner = text.strip_prefix("cycler(").and_then(|text| text.strip_suffix(')'));
    let inner = inner.ok_or_else(|| expected(node))?.trim().trim_end_matches(',');
    let arguments: Vec<&str> = split(inner, ',').into_iter().map(str::trim).collect();
    if let [name, list] = arguments.as_slice()
        && name.starts_with(['"', '\''])
    {
        return property(name.trim_matches(['"', '\'']), list, node);
    }
    let mut whole: Option<Vec<Entry>> = None;
    for argument in arguments {
        let (name, list) = argument.split_once('=').ok_or_else(|| expected(node))?;
        let own = property(name.trim(), list.trim(), node)?;
        whole = Some(match whole {
            None => own,
            Some(left) if left.len() == own.len() => left.iter().zip(&own).map(|(a, b)| a.with(*b)).collect(),
            Some(_) => return Err(node.expected("lists of one length in a cycle")),
        });
    }
    whole.ok_or_else(|| expected(node))
}

/// Values of one property: a list, or a text of letters.
fn property(name: &str, list: &str, node: &Node) -> Result<Vec<Entry>, Diagnostic> {
    let bracketed = list.strip_prefix(['[', '(']).and_then(|list| list.strip_suffix([']', ')']));
    let items: Vec<String> = match bracketed {
        Some(list) => {
            let items = split(list, ',').into_iter().map(str::trim).filter(|item| !item.is_empty());
            items.map(|item| item.trim_matches(['"', '\'']).to_owned()).collect()
        }
        None => list.trim_matches(['"', '\'']).chars().map(String::from).collect(),
    };
    let wrong = |what: &str, item: &str| {
        Diagnostic::error(format!("`{item}` in the cycle is no {what}")).at(node.place.clone())
    };
    items
        .iter()
        .map(|item| match name {
            "color" | "c" => {
                let bare = (item.len() == 6).then(|| named_color::hex(item)).flatten();
                let color = bare.map_or_else(|| named_color::named(item, &[]), Ok).map_err(|err| {
                    Diagnostic::error(err.to_string()).at(node.place.clone()).help(err.help)
                })?;
                Ok(Entry { color: Some(color), ..Entry::default() })
            }
            "linestyle" | "ls" => {
                let dash = LineStyle::named(item).ok_or_else(|| wrong("line style", item))?;
                Ok(Entry { dash: Some(dash), ..Entry::default() })
            }
            "marker" => {
                let marker = MarkerShape::named(item).ok_or_else(|| wrong("marker", item))?;
                Ok(Entry { marker, ..Entry::default() })
            }
            other => Err(values::unsupported(&format!("`{other}` in a cycle"), node)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Source;

    fn cycle(text: &str) -> Result<Vec<(String, Option<LineStyle>)>, String> {
        let node = crate::config::read::read(&Source::new("p.yml", text)).unwrap().unwrap();
        let mut chart = Chart::default();
        apply(&mut chart, &node).map_err(|error| error.to_string())?;
        let marks = &chart.style.cycle_marks;
        let dash = |i: usize| marks.get(i).and_then(|(dash, _)| *dash);
        Ok(chart.style.cycle.iter().enumerate().map(|(i, color)| (color.hex(), dash(i))).collect())
    }

    /// Expected: `matplotlib.rcsetup.cycler` and the cycler package's order of products.
    #[test]
    fn cycles_are_read_with_their_products_and_sums() {
        let colors = |list: &[&str]| list.iter().map(|hex| ((*hex).to_owned(), None)).collect::<Vec<_>>();
        assert_eq!(cycle("'cycler(\"color\", [\"1f77b4\", \"r\"])'"), Ok(colors(&["#1f77b4", "#ff0000"])));
        assert_eq!(cycle("cycler(color='kw')"), Ok(colors(&["#000000", "#ffffff"])));
        assert_eq!(cycle("[k, '#123456']"), Ok(colors(&["#000000", "#123456"])));
        let (solid, dashed) = (Some(LineStyle::Solid), Some(LineStyle::Dashed));
        let (black, white) = ("#000000".to_owned(), "#ffffff".to_owned());
        assert_eq!(
            cycle("cycler('color', 'kw') * cycler('linestyle', ['-', '--'])"),
            Ok(vec![
                (black.clone(), solid),
                (black.clone(), dashed),
                (white.clone(), solid),
                (white.clone(), dashed)
            ])
        );
        assert_eq!(
            cycle("cycler('color', 'kw') + cycler('linestyle', ['-', '--'])"),
            Ok(vec![(black, solid), (white, dashed)])
        );
        assert!(cycle("cycler('color', 'kw') + cycler('marker', ['o'])").unwrap_err().contains("in step"));
        assert!(cycle("cycler('hatch', ['/'])").unwrap_err().contains("not supported yet"));
        assert!(cycle("colors").unwrap_err().contains("a colour cycle"));
    }
}
