//! What is seen in a figure against what matplotlib showed: texts, scales, legends exact; limits and
//! line ends to a hundredth of the axis.

use serde_json::Value;

/// What agrees, and what does not.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) right: usize,
    pub(super) wrong: Vec<String>,
}

impl Tally {
    /// How many things were looked at.
    pub(super) fn all(&self) -> usize {
        self.right + self.wrong.len()
    }

    fn note(&mut self, agrees: bool, why: impl FnOnce() -> String) {
        if agrees {
            self.right += 1;
        } else {
            self.wrong.push(why());
        }
    }

    fn same(&mut self, at: &str, key: &str, expected: &Value, got: &Value) {
        // An absent text is an empty one.
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let agrees = if expected[key].is_string() || expected[key].is_null() {
            (got[key].is_string() || got[key].is_null()) && text(&expected[key]) == text(&got[key])
        } else {
            expected[key] == got[key]
        };
        self.note(agrees, || format!("{at}: {key} is {}, expected {}", got[key], expected[key]));
    }

    /// Looks at a figure.
    pub(super) fn figure(&mut self, at: &str, expected: &Value, got: &Value) {
        self.same(at, "suptitle", expected, got);
        self.same(at, "figlegends", expected, got);
        let close = pairs(&expected["size"], &got["size"], |a, b| (a - b).abs() <= 0.05 * a.abs());
        self.note(close, || format!("{at}: size is {}, expected {}", got["size"], expected["size"]));
        let none = Vec::new();
        let want = expected["axes"].as_array().unwrap_or(&none);
        let have = got["axes"].as_array().unwrap_or(&none);
        self.note(want.len() == have.len(), || format!("{at}: {} axes, expected {}", have.len(), want.len()));
        for (i, axes) in want.iter().enumerate() {
            self.axes(&format!("{at} axes {i}"), axes, have.get(i).unwrap_or(&Value::Null));
        }
    }

    fn axes(&mut self, at: &str, expected: &Value, got: &Value) {
        for key in ["title", "xlabel", "ylabel", "xscale", "yscale", "texts"] {
            self.same(at, key, expected, got);
        }
        for (key, scale) in [("xlim", "xscale"), ("ylim", "yscale")] {
            let (want, have) = (&expected[key], &got[key]);
            let agrees = if expected[scale] == "log" {
                let decades = libm::log10(ends(want)[1] / ends(want)[0]);
                pairs(want, have, |a, b| libm::log10(a / b).abs() <= 0.01 * decades)
            } else {
                let width = (ends(want)[1] - ends(want)[0]).abs();
                pairs(want, have, |a, b| (a - b).abs() <= 0.01 * width)
            };
            self.note(agrees, || format!("{at}: {key} is {have}, expected {want}"));
        }
        if !expected["clim"].is_null() {
            let width = (ends(&expected["clim"])[1] - ends(&expected["clim"])[0]).abs();
            let agrees = pairs(&expected["clim"], &got["clim"], |a, b| (a - b).abs() <= 0.01 * width);
            self.note(agrees, || format!("{at}: clim is {}, expected {}", got["clim"], expected["clim"]));
        }
        self.same(at, "legend", expected, got);
        let none = Vec::new();
        let want = expected["lines"].as_array().unwrap_or(&none);
        let have = got["lines"].as_array().unwrap_or(&none);
        self.note(want.len() == have.len(), || {
            format!("{at}: {} lines, expected {}", have.len(), want.len())
        });
        for (i, (want, have)) in want.iter().zip(have).enumerate() {
            let hidden = want["label"].as_str().is_some_and(|label| label.starts_with('_'));
            let close = |key: &str, lim: &str| {
                let width = (ends(&expected[lim])[1] - ends(&expected[lim])[0]).abs();
                pairs(&want[key], &have[key], |a, b| (a - b).abs() <= 0.01 * width)
            };
            let agrees = want["n"] == have["n"]
                && (hidden || want["label"] == have["label"])
                && close("x", "xlim")
                && close("y", "ylim");
            self.note(agrees, || format!("{at}: line {i} is {have}, expected {want}"));
        }
    }
}

fn ends(value: &Value) -> [f64; 2] {
    [0, 1].map(|i| value[i].as_f64().unwrap_or(f64::NAN))
}

/// Whether both numbers of two pairs agree; texts such as `nan` must be equal.
fn pairs(expected: &Value, got: &Value, close: impl Fn(f64, f64) -> bool) -> bool {
    [0, 1].iter().all(|i| match (expected[i].as_f64(), got[i].as_f64()) {
        (Some(a), Some(b)) => close(a, b),
        _ => expected[i] == got[i] && got.is_array(),
    })
}
