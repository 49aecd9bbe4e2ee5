//! "Did you mean": near names for a misspelt one.

/// The candidate nearest to `word`, if one is near enough to be a typing mistake: a
/// Damerau–Levenshtein distance of at most a third of the word's length (at least 1), or the same
/// letters in another case. Ties go to the first candidate.
pub fn near<'a, I>(word: &str, candidates: I) -> Option<&'a str>
where
    I: IntoIterator<Item = &'a str>,
{
    let limit = (word.chars().count() / 3).max(1);
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A help line: ``did you mean `x`?`` if something is near, else what there is ("there is: a, b").
pub fn did_you_mean<'a, I>(word: &str, candidates: I) -> Option<String>
where
    I: IntoIterator<Item = &'a str>,
    I::IntoIter: Clone,
{
    let candidates = candidates.into_iter();
    if let Some(found) = near(word, candidates.clone()) {
        return Some(format!("did you mean `{found}`?"));
    }
    let all: Vec<&str> = candidates.collect();
    (!all.is_empty()).then(|| format!("there is: {}", list(&all)))
}

/// `a, b, c`, cut after twenty with the number left out.
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    const MOST: usize = 20;
    let shown: Vec<&str> = items.iter().take(MOST).map(AsRef::as_ref).collect();
    let mut text = shown.join(", ");
    if items.len() > MOST {
        text.push_str(&format!(" … and {} more", items.len() - MOST));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        assert_eq!(near("tme", ["time", "x"]), Some("time"));
        assert_eq!(near("Temperature", ["temperature"]), Some("temperature"));
        assert_eq!(near("pressure", ["time", "x"]), None);
        assert_eq!(did_you_mean("zz", ["alpha", "beta"]).as_deref(), Some("there is: alpha, beta"));
    }
}
