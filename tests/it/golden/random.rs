//! Random pictures, of a seed: whatever is asked for, texts stand apart and inside.
//!
//! `SHMPLOT_SCENES=from..to` draws others than the kept ones; with `SHMPLOT_PICTURES=FOLDER` those
//! with problems are written.

use super::structure::problems;
use shmplot::config::{Entry, Node, read};
use shmplot::data::time::{Calendar, DAY_US};
use shmplot::data::{Dim, Labelled, Values};
use shmplot::diag::{Source, Warned};
use shmplot::plan::chart;
use shmplot::plan::chart::multiplot;
use shmplot::render::scene::Scene;
use shmplot::render::{Argument, compose, compose_multi};
use std::collections::BTreeMap;
use std::fmt::Write;

/// SplitMix64.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn of_seed(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xD134_2543_DE82_EF95))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    pub(super) fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

const WORDS: [&str; 24] = [
    "flow",
    "density",
    "of",
    "the",
    "temperature",
    "anomaly",
    "mean",
    "Übergang",
    "and",
    "susceptible",
    "fraction",
    "energy",
    "by",
    "site",
    "magnetization",
    "$\\rho_0^{2}$",
    "$\\alpha$",
    "$\\frac{a}{b}$",
    "[K]",
    "[m s⁻¹]",
    "χ²",
    "spin",
    "in",
    "autocorrelation",
];
/// Middle and width of data.
pub(super) const RANGES: [[f64; 2]; 12] = [
    [0.0, 1.0],
    [0.5, 0.5],
    [1e6, 1e-3],
    [1e6, 1e-9],
    [101_325.0, 4.0],
    [0.0, 3e23],
    [2e-11, 4e-11],
    [1e5, 7e4],
    [-40.0, 3.0],
    [1.0, 1e-9],
    [2e9, 1e7],
    [0.0, 0.0],
];
const SPANS: [f64; 9] = [1e-5, 1e-3, 2.0, 400.0, 9000.0, 3e5, 2e7, 1e9, 6e10];
const NAMES: [&str; 12] = [
    "a",
    "control",
    "treated twice",
    "SSP5-8.5",
    "North Atlantic",
    "none",
    "x",
    "low",
    "medium",
    "high",
    "very high",
    "a category with a long name",
];

/// The text of a configuration, and the results it names.
pub(super) struct Picture {
    pub(super) text: String,
    results: BTreeMap<String, Argument>,
    /// Calls after those that draw.
    pub(super) late: Vec<String>,
}

pub(super) fn words(random: &mut Random, most: usize) -> String {
    let n = 1 + random.below(most);
    (0..n).map(|_| *random.of(&WORDS.each_ref())).collect::<Vec<_>>().join(" ")
}

pub(super) fn numbers(random: &mut Random, n: usize) -> Vec<f64> {
    let [middle, width] = RANGES[random.below(RANGES.len())];
    let mut at = 0.0;
    (0..n)
        .map(|_| {
            at += random.unit() - 0.5;
            middle + width * at / (n as f64).sqrt()
        })
        .collect()
}

