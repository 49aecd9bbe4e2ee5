//! Finding all groups and datasets of a file, with their metadata as stored.

use super::attributes::Attributes;
use super::block::{Block, Place};
use super::fault::{Fault, guarded};
use super::filters;
use super::links::{Files, Object, Opened};
use super::types::Type;
use crate::diag::Diagnostic;
use crate::source::SourceError;
use crate::source::cf::TypedAttrs;
use hdf5_reader::io::Cursor;
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::dataspace::{DataspaceMessage, DataspaceType};
use hdf5_reader::messages::fill_value::FillValueMessage;
use hdf5_reader::messages::layout::DataLayout;
use hdf5_reader::object_header::ObjectHeader;
use std::path::{Path, PathBuf};

/// Groups inside groups.
const MAX_DEPTH: usize = 256;

/// A dataset as stored.
pub(super) struct Found {
    /// Where it is.
    pub(super) object: Object,
    /// Path of the group that lists it, empty for the root, and its name there.
    pub(super) group: String,
    /// Its name.
    pub(super) name: String,
    /// Element type.
    pub(super) ty: Type,
    /// Whether each axis can grow without limit.
    pub(super) unlimited: Vec<bool>,
    /// Attributes.
    pub(super) attributes: Attributes,
    /// The stored elements.
    pub(super) block: Block,
}

impl Found {
    /// Path from the file's root.
    pub(super) fn path(&self) -> String {
        join(&self.group, &self.name)
    }
}

/// What a name in a group is.
pub(super) enum Raw {
    /// A group.
    Group { attrs: TypedAttrs, members: Vec<(String, Raw)> },
    /// A dataset, by its number.
    Dataset(usize),
    /// What cannot be read.
    Broken(SourceError),
}

/// All that was found.
pub(super) struct Walked {
    /// The root group.
    pub(super) root: Raw,
    /// The datasets.
    pub(super) found: Vec<Found>,
    /// Whether netCDF wrote the file.
    pub(super) netcdf: bool,
    /// What should be known.
    pub(super) warnings: Vec<Diagnostic>,
}

/// `group/name`.
pub(super) fn join(group: &str, name: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{group}/{name}") }
}

/// Walks through the file at `path`.
///
/// # Errors
/// If the file is no HDF5 file or its root group is broken.
pub(super) fn walk(path: &Path) -> Result<Walked, SourceError> {
    let files = Files::open(path)?;
    let most = files.files[0].disk.len() / 8 + 10_000;
    let mut walk = Walk {
        path: path.to_owned(),
        files,
        found: Vec::new(),
        netcdf: false,
        warnings: Vec::new(),
        left: most,
        above: Vec::new(),
    };
    let root = walk.files.root();
    let whole = |fault: Fault| match fault {
        Fault::Placed(error) => error,
        Fault::Broken(why) | Fault::Lacking(why) => {
            SourceError::Malformed { file: path.to_owned(), dataset: None, why }
        }
    };
    let root = walk.group(&root, "").map_err(whole)?;
    Ok(Walked { root, found: walk.found, netcdf: walk.netcdf, warnings: walk.warnings })
}

struct Walk {
    path: PathBuf,
    files: Files,
    found: Vec<Found>,
    netcdf: bool,
    warnings: Vec<Diagnostic>,
    /// Members that may still be listed: a small file can link one group into another many times.
    left: u64,
    /// The groups that the present one lies in.
    above: Vec<(usize, u64)>,
}

