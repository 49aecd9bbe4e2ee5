//! Files as they should not be, given to the real program: each is an error that names the place and
//! the reason, with the right exit code, in bounded time and memory, and the rest is kept.

use nix::sys::stat::Mode;
use shmplot::data::Slab;
use shmplot::source::{Node, SourceError, Tree, open};
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A GiB of address space and two minutes.
const LIMITS: &str = "ulimit -v 1048576; exec timeout 120 \"$0\" \"$@\"";

fn tree(arguments: &[&OsStr]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", LIMITS, env!("CARGO_BIN_EXE_shmplot"), "tree"]).args(arguments).env("NO_COLOR", "1");
    command
}

/// What the program says of a path that was named, on one line, if it ends with 3.
fn refused(path: &Path) -> String {
    let Output { status, stdout, stderr } = tree(&[path.as_os_str()]).output().unwrap();
    let said = String::from_utf8_lossy(&stderr).into_owned();
    assert_eq!(status.code(), Some(3), "{}: {said}", path.display());
    assert!(stdout.is_empty() && !said.contains("panicked"), "{said}");
    said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

fn fixture(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/files").join(file)
}

#[test]
fn what_is_no_file_of_data_is_refused_by_name_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("empty.nc"), b"").unwrap();
    nix::unistd::mkfifo(&at("pipe"), Mode::S_IRWXU).unwrap();
    let _socket = UnixListener::bind(at("socket")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    symlink(at("circle"), at("circle")).unwrap();
    fs::create_dir(at("hollow")).unwrap();
    for (path, reason) in [
        (at("empty.nc"), "it is empty"),
        (at("pipe"), "it is a named pipe, not a file"),
        (at("socket"), "it is a socket, not a file"),
        (at("dangling"), "it is a link to nothing"),
        (at("circle"), "its links go round in a circle"),
        (at("missing.nc"), "no such file or directory"),
        (at("hollow"), "there is no file in"),
        (PathBuf::from("/dev/null"), "it is a device, not a file"),
        (PathBuf::from("/dev/zero"), "it is a device, not a file"),
    ] {
        let said = refused(&path);
        assert!(said.contains(path.file_name().unwrap().to_str().unwrap()), "{said}");
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn a_broken_file_in_a_folder_ends_with_3_and_the_rest_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::copy(fixture("cube.npy"), at("good.npy")).unwrap();
    let whole = fs::read(fixture("cube4.nc")).unwrap();
    fs::write(at("cut.nc"), &whole[..whole.len() / 2]).unwrap();
    fs::write(at("notes.pdf"), b"%PDF-1.7").unwrap();
    symlink("/dev/zero", at("zeros")).unwrap();
    fs::write(folder.path().join(OsStr::from_bytes(b"\xff\xfe.csv")), b"a,b\n1,2\n").unwrap();
    let output = tree(&[folder.path().as_os_str(), OsStr::new("--stats")]).output().unwrap();
    let (shown, said) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr).into_owned());
    let said = said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(3), "{shown}{said}");
    assert!(shown.contains("good") && shown.contains("cut") && shown.contains("cannot be read"), "{shown}");
    for word in ["notes.pdf", "a PDF document", "zeros", "a device", "not UTF-8"] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn a_lone_file_may_have_a_name_of_any_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(OsStr::from_bytes(b"r\xe9sum\xe9.csv"));
    fs::write(&path, b"a,b\n1,2\n").unwrap();
    let output = tree(&[path.as_os_str()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Root may read everything, so the program runs as nobody.
#[test]
fn what_may_not_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    fs::copy(fixture("cube.npy"), at("good.npy")).unwrap();
    fs::copy(fixture("cube.npy"), at("secret.npy")).unwrap();
    fs::set_permissions(at("good.npy"), Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(at("secret.npy"), Permissions::from_mode(0o000)).unwrap();
    fs::create_dir(at("closed")).unwrap();
    fs::set_permissions(at("closed"), Permissions::from_mode(0o000)).unwrap();
    let as_nobody = |path: &Path| {
        let mut command = tree(&[path.as_os_str()]);
        if nix::unistd::geteuid().is_root() {
            command.uid(65_534).gid(65_534);
        }
        command.output().unwrap()
    };
    let reachable = as_nobody(&at("good.npy"));
    if !reachable.status.success() {
        println!("skipped: nobody cannot run {}", env!("CARGO_BIN_EXE_shmplot"));
        return;
    }
    let output = as_nobody(folder.path());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("good"));
    for name in ["secret.npy", "closed"] {
        assert!(said.contains(name) && said.contains("permission denied"), "{said}");
    }
    assert_eq!(as_nobody(&at("secret.npy")).status.code(), Some(3));
    assert_eq!(as_nobody(&at("closed")).status.code(), Some(3));
}

/// A header, then 100 GiB of nothing in a sparse file.
fn sparse(path: &Path, head: &[u8], size: u64) {
    fs::write(path, head).unwrap();
    File::options().write(true).open(path).unwrap().set_len(size).unwrap();
}

const HUGE: u64 = 100 << 30;

fn npy_head() -> Vec<u8> {
    let text = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}, 1048576), }}", HUGE >> 23);
    let mut head = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    head.extend(format!("{text:<117}\n").bytes());
    head
}