impl Picture {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), results: BTreeMap::new(), late: Vec::new() }
    }

    pub(super) fn array(&mut self, name: &str, shape: &[usize], values: Values) {
        let dims = (0..shape.len()).map(|i| Dim::new(["p", "q"][i])).collect();
        let array = Argument::Array(Labelled::contiguous(dims, shape.to_vec(), values));
        self.results.insert(name.to_owned(), array);
    }

    /// Calls of one axes.
    fn axes(&mut self, random: &mut Random, id: usize) {
        let n = [1, 2, 5, 30, 200][random.below(5)];
        let name = |what: &str| format!("{what}{id}");
        let mut log = [false; 2];
        let mut bar = false;
        match random.below(8) {
            0..=2 => {
                let x = if random.chance(0.3) {
                    let span = SPANS[random.below(SPANS.len())];
                    let from = (random.unit() * 60.0 - 20.0) * 365.0 * DAY_US as f64;
                    let at =
                        (0..n).map(|i| (from + span * 1e6 * i as f64 / n as f64) as i64).collect::<Vec<_>>();
                    let calendar = [Calendar::ProlepticGregorian, Calendar::Day360][random.below(2)];
                    Values::Time(at.into(), calendar)
                } else {
                    let mut x = numbers(random, n);
                    x.sort_by(f64::total_cmp);
                    if random.chance(0.3) {
                        log[0] = true;
                        x = x.iter().map(|v| v.abs() + 1e-3).collect();
                    }
                    Values::F64(x.into())
                };
                self.array(&name("x"), &[n], x);
                let series = 1 + random.below(3);
                log[1] = random.chance(0.25);
                for k in 0..series {
                    let mut y = numbers(random, n);
                    if log[1] {
                        let decades = 1.0 + 12.0 * random.unit();
                        y = (0..n).map(|_| libm::pow(10.0, decades * (random.unit() - 0.3))).collect();
                    }
                    self.array(&format!("y{id}_{k}"), &[n], Values::F64(y.into()));
                    let function = random.of(&["plt.plot", "plt.plot", "plt.scatter", "plt.step"]);
                    let label = if random.chance(0.7) {
                        format!(", label: '{}'", words(random, 2))
                    } else {
                        String::new()
                    };
                    writeln!(
                        self.text,
                        "      - {{function: {function}, args: [!dag_result x{id}, !dag_result y{id}_{k}]{label}}}"
                    )
                    .expect("texts grow");
                }
            }
            3 | 4 => {
                let count = 2 + random.below(11);
                let first = random.below(NAMES.len());
                let names: Vec<&str> = (0..count).map(|i| NAMES[(first + i) % NAMES.len()]).collect();
                let [middle, width] = RANGES[random.below(6)];
                let heights: Vec<String> =
                    (0..count).map(|_| format!("{:e}", middle + width * random.unit())).collect();
                let function = random.of(&["plt.bar", "plt.barh"]);
                writeln!(
                    self.text,
                    "      - {{function: {function}, args: [[{}], [{}]], label: bars}}",
                    names.join(", "),
                    heights
                        .iter()
                        .map(|h| if h.contains('.') { h.clone() } else { h.replacen('e', ".0e", 1) })
                        .collect::<Vec<_>>()
                        .join(", ")
                )
                .expect("texts grow");
            }
            5 | 6 => {
                let [rows, columns] = [2 + random.below(20), 2 + random.below(20)];
                let mut z: Vec<f64> = (0..rows * columns).map(|_| 40.0 * random.unit() - 7.0).collect();
                let norm = if random.chance(0.3) {
                    z = z.iter().map(|v| libm::exp2(v.abs().min(50.0)) - 0.99).collect();
                    ", norm: LogNorm"
                } else {
                    ""
                };
                self.array(&name("z"), &[rows, columns], Values::F64(z.into()));
                let function = random.of(&["plt.pcolormesh", "plt.imshow", "plt.contourf"]);
                writeln!(self.text, "      - {{function: {function}, args: [!dag_result z{id}]{norm}}}")
                    .expect("texts grow");
                bar = random.chance(0.8);
                if bar {
                    let label = words(random, 5);
                    writeln!(self.text, "      - {{function: plt.colorbar, label: '{label}'}}")
                        .expect("texts grow");
                }
            }
            _ => {
                let values = numbers(random, 100);
                self.array(&name("h"), &[100], Values::F64(values.into()));
                writeln!(
                    self.text,
                    "      - {{function: plt.hist, args: [!dag_result h{id}], bins: 12, label: all}}"
                )
                .expect("texts grow");
            }
        }
        for (i, letter) in ["x", "y"].into_iter().enumerate() {
            if log[i] {
                writeln!(self.text, "      - {{function: plt.{letter}scale, args: [log]}}")
                    .expect("texts grow");
            }
            if random.chance(0.8) {
                let label = words(random, 5);
                writeln!(self.text, "      - {{function: plt.{letter}label, args: ['{label}']}}")
                    .expect("texts grow");
            }
        }
        if random.chance(0.6) {
            let title = words(random, 9);
            writeln!(self.text, "      - {{function: plt.title, args: ['{title}']}}").expect("texts grow");
        }
        if !bar && random.chance(0.15) {
            let y: Vec<f64> = (0..5).map(|_| 40.0 * random.unit()).collect();
            self.array(&name("t"), &[5], Values::F64(y.into()));
            writeln!(
                self.text,
                "      - {{function: plt.twinx}}\n      - {{function: plt.plot, args: [!dag_result t{id}]}}"
            )
            .expect("texts grow");
            let label = words(random, 4);
            writeln!(self.text, "      - {{function: plt.ylabel, args: ['{label}']}}").expect("texts grow");
        }
    }
}

fn picture(seed: u64) -> Picture {
    let mut random = Random::of_seed(seed);
    let random = &mut random;
    let grid = if random.chance(0.4) { [1, 1] } else { [1 + random.below(3), 1 + random.below(3)] };
    let mut picture = Picture::new("plot:\n  to_plot:\n");
    for row in 0..grid[1] {
        for column in 0..grid[0] {
            writeln!(picture.text, "    [{column}, {row}]:").expect("texts grow");
            picture.axes(random, row * grid[0] + column);
        }
    }
    let width = grid[0] as f64 * (3.4 + 2.0 * random.unit());
    let height = grid[1] as f64 * (3.0 + 2.0 * random.unit());
    writeln!(
        picture.text,
        "helpers:\n  setup_figure: {{ncols: {}, nrows: {}, figsize: [{width:.2}, {height:.2}]}}",
        grid[0], grid[1]
    )
    .expect("texts grow");
    if random.chance(0.4) {
        let title = words(random, 12);
        writeln!(picture.text, "  set_suptitle: {{title: '{title}'}}").expect("texts grow");
    }
    match random.below(4) {
        // Small axes have no room for a legend.
        0 if grid == [1, 1] => {
            writeln!(picture.text, "  set_legend: {{use_legend: true}}").expect("texts grow")
        }
        1 => writeln!(picture.text, "  set_figlegend: {{gather_from_fig: true, title: of all}}")
            .expect("texts grow"),
        _ => {}
    }
    picture
}

