//! What the decoded values of an array depend on besides its metadata: files, and how they are read.

use super::{ArrayNode, Storage, Tree};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What values come from. Values decoded earlier may be used again as long as none of it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The files. Of a store that is a folder: the folder with all that is below it.
    pub files: BTreeSet<PathBuf>,
    /// Options of reading that metadata do not show, as text that is the same in every run.
    pub options: String,
}

impl Tree {
    /// What the values of `array` come from; `None` if that is not known, as for sources that are
    /// found only when values are read.
    pub fn provenance(&self, array: &ArrayNode) -> Option<Provenance> {
        let mut all = Provenance::default();
        self.gather(array, &mut all)?;
        Some(all)
    }

    /// Files that values of `array` come from and that are not in [`Tree::files`], as they are linked to
    /// or named in one that is. Some may not be there.
    pub fn others(&self, array: &ArrayNode) -> BTreeSet<PathBuf> {
        let mut all = BTreeSet::new();
        self.add_others(array, &mut all);
        all
    }

    fn add_others(&self, array: &ArrayNode, all: &mut BTreeSet<PathBuf>) {
        match &array.storage {
            Storage::Joined(joined) => joined.parts().iter().for_each(|part| self.add_others(part, all)),
            Storage::Cells(cells) => self.add_others(cells.raw(), all),
            Storage::Opaque | Storage::Contiguous { .. } | Storage::Chunked { .. } => {
                if let Some(reader) = self.readers.get(array.file) {
                    all.extend(reader.others(array));
                }
            }
        }
    }

    fn gather(&self, array: &ArrayNode, all: &mut Provenance) -> Option<()> {
        match &array.storage {
            Storage::Joined(joined) => {
                all.options +=
                    &format!("joined {} {} {:?};", joined.axis(), joined.is_new(), joined.starts());
                return joined.parts().iter().try_for_each(|part| self.gather(part, all));
            }
            Storage::Cells(cells) => {
                all.options += &format!("cells {:?};", cells.axes(array.shape.len()));
                return self.gather(cells.raw(), all);
            }
            Storage::Opaque | Storage::Contiguous { .. } | Storage::Chunked { .. } => {}
        }
        let reader = self.readers.get(array.file)?;
        let own = reader.provenance(array)?;
        all.options += &format!(
            "{} {:?} {} {} {:?} {:?} {}",
            reader.format(),
            reader.path(),
            array.item,
            array.origin,
            array.dtype,
            array.shape,
            array.stored
        );
        all.options += &own.options;
        all.options.push(';');
        all.files.extend(own.files);
        Some(())
    }
}
