//! Attributes of several files: those that are equal in all stay, as xarray's
//! `combine_attrs="drop_conflicts"`; the others are named.

use crate::data::{Attr, Attrs};
use crate::diag::{Diagnostic, list};
use std::collections::BTreeMap;

/// Attributes that were left out, and where.
#[derive(Debug, Default)]
pub(super) struct Dropped(BTreeMap<String, Vec<String>>);

impl Dropped {
    /// The attributes of which no two values differ; those in `first` from the first file that has
    /// them.
    pub(super) fn merge<'a>(
        &mut self,
        path: &str,
        all: impl Iterator<Item = &'a Attrs>,
        first: &[&str],
    ) -> Attrs {
        let mut merged = Attrs::new();
        let mut gone: Vec<String> = Vec::new();
        for attrs in all {
            for (name, value) in attrs.iter() {
                if gone.iter().any(|gone| gone == name) || first.contains(&name) && merged.get(name).is_some()
                {
                    continue;
                }
                match merged.get(name) {
                    Some(known) if same(known, value) => {}
                    Some(_) => {
                        merged.remove(name);
                        gone.push(name.to_owned());
                    }
                    None => merged.insert(name, value.clone()),
                }
            }
        }
        for name in gone {
            let place = if path.is_empty() { "/".to_owned() } else { path.to_owned() };
            self.0.entry(name).or_default().push(place);
        }
        merged
    }

    /// One warning for all of them.
    pub(super) fn warning(&self) -> Option<Diagnostic> {
        if self.0.is_empty() {
            return None;
        }
        let named: Vec<String> = self
            .0
            .iter()
            .map(|(name, places)| match &places[..] {
                [one] if one == "/" => format!("`{name}`"),
                [one] => format!("`{name}` of `{one}`"),
                [one, ..] => format!("`{name}` of `{one}` and {} more", places.len() - 1),
                [] => format!("`{name}`"),
            })
            .collect();
        Some(Diagnostic::warning(format!(
            "attributes that differ between them are left out: {}",
            list(&named)
        )))
    }
}

/// Equal; a NaN is equal to itself (`_FillValue`).
fn same(a: &Attr, b: &Attr) -> bool {
    let equal = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
    match (a, b) {
        (Attr::Float(a), Attr::Float(b)) => equal(*a, *b),
        (Attr::Floats(a), Attr::Floats(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(*a, *b))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_that_differ_are_dropped_and_named() {
        let attrs = |list: &[(&str, Attr)]| -> Attrs {
            list.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
        };
        let text = |text: &str| Attr::Text(text.to_owned());
        let nan = Attr::Float(f64::NAN);
        let a = attrs(&[
            ("history", text("one")),
            ("fill", nan.clone()),
            ("units", text("days since 2000-01-01")),
        ]);
        let b = attrs(&[
            ("history", text("two")),
            ("fill", nan),
            ("units", text("hours since 2000-01-01")),
            ("more", text("x")),
        ]);
        let c = attrs(&[("history", text("one"))]);
        let mut dropped = Dropped::default();
        let merged = dropped.merge("time", [&a, &b, &c].into_iter(), &["units"]);
        let names: Vec<&str> = merged.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["fill", "units", "more"]);
        assert_eq!(merged.text("units"), Some("days since 2000-01-01"));
        assert!(dropped.warning().unwrap().message.ends_with("left out: `history` of `time`"));
    }
}