/// Families of pictures, each by seeds of its own.
#[derive(Clone, Copy, Debug)]
enum Family {
    Calls,
    Wild,
    Facets,
}

fn entry(text: &str) -> Entry {
    let node = read::read(&Source::new("random.yml", text)).expect("YAML").expect("a document");
    let part = |key: &str| node.get(key).and_then(Node::as_map).unwrap_or_default().to_vec();
    let (helpers, plot, style) = (part("helpers"), part("plot"), part("style"));
    Entry { plot, helpers, style, ..Entry::default() }
}

fn of_calls(picture: Picture) -> (String, Result<Warned<Scene>, String>) {
    let multi = match multiplot(&entry(&picture.text), "random") {
        Ok(multi) => multi.value,
        Err(error) => return (picture.text, Err(error.to_string())),
    };
    let drawn = compose_multi(&multi, &picture.results).map_err(|error| error.to_string());
    (picture.text, drawn)
}

/// The picture of a seed, and the configuration that it is of.
fn drawn(family: Family, seed: u64) -> (String, Result<Warned<Scene>, String>) {
    match family {
        Family::Calls => of_calls(picture(seed)),
        Family::Wild => of_calls(super::wild::calls(seed)),
        Family::Facets => {
            let (text, array) = super::wild::facets(seed);
            let drawn = match chart(&entry(&text), "random") {
                Ok(chart) => compose(&chart.value, &array.into()).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            (text, drawn)
        }
    }
}

/// The first pictures of all families, by name.
pub(super) fn some(count: u64) -> Vec<(String, Scene)> {
    let all = [Family::Calls, Family::Wild, Family::Facets];
    let seeds = (0..count).flat_map(|seed| all.map(|family| (family, seed)));
    seeds
        .filter_map(|(family, seed)| {
            let scene = drawn(family, seed).1.ok()?.value;
            Some((format!("{family:?}-{seed}"), scene))
        })
        .collect()
}

/// What is wrong with the picture of a seed.
fn wrong(family: Family, seed: u64) -> Vec<String> {
    let (text, drawn) = drawn(family, seed);
    let drawn = match drawn {
        Ok(drawn) => drawn,
        Err(error) => return vec![format!("not drawn: {error}\n{text}")],
    };
    let mut found: Vec<String> = drawn.warnings.iter().map(|warning| format!("warns: {warning}")).collect();
    // Logarithms of what is not positive, and the like, may be said.
    found.retain(|warning| !warning.contains("positive") && !warning.contains("larger than 0"));
    // So may that there is no room for a legend inside.
    found.retain(|warning| !warning.contains("it stands beside them"));
    found.extend(problems(&drawn.value, &[]));
    let folder = std::env::var_os("SHMPLOT_PICTURES").filter(|_| !found.is_empty());
    if let Some(folder) = folder {
        let png =
            shmplot::render::paint::paint(&drawn.value, shmplot::render::paint::Format::Png).expect("PNG");
        let folder = std::path::Path::new(&folder);
        std::fs::write(folder.join(format!("{family:?}-{seed}.png")), png).expect("written");
        std::fs::write(folder.join(format!("{family:?}-{seed}.yml")), text).expect("written");
    }
    found
}

fn sound(family: Family, kept: u64) {
    let asked = std::env::var("SHMPLOT_SCENES").ok().and_then(|range| {
        let (from, to) = range.split_once("..")?;
        Some((from.parse::<u64>().ok()?, to.parse::<u64>().ok()?))
    });
    let (from, to) = asked.unwrap_or((0, kept));
    let mut bad = 0;
    let mut all = String::new();
    for seed in from..to {
        let found = wrong(family, seed);
        if !found.is_empty() {
            bad += 1;
            write!(all, "{family:?} {seed}:\n  {}\n", found.join("\n  ")).expect("texts grow");
        }
    }
    assert!(bad == 0, "{bad} of {} scenes of {family:?} have problems\n{all}", to - from);
}

#[test]
fn random_pictures_are_sound() {
    sound(Family::Calls, 300);
}

#[test]
fn random_pictures_of_all_kinds_are_sound() {
    sound(Family::Wild, 200);
}

#[test]
fn random_facets_are_sound() {
    sound(Family::Facets, 200);
}
