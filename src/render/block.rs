//! A text of one or more lines as a box: wrapped, measured, drawn straight or turned.

use super::record::Canvas;
use super::scene::{Color, Command, HAlign, Point, Text, VAlign};
use super::text::{self, Extent, Font};

/// Distance of lines in units of a line's height above the baseline, as matplotlib.
const SPACING: f64 = 1.2;

/// Lines of text of one size.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    lines: Vec<(String, Extent)>,
    size: f64,
    font: Font,
    /// The longest line, points.
    pub(super) width: f64,
    /// To what it belongs to, points.
    pub(super) pad: f64,
}

impl Block {
    /// Breaks `text` at line breaks, and at spaces so that no line is longer than `most` points if
    /// it can be helped. An empty text has no lines.
    pub(super) fn new(text: &str, size: f64, most: f64) -> Self {
        Self::set(text, size, most, text::base())
    }

    /// The same in a font.
    pub(super) fn set(text: &str, size: f64, most: f64, font: Font) -> Self {
        let mut lines: Vec<(String, Extent)> = Vec::new();
        for paragraph in text.lines() {
            let whole = text::measure_in(font, paragraph, size);
            if whole.width <= most {
                lines.push((paragraph.to_owned(), whole));
                continue;
            }
            let broken = balanced(paragraph, size, most, font);
            lines.extend(broken.into_iter().map(|line| {
                let extent = text::measure_in(font, &line, size);
                (line, extent)
            }));
        }
        while lines.last().is_some_and(|(line, _)| line.is_empty()) {
            lines.pop();
        }
        let width = lines.iter().map(|(_, extent)| extent.width).fold(0.0, f64::max);
        Self { lines, size, font, width, pad: 0.0 }
    }

    /// The same at a distance from what it belongs to, points.
    #[must_use]
    pub(super) fn away(self, pad: f64) -> Self {
        Self { pad, ..self }
    }

    /// Whether there is nothing to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The whole text, lines joined by spaces.
    pub(super) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|(line, _)| line.as_str()).collect();
        lines.join(" ")
    }

    /// Baselines of the lines below the block's top.
    fn baselines(&self) -> Vec<f64> {
        let least = SPACING * text::measure_in(self.font, "lp", self.size).ascent;
        let mut at = 0.0;
        let mut before: Option<Extent> = None;
        self.lines
            .iter()
            .map(|(_, extent)| {
                at += match before {
                    None => extent.ascent,
                    Some(last) => last.descent + least.max(SPACING * extent.ascent),
                };
                before = Some(*extent);
                at
            })
            .collect()
    }

    /// From the top of the first line to the bottom of the last; 0 without lines.
    pub(super) fn height(&self) -> f64 {
        match (self.baselines().last(), self.lines.last()) {
            (Some(baseline), Some((_, extent))) => baseline + extent.descent,
            _ => 0.0,
        }
    }

    /// From the top to the last baseline.
    pub(super) fn ascent(&self) -> f64 {
        self.baselines().last().copied().unwrap_or(0.0)
    }

    /// How much deeper the last line is than a line of words.
    pub(super) fn excess(&self) -> f64 {
        let least = text::measure_in(self.font, "", self.size).descent;
        self.lines.last().map_or(0.0, |(_, extent)| extent.descent - least)
    }

    /// The lines around a middle, turned together by degrees counter-clockwise.
    pub(super) fn around(&self, middle: Point, rotation: f64, color: Color) -> Vec<Text> {
        let (sin, cos) = libm::sincos(rotation.to_radians());
        let half = self.height() / 2.0;
        self.lines
            .iter()
            .zip(self.baselines())
            .map(|((line, extent), baseline)| Text {
                font: self.font,
                text: line.clone(),
                at: [middle[0] + (baseline - half) * sin, middle[1] + (baseline - half) * cos],
                size: self.size,
                color,
                halign: HAlign::Center,
                valign: VAlign::Baseline,
                rotation,
                width: extent.width,
            })
            .collect()
    }

    /// Draws the lines below `top`, aligned at `x`.
    pub(super) fn draw(&self, canvas: &Canvas, x: f64, top: f64, halign: HAlign, color: Color) {
        for ((line, extent), baseline) in self.lines.iter().zip(self.baselines()) {
            self.push(canvas, line, extent, [x, top + baseline], halign, 0.0, color);
        }
    }

    /// Draws the lines turned by a quarter, reading upwards: their tops to the left, beginning at
    /// `left`, aligned at `y` (left is below it).
    pub(super) fn draw_upwards(&self, canvas: &Canvas, left: f64, y: f64, halign: HAlign, color: Color) {
        for ((line, extent), baseline) in self.lines.iter().zip(self.baselines()) {
            self.push(canvas, line, extent, [left + baseline, y], halign, 90.0, color);
        }
    }

    /// Draws the lines turned by a quarter, reading downwards: their bottoms to the left.
    pub(super) fn draw_downwards(&self, canvas: &Canvas, left: f64, y: f64, color: Color) {
        let height = self.height();
        for ((line, extent), baseline) in self.lines.iter().zip(self.baselines()) {
            let at = [left + height - baseline, y];
            self.push(canvas, line, extent, at, HAlign::Center, 270.0, color);
        }
    }

    fn push(
        &self,
        canvas: &Canvas,
        line: &str,
        extent: &Extent,
        at: Point,
        halign: HAlign,
        rotation: f64,
        color: Color,
    ) {
        canvas.push(Command::Text(Text {
            font: self.font,
            text: line.to_owned(),
            at,
            size: self.size,
            color,
            halign,
            valign: VAlign::Baseline,
            rotation,
            width: extent.width,
        }));
    }
}

/// Lines of words no longer than `most`, as few as that takes, and about equally long.
fn balanced(paragraph: &str, size: f64, most: f64, font: Font) -> Vec<String> {
    let lines = broken(paragraph, size, most, font);
    let (mut narrow, mut wide, mut best) = (most / 2.0, most, lines);
    for _ in 0..8 {
        let middle = (narrow + wide) / 2.0;
        let tried = broken(paragraph, size, middle, font);
        let fits = tried.iter().all(|line| text::measure_in(font, line, size).width <= middle);
        if fits && tried.len() == best.len() {
            (wide, best) = (middle, tried);
        } else {
            narrow = middle;
        }
    }
    best
}

fn broken(paragraph: &str, size: f64, most: f64, font: Font) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text::words(paragraph) {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if !line.is_empty() && text::measure_in(font, &longer, size).width > most {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        } else {
            line = longer;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_broken_into_lines_of_about_one_length() {
        let text = "averaged over all land points between the poles and the equator";
        let whole = text::measure(text, 10.0).width;
        let block = Block::new(text, 10.0, 0.8 * whole);
        assert_eq!(block.lines.len(), 2);
        assert!(block.lines.iter().all(|(_, extent)| extent.width < 0.6 * whole), "{block:?}");
        assert_eq!(block.text(), text);
        assert_eq!(Block::new("a\nb", 10.0, whole).lines.len(), 2);
        assert!(Block::new("", 10.0, whole).is_empty());
    }
}
