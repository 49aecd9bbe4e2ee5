//! Figures as YAML with comments.

use super::Figure;
use std::io::{self, Write};

/// Columns of comment lines.
const WIDTH: usize = 96;

/// Writes the whole file.
pub(super) fn print(figures: &[Figure], data_options: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Written by `shmplot init`. Save it as PLOTS.yml, and draw these figures with")?;
    writeln!(out, "#")?;
    writeln!(out, "#   shmplot render PLOTS.yml{data_options}")?;
    writeln!(out, "#")?;
    for line in [
        "An entry is a figure; its name is the name of the file. `data` is a place in the data, as",
        "`shmplot tree` shows it. Kinds: line, scatter, pcolormesh, imshow, hist (`shmplot kinds`). Any entry",
        "may have title, xlabel, ylabel, xlim, ylim, xscale: log, yscale: log, and for heat maps cmap",
        "(`shmplot colormaps`). `enabled: false` leaves an entry out; `based_on: name` begins with the keys of",
        "another one. One entry becomes many figures with a sweep:",
        "",
        "  each_step: !pspace",
        "    data: path/to/array",
        "    isel: {time: !sweep {default: 0, range: [0, 10]}}",
    ] {
        writeln!(out, "{}", format!("# {line}").trim_end())?;
    }
    if figures.is_empty() {
        writeln!(
            out,
            "\n# There is nothing in the data that could be drawn without more knowledge of it.\n{{}}"
        )?;
    }
    for figure in figures {
        writeln!(out)?;
        for about in &figure.about {
            comment(about, out)?;
        }
        writeln!(out, "{}:", scalar(&figure.name))?;
        for (key, value) in &figure.keys {
            let gap = if value.starts_with('\n') { "" } else { " " };
            writeln!(out, "  {key}:{gap}{value}")?;
        }
    }
    Ok(())
}

fn comment(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(&word.replace(|c: char| c.is_control(), "\u{fffd}"));
    }
    writeln!(out, "{line}")
}

/// A text in YAML: plain where nothing could take it for something else, else in double quotes.
pub(super) fn scalar(text: &str) -> String {
    const WORDS: [&str; 12] =
        ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf", "none"];
    let mut chars = text.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || "_-/ ".contains(c))
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_lowercase().as_str());
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// The name of an entry for a path: without what names may not hold.
pub(super) fn name_of(path: &str) -> String {
    let segments: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| {
            let clean: String = segment
                .chars()
                .map(|c| {
                    if c.is_control() || c.is_whitespace() || "*?[]!:()\\.\"'$`<>|&;".contains(c) {
                        '_'
                    } else {
                        c
                    }
                })
                .take(100)
                .collect();
            let clean = clean.trim_matches('_').to_owned();
            if clean.is_empty() { "figure".to_owned() } else { clean }
        })
        .collect();
    if segments.is_empty() { "figure".to_owned() } else { segments.join("/") }
}

/// A word for a shell.
pub fn shell(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_-./+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_yaml_would_take_for_something_else_are_quoted() {
        for (text, yaml) in [
            ("air temperature", "air temperature"),
            ("no", "\"no\""),
            ("1e5", "\"1e5\""),
            ("a: b", "\"a: b\""),
            ("Cost $", "\"Cost $\""),
        ] {
            assert_eq!(scalar(text), yaml);
            assert_eq!(serde_yaml::from_str::<String>(&scalar(text)).unwrap(), text);
        }
    }

    #[test]
    fn names_of_entries_hold_nothing_that_is_forbidden() {
        assert_eq!(name_of("a/_b.c (1)/x"), "a/b_c__1/x");
        assert_eq!(name_of("../.."), "figure/figure");
        assert_eq!(shell("it's here"), "'it'\\''s here'");
    }
}
