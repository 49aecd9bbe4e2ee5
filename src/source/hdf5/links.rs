//! Groups of an HDF5 file: what their links are called and lead to.
//!
//! The library lists a group only if it can open every member; here each link is looked at by
//! itself, so that one bad member is one bad node. Soft links are followed inside their file;
//! external links only into the folder of the file that holds them, or below it.

use super::disk::{Disk, Window};
use super::fault::{Fault, guarded};
use super::header::{Header, kind, parse};
use super::heap::Heaps;
use crate::source::SourceError;
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::link::{self, LinkMessage, LinkTarget};
use hdf5_reader::messages::link_info::LinkInfoMessage;
use hdf5_reader::messages::symbol_table_msg::SymbolTableMessage;
use hdf5_reader::storage::StorageBuffer;
use hdf5_reader::{Hdf5File, OpenOptions};
use hdf5_reader::{btree_v1, btree_v2, fractal_heap, io::Cursor, local_heap, symbol_table};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Soft and external links followed for one name.
const MAX_LINKS: usize = 16;

/// An HDF5 file while it is listed.
pub(super) struct Opened {
    /// The file.
    pub(super) disk: Arc<Disk>,
    /// The library's view of it.
    pub(super) library: Hdf5File,
    /// Address of the root group.
    pub(super) root: u64,
    /// Its global heaps.
    pub(super) heaps: RefCell<Heaps>,
}

impl Opened {
    fn new(path: &Path) -> Result<Self, SourceError> {
        let disk = Disk::new(path)?;
        let malformed = |why: String| SourceError::Malformed { file: path.to_owned(), dataset: None, why };
        let storage = Window::cached(&disk, 0, 256)?;
        let options = OpenOptions { chunk_cache_bytes: 0, ..OpenOptions::default() };
        let opened = guarded(|| {
            let library = Hdf5File::from_storage_with_options(storage, options)?;
            let superblock = library.superblock();
            let root = superblock.root_object_header_address()?;
            let heaps = Window::cached(&disk, superblock.base_address, 16)?;
            let heaps = Heaps::new(heaps, (superblock.offset_size, superblock.length_size));
            Ok((library, root, RefCell::new(heaps)))
        });
        match opened {
            Ok((library, root, heaps)) => Ok(Self { disk, library, root, heaps }),
            Err(Fault::Placed(error)) => Err(error),
            Err(Fault::Broken(why) | Fault::Lacking(why)) => Err(malformed(why)),
        }
    }

    /// Bytes of an address and of a length.
    pub(super) fn widths(&self) -> (u8, u8) {
        let superblock = self.library.superblock();
        (superblock.offset_size, superblock.length_size)
    }

    /// The object header at an address.
    pub(super) fn header(&self, address: u64) -> Result<Header, Fault> {
        guarded(|| Header::read(self, address))
    }

    /// Bytes at an address.
    pub(super) fn bytes(&self, address: u64, len: usize) -> Result<StorageBuffer, Fault> {
        Ok(self.library.storage().read_range(address, len)?)
    }

    /// What a reference to a sequence of elements of `size` bytes leads to; `None` if it is broken.
    pub(super) fn sequence(&self, reference: &[u8], size: usize) -> Option<Vec<u8>> {
        self.heaps.borrow_mut().sequence(reference, size).map(<[u8]>::to_vec).ok()
    }
}

/// An object: in which file, and where there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Object {
    /// Index of the file.
    pub(super) file: usize,
    /// Address of its header.
    pub(super) address: u64,
}

/// The files that a listing has opened, and the links it has read.
pub(super) struct Files {
    /// The files; the first is the one asked for.
    pub(super) files: Vec<Opened>,
    by_path: BTreeMap<PathBuf, usize>,
    links: BTreeMap<(usize, u64), Rc<Vec<LinkMessage>>>,
}

