//! The type of a column from its fields, one by one.

use super::fields::{self, Meaning};
use crate::data::Dtype;

/// What all fields seen so far could be.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    some: bool,
    missing: bool,
    signed: bool,
    unsigned: bool,
    integer: bool,
    float: bool,
    boolean: bool,
    time: bool,
    /// Numbers, but for missing values with blanks around them.
    padded: bool,
}

impl Default for Guess {
    fn default() -> Self {
        Self {
            some: false,
            missing: false,
            signed: true,
            unsigned: true,
            integer: true,
            float: true,
            boolean: true,
            time: true,
            padded: true,
        }
    }
}

impl Guess {
    /// Looks at one more field.
    pub(super) fn see(&mut self, field: &[u8], meaning: &Meaning, latin: &mut bool) {
        if meaning.is_missing(field) {
            self.missing = true;
            return;
        }
        self.some = true;
        if self.integer {
            let signed = fields::signed(field).is_some();
            self.signed &= signed;
            self.unsigned = self.unsigned && fields::unsigned(field).is_some();
            self.integer = signed || self.unsigned || fields::is_integer(field);
        }
        self.signed &= self.integer;
        self.unsigned &= self.integer;
        let is_number = || fields::is_number(&meaning.pointed(field));
        self.float = self.float && (self.integer || is_number());
        if !self.float && self.padded {
            self.padded = is_number() || meaning.is_missing(field.trim_ascii());
        }
        self.boolean = self.boolean && fields::boolean(field).is_some();
        self.time = self.time && fields::time(field).is_some();
        if !self.float && !self.boolean && !self.time && !*latin && std::str::from_utf8(field).is_err() {
            *latin = true;
        }
    }

    /// Whether it would be a column of numbers, had its missing values no blanks around them.
    pub(super) fn is_padded(&self) -> bool {
        self.padded && !self.float && !self.boolean && !self.time
    }

    /// The narrowest type that holds all, by pandas' rules: integers with missing values are floats,
    /// bools with missing values stay text, integers that fit neither 64-bit type stay text, since a
    /// float would lose digits; dates stay text unless `dates`; a column of missing values is of floats, one without rows of texts.
    pub(super) fn dtype(&self, dates: bool) -> Dtype {
        match () {
            () if !self.some && !self.missing => Dtype::Str,
            () if !self.some => Dtype::F64,
            () if self.boolean && !self.missing => Dtype::Bool,
            () if self.signed && !self.missing => Dtype::I64,
            () if self.unsigned && !self.missing => Dtype::U64,
            () if self.float && (self.signed || !self.integer) => Dtype::F64,
            () if self.time && dates => Dtype::Time(fields::CALENDAR),
            () => Dtype::Str,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::load::TableOptions;

    fn check(column: &[&str], dtype: Dtype) {
        let mut guess = Guess::default();
        let meaning = Meaning::of(&TableOptions::default());
        column.iter().for_each(|field| guess.see(field.as_bytes(), &meaning, &mut false));
        assert_eq!(guess.dtype(true), dtype, "{column:?}");
    }

    /// Types as `pandas.read_csv` gives them (text for object), dates apart.
    #[test]
    fn columns_get_the_types_pandas_gives_them() {
        check(&["1", "-2", " 3"], Dtype::I64);
        check(&["1", "", "3"], Dtype::F64);
        check(&["1", "18446744073709551615"], Dtype::U64);
        check(&["1", "2.5", "1e3", "inf"], Dtype::F64);
        check(&["True", "false"], Dtype::Bool);
        check(&["True", ""], Dtype::Str);
        check(&["", "NaN"], Dtype::F64);
        check(&["1", "x"], Dtype::Str);
        check(&["2000-01-01", "NA", "2000-01-02T12:00"], Dtype::Time(fields::CALENDAR));
        check(&["2000-01-01", "soon"], Dtype::Str);
        check(&["1", "True"], Dtype::Str);
        check(&["TrUe", "FALSE"], Dtype::Bool);
        check(&["36562860582400200903", "1"], Dtype::Str);
        check(&["9223372036854775813", "-5"], Dtype::Str);
        check(&["9223372036854775813", ""], Dtype::Str);
        check(&["+9223372036854775813", "5"], Dtype::U64);
        check(&["1e400", "1"], Dtype::Str);
        check(&["1e-400", "Infinity", "-inf"], Dtype::F64);
        check(&["NAN", "1"], Dtype::Str);
        check(&["0x1f", "1_000"], Dtype::Str);
        check(&[], Dtype::Str);
        check(&["1", " NA"], Dtype::Str);
    }

    #[test]
    fn missing_values_with_blanks_around_them_are_noticed() {
        let padded = |column: &[&str]| {
            let mut guess = Guess::default();
            let meaning = Meaning::of(&TableOptions::default());
            column.iter().for_each(|field| guess.see(field.as_bytes(), &meaning, &mut false));
            guess.is_padded()
        };
        assert!(padded(&["1", " NA", "2.5"]) && padded(&["1", "  "]));
        assert!(!padded(&["1", "NA"]) && !padded(&["1", " NA", "x"]) && !padded(&["True", "False"]));
    }
}
