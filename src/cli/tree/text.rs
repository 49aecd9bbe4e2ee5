//! The tree for people: one aligned line a node.

use super::{Options, range};
use crate::source::{ArrayNode, CoordSource, GroupKind, Node, Stats, Storage, Tree};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// A line of cells; cells of one column are aligned.
struct Row {
    depth: usize,
    name: String,
    style: Style,
    cells: Vec<(String, Side)>,
    /// After the cells, not aligned with anything.
    notes: Vec<String>,
    error: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Head,
    Group,
    Array,
    Aside,
}

/// Wider cells do not push the following columns further right.
const WIDEST: usize = 44;

/// Writes the tree; whether everything shown could be read.
pub(super) fn write(tree: &Tree, options: &Options, out: &mut dyn Write) -> io::Result<bool> {
    let paint = Paint { on: options.colour };
    files(tree, &paint, out)?;
    let coordinates = coordinate_paths(tree);
    let mut rows = vec![head(options)];
    let mut cache = range::Cache::new();
    let mut hidden = 0_usize;
    for super::Place { depth, name, path, node } in super::nodes(tree) {
        if options.depth.is_some_and(|levels| depth >= levels) {
            hidden += 1;
            continue;
        }
        let name = clean(name);
        let mut row =
            Row { depth, name, style: Style::Array, cells: Vec::new(), notes: Vec::new(), error: None };
        match node {
            Node::Group(group) => {
                row.style = Style::Group;
                row.name.push('/');
                let what = if group.kind == GroupKind::Table { "table" } else { "group" };
                row.cells.push((what.to_owned(), Side::Left));
                let rows_of = match group.members.first() {
                    Some((_, Node::Array(column))) if group.kind == GroupKind::Table => column.shape.first(),
                    _ => None,
                };
                if let Some(count) = rows_of {
                    row.cells.push((format!("{count} rows × {} columns", group.members.len()), Side::Left));
                }
                row.notes.extend(group.attrs.text("title").or(group.attrs.text("long_name")).map(quoted));
            }
            Node::Array(array) => {
                let is_coordinate = coordinates.contains(&path);
                rows.extend(array_row(tree, array, row, is_coordinate, options, &mut cache));
                continue;
            }
            Node::Text(text) => {
                row.cells.push(("text".to_owned(), Side::Left));
                row.cells.push((String::new(), Side::Left));
                row.cells.push((size(text.len() as u64), Side::Right));
                row.notes.extend(text.lines().find(|line| !line.trim().is_empty()).map(quoted));
            }
            Node::Value(value) => {
                row.cells.push(("value".to_owned(), Side::Left));
                row.notes.push(shorten(&value.to_string(), 60));
            }
            Node::Broken(error) => row.error = Some(error.to_string()),
        }
        rows.push(row);
    }
    let all_readable = rows.iter().all(|row| row.error.is_none());
    print(&rows, &paint, out)?;
    if hidden > 0 {
        let what = if hidden == 1 { "node" } else { "nodes" };
        writeln!(out, "{}", paint.dim(&format!("… and {hidden} {what} further down")))?;
    }
    Ok(all_readable)
}

/// Decoded bytes of all arrays (text apart).
fn decoded(tree: &Tree) -> u64 {
    let mut total = 0u64;
    tree.walk(&mut |_, node| {
        if let Node::Array(array) = node {
            total = total.saturating_add(array.nbytes().unwrap_or(0));
        }
    });
    total
}

fn files(tree: &Tree, paint: &Paint, out: &mut dyn Write) -> io::Result<()> {
    let total: u64 = tree.files.iter().map(|file| file.size).sum();
    match tree.files.as_slice() {
        [file] => {
            let name = clean(&file.path.display().to_string());
            let bytes = if total == 0 { String::new() } else { format!(", {}", size(total)) };
            writeln!(out, "{}  {}", paint.bold(&name), paint.dim(&format!("{}{bytes}", file.format)))?;
        }
        files => {
            let formats: BTreeSet<&str> = files.iter().map(|file| file.format).collect();
            let formats: Vec<&str> = formats.into_iter().collect();
            // Folders have no size of their own.
            let total = match files.iter().all(|file| file.size > 0) {
                true => size(total),
                false => format!("{} of data", size(decoded(tree))),
            };
            let line = format!("{} files ({}), {total}", files.len(), formats.join(", "));
            writeln!(out, "{}", paint.dim(&line))?;
        }
    }
    writeln!(out)
}

