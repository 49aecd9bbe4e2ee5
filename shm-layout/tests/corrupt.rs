//! Wrong bytes: every byte flipped, every length cut, every catalog byte forged under a right
//! checksum. Always an error or the same catalog, never a panic.
#![expect(clippy::unwrap_used, reason = "these are tests")]

use rkyv::util::AlignedVec;
use shm_layout::{Attr, AttrValue, Block, Catalog, CoordRef, Error, Extent, Leaf, Stats, TEXT, TIME};
use shm_layout::{SUMMED, open, sizes, sums, write};

type Segment = AlignedVec<64>;

fn leaf(path: &str, dtype: u8, shape: &[u64], blocks: &[(&[u64], &[u64])], text_bytes: u64) -> Leaf {
    Leaf {
        path: path.into(),
        dtype,
        calendar: u8::from(dtype == TIME),
        dims: (0..shape.len()).map(|i| format!("a long name of dim {i}")).collect(),
        shape: shape.to_vec(),
        blocks: blocks
            .iter()
            .map(|(start, count)| Block {
                start: start.to_vec(),
                count: count.to_vec(),
                texts: Extent { offset: 0, len: text_bytes },
                ..Block::default()
            })
            .collect(),
        coords: vec![CoordRef { name: "x".into(), path: "group/x".into() }],
        attrs: vec![
            Attr { name: "units".into(), value: AttrValue::Text("metres per second".into()) },
            Attr {
                name: "flags".into(),
                value: AttrValue::Texts(vec!["a".into(), "longer than eight".into()]),
            },
            Attr { name: "range".into(), value: AttrValue::Floats(vec![0.5, 1.5]) },
            Attr { name: "ids".into(), value: AttrValue::Ints(vec![1, -2]) },
            Attr { name: "i".into(), value: AttrValue::Int(-7) },
            Attr { name: "f".into(), value: AttrValue::Float(2.5) },
        ],
        source: "run/data.h5".into(),
        origin: "/group/data".into(),
        item: 3,
    }
}

fn sample() -> (Catalog, Segment) {
    let mut catalog = Catalog {
        leaves: vec![
            leaf("empty", 1, &[0, 4], &[], 0),
            leaf("grid", 10, &[4, 6], &[(&[0, 1], &[2, 3]), (&[3, 0], &[1, 6])], 0),
            leaf("names", TEXT, &[3], &[(&[0], &[3])], 11),
            leaf("scalar", 2, &[], &[(&[], &[])], 0),
            leaf("time", TIME, &[5], &[(&[1], &[2])], 0),
        ],
    };
    let sizes = sizes::assign(&mut catalog).unwrap();
    let mut memory = Segment::new();
    memory.resize(sizes.total as usize, 0);
    let (front, buffers) = write::split(&mut memory, &catalog, sizes).unwrap();
    assert_eq!(buffers.len(), 5);
    for (number, block) in buffers.into_iter().enumerate() {
        block.values.fill(number as u8 + 1);
        block.texts.fill(b'a' + number as u8);
    }
    catalog.leaves[1].blocks[0].stats = Stats { known: true, n: 6, nan: 1, min: -1.0, max: 2.0 };
    front.finish(&catalog).unwrap();
    (catalog, memory)
}

/// Borrows all that a view offers.
fn touch(bytes: &[u8]) -> Result<Catalog, Error> {
    let view = open(bytes)?;
    for leaf in view.catalog().leaves.iter() {
        assert_eq!(view.leaf(&leaf.path).unwrap().path, leaf.path);
        for block in leaf.blocks.iter() {
            assert_eq!(view.bytes(&block.values).len() as u64, block.values.len.to_native());
            assert_eq!(view.bytes(&block.texts).len() as u64, block.texts.len.to_native());
        }
    }
    view.to_catalog()
}

fn u64_at(bytes: &[u8], at: usize) -> usize {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize
}

