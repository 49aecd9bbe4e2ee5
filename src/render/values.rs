//! Labelled arrays as what marks need: plain numbers, names of values, labels of axes.

use super::axis::AxisKind;
pub(super) use super::ends::range;
use super::error::RenderError;
use crate::data::time::{Calendar, Civil, DAY_US, NAT};
use crate::data::{Coord, Dim, Dtype, Labelled, Values};

/// All numbers of an array in the order of `dims` (all of its own), row-major; times as days since
/// 1970-01-01 in their calendar. Copies: 8 bytes an element.
pub(super) fn numbers(array: &Labelled, dims: &[Dim], role: &'static str) -> Result<Vec<f64>, RenderError> {
    if array.dtype() == Dtype::Str {
        return Err(RenderError::Text { name: name_of(array), role });
    }
    let ordered = array.transpose(dims)?;
    let mut values = ordered.to_f64()?;
    if let Dtype::Time(_) = array.dtype() {
        for value in &mut values {
            *value /= DAY_US as f64;
        }
    }
    Ok(values)
}

/// Visits what [`numbers`] gives, in the array's own order of dims, some at a time and without a copy of all.
pub(super) fn visit(
    array: &Labelled,
    role: &'static str,
    f: &mut dyn FnMut(&[f64]),
) -> Result<(), RenderError> {
    if array.dtype() == Dtype::Str {
        return Err(RenderError::Text { name: name_of(array), role });
    }
    let time = matches!(array.dtype(), Dtype::Time(_));
    let mut days = Vec::new();
    array.for_each_f64(|some| {
        if !time {
            return f(some);
        }
        days.clear();
        days.extend(some.iter().map(|value| *value / DAY_US as f64));
        f(&days);
    })?;
    Ok(())
}

/// What the array is called in messages.
pub(super) fn name_of(array: &Labelled) -> String {
    array.name.clone().unwrap_or_else(|| "the array".to_owned())
}

/// What kind of axis an array's values need.
pub(super) fn axis_kind(array: &Labelled) -> AxisKind {
    match array.dtype() {
        Dtype::Time(calendar) => AxisKind::Time(calendar),
        _ => AxisKind::Number,
    }
}

/// `long_name [units]`, as xarray labels an axis: `long_name`, else `standard_name`, else `name`;
/// `units`, else `unit`.
pub(super) fn label(array: &Labelled, name: &str) -> String {
    let text = array.attrs.text("long_name").or_else(|| array.attrs.text("standard_name")).unwrap_or(name);
    let units = units(array);
    if text.is_empty() { units.trim_start().to_owned() } else { format!("{text}{units}") }
}

/// ` [units]`, or nothing.
fn units(array: &Labelled) -> String {
    let known =
        array.attrs.text("units").or_else(|| array.attrs.text("unit")).filter(|units| !units.is_empty());
    match (known, array.dtype()) {
        // The units of decoded times (`days since …`) say nothing about what is drawn.
        (Some(_), Dtype::Time(_)) | (None, _) => String::new(),
        (Some(units), _) => format!(" [{units}]"),
    }
}

/// One value of a small array as xarray writes it: floats with four digits if `short`, else as
/// Python's `repr`; dates without their time at midnight.
pub(super) fn item(array: &Labelled, index: usize, short: bool) -> String {
    array.to_values().map_or_else(|_| String::new(), |values| value_text(&values, index, short))
}

/// All values of a small array as [`item`] writes them.
pub(super) fn items(array: &Labelled, short: bool) -> Vec<String> {
    let Ok(values) = array.to_values() else { return vec![String::new(); array.size()] };
    (0..values.len()).map(|i| value_text(&values, i, short)).collect()
}

fn value_text(values: &Values, index: usize, short: bool) -> String {
    match values {
        Values::Str(texts) => texts.get(index).to_owned(),
        Values::Bool(flags) => if flags[index] == 0 { "False" } else { "True" }.to_owned(),
        Values::Time(times, calendar) => match times[index] {
            NAT => "NaT".to_owned(),
            micros => date_text(calendar.civil(micros)),
        },
        Values::F32(numbers) if !short => shortest(&numbers[index].to_string(), f64::from(numbers[index])),
        Values::F32(numbers) => general(f64::from(numbers[index])),
        Values::F64(numbers) if !short => shortest(&numbers[index].to_string(), numbers[index]),
        Values::F64(numbers) => general(numbers[index]),
        Values::I8(n) => n[index].to_string(),
        Values::I16(n) => n[index].to_string(),
        Values::I32(n) => n[index].to_string(),
        Values::I64(n) => n[index].to_string(),
        Values::U8(n) => n[index].to_string(),
        Values::U16(n) => n[index].to_string(),
        Values::U32(n) => n[index].to_string(),
        Values::U64(n) => n[index].to_string(),
    }
}