fn head(options: &Options) -> Row {
    let mut cells = vec![
        ("type".to_owned(), Side::Left),
        ("dims".to_owned(), Side::Left),
        ("size".to_owned(), Side::Right),
        ("units".to_owned(), Side::Left),
    ];
    if options.stats {
        for name in ["min", "mean", "max", "missing"] {
            cells.push((name.to_owned(), Side::Right));
        }
    }
    Row { depth: 0, name: "name".to_owned(), style: Style::Head, cells, notes: Vec::new(), error: None }
}

/// Paths of arrays that are coordinates of another one or of themselves.
fn coordinate_paths(tree: &Tree) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    tree.walk(&mut |_, node| {
        if let Node::Array(array) = node {
            for (_, source) in &array.coords {
                if let CoordSource::Leaf(path) = source {
                    paths.insert(path.clone());
                }
            }
        }
    });
    paths
}

fn array_row(
    tree: &Tree,
    array: &ArrayNode,
    mut row: Row,
    is_coordinate: bool,
    options: &Options,
    cache: &mut range::Cache,
) -> Vec<Row> {
    let decoded = array.dtype.numpy_name();
    let kind = match () {
        () if array.stored == decoded => array.stored.clone(),
        () if decoded == "cftime" || decoded.starts_with("datetime") => format!("{} → time", array.stored),
        () => format!("{} → {decoded}", array.stored),
    };
    let dims: Vec<String> = array
        .dims
        .iter()
        .zip(&array.shape)
        .map(|(dim, len)| format!("{} {len}", clean(dim.as_str())))
        .collect();
    row.cells.push((kind, Side::Left));
    row.cells.push((if dims.is_empty() { "scalar".to_owned() } else { dims.join(" × ") }, Side::Left));
    row.cells.push((array.nbytes().map(size).unwrap_or_default(), Side::Right));
    row.cells.push((array.attrs.text("units").map(clean).unwrap_or_default(), Side::Left));
    let mut broken = None;
    if options.stats {
        match tree.stats(array) {
            Ok(stats) => row.cells.extend(stats_cells(&stats).map(|cell| (cell, Side::Right))),
            Err(error) => broken = Some(error.to_string()),
        }
    }
    if is_coordinate && array.shape.len() <= 1 {
        match range::of_array(tree, array) {
            Ok(range) => row.notes.push(span(&range)),
            Err(error) => broken = Some(error.to_string()),
        }
    }
    let title = array.attrs.text("long_name").or(array.attrs.text("standard_name"));
    row.notes.extend(title.map(quoted));
    if let Storage::Chunked { chunk, filters } = &array.storage {
        let lengths: Vec<String> = chunk.iter().map(usize::to_string).collect();
        let chunks = (!lengths.is_empty()).then(|| format!("chunks {}", lengths.join("×")));
        let how: Vec<String> = chunks.into_iter().chain(filters.iter().cloned()).collect();
        row.notes.push(how.join(", "));
    }
    if let Some(files) = joined_files(array) {
        row.notes.push(format!("{files} files"));
    }
    row.error = broken;
    let depth = row.depth;
    let mut rows = vec![row];
    // Labels that are made from attributes have no node of their own.
    for (name, source) in &array.coords {
        if let CoordSource::Inline(_) = source {
            let (notes, error) = match range::of(tree, source, cache) {
                Ok(range) => (vec![span(&range)], None),
                Err(error) => (Vec::new(), Some(error.to_string())),
            };
            let name = format!("{}:", clean(name));
            rows.push(Row { depth: depth + 1, name, style: Style::Aside, cells: Vec::new(), notes, error });
        }
    }
    rows
}

/// Number of files that an array is joined of, if more than one.
pub(super) fn joined_files(array: &ArrayNode) -> Option<usize> {
    let files: std::collections::BTreeSet<usize> = array.files().into_iter().collect();
    Some(files.len()).filter(|files| *files > 1)
}

fn stats_cells(stats: &Stats) -> [String; 4] {
    let number = |value: Option<f64>| value.map(number).unwrap_or_default();
    let count = |n: u64| if n == 0 { String::new() } else { n.to_string() };
    match stats {
        Stats::Numbers(s) => match &s.span {
            Some((first, last)) => [first.clone(), String::new(), last.clone(), count(s.nan)],
            None => {
                let missing = match (s.nan, s.inf) {
                    (nan, 0) => count(nan),
                    (nan, inf) => format!("{nan} + {inf} inf"),
                };
                [number(s.min), number(s.mean), number(s.max), missing]
            }
        },
        Stats::Texts(s) => {
            let unique = s.unique.map_or("many".to_owned(), |n| n.to_string());
            [String::new(), format!("{unique} different"), String::new(), count(s.empty)]
        }
    }
}

