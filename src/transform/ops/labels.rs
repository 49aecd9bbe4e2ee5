//! Labels of an axis: looking them up, exactly, nearest, or by slice.

use crate::data::time::Calendar;
use crate::data::{Dim, Dtype, Labelled, Pick};
use crate::transform::Value;
use crate::transform::bind::wants;
use crate::transform::error::{OpError, OpResult};

/// The labels of one axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Labels {
    /// Numbers of any type.
    Numbers(Vec<f64>),
    /// Microseconds.
    Times(Vec<i64>, Calendar),
    /// Texts.
    Texts(Vec<String>),
}

/// How a label is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// The very label.
    Exact,
    /// The nearest one.
    Nearest,
    /// The last one not after.
    Pad,
    /// The first one not before.
    Backfill,
}

impl Method {
    /// As xarray names it.
    pub(crate) fn of(name: Option<&str>) -> OpResult<Self> {
        Ok(match name {
            None => Self::Exact,
            Some("nearest") => Self::Nearest,
            Some("pad" | "ffill") => Self::Pad,
            Some("backfill" | "bfill") => Self::Backfill,
            Some(other) => {
                let known = ["nearest", "pad", "ffill", "backfill", "bfill"];
                return Err(crate::transform::error::unknown("method", other, known));
            }
        })
    }
}

/// A label that was asked for: a number, or a span of times.
enum Wanted<'a> {
    Number(f64),
    /// Both ends are inside; they differ for `2000-01`.
    Time(i64, i64),
    Text(&'a str),
}

impl Labels {
    /// The labels in a coordinate.
    pub(crate) fn of(coord: &Labelled) -> OpResult<Self> {
        Ok(match coord.dtype() {
            Dtype::Str => Self::Texts(coord.texts()?),
            Dtype::Time(calendar) => {
                let mut times = Vec::with_capacity(coord.size());
                coord.for_each_run::<OpError>(coord.ndim(), |_, _, run| {
                    run.for_each::<i64>(|time| times.push(time));
                    Ok(())
                })?;
                Self::Times(times, calendar)
            }
            _ => Self::Numbers(coord.to_f64()?),
        })
    }

