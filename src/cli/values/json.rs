//! Results as JSON in the form of the reference's recorded ones: `{type: DataArray, name, dims, shape,
//! dtype, coords, values}`, `Dataset`, `ndarray`, `list`, `tuple`, `dict`, `scalar` with its Python
//! type. NaN and infinities are texts, float32 is written as its exact float64 value. Written straight
//! into the text, so that large arrays take no tree of values.

use super::time;
use crate::data::{Dataset, Labelled, Values};
use crate::diag::Diagnostic;
use crate::transform::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// `{plot, output, tags: {tag: result}}`. Results without a form are left out.
pub(super) fn figure(
    plot: &str,
    output: &str,
    results: &BTreeMap<String, Value>,
) -> Result<String, Diagnostic> {
    let mut text = String::new();
    // Writing to a String cannot fail, here and below.
    let _ = write!(text, "{{\"plot\":{},\"output\":{},\"tags\":{{", quoted(plot), quoted(output));
    let mut first = true;
    for (tag, value) in results {
        if !has_form(value) {
            continue;
        }
        let comma = if first { "" } else { "," };
        first = false;
        let _ = write!(text, "{comma}{}:", quoted(tag));
        write_value(value, &mut text)?;
    }
    text.push_str("}}\n");
    Ok(text)
}

/// One result; `None` if it has no form.
pub(super) fn result(value: &Value) -> Result<Option<String>, Diagnostic> {
    if !has_form(value) {
        return Ok(None);
    }
    let mut text = String::new();
    write_value(value, &mut text)?;
    text.push('\n');
    Ok(Some(text))
}

/// What stands beside a npy file: all of an array but its values.
pub(super) fn about(array: &Labelled, values: &Values) -> Result<String, Diagnostic> {
    let mut text = String::new();
    write_head(array, values, &mut text)?;
    text.push_str("}\n");
    Ok(text)
}

/// Whether a value can be written; parts of it that cannot are `null`.
fn has_form(value: &Value) -> bool {
    !matches!(value, Value::Slice(_) | Value::Windows(_))
}

fn write_value(value: &Value, text: &mut String) -> Result<(), Diagnostic> {
    let scalar = |text: &mut String, kind: &str, value: String| {
        let _ = write!(text, "{{\"type\":\"scalar\",\"kind\":\"{kind}\",\"value\":{value}}}");
    };
    match value {
        Value::None => scalar(text, "NoneType", "null".to_owned()),
        Value::Bool(v) => scalar(text, "bool", v.to_string()),
        Value::Int(v) => scalar(text, "int", v.to_string()),
        Value::Float(v) => scalar(text, "float", float(*v)),
        Value::Text(v) => scalar(text, "str", quoted(v)),
        Value::List(items) => write_items("list", items, text)?,
        Value::Tuple(items) => write_items("tuple", items, text)?,
        Value::Map(entries) => {
            text.push_str("{\"type\":\"dict\",\"items\":{");
            for (k, (key, value)) in entries.iter().enumerate() {
                let comma = if k == 0 { "" } else { "," };
                let _ = write!(text, "{comma}{}:", quoted(&as_str(key)));
                write_value(value, text)?;
            }
            text.push_str("}}");
        }
        Value::Array(array) => write_array(array, text)?,
        Value::Bare(array) => write_bare(array, text)?,
        Value::Dataset(dataset) => write_dataset(dataset, text)?,
        Value::Slice(_) | Value::Windows(_) => text.push_str("null"),
    }
    Ok(())
}

fn write_items(kind: &str, items: &[Value], text: &mut String) -> Result<(), Diagnostic> {
    let _ = write!(text, "{{\"type\":\"{kind}\",\"items\":[");
    for (k, item) in items.iter().enumerate() {
        if k > 0 {
            text.push(',');
        }
        write_value(item, text)?;
    }
    text.push_str("]}");
    Ok(())
}

/// Python's `str()` of a mapping's key.
fn as_str(key: &Value) -> String {
    match key {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Int(v) => v.to_string(),
        Value::Float(v) => format!("{v:?}"),
        other => other.describe(),
    }
}

fn write_dataset(dataset: &Dataset, text: &mut String) -> Result<(), Diagnostic> {
    let mut sizes: Vec<(&str, usize)> = Vec::new();
    for (_, array) in &dataset.vars {
        for (dim, len) in array.dims.iter().zip(&array.shape) {
            if !sizes.iter().any(|(known, _)| *known == dim.as_str()) {
                sizes.push((dim.as_str(), *len));
            }
        }
    }
    text.push_str("{\"type\":\"Dataset\",\"sizes\":{");
    for (k, (dim, len)) in sizes.iter().enumerate() {
        let comma = if k == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{}:{len}", quoted(dim));
    }
    text.push_str("},\"data_vars\":{");
    for (k, (name, array)) in dataset.vars.iter().enumerate() {
        let comma = if k == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{}:", quoted(name));
        let named = Labelled { name: Some(name.clone()), ..array.clone() };
        write_array(&named, text)?;
    }
    text.push_str("}}");
    Ok(())
}