/// Puts right checksums over whatever catalog and header are there.
fn forge(bytes: &mut [u8]) {
    let (offset, len) = (u64_at(bytes, 24), u64_at(bytes, 32));
    if let Some(catalog) = bytes.get(offset..offset.saturating_add(len)) {
        let crc = crc32fast::hash(catalog);
        bytes[40..44].copy_from_slice(&crc.to_le_bytes());
    }
    let crc = crc32fast::hash(&bytes[..44]);
    bytes[44..48].copy_from_slice(&crc.to_le_bytes());
}

/// The sample with checksums, as a file has them.
fn summed() -> (Catalog, Segment) {
    let (mut catalog, _) = sample();
    catalog.leaves[1].shape = vec![2, SUMMED];
    catalog.leaves[1].blocks =
        vec![Block { start: vec![0, 7], count: vec![1, SUMMED / 8 + 3], ..Block::default() }];
    sums::reserve(&mut catalog).unwrap();
    let sizes = sizes::assign(&mut catalog).unwrap();
    let mut memory = Segment::new();
    memory.resize(sizes.total as usize, 0);
    let (front, buffers) = write::split(&mut memory, &catalog, sizes).unwrap();
    for (number, block) in buffers.into_iter().enumerate() {
        block.values.iter_mut().enumerate().for_each(|(i, byte)| *byte = (i * 31 + number) as u8);
        block.texts.fill(b'x');
        catalog.leaves[block.leaf].blocks[block.block].sums = sums::of(block.values, block.texts);
    }
    front.finish(&catalog).unwrap();
    (catalog, memory)
}

fn verify(bytes: &[u8]) -> Result<(), Error> {
    let view = open(bytes)?;
    assert!(sums::are_there(&view));
    sums::pieces(&view).try_for_each(|piece| piece.check())
}

#[test]
fn a_checksum_covers_every_mib_and_every_byte_of_the_buffers() {
    let (catalog, mut memory) = summed();
    assert_eq!(touch(&memory).unwrap(), catalog);
    verify(&memory).unwrap();
    let counts: Vec<usize> =
        catalog.leaves.iter().flat_map(|leaf| &leaf.blocks).map(|block| block.sums.len()).collect();
    assert_eq!(counts, [2, 2, 1, 1], "values and texts have their own");
    // As Python's zlib.crc32 has it.
    assert_eq!(sums::sum(b"123456789"), 0xcbf4_3926);
    assert!(!sums::are_there(&open(&sample().1).unwrap()));
    for leaf in &catalog.leaves {
        for block in &leaf.blocks {
            for extent in [block.values, block.texts].into_iter().filter(|extent| extent.len > 0) {
                let near_edges = (0..extent.len).filter(|i| {
                    let i = *i;
                    i < 200 || i + 200 > extent.len || i.abs_diff(SUMMED) < 20 || i.is_multiple_of(99_991)
                });
                for at in near_edges.map(|i| (extent.offset + i) as usize) {
                    memory[at] ^= 0x10;
                    let Err(Error::DataChecksum { path, offset, len, .. }) = verify(&memory) else {
                        panic!("byte {at} of `{}` is not covered", leaf.path)
                    };
                    assert_eq!(path, leaf.path);
                    assert!((offset..offset + len).contains(&(at as u64)) && len <= SUMMED);
                    memory[at] ^= 0x10;
                }
            }
        }
    }
}

#[test]
fn a_wrong_number_of_checksums_is_refused() {
    let (mut catalog, mut memory) = summed();
    let sizes = sizes::assign(&mut catalog).unwrap();
    let (front, _) = write::split(&mut memory, &catalog, sizes).unwrap();
    catalog.leaves[1].blocks[0].sums.pop();
    let expected = Error::Sums { path: "grid".into(), block: 0, have: 1, expected: 2 };
    assert_eq!(front.finish(&catalog), Err(expected));
}

#[test]
fn what_was_written_is_read() {
    let (catalog, memory) = sample();
    assert_eq!(touch(&memory).unwrap(), catalog);
    let view = open(&memory).unwrap();
    let names = view.leaf("names").unwrap();
    assert_eq!(view.bytes(&names.blocks[0].texts), b"ccccccccccc");
    assert_eq!(view.bytes(&names.blocks[0].values), [3; 32]);
    assert!(view.leaf("nothing").is_none());
}

