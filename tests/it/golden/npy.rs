//! The few npy files that tests read, without the program's own readers.

use std::path::{Path, PathBuf};

/// Shape and values of a little-endian `f4` or `f8` array in C order.
pub(crate) fn read(path: &Path) -> (Vec<usize>, Vec<f64>) {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..10 + length]).expect("npy headers are text");
    assert!(header.contains("'fortran_order': False"), "{header}");
    let inside = header.split('(').nth(1).and_then(|rest| rest.split(')').next()).expect("a shape");
    let shape: Vec<usize> = inside.split(',').filter_map(|part| part.trim().parse().ok()).collect();
    let data = &bytes[10 + length..];
    let values = if header.contains("<f4") {
        data.chunks_exact(4).map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect()
    } else {
        assert!(header.contains("<f8"), "{header}");
        data.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().expect("eight"))).collect()
    };
    (shape, values)
}

/// The rows of a two-dimensional array.
pub(crate) fn rows(path: &Path) -> Vec<Vec<f64>> {
    let (shape, values) = read(path);
    values.chunks(*shape.last().expect("a shape")).map(<[f64]>::to_vec).collect()
}

/// A fixture.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gallery").join(name)
}

/// A file of the gallery beside the project (`SHMPLOT_SHARED`, else `../shared`), if it is there.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SHMPLOT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = root.join("gallery/data").join(name);
    path.exists().then_some(path)
}
