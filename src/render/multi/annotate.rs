//! `plt.annotate`: a text, the point it is about, and the arrow between.

use super::argument::{Argument, Bound};
use super::board::Board;
use super::look;
use super::marking;
use crate::render::arrow::{Arrow, Value};
use crate::render::chart::LineStyle;
use crate::render::panel::{Coords, Note, Target, TextOptions};
use crate::render::scene::{Color, HAlign};

/// `plt.annotate`: a text, the point it is about, where it stands, and the arrow between.
pub(super) fn annotate(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = super::axes::text_look(board, call)?;
    let mut pair = |name: &str, coords: Coords| -> Result<Option<[f64; 2]>, String> {
        match call.get(name) {
            None => Ok(None),
            Some(Argument::List(ends)) if coords == Coords::Data && ends.len() == 2 => {
                Ok(Some([board.spot(0, &ends[0])?, board.spot(1, &ends[1])?]))
            }
            Some(value) => match value.vector()?.values[..] {
                [x, y] => Ok(Some([x, y])),
                _ => Err(value.not(&format!("a pair of numbers for `{name}`"))),
            },
        }
    };
    let coords = |name: &str, default: Coords| -> Result<Coords, String> {
        Ok(match call.text(name)?.as_deref() {
            None => default,
            Some("data") => Coords::Data,
            Some("axes fraction") => Coords::Axes,
            Some("figure fraction") => Coords::Figure,
            Some("offset points") => Coords::Offset,
            Some(other) => {
                return Err(format!(
                    "`{name}`: `{other}` is none of data, axes fraction, figure fraction and offset points"
                ));
            }
        })
    };
    let xy_in = coords("xycoords", Coords::Data)?;
    let xy = pair("xy", xy_in)?.ok_or("`xy` is missing")?;
    let text_in = coords("textcoords", xy_in)?;
    let text_at = pair("xytext", text_in)?;
    let arrow = match call.get("arrowprops") {
        None | Some(Argument::None) => None,
        Some(Argument::Map(entries)) => {
            let given = entries.iter().filter(|(_, value)| !matches!(value, Argument::None));
            let entries: Vec<(String, &Argument)> = given.map(|(key, value)| (key.clone(), value)).collect();
            Some(Arrow::read(&entries, &board.style.cycle)?)
        }
        Some(other) => return Err(format!("`arrowprops`: {}", other.not("a mapping"))),
    };
    board.note(Note {
        cell: None,
        text: call.need("text")?.text()?,
        at: text_at.unwrap_or(xy),
        coords: if text_at.is_some() { text_in } else { xy_in },
        look: TextOptions { halign: look.halign.or(Some(HAlign::Left)), ..look },
        alpha: 1.0,
        frame: super::look::text_box(call, board.style)?,
        target: Some(Target {
            at: xy,
            coords: xy_in,
            arrow: arrow.filter(|_| text_at.is_some()),
            clip: super::look::truth(call, "annotation_clip")?,
        }),
    });
    Ok(())
}

impl Value for &Argument {
    type Error = String;

    fn number(&self) -> Result<f64, String> {
        Argument::number(self)
    }

    fn pair(&self) -> Result<[f64; 2], String> {
        match self.vector()?.values[..] {
            [a, b] => Ok([a, b]),
            _ => Err(self.not("two numbers")),
        }
    }

    fn text(&self) -> Result<String, String> {
        Argument::text(self)
    }

    fn truth(&self) -> Result<bool, String> {
        Argument::truth(self)
    }

    fn color(&self, cycle: &[Color]) -> Result<Color, String> {
        look::color(self, cycle)
    }

    fn dash(&self) -> Result<LineStyle, String> {
        marking::line_style(self)
    }

    fn wrong(&self, key: &str, why: String) -> String {
        format!("`{key}` of `arrowprops`: {why}")
    }
}
