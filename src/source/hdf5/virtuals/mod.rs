//! Virtual datasets: parts of other datasets, in this file or in others beside it.
//!
//! A source is opened when values of it are read, and at listing only where the shape depends on it
//! (mappings without end). As HDF5 does, a source that is not there is the fill value, and sources
//! called by `printf` (`run-%b.h5`) go on up to the first that is not there. Files outside the folder
//! are refused, as those of external links are.

mod scatter;
mod selection;

use super::block::{Block, Place, Sink};
use super::dataset::stored;
use super::fault::Fault;
use super::header::uint;
use super::links::{Beside, Files, Opened, beside};
use super::types::Type;
use hdf5_reader::io::Cursor;
use selection::{Axis, Reader, Selection, UNLIMITED};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Virtual datasets in virtual datasets.
const DEEPEST: usize = 4;

/// Mappings of a virtual dataset whose sources are looked at for what they are made of.
const MOST_LOOKED_AT: usize = 4096;

/// Sources that one mapping by `printf` may have.
const MOST_SOURCES: u64 = 100_000;

/// The parts of a virtual dataset.
#[derive(Debug)]
pub(in crate::source) struct Virtual {
    mappings: Vec<Mapping>,
    from: From,
}

/// What sources are opened from.
#[derive(Clone, Debug)]
struct From {
    /// The file that names them.
    path: PathBuf,
    /// The type they must have.
    ty: Type,
    /// The virtual datasets that it is a source of.
    chain: Chain,
}

/// Datasets by file and address.
pub(super) type Chain = Vec<(PathBuf, u64)>;

#[derive(Debug)]
struct Mapping {
    /// The file (`.` for the same), and the dataset in it.
    file: String,
    dataset: String,
    source: Selection,
    target: Vec<Axis>,
    /// The source, once it was needed.
    opened: OnceLock<Result<Option<Arc<Block>>, Fault>>,
}

/// Whether a layout message is that of a virtual dataset.
pub(super) fn is_virtual(layout: &[u8]) -> bool {
    matches!(layout, [4 | 5, 3, ..])
}

/// The parts that a layout message describes. The axes that mappings without end go along become as
/// long in `extent` as their sources are.
///
/// # Errors
/// If the mappings are broken, or of a kind that is not supported.
pub(super) fn place(
    opened: &Opened,
    layout: &[u8],
    ty: &Type,
    extent: &mut [usize],
    unlimited: &[bool],
    chain: &Chain,
) -> Result<Place, Fault> {
    let width = usize::from(opened.widths().0);
    let broken = || Fault::Broken("the layout of a virtual dataset is cut off".to_owned());
    let address = uint(layout.get(2..2 + width).ok_or_else(broken)?);
    let index = uint(layout.get(2 + width..6 + width).ok_or_else(broken)?);
    let from = From { path: opened.disk.path().to_owned(), ty: ty.clone(), chain: chain.clone() };
    if Cursor::is_undefined_offset(address, opened.widths().0) {
        return Ok(Place::Virtual(Virtual { mappings: Vec::new(), from }));
    }
    if ty.is_in_heap() {
        return Err(Fault::Lacking("a virtual dataset of texts or lists of any length".to_owned()));
    }
    let block = opened.heaps.borrow_mut().object(address, index)?.to_vec();
    let mut mappings = parse(&block, usize::from(opened.widths().1), extent.len())?;
    for mapping in &mappings {
        if let Whereabouts::Outside = nearby(&from.path, &mapping.file) {
            let file = &mapping.file;
            let what = format!("a virtual dataset with its source in `{file}`, outside the file's folder,");
            return Err(Fault::Lacking(what));
        }
    }
    grow(&mut mappings, extent, unlimited, &from)?;
    Ok(Place::Virtual(Virtual { mappings, from }))
}

/// The mappings of a heap object: version 0 (HDF5 1.10), or 1 (2.0), which says names that recur once.
fn parse(block: &[u8], width: usize, rank: usize) -> Result<Vec<Mapping>, Fault> {
    let mut reader = Reader(block);
    let version = reader.uint(1)?;
    if version > 1 {
        return Err(Fault::Lacking(format!("a virtual dataset of version {version}")));
    }
    let count = reader.uint(width)?;
    let mut mappings: Vec<Mapping> = Vec::new();
    for _ in 0..count {
        let flags = if version == 0 { 0 } else { reader.uint(1)? };
        let earlier = |at: u64| {
            let found = usize::try_from(at).ok().and_then(|at| mappings.get(at));
            found.ok_or_else(|| Fault::Broken("a name of a virtual dataset is not there".to_owned()))
        };
        let file = match flags {
            _ if flags & 4 != 0 => ".".to_owned(),
            _ if flags & 1 != 0 => earlier(reader.uint(width)?)?.file.clone(),
            _ => reader.text()?,
        };
        let dataset =
            if flags & 2 != 0 { earlier(reader.uint(width)?)?.dataset.clone() } else { reader.text()? };
        let (source, target) = (reader.selection()?, reader.selection()?);
        let target = match target {
            Selection::Axes(axes) if axes.len() == rank => axes,
            Selection::All => Vec::new(),
            Selection::Nothing => vec![Axis::all(0); rank],
            Selection::Axes(_) => {
                return Err(Fault::Broken("a mapping of a virtual dataset has another rank".to_owned()));
            }
        };
        mappings.push(Mapping { file, dataset, source, target, opened: OnceLock::new() });
    }
    Ok(mappings)
}

