//! A load configuration (DIALECT section a) into a [`LoadSpec`]: entries with every key honoured or
//! refused by name. Knows nothing of files.

mod loader;
mod table;

use super::{Node, Yaml};
use crate::data::load::{Exists, Join, LoadEntry, LoadSpec, Order, Placed};
use crate::diag::{Diagnostic, Source, did_you_mean, list};
use loader::{Keys, loader_of};

/// Keys of every entry.
const KEYS: &[&str] = &[
    "loader",
    "glob_str",
    "enabled",
    "base_path",
    "ignore",
    "required",
    "path_regex",
    "target_path",
    "target_group",
    "load_as_attr",
    "unpack_data",
    "exists_action",
    "include_files",
    "include_directories",
    "parallel",
    "progress_params",
    "concat",
    "concat_new",
];

/// The entries of `source`.
///
/// # Errors
/// All mistakes together: YAML, unknown keys and loaders (with near ones), values of a wrong kind,
/// keys that exclude each other, what only Python could do.
pub fn load(source: &Source) -> Result<LoadSpec, Vec<Diagnostic>> {
    let Some(root) = super::read::read(source)?.filter(|root| !root.is_null()) else {
        let message = format!("{} has no entries", source.name());
        let help = "an entry is `name: {loader: auto, glob_str: \"*.h5\"}`".to_owned();
        return Err(vec![Diagnostic::error(message).help(help)]);
    };
    let entries = root.mapping().map_err(|error| vec![error])?;
    let mut spec = LoadSpec::default();
    let mut errors = Vec::new();
    for (key, value) in entries {
        match entry(key, value, &mut errors) {
            Ok(entry) => spec.entries.extend(entry),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(spec) } else { Err(errors) }
}

/// How the folder of a Utopia run is loaded where nothing else is said (utopya's `base_cfg.yml`).
///
/// # Panics
/// Never: the text is part of the program, and a test reads it.
pub fn load_utopia() -> LoadSpec {
    load(&Source::new("utopia.yml", include_str!("load/utopia.yml"))).expect("a test reads it")
}

/// One entry; `None` if it is disabled. Independent mistakes go to `errors`.
fn entry(key: &Node, node: &Node, errors: &mut Vec<Diagnostic>) -> Result<Option<LoadEntry>, Diagnostic> {
    let name = key.text()?.to_owned();
    node.mapping()?;
    let given = |key: &str| node.get(key).filter(|value| !value.is_null());
    let flag = |key: &str, default: bool| given(key).map_or(Ok(default), Node::boolean);
    let enabled = flag("enabled", true)?;
    let missing = |key: &str, example: &str| {
        Diagnostic::error(format!("the entry `{name}` has no `{key}`"))
            .at(node.place.clone())
            .help(format!("add `{key}: {example}`"))
    };
    let loader = given("loader").ok_or_else(|| missing("loader", "auto"))?;
    let (loader, more) = loader_of(loader, node)?;
    unknown_keys(&name, node, more, errors);
    let globs = given("glob_str").ok_or_else(|| missing("glob_str", "\"*.h5\""))?;
    let (globs, single) = match globs.as_seq() {
        Some(items) => (items.iter().map(placed).collect::<Result<Vec<_>, _>>()?, false),
        None => (vec![placed(globs)?], !globs.text()?.contains('*')),
    };
    if globs.is_empty() {
        return Err(node.expected("at least one glob in `glob_str`"));
    }
    let ignore = match given("ignore") {
        None => Vec::new(),
        Some(node) => node.list()?.iter().map(placed).collect::<Result<_, _>>()?,
    };
    let base_path = given("base_path").map(base_path).transpose()?;
    let join = join(node)?;
    let as_attr = flag("load_as_attr", false)?;
    flag("unpack_data", false)?;
    // How dantro spreads the work changes no result; its form is looked at all the same.
    if let Some(parallel) = given("parallel") {
        match &parallel.value {
            Yaml::Bool(_) | Yaml::Int(_) => {}
            Yaml::Map(_) => {
                super::Keys::of(
                    parallel,
                    "`parallel`",
                    &["enabled", "processes", "min_files", "min_total_size"],
                )?;
            }
            _ => return Err(parallel.expected("`true`, `false`, a number or a mapping")),
        }
    }
    let target = target(&name, node, single || join.is_some())?;
    if as_attr && given("target_path").is_none() {
        return Err(Diagnostic::error(format!("`load_as_attr` of `{name}` needs a `target_path`"))
            .at(node.place.clone())
            .help("it is the path of the object that gets the attribute".to_owned()));
    }
    if let (true, Some(_)) = (as_attr, &join) {
        return Err(Diagnostic::error(format!("`{name}` is both joined and loaded as an attribute"))
            .at(node.place.clone()));
    }
    let entry = LoadEntry {
        name,
        place: key.place.clone(),
        loader,
        globs,
        ignore,
        base_path,
        required: flag("required", false)?,
        path_regex: given("path_regex").map(path_regex).transpose()?,
        target,
        as_attr,
        exists: given("exists_action").map_or(Ok(Exists::Raise), exists)?,
        files: flag("include_files", true)?,
        directories: flag("include_directories", true)?,
        join,
    };
    Ok(enabled.then_some(entry))
}

fn placed(node: &Node) -> Result<Placed, Diagnostic> {
    Ok(Placed { text: node.text()?.to_owned(), place: node.place.clone() })
}

fn path_regex(node: &Node) -> Result<Placed, Diagnostic> {
    let regex = placed(node)?;
    regex::Regex::new(&regex.text).map_err(|error| {
        let why = error.to_string();
        Diagnostic::error("`path_regex` cannot be used")
            .caused_by(why.lines().last().unwrap_or_default().trim().to_owned())
            .at(node.place.clone())
    })?;
    Ok(regex)
}

fn base_path(node: &Node) -> Result<std::path::PathBuf, Diagnostic> {
    let path = std::path::PathBuf::from(node.text()?);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(Diagnostic::error("`base_path` is not absolute").at(node.place.clone()).help(
        "globs are relative to the data directory already; write the folder into `glob_str`".to_owned(),
    ))
}

fn target(name: &str, node: &Node, single: bool) -> Result<Placed, Diagnostic> {
    let given = |key: &str| node.get(key).filter(|value| !value.is_null());
    let text = |text: String, at: &Node| Placed { text, place: at.place.clone() };
    match (given("target_path"), given("target_group")) {
        (Some(_), Some(group)) => {
            Err(Diagnostic::error(format!("`{name}` has both `target_path` and `target_group`"))
                .at(group.place.clone())
                .help("`target_group: g` is short for `target_path: g/{basename:}`".to_owned()))
        }
        (Some(path), None) => placed(path),
        (None, Some(group)) => {
            let last = if single { braced(name) } else { "{basename:}".to_owned() };
            Ok(text(format!("{}/{last}", group.text()?), group))
        }
        (None, None) if single => Ok(text(braced(name), node)),
        (None, None) => Ok(text(format!("{}/{{basename:}}", braced(name)), node)),
    }
}

/// A name in a format string.
fn braced(name: &str) -> String {
    name.replace('{', "{{").replace('}', "}}")
}

fn exists(node: &Node) -> Result<Exists, Diagnostic> {
    const ACTIONS: [&str; 5] = ["raise", "skip", "skip_nowarn", "overwrite", "overwrite_nowarn"];
    Ok(match node.text()? {
        "raise" => Exists::Raise,
        "skip" => Exists::Skip { warn: true },
        "skip_nowarn" => Exists::Skip { warn: false },
        "overwrite" => Exists::Overwrite { warn: true },
        "overwrite_nowarn" => Exists::Overwrite { warn: false },
        other => {
            return Err(Diagnostic::error(format!("unknown `exists_action` `{other}`"))
                .at(node.place.clone())
                .help(did_you_mean(other, ACTIONS)));
        }
    })
}

/// `concat: DIM`, `concat_new: DIM`, or a mapping `{dim: DIM, order: name | coordinate}`.
fn join(node: &Node) -> Result<Option<Join>, Diagnostic> {
    let given = |key: &str| node.get(key).filter(|value| !value.is_null());
    let (value, new) = match (given("concat"), given("concat_new")) {
        (None, None) => return Ok(None),
        (Some(_), Some(second)) => {
            return Err(Diagnostic::error("`concat` and `concat_new` exclude each other")
                .at(second.place.clone())
                .help(
                    "`concat` joins along a dimension that the files have, `concat_new` makes one".to_owned(),
                ));
        }
        (Some(value), None) => (value, false),
        (None, Some(value)) => (value, true),
    };
    let what = if new { "`concat_new`" } else { "`concat`" };
    if value.as_map().is_none() {
        return Ok(Some(Join { dim: value.text()?.to_owned(), new, order: Order::Name }));
    }
    let keys = super::Keys::of(value, what, &["dim", "order"])?;
    let dim = keys.given("dim").ok_or_else(|| value.expected("`dim: NAME`"))?.text()?.to_owned();
    let order = match keys.given("order") {
        None => Order::Name,
        Some(order) => match order.text()? {
            "name" => Order::Name,
            "coordinate" if !new => Order::Coordinate,
            other => {
                let all: &[&str] = if new { &["name"] } else { &["name", "coordinate"] };
                return Err(Diagnostic::error(format!("unknown `order` `{other}` of {what}"))
                    .at(order.place.clone())
                    .help(did_you_mean(other, all.iter().copied())));
            }
        },
    };
    Ok(Some(Join { dim, new, order }))
}

fn unknown_keys(name: &str, node: &Node, more: Keys, errors: &mut Vec<Diagnostic>) {
    for (key, _) in node.as_map().unwrap_or_default() {
        let text = key.as_str().unwrap_or_default();
        if KEYS.contains(&text) || more.known.contains(&text) {
            continue;
        }
        let error = if more.refused.contains(&text) {
            Diagnostic::error(format!("the option `{text}` of {} is not supported", more.of))
                .help(format!("there is: {}", list(more.known)))
        } else {
            let shown = key.as_str().map_or_else(|| key.kind(), |text| format!("`{text}`"));
            let near = did_you_mean(text, KEYS.iter().chain(more.known).copied());
            Diagnostic::error(format!("unknown key {shown} of the entry `{name}`")).help(near)
        };
        errors.push(error.at(key.place.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dtype;
    use crate::data::load::{ColumnRef, Hdf5Options, Loader, TableOptions};

    fn parse(text: &str) -> Result<LoadSpec, Vec<String>> {
        load(&Source::new("load.yml", text))
            .map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_entry_has_defaults_as_in_dantro() {
        let spec =
            parse("one: {loader: HDF5, glob_str: a.h5}\nmany: {loader: auto, glob_str: ['*.nc']}\n").unwrap();
        let [one, many] = &spec.entries[..] else { panic!("two entries") };
        assert_eq!((one.target.text.as_str(), one.required, one.exists), ("one", false, Exists::Raise));
        assert_eq!(one.loader, Loader::Hdf5(Hdf5Options::default()));
        assert_eq!(many.target.text, "many/{basename:}");
        let joined = parse("t: {loader: xr_dataset, glob_str: '*.nc', concat: time}").unwrap();
        assert_eq!(joined.entries[0].target.text, "t");
        assert_eq!(joined.entries[0].join, Some(Join { dim: "time".into(), new: false, order: Order::Name }));
        assert!(parse("t: {loader: auto, glob_str: x, enabled: false}").unwrap().entries.is_empty());
    }

    #[test]
    fn a_utopia_run_is_loaded_as_utopya_does() {
        let spec = load_utopia();
        let names: Vec<&str> = spec.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["cfg", "pspace", "uni_cfg", "data"]);
        let options = Hdf5Options { map_from: Some("content".into()), lower_case: false };
        assert_eq!(spec.entries[3].loader, Loader::Hdf5(options));
    }

    #[test]
    fn mistakes_name_the_key_and_what_was_meant() {
        let cases = [
            (
                "a: {loader: auto, glob_st: x, glob_str: y}",
                "1:19: unknown key `glob_st` of the entry `a` (did you mean `glob_str`?)",
            ),
            (
                "a: {loader: pickle, glob_str: x}",
                "the loader `pickle` is not supported: unpickling runs Python code",
            ),
            ("a: {loader: fstree, glob_str: x}", "names of files"),
            ("a: {loader: hdf4, glob_str: x}", "did you mean `hdf5`?"),
            (
                "a: {loader: pandas_csv, glob_str: x, converters: {}}",
                "the option `converters` of pandas.read_csv is not supported",
            ),
            ("a: {loader: pandas_csv, glob_str: x, dtype: complex}", "unknown `dtype` `complex`"),
            ("a: {loader: pandas_csv, glob_str: x, index_col: [0, 1]}", "several index columns"),
            ("a: {loader: pandas_csv, glob_str: x, comment: '//'}", "one character"),
            ("a: {loader: pandas_csv, glob_str: x, skiprows: -1}", "`skiprows`"),
            ("a: {loader: text}", "the entry `a` has no `glob_str`"),
            ("a: {glob_str: x}", "the entry `a` has no `loader`"),
            (
                "a: {loader: text, glob_str: x, target_path: a, target_group: b}",
                "both `target_path` and `target_group`",
            ),
            ("a: {loader: text, glob_str: x, base_path: rel}", "not absolute"),
            ("a: {loader: text, glob_str: x, exists_action: skp}", "did you mean `skip`?"),
            ("a: {loader: text, glob_str: x, concat: t, concat_new: u}", "exclude each other"),
            (
                "a: {loader: auto, glob_str: x, concat: {dim: t, order: coordnate}}",
                "did you mean `coordinate`?",
            ),
            ("a: {loader: text, glob_str: x, required: yes}", "in YAML 1.2 `yes` is text"),
            ("a: {loader: text, glob_str: x, load_as_attr: true}", "needs a `target_path`"),
            ("a: 3", "expected a mapping"),
            ("", "has no entries"),
        ];
        for (text, expected) in cases {
            let errors = parse(text).map(|_| ()).unwrap_err();
            assert!(errors.iter().any(|error| error.contains(expected)), "{text}: {errors:?}");
        }
    }

    #[test]
    fn options_of_tables_are_those_of_pandas() {
        let text = "a: {loader: pandas_csv, glob_str: x, sep: ';', decimal: ',', index_col: t, header: 1, \
                    skiprows: [0, 5], usecols: [t, v], dtype: {v: float32}, parse_dates: [t], \
                    na_values: [-999, none], keep_default_na: false, comment: '%', nrows: 3}";
        let Loader::Csv(options) = parse(text).unwrap().entries.remove(0).loader else { panic!("a table") };
        let name = |name: &str| ColumnRef::Name(name.into());
        let expected = TableOptions {
            delimiter: Some(Some(b';')),
            decimal: Some(b','),
            index: Some(name("t")),
            header: Some(true),
            before_header: 1,
            skip: [0, 5].into(),
            columns: Some(vec![name("t"), name("v")]),
            types: vec![(Some(name("v")), Dtype::F32)],
            dates: Some(vec![name("t")]),
            missing: vec!["-999".into(), "none".into()],
            default_missing: false,
            comment: Some(b'%'),
            rows: Some(3),
            ..TableOptions::default()
        };
        assert_eq!(options, expected);
        let plain = parse("a: {loader: pandas_csv, glob_str: x}").unwrap().entries.remove(0).loader;
        let Loader::Csv(plain) = plain else { panic!("a table") };
        assert_eq!(
            (plain.delimiter, plain.header, plain.dates),
            (Some(Some(b',')), Some(true), Some(Vec::new()))
        );
    }

    #[test]
    fn what_changes_no_result_is_taken() {
        let text = "a: {loader: hdf5_proxy, glob_str: x, parallel: {enabled: true, processes: 2}, \
                    progress_params: {terse: true}, proxy_kwargs: {resolve_astype: ~}, direct_insertion: true}\n\
                    b: {loader: pandas_csv, glob_str: x, sep: ';', low_memory: false}\n";
        let spec = parse(text).unwrap();
        let Loader::Csv(options) = &spec.entries[1].loader else { panic!("a table") };
        assert_eq!((options.delimiter, options.header), (Some(Some(b';')), Some(true)));
    }
}