/// `first … last (n)`.
fn span(range: &range::Range) -> String {
    match (&range.first, &range.last) {
        (Some(first), Some(last)) if range.n > 1 => {
            format!("{} … {} ({})", label(first), label(last), range.n)
        }
        (Some(first), _) => label(first),
        _ => "empty".to_owned(),
    }
}

fn label(label: &range::Label) -> String {
    shorten(&clean(&label.to_string()), 40)
}

/// A number with at most seven significant digits.
pub(super) fn number(value: f64) -> String {
    let plain = value.to_string();
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    if digits <= 7 {
        return plain;
    }
    if value != 0.0 && (value.abs() < 1e-4 || value.abs() >= 1e9) {
        let text = format!("{value:.5e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", trimmed(mantissa));
    }
    let whole = value.abs().trunc().to_string().len();
    trimmed(&format!("{value:.*}", 7_usize.saturating_sub(whole).max(1)))
}

fn trimmed(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

/// Bytes in binary units.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 || value >= 100.0 {
        format!("{value:.0} {}", UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

fn quoted(text: &str) -> String {
    format!("“{}”", shorten(&clean(text), 60))
}

/// Without control characters, which a hostile file could steer a terminal with.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(most - 1).collect::<String>())
    }
}

fn print(rows: &[Row], paint: &Paint, out: &mut dyn Write) -> io::Result<()> {
    let width = |text: &str| text.chars().count();
    let name_width = |row: &Row| 2 * row.depth + width(&row.name);
    let aligned = || rows.iter().filter(|row| row.style != Style::Aside);
    let names = aligned().map(name_width).filter(|width| *width <= WIDEST).max().unwrap_or(0);
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|i| {
            let cells = aligned().filter_map(|row| row.cells.get(i)).map(|(text, _)| width(text));
            cells.filter(|width| *width <= WIDEST).max().unwrap_or(0)
        })
        .collect();
    // A column without any value but its title is left out.
    let used: Vec<bool> = (0..columns)
        .map(|i| {
            let mut cells = rows.iter().skip(1).filter_map(|row| row.cells.get(i));
            cells.any(|(text, _)| !text.is_empty())
        })
        .collect();
    for row in rows {
        let indent = "  ".repeat(row.depth);
        let mut line = match row.style {
            Style::Head => paint.dim(&row.name),
            Style::Group => paint.group(&row.name),
            Style::Array => paint.bold(&row.name),
            Style::Aside => paint.dim(&row.name),
        };
        let mut pending = names.saturating_sub(name_width(row));
        line.insert_str(0, &indent);
        if row.style == Style::Aside {
            pending = 0;
        }
        for (i, (text, side)) in row.cells.iter().enumerate().filter(|(i, _)| used[*i]) {
            let fill = widths[i].saturating_sub(width(text));
            let before = pending + 2 + if *side == Side::Right { fill } else { 0 };
            pending = if *side == Side::Right { 0 } else { fill };
            if text.is_empty() {
                pending += before;
                continue;
            }
            line.push_str(&" ".repeat(before));
            line.push_str(&match (row.style, i) {
                (Style::Head, _) => paint.dim(text),
                (_, 0) => paint.kind(text),
                _ => text.clone(),
            });
        }
        for (i, used) in used.iter().enumerate().skip(row.cells.len()) {
            if *used && row.style != Style::Aside {
                pending += widths[i] + 2;
            }
        }
        let mut notes: Vec<String> = row.notes.iter().map(|note| paint.dim(note)).collect();
        notes.extend(
            row.error.as_ref().map(|error| paint.error(&format!("cannot be read: {}", clean(error)))),
        );
        if !notes.is_empty() {
            let gap = if row.error.is_some() { 2 } else { pending + 2 };
            line.push_str(&" ".repeat(if row.style == Style::Aside { 1 } else { gap }));
            line.push_str(&notes.join("  "));
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// ANSI colours, or none.
struct Paint {
    on: bool,
}

impl Paint {
    fn wrap(&self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn bold(&self, text: &str) -> String {
        self.wrap("1", text)
    }

    fn dim(&self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn group(&self, text: &str) -> String {
        self.wrap("1;34", text)
    }

    fn kind(&self, text: &str) -> String {
        self.wrap("36", text)
    }

    fn error(&self, text: &str) -> String {
        self.wrap("31", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_sizes_are_binary() {
        let cases = [
            (0.1, "0.1"),
            (273.15, "273.15"),
            (1.0 / 3.0, "0.333333"),
            (1e300, "1e300"),
            (123_456_789.0, "123456789"),
            (-1.234_567_890_1e-7, "-1.23457e-7"),
            (36_524.250_001, "36524.25"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(240 << 30), "240 GiB");
    }

    #[test]
    fn a_hostile_name_cannot_steer_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
    }
}
