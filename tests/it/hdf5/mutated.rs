//! Every byte of small files flipped, and each file cut at every length: errors at most, never a
//! panic, a hang, or memory that the file does not justify.

use shmplot::data::Slab;
use shmplot::source::{ArrayNode, Node, Reader, hdf5, netcdf};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// More than any array of the fixtures has, and less than would hurt.
const MOST_BYTES: u64 = 1 << 20;

fn read_all(reader: &dyn Reader, node: &Node) {
    match node {
        Node::Group(group) => group.members.iter().for_each(|(_, node)| read_all(reader, node)),
        Node::Array(array) => read_one(reader, array),
        _ => {}
    }
}

fn read_one(reader: &dyn Reader, array: &ArrayNode) {
    let mut slab = Slab::all(&array.shape);
    let count = array.shape.iter().try_fold(1_u64, |n, d| n.checked_mul(*d as u64));
    if count.is_none_or(|n| n * array.dtype.size().unwrap_or(1) as u64 > MOST_BYTES) {
        // A shape gone wild: its first and last element.
        let last: Vec<_> = array.shape.iter().map(|n| n.saturating_sub(1)..*n).collect();
        slab = Slab(array.shape.iter().map(|n| 0..1.min(*n)).collect());
        let _ = one_box(reader, array, &Slab(last));
    }
    let _ = one_box(reader, array, &slab);
}

fn one_box(reader: &dyn Reader, array: &ArrayNode, slab: &Slab) -> Result<(), shmplot::source::SourceError> {
    match array.dtype.size() {
        Some(size) => reader.read_into(array, slab, &mut vec![0; slab.count() * size]),
        None => reader.read_texts(array, slab).map(|_| ()),
    }
}

fn survive(path: &Path) {
    let classic = path.extension().is_some_and(|e| e == "nc") && !path.ends_with("tiny_nc4.nc");
    let reader = if classic { netcdf::open(path) } else { hdf5::open(path) };
    if let Ok(reader) = reader
        && let Ok(listing) = reader.list()
    {
        read_all(reader.as_ref(), &listing.root);
    }
}

/// Each byte is flipped once: all of its bits, its lowest or its highest one in turn, so that
/// counts also go wrong by one.
fn mutate(name: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::copy(super::fixture(name), &path).expect("a copy");
    let good = std::fs::read(&path).expect("its bytes");
    // The one file is changed in place: writing it anew took longer than all reading.
    let file = std::fs::File::options().write(true).open(&path).expect("it can be written");
    for (at, byte) in good.iter().enumerate() {
        let mask = [0xff, 0x01, 0x80][at % 3];
        file.write_all_at(&[byte ^ mask], at as u64).expect("it can be written");
        survive(&path);
        file.write_all_at(&[*byte], at as u64).expect("it can be written");
    }
    for len in (0..good.len()).rev() {
        file.set_len(len as u64).expect("it can be cut");
        survive(&path);
    }
}

#[test]
fn hdf5_with_any_byte_flipped_or_cut_anywhere_does_no_harm() {
    mutate("tiny.h5");
}

#[test]
fn netcdf4_with_any_byte_flipped_or_cut_anywhere_does_no_harm() {
    mutate("tiny_nc4.nc");
}

#[test]
fn netcdf_classic_with_any_byte_flipped_or_cut_anywhere_does_no_harm() {
    mutate("tiny.nc");
}

#[test]
fn no_filter_does_harm_with_any_byte_flipped_or_cut_anywhere() {
    let filters = [
        "zstd",
        "bzip2",
        "lz4",
        "bitshuffle",
        "bitshuffle_lz4",
        "bitshuffle_zstd",
        "blosc_blosclz_1",
        "blosc_lz4_2",
        "blosc_snappy_1",
        "blosc_zlib_1",
        "blosc_zstd_0",
    ];
    for filter in filters {
        mutate(&format!("tiny_{filter}.h5"));
    }
}
