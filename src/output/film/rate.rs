//! Pictures a second, as the counts of time that formats have.

/// Pictures a second as a fraction of whole numbers, each at most 65535, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Pictures.
    pub pictures: u16,
    /// In so many seconds.
    pub seconds: u16,
}

impl Rate {
    /// The nearest fraction, by continued fractions; `None` for what is not between 1/3600 and 1000.
    pub fn new(a_second: f64) -> Option<Self> {
        if !(1.0 / 3600.0..=1000.0).contains(&a_second) {
            return None;
        }
        // The last two convergents, numerators and denominators.
        let (mut before, mut last) = ([0_u64, 1_u64], [1_u64, 0_u64]);
        let mut rest = a_second;
        loop {
            let whole = rest.floor();
            let next = [0, 1].map(|i| (whole as u64).saturating_mul(last[i]).saturating_add(before[i]));
            if next.iter().any(|part| *part > u64::from(u16::MAX)) {
                break;
            }
            (before, last) = (last, next);
            if (rest - whole).abs() < 1e-9 || (last[0] as f64 / last[1] as f64 - a_second).abs() < 1e-12 {
                break;
            }
            rest = 1.0 / (rest - whole);
        }
        let part = |n: u64| u16::try_from(n).ok().filter(|n| *n > 0);
        Some(Self { pictures: part(last[0])?, seconds: part(last[1])? })
    }

    /// When a picture begins, in hundredths of a second, rounded.
    pub fn begin(self, picture: u64) -> u64 {
        let pictures = u64::from(self.pictures);
        (picture.saturating_mul(200 * u64::from(self.seconds)) + pictures) / (2 * pictures)
    }

    /// Pictures a second.
    pub fn a_second(self) -> f64 {
        f64::from(self.pictures) / f64::from(self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_fractions_in_lowest_terms() {
        for (a_second, fraction) in [
            (10.0, Some((10, 1))),
            (12.5, Some((25, 2))),
            (29.97, Some((2997, 100))),
            (30_000.0 / 1001.0, Some((30_000, 1001))),
            (0.1, Some((1, 10))),
            (1.0 / 3.0, Some((1, 3))),
            (1000.0, Some((1000, 1))),
            (0.0, None),
            (-1.0, None),
            (f64::NAN, None),
            (1e9, None),
        ] {
            let rate = Rate::new(a_second);
            assert_eq!(rate.map(|rate| (rate.pictures, rate.seconds)), fraction, "{a_second}");
        }
        let pi = Rate::new(std::f64::consts::PI).unwrap();
        assert!((pi.a_second() - std::f64::consts::PI).abs() < 1e-6);
    }

    #[test]
    fn hundredths_of_a_second_keep_the_rate_over_time() {
        let rate = Rate::new(30.0).unwrap();
        let delays: Vec<u64> = (0..6).map(|i| rate.begin(i + 1) - rate.begin(i)).collect();
        assert_eq!(delays, [3, 4, 3, 3, 4, 3]);
        assert_eq!(rate.begin(3000), 10_000);
    }
}
