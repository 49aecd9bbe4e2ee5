//! Any bytes as a segment of the arena, as they are and with their checksums made right.

#![no_main]

use libfuzzer_sys::fuzz_target;

/// The bytes of the header that its checksum covers, which follows them.
const CHECKED: usize = 44;

fn touch(bytes: &[u8]) {
    let Ok(view) = shm_layout::open(bytes) else { return };
    for leaf in view.catalog().leaves.iter() {
        let _ = view.leaf(&leaf.path);
        for block in leaf.blocks.iter() {
            assert_eq!(view.bytes(&block.values).len() as u64, block.values.len.to_native());
            assert_eq!(view.bytes(&block.texts).len() as u64, block.texts.len.to_native());
        }
    }
    let _ = view.to_catalog();
}

/// Makes length and checksums those of the bytes.
fn seal(segment: &mut [u8]) {
    if segment.len() < CHECKED + 4 {
        return;
    }
    let total = (segment.len() as u64).to_le_bytes();
    segment[16..24].copy_from_slice(&total);
    let number = |at: usize| u64::from_le_bytes(segment[at..at + 8].try_into().expect("eight bytes"));
    let (offset, len) = (number(24), number(32));
    if let Some(end) = offset.checked_add(len).filter(|end| *end <= segment.len() as u64) {
        let crc = crc32fast::hash(&segment[offset as usize..end as usize]);
        segment[40..44].copy_from_slice(&crc.to_le_bytes());
    }
    let crc = crc32fast::hash(&segment[..CHECKED]);
    segment[CHECKED..CHECKED + 4].copy_from_slice(&crc.to_le_bytes());
}

fuzz_target!(|bytes: &[u8]| {
    // At an aligned address, as a mapping is.
    let mut memory = vec![0; bytes.len() + 64];
    let start = memory.as_ptr().align_offset(64);
    let segment = &mut memory[start..start + bytes.len()];
    segment.copy_from_slice(bytes);
    touch(segment);
    seal(segment);
    touch(segment);
});