/// A numpy array, or a numpy scalar.
fn write_bare(array: &Labelled, text: &mut String) -> Result<(), Diagnostic> {
    let values = values_of(array)?;
    let kind = dtype(array, &values);
    if array.ndim() == 0 {
        let _ = write!(text, "{{\"type\":\"scalar\",\"kind\":\"{kind}\"");
    } else {
        let shape: Vec<String> = array.shape.iter().map(ToString::to_string).collect();
        let _ = write!(text, "{{\"type\":\"ndarray\",\"dtype\":\"{kind}\",\"shape\":[{}]", shape.join(","));
    }
    text.push_str(if array.ndim() == 0 { ",\"value\":" } else { ",\"values\":" });
    nested(&array.shape, &values, text);
    text.push('}');
    Ok(())
}

/// A labelled array.
fn write_array(array: &Labelled, text: &mut String) -> Result<(), Diagnostic> {
    let values = values_of(array)?;
    write_head(array, &values, text)?;
    text.push_str(",\"values\":");
    nested(&array.shape, &values, text);
    text.push('}');
    Ok(())
}

fn write_head(array: &Labelled, values: &Values, text: &mut String) -> Result<(), Diagnostic> {
    let name = array.name.as_ref().map_or_else(|| "null".to_owned(), |name| quoted(name));
    let _ = write!(text, "{{\"type\":\"DataArray\",\"name\":{name}");
    write_frame(array, values, text);
    text.push_str(",\"coords\":{");
    for (k, (name, coord)) in array.coords.iter().enumerate() {
        let comma = if k == 0 { "" } else { "," };
        let values = values_of(coord)?;
        let dims: Vec<String> = coord.dims.iter().map(|dim| quoted(dim.as_str())).collect();
        let _ = write!(
            text,
            "{comma}{}:{{\"dims\":[{}],\"dtype\":\"{}\",\"values\":",
            quoted(name),
            dims.join(","),
            dtype(coord, &values)
        );
        nested(&coord.shape, &values, text);
        text.push('}');
    }
    text.push('}');
    Ok(())
}

/// Dims, shape and type.
fn write_frame(array: &Labelled, values: &Values, text: &mut String) {
    let dims: Vec<String> = array.dims.iter().map(|dim| quoted(dim.as_str())).collect();
    let shape: Vec<String> = array.shape.iter().map(ToString::to_string).collect();
    let _ = write!(
        text,
        ",\"dims\":[{}],\"shape\":[{}],\"dtype\":\"{}\"",
        dims.join(","),
        shape.join(","),
        dtype(array, values)
    );
}

pub(super) fn values_of(array: &Labelled) -> Result<Values, Diagnostic> {
    array.to_values().map_err(|error| Diagnostic::from_error(&error))
}

/// numpy's name of an array's type, with the width of texts and the unit of times as xarray has them.
fn dtype(array: &Labelled, values: &Values) -> String {
    match values {
        Values::Str(_) => format!("<U{}", width(array)),
        Values::Time(times, calendar) if time::is_datetime64(times, *calendar) => "datetime64[ns]".to_owned(),
        Values::Time(..) => "object".to_owned(),
        other => other.dtype().numpy_name().to_owned(),
    }
}

/// Characters of the longest text in the buffers that an array is a view of: numpy's views keep the
/// width of what they were taken from.
pub(super) fn width(array: &Labelled) -> usize {
    let widest = array.grid.parts.iter().flatten().filter_map(|part| match &*part.values {
        Values::Str(texts) => texts.iter().map(|text| text.chars().count()).max(),
        _ => None,
    });
    widest.max().unwrap_or(0).max(1)
}

/// Row-major values as nested lists.
fn nested(shape: &[usize], values: &Values, text: &mut String) {
    match values {
        Values::Bool(v) => {
            nest(shape, v, text, &|v, text| text.push_str(if *v != 0 { "true" } else { "false" }))
        }
        Values::I8(v) => nest(shape, v, text, &integer),
        Values::I16(v) => nest(shape, v, text, &integer),
        Values::I32(v) => nest(shape, v, text, &integer),
        Values::I64(v) => nest(shape, v, text, &integer),
        Values::U8(v) => nest(shape, v, text, &integer),
        Values::U16(v) => nest(shape, v, text, &integer),
        Values::U32(v) => nest(shape, v, text, &integer),
        Values::U64(v) => nest(shape, v, text, &integer),
        Values::F32(v) => nest(shape, v, text, &|v, text| push_float(f64::from(*v), text)),
        Values::F64(v) => nest(shape, v, text, &|v, text| push_float(*v, text)),
        Values::Time(v, calendar) if time::is_datetime64(v, *calendar) => {
            nest(shape, v, text, &|v, text| text.push_str(&quoted(&time::numpy(*v, *calendar))));
        }
        Values::Time(v, calendar) => {
            nest(shape, v, text, &|v, text| text.push_str(&quoted(&time::cftime(*v, *calendar))));
        }
        Values::Str(v) => {
            let texts: Vec<&str> = v.iter().collect();
            nest(shape, &texts, text, &|v, text| text.push_str(&quoted(v)));
        }
    }
}