/// NetCDF-3 with 64-bit data: dims `y`, `x` and one variable `v(y, x)` of doubles, from byte 160.
fn cdf5_head() -> Vec<u8> {
    let mut head = b"CDF\x05".to_vec();
    let word = |head: &mut Vec<u8>, value: u64| head.extend(value.to_be_bytes());
    let tag = |head: &mut Vec<u8>, value: u32| head.extend(value.to_be_bytes());
    word(&mut head, 0);
    tag(&mut head, 10);
    word(&mut head, 2);
    for (name, length) in [(b"y\0\0\0", HUGE >> 23), (b"x\0\0\0", 1 << 20)] {
        word(&mut head, 1);
        head.extend(name);
        word(&mut head, length);
    }
    for (list, entries) in [(0, 0), (11, 1)] {
        tag(&mut head, list);
        word(&mut head, entries);
    }
    word(&mut head, 1);
    head.extend(b"v\0\0\0");
    word(&mut head, 2);
    word(&mut head, 0);
    word(&mut head, 1);
    tag(&mut head, 0);
    word(&mut head, 0);
    tag(&mut head, 6);
    word(&mut head, HUGE);
    word(&mut head, 256);
    head
}

#[test]
fn files_of_100_gib_are_listed_without_reading_them() {
    let folder = tempfile::tempdir().unwrap();
    let hdf5 = fs::read(fixture("huge_head.h5")).unwrap();
    for (name, path, head, offset) in [
        ("huge.npy", "data", npy_head(), 128),
        ("huge.nc", "v", cdf5_head(), 256),
        ("huge.h5", "v", hdf5, 2048),
    ] {
        let file = folder.path().join(name);
        sparse(&file, &head, HUGE + offset);
        let output = tree(&[file.as_os_str()]).output().unwrap();
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{name}: {shown}{}", String::from_utf8_lossy(&output.stderr));
        assert!(shown.contains("100 GiB"), "{shown}");
        let tree = open(std::slice::from_ref(&file)).unwrap().value;
        let array = tree.array(path).unwrap();
        let last = Slab(array.shape.iter().map(|length| length - 1..*length).collect());
        assert_eq!(tree.read(array, &last).unwrap().f64_at(0), Some(0.0), "{name}");
        fs::remove_file(&file).unwrap();
    }
}

#[test]
fn a_huge_text_without_a_line_break_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.csv");
    fs::write(&path, [b"a,b\n1,\"".as_slice(), &vec![b'x'; 40 << 20]].concat()).unwrap();
    assert!(refused(&path).contains("a row of more than 16 MiB (is a quote left open?)"));
    let path = folder.path().join("long.txt");
    fs::write(&path, vec![b'x'; 40 << 20]).unwrap();
    assert!(refused(&path).contains("a text of more than 16 MiB"));
}

fn only(tree: &Tree, path: &str) -> Result<(), SourceError> {
    let array = tree.array(path)?;
    tree.read(array, &Slab::all(&array.shape)).map(|_| ())
}

