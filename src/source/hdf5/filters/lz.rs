//! Two small Lempel-Ziv formats that only HDF5's filters use: LZF and BloscLZ.

/// Marc Lehmann's LZF: a byte below 32 begins so many literals plus one, else a match. At most
/// `most` bytes are appended to `out`; `None` if the stream is broken or becomes more.
pub(super) fn lzf(bytes: &[u8], out: &mut Vec<u8>, most: usize) -> Option<()> {
    let begin = out.len();
    let mut rest = bytes;
    while let Some((control, tail)) = rest.split_first() {
        rest = tail;
        let mut len = usize::from(*control >> 5);
        if len == 0 {
            let (literals, tail) = rest.split_at_checked(usize::from(*control) + 1)?;
            out.extend_from_slice(literals);
            rest = tail;
        } else {
            if len == 7 {
                len += usize::from(next(&mut rest)?);
            }
            let back = (usize::from(control & 0x1f) << 8) + usize::from(next(&mut rest)?) + 1;
            copy(out, begin, back, len + 2)?;
        }
        if out.len() - begin > most {
            return None;
        }
    }
    Some(())
}

/// BloscLZ, as c-blosc 1 writes it (blosclz.c, derived from A. Hidayat's FastLZ): the first control
/// byte begins literals whatever its upper bits say; matches reach back 8191 bytes, or 65535 more
/// with a distance of 16 bits. `None` if the stream is broken or becomes more than `most` bytes.
pub(super) fn blosclz(bytes: &[u8], out: &mut Vec<u8>, most: usize) -> Option<()> {
    const FAR: usize = 8191;
    let begin = out.len();
    let mut rest = bytes;
    let mut control = usize::from(next(&mut rest)? & 31);
    loop {
        if control >= 32 {
            let mut len = (control >> 5) - 1;
            let high = (control & 31) << 8;
            if len == 6 {
                loop {
                    let more = next(&mut rest)?;
                    len += usize::from(more);
                    if more != 255 {
                        break;
                    }
                    if len > most {
                        return None;
                    }
                }
            }
            let low = usize::from(next(&mut rest)?);
            let mut back = high + low + 1;
            if low == 255 && high == 31 << 8 {
                let distance = usize::from(next(&mut rest)?) << 8 | usize::from(next(&mut rest)?);
                back = distance + FAR + 1;
            }
            if out.len() - begin + len + 3 > most {
                return None;
            }
            copy(out, begin, back, len + 3)?;
        } else {
            let (literals, tail) = rest.split_at_checked(control + 1)?;
            if out.len() - begin + literals.len() > most {
                return None;
            }
            out.extend_from_slice(literals);
            rest = tail;
        }
        match next(&mut rest) {
            Some(byte) => control = usize::from(byte),
            None => return Some(()),
        }
    }
}

fn next(rest: &mut &[u8]) -> Option<u8> {
    let (first, tail) = rest.split_first()?;
    *rest = tail;
    Some(*first)
}

/// Appends `len` bytes from `back` bytes before the end, which may overlap what is appended.
fn copy(out: &mut Vec<u8>, begin: usize, back: usize, len: usize) -> Option<()> {
    let from = out.len().checked_sub(back).filter(|from| *from >= begin)?;
    if back >= len {
        out.extend_from_within(from..from + len);
    } else if back == 1 {
        let byte = out[from];
        out.resize(out.len() + len, byte);
    } else {
        for i in from..from + len {
            out.push(out[i]);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lzf_copies_overlapping_matches_and_refuses_what_points_before_the_start() {
        let mut out = Vec::new();
        lzf(&[1, b'a', b'b', 0x60, 1], &mut out, 7).unwrap();
        assert_eq!(out, b"abababa");
        assert!(lzf(&[0x60, 1], &mut out, 7).is_none());
        assert!(lzf(&[4, b'a'], &mut out, 7).is_none());
    }

    #[test]
    fn blosclz_copies_near_and_far_and_stops_at_its_bound() {
        let decode = |bytes: &[u8], most| {
            let mut out = Vec::new();
            blosclz(bytes, &mut out, most).map(|()| out)
        };
        // The upper bits of the first byte are no match.
        assert_eq!(decode(&[0xe1, b'a', b'b', 0x40, 1], 6).unwrap(), b"ababab");
        assert_eq!(decode(&[0, b'a', 0xe0, 250, 0], 260).unwrap(), vec![b'a'; 260]);
        assert!(decode(&[0, b'a', 0xe0, 250, 0], 259).is_none());
        assert!(decode(&[0, b'a', 0x20, 1], 9).is_none(), "before the start");
        let mut far: Vec<u8> = Vec::new();
        for i in 0..300_u16 {
            far.push(31);
            far.extend((0..32).map(|k| (i * 7 + k) as u8));
        }
        far.extend([0x20 | 31, 255, 0, 3]);
        let out = decode(&far, 10_000).unwrap();
        assert_eq!(out[9600..], out[9600 - 8195..9600 - 8195 + 3]);
    }
}
