//! What is seen in a figure against what matplotlib showed, counted by field.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Limits and ends of lines may differ by this share of the axis.
const LIMITS: f64 = 0.002;
/// Ticks may differ by this share of the axis; six digits were kept of each.
const TICKS: f64 = 2e-5;

/// A difference that is argued.
struct Difference {
    /// How the picture's name begins.
    picture: String,
    /// `figure`, `plot` or `colorbar` with its number, or `*`.
    axes: String,
    fields: Vec<String>,
}

/// Pictures whose axes matplotlib made in another order: ours of each of its axes.
const ORDERS: [(&str, &[usize]); 1] = [("53-joint", &[0, 2, 3, 1])];

/// What agrees, and what does not.
pub(super) struct Tally {
    /// By field: how many agree, are argued, are wrong.
    fields: BTreeMap<&'static str, [usize; 3]>,
    argued: Vec<Difference>,
    used: BTreeSet<usize>,
    /// What differs without an argument.
    pub(super) wrong: Vec<String>,
}

impl Tally {
    /// `argued`: lines `picture | axes | fields | why`.
    pub(super) fn new(argued: &str) -> Self {
        let lines = argued.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let argued = lines
            .map(|line| {
                let parts: Vec<&str> = line.split('|').map(str::trim).collect();
                let [picture, axes, fields, why] = parts[..] else { panic!("four parts: {line}") };
                assert!(why.len() > 10, "why: {line}");
                Difference {
                    picture: picture.to_owned(),
                    axes: axes.to_owned(),
                    fields: fields.split(' ').map(str::to_owned).collect(),
                }
            })
            .collect();
        Self { fields: BTreeMap::new(), argued, used: BTreeSet::new(), wrong: Vec::new() }
    }

    /// Share of what agrees or is argued.
    pub(super) fn agreement(&self) -> f64 {
        let sum = |pick: fn(&[usize; 3]) -> usize| self.fields.values().map(pick).sum::<usize>();
        (sum(|n| n[0] + n[1])) as f64 / sum(|n| n[0] + n[1] + n[2]) as f64
    }

    /// Arguments for what does not differ.
    pub(super) fn unused(&self) -> Vec<String> {
        let unused = self.argued.iter().enumerate().filter(|(i, _)| !self.used.contains(i));
        unused.map(|(_, d)| format!("{} {} {:?}", d.picture, d.axes, d.fields)).collect()
    }

    pub(super) fn report(&self) -> String {
        let mut out = String::new();
        for (field, [right, argued, wrong]) in &self.fields {
            writeln!(out, "{field:12} {right:5} agree, {argued:3} argued, {wrong:3} differ").unwrap();
        }
        write!(out, "{:.4} agree or are argued", self.agreement()).unwrap();
        out + "\n" + &self.wrong.join("\n")
    }

    fn note(&mut self, at: &At<'_>, field: &'static str, agrees: bool, expected: &Value, got: &Value) {
        let counts = self.fields.entry(field).or_default();
        if agrees {
            counts[0] += 1;
            return;
        }
        let of = |d: &Difference| {
            at.picture.starts_with(&d.picture)
                && (d.axes == "*" || d.axes == at.axes)
                && d.fields.iter().any(|f| f == field)
        };
        let hits: Vec<usize> = (0..self.argued.len()).filter(|i| of(&self.argued[*i])).collect();
        if hits.is_empty() {
            counts[2] += 1;
            self.wrong.push(format!("{} {} {field}: is {got}, expected {expected}", at.picture, at.axes));
        } else {
            counts[1] += 1;
            self.used.extend(hits);
        }
    }

    fn text(&mut self, at: &At<'_>, field: &'static str, expected: &Value, got: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let agrees = got.is_string() | got.is_null() && text(expected) == text(got);
        self.note(at, field, agrees, expected, got);
    }

