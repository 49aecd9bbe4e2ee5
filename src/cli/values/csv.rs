//! Columns as CSV (RFC 4180 with line feeds): a header, then a line a row. Numbers have the digits
//! that give them back, float32 those of float32; missing ones are `nan`, times ISO 8601.

use super::time;
use crate::data::Values;
use std::fmt::Write as _;

/// The text of a table whose columns are equally long.
pub(super) fn write(columns: &[(String, Values)]) -> String {
    let mut text = String::new();
    for (k, (name, _)) in columns.iter().enumerate() {
        text.push_str(if k == 0 { "" } else { "," });
        field(name, &mut text);
    }
    text.push('\n');
    for row in 0..columns.first().map_or(0, |(_, values)| values.len()) {
        for (k, (_, values)) in columns.iter().enumerate() {
            text.push_str(if k == 0 { "" } else { "," });
            cell(values, row, &mut text);
        }
        text.push('\n');
    }
    text
}

fn field(name: &str, text: &mut String) {
    if name.contains(['"', ',', '\n', '\r']) || name.is_empty() {
        let _ = write!(text, "\"{}\"", name.replace('"', "\"\""));
    } else {
        text.push_str(name);
    }
}

/// Writing to a String cannot fail.
fn cell(values: &Values, row: usize, text: &mut String) {
    let _ = match values {
        Values::Bool(v) => write!(text, "{}", v[row] != 0),
        Values::I8(v) => write!(text, "{}", v[row]),
        Values::I16(v) => write!(text, "{}", v[row]),
        Values::I32(v) => write!(text, "{}", v[row]),
        Values::I64(v) => write!(text, "{}", v[row]),
        Values::U8(v) => write!(text, "{}", v[row]),
        Values::U16(v) => write!(text, "{}", v[row]),
        Values::U32(v) => write!(text, "{}", v[row]),
        Values::U64(v) => write!(text, "{}", v[row]),
        Values::F32(v) if v[row].is_nan() => write!(text, "nan"),
        Values::F64(v) if v[row].is_nan() => write!(text, "nan"),
        Values::F32(v) => write!(text, "{:?}", v[row]),
        Values::F64(v) => write!(text, "{:?}", v[row]),
        Values::Time(v, calendar) => write!(text, "{}", time::iso(v[row], *calendar)),
        Values::Str(v) => {
            field(v.get(row), text);
            Ok(())
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_texts_are_quoted_where_they_must() {
        let columns = [
            ("a,b".to_owned(), Values::F32(vec![0.1, f32::NAN, f32::NEG_INFINITY].into())),
            ("k".to_owned(), Values::Str(["x", "say \"y\"", ""].iter().collect())),
            ("n".to_owned(), Values::U8(vec![1, 2, 255].into())),
        ];
        let lines = "\"a,b\",k,n\n0.1,x,1\nnan,\"say \"\"y\"\"\",2\n-inf,\"\",255\n";
        assert_eq!(write(&columns), lines);
    }
}