impl Walk {
    fn group(&mut self, group: &Object, path: &str) -> Result<Raw, Fault> {
        let opened = &self.files.files[group.file];
        let attributes = guarded(|| group_attributes(opened, group)).unwrap_or_else(|fault| {
            let error = fault.at(&self.path, path);
            self.warnings
                .push(Diagnostic::warning(format!("the attributes of a group are left out: {error}")));
            Attributes::default()
        });
        self.netcdf |= attributes.netcdf;
        let mut links = (*self.files.links(group)?).clone();
        // Creation order is what netCDF shows; everything else goes by name.
        let ordered = self.netcdf && links.iter().all(|l| l.creation_order.is_some());
        if !ordered {
            links.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.above.push((group.file, group.address));
        let mut members = Vec::new();
        for link in &links {
            if self.left == 0 {
                self.above.pop();
                return Err(Fault::Broken("it links more objects than its size can hold".to_owned()));
            }
            self.left -= 1;
            let below = join(path, &link.name);
            let member =
                self.files.follow(group, link).and_then(|object| self.member(&object, path, &link.name));
            match member {
                Ok(Some(raw)) => members.push((link.name.clone(), raw)),
                Ok(None) => {}
                Err(fault) => members.push((link.name.clone(), Raw::Broken(fault.at(&self.path, &below)))),
            }
        }
        self.above.pop();
        Ok(Raw::Group { attrs: attributes.user, members })
    }

    /// `None` for what is neither group nor dataset.
    fn member(&mut self, object: &Object, group: &str, name: &str) -> Result<Option<Raw>, Fault> {
        let header = self.files.files[object.file].header(object.address)?;
        let has = |wanted: fn(&HdfMessage) -> bool| header.messages.iter().any(wanted);
        if has(|m| matches!(m, HdfMessage::DataLayout(_) | HdfMessage::Dataspace(_))) {
            let opened = &self.files.files[object.file];
            let found = guarded(|| dataset(opened, object, &header, group, name))?;
            self.netcdf |= found.attributes.netcdf;
            self.found.push(found);
            return Ok(Some(Raw::Dataset(self.found.len() - 1)));
        }
        let is_group = has(|m| {
            matches!(
                m,
                HdfMessage::SymbolTable(_)
                    | HdfMessage::Link(_)
                    | HdfMessage::LinkInfo(_)
                    | HdfMessage::GroupInfo(_)
            )
        });
        if !is_group {
            return Ok(None);
        }
        if self.above.contains(&(object.file, object.address)) {
            return Err(Fault::Broken("it is a link back to a group that it lies in".to_owned()));
        }
        if self.above.len() >= MAX_DEPTH {
            return Err(Fault::Broken(format!("groups are nested deeper than {MAX_DEPTH}")));
        }
        self.group(object, &join(group, name)).map(Some)
    }
}

fn group_attributes(opened: &Opened, group: &Object) -> Result<Attributes, Fault> {
    let library = &opened.library;
    let handle = if group.path.is_empty() { library.root_group()? } else { library.group(&group.path)? };
    let raw = handle.raw_attributes()?;
    let resolve = |b: &[u8], size: usize| handle.resolve_vlen_reference_bytes(b, size).ok();
    Ok(Attributes::new(&raw, opened.widths().0, &resolve))
}

fn dataset(
    opened: &Opened,
    object: &Object,
    header: &ObjectHeader,
    group: &str,
    name: &str,
) -> Result<Found, Fault> {
    let (mut space, mut layout, mut fill, mut filters, mut external) = (None, None, None, Vec::new(), false);
    for message in &header.messages {
        match message {
            HdfMessage::Dataspace(message) => space = Some(message),
            HdfMessage::DataLayout(message) => layout = Some(&message.layout),
            HdfMessage::FillValue(message) => fill = better(fill, message),
            HdfMessage::FilterPipeline(message) => filters.clone_from(&message.filters),
            HdfMessage::ExternalFiles(_) => external = true,
            _ => {}
        }
    }
    let missing = |what: &str| Fault::Broken(format!("its {what} is missing"));
    let space = space.ok_or_else(|| missing("shape"))?;
    let layout = layout.ok_or_else(|| missing("layout"))?;
    if external {
        return Err(Fault::Lacking("external raw data".to_owned()));
    }
    filters::check(&filters)?;
    let handle = opened.library.dataset(&object.path)?;
    let ty = Type::parse(&handle.raw_datatype()?).ok_or_else(|| missing("datatype"))?;
    let raw = handle.raw_attributes()?;
    let resolve = |b: &[u8], size: usize| handle.resolve_vlen_reference_bytes(b, size).ok();
    let attributes = Attributes::new(&raw, opened.widths().0, &resolve);

    let extent = extent(space)?;
    let elem = ty.size(opened.widths().0);
    let count = extent.iter().try_fold(1_u64, |n, d| n.checked_mul(*d as u64));
    let bytes = count.and_then(|n| n.checked_mul(elem as u64)).filter(|n| *n <= i64::MAX as u64);
    let bytes = bytes.ok_or_else(|| Fault::Broken("its shape overflows".to_owned()))?;
    let base = opened.library.superblock().base_address;
    let max = space.max_dims.clone();
    let unlimited = match &max {
        Some(max) if max.len() == extent.len() => max.iter().map(|m| *m == u64::MAX).collect(),
        _ => vec![false; extent.len()],
    };
    let place = place(layout, &extent, max, bytes, elem, opened, base)?;
    let mut block = Block::new(opened.disk.clone(), base, opened.widths(), extent, elem, place);
    block.filters = filters;
    if let Some(value) = fill.and_then(|f| f.value.as_ref()).filter(|v| v.len() == elem) {
        block.fill.clone_from(value);
    }
    let (object, group, name) = (object.clone(), group.to_owned(), name.to_owned());
    Ok(Found { object, group, name, ty, unlimited, attributes, block })
}

/// Old files have an old and a new fill value message; the one with a value counts.
fn better<'a>(have: Option<&'a FillValueMessage>, new: &'a FillValueMessage) -> Option<&'a FillValueMessage> {
    if new.value.is_some() || have.is_none() { Some(new) } else { have }
}

/// Lengths of the axes. A null dataspace (`h5py.Empty`) has one axis of length 0.
fn extent(space: &DataspaceMessage) -> Result<Vec<usize>, Fault> {
    if space.dataspace_type == DataspaceType::Null {
        return Ok(vec![0]);
    }
    let too_long = |_| Fault::Broken("its shape overflows".to_owned());
    space.dims.iter().map(|n| usize::try_from(*n).map_err(too_long)).collect()
}

fn place(
    layout: &DataLayout,
    extent: &[usize],
    max: Option<Vec<u64>>,
    bytes: u64,
    elem: usize,
    opened: &Opened,
    base: u64,
) -> Result<Place, Fault> {
    Ok(match layout {
        DataLayout::Compact { data } if data.is_empty() => Place::Nowhere,
        DataLayout::Compact { data } if (data.len() as u64) < bytes => {
            return Err(Fault::Broken("its compact data are cut off".to_owned()));
        }
        DataLayout::Compact { data } => Place::Here(data.clone()),
        DataLayout::Contiguous { address, .. } => {
            if Cursor::is_undefined_offset(*address, opened.widths().0) || bytes == 0 {
                return Ok(Place::Nowhere);
            }
            let start = base.checked_add(*address);
            let end = start.and_then(|start| start.checked_add(bytes));
            match (start, end) {
                (Some(start), Some(end)) if end <= opened.disk.len() => Place::Contiguous(start),
                _ => {
                    let have = opened.disk.len();
                    return Err(Fault::Broken(format!(
                        "the file is cut off: its {bytes} bytes begin at byte {address}, and the file has {have}"
                    )));
                }
            }
        }
        DataLayout::Chunked { address, dims, chunk_indexing, .. } => {
            // Old layouts have the element's size as the last axis.
            let dims = if dims.len() == extent.len() + 1 { &dims[..extent.len()] } else { &dims[..] };
            let chunk: Vec<usize> = dims.iter().map(|d| *d as usize).collect();
            if chunk.len() != extent.len() || chunk.contains(&0) {
                return Err(Fault::Broken("its chunks have another rank than its shape".to_owned()));
            }
            let size = chunk.iter().try_fold(elem, |n, c| n.checked_mul(*c));
            if size.is_none_or(|n| n > u32::MAX as usize) {
                return Err(Fault::Broken("its chunks are larger than the format allows".to_owned()));
            }
            Place::Chunked { at: *address, chunk, indexing: chunk_indexing.clone(), max }
        }
    })
}
