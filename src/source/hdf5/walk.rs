//! Finding all groups and datasets of a file, with their metadata as stored.

use super::attributes::Attributes;
use super::block::Block;
use super::dataset::{Stored, stored};
use super::fault::{Fault, guarded};
use super::header::{Header, kind};
use super::links::{Files, Object};
use super::types::Type;
use crate::diag::Diagnostic;
use crate::source::SourceError;
use crate::source::cf::TypedAttrs;
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
        let attributes = guarded(|| Attributes::read(opened, &Header::read(opened, group.address)?));
        let attributes = attributes.unwrap_or_else(|fault| {
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
        let opened = &self.files.files[object.file];
        let header = opened.header(object.address)?;
        if header.has(kind::LAYOUT) || header.has(kind::DATASPACE) {
            let Stored { ty, unlimited, block } = guarded(|| stored(opened, &header, &Vec::new()))?;
            let attributes = guarded(|| Attributes::read(opened, &header))?;
            self.netcdf |= attributes.netcdf;
            let (group, name) = (group.to_owned(), name.to_owned());
            self.found.push(Found { object: *object, group, name, ty, unlimited, attributes, block });
            return Ok(Some(Raw::Dataset(self.found.len() - 1)));
        }
        let groups = [kind::SYMBOL_TABLE, kind::LINK, kind::LINK_INFO, kind::GROUP_INFO];
        if !groups.iter().any(|kind| header.has(*kind)) {
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