/// The date at `days` since 1970-01-01; empty past the calendar's reach.
pub(super) fn day_text(days: f64, calendar: Calendar) -> String {
    let micros = (days * DAY_US as f64).round();
    if micros.abs() < 9e18 { date_text(calendar.civil(micros as i64)) } else { String::new() }
}

fn date_text(civil: Civil) -> String {
    let Civil { year, month, day, hour, minute, second, micro } = civil;
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, micro) {
        (0, 0, 0, 0) => date,
        (_, _, 0, 0) => format!("{date}T{hour:02}:{minute:02}"),
        (_, _, _, 0) => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}.{micro:06}"),
    }
}

/// Python's `repr` of a float from Rust's shortest digits: `1.0`, `1e+20`, `nan`.
fn shortest(digits: &str, value: f64) -> String {
    if !value.is_finite() {
        return digits.to_lowercase();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        return python_exponent(&format!("{value:e}"));
    }
    if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") }
}

/// Python's `f"{value:.4}"`: four significant digits, at least one after the point.
fn general(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string().to_lowercase();
    }
    let scientific = format!("{value:.3e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..3).contains(&exponent) {
        let mantissa = if mantissa.contains('.') {
            mantissa.trim_end_matches('0').trim_end_matches('.')
        } else {
            mantissa
        };
        return python_exponent(&format!("{mantissa}e{exponent}"));
    }
    let fixed = format!("{value:.*}", (3 - exponent).max(1) as usize);
    let trimmed = fixed.trim_end_matches('0');
    if trimmed.ends_with('.') { format!("{trimmed}0") } else { trimmed.to_owned() }
}

/// Python's `repr` of a float.
pub(super) fn python_float(value: f64) -> String {
    shortest(&value.to_string(), value)
}

/// `1e20` as `1e+20`, `1e-7` as `1e-07`.
pub(super) fn python_exponent(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else { return text.to_owned() };
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// `name = value [units]` of every scalar coordinate, cut at 50 characters, as xarray's title.
pub(super) fn title(array: &Labelled) -> String {
    let parts: Vec<String> = array
        .coords
        .iter()
        .filter(|(_, coord)| coord.size() == 1)
        .map(|(name, coord)| format!("{name} = {}{}", item(coord, 0, true), units(coord)))
        .collect();
    let title = parts.join(", ");
    if title.chars().count() > 50 {
        let cut: String = title.chars().take(47).collect();
        format!("{cut}...")
    } else {
        title
    }
}

/// The labels of a dim: its coordinate, or 0, 1, …
pub(super) fn index_of(array: &Labelled, dim: &Dim) -> Coord {
    array.coords.index(dim).cloned().unwrap_or_else(|| {
        let len = array.len_of(dim.as_str()).unwrap_or(0);
        let count: Vec<i64> = (0..len as i64).collect();
        let values = Values::I64(count.into());
        std::sync::Arc::new(Labelled::contiguous(vec![dim.clone()], vec![len], values).named(dim.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_python_does() {
        // Expected: f"{x:.4}" and repr(x) of Python 3.12.
        for (value, short, long) in [
            (0.0, "0.0", "0.0"),
            (0.35, "0.35", "0.35"),
            (315.0, "315.0", "315.0"),
            (1000.0, "1e+03", "1000.0"),
            (12345.678, "1.235e+04", "12345.678"),
            (1e20, "1e+20", "1e+20"),
            (1.5e-7, "1.5e-07", "1.5e-07"),
            (-0.00012345, "-0.0001234", "-0.00012345"),
            (9999.96, "1e+04", "9999.96"),
            (f64::NAN, "nan", "nan"),
        ] {
            assert_eq!(general(value), short);
            assert_eq!(shortest(&value.to_string(), value), long);
        }
    }
}