fn integer<T: std::fmt::Display>(v: &T, text: &mut String) {
    let _ = write!(text, "{v}");
}

fn nest<T>(shape: &[usize], values: &[T], text: &mut String, one: &dyn Fn(&T, &mut String)) {
    let Some((len, inner)) = shape.split_first() else {
        if let Some(value) = values.first() {
            one(value, text);
        }
        return;
    };
    let step: usize = inner.iter().product();
    text.push('[');
    for k in 0..*len {
        if k > 0 {
            text.push(',');
        }
        nest(inner, &values[k * step..(k + 1) * step], text, one);
    }
    text.push(']');
}

fn float(v: f64) -> String {
    let mut text = String::new();
    push_float(v, &mut text);
    text
}

/// The shortest digits that give the number back; what JSON lacks as text.
fn push_float(v: f64, text: &mut String) {
    if v.is_nan() {
        text.push_str("\"nan\"");
    } else if v.is_infinite() {
        text.push_str(if v > 0.0 { "\"inf\"" } else { "\"-inf\"" });
    } else {
        let _ = write!(text, "{v:?}");
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dim;
    use serde_json::json;
    use std::sync::Arc;

    fn parsed(value: &Value) -> serde_json::Value {
        serde_json::from_str(&result(value).unwrap().unwrap()).unwrap()
    }

    /// Written by `encode` of the reference's `run_demo.py` for
    /// `xr.DataArray(np.float32([[0.1, nan], [inf, 2]]), dims=("t", "kind"), name="a",
    /// coords={"t": [3, 4], "kind": ["infected", "r"], "s": True})`.
    #[test]
    fn arrays_are_written_as_the_reference_writes_them() {
        let values = Values::F32(vec![0.1, f32::NAN, f32::INFINITY, 2.0].into());
        let mut array =
            Labelled::contiguous(vec![Dim::new("t"), Dim::new("kind")], vec![2, 2], values).named("a");
        let coord =
            |dims: Vec<Dim>, shape: Vec<usize>, values| Arc::new(Labelled::contiguous(dims, shape, values));
        array.coords.insert("t", coord(vec![Dim::new("t")], vec![2], Values::I64(vec![3, 4].into())));
        let kinds = Values::Str(["infected", "r"].iter().collect());
        array.coords.insert("kind", coord(vec![Dim::new("kind")], vec![2], kinds));
        array.coords.insert("s", coord(vec![], vec![], Values::Bool(vec![1].into())));
        let expected = json!({
            "type": "DataArray", "name": "a", "dims": ["t", "kind"], "shape": [2, 2], "dtype": "float32",
            "coords": {
                "t": {"dims": ["t"], "dtype": "int64", "values": [3, 4]},
                "kind": {"dims": ["kind"], "dtype": "<U8", "values": ["infected", "r"]},
                "s": {"dims": [], "dtype": "bool", "values": true},
            },
            "values": [[0.100_000_001_490_116_12, "nan"], ["inf", 2.0]],
        });
        assert_eq!(parsed(&Value::Array(array.clone())), expected);
        // A view keeps the width of its texts.
        let kind = array.coords.get("kind").unwrap().isel(0, &crate::data::Pick::At(1)).unwrap();
        let view = parsed(&Value::Array(kind));
        assert_eq!((&view["dtype"], &view["values"]), (&json!("<U8"), &json!("r")));
        let dataset = Dataset { vars: vec![("b".to_owned(), array)], ..Dataset::default() };
        let dataset = parsed(&Value::Dataset(dataset));
        assert_eq!(dataset["sizes"], json!({"t": 2, "kind": 2}));
        assert_eq!(dataset["data_vars"]["b"]["name"], "b");
    }

    #[test]
    fn plain_values_have_their_python_types() {
        let entries = vec![
            (Value::Int(1), Value::None),
            (Value::Text("a\"b".into()), Value::List(vec![Value::Float(1.0), Value::Bool(true)])),
        ];
        let expected = json!({"type": "dict", "items": {
            "1": {"type": "scalar", "kind": "NoneType", "value": null},
            "a\"b": {"type": "list", "items": [
                {"type": "scalar", "kind": "float", "value": 1.0},
                {"type": "scalar", "kind": "bool", "value": true},
            ]},
        }});
        assert_eq!(parsed(&Value::Map(entries)), expected);
        assert!(result(&Value::Slice(Box::new([Value::None, Value::None, Value::None]))).unwrap().is_none());
    }
}