    /// Looks at a figure.
    pub(super) fn figure(&mut self, picture: &str, expected: &Value, got: &Value) {
        let at = At { picture, axes: "figure" };
        self.text(&at, "suptitle", &expected["suptitle"], &got["suptitle"]);
        self.note(
            &at,
            "legend",
            same_legends(&expected["figlegends"], &got["figlegends"]),
            &expected["figlegends"],
            &got["figlegends"],
        );
        self.note(
            &at,
            "size",
            pairs(&expected["size"], &got["size"], 0.001),
            &expected["size"],
            &got["size"],
        );
        // Labels of the figure, and its other texts.
        let texts = expected["texts_px"].as_array().cloned().unwrap_or_default();
        let mut want: Vec<Value> = texts
            .iter()
            .filter(|text| text["what"] == "figure text")
            .map(|text| text["text"].clone())
            .collect();
        let mut have: Vec<Value> =
            ["supxlabel", "supylabel"].iter().map(|key| got[*key].clone()).filter(Value::is_string).collect();
        have.extend(got["texts"].as_array().cloned().unwrap_or_default());
        want.sort_by_key(Value::to_string);
        have.sort_by_key(Value::to_string);
        self.note(&at, "texts", want == have, &want.into(), &have.into());
        for role in ["plot", "colorbar"] {
            let of = |figure: &Value| -> Vec<Value> {
                let all = figure["axes"].as_array().cloned().unwrap_or_default();
                all.into_iter().filter(|axes| axes["role"] == role).collect()
            };
            let (want, mut have) = (of(expected), of(got));
            if let Some((_, order)) =
                ORDERS.iter().find(|(name, at)| *name == picture && at.len() == have.len())
            {
                have = order.iter().map(|k| have[*k].clone()).collect();
            }
            let at = At { picture, axes: role };
            self.note(&at, "axes", want.len() == have.len(), &want.len().into(), &have.len().into());
            for (i, want) in want.iter().enumerate() {
                let name = format!("{role}{i}");
                self.axes(&At { picture, axes: &name }, want, have.get(i).unwrap_or(&Value::Null));
            }
        }
    }

    fn axes(&mut self, at: &At<'_>, expected: &Value, got: &Value) {
        for field in ["title", "xlabel", "ylabel", "xscale", "yscale"] {
            self.text(at, field, &expected[field], &got[field]);
        }
        self.note(at, "texts", expected["texts"] == got["texts"], &expected["texts"], &got["texts"]);
        let bar = at.axes.starts_with("colorbar");
        for (lim, scale, ticks) in [("xlim", "xscale", "xticks"), ("ylim", "yscale", "yticks")] {
            let log = expected[scale] == "log" || expected[scale] == "logit";
            let place = |value: f64| if log && value > 0.0 { libm::log10(value) } else { value };
            let [low, high] = [0, 1].map(|i| place(expected[lim][i].as_f64().unwrap_or(f64::NAN)));
            let width = (high - low).abs();
            let near = |a: &Value, b: &Value, by: f64| match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => (place(a) - place(b)).abs() <= by * width,
                _ => a == b,
            };
            let both = (0..2).all(|i| near(&expected[lim][i], &got[lim][i], LIMITS));
            self.note(at, lim, both && got[lim].is_array(), &expected[lim], &got[lim]);
            // The short side of a colour bar has no ticks, and a hidden axis neither.
            let none = Vec::new();
            let (want, have) = (&expected[ticks], &got[ticks]);
            let list = |value: &Value, key: &str| value[key].as_array().unwrap_or(&none).clone();
            if bar && list(want, "major").is_empty() {
                continue;
            }
            let inside = |value: &Value| {
                let v = place(value.as_f64().unwrap_or(f64::NAN));
                v >= low.min(high) - TICKS * width && v <= low.max(high) + TICKS * width
            };
            let major = |value: &Value| -> Vec<(Value, String)> {
                let labels = list(value, "labels");
                let at = list(value, "major").into_iter().zip(labels);
                let mut all: Vec<_> = at.filter(|(v, _)| inside(v)).map(|(v, l)| (v, plain(&l))).collect();
                all.sort_by(|(a, _), (b, _)| a.as_f64().partial_cmp(&b.as_f64()).expect("numbers"));
                all
            };
            let (want_major, have_major) = (major(want), major(have));
            let equal = want_major.len() == have_major.len();
            let places = equal && want_major.iter().zip(&have_major).all(|(a, b)| near(&a.0, &b.0, TICKS));
            let labels = equal && want_major.iter().zip(&have_major).all(|(a, b)| a.1 == b.1);
            self.note(at, "ticks", places, &want["major"], &have["major"]);
            if places {
                self.note(at, "ticklabels", labels, &want["labels"], &have["labels"]);
            }
            self.note(
                at,
                "offset",
                plain(&want["offset"]) == plain(&have["offset"]),
                &want["offset"],
                &have["offset"],
            );
            let (want_minor, have_minor) = (list(want, "minor"), list(have, "minor"));
            let minor = want_minor.len() == have_minor.len()
                && want_minor.iter().zip(&have_minor).all(|(a, b)| near(a, b, TICKS));
            if places && !bar {
                self.note(at, "minor", minor, &want["minor"], &have["minor"]);
            }
        }
        if !expected["clim"].is_null() {
            self.note(
                at,
                "clim",
                pairs(&expected["clim"], &got["clim"], LIMITS),
                &expected["clim"],
                &got["clim"],
            );
        }
        self.note(
            at,
            "legend",
            same_legend(&expected["legend"], &got["legend"]),
            &expected["legend"],
            &got["legend"],
        );
        if bar {
            return;
        }
        for field in ["collections", "images", "patches"] {
            self.note(at, field, expected[field] == got[field], &expected[field], &got[field]);
        }
        let lines = |value: &Value| value["lines"].as_array().cloned().unwrap_or_default();
        let (want, have) = (lines(expected), lines(got));
        self.note(at, "lines", want.len() == have.len(), &want.len().into(), &have.len().into());
        for (want, have) in want.iter().zip(&have) {
            let hidden = want["label"].as_str().is_some_and(|label| label.starts_with('_'));
            let close = |key: &str, lim: &str| {
                let [a, b] = [0, 1].map(|i| expected[lim][i].as_f64().unwrap_or(f64::NAN));
                (0..2).all(|i| match (want[key][i].as_f64(), have[key][i].as_f64()) {
                    (Some(x), Some(y)) => (x - y).abs() <= LIMITS * (b - a).abs(),
                    _ => want[key][i] == have[key][i],
                })
            };
            let agrees = want["n"] == have["n"]
                && (hidden || want["label"] == have["label"])
                && close("x", "xlim")
                && close("y", "ylim");
            self.note(at, "line", agrees, want, have);
            // Without opacity; halves of a level are rounded to even ones by matplotlib's texts.
            let channels = |line: &Value| {
                let hex = line["color"].as_str().unwrap_or_default();
                [1, 3, 5].map(|k| hex.get(k..k + 2).and_then(|digits| i32::from_str_radix(digits, 16).ok()))
            };
            let near = |(a, b): (Option<i32>, Option<i32>)| a.zip(b).is_some_and(|(a, b)| (a - b).abs() <= 1);
            let same = channels(want).into_iter().zip(channels(have)).all(near);
            self.note(at, "color", same, &want["color"], &have["color"]);
        }
    }
}

