//! Numbers in the cells of heat maps (seaborn's `annot`).

use super::chart::Scale;
use super::color::ColorContent;
use super::marks::Mark;
use super::panel::{Coords, Note, TextOptions};
use super::scene::{Color, HAlign, VAlign};
use super::ticks::spec::Spec;

/// Cells at most that numbers are written into: more cannot be read.
pub(super) const MOST: usize = 10_000;

/// Texts on lighter cells are dark (seaborn's limit of the relative luminance).
const LIGHT: f64 = 0.408;

/// The number in a cell with its middle `at` and its ends along x, dark or white by the luminance of the cell's colour.
pub(super) fn note(value: f64, at: [f64; 2], cell: [f64; 2], spec: &Spec, fill: Color) -> Note {
    let color = if luminance(fill) > LIGHT { Color::rgb(0x26, 0x26, 0x26) } else { Color::WHITE };
    Note {
        cell: Some(cell),
        text: spec.format(value),
        at,
        coords: Coords::Data,
        look: TextOptions {
            color: Some(color),
            halign: Some(HAlign::Center),
            valign: Some(VAlign::Center),
            ..TextOptions::default()
        },
        alpha: 1.0,
        frame: None,
        target: None,
    }
}

/// Numbers in all cells of a mesh that have a value.
pub(super) fn cells(mark: &Mark, color: Option<&ColorContent>, spec: &Spec, scales: [Scale; 2]) -> Vec<Note> {
    let Mark::Mesh(mesh) = mark else { return Vec::new() };
    let cells = mesh.middles(scales).into_iter().filter(|(.., value)| value.is_finite());
    cells
        .map(|(at, ends, value)| {
            note(value, at, ends, spec, color.map_or(Color::WHITE, |color| color.of(value)))
        })
        .collect()
}

/// Relative luminance of a colour (WCAG 2), 0–1.
fn luminance(color: Color) -> f64 {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.03928 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
    };
    0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `seaborn.utils.relative_luminance`.
    #[test]
    fn texts_are_dark_on_light_cells() {
        assert!((luminance(Color::rgb(0x1f, 0x77, 0xb4)) - 0.1678).abs() < 1e-3);
        assert!((luminance(Color::rgb(0xff, 0x7f, 0x0e)) - 0.3647).abs() < 1e-3);
        let spec = Spec::parse(".2f").expect("a format");
        let on = |fill| note(0.5, [0.0; 2], [0.0; 2], &spec, fill);
        assert_eq!(on(Color::rgb(0xfd, 0xe7, 0x25)).look.color, Some(Color::rgb(0x26, 0x26, 0x26)));
        assert_eq!(on(Color::rgb(0x44, 0x01, 0x54)).look.color, Some(Color::WHITE));
        assert_eq!(on(Color::WHITE).text, "0.50");
    }
}
