//! Base64 of RFC 4648, the standard alphabet with padding.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends the code of `bytes`.
pub(super) fn encode(bytes: &[u8], out: &mut String) {
    out.reserve(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |k: usize| u32::from(three.get(k).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for k in 0..4 {
            let sign = ALPHABET[(bits >> (18 - 6 * k)) as usize & 63];
            out.push(if k <= three.len() { sign as char } else { '=' });
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (bytes, code) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            let mut out = String::new();
            super::encode(bytes.as_bytes(), &mut out);
            assert_eq!(out, code);
        }
    }
}
