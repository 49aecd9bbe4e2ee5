//! One suite for every reader, on files that other programs wrote (`tests/fixtures/make_files.py`,
//! `make_zarr.py`): what `expected.json` beside a file says of it is what the reader must say.

use serde_json::Value;
use shmplot::data::{Slab, Values};
use shmplot::source::{ArrayNode, Node, SourceError, Tree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// What a file that is cut off may look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// The format tells: an error, at opening or at reading.
    Told,
    /// Text: a cut at the end of a row is a shorter table.
    Shorter,
}

macro_rules! reader_suite {
    ($($name:ident => $file:literal, $cut:ident;)*) => {$(
        mod $name {
            use super::{Cut, Subject};

            #[test]
            fn lists_what_the_writer_wrote() {
                Subject::new($file).check_listing();
            }

            #[test]
            fn reads_every_value() {
                Subject::new($file).check_values();
            }

            #[test]
            fn slabs_glued_together_are_the_whole() {
                Subject::new($file).check_slabs();
            }

            #[test]
            fn a_cut_file_is_an_error_and_never_a_wrong_value() {
                Subject::new($file).check_cuts(Cut::$cut);
            }
        }
    )*};
}

reader_suite! {
    npy => "cube.npy", Told;
    npy_fortran_big_endian => "fortran_big.npy", Told;
    npy_scalar => "scalar.npy", Told;
    npy_record => "record.npy", Told;
    npz_deflated => "types_deflated.npz", Told;
    npz_stored => "types_stored.npz", Told;
    csv => "table.csv", Shorter;
    csv_tabs => "table_tabs.tsv", Shorter;
    csv_semicolons => "table_semicolons.csv", Shorter;
    csv_bars => "table_bars.txt", Shorter;
    csv_crlf => "table_crlf.csv", Shorter;
    csv_byte_order_mark => "table_bom.csv", Shorter;
    csv_short_header => "short_header.csv", Shorter;
    csv_gzip => "table.csv.gz", Told;
    blanks => "blanks.txt", Shorter;
    one_column => "column.txt", Shorter;
    hdf5 => "cube.h5", Told;
    netcdf3 => "cube3.nc", Told;
    netcdf3_64bit => "cube3_64.nc", Told;
    netcdf3_cdf5 => "cube5.nc", Told;
    netcdf4 => "cube4.nc", Told;
    arrow_single_batch => "../columnar/one_batch.arrow", Told;
    arrow_nested => "../columnar/nested_missing.arrow", Told;
    arrow_stream_compressed => "../columnar/nested_missing_zstd.arrows", Shorter;
    feather => "../columnar/pandas.feather", Told;
    parquet => "../columnar/nested_missing_4.parquet", Told;
    parquet_pages => "../columnar/pages.parquet", Told;
    zarr2_deflated => "../zarr/small2_deflated.zarr.zip", Told;
    zarr3_zipped => "../zarr/small3.zarr.zip", Told;
}

fn fixture(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/files").join(file)
}

fn expected() -> &'static Value {
    static EXPECTED: OnceLock<Value> = OnceLock::new();
    EXPECTED.get_or_init(|| {
        let parse = |file: &str| -> Value {
            serde_json::from_str(&std::fs::read_to_string(fixture(file)).unwrap()).unwrap()
        };
        let mut all = parse("expected.json");
        for folder in ["../columnar", "../zarr"] {
            for (file, nodes) in parse(&format!("{folder}/expected.json")).as_object().unwrap() {
                all[format!("{folder}/{file}")] = nodes.clone();
            }
        }
        all
    })
}

struct Subject {
    file: &'static str,
    nodes: &'static serde_json::Map<String, Value>,
}

impl Subject {
    fn new(file: &'static str) -> Self {
        Self { file, nodes: expected()[file].as_object().unwrap() }
    }

    fn open(&self) -> Tree {
        shmplot::source::open(&[fixture(self.file)]).unwrap().value
    }

