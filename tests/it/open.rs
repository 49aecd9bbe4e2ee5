//! Files and folders as people have them: whatever lies in a folder, data are found and the rest is
//! named, and nothing waits or panics.

use nix::sys::stat::Mode;
use shmplot::source::{SourceError, Tree, open};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

fn fixture(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/files").join(file)
}

fn paths(tree: &Tree) -> Vec<String> {
    tree.root().members.iter().map(|(name, _)| name.clone()).collect()
}

#[test]
fn a_folder_full_of_junk_gives_its_data_and_names_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::copy(fixture("cube.npy"), at("b.npy")).unwrap();
    std::fs::copy(fixture("table.csv.gz"), at("a.csv.gz")).unwrap();
    std::fs::create_dir(at("sub")).unwrap();
    std::fs::copy(fixture("scalar.npy"), at("sub/s.npy")).unwrap();
    std::fs::write(at(".hidden"), b"x").unwrap();
    std::fs::write(at("empty"), b"").unwrap();
    std::fs::write(at("noise.bin"), [0_u8, 1, 2, 0]).unwrap();
    std::fs::write(at("frame.pkl"), b"\x80\x04\x95\x00\x00").unwrap();
    std::fs::write(at("t.parquet"), b"PAR1\x15\x04").unwrap();
    std::fs::write(at(std::str::from_utf8(b"cut.h5").unwrap()), b"\x89HDF\r\n\x1a\n").unwrap();
    std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"\xff.npy")), b"x").unwrap();
    nix::unistd::mkfifo(&at("pipe"), Mode::S_IRWXU).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    symlink(folder.path(), at("sub/up")).unwrap();
    symlink(at("loop"), at("loop")).unwrap();
    std::fs::create_dir(at("store.zarr")).unwrap();
    std::fs::write(at("store.zarr/.zgroup"), b"{}").unwrap();

    let opened = open(&[folder.path().to_owned()]).unwrap();
    assert_eq!(paths(&opened.value), ["a", "b", "cut", "store", "sub", "t"]);
    assert!(opened.value.array("sub/s").is_ok());
    for (path, file, word) in [
        ("cut", "cut.h5", ""),
        ("t", "t.parquet", "it is cut off"),
        ("store", "store.zarr", "not of Zarr version 2"),
    ] {
        let error = opened.value.array(path).unwrap_err().to_string();
        assert!(error.contains(file) && error.contains(word), "{error}");
    }
    assert!(opened.value.array("a/km/h").is_ok());
    let warnings: Vec<String> = opened.warnings.iter().map(ToString::to_string).collect();
    for (name, word) in [
        ("empty", "it is empty"),
        ("noise.bin", "neither text nor a known binary format"),
        ("frame.pkl", "a Python pickle"),
        ("pipe", "a named pipe"),
        ("dangling", "a link to nothing"),
        ("loop", "go round in a circle"),
        ("sub/up", "leads back"),
        ("\u{fffd}.npy", "not UTF-8"),
    ] {
        let told = warnings.iter().any(|warning| warning.contains(name) && warning.contains(word));
        assert!(told, "{name}: {warnings:#?}");
    }
    assert!(!warnings.iter().any(|warning| warning.contains(".hidden")), "{warnings:#?}");
    assert_eq!(warnings.len(), 8, "{warnings:#?}");
}

#[test]
fn what_is_named_itself_must_be_readable() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    nix::unistd::mkfifo(&at("pipe"), Mode::S_IRWXU).unwrap();
    std::fs::write(at("empty.csv"), b"").unwrap();
    std::fs::write(at("bad.yml"), b"a: [1, 2").unwrap();
    std::fs::write(at("bad.json"), b"{\"a\": ").unwrap();
    std::fs::create_dir(at("nothing")).unwrap();
    std::fs::copy(fixture("cube.npy"), at("cube.npy")).unwrap();
    for (name, word) in [
        ("pipe", "a named pipe"),
        ("empty.csv", "it is empty"),
        ("bad.yml", "no valid YAML"),
        ("bad.json", "no valid JSON"),
        ("nothing", "there is no file in"),
        ("cube.npz", "no such file"),
    ] {
        let error = open(&[at(name)]).unwrap_err();
        assert!(error.to_string().contains(word), "{name}: {error}");
    }
    let missing = open(&[at("cube.npz")]).unwrap_err();
    assert!(missing.help().is_some_and(|help| help.contains("cube.npy")), "{missing:?}");
    assert!(matches!(open(&[]).unwrap_err(), SourceError::UnknownFormat { .. }));
}

#[test]
fn several_files_hang_under_their_names_and_one_is_the_root() {
    let one = open(&[fixture("cube.npy")]).unwrap().value;
    assert_eq!(paths(&one), ["data"]);
    let several = open(&[fixture("table.csv"), fixture("cube.npy"), fixture("table.csv.gz")]).unwrap().value;
    assert_eq!(paths(&several), ["table.csv", "cube", "table.csv.gz"]);
    let twice = open(&[fixture("cube.npy"), fixture("cube.npy")]).unwrap().value;
    assert_eq!(twice.files.len(), 1);
}

#[test]
fn coordinates_are_found_wherever_their_file_hangs() {
    let tree = open(&[fixture("cube3.nc"), fixture("cube.npy")]).unwrap().value;
    let coords = tree.coords("cube3/v").unwrap();
    let x = coords.index(&"x".into()).expect("a labelled axis");
    assert_eq!(x.grid.parts[0].as_ref().and_then(|part| part.values.f64_at(4)), Some(2.0));
}