/// Growing, shrinking, being replaced or removed after the listing.
#[test]
fn what_changes_after_it_was_listed_is_an_error_at_reading() {
    let folder = tempfile::tempdir().unwrap();
    type Change = (&'static str, fn(&Path));
    let change: [Change; 4] = [
        ("grown", |path| File::options().write(true).open(path).unwrap().set_len(1 << 20).unwrap()),
        ("cut", |path| File::options().write(true).open(path).unwrap().set_len(40).unwrap()),
        ("replaced", |path| {
            let other = path.with_extension("new");
            fs::copy(path, &other).unwrap();
            fs::remove_file(path).unwrap();
            fs::hard_link(&other, path).unwrap();
        }),
        ("removed", |path| fs::remove_file(path).unwrap()),
    ];
    for file in ["cube.npy", "cube3.nc", "cube.h5", "table.csv"] {
        for (what, change) in change {
            let copy = folder.path().join(format!("{what}_{file}"));
            fs::copy(fixture(file), &copy).unwrap();
            let tree = open(std::slice::from_ref(&copy)).unwrap().value;
            let mut paths = Vec::new();
            tree.walk(&mut |path, node| {
                if let Node::Array(_) = node {
                    paths.push(path.to_owned());
                }
            });
            change(&copy);
            let error = only(&tree, &paths[0]).unwrap_err().to_string();
            let said = error.to_lowercase();
            let reason = if what == "removed" { "no such file" } else { "changed" };
            assert!(error.contains(&*copy.to_string_lossy()) && said.contains(reason), "{error}");
        }
    }
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shrinks.npy");
    let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (64, 1048576), }";
    let mut head = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    head.extend(format!("{text:<117}\n").bytes());
    sparse(&path, &head, (512 << 20) + 128);
    let tree = open(std::slice::from_ref(&path)).unwrap().value;
    let array = tree.array("data").unwrap();
    let error = std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            loop {
                if let Err(error) = tree.stats(array) {
                    return error.to_string();
                }
            }
        });
        // Whenever this happens: before, during or after a reading.
        File::options().write(true).open(&path).unwrap().set_len(100 << 20).unwrap();
        reading.join().unwrap()
    });
    assert!(error.contains("shrinks.npy"), "{error}");
}

#[test]
fn a_folder_that_vanishes_is_an_error_at_reading() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("run");
    fs::create_dir(&inside).unwrap();
    fs::copy(fixture("cube.npy"), inside.join("a.npy")).unwrap();
    fs::copy(fixture("cube.h5"), inside.join("b.h5")).unwrap();
    let tree = open(std::slice::from_ref(&inside)).unwrap().value;
    fs::remove_dir_all(&inside).unwrap();
    let error = only(&tree, "a").unwrap_err().to_string();
    assert!(error.contains("a.npy") && error.contains("no such file"), "{error}");
}

#[test]
fn a_folder_of_twenty_thousand_files_is_listed_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(fixture("scalar.npy")).unwrap();
    for i in 0..20_000 {
        fs::write(folder.path().join(format!("f{i:06}.npy")), &bytes).unwrap();
    }
    let output = tree(&[folder.path().as_os_str(), OsStr::new("--depth"), OsStr::new("1")]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).matches("\nf0").count(), 20_000);
}

/// A NetCDF-3 header with an attribute that goes across the 64 KiB that are read at first.
#[test]
fn a_header_longer_than_what_is_read_at_first_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.nc");
    let word = |bytes: &mut Vec<u8>, value: u32| bytes.extend(value.to_be_bytes());
    let mut bytes = b"CDF\x01".to_vec();
    [0, 10, 1, 1].into_iter().for_each(|value| word(&mut bytes, value));
    bytes.extend(b"x\0\0\0");
    [3, 12, 1, 7].into_iter().for_each(|value| word(&mut bytes, value));
    bytes.extend(b"history\0");
    [2, 2_000_000].into_iter().for_each(|value| word(&mut bytes, value));
    bytes.extend(vec![b'h'; 2_000_000]);
    [11, 1, 1].into_iter().for_each(|value| word(&mut bytes, value));
    bytes.extend(b"v\0\0\0");
    [1, 0, 0, 0, 6, 24].into_iter().for_each(|value| word(&mut bytes, value));
    let begin = bytes.len() as u32 + 4;
    word(&mut bytes, begin);
    [0.5_f64, 1.5, 2.5].into_iter().for_each(|value| bytes.extend(value.to_be_bytes()));
    fs::write(&path, bytes).unwrap();
    let tree = open(&[path]).unwrap().value;
    let array = tree.array("v").unwrap();
    let values = tree.read(array, &Slab::all(&array.shape)).unwrap();
    assert_eq!((0..3).map(|i| values.f64_at(i).unwrap()).collect::<Vec<_>>(), [0.5, 1.5, 2.5]);
    assert_eq!(tree.root().attrs.text("history").map(str::len), Some(2_000_000));
}
