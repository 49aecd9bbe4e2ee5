//! Which figures the data suggest.

use super::Figure;
use super::axes::{self, Axis, Map, Role};
use super::print::{name_of, scalar};
use crate::data::{Dtype, Slab};
use crate::source::{ArrayNode, CoordSource, Group, GroupKind, Node, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// Arrays up to this size are read as a whole where a figure needs that.
const WHOLE: u64 = 256 << 20;

/// Values looked at to see whether a figure would be empty.
const SAMPLE: usize = 1 << 20;

/// Parts of names of arrays that are bookkeeping.
const BOOKKEEPING: [&str; 14] = [
    "bnds", "bounds", "mask", "weight", "area", "vertices", "vertex", "flag", "status", "_qc", "error",
    "index", "edges", "string",
];

/// Every figure that makes sense, unsorted.
pub(super) fn figures(tree: &Tree) -> Vec<Figure> {
    let mut proposal = Proposal {
        tree,
        aside: asides(tree),
        seen: BTreeMap::new(),
        names: BTreeSet::new(),
        figures: Vec::new(),
    };
    proposal.group("", tree.root());
    proposal.figures
}

/// Paths of arrays that describe others: coordinates, bounds, grid mappings, cell measures.
fn asides(tree: &Tree) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    tree.walk(&mut |path, node| {
        let Node::Array(array) = node else { return };
        for (_, source) in &array.coords {
            if let CoordSource::Leaf(path) = source {
                paths.insert(path.clone());
            }
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for attribute in [
            "bounds",
            "climatology",
            "grid_mapping",
            "ancillary_variables",
            "cell_measures",
            "coordinates",
            "formula_terms",
        ] {
            for name in array.attrs.text(attribute).into_iter().flat_map(str::split_whitespace) {
                paths.insert(if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") });
            }
        }
    });
    paths
}

struct Proposal<'a> {
    tree: &'a Tree,
    aside: BTreeSet<String>,
    /// How often an array of this name came before: of many alike, the first are enough.
    seen: BTreeMap<String, u32>,
    names: BTreeSet<String>,
    figures: Vec<Figure>,
}

impl Proposal<'_> {
    fn group(&mut self, path: &str, group: &Group) {
        if group.kind == GroupKind::Table {
            self.table(path, group);
            return;
        }
        for (name, node) in &group.members {
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            match node {
                Node::Group(group) => self.group(&path, group),
                Node::Array(array) => self.array(&path, name, array),
                Node::Text(_) | Node::Value(_) | Node::Broken(_) => {}
            }
        }
    }

    fn array(&mut self, path: &str, name: &str, array: &ArrayNode) {
        let is_index = array.dims.len() == 1 && array.dims[0] == *name;
        if !array.dtype.is_numeric() || self.aside.contains(path) || is_index || array.shape.contains(&0) {
            return;
        }
        let Some(axes) = axes::of(self.tree, array).filter(|axes| !axes.is_empty()) else { return };
        let score = self.score(name, array, &axes);
        match axes.as_slice() {
            [one] => self.line(path, array, one, score),
            [a, b] if a.is_short() != b.is_short() && a.len.max(b.len) > 8 => {
                let (long, short) = if a.is_short() { (b, a) } else { (a, b) };
                self.lines(path, array, long, short, score);
            }
            _ => self.map(path, array, &axes, score),
        }
    }

    fn score(&mut self, name: &str, array: &ArrayNode, axes: &[Axis]) -> f64 {
        let bytes = array.nbytes().unwrap_or(1).max(1) as f64;
        let mut score = libm::log2(bytes).min(32.0) / 2.0;
        score += if array.attrs.get("units").is_some() { 2.0 } else { 0.0 };
        let titled = array.attrs.get("long_name").or(array.attrs.get("standard_name")).is_some();
        score += if titled { 2.0 } else { 0.0 };
        score += if axes.len() >= 2 { 3.0 } else { 0.0 };
        score += if array.coords.is_empty() { 0.0 } else { 2.0 };
        score += if array.dtype.is_float() { 2.0 } else { -1.0 };
        let lower = name.to_lowercase();
        let dims = array.dims.iter().map(|dim| dim.as_str().to_lowercase());
        score -= if BOOKKEEPING.iter().any(|part| lower.contains(part)) { 6.0 } else { 0.0 };
        score -= if dims.into_iter().any(|dim| BOOKKEEPING.iter().any(|part| dim.contains(part))) {
            4.0
        } else {
            0.0
        };
        let before = self.seen.entry(name.to_owned()).or_insert(0);
        score -= 4.0 * f64::from(*before);
        *before += 1;
        score
    }

    fn add(&mut self, name: String, about: Vec<String>, keys: Vec<(&'static str, String)>, score: f64) {
        let mut unique = name.clone();
        let mut number = 2;
        while !self.names.insert(unique.to_lowercase()) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        self.figures.push(Figure { name: unique, about, keys, score });
    }

    fn line(&mut self, path: &str, array: &ArrayNode, axis: &Axis, score: f64) {
        if !self.varies(array, &[]) {
            return;
        }
        let about = vec![format!(
            "{} along {}. More: color, linestyle, marker, ylim: [least, largest].",
            called(path, array),
            axis.dim
        )];
        let mut keys = vec![("data", scalar(path))];
        keys.extend(isel(array, &[]).map(|isel| ("isel", isel)));
        keys.extend([
            ("kind", "line".to_owned()),
            ("x", scalar(&axis.dim)),
            ("title", scalar(&title(path, array))),
        ]);
        self.add(self.entry(path), about, keys, score);
    }

    fn lines(&mut self, path: &str, array: &ArrayNode, along: &Axis, each: &Axis, score: f64) {
        if !self.varies(array, &[]) {
            return;
        }
        let about = vec![format!(
            "{} along {}, a line for each of {} {}. `col: {}` makes panels instead of lines.",
            called(path, array),
            along.dim,
            each.len,
            each.dim,
            each.dim
        )];
        let mut keys = vec![("data", scalar(path))];
        keys.extend(isel(array, &[]).map(|isel| ("isel", isel)));
        keys.extend([
            ("kind", "line".to_owned()),
            ("x", scalar(&along.dim)),
            ("hue", scalar(&each.dim)),
            ("title", scalar(&title(path, array))),
        ]);
        self.add(self.entry(path), about, keys, score);
    }

    fn map(&mut self, path: &str, array: &ArrayNode, axes: &[Axis], score: f64) {
        let Some(map) = axes::map(axes) else { return };
        let fixed: Vec<(&str, i64)> = map.at.iter().map(|(dim, index, _)| (dim.as_str(), *index)).collect();
        if !self.varies(array, &fixed) {
            return;
        }
        let isel = isel(array, &map.at);
        let mut about = vec![match map.at.as_slice() {
            [] => format!("{} over {} and {}.", called(path, array), map.x, map.y),
            _ => format!("{} over {} and {}, {}.", called(path, array), map.x, map.y, places(&map)),
        }];
        about.push(match map.at.first() {
            Some((dim, _, len)) => format!("isel counts from 0 to {}, or from the end: -1 is the last. `col: {dim}` with `isel: {{{dim}: [0, -1]}}` makes panels.", len - 1),
            None => "More: cmap: magma, vmin, vmax, robust: true, xlim: [from, to].".to_owned(),
        });
        let mut keys = vec![("data", scalar(path))];
        keys.extend(isel.clone().map(|isel| ("isel", isel)));
        keys.push(("kind", "pcolormesh".to_owned()));
        keys.push(("x", scalar(&map.x)));
        keys.push(("y", scalar(&map.y)));
        keys.push(("title", scalar(&titled_at(path, array, &map))));
        if self.is_sorted(array, &map.x) && self.is_sorted(array, &map.y) {
            self.add(self.entry(path), about, keys, score);
        }
        self.mean(path, array, axes, score - 1.5);
        let mut keys = vec![("data", scalar(path))];
        keys.extend(isel.map(|isel| ("isel", isel)));
        keys.extend([
            ("kind", "hist".to_owned()),
            ("bins", "50".to_owned()),
            ("title", scalar(&titled_at(path, array, &map))),
        ]);
        let about = vec![format!(
            "How often which values of {} occur. More: range: [from, to], density: true, log: true.",
            called(path, array)
        )];
        self.add(format!("{}_histogram", self.entry(path)), about, keys, score - 6.0);
    }

    /// The mean over all axes but the one along which things happen.
    fn mean(&mut self, path: &str, array: &ArrayNode, axes: &[Axis], score: f64) {
        let along = axes
            .iter()
            .find(|axis| axis.role == Role::Time)
            .or_else(|| axes.iter().find(|axis| axis.role == Role::Level))
            .filter(|axis| axis.len > 3);
        let (Some(along), true) =
            (along, axes.len() > 2 && array.nbytes().is_some_and(|bytes| bytes <= WHOLE))
        else {
            return;
        };
        let over: Vec<&str> =
            axes.iter().filter(|axis| axis.dim != along.dim).map(|axis| axis.dim.as_str()).collect();
        let all = array.dims.iter().map(|dim| dim.as_str()).filter(|dim| *dim != along.dim);
        let listed: Vec<String> = all.map(scalar).collect();
        let select = format!(
            "\n    data:\n      path: {}\n      transform:\n        - .mean: [!dag_prev , [{}]]",
            scalar(path),
            listed.join(", ")
        );
        let about = vec![
            format!("The mean of {} over {}, along {}.", called(path, array), over.join(" and "), along.dim),
            "`transform` is a list of operations; `!dag_prev` is what the one before gave. See `shmplot ops`.".to_owned(),
        ];
        let keys = vec![
            ("select", select),
            ("kind", "line".to_owned()),
            ("x", scalar(&along.dim)),
            ("title", scalar(&format!("Mean of {} over {}", title(path, array), over.join(" and ")))),
        ];
        self.add(format!("{}_mean", self.entry(path)), about, keys, score);
    }

    fn table(&mut self, path: &str, table: &Group) {
        let columns = table.members.iter().filter_map(|(name, node)| match node {
            Node::Array(column) if column.shape.len() == 1 => Some((name.as_str(), column.as_ref())),
            _ => None,
        });
        let columns: Vec<(&str, &ArrayNode)> = columns.collect();
        let time = columns.iter().find(|(_, column)| matches!(column.dtype, Dtype::Time(_)));
        let mut numbers: Vec<(&str, &ArrayNode)> = Vec::new();
        for (name, column) in &columns {
            let is_key =
                ["id", "index"].contains(&name.to_lowercase().as_str()) || name.starts_with("Unnamed");
            if column.dtype.is_numeric() && column.dtype != Dtype::Bool && !is_key && self.varies(column, &[])
            {
                numbers.push((name, column));
            }
        }
        let rows = columns.first().map_or(0, |(_, column)| column.shape[0]);
        let score = 8.0 + libm::log2(rows.max(1) as f64) / 2.0;
        let (data, stem) = if path.is_empty() {
            (".".to_owned(), self.file_stem())
        } else {
            (scalar(path), path.to_owned())
        };
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        match time {
            Some((time, _)) => pairs.extend(numbers.iter().take(3).map(|(name, _)| (*time, *name))),
            None => pairs.extend(numbers.windows(2).step_by(2).take(2).map(|pair| (pair[0].0, pair[1].0))),
        }
        for (rank, (x, y)) in pairs.into_iter().enumerate() {
            let mut about = vec![format!("A point for each of {rows} rows.")];
            about.push("`hue: column` colours the points by a third column; `s` is their size.".to_owned());
            let keys = vec![
                ("data", data.clone()),
                ("kind", "scatter".to_owned()),
                ("x", scalar(x)),
                ("y", scalar(y)),
                ("title", scalar(&format!("{y} by {x}"))),
            ];
            let name = name_of(&format!("{stem}/{y}_by_{x}"));
            self.add(name, about, keys, score - rank as f64);
        }
        for (rank, (name, _)) in numbers.iter().take(2).enumerate() {
            let column = if path.is_empty() { (*name).to_owned() } else { format!("{path}/{name}") };
            let about =
                vec!["How often which values occur. More: bins, range: [from, to], log: true.".to_owned()];
            let keys = vec![
                ("data", scalar(&column)),
                ("kind", "hist".to_owned()),
                ("bins", "40".to_owned()),
                ("title", scalar(name)),
            ];
            let name = name_of(&format!("{stem}/{name}_histogram"));
            self.add(name, about, keys, score - 1.5 - rank as f64);
        }
    }

    /// The name of an array's entry; a bare array has no name but its file's.
    fn entry(&self, path: &str) -> String {
        let bare = path == "data" && self.tree.files.len() == 1 && self.tree.root().members.len() == 1;
        if bare { name_of(&self.file_stem()) } else { name_of(path) }
    }

    fn file_stem(&self) -> String {
        let path = self.tree.files.first().map(|file| file.path.as_path());
        let stem = path.and_then(|path| path.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
        stem.map_or_else(|| "table".to_owned(), |stem| stem.trim_end_matches(".csv").to_owned())
    }

    /// Whether cells can be drawn along a dim: its labels are numbers or times that rise or fall all
    /// the way, or it has none.
    fn is_sorted(&self, array: &ArrayNode, dim: &str) -> bool {
        let numbers: Option<Vec<f64>> = match array.coords.iter().find(|(name, _)| name == dim) {
            None => return true,
            Some((_, CoordSource::Leaf(path))) => {
                let values =
                    self.tree.array(path).and_then(|leaf| self.tree.read(leaf, &Slab::all(&leaf.shape)));
                values.ok().and_then(|values| (0..values.len()).map(|i| values.f64_at(i)).collect())
            }
            Some((_, CoordSource::Inline(coord))) => match coord.grid.parts.as_slice() {
                [Some(part)] if coord.ndim() == 1 => {
                    let at =
                        |i: usize| usize::try_from(part.offset as isize + i as isize * part.strides[0]).ok();
                    (0..coord.size()).map(|i| part.values.f64_at(at(i)?)).collect()
                }
                _ => None,
            },
        };
        numbers.is_some_and(|numbers| is_monotonic(&numbers))
    }

    /// Whether the values that a figure would show differ; unreadable ones do not. Large selections
    /// are taken to.
    fn varies(&self, array: &ArrayNode, fixed: &[(&str, i64)]) -> bool {
        let slab = Slab(
            array
                .dims
                .iter()
                .zip(&array.shape)
                .map(|(dim, len)| match fixed.iter().find(|(name, _)| dim == name) {
                    Some((_, -1)) => len - 1..*len,
                    Some(_) => 0..1,
                    None => 0..*len,
                })
                .collect(),
        );
        if slab.count() > SAMPLE {
            return true;
        }
        let Ok(values) = self.tree.read(array, &slab) else { return false };
        let numbers = (0..values.len()).filter_map(|i| values.f64_at(i)).filter(|value| value.is_finite());
        let (mut least, mut largest) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in numbers {
            (least, largest) = (least.min(value), largest.max(value));
        }
        least < largest
    }
}

fn is_monotonic(numbers: &[f64]) -> bool {
    numbers.windows(2).all(|pair| pair[0] < pair[1]) || numbers.windows(2).all(|pair| pair[0] > pair[1])
}

/// The index along every axis that a figure does not show: those chosen, and those of length 1.
fn isel(array: &ArrayNode, at: &[(String, i64, usize)]) -> Option<String> {
    let single = array.dims.iter().zip(&array.shape).filter(|(_, len)| **len == 1);
    let single = single.map(|(dim, _)| format!("{}: 0", scalar(dim.as_str())));
    let parts: Vec<String> =
        at.iter().map(|(dim, index, _)| format!("{}: {index}", scalar(dim))).chain(single).collect();
    (!parts.is_empty()).then(|| format!("{{{}}}", parts.join(", ")))
}

fn places(map: &Map) -> String {
    let parts: Vec<String> = map
        .at
        .iter()
        .map(
            |(dim, index, _)| {
                if *index == -1 { format!("at the last {dim}") } else { format!("at the first {dim}") }
            },
        )
        .collect();
    parts.join(", ")
}

fn titled_at(path: &str, array: &ArrayNode, map: &Map) -> String {
    let title = title(path, array);
    if map.at.is_empty() { title } else { format!("{title}, {}", places(map)) }
}

/// What an array is called: its `long_name`, else its name with blanks.
fn title(path: &str, array: &ArrayNode) -> String {
    const LONGEST: usize = 60;
    let named = array.attrs.text("long_name").or(array.attrs.text("standard_name")).map(str::trim);
    let text = match named {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => path.rsplit('/').next().unwrap_or(path).to_owned(),
    };
    text.replace('_', " ").chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

fn called(path: &str, array: &ArrayNode) -> String {
    match array.attrs.text("units") {
        Some(units) if !units.is_empty() => format!("{} [{units}]", title(path, array)),
        _ => title(path, array),
    }
}