    /// The time that a text means, its first microsecond.
    pub(crate) fn parse_one(text: &str, calendar: Calendar) -> OpResult<i64> {
        calendar.span(text).map(|(start, _)| start).ok_or_else(|| {
            OpError::new(format!("`{text}` is not a time of the calendar {}", calendar.cf_name()))
        })
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Numbers(v) => v.len(),
            Self::Times(v, _) => v.len(),
            Self::Texts(v) => v.len(),
        }
    }

    /// Whether one of the labels is none: NaN or not-a-time.
    pub(crate) fn is_missing(&self, i: usize) -> bool {
        match self {
            Self::Numbers(v) => v[i].is_nan(),
            Self::Times(v, _) => v[i] == crate::data::time::NAT,
            Self::Texts(_) => false,
        }
    }

    /// How two of the labels follow each other; NaN comes last.
    pub(crate) fn compare(&self, a: usize, b: usize) -> std::cmp::Ordering {
        match self {
            // -0 is 0.
            Self::Numbers(v) => (v[a] + 0.0).total_cmp(&(v[b] + 0.0)),
            Self::Times(v, _) => v[a].cmp(&v[b]),
            Self::Texts(v) => v[a].cmp(&v[b]),
        }
    }

    /// Whether no label stands twice.
    pub(crate) fn are_unique(&self) -> bool {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|a, b| self.compare(*a, *b));
        order.windows(2).all(|pair| self.compare(pair[0], pair[1]).is_ne())
    }

    fn show(&self, i: usize) -> String {
        match self {
            Self::Numbers(v) => v[i].to_string(),
            Self::Times(v, calendar) => calendar.civil(v[i]).to_string(),
            Self::Texts(v) => format!("`{}`", v[i]),
        }
    }

    fn wanted<'a>(&self, dim: &Dim, value: &'a Value) -> OpResult<Wanted<'a>> {
        let name = dim.as_str();
        Ok(match (self, value) {
            (Self::Texts(_), Value::Text(text)) => Wanted::Text(text),
            (Self::Texts(_), other) => return Err(wants(name, "a text, as its labels are", other)),
            (Self::Times(_, calendar), Value::Text(text)) => {
                let (start, end) = calendar.span(text).ok_or_else(|| {
                    OpError::with_help(
                        format!("`{text}` is not a time of the calendar {}", calendar.cf_name()),
                        Some("write times as 2000-01-31 or 2000-01-31T12:00".to_owned()),
                    )
                })?;
                Wanted::Time(start, end)
            }
            (Self::Times(_, calendar), Value::Array(array) | Value::Bare(array))
                if array.dtype() == Dtype::Time(*calendar) =>
            {
                let Self::Times(times, _) = Self::of(array)? else {
                    return Err(wants(name, "a time", value));
                };
                match times.as_slice() {
                    [time] => Wanted::Time(*time, *time),
                    _ => return Err(wants(name, "one time", value)),
                }
            }
            (Self::Times(..), other) => return Err(wants(name, "a time such as 2000-01-31", other)),
            (Self::Numbers(_), Value::Text(_)) => {
                return Err(wants(name, "a number, as its labels are", value));
            }
            (Self::Numbers(_), other) => Wanted::Number(crate::transform::bind::to_number(other, name)?),
        })
    }

    /// Labels as numbers on one line, for distances; texts have none.
    fn distance(&self, i: usize, wanted: &Wanted<'_>) -> Option<f64> {
        match (self, wanted) {
            (Self::Numbers(v), Wanted::Number(x)) => Some(v[i] - x),
            (Self::Times(v, _), Wanted::Time(start, _)) => Some(v[i].wrapping_sub(*start) as f64),
            _ => None,
        }
    }

    /// The positions of one label: one, or a range for a time such as `2000-01`.
    ///
    /// # Errors
    /// If there is none, with the nearest; if there are several.
    pub(crate) fn find(
        &self,
        dim: &Dim,
        value: &Value,
        method: Method,
        tolerance: Option<f64>,
    ) -> OpResult<Pick> {
        let wanted = self.wanted(dim, value)?;
        if method != Method::Exact {
            return self.find_near(dim, value, &wanted, method, tolerance).map(Pick::At);
        }
        let matches: Vec<usize> = match (self, &wanted) {
            (Self::Numbers(v), Wanted::Number(x)) => {
                (0..v.len()).filter(|i| v[*i] == *x || (v[*i].is_nan() && x.is_nan())).take(2).collect()
            }
            (Self::Texts(v), Wanted::Text(x)) => (0..v.len()).filter(|i| v[*i] == *x).take(2).collect(),
            (Self::Times(v, _), Wanted::Time(start, end)) => {
                let exact: Vec<usize> = (0..v.len()).filter(|i| v[*i] == *start).take(2).collect();
                let inside: Vec<usize> = (0..v.len()).filter(|i| (*start..=*end).contains(&v[*i])).collect();
                if inside.len() > 1 || (inside.len() == 1 && exact.is_empty()) {
                    return Ok(Pick::List(inside));
                }
                exact
            }
            _ => Vec::new(),
        };
        match matches.as_slice() {
            [one] => Ok(Pick::At(*one)),
            [] => Err(self.no_label(dim, value, &wanted)),
            _ => Err(OpError::new(format!("the label {} stands twice along `{dim}`", value.describe()))),
        }
    }

    /// As pandas' `get_indexer`: of two that are equally near, the larger label.
    fn find_near(
        &self,
        dim: &Dim,
        value: &Value,
        wanted: &Wanted<'_>,
        method: Method,
        tolerance: Option<f64>,
    ) -> OpResult<usize> {
        let mut best: Option<(f64, usize)> = None;
        let rising = self.is_rising();
        for i in 0..self.len() {
            let Some(distance) = self.distance(i, wanted) else {
                return Err(OpError::new(format!("texts along `{dim}` have no nearest: leave out `method`")));
            };
            // Before and after are meant along the axis, whichever way its labels run.
            let before = if rising { distance <= 0.0 } else { distance >= 0.0 };
            let after = if rising { distance >= 0.0 } else { distance <= 0.0 };
            let fits = match method {
                Method::Pad => before,
                Method::Backfill => after,
                Method::Nearest | Method::Exact => !distance.is_nan(),
            };
            let better = |(least, _): &(f64, usize)| {
                distance.abs() < least.abs() || (distance.abs() == least.abs() && distance > *least)
            };
            if fits && best.as_ref().is_none_or(better) {
                best = Some((distance, i));
            }
        }
        match best {
            Some((distance, i)) if tolerance.is_none_or(|most| distance.abs() <= most) => Ok(i),
            _ => Err(self.no_label(dim, value, wanted)),
        }
    }

    fn no_label(&self, dim: &Dim, value: &Value, wanted: &Wanted<'_>) -> OpError {
        let help = match (self, wanted) {
            (Self::Texts(v), Wanted::Text(text)) => {
                crate::diag::did_you_mean(text, v.iter().map(String::as_str))
            }
            _ => {
                let mut order: Vec<(f64, usize)> = (0..self.len())
                    .filter_map(|i| self.distance(i, wanted).map(|d| (d.abs(), i)))
                    .filter(|(d, _)| !d.is_nan())
                    .collect();
                order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                let mut nearest: Vec<usize> = order.iter().take(3).map(|(_, i)| *i).collect();
                nearest.sort_unstable();
                let shown: Vec<String> = nearest.iter().map(|i| self.show(*i)).collect();
                (!shown.is_empty()).then(|| format!("the nearest are {}", shown.join(", ")))
            }
        };
        OpError::with_help(format!("there is no label {} along `{dim}`", value.describe()), help)
    }

    fn is_rising(&self) -> bool {
        match self {
            Self::Numbers(v) => v.windows(2).all(|w| w[0] <= w[1]),
            Self::Times(v, _) => v.windows(2).all(|w| w[0] <= w[1]),
            Self::Texts(v) => v.windows(2).all(|w| w[0] <= w[1]),
        }
    }

    fn is_falling(&self) -> bool {
        match self {
            Self::Numbers(v) => v.windows(2).all(|w| w[0] >= w[1]),
            Self::Times(v, _) => v.windows(2).all(|w| w[0] >= w[1]),
            Self::Texts(v) => v.windows(2).all(|w| w[0] >= w[1]),
        }
    }

    /// The positions of a slice of labels, both ends inside, as pandas' `slice_indexer`: on a
    /// falling axis `start` is the larger end; on one in no order both ends must be labels.
    pub(crate) fn slice(&self, dim: &Dim, parts: &[Value; 3]) -> OpResult<Pick> {
        let [start, stop, step] = parts;
        let step = match step {
            Value::None => 1,
            other => crate::transform::bind::to_int(other, "step")?,
        };
        let (rising, falling) = (self.is_rising(), self.is_falling());
        let n = self.len();
        let (first, end) = if rising || falling {
            let before = |value: &Value, inclusive: bool| -> OpResult<usize> {
                let wanted = self.wanted(dim, value)?;
                let forward = rising;
                let is_before = |i: usize| match (self, &wanted) {
                    (Self::Numbers(v), Wanted::Number(x)) => compare(v[i], *x, forward, inclusive),
                    (Self::Times(v, _), Wanted::Time(low, high)) => {
                        let edge = if inclusive == forward { *high } else { *low };
                        compare(v[i], edge, forward, inclusive)
                    }
                    (Self::Texts(v), Wanted::Text(x)) => compare(v[i].as_str(), *x, forward, inclusive),
                    _ => false,
                };
                Ok((0..n).find(|i| !is_before(*i)).unwrap_or(n))
            };
            let first = if start.is_none() { 0 } else { before(start, false)? };
            let end = if stop.is_none() { n } else { before(stop, true)? };
            (first, end)
        } else {
            let position = |value: &Value| -> OpResult<usize> {
                match self.find(dim, value, Method::Exact, None)? {
                    Pick::At(at) => Ok(at),
                    _ => Err(OpError::new(format!("{} means several times", value.describe()))),
                }
            };
            let first = if start.is_none() { 0 } else { position(start)? };
            let end = if stop.is_none() { n } else { position(stop)? + 1 };
            (first, end)
        };
        let (first, end) = (first as i64, end as i64);
        let pick = if step >= 0 {
            Pick::slice(Some(first), Some(end), Some(step), n)
        } else {
            // pandas slices positions `first..end`, then steps backwards through them from the end.
            Pick::slice(Some(end - 1), (first > 0).then_some(first - 1), Some(step), n)
        };
        pick.ok_or_else(|| OpError::new("a slice's step must not be 0"))
    }

    /// Where each of these labels stands in `other`; `None` where it does not.
    pub(crate) fn positions_in(&self, other: &Self) -> Vec<Option<usize>> {
        use std::collections::BTreeMap;
        fn locate<K: Ord>(
            keys: impl Iterator<Item = K>,
            others: impl Iterator<Item = K>,
        ) -> Vec<Option<usize>> {
            let mut index = BTreeMap::new();
            for (i, key) in others.enumerate() {
                index.entry(key).or_insert(i);
            }
            keys.map(|key| index.get(&key).copied()).collect()
        }
        // The bits of a float in an order of its own; -0 counts as 0.
        let bits = |v: &f64| (v + 0.0).to_bits();
        match (self, other) {
            (Self::Numbers(a), Self::Numbers(b)) => locate(a.iter().map(bits), b.iter().map(bits)),
            (Self::Times(a, c), Self::Times(b, d)) if c == d => locate(a.iter(), b.iter()),
            (Self::Texts(a), Self::Texts(b)) => locate(a.iter(), b.iter()),
            _ => vec![None; self.len()],
        }
    }
}