/// Gives mappings without end their ends, and axes their lengths.
fn grow(
    mappings: &mut Vec<Mapping>,
    extent: &mut [usize],
    unlimited: &[bool],
    from: &From,
) -> Result<(), Fault> {
    let endless = |axes: &[Axis]| axes.iter().position(|axis| axis.len() == UNLIMITED);
    let given = std::mem::take(mappings);
    let mut lengths: Vec<Option<u64>> = vec![None; extent.len()];
    let reach = |axis: &Axis| axis.len().checked_sub(1).map_or(0, |last| axis.at(last) + 1);
    for mut mapping in given {
        if mapping.target.is_empty() {
            mapping.target = extent.iter().map(|n| Axis::all(*n as u64)).collect();
        }
        let Some(axis) = endless(&mapping.target) else {
            for (axis, selected) in mapping.target.iter().enumerate().filter(|(i, _)| unlimited[*i]) {
                if let Some(length) = &mut lengths[axis] {
                    *length = (*length).max(reach(selected));
                }
            }
            mappings.push(mapping);
            continue;
        };
        let fixed = mappings.iter().map(|m| reach(&m.target[axis])).max().unwrap_or(0);
        let length = lengths[axis].get_or_insert(fixed);
        if is_pattern(&mapping.file) || is_pattern(&mapping.dataset) {
            for n in 0..MOST_SOURCES {
                let (file, dataset) = (numbered(&mapping.file, n), numbered(&mapping.dataset, n));
                let Some(block) = from.source(&file, &dataset)? else { break };
                let mut target = mapping.target.clone();
                let Some(one) = target[axis].block(n) else { break };
                *length = (*length).max(reach(&one));
                target[axis] = one;
                let opened = OnceLock::from(Ok(Some(block)));
                mappings.push(Mapping { file, dataset, source: mapping.source.clone(), target, opened });
            }
        } else {
            let block = from.source(&mapping.file, &mapping.dataset)?;
            let n = match (&mut mapping.source, &block) {
                (Selection::Axes(axes), Some(block)) => match endless(axes) {
                    Some(along) => {
                        let n = block.extent.get(along).map_or(0, |n| axes[along].before(*n as u64));
                        axes[along] = axes[along].first(n);
                        n
                    }
                    None => 0,
                },
                _ => 0,
            };
            mapping.target[axis] = mapping.target[axis].first(n);
            *length = (*length).max(reach(&mapping.target[axis]));
            mapping.opened = OnceLock::from(Ok(block));
            mappings.push(mapping);
        }
    }
    for (n, length) in extent.iter_mut().zip(lengths) {
        if let Some(length) = length {
            *n = usize::try_from(length).map_err(|_| Fault::Broken("its shape overflows".to_owned()))?;
        }
    }
    Ok(())
}

/// Whether a name has the number of a source in it.
fn is_pattern(name: &str) -> bool {
    name.replace("%%", "").contains("%b")
}

/// The name of source number `n`: `%b` is the number, `%%` a percent sign.
fn numbered(name: &str, n: u64) -> String {
    let parts: Vec<String> = name.split("%%").map(|part| part.replace("%b", &n.to_string())).collect();
    parts.join("%")
}

/// Where a source's file is.
enum Whereabouts {
    There(PathBuf),
    Missing,
    Outside,
}

/// The file that `from` calls `name`: itself, one below its folder, or, as HDF5 has it, one of that
/// name in the folder when the whole path leads nowhere.
fn nearby(from: &Path, name: &str) -> Whereabouts {
    if name == "." {
        return Whereabouts::There(from.to_owned());
    }
    match beside(from, name) {
        Beside::There(path) => Whereabouts::There(path),
        Beside::Missing => Whereabouts::Missing,
        Beside::Outside => {
            let path = Path::new(name);
            let whole = from.parent().unwrap_or(Path::new("")).join(path);
            match (std::fs::canonicalize(&whole), from.parent().map(std::fs::canonicalize)) {
                (Ok(whole), Some(Ok(folder))) if whole.starts_with(&folder) => Whereabouts::There(whole),
                (Ok(_), _) => Whereabouts::Outside,
                (Err(_), _) => match path.file_name().and_then(|name| name.to_str()) {
                    Some(name) if path.is_absolute() => match beside(from, name) {
                        Beside::There(path) => Whereabouts::There(path),
                        _ => Whereabouts::Missing,
                    },
                    _ => Whereabouts::Missing,
                },
            }
        }
    }
}

