//! Styles written as `name,parameter=number,…`.

use crate::diag::did_you_mean;

/// Reads `name,parameter=number,…`. Of the styles in `known`, each with its parameters and their
/// defaults, the named one: its place, and the values of its parameters in their order.
///
/// # Errors
/// A fragment: names and parameters that are not there, values that are no numbers.
pub(super) fn read(
    text: &str,
    what: &str,
    known: &[(&str, &[(&str, f64)])],
) -> Result<(usize, Vec<f64>), String> {
    let hint = |help: Option<String>| help.map_or_else(String::new, |help| format!(" ({help})"));
    let mut parts = text.split(',').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let place = known.iter().position(|(own, _)| own.eq_ignore_ascii_case(name)).ok_or_else(|| {
        format!("there is no {what} `{name}`{}", hint(did_you_mean(name, known.iter().map(|(own, _)| *own))))
    })?;
    let (name, own) = known[place];
    let mut values: Vec<f64> = own.iter().map(|(_, default)| *default).collect();
    for part in parts {
        let (key, value) = part.split_once('=').map_or((part, ""), |(key, value)| (key.trim(), value.trim()));
        let i = own.iter().position(|(own, _)| *own == key).ok_or_else(|| {
            let help = did_you_mean(key, own.iter().map(|(own, _)| *own));
            format!("the {what} `{name}` has no `{key}`{}", hint(help))
        })?;
        let number = value.parse::<f64>().ok().filter(|number| number.abs() <= 1e4);
        values[i] =
            number.ok_or_else(|| format!("`{key}` of the {what} `{name}` is a number, not `{value}`"))?;
    }
    Ok((place, values))
}

#[cfg(test)]
mod tests {
    #[test]
    fn parameters_are_numbers_of_known_names() {
        let known: [(&str, &[(&str, f64)]); 2] =
            [("arc3", &[("rad", 0.0)]), ("->", &[("a", 1.0), ("b", 2.0)])];
        let read = |text: &str| super::read(text, "style", &known);
        assert_eq!(read("arc3"), Ok((0, vec![0.0])));
        assert_eq!(read("Arc3, rad = -0.5"), Ok((0, vec![-0.5])));
        assert_eq!(read("->,b=4"), Ok((1, vec![1.0, 4.0])));
        for (text, part) in [
            ("arc33", "(did you mean `arc3`?)"),
            ("arc3,rat=1", "(did you mean `rad`?)"),
            ("arc3,rad=x", "is a number, not `x`"),
            ("arc3,rad", "is a number, not ``"),
            ("arc3,rad=inf", "is a number"),
        ] {
            assert!(read(text).unwrap_err().contains(part), "{text}");
        }
    }
}
