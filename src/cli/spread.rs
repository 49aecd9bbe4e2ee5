//! Several values behind one `--data`, as a shell's globs give them: `render PLOTS.yml --data run_*.nc`.
//!
//! The parser takes one value a flag, so that `--data DIR PLOTS.yml` keeps its meaning; here further ones
//! get a flag of their own where they can be nothing else.

use std::ffi::{OsStr, OsString};

/// Commands with no other words than the plots configuration; besides them there is `arena serve NAME`.
const COMMANDS: [&str; 2] = ["render", "plan"];

/// The same arguments with a `--data` before each of its values: all that follow up to the next option
/// or, if the plots configuration has not been named yet, up to a `.yml` file.
pub(super) fn spread(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args = args.into_iter().peekable();
    let is_option = |arg: &OsStr| arg.as_encoded_bytes().starts_with(b"-") && arg.len() > 1;
    let mut made: Vec<OsString> = args.by_ref().take(2).collect();
    let is_such = made.get(1).is_some_and(|command| COMMANDS.iter().any(|name| command == name));
    // Where the name of an arena comes first, it cannot be one of the data.
    let is_serve = made.get(1).is_some_and(|command| command == "arena") && {
        made.extend(args.by_ref().take(2));
        made.get(2).is_some_and(|command| command == "serve")
            && made.get(3).is_some_and(|name| !is_option(name))
    };
    if !is_such && !is_serve {
        made.extend(args);
        return made;
    }
    // Words that are no value of an option: whether one of those before is, only the parser knows.
    let (mut is_named, mut after_option) = (false, false);
    while let Some(arg) = args.next() {
        if arg == "--" {
            made.push(arg);
            made.extend(args);
            return made;
        }
        if arg != "--data" {
            let is_yaml = is_plots(&arg);
            is_named |= !is_option(&arg) && is_yaml && !after_option;
            after_option = is_option(&arg) && !arg.as_encoded_bytes().contains(&b'=');
            made.push(arg);
            continue;
        }
        after_option = false;
        made.push(arg);
        made.extend(args.next());
        while let Some(more) = args.next_if(|arg| !is_option(arg) && (is_named || !is_plots(arg))) {
            made.extend([OsString::from("--data"), more]);
        }
    }
    made
}

fn is_plots(arg: &OsStr) -> bool {
    let bytes = arg.as_encoded_bytes();
    bytes.ends_with(b".yml") || bytes.ends_with(b".yaml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_values_get_a_flag_of_their_own() {
        let cases = [
            ("s render p.yml --data a b c -o out", "s render p.yml --data a --data b --data c -o out"),
            ("s render --data a b p.yml", "s render --data a --data b p.yml"),
            ("s render --data a p.yml -j 2", "s render --data a p.yml -j 2"),
            ("s render --load l.yml --data a b p.yml", "s render --load l.yml --data a --data b p.yml"),
            ("s render p.yml --data a.yml b.yml", "s render p.yml --data a.yml --data b.yml"),
            ("s render p.yml --data=a --data b c", "s render p.yml --data=a --data b --data c"),
            ("s plan p.yml --data a -- b", "s plan p.yml --data a -- b"),
            ("s values p.yml --data a NAME", "s values p.yml --data a NAME"),
            ("s tree a b", "s tree a b"),
            ("s arena serve n --data a b p.yml", "s arena serve n --data a --data b p.yml"),
            ("s arena serve --data a n", "s arena serve --data a n"),
            ("s arena ls", "s arena ls"),
            ("s render p.yml --data", "s render p.yml --data"),
        ];
        for (typed, expected) in cases {
            let made = spread(typed.split(' ').map(OsString::from));
            let made: Vec<_> = made.iter().map(|arg| arg.to_string_lossy()).collect();
            assert_eq!(made.join(" "), expected, "{typed}");
        }
    }
}
