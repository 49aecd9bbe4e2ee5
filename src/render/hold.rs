//! Limits that a picture of a sequence shares with all others: what the axes and colours of values
//! cover besides the picture's own data.

use super::chart::{Chart, Kind};
use super::content::ChartData;
use crate::data::Labelled;

/// Least and largest values of all pictures of a sequence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extents(Vec<(Option<String>, [f64; 2])>);

impl Extents {
    /// From the least and largest values of the data of all pictures, of each variable if they are
    /// datasets. What is no number, or not finite, is left out.
    pub fn of(least: &ChartData, most: &ChartData) -> Self {
        let one = |array: &Labelled| array.f64_at(&[]).ok().filter(|value| value.is_finite());
        let pair = |a: &Labelled, b: &Labelled| Some([one(a)?, one(b)?]);
        Self(match (least, most) {
            (ChartData::Array(least), ChartData::Array(most)) => {
                pair(least, most).map(|ends| (None, ends)).into_iter().collect()
            }
            (ChartData::Dataset(least), ChartData::Dataset(most)) => {
                let ends = |(name, least): &(String, Labelled)| {
                    let (_, most) = most.vars.iter().find(|(other, _)| other == name)?;
                    Some((Some(name.clone()), pair(least, most)?))
                };
                least.vars.iter().filter_map(ends).collect()
            }
            _ => Vec::new(),
        })
    }

    fn get(&self, variable: Option<&str>) -> Option<[f64; 2]> {
        self.0.iter().find(|(name, _)| name.as_deref() == variable).map(|(_, ends)| *ends)
    }
}

impl Chart {
    /// Lets axes and colours cover `extents` as well, so that all pictures of a sequence have the same
    /// limits. A histogram has the same bins; its counts keep an axis of their own.
    pub fn hold(&mut self, extents: &Extents) {
        let named = |encoding: &super::chart::Encoding| extents.get(encoding.name());
        match self.kind {
            Some(Kind::Line | Kind::Step) => {
                // One of the two is the dimension that lines go along.
                let values = extents.get(None);
                let (across, up) = (named(&self.encodings.x), named(&self.encodings.y));
                match self.encodings.y.name() {
                    Some(_) if up.is_none() => self.x.whole = across.or(values),
                    _ => (self.x.whole, self.y.whole) = (across, up.or(values)),
                }
            }
            Some(Kind::ErrorBars) => {
                let error = self.errors.yerr.as_deref().and_then(|name| extents.get(Some(name)));
                let reach = error.map_or(0.0, |ends| ends[1].max(0.0));
                self.x.whole = named(&self.encodings.x);
                self.y.whole = named(&self.encodings.y).map(|[low, high]| [low - reach, high + reach]);
            }
            Some(Kind::Scatter | Kind::Scatter3D) => {
                self.x.whole = named(&self.encodings.x);
                self.y.whole = named(&self.encodings.y);
                self.z.whole = named(&self.encodings.z);
                self.color.whole = named(&self.encodings.hue);
            }
            Some(Kind::Hist) => {
                self.x.whole = extents.get(None);
                self.hist.range = self.hist.range.or(self.x.whole);
            }
            Some(Kind::Surface) => {
                self.z.whole = extents.get(None);
                self.color.whole = self.z.whole;
            }
            _ => self.color.whole = extents.get(None),
        }
    }
}