#[test]
fn leaves_that_could_not_be_filled_are_left_out_of_the_finished_catalog() {
    let (mut catalog, mut memory) = sample();
    let sizes = sizes::assign(&mut catalog).unwrap();
    let (front, _) = write::split(&mut memory, &catalog, sizes).unwrap();
    catalog.leaves.remove(1);
    front.finish(&catalog).unwrap();
    assert_eq!(touch(&memory).unwrap(), catalog);
}

#[test]
fn every_flipped_byte_is_an_error_or_harmless() {
    let (catalog, memory) = sample();
    for at in 0..memory.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bad = memory.clone();
            bad[at] ^= flip;
            if let Ok(read) = touch(&bad) {
                assert_eq!(read, catalog, "byte {at}");
            }
        }
    }
    let end = 64 + u64_at(&memory, 32);
    for at in (0..48).chain(64..end) {
        let mut bad = memory.clone();
        bad[at] ^= 1;
        assert!(touch(&bad).is_err(), "header or catalog byte {at} is not covered");
    }
}

#[test]
fn every_cut_is_an_error() {
    let (_, memory) = sample();
    for len in 0..memory.len() {
        assert!(touch(&memory[..len]).is_err(), "{len} bytes");
    }
    let mut longer = memory.clone();
    longer.resize(memory.len() + 64, 0);
    assert!(touch(&longer).is_err());
}

#[test]
fn forged_checksums_do_not_lead_outside_the_bytes() {
    let (_, memory) = sample();
    let end = 64 + u64_at(&memory, 32);
    let mut refused = 0;
    for at in (8..40).chain(64..end) {
        for flip in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x7f, 0xff] {
            let mut bad = memory.clone();
            bad[at] ^= flip;
            forge(&mut bad);
            refused += u32::from(touch(&bad).is_err());
        }
    }
    assert!(refused > 1000, "structure and numbers are checked apart from checksums: {refused}");
}

#[test]
fn a_segment_at_an_odd_address_is_refused() {
    let (_, memory) = sample();
    let mut shifted = Segment::new();
    shifted.extend_from_slice(&[0; 8]);
    shifted.extend_from_slice(&memory);
    assert_eq!(touch(&shifted[8..]), Err(Error::Misaligned));
}

#[test]
fn wrong_numbers_are_named() {
    fn refuse(change: impl Fn(&mut Catalog)) -> Error {
        let (mut catalog, mut memory) = sample();
        let sizes = sizes::assign(&mut catalog).unwrap();
        let (front, _) = write::split(&mut memory, &catalog, sizes).unwrap();
        change(&mut catalog);
        front.finish(&catalog).unwrap_err()
    }
    let path = || "grid".to_owned();
    assert_eq!(
        refuse(|c| c.leaves[1].blocks[0].count.push(1)),
        Error::Rank { path: path(), what: "count", rank: 2 }
    );
    assert_eq!(refuse(|c| c.leaves[1].blocks[1].start[0] = 4), Error::BlockPlace { path: path(), block: 1 });
    assert_eq!(
        refuse(|c| c.leaves[1].blocks[1].start[0] = u64::MAX),
        Error::BlockPlace { path: path(), block: 1 }
    );
    assert!(matches!(
        refuse(|c| c.leaves[1].blocks[0].values.len = 40),
        Error::BufferLength { expected: 48, .. }
    ));
    assert!(matches!(refuse(|c| c.leaves[1].blocks[0].values.offset += 8), Error::BufferPlace { .. }));
    assert!(matches!(refuse(|c| c.leaves[1].blocks[1].values.offset = 64), Error::BufferPlace { .. }));
    assert!(matches!(refuse(|c| c.leaves[1].shape = vec![1 << 40, 1 << 40]), Error::TooLarge { .. }));
    assert!(matches!(refuse(|c| c.leaves[1].path = "a".into()), Error::Order { .. }));
}
