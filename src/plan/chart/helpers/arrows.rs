//! `annotate`: texts with arrows.

use super::Context;
use super::text::{coords, empty_note, option, text_box};
use crate::config::{Keys, Node};
use crate::diag::Diagnostic;
use crate::plan::chart::values;
use crate::render::arrow::{Arrow, Value};
use crate::render::chart::LineStyle;
use crate::render::panel::{Coords, Note, Target};
use crate::render::scene::{Color, HAlign};

/// `annotate: {annotations: [{text, xy, xytext, arrowprops, …}]}`.
pub(super) fn annotations(node: &Node, context: &mut Context<'_>) -> Result<Vec<Note>, Diagnostic> {
    let keys = Keys::of(node, "`annotate`", &["annotations"])?;
    let Some(list) = keys.given("annotations") else { return Ok(Vec::new()) };
    list.list()?.iter().map(|one| annotation(one, context)).collect()
}

fn annotation(node: &Node, context: &mut Context<'_>) -> Result<Note, Diagnostic> {
    let mut note = empty_note();
    let (mut text, mut xy, mut xy_text, mut arrow) = (None, None, None, None);
    let (mut xy_in, mut text_in, mut clip) = (Coords::Data, None, None);
    for (key, value) in node.mapping()? {
        match key.text()? {
            "text" | "s" => text = Some(values::label(value)?),
            "xy" => xy = Some(value.pair()?),
            "xytext" if !value.is_null() => xy_text = Some(value.pair()?),
            "xycoords" => xy_in = coords(value)?,
            "textcoords" if !value.is_null() => text_in = Some(coords(value)?),
            "arrowprops" if !value.is_null() => arrow = Some(self::arrow(value, context)?),
            "alpha" => note.alpha = values::fraction(value)?,
            "bbox" if !value.is_null() => note.frame = Some(text_box(value, context)?),
            "xytext" | "textcoords" | "arrowprops" => {}
            "annotation_clip" if value.is_null() => {}
            "annotation_clip" => clip = Some(value.boolean()?),
            "zorder" => {}
            _ => {
                let own = ["text", "xy", "xytext", "xycoords", "textcoords", "arrowprops"];
                option(&mut note.look, key, value, "annotate", &own, context)?;
            }
        }
    }
    let (Some(text), Some(xy)) = (text, xy) else {
        return Err(node.expected("an annotation with its `text` and the point `xy` it is about"));
    };
    if xy_in == Coords::Offset {
        return Err(node.expected("`xycoords` of the data, the axes or the figure"));
    }
    (note.text, note.at) = (text, xy_text.unwrap_or(xy));
    note.coords = if xy_text.is_some() { text_in.unwrap_or(xy_in) } else { xy_in };
    note.target = Some(Target { at: xy, coords: xy_in, arrow: arrow.filter(|_| xy_text.is_some()), clip });
    note.look.halign.get_or_insert(HAlign::Left);
    Ok(note)
}

/// `arrowprops`.
fn arrow(node: &Node, context: &Context<'_>) -> Result<Arrow, Diagnostic> {
    let given = node.mapping()?.iter().filter(|(_, value)| !value.is_null());
    let entries: Vec<(String, &Node)> = given.map(|(key, value)| (key.python_str(), value)).collect();
    Arrow::read(&entries, &context.cycle)
}

impl Value for &Node {
    type Error = Diagnostic;

    fn number(&self) -> Result<f64, Diagnostic> {
        self.finite()
    }

    fn pair(&self) -> Result<[f64; 2], Diagnostic> {
        Node::pair(self)
    }

    fn text(&self) -> Result<String, Diagnostic> {
        Node::text(self).map(str::to_owned)
    }

    fn truth(&self) -> Result<bool, Diagnostic> {
        self.boolean()
    }

    fn color(&self, cycle: &[Color]) -> Result<Color, Diagnostic> {
        values::color(self, cycle)
    }

    fn dash(&self) -> Result<LineStyle, Diagnostic> {
        values::line_style(self)
    }

    fn wrong(&self, key: &str, why: String) -> Diagnostic {
        Diagnostic::error(format!("`{key}` of `arrowprops`: {why}")).at(self.place.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Source;
    use crate::render::chart::Style;

    fn read(props: &str) -> Result<Note, String> {
        let text = format!("annotations: [{{text: a, xy: [1, 2], xytext: [3, 4], arrowprops: {props}}}]");
        let node = crate::config::read::read(&Source::new("p.yml", &text)).unwrap().unwrap();
        let mut warnings = Vec::new();
        let mut context = Context {
            cycle: vec![Color::BLACK, Color::WHITE],
            style: Style::default(),
            font_size: 10.0,
            warnings: &mut warnings,
        };
        annotations(&node, &mut context).map(|mut notes| notes.remove(0)).map_err(|error| error.to_string())
    }

    #[test]
    fn arrows_take_all_they_say() {
        let arrow = |props: &str| read(props).unwrap().target.unwrap().arrow.unwrap();
        assert_eq!(arrow("{}"), Arrow::default());
        let own = arrow(
            "{color: C1, ec: red, lw: 2, arrowstyle: fancy, connectionstyle: 'arc3,rad=1', shrinkB: 7}",
        );
        assert_eq!((own.face, own.edge), (Some(Color::WHITE), Some(Color::rgb(255, 0, 0))));
        assert_eq!((own.width, own.gap), (Some(2.0), [2.0, 7.0]));
        assert_eq!(arrow("{width: 2, headlength: 5}").sizes, [2.0, 12.0, 5.0]);
        assert_eq!(arrow("{fill: false}").face.map(|face| face.a), Some(0));
    }

    #[test]
    fn what_arrows_have_not_is_refused_by_name() {
        for (props, part) in [
            ("{arrowstyle: '-->'}", "there is no arrow style `-->` (did you mean"),
            ("{connectionstyle: arc4}", "did you mean `arc`?"),
            (
                "{arrowstyle: '->', width: 3}",
                "`width` of `arrowprops`: arrows have it not with an `arrowstyle`",
            ),
            ("{shrinkA: 3}", "`shrinkA` of `arrowprops`: arrows have it only with an `arrowstyle`"),
            ("{colour: red}", "did you mean `color`?"),
            ("{connectionstyle: bar}", "filled arrows follow one curve"),
            ("{linewidth: -1}", "a number from 0 to 1000, not -1"),
        ] {
            let error = read(props).unwrap_err();
            assert!(error.contains(part), "{props}: {error}");
        }
    }
}
