//! The places of files in the tree: their paths without extension, unless that is ambiguous.

use super::find::Found;
use std::collections::BTreeSet;

/// Extensions that come after another one.
const SECOND: &[&str] = &["gz", "zip"];

/// A place for each file, in order. Where two would share one, or one would lie inside another,
/// all of them keep their extensions; where that does not help, they go by their whole paths.
pub(super) fn places<'a>(files: impl Iterator<Item = &'a Found>) -> Vec<String> {
    let candidates: Vec<[String; 3]> = files.map(candidates).collect();
    let mut level = vec![0; candidates.len()];
    loop {
        let mut by_place: Vec<(&str, usize)> =
            candidates.iter().zip(&level).map(|(places, level)| places[*level].as_str()).zip(0..).collect();
        by_place.sort_unstable();
        let taken: BTreeSet<&str> = by_place.iter().map(|(place, _)| *place).collect();
        let mut clashing = BTreeSet::new();
        for pair in by_place.windows(2) {
            if pair[0].0 == pair[1].0 {
                clashing.extend([pair[0].1, pair[1].1]);
            }
        }
        for (place, _) in &by_place {
            // A file at a place where another one needs a folder.
            let mut folder = *place;
            while let Some((above, _)) = folder.rsplit_once('/') {
                folder = above;
                if taken.contains(folder) {
                    clashing.extend(by_place.iter().filter(|(p, _)| *p == folder).map(|(_, i)| *i));
                }
            }
        }
        let mut moved = false;
        for index in clashing {
            if level[index] < 2 {
                level[index] += 1;
                moved = true;
            }
        }
        if !moved {
            return candidates
                .into_iter()
                .zip(level)
                .map(|(mut c, level)| std::mem::take(&mut c[level]))
                .collect();
        }
    }
}

/// Without extension, with it, and the whole path as it was given.
fn candidates(file: &Found) -> [String; 3] {
    let full = file.below.join("/");
    let (folders, name) = match full.rsplit_once('/') {
        Some((folders, name)) => (Some(folders), name),
        None => (None, full.as_str()),
    };
    let stem = stem(name);
    let short = folders.map_or_else(|| stem.to_owned(), |folders| format!("{folders}/{stem}"));
    let whole: Vec<_> = file
        .path
        .components()
        .filter_map(|part| match part {
            std::path::Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    [short, full.clone(), whole.join("/")]
}

fn stem(name: &str) -> &str {
    let cut = |name: &str| name.rfind('.').filter(|at| *at > 0);
    let Some(at) = cut(name) else { return name };
    if SECOND.contains(&&name[at + 1..]) {
        cut(&name[..at]).map_or(&name[..at], |inner| &name[..inner])
    } else {
        &name[..at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[&str], expected: &[&str]) {
        let found: Vec<Found> = files
            .iter()
            .map(|file| Found {
                path: format!("in/{file}").into(),
                below: file.split('/').map(str::to_owned).collect(),
                named: false,
            })
            .collect();
        assert_eq!(places(found.iter()), expected, "{files:?}");
    }

    #[test]
    fn files_lose_their_extension_unless_they_collide() {
        check(&["a.npy", "b/c.csv.gz", "plain"], &["a", "b/c", "plain"]);
        check(&["a.npy", "a.csv", "b.npy"], &["a.npy", "a.csv", "b"]);
        check(&["run.v1.h5", "run.v2.h5"], &["run.v1", "run.v2"]);
        check(&["a.gz", "a.csv.gz"], &["a.gz", "a.csv.gz"]);
    }

    #[test]
    fn a_file_beside_a_folder_of_its_name_keeps_its_extension() {
        check(&["a.h5", "a/x.npy"], &["a.h5", "a/x"]);
    }
}
