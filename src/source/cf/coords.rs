//! Which variables are coordinates of which, as xarray decides.

use super::typed::TypedAttrs;

/// What is asked of a variable here.
pub(in crate::source) struct Variable<'a> {
    /// Path of its group from the file's root, empty for the root.
    pub(in crate::source) group: &'a str,
    /// Its name.
    pub(in crate::source) name: &'a str,
    /// Its axes.
    pub(in crate::source) dims: &'a [String],
    /// Its attributes.
    pub(in crate::source) attrs: &'a TypedAttrs,
}

impl Variable<'_> {
    /// Path from the file's root.
    fn path(&self) -> String {
        if self.group.is_empty() { self.name.to_owned() } else { format!("{}/{}", self.group, self.name) }
    }

    fn is_index(&self) -> bool {
        matches!(self.dims, [dim] if dim == self.name)
    }
}

/// Per variable its coordinates: name and path. Those are the one-dimensional variables named like
/// one of its dims, then those that a `coordinates` attribute of the group names and whose dims it
/// has, all looked for in its group and the groups above.
pub(in crate::source) fn assign(variables: &[Variable<'_>]) -> Vec<Vec<(String, String)>> {
    use std::collections::{BTreeMap, BTreeSet};
    let by_place: BTreeMap<(&str, &str), &Variable<'_>> =
        variables.iter().map(|v| ((v.group, v.name), v)).collect();
    let find = |group: &str, name: &str| {
        let mut group = group;
        loop {
            if let Some(found) = by_place.get(&(group, name)) {
                return Some(*found);
            }
            if group.is_empty() {
                return None;
            }
            group = group.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    };
    let mut named: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for variable in variables {
        if let Some(names) = variable.attrs.text("coordinates") {
            let list = named.entry(variable.group).or_default();
            for name in names.split_whitespace() {
                if !list.contains(&name) {
                    list.push(name);
                }
            }
        }
    }
    variables
        .iter()
        .map(|variable| {
            let mut coords = Vec::new();
            let mut seen = BTreeSet::new();
            for dim in variable.dims {
                let found = find(variable.group, dim).filter(|v| v.is_index());
                if let Some(found) = found.filter(|_| seen.insert(dim.as_str())) {
                    coords.push((dim.clone(), found.path()));
                }
            }
            for name in named.get(variable.group).into_iter().flatten() {
                let Some(found) = find(variable.group, name) else { continue };
                if found.dims.iter().all(|d| variable.dims.contains(d)) && seen.insert(name) {
                    coords.push(((*name).to_owned(), found.path()));
                }
            }
            coords
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Typed;
    use super::*;

    #[test]
    fn indexes_and_auxiliary_coordinates_are_found_upwards() {
        let dims = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let none = TypedAttrs::default();
        let lists = TypedAttrs(vec![("coordinates".into(), Typed::Text("lat lon gone".into()))]);
        let (x, yx, t) = (dims(&["x"]), dims(&["y", "x"]), dims(&["t"]));
        let all = [
            Variable { group: "", name: "x", dims: &x, attrs: &none },
            Variable { group: "g", name: "lat", dims: &yx, attrs: &none },
            Variable { group: "g", name: "lon", dims: &yx, attrs: &none },
            Variable { group: "g", name: "v", dims: &yx, attrs: &lists },
            Variable { group: "g", name: "w", dims: &t, attrs: &none },
        ];
        let coords = assign(&all);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(coords[3], [pair("x", "x"), pair("lat", "g/lat"), pair("lon", "g/lon")]);
        assert_eq!(coords[0], [pair("x", "x")]);
        assert!(coords[4].is_empty());
    }
}
