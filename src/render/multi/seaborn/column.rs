//! Columns that tell rows apart (`hue`, `size`, `style`): their levels, and which level rows have.

use super::number_name;
use crate::render::multi::argument::{Argument, Bound, Vector, VectorKind};
use std::collections::BTreeMap;

/// A column by its levels.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its name, empty if it has none.
    pub(super) name: String,
    /// The level of each row; `None` where it is missing or not wanted.
    pub(super) rows: Vec<Option<u32>>,
    levels: Levels,
    whole: bool,
    quantity: bool,
}

#[derive(Clone, Debug)]
enum Levels {
    Texts(Vec<String>),
    Numbers(Vec<f64>),
}

impl Column {
    /// Levels of texts in the order in which they come, of numbers (and of texts that are numbers) in
    /// theirs.
    pub(super) fn of(name: String, vector: Vector, whole: bool) -> Self {
        if let VectorKind::Text(texts) = vector.kind {
            let mut known: BTreeMap<&str, u32> = BTreeMap::new();
            let mut levels: Vec<String> = Vec::new();
            let rows: Vec<u32> = texts
                .iter()
                .map(|text| {
                    *known.entry(text).or_insert_with(|| {
                        levels.push(text.clone());
                        levels.len() as u32 - 1
                    })
                })
                .collect();
            let numbers: Option<Vec<f64>> = levels.iter().map(|text| text.parse().ok()).collect();
            let mut order: Vec<u32> = (0..levels.len() as u32).collect();
            if let Some(numbers) = numbers {
                order.sort_by(|a, b| numbers[*a as usize].total_cmp(&numbers[*b as usize]));
            }
            let mut place = vec![0; levels.len()];
            order.iter().enumerate().for_each(|(new, old)| place[*old as usize] = new as u32);
            let levels = order.iter().map(|old| levels[*old as usize].clone()).collect();
            let rows = rows.into_iter().map(|old| Some(place[old as usize])).collect();
            return Self { name, rows, levels: Levels::Texts(levels), whole, quantity: false };
        }
        let mut levels: Vec<f64> = vector.values.iter().copied().filter(|v| v.is_finite()).collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let place = |v: &f64| v.is_finite().then(|| levels.partition_point(|own| own < v) as u32);
        let rows = vector.values.iter().map(place).collect();
        // As seaborn, 0 and 1 are categories.
        let binary = levels.iter().all(|v| *v == 0.0 || *v == 1.0);
        let quantity = vector.kind == VectorKind::Number && !binary;
        Self { name, rows, levels: Levels::Numbers(levels), whole, quantity }
    }

    /// How many levels there are.
    pub(super) fn count(&self) -> usize {
        match &self.levels {
            Levels::Texts(texts) => texts.len(),
            Levels::Numbers(numbers) => numbers.len(),
        }
    }

    /// What level `k` is called.
    pub(super) fn title(&self, k: usize) -> String {
        match &self.levels {
            Levels::Texts(texts) => texts.get(k).cloned().unwrap_or_default(),
            Levels::Numbers(numbers) => {
                numbers.get(k).map_or_else(String::new, |v| number_name(*v, self.whole))
            }
        }
    }

    /// What the levels are called.
    pub(super) fn names(&self) -> Vec<String> {
        (0..self.count()).map(|k| self.title(k)).collect()
    }

    /// The name of each row's level.
    pub(super) fn texts(&self) -> Vec<Option<String>> {
        let names = self.names();
        self.rows.iter().map(|level| level.and_then(|k| names.get(k as usize).cloned())).collect()
    }

    /// The levels of quantities; `None` of categories.
    pub(super) fn quantities(&self) -> Option<&[f64]> {
        match &self.levels {
            Levels::Numbers(numbers) if self.quantity => Some(numbers),
            _ => None,
        }
    }

    /// Whether the numbers are whole.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The same with just the levels that an argument of the call lists, in its order.
    ///
    /// # Errors
    /// If the argument is no list of levels.
    pub(super) fn ordered(self, call: &Bound<'_>, argument: &str) -> Result<Self, String> {
        let Some(value) = call.get(argument) else { return Ok(self) };
        let order = value.vector().map_err(|why| format!("`{argument}`: {why}"))?;
        let levels = match order.kind {
            VectorKind::Text(texts) => Levels::Texts(texts),
            _ => Levels::Numbers(order.values),
        };
        Ok(self.with(levels))
    }

    /// The same with just the levels of these names, in their order.
    pub(super) fn arranged(self, names: Vec<String>) -> Self {
        self.with(Levels::Texts(names))
    }

    fn with(self, levels: Levels) -> Self {
        let new = Self { levels, rows: Vec::new(), name: self.name.clone(), ..self };
        let places: BTreeMap<String, u32> =
            new.names().into_iter().enumerate().rev().map(|(k, name)| (name, k as u32)).collect();
        let moved: Vec<Option<u32>> = self.names().iter().map(|name| places.get(name).copied()).collect();
        let rows = self.rows.iter().map(|level| level.and_then(|k| *moved.get(k as usize)?)).collect();
        Self { rows, ..new }
    }

    /// One value a level: a list of them, which begins anew where it is too short, or a mapping.
    ///
    /// # Errors
    /// Levels without a value, values that `read` does not take.
    pub(super) fn each<T: Clone>(
        &self,
        argument: &str,
        value: &Argument,
        read: impl Fn(&Argument) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let read = |value: &Argument| read(value).map_err(|why| format!("`{argument}`: {why}"));
        match value {
            Argument::List(items) if !items.is_empty() => {
                let all = items.iter().map(read).collect::<Result<Vec<T>, _>>()?;
                Ok(all.iter().cycle().take(self.count()).cloned().collect())
            }
            Argument::Map(entries) => {
                let one = |level: String| {
                    let found = entries.iter().find(|(key, _)| *key == level);
                    found.map_or_else(
                        || Err(format!("`{argument}` has nothing for `{level}`")),
                        |(_, value)| read(value),
                    )
                };
                self.names().into_iter().map(one).collect()
            }
            other => Err(format!("`{argument}`: {}", other.not("a list or a mapping"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[f64]) -> Vector {
        Vector { values: values.to_vec(), kind: VectorKind::Number }
    }

    #[test]
    fn levels_of_numbers_rise_and_missing_ones_have_none() {
        let column = Column::of("h".to_owned(), numbers(&[2.0, f64::NAN, 0.5, 2.0]), false);
        assert_eq!(column.names(), ["0.5", "2.0"]);
        assert_eq!(column.rows, [Some(1), None, Some(0), Some(1)]);
        assert_eq!(column.quantities(), Some(&[0.5, 2.0][..]));
        assert!(Column::of(String::new(), numbers(&[0.0, 1.0]), true).quantities().is_none());
    }

    #[test]
    fn levels_of_texts_come_in_their_order() {
        let texts = |all: &[&str]| VectorKind::Text(all.iter().map(|&text| text.to_owned()).collect());
        let of =
            |all: &[&str]| Column::of(String::new(), Vector { values: Vec::new(), kind: texts(all) }, false);
        assert_eq!(of(&["b", "a", "b"]).names(), ["b", "a"]);
        assert_eq!(of(&["10", "9"]).names(), ["9", "10"]);
        assert_eq!(of(&["10", "9"]).rows, [Some(1), Some(0)]);
    }
}