impl Files {
    /// Opens the file asked for.
    ///
    /// # Errors
    /// If it is no HDF5 file.
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let first = Opened::new(path)?;
        let by_path = std::fs::canonicalize(path).map(|p| (p, 0)).into_iter().collect();
        Ok(Self { files: vec![first], by_path, links: BTreeMap::new() })
    }

    /// The root group of the file asked for.
    pub(super) fn root(&self) -> Object {
        Object { file: 0, address: self.files[0].root }
    }

    /// The links of a group, in the order in which they were made if the group knows it.
    ///
    /// # Errors
    /// If the group is broken.
    pub(super) fn links(&mut self, group: &Object) -> Result<Rc<Vec<LinkMessage>>, Fault> {
        let key = (group.file, group.address);
        if let Some(links) = self.links.get(&key) {
            return Ok(links.clone());
        }
        let links = Rc::new(guarded(|| read_links(&self.files[group.file], group.address))?);
        self.links.insert(key, links.clone());
        Ok(links)
    }

    /// What a link of `group` leads to.
    ///
    /// # Errors
    /// If it leads nowhere, in a circle, or out of the data folder.
    pub(super) fn follow(&mut self, group: &Object, link: &LinkMessage) -> Result<Object, Fault> {
        self.follow_link(group, link, 0)
    }

    fn follow_link(&mut self, group: &Object, link: &LinkMessage, depth: usize) -> Result<Object, Fault> {
        if depth > MAX_LINKS {
            return Err(Fault::Broken(format!(
                "its links lead in a circle, or through more than {MAX_LINKS}"
            )));
        }
        match &link.target {
            LinkTarget::Hard { address } => Ok(Object { file: group.file, address: *address }),
            LinkTarget::Soft { path } => self.resolve(group, path, depth + 1).map_err(|fault| match fault {
                Fault::Broken(why) if !why.contains("soft link") => {
                    Fault::Broken(format!("it is a soft link to `{path}`: {why}"))
                }
                other => other,
            }),
            LinkTarget::External { filename, path } => {
                let file = self.external(group.file, filename)?;
                let root = Object { file, address: self.files[file].root };
                self.resolve(&root, path, depth + 1)
            }
        }
    }

    /// The object at `path` from a group, or from the root of its file.
    ///
    /// # Errors
    /// As [`follow`](Self::follow).
    pub(super) fn resolve(&mut self, from: &Object, path: &str, depth: usize) -> Result<Object, Fault> {
        let mut at = *from;
        if path.starts_with('/') {
            at = Object { file: from.file, address: self.files[from.file].root };
        }
        for name in path.split('/').filter(|n| !n.is_empty() && *n != ".") {
            let links = self.links(&at)?;
            let link = links.iter().find(|l| l.name == name);
            let link = link.ok_or_else(|| Fault::Broken(format!("there is no `{name}`")))?;
            at = self.follow_link(&at, link, depth)?;
        }
        Ok(at)
    }

    /// The file of an external link, opened once.
    fn external(&mut self, from: usize, name: &str) -> Result<usize, Fault> {
        let path = match beside(self.files[from].disk.path(), name) {
            Beside::There(path) => path,
            Beside::Missing => return Err(Fault::Broken(format!("its external file `{name}` is not there"))),
            Beside::Outside => {
                return Err(Fault::Lacking(format!(
                    "an external link to `{name}`, outside the file's folder,"
                )));
            }
        };
        if let Some(file) = self.by_path.get(&path) {
            return Ok(*file);
        }
        let opened = Opened::new(&path)?;
        self.files.push(opened);
        self.by_path.insert(path, self.files.len() - 1);
        Ok(self.files.len() - 1)
    }
}

/// Where a file that another one names is.
pub(super) enum Beside {
    /// Here: in the folder of the file that names it, or below.
    There(PathBuf),
    /// Nowhere.
    Missing,
    /// Outside the folder.
    Outside,
}

/// The file that `from` names `name`, relative to its folder.
pub(super) fn beside(from: &Path, name: &str) -> Beside {
    let relative = Path::new(name);
    let inside = relative.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    if !inside {
        return Beside::Outside;
    }
    let folder = match from.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (path, folder) = (std::fs::canonicalize(folder.join(relative)), std::fs::canonicalize(folder));
    match (path, folder) {
        (Ok(path), Ok(folder)) if path.starts_with(&folder) => Beside::There(path),
        (Ok(_), Ok(_)) => Beside::Outside,
        _ => Beside::Missing,
    }
}