/// Where one looks.
struct At<'a> {
    picture: &'a str,
    axes: &'a str,
}

fn pairs(expected: &Value, got: &Value, by: f64) -> bool {
    let width = match (expected[0].as_f64(), expected[1].as_f64()) {
        (Some(a), Some(b)) => (b - a).abs().max(1e-300),
        _ => f64::NAN,
    };
    (0..2).all(|i| match (expected[i].as_f64(), got[i].as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= by * width.max(a.abs() * by),
        _ => false,
    })
}

fn same_legend(expected: &Value, got: &Value) -> bool {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    expected.is_null() == got.is_null()
        && text(&expected["title"]) == text(&got["title"])
        && expected["labels"] == got["labels"]
}

fn same_legends(expected: &Value, got: &Value) -> bool {
    let none = Vec::new();
    let list = |value: &Value| value.as_array().unwrap_or(&none).clone();
    let (want, have) = (list(expected), list(got));
    want.len() == have.len() && want.iter().zip(&have).all(|(a, b)| same_legend(a, b))
}

/// Labels of logarithmic ticks without TeX: `$\mathdefault{10^{-3}}$` is 10⁻³.
fn plain(label: &Value) -> String {
    let text = label.as_str().unwrap_or_default();
    let Some(inner) = text.strip_prefix("$\\mathdefault{").and_then(|rest| rest.strip_suffix("}$")) else {
        return text.to_owned();
    };
    let inner = inner.replace("\\times", "×");
    let Some((before, power)) = inner.split_once("^{") else {
        return inner.replace(['{', '}'], "").replace('-', "−");
    };
    let raised: String = power
        .trim_end_matches('}')
        .chars()
        .map(|c| match c {
            '-' | '−' => '⁻',
            digit => digit.to_digit(10).map_or(digit, |d| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(d as usize).unwrap()),
        })
        .collect();
    format!("{}{raised}", before.replace('-', "−"))
}
