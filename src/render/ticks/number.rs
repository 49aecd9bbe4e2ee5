//! Numbers as ticks need them: floor division, powers of ten, texts with real minus signs.

/// Floor of `a / b` and the remainder with the sign of `b`, without the error of dividing first
/// (Python's `divmod`).
pub(super) fn div_mod(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != 0.0 && (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    let mut floor = quotient.floor();
    if quotient - floor > 0.5 {
        floor += 1.0;
    }
    (floor, rest)
}

/// ⌊a / b⌋.
pub(super) fn floor_div(a: f64, b: f64) -> f64 {
    div_mod(a, b).0
}

/// 10ᵏ, correctly rounded; 0 and infinity beyond what floats hold.
pub(super) fn ten(k: i32) -> f64 {
    format!("1e{k}").parse().unwrap_or(f64::NAN)
}

/// ⌊log₁₀ v⌋ of a positive number.
pub(super) fn magnitude(v: f64) -> i32 {
    libm::log10(v).floor() as i32
}

/// Text with U+2212 for minus.
pub(super) fn minus(text: &str) -> String {
    text.replace('-', "−")
}

/// An integer as superscript.
pub(super) fn superscript(k: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |c: char| c.to_digit(10).and_then(|d| DIGITS.get(d as usize).copied());
    k.to_string().chars().map(|c| digit(c).unwrap_or('⁻')).collect()
}

/// At most `digits` significant digits, no trailing zeros, an exponent where that is shorter (C's
/// `%g`).
pub(super) fn general(v: f64, digits: usize) -> String {
    if v == 0.0 || !v.is_finite() {
        return if v == 0.0 { "0".to_owned() } else { v.to_string() };
    }
    let scientific = format!("{v:.*e}", digits.max(1) - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |s: &str| match s.contains('.') {
        true => s.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => s.to_owned(),
    };
    if (-4..digits as i32).contains(&exponent) {
        trim(&format!("{v:.*}", (digits as i32 - 1 - exponent).max(0) as usize))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", trim(mantissa), exponent.abs())
    }
}

/// Exponent of `v > 0` to a base, and what is left: `v = m · baseᵏ`, 1 ≤ m < base.
fn split(v: f64, base: f64) -> (f64, i32) {
    let e = if base == 10.0 { libm::log10(v) } else { libm::log(v) / libm::log(base) };
    let near = e.round();
    let k = if (e - near).abs() < 1e-10 { near } else { e.floor() };
    let m = libm::pow(base, e - k);
    let whole = m.round();
    (if (m - whole).abs() < 1e-10 { whole } else { m }, k as i32)
}

/// `10⁻³`, `2×10⁵`, `−10²`, `0`: a number as a multiple of a power of `base`.
pub(super) fn power_label(v: f64, base: f64) -> String {
    if v == 0.0 || !v.is_finite() {
        return minus(&general(v, 6));
    }
    let (m, k) = split(v.abs(), base);
    let sign = if v < 0.0 { "−" } else { "" };
    let factor = if m == 1.0 { String::new() } else { format!("{}×", minus(&general(m, 6))) };
    format!("{sign}{factor}{}{}", general(base, 6), superscript(k))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From Python: `divmod`, `'%.4g'`.
    #[test]
    fn arithmetic_and_texts_are_pythons() {
        assert_eq!(div_mod(-7.0, 2.0), (-4.0, 1.0));
        assert_eq!(div_mod(1.0, 0.1).0, 9.0);
        for (v, text) in [(1234.5678, "1235"), (0.5, "0.5"), (1e-7, "1e-07"), (1e10, "1e+10"), (100.0, "100")]
        {
            assert_eq!(general(v, 4), text);
        }
        for k in -307..=308 {
            assert_eq!(magnitude(ten(k)), k, "log10 of 1e{k}");
        }
    }

    #[test]
    fn powers_are_written_with_superscripts() {
        let cases = [(1e-3, "10⁻³"), (2e5, "2×10⁵"), (-100.0, "−10²"), (0.0, "0"), (1.0, "10⁰")];
        for (v, text) in cases {
            assert_eq!(power_label(v, 10.0), text);
        }
        assert_eq!(power_label(0.25, 2.0), "2⁻²");
    }
}
