//! Whether values of a primitive field are missing, by what the footer says of its column chunks.

use parquet::basic::Repetition;
use parquet::file::metadata::ParquetMetaData;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

/// What is known of missing values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// None is.
    None,
    /// Some are.
    Some,
    /// The footer does not say.
    Unknown,
}

/// Of primitive field `field`, of whose repeated groups number `list` (from 1; 0 for none) is the
/// innermost that is a list of any length. A list's element that is missing counts, a list that is
/// missing or empty does not; but one of fixed length does: its elements are missing then.
pub(super) fn of(metadata: &ParquetMetaData, field: usize, list: usize) -> Missing {
    let schema = metadata.file_metadata().schema_descr();
    let column = schema.column(field);
    let highest = usize::try_from(column.max_def_level()).unwrap_or(0);
    let element = element_level(schema, field, &column, list);
    if highest == element {
        return Missing::None;
    }
    let mut all = Missing::None;
    for group in metadata.row_groups() {
        let Some(chunk) = group.columns().get(field) else { return Missing::Unknown };
        let levels = chunk.definition_level_histogram().map(|histogram| histogram.values());
        let count = chunk.statistics().and_then(|statistics| statistics.null_count_opt());
        match (levels.and_then(|levels| levels.get(element..highest)), count) {
            (Some(levels), _) if levels.iter().any(|count| *count > 0) => return Missing::Some,
            (Some(_), _) | (None, Some(0)) => {}
            // Of lists, the count may be one of empty lists.
            (None, Some(_)) if list == 0 => return Missing::Some,
            (None, _) => all = Missing::Unknown,
        }
    }
    all
}

/// The definition level from which on an element of repeated group number `list` is there.
fn element_level(schema: &SchemaDescriptor, field: usize, column: &ColumnDescriptor, list: usize) -> usize {
    let (mut node, mut level, mut repeated) = (schema.get_column_root(field), 0, 0);
    if list == 0 {
        return 0;
    }
    for depth in 0.. {
        let info = node.get_basic_info();
        match info.has_repetition().then(|| info.repetition()) {
            Some(Repetition::OPTIONAL) => level += 1,
            Some(Repetition::REPEATED) => {
                level += 1;
                repeated += 1;
                if repeated == list {
                    break;
                }
            }
            _ => {}
        }
        let next = column.path().parts().get(depth + 1).filter(|_| node.is_group());
        let Some(next) = next.and_then(|name| node.get_fields().iter().find(|field| field.name() == name))
        else {
            break;
        };
        node = next;
    }
    level
}
