//! Undoing the shuffles: of the bytes of elements, and of their bits (K. Masui's bitshuffle).

/// Puts the bytes of each element together again: all first bytes lie first, then all second ones.
/// What does not fill an element is left at the end.
pub(super) fn unshuffle(bytes: &[u8], out: &mut [u8], size: usize) {
    let count = bytes.len().checked_div(size).unwrap_or(0);
    if size < 2 || count == 0 {
        out.copy_from_slice(bytes);
        return;
    }
    unshuffle_run(bytes, out, size, count, 0);
    let whole = count * size;
    out[whole..].copy_from_slice(&bytes[whole..]);
}

/// As [`unshuffle`], but only the elements from `first` on for which `out` has room; `count` elements
/// are in `bytes`.
pub(super) fn unshuffle_run(bytes: &[u8], out: &mut [u8], size: usize, count: usize, first: usize) {
    match size {
        2 => planes::<2>(bytes, out, count, first),
        4 => planes::<4>(bytes, out, count, first),
        8 => planes::<8>(bytes, out, count, first),
        _ => {
            for (k, plane) in bytes.chunks_exact(count).take(size).enumerate() {
                for (element, byte) in out.chunks_exact_mut(size).zip(&plane[first..]) {
                    element[k] = *byte;
                }
            }
        }
    }
}

fn planes<const N: usize>(bytes: &[u8], out: &mut [u8], count: usize, first: usize) {
    let n = (out.len() / N).min(count - first);
    let mut planes = [&bytes[..0]; N];
    for (plane, chunk) in planes.iter_mut().zip(bytes.chunks_exact(count)) {
        *plane = &chunk[first..first + n];
    }
    for (i, element) in out.chunks_exact_mut(N).enumerate().take(n) {
        for (byte, plane) in element.iter_mut().zip(&planes) {
            *byte = plane[i];
        }
    }
}

/// Puts the bits of elements of `size` bytes together again: row `8 j + k` holds bit `k` of byte `j`
/// of all elements, eight a byte. `bytes` and `out` hold a multiple of eight elements.
pub(super) fn unbitshuffle(bytes: &[u8], out: &mut [u8], size: usize) {
    let groups = bytes.len() / size.max(1) / 8;
    for j in 0..size {
        for group in 0..groups {
            let mut bits = 0_u64;
            for k in 0..8 {
                bits |= u64::from(bytes[(8 * j + k) * groups + group]) << (8 * k);
            }
            let bits = transposed(bits);
            for i in 0..8 {
                out[(8 * group + i) * size + j] = (bits >> (8 * i)) as u8;
            }
        }
    }
}

/// The 8 × 8 bits of a word, rows and columns exchanged (Warren, Hacker's Delight, section 7-3).
fn transposed(mut x: u64) -> u64 {
    let t = (x ^ (x >> 7)) & 0x00aa_00aa_00aa_00aa;
    x ^= t ^ (t << 7);
    let t = (x ^ (x >> 14)) & 0x0000_cccc_0000_cccc;
    x ^= t ^ (t << 14);
    let t = (x ^ (x >> 28)) & 0x0000_0000_f0f0_f0f0;
    x ^ t ^ (t << 28)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffled_planes_become_elements_of_every_size() {
        let check = |bytes: &[u8], size, expected: &[u8]| {
            let mut out = vec![0; bytes.len()];
            unshuffle(bytes, &mut out, size);
            assert_eq!(out, expected);
        };
        check(&[1, 2, 3, 11, 12, 13, 99], 2, &[1, 11, 2, 12, 3, 13, 99]);
        check(&[1, 2, 3, 4, 5, 6], 3, &[1, 3, 5, 2, 4, 6]);
        check(&[1, 2, 3], 1, &[1, 2, 3]);
    }

    #[test]
    fn part_of_a_shuffled_chunk_can_be_had() {
        let bytes: Vec<u8> = (0..24).collect();
        for size in [2, 3, 4, 8] {
            let count = 24 / size;
            let (mut all, mut part) = (vec![0; 24], vec![0; 2 * size]);
            unshuffle(&bytes, &mut all, size);
            unshuffle_run(&bytes, &mut part, size, count, 1);
            assert_eq!(part, all[size..3 * size]);
        }
    }

    #[test]
    fn bits_go_where_they_came_from() {
        // Eight bytes 1, 2, 4, … 128: bit k is set in the k-th alone; and by hand, 16 elements of 2 bytes.
        let mut out = [0; 8];
        unbitshuffle(&[1, 2, 4, 8, 16, 32, 64, 128], &mut out, 1);
        assert_eq!(out, [1, 2, 4, 8, 16, 32, 64, 128]);
        unbitshuffle(&[0xff, 0, 0, 0, 0, 0, 0, 0], &mut out, 1);
        assert_eq!(out, [1; 8]);
        let mut wide = [0; 32];
        let mut bytes = [0; 32];
        bytes[2 * 8] = 0b10;
        bytes[31] = 0x80;
        unbitshuffle(&bytes, &mut wide, 2);
        assert_eq!((wide[3], wide[31]), (1, 0x80));
        assert_eq!(wide.iter().filter(|b| **b != 0).count(), 2);
    }
}
