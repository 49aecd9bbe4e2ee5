//! Globs as Python's `glob.glob(…, recursive=True)` understands them: `*`, `?`, `[…]`, `[!…]` within
//! a name, `**` for any folders, and names that begin with a dot only where the pattern says so.

use regex::Regex;
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Deepest nesting that `**` follows.
const DEEPEST: usize = 64;

/// Most matches of one glob.
const MOST: usize = 1_000_000;

/// Paths that match `pattern` below `base`, sorted as strings. Names that are not UTF-8 match
/// nothing, and are counted in `passed_over`.
///
/// # Errors
/// What is wrong with the pattern, and folders that cannot be listed where one has to be.
pub(super) fn glob(base: &Path, pattern: &str, passed_over: &mut usize) -> Result<Vec<PathBuf>, String> {
    let steps = steps(pattern)?;
    let absolute = pattern.starts_with('/');
    let mut walk = Walk { found: BTreeSet::new(), passed_over, chain: Vec::new() };
    walk.step(if absolute { Path::new("/") } else { base }, &steps)?;
    Ok(walk.found.into_iter().collect())
}

/// Whether a path below `base` matches any of the patterns' paths is asked by their results; this is
/// one segment of a pattern.
enum Step {
    /// A name as it is.
    Name(String),
    /// Names that match; whether hidden ones may.
    Like(Regex, bool),
    /// Any folders, none included.
    Any,
}

fn steps(pattern: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for segment in pattern.split('/').filter(|segment| !segment.is_empty() && *segment != ".") {
        match segment {
            // Two in a row are one.
            "**" if matches!(steps.last(), Some(Step::Any)) => {}
            "**" => steps.push(Step::Any),
            name if !name.contains(['*', '?', '[']) => steps.push(Step::Name(name.to_owned())),
            like => steps.push(Step::Like(regex(like)?, like.starts_with('.'))),
        }
    }
    if steps.is_empty() { Err("it names nothing".to_owned()) } else { Ok(steps) }
}

/// As CPython's `fnmatch.translate`.
fn regex(segment: &str) -> Result<Regex, String> {
    let mut text = String::from("(?s)^");
    let mut rest = segment;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            '[' => {
                // A bracket right after the opening (or its `!`) is itself meant.
                let skip = usize::from(rest.starts_with('!'));
                let skip = skip + usize::from(rest[skip..].starts_with(']'));
                match rest[skip..].find(']') {
                    None => text.push_str("\\["),
                    Some(end) => {
                        let inside = &rest[..skip + end];
                        rest = &rest[skip + end + 1..];
                        let (not, inside) = match inside.strip_prefix('!') {
                            Some(inside) => ("^", inside),
                            None => ("", inside),
                        };
                        let escaped: String = inside
                            .chars()
                            .flat_map(|c| match c {
                                '\\' | '[' | ']' | '^' | '&' | '~' => vec!['\\', c],
                                c => vec![c],
                            })
                            .collect();
                        text.push_str(&format!("[{not}{escaped}]"));
                    }
                }
            }
            c => text.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    text.push('$');
    Regex::new(&text).map_err(|_| format!("`{segment}` is no pattern of names"))
}

struct Walk<'a> {
    found: BTreeSet<PathBuf>,
    passed_over: &'a mut usize,
    /// Folders on the way down `**`, by device and inode: a link may lead back up.
    chain: Vec<(u64, u64)>,
}

impl Walk<'_> {
    fn step(&mut self, folder: &Path, steps: &[Step]) -> Result<(), String> {
        let Some((step, rest)) = steps.split_first() else {
            if self.found.len() >= MOST {
                return Err(format!("it matches more than {MOST} paths"));
            }
            self.found.insert(folder.to_owned());
            return Ok(());
        };
        match step {
            Step::Name(name) => {
                let path = folder.join(name);
                if path.symlink_metadata().is_ok() { self.step(&path, rest) } else { Ok(()) }
            }
            Step::Like(regex, hidden) => {
                for name in self.names(folder) {
                    if (*hidden || !name.starts_with('.')) && regex.is_match(&name) {
                        let path = folder.join(&name);
                        if rest.is_empty() || path.is_dir() {
                            self.step(&path, rest)?;
                        }
                    }
                }
                Ok(())
            }
            Step::Any => self.any(folder, rest),
        }
    }

    fn any(&mut self, folder: &Path, rest: &[Step]) -> Result<(), String> {
        let Ok(metadata) = std::fs::metadata(folder) else { return Ok(()) };
        let identity = (metadata.dev(), metadata.ino());
        if self.chain.contains(&identity) || self.chain.len() >= DEEPEST {
            return Ok(());
        }
        self.chain.push(identity);
        // A last `**` matches all that is below, and the folder itself.
        self.step(folder, rest)?;
        for name in self.names(folder).into_iter().filter(|name| !name.starts_with('.')) {
            let path = folder.join(name);
            if path.is_dir() {
                self.any(&path, rest)?;
            } else if rest.is_empty() {
                self.step(&path, rest)?;
            }
        }
        self.chain.pop();
        Ok(())
    }

    /// Names in a folder; none if it cannot be listed, as Python has it.
    fn names(&mut self, folder: &Path) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut names = Vec::new();
        for entry in entries.flatten() {
            match entry.file_name().into_string() {
                Ok(name) => names.push(name),
                Err(_) => *self.passed_over += 1,
            }
        }
        names.sort_unstable();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected matches from CPython's `sorted(glob.glob(pattern, recursive=True))`.
    #[test]
    fn globs_match_what_python_matches() {
        let base = std::env::temp_dir().join(format!("shmplot-glob-{}", std::process::id()));
        for file in ["a.nc", "b.nc", ".h.nc", "x/a.nc", "x/y/c.nc", "x/[1].nc", "x/.s/d.nc", "é.nc"] {
            let path = base.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"x").unwrap();
        }
        let check = |pattern: &str, expected: &[&str]| {
            let found = glob(&base, pattern, &mut 0).unwrap();
            let found: Vec<&str> =
                found.iter().map(|p| p.strip_prefix(&base).unwrap().to_str().unwrap()).collect();
            assert_eq!(found, expected, "{pattern}");
        };
        check("*.nc", &["a.nc", "b.nc", "é.nc"]);
        check(".*.nc", &[".h.nc"]);
        check("**/*.nc", &["a.nc", "b.nc", "x/[1].nc", "x/a.nc", "x/y/c.nc", "é.nc"]);
        check("x/**/c.nc", &["x/y/c.nc"]);
        check("[!a].nc", &["b.nc", "é.nc"]);
        check("[a-b].nc", &["a.nc", "b.nc"]);
        check("x/[[]1].nc", &["x/[1].nc"]);
        check("?.nc", &["a.nc", "b.nc", "é.nc"]);
        check("x/*", &["x/[1].nc", "x/a.nc", "x/y"]);
        check("*/*/*.nc", &["x/y/c.nc"]);
        check("gone/*.nc", &[]);
        assert!(glob(&base, "", &mut 0).is_err());
        std::fs::remove_dir_all(&base).unwrap();
    }
}