    fn check_listing(&self) {
        let tree = self.open();
        let found: Vec<String> = arrays(&tree).into_keys().collect();
        let mut wanted: Vec<&String> = self.nodes.keys().collect();
        wanted.sort();
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted);
        for (path, node) in self.nodes {
            let array = tree.array(path).unwrap();
            assert_eq!(array.stored, node["dtype"].as_str().unwrap(), "{path}");
            assert_eq!(serde_json::json!(array.shape), node["shape"], "{path}");
            if let Some(dims) = node.get("dims") {
                let found: Vec<&str> = array.dims.iter().map(|dim| dim.as_str()).collect();
                assert_eq!(serde_json::json!(found), *dims, "{path}");
            }
        }
    }

    fn wanted(&self, path: &str) -> Vec<&str> {
        self.nodes[path]["values"].as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect()
    }

    fn check_values(&self) {
        let tree = self.open();
        for path in self.nodes.keys() {
            let array = tree.array(path).unwrap();
            let values = tree.read(array, &Slab::all(&array.shape)).unwrap();
            self.compare(path, &values);
        }
    }

    fn compare(&self, path: &str, values: &Values) {
        let wanted = self.wanted(path);
        assert_eq!(values.len(), wanted.len(), "{path}");
        for (i, wanted) in wanted.iter().enumerate() {
            assert!(is(values, i, wanted), "{}, {path}[{i}]: {wanted} in {values:?}", self.file);
        }
    }

    fn check_slabs(&self) {
        let tree = self.open();
        for path in self.nodes.keys() {
            let array = tree.array(path).unwrap();
            for pieces in [2, 3, 64] {
                for slab in slabs(&array.shape, pieces) {
                    let part = tree.read(array, &slab).unwrap();
                    self.compare_part(path, array, &slab, &part);
                }
            }
        }
    }

    fn compare_part(&self, path: &str, array: &ArrayNode, slab: &Slab, part: &Values) {
        let wanted = self.wanted(path);
        assert_eq!(part.len(), slab.count(), "{path} {slab:?}");
        for i in 0..part.len() {
            let mut rest = i;
            let (mut at, mut stride) = (0, 1);
            for axis in (0..array.shape.len()).rev() {
                let range = &slab.0[axis];
                at += (range.start + rest % range.len()) * stride;
                rest /= range.len();
                stride *= array.shape[axis];
            }
            assert!(is(part, i, wanted[at]), "{}, {path} {slab:?} [{i}]: {}", self.file, wanted[at]);
        }
    }

    /// Cuts the file at many lengths. Whatever can then still be read must be as it was.
    fn check_cuts(&self, kind: Cut) {
        let whole = std::fs::read(fixture(self.file)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let cut = folder.path().join(Path::new(self.file).file_name().unwrap());
        let step = (whole.len() / 150).max(1);
        for length in (0..whole.len()).step_by(step).chain([whole.len() - 1]) {
            std::fs::write(&cut, &whole[..length]).unwrap();
            let Ok(tree) = shmplot::source::open(std::slice::from_ref(&cut)) else { continue };
            let tree = tree.value;
            let mut told = false;
            for path in self.nodes.keys() {
                let Ok(array) = tree.array(path) else {
                    told = true;
                    continue;
                };
                let values = tree.read(array, &Slab::all(&array.shape));
                match (kind, values) {
                    (_, Err(_)) => told = true,
                    (Cut::Told, Ok(values)) => self.compare(path, &values),
                    (Cut::Shorter, Ok(values)) => {
                        told = true;
                        assert!(values.len() <= self.wanted(path).len());
                    }
                }
            }
            // Padding at the end of a file may be missing without harm; more may not.
            let harmless = whole.len() - length <= 64 && kind == Cut::Told;
            assert!(
                told || harmless,
                "{} cut at {length} of {} was read without a word",
                self.file,
                whole.len()
            );
        }
    }
}

/// Whether element `i` is what the expectation says, bit for bit.
pub(crate) fn is(values: &Values, i: usize, wanted: &str) -> bool {
    match values {
        Values::Str(texts) => texts.get(i) == wanted,
        Values::I64(numbers) => numbers[i].to_string() == wanted,
        Values::U64(numbers) => numbers[i].to_string() == wanted,
        Values::Time(times, _) if wanted == "nat" => times[i] == shmplot::data::time::NAT,
        Values::Time(times, _) => times[i].to_string() == wanted,
        other => {
            let (found, wanted) = (other.f64_at(i).unwrap(), wanted.parse::<f64>().unwrap());
            found.to_bits() == wanted.to_bits() || (found.is_nan() && wanted.is_nan())
        }
    }
}

fn arrays(tree: &Tree) -> BTreeMap<String, Arc<ArrayNode>> {
    let mut arrays = BTreeMap::new();
    tree.walk(&mut |path, node| {
        if let Node::Array(array) = node {
            arrays.insert(path.to_owned(), array.clone());
        }
    });
    arrays
}

/// Boxes that cover an array, each axis cut into about `pieces`.
fn slabs(shape: &[usize], pieces: usize) -> Vec<Slab> {
    let mut slabs = vec![Slab(Vec::new())];
    for len in shape {
        let step = len.div_ceil(pieces).max(1);
        slabs = slabs
            .iter()
            .flat_map(|slab| {
                (0..*len).step_by(step).map(move |start| {
                    let mut ranges = slab.0.clone();
                    ranges.push(start..(start + step).min(*len));
                    Slab(ranges)
                })
            })
            .collect();
    }
    slabs
}

fn error_of(file: &str, path: &str) -> String {
    let tree = match shmplot::source::open(&[fixture(file)]) {
        Ok(tree) => tree.value,
        Err(error) => return error.to_string(),
    };
    tree.array(path).unwrap_err().to_string()
}

#[test]
fn what_npy_cannot_mean_without_python_or_the_machine_is_refused_by_name() {
    assert!(error_of("objects.npy", "data").contains("pickled Python objects"));
    assert!(error_of("longdouble.npy", "data").contains("longdouble"));
}

#[test]
fn a_ragged_row_is_told_by_its_line() {
    let error = error_of("ragged.csv", "a");
    assert!(error.ends_with("line 4 has 3 fields, line 1 has 2"), "{error}");
}

#[test]
fn a_table_that_is_not_utf8_is_read_as_latin1_with_a_warning() {
    let opened = shmplot::source::open(&[fixture("latin1.csv")]).unwrap();
    assert!(opened.warnings.iter().any(|warning| warning.message.contains("Latin-1")));
    let tree = opened.value;
    let Values::Str(names) = tree.read(tree.array("name").unwrap(), &Slab::all(&[2])).unwrap() else {
        panic!("text")
    };
    assert_eq!(names.iter().collect::<Vec<_>>(), ["Größe", "Maß"]);
}

#[test]
fn a_file_that_changes_while_in_use_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["cube.npy", "table.csv", "types_stored.npz"] {
        let path = folder.path().join(file);
        std::fs::copy(fixture(file), &path).unwrap();
        let tree = shmplot::source::open(std::slice::from_ref(&path)).unwrap().value;
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        for array in arrays(&tree).values().filter(|array| !array.shape.contains(&0)) {
            let error = tree.read(array, &Slab::all(&array.shape)).unwrap_err();
            assert!(matches!(error, SourceError::Malformed { .. }), "{file}: {error}");
            assert!(error.to_string().contains("changed while it was in use"), "{file}: {error}");
        }
    }
}
