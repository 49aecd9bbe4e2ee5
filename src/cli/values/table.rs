//! Results in long form: a row an element, a column a dim or coordinate, one a variable.

use super::{json, not_writable};
use crate::data::{Dim, Labelled, Values};
use crate::diag::Diagnostic;
use crate::transform::{Value, array_of};

/// Columns of equal length: the dims with their labels (positions where there are none), the other
/// coordinates, the variables. Arrays that lack a dim of the others repeat along it; elements are in
/// row-major order of the dims.
pub(super) fn columns(value: &Value) -> Result<Vec<(String, Values)>, Diagnostic> {
    let vars: Vec<(String, Labelled)> = match value {
        Value::Array(array) | Value::Bare(array) => {
            vec![(array.name.clone().unwrap_or_else(|| "value".to_owned()), array.clone())]
        }
        Value::Dataset(dataset) => dataset.vars.clone(),
        Value::None | Value::Slice(_) | Value::Map(_) => {
            return Err(not_writable(value).help("write .json".to_owned()));
        }
        plain => {
            let array = array_of(plain).ok_or_else(|| not_writable(value).help("write .json".to_owned()))?;
            vec![("value".to_owned(), array)]
        }
    };
    let (mut dims, mut shape): (Vec<Dim>, Vec<usize>) = (Vec::new(), Vec::new());
    for (_, array) in &vars {
        for (dim, len) in array.dims.iter().zip(&array.shape) {
            if !dims.contains(dim) {
                dims.push(dim.clone());
                shape.push(*len);
            }
        }
    }
    let spread = |array: &Labelled| {
        let wide = array.broadcast(&dims, &shape).map_err(|error| Diagnostic::from_error(&error))?;
        json::values_of(&wide)
    };
    let mut columns: Vec<(String, Values)> = Vec::new();
    for (axis, dim) in dims.iter().enumerate() {
        let index = vars.iter().find_map(|(_, array)| array.coords.index(dim));
        let values = match index {
            Some(coord) => spread(coord)?,
            None => {
                let positions = (0..shape[axis] as i64).collect::<Vec<_>>();
                let values = Values::I64(positions.into());
                spread(&Labelled::contiguous(vec![dim.clone()], vec![shape[axis]], values))?
            }
        };
        columns.push((dim.as_str().to_owned(), values));
    }
    for (_, array) in &vars {
        for (name, coord) in array.coords.iter() {
            let is_new = !columns.iter().any(|(known, _)| known == name);
            if is_new && coord.dims.iter().all(|dim| dims.contains(dim)) {
                columns.push((name.to_owned(), spread(coord)?));
            }
        }
    }
    for (name, array) in &vars {
        let taken = |name: &str| columns.iter().any(|(known, _)| known == name);
        // An array named like one of its coordinates, as a coordinate itself is.
        let mut own = name.clone();
        while taken(&own) {
            own = if own == *name { format!("{name}_value") } else { own + "_" };
        }
        columns.push((own, spread(array)?));
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use std::sync::Arc;

    #[test]
    fn rows_are_elements_and_shorter_arrays_repeat() {
        let (t, x) = (Dim::new("t"), Dim::new("x"));
        let mut a = Labelled::contiguous(
            vec![t.clone(), x],
            vec![2, 2],
            Values::F64(vec![1.0, 2.0, 3.0, 4.0].into()),
        );
        let times = Labelled::contiguous(vec![t.clone()], vec![2], Values::I64(vec![10, 20].into()));
        a.coords.insert("t", Arc::new(times));
        a.coords.insert("seed", Arc::new(Labelled::scalar(Values::I64(vec![7].into()))));
        let t_named = Labelled::contiguous(vec![t], vec![2], Values::F32(vec![0.5, 1.5].into()));
        let vars = vec![("a".to_owned(), a), ("t".to_owned(), t_named)];
        let columns = columns(&Value::Dataset(Dataset { vars, ..Dataset::default() })).unwrap();
        let shown: Vec<(&str, Vec<f64>)> = columns
            .iter()
            .map(|(name, values)| (&**name, (0..4).map(|i| values.f64_at(i).unwrap()).collect()))
            .collect();
        assert_eq!(
            shown,
            [
                ("t", vec![10.0, 10.0, 20.0, 20.0]),
                ("x", vec![0.0, 1.0, 0.0, 1.0]),
                ("seed", vec![7.0; 4]),
                ("a", vec![1.0, 2.0, 3.0, 4.0]),
                ("t_value", vec![0.5, 0.5, 1.5, 1.5]),
            ]
        );
    }

    #[test]
    fn numbers_are_a_table_of_one_row() {
        let columns = columns(&Value::Float(0.25)).unwrap();
        assert_eq!(columns.len(), 1);
        assert_eq!((columns[0].0.as_str(), columns[0].1.f64_at(0)), ("value", Some(0.25)));
        assert!(super::columns(&Value::None).is_err());
    }
}