impl From {
    /// The elements of a source; `None` if it is not there.
    fn source(&self, file: &str, dataset: &str) -> Result<Option<Arc<Block>>, Fault> {
        let path = match nearby(&self.path, file) {
            Whereabouts::There(path) => path,
            Whereabouts::Missing => return Ok(None),
            Whereabouts::Outside => {
                return Err(Fault::Lacking(format!("a source in `{file}`, outside the file's folder,")));
            }
        };
        let mut files = Files::open(&path)?;
        let mut at = files.root();
        let mut names = dataset.split('/').filter(|n| !n.is_empty() && *n != ".").peekable();
        while let Some(name) = names.next() {
            let links = files.links(&at)?;
            match links.iter().find(|link| link.name == name) {
                Some(link) => at = files.follow(&at, link)?,
                None if names.peek().is_none() => return Ok(None),
                None => {
                    let why = format!("there is no `{name}` on the way to its source `{dataset}`");
                    return Err(Fault::Broken(why));
                }
            }
        }
        let opened = &files.files[at.file];
        let mut chain = self.chain.clone();
        let here = (opened.disk.path().to_owned(), at.address);
        if chain.len() >= DEEPEST || chain.contains(&here) {
            let why = "virtual datasets lead to one another in a circle, or too deep";
            return Err(Fault::Broken(why.to_owned()));
        }
        chain.push(here);
        let found = stored(opened, &opened.header(at.address)?, &chain)?;
        if found.ty != self.ty {
            return Err(Fault::Lacking(format!(
                "a virtual dataset whose source `{dataset}` is of another type"
            )));
        }
        Ok(Some(Arc::new(found.block)))
    }
}

impl Virtual {
    /// Adds the files of all sources, and of what those are made of. One that is not there is added as it
    /// would be called. `None` if one cannot be looked at, or they are more than are looked at.
    pub(super) fn add_files(&self, files: &mut std::collections::BTreeSet<PathBuf>) -> Option<()> {
        if self.mappings.len() > MOST_LOOKED_AT {
            return None;
        }
        for mapping in &self.mappings {
            match nearby(&self.from.path, &mapping.file) {
                Whereabouts::There(path) => files.insert(path),
                Whereabouts::Missing => {
                    files.insert(self.from.path.parent().unwrap_or(Path::new("")).join(&mapping.file))
                }
                Whereabouts::Outside => return None,
            };
            let opened = mapping.opened.get_or_init(|| self.from.source(&mapping.file, &mapping.dataset));
            if let Some(block) = opened.as_ref().ok()? {
                files.insert(block.disk.path().to_owned());
                block.place.add_files(files)?;
            }
        }
        Some(())
    }

    /// Hands the elements of the box `ranges` of an array of `shape` to `sink`; `fill` puts the fill
    /// value everywhere.
    ///
    /// # Errors
    /// If a source is broken, or does not fit its mapping.
    pub(super) fn visit(
        &self,
        ranges: &[Range<usize>],
        shape: &[usize],
        fill: &dyn Fn(&mut dyn Sink) -> Result<(), Fault>,
        sink: &mut dyn Sink,
    ) -> Result<(), Fault> {
        let mut parts = Vec::new();
        let mut covered = false;
        for mapping in &self.mappings {
            let numbers = scatter::numbers(&mapping.target, ranges);
            if numbers.iter().any(Range::is_empty) {
                continue;
            }
            let source = mapping.opened.get_or_init(|| self.from.source(&mapping.file, &mapping.dataset));
            if let Some(source) = source.clone()? {
                covered |= numbers.iter().zip(ranges).all(|(n, r)| n.end - n.start == r.len() as u64);
                parts.push((mapping, source));
            }
        }
        if !covered {
            fill(sink)?;
        }
        for (mapping, source) in parts {
            let whole: Vec<Axis>;
            let from = match &mapping.source {
                Selection::Nothing => continue,
                Selection::Axes(axes) => axes,
                Selection::All => {
                    whole = source.extent.iter().map(|n| Axis::all(*n as u64)).collect();
                    &whole
                }
            };
            scatter::scatter(&source, from, &mapping.target, (ranges, shape), sink)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_and_keep_their_percent_signs() {
        assert!(is_pattern("f-%b.h5") && !is_pattern("100%%b") && is_pattern("%%%b"));
        assert_eq!(numbered("f-%b.h5", 12), "f-12.h5");
        assert_eq!(numbered("50%%-%b", 3), "50%-3");
    }
}