/// The links of the group whose header is at `address`.
fn read_links(file: &Opened, address: u64) -> Result<Vec<LinkMessage>, Fault> {
    let header = file.header(address)?;
    if let Some(HdfMessage::SymbolTable(table)) = header.parsed(kind::SYMBOL_TABLE, file)? {
        return old_links(file, &table);
    }
    let mut links = Vec::new();
    for bytes in header.all(kind::LINK, file) {
        if let HdfMessage::Link(link) = parse(kind::LINK, &bytes?, file)? {
            links.push(link);
        }
    }
    if let Some(HdfMessage::LinkInfo(info)) = header.parsed(kind::LINK_INFO, file)?
        && !Cursor::is_undefined_offset(info.fractal_heap_address, file.widths().0)
    {
        links.extend(dense_links(file, &info)?);
    }
    if links.iter().all(|l| l.creation_order.is_some()) {
        links.sort_by_key(|l| l.creation_order);
    }
    Ok(links)
}

/// Links in a symbol table (files before HDF5 1.8, and by default since).
fn old_links(file: &Opened, table: &SymbolTableMessage) -> Result<Vec<LinkMessage>, Fault> {
    let storage = file.library.storage();
    let (offset_size, length_size) = file.widths();
    let heap =
        local_heap::LocalHeap::parse_at_storage(storage, table.heap_address, offset_size, length_size)?;
    let leaves = btree_v1::collect_btree_v1_leaves_storage(
        storage,
        table.btree_address,
        offset_size,
        length_size,
        None,
        &[],
        None,
    )?;
    let mut links = Vec::new();
    for (_, address) in leaves {
        let count = storage.read_range(address, 8)?;
        let count = usize::from(u16::from_le_bytes([count[6], count[7]]));
        let node = storage.read_range(address, 8 + count * (24 + 2 * usize::from(offset_size)))?;
        let node = symbol_table::SymbolTableNode::parse(&mut Cursor::new(&node), offset_size, length_size)?;
        for entry in &node.entries {
            let name = heap.get_string_storage(entry.link_name_offset, storage)?;
            let target = if entry.cache_type == 2 {
                let [a, b, c, d, ..] = entry.scratch;
                let offset = u64::from(u32::from_le_bytes([a, b, c, d]));
                LinkTarget::Soft { path: heap.get_string_storage(offset, storage)? }
            } else {
                LinkTarget::Hard { address: entry.object_header_address }
            };
            links.push(LinkMessage { name, target, creation_order: None });
        }
    }
    Ok(links)
}

/// Links of a large group, in a heap.
fn dense_links(file: &Opened, info: &LinkInfoMessage) -> Result<Vec<LinkMessage>, Fault> {
    let storage = file.library.storage();
    let (offset_size, length_size) = file.widths();
    let heap = fractal_heap::FractalHeap::parse_at_storage(
        storage,
        info.fractal_heap_address,
        offset_size,
        length_size,
    )?;
    let index = btree_v2::BTreeV2Header::parse_at_storage(
        storage,
        info.btree_name_index_address,
        offset_size,
        length_size,
    )?;
    let records = btree_v2::collect_btree_v2_records_storage(
        storage,
        &index,
        offset_size,
        length_size,
        None,
        &[],
        None,
    )?;
    let mut blocks = fractal_heap::FractalHeapDirectBlockCache::default();
    let mut links = Vec::new();
    for record in &records {
        let (btree_v2::BTreeV2Record::LinkNameHash { heap_id, .. }
        | btree_v2::BTreeV2Record::CreationOrder { heap_id, .. }) = record
        else {
            continue;
        };
        let bytes =
            heap.get_object_storage_cached(heap_id, storage, offset_size, length_size, &mut blocks)?;
        links.push(link::parse(&mut Cursor::new(&bytes), offset_size, length_size, bytes.len())?);
    }
    Ok(links)
}
