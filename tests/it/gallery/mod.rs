//! The reference gallery as configurations (`tests/fixtures/gallery/plots`), drawn by the program
//! from the gallery's own data and held against what matplotlib showed of the same: texts, scales,
//! limits, ends of lines, legends, colour limits, ticks and their labels, numbers of marks.
//!
//! Without the shared folder nothing can be drawn, and the pictures are skipped by name.

mod tally;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tally::Tally;

/// Least share of what is seen that must agree or be argued.
const AGREE: f64 = 0.99;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gallery")
}

/// All plots in one file.
pub(crate) fn plots() -> String {
    let mut files: Vec<PathBuf> =
        fixtures().join("plots").read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).unwrap() + "\n").collect()
}

/// The running sum of picture 48: SplitMix64 of seed 1, the top 53 bits, and four spikes.
fn million() -> Vec<f64> {
    let mut sum = 0.0;
    let mut values: Vec<f64> = (1..=1_000_000_u64)
        .map(|k| {
            let mut z = 1_u64.wrapping_add(k.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            sum += (z >> 11) as f64 * 2.0_f64.powi(-53) - 0.5;
            sum
        })
        .collect();
    for (at, spike) in [(125_000, 150.0), (375_000, -150.0), (625_000, 150.0), (875_000, -150.0)] {
        values[at] += spike;
    }
    values
}

fn npy(values: &[f64]) -> Vec<u8> {
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({},), }}", values.len());
    header += &" ".repeat(63 - (10 + header.len()) % 64);
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// The shared data with those that are made here, in one folder.
pub(crate) fn data(shared: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let link = std::os::unix::fs::symlink::<PathBuf, PathBuf>;
    link(shared.join("gallery"), folder.path().join("gallery")).unwrap();
    link(shared.join("data"), folder.path().join("data")).unwrap();
    let extra = folder.path().join("extra");
    fs::create_dir(&extra).unwrap();
    fs::copy(fixtures().join("times.nc"), extra.join("times.nc")).unwrap();
    fs::write(extra.join("million.npy"), npy(&million())).unwrap();
    folder
}

fn shmplot(command: &str, data: &Path, out: &Path) -> std::process::Output {
    let plots_file = data.join("plots.yml");
    fs::write(&plots_file, plots()).unwrap();
    Command::new(env!("CARGO_BIN_EXE_shmplot"))
        .args([command, &plots_file.display().to_string()])
        .args(["--data", &data.display().to_string()])
        .args(["--load", &fixtures().join("load.yml").display().to_string()])
        .args(["-o", &out.display().to_string()])
        .args(if command == "describe" { ["--all"] } else { ["--progress=never"] })
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

/// Texts of formulae, warnings and numbers must be without quarrel first.
#[test]
fn the_gallery_shows_what_matplotlib_shows() {
    let shared = crate::reference::shared();
    let Some(shared) = shared.filter(|shared| shared.join("gallery/describe.json").is_file()) else {
        println!("skipped: the pictures of the shared gallery");
        return;
    };
    let data = data(&shared);
    let out = data.path().join("out");
    let run = shmplot("describe", data.path(), &out);
    let said = String::from_utf8_lossy(&run.stderr);
    let text = fs::read_to_string(out.join("figures.json")).unwrap_or_default();
    let got: Value = serde_json::from_str(&text).unwrap_or_default();
    let expected: Value =
        serde_json::from_str(&fs::read_to_string(shared.join("gallery/describe.json")).unwrap()).unwrap();
    let mut tally = Tally::new(&fs::read_to_string(fixtures().join("argued.txt")).unwrap());
    for (name, figure) in expected.as_object().unwrap() {
        tally.figure(name.trim_end_matches(".png"), figure, &got[name]);
    }
    println!("{}", tally.report());
    assert!(run.status.success(), "not all are drawn: {said}");
    assert!(tally.unused().is_empty(), "argued, but not seen: {:?}", tally.unused());
    assert!(tally.agreement() >= AGREE, "{:.4} agree:\n{}", tally.agreement(), tally.wrong.join("\n"));
}