fn compare<T: PartialOrd>(label: T, edge: T, forward: bool, inclusive: bool) -> bool {
    match (forward, inclusive) {
        (true, true) => label <= edge,
        (true, false) => label < edge,
        (false, true) => label >= edge,
        (false, false) => label > edge,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(start: Value, stop: Value) -> [Value; 3] {
        [start, stop, Value::None]
    }

    /// Expected from xarray: `a.sel(x=slice(...)).x` with the same labels.
    #[test]
    fn label_slices_hold_both_ends() {
        let dim = Dim::new("x");
        let rising = Labels::Numbers(vec![0.0, 5.0, 10.0, 15.0]);
        let falling = Labels::Numbers(vec![15.0, 10.0, 5.0, 0.0]);
        let texts = Labels::Texts(vec!["b".into(), "a".into(), "c".into()]);
        let check = |labels: &Labels, start: Value, stop: Value, expected: &[usize]| {
            let pick = labels.slice(&dim, &slice(start, stop)).unwrap();
            assert_eq!((0..pick.count()).map(|i| pick.index(i)).collect::<Vec<_>>(), expected);
        };
        check(&rising, Value::Int(5), Value::Int(10), &[1, 2]);
        check(&rising, Value::Int(3), Value::Float(12.5), &[1, 2]);
        check(&rising, Value::None, Value::Int(0), &[0]);
        check(&rising, Value::Int(20), Value::None, &[]);
        check(&falling, Value::Int(12), Value::Int(5), &[1, 2]);
        check(&texts, "a".into(), "c".into(), &[1, 2]);
    }

    /// From pandas: `pd.Index([0, 10]).get_indexer([5], method="nearest")` is 1.
    #[test]
    fn nearest_labels_are_found() {
        let dim = Dim::new("x");
        let labels = Labels::Numbers(vec![0.0, 10.0, 20.0]);
        let at = |value: f64, method, tolerance| labels.find(&dim, &Value::Float(value), method, tolerance);
        assert_eq!(at(5.0, Method::Nearest, None).unwrap(), Pick::At(1));
        assert_eq!(at(14.0, Method::Nearest, Some(4.0)).unwrap(), Pick::At(1));
        assert_eq!(at(19.0, Method::Pad, None).unwrap(), Pick::At(1));
        assert_eq!(at(11.0, Method::Backfill, None).unwrap(), Pick::At(2));
        // On falling labels, before and after are along the axis: `pd.Index([9, 7, 5, 3])`.
        let falling = Labels::Numbers(vec![9.0, 7.0, 5.0, 3.0]);
        for (method, expected) in [(Method::Pad, 1), (Method::Backfill, 2), (Method::Nearest, 1)] {
            let pick = falling.find(&dim, &Value::Float(6.0), method, None).unwrap();
            assert_eq!(pick, Pick::At(expected), "{method:?}");
        }
        let error = at(14.0, Method::Exact, None).unwrap_err();
        assert_eq!(error.to_string(), "there is no label 14.0 along `x`");
        assert_eq!(error.help().unwrap(), "the nearest are 0, 10, 20");
        assert!(at(14.0, Method::Nearest, Some(3.0)).is_err());
    }

    #[test]
    fn times_are_found_by_day_and_by_month() {
        let calendar = Calendar::ProlepticGregorian;
        let day = |month, day| calendar.days_from_date(2000, month, day).unwrap() * 86_400_000_000;
        let labels = Labels::Times(vec![day(1, 1), day(1, 31), day(2, 1), day(3, 1)], calendar);
        let dim = Dim::new("time");
        let find = |text: &str| labels.find(&dim, &text.into(), Method::Exact, None).unwrap();
        assert_eq!(find("2000-02-01"), Pick::At(2));
        assert_eq!(find("2000-01"), Pick::List(vec![0, 1]));
        let pick = labels.slice(&dim, &slice("2000-01-15".into(), "2000-02".into())).unwrap();
        assert_eq!((pick.index(0), pick.count()), (1, 2));
    }
}
