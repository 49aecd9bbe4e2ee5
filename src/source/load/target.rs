//! Where a file hangs: the format string of `target_path`, in Python's syntax, and its keys.

use regex::Regex;
use std::path::Path;

/// What is known of a file that was matched.
pub(super) struct Names {
    basename: String,
    ext: String,
    dirname: String,
    relpath: String,
    /// `{match}`.
    pub(super) found: String,
    groups: Vec<String>,
    named: Vec<(String, String)>,
    /// Whether `path_regex` matched, where there is one.
    pub(super) matched: bool,
}

/// Keys of the format string.
const KEYS: [&str; 9] = [
    "basename",
    "ext",
    "dirname",
    "relpath",
    "dirname_cleaned",
    "relpath_cleaned",
    "match",
    "groups",
    "named",
];

impl Names {
    /// Of the file `path`, found below `base`.
    pub(super) fn new(path: &Path, base: &Path, regex: Option<&Regex>) -> Self {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let whole = text(path);
        let relative = path.strip_prefix(base).unwrap_or(path);
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
        let ext = path.extension().map(|ext| ext.to_string_lossy().to_lowercase()).unwrap_or_default();
        let captures = regex.and_then(|regex| regex.captures(&whole));
        let group = |i: usize| {
            let captures = captures.as_ref()?;
            Some(captures.get(i).map_or(String::new(), |found| found.as_str().to_owned()))
        };
        let groups: Vec<String> =
            (0..captures.as_ref().map_or(0, regex::Captures::len)).filter_map(group).collect();
        let named = regex
            .into_iter()
            .flat_map(|regex| regex.capture_names().flatten())
            .map(|name| {
                let found = captures.as_ref().and_then(|captures| captures.name(name));
                (name.to_owned(), found.map_or(String::new(), |found| found.as_str().to_owned()))
            })
            .collect();
        Self {
            found: groups.get(1).cloned().unwrap_or_else(|| stem.clone()),
            basename: stem,
            ext,
            dirname: relative.parent().map(text).unwrap_or_default(),
            relpath: text(&relative.with_extension("")),
            groups,
            named,
            matched: regex.is_none() || captures.is_some(),
        }
    }

    fn get(&self, field: &str) -> Result<String, String> {
        let (key, index) = match field.split_once('[') {
            Some((key, index)) => (key, Some(index.trim_end_matches(']'))),
            None => (field, None),
        };
        let clean = |path: &str| path.replace('/', "__");
        Ok(match (key, index) {
            ("basename", None) => self.basename.clone(),
            ("ext", None) => self.ext.clone(),
            ("dirname", None) => self.dirname.clone(),
            ("relpath", None) => self.relpath.clone(),
            ("dirname_cleaned", None) => clean(&self.dirname),
            ("relpath_cleaned", None) => clean(&self.relpath),
            ("match", None) => self.found.clone(),
            ("groups", Some(index)) => {
                let number: Option<usize> = index.parse().ok();
                number.and_then(|i| self.groups.get(i)).cloned().ok_or_else(|| {
                    format!(
                        "there is no group {index}; `path_regex` has {}",
                        self.groups.len().saturating_sub(1)
                    )
                })?
            }
            ("named", Some(name)) => {
                let found = self.named.iter().find(|(have, _)| have == name);
                found.map(|(_, text)| text.clone()).ok_or_else(|| format!("no group is named `{name}`"))?
            }
            ("groups" | "named", None) => {
                return Err(format!("`{key}` needs an index, such as `{{{key}[1]:}}`"));
            }
            _ => {
                let help = crate::diag::did_you_mean(key, KEYS).unwrap_or_default();
                return Err(format!("there is no key `{key}` ({help})"));
            }
        })
    }

    /// The format string with its fields filled in. Of format specifications those of texts are
    /// known: fill, alignment, width, precision.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn format(&self, template: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                out.push_str(brace);
                rest = after;
                continue;
            }
            let end = (brace == "{").then(|| rest.find('}')).flatten();
            let Some(end) = end else { return Err(format!("its `{brace}` is alone; write it twice")) };
            let field = &rest[..end];
            rest = &rest[end + 1..];
            let (name, spec) = field.split_once(':').unwrap_or((field, ""));
            out.push_str(&padded(&self.get(name)?, spec)?);
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// A text by Python's format specification `[[fill]align][width][.precision][s]`.
fn padded(text: &str, spec: &str) -> Result<String, String> {
    let bad = || format!("`{spec}` is no format of texts");
    let chars: Vec<char> = spec.chars().collect();
    let (fill, align, mut at) = match chars[..] {
        [fill, align @ ('<' | '>' | '^'), ..] => (fill, align, 2),
        [align @ ('<' | '>' | '^'), ..] => (' ', align, 1),
        _ => (' ', '<', 0),
    };
    let number = |at: &mut usize| {
        let start = *at;
        while chars.get(*at).is_some_and(char::is_ascii_digit) {
            *at += 1;
        }
        let digits: String = chars[start..*at].iter().collect();
        (!digits.is_empty()).then(|| digits.parse::<usize>().ok().filter(|n| *n <= 255))
    };
    let width = match number(&mut at) {
        Some(width) => width.ok_or_else(bad)?,
        None => 0,
    };
    let mut shown: String = text.to_owned();
    if chars.get(at) == Some(&'.') {
        at += 1;
        let precision = number(&mut at).flatten().ok_or_else(bad)?;
        shown = shown.chars().take(precision).collect();
    }
    if chars.get(at) == Some(&'s') {
        at += 1;
    }
    if at != chars.len() {
        return Err(bad());
    }
    let pad = width.saturating_sub(shown.chars().count());
    let left = match align {
        '<' => 0,
        '>' => pad,
        _ => pad / 2,
    };
    let fills = |n: usize| std::iter::repeat_n(fill, n).collect::<String>();
    Ok(format!("{}{shown}{}", fills(left), fills(pad - left)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_filled_in_as_python_does() {
        let regex = Regex::new(r"uni(\d+)/(?P<kind>\w+)").unwrap();
        let names = Names::new(Path::new("/d/data/uni07/Cfg.YML"), Path::new("/d"), Some(&regex));
        let cases = [
            ("multiverse/{match:}/cfg", "multiverse/07/cfg"),
            ("{basename}.{ext:}", "cfg.yml"),
            ("{relpath:}", "data/uni07/Cfg"),
            ("{dirname_cleaned:}", "data__uni07"),
            ("{groups[2]:}-{named[kind]}", "Cfg-Cfg"),
            ("{{{match:>4}}}", "{  07}"),
            ("{match:_^5s}", "_07__"),
            ("{basename:.1}", "c"),
        ];
        for (template, expected) in cases {
            assert_eq!(names.format(template).as_deref(), Ok(expected), "{template}");
        }
        assert!(names.format("{bsename}").unwrap_err().contains("did you mean `basename`?"));
        assert!(names.format("{groups[9]}").unwrap_err().contains("`path_regex` has 2"));
        assert!(
            names.format("{match:d}").is_err() && names.format("a}").is_err() && names.format("{").is_err()
        );
        let plain = Names::new(Path::new("/d/A.b.nc"), Path::new("/d"), None);
        assert_eq!(plain.format("{match:}/{ext}").as_deref(), Ok("a.b/nc"));
    }
}
