//! Scenes as SVG 1.1, written directly.
//!
//! Units are points: the `viewBox` is the scene's. Text stays text, in the bundled font's name with
//! its measured length, so that another font takes the same room. Clips and markers are defined once
//! and have ids made of what they are: equal ids in several pictures of one page mean equal things.

mod base64;
mod write;

use super::{PaintError, glyphs, markers, raster, vector};
use crate::render::scene::{Color, Command, HAlign, Hatch, Image, MarkerShape, Rect, Segment, Stroke, Text};
use crate::render::text::{self, Face, Font, Line, Run};
use crate::render::{Scene, hatch};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use write::{Num, escaped, fill, points, stroke, style};

/// Writes a scene.
pub(super) fn draw(scene: &Scene) -> Result<Vec<u8>, PaintError> {
    let [width, height] = vector::size(scene)?;
    let mut svg = Svg {
        out: String::with_capacity(64 * 1024),
        defined: BTreeSet::new(),
        size: [width, height],
        clips: Vec::new(),
    };
    let (w, h) = (Num(width), Num(height));
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        svg.out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" \
         xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{w}pt\" height=\"{h}pt\" \
         viewBox=\"0 0 {w} {h}\" version=\"1.1\" role=\"img\">\n"
    );
    svg.metadata(scene);
    let _ =
        writeln!(svg.out, "<g font-family=\"'DejaVu Sans', Verdana, sans-serif\" stroke-miterlimit=\"10\">");
    if scene.background.a > 0 {
        let _ = writeln!(svg.out, "<rect width=\"{w}\" height=\"{h}\"{}/>", fill(Some(scene.background)));
    }
    for command in &scene.commands {
        svg.command(scene, command)?;
    }
    for _ in 0..=svg.clips.len() {
        svg.out.push_str("</g>\n");
    }
    svg.out.push_str("</svg>\n");
    Ok(svg.out.into_bytes())
}

struct Svg {
    out: String,
    /// Ids of what is defined so far.
    defined: BTreeSet<String>,
    size: [f64; 2],
    /// Clips that are open.
    clips: Vec<Rect>,
}

impl Svg {
    /// Title, description, and both again in the words of Dublin Core.
    fn metadata(&mut self, scene: &Scene) {
        let get = |keyword| vector::meta(scene, keyword);
        let title = get("Title");
        if let Some(title) = title {
            let _ = writeln!(self.out, "<title>{}</title>", escaped(title));
        }
        let desc = ["Description", "Comment"].into_iter().find_map(get);
        if let Some(desc) = desc {
            let _ = writeln!(self.out, "<desc>{}</desc>", escaped(desc));
        }
        self.out.push_str(
            "<metadata><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><rdf:Description rdf:about=\"\">\n\
             <dc:format>image/svg+xml</dc:format>\n\
             <dc:type rdf:resource=\"http://purl.org/dc/dcmitype/StillImage\"/>\n",
        );
        for (name, keyword) in [
            ("title", "Title"),
            ("creator", "Software"),
            ("source", "Source"),
            ("description", "Description"),
            ("identifier", "Comment"),
        ] {
            if let Some(text) = get(keyword) {
                let _ = writeln!(self.out, "<dc:{name}>{}</dc:{name}>", escaped(text));
            }
        }
        self.out.push_str("</rdf:Description></rdf:RDF></metadata>\n");
    }

    fn command(&mut self, scene: &Scene, command: &Command) -> Result<(), PaintError> {
        match command {
            Command::Path { path, fill, stroke } => self.path(path, *fill, stroke.as_ref()),
            Command::Polyline { points, stroke } => self.polyline(points, stroke),
            Command::Rect { rect, fill, stroke } => self.rect(rect, *fill, stroke.as_ref()),
            Command::Markers { shape, at, sizes, fills, edge } => {
                let marks = vector::each_marker(self.size, *shape, at, sizes, fills, edge.as_ref());
                self.markers(*shape, marks);
            }
            Command::Hatch { path, hatch } => self.hatch(path, hatch),
            Command::Text(text) => self.text(text),
            Command::Image(image) => self.image(image)?,
            Command::Clip(rect) => {
                let place = write::place(rect).unwrap_or_else(|| " width=\"0\" height=\"0\"".to_owned());
                self.clip(&format!("<rect{place}/>"), *rect);
            }
            Command::ClipCircle([x, y], radius) => {
                let sound = [*x, *y, *radius].iter().all(|v| v.is_finite());
                let square = vector::square([*x, *y], *radius);
                let [x, y, r] = if sound { [*x, *y, radius.max(0.0)] } else { [0.0; 3] }.map(write::Num);
                self.clip(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>"), square);
            }
            Command::Unclip => {
                if self.clips.pop().is_some() {
                    self.out.push_str("</g>\n");
                }
            }
            Command::Rasterized(commands) => {
                if let Some(image) = raster::layer(scene, self.clips.last(), commands) {
                    self.image(&image)?;
                }
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &[Segment], color: Option<Color>, line: Option<&Stroke>) {
        let Some(d) = write::path(path) else { return };
        let _ = writeln!(self.out, "<path d=\"{d}\"{}/>", style(color, line));
    }

    /// A pattern that begins in the picture's lower left corner.
    fn hatch(&mut self, path: &[Segment], hatch: &Hatch) {
        let Some(d) = write::path(path) else { return };
        let bottom = Num(self.size[1].rem_euclid(hatch::TILE));
        let side = Num(hatch::TILE);
        let ink = fill(Some(hatch.color));
        let line = stroke(Some(&vector::edge_stroke((hatch.color, hatch.width))));
        let id = self.define(&format!("hatch {} {ink} {line}", hatch.letters), 'h', |id| {
            write::path(&hatch::tile(&hatch.letters)).map(|d| {
                format!(
                    "<pattern id=\"{id}\" patternUnits=\"userSpaceOnUse\" x=\"0\" y=\"{bottom}\" \
                     width=\"{side}\" height=\"{side}\"><path d=\"{d}\"{ink}{line}/></pattern>"
                )
            })
        });
        let _ = writeln!(self.out, "<path d=\"{d}\" fill=\"url(#{id})\"/>");
    }

    fn polyline(&mut self, corners: &[[f64; 2]], line: &Stroke) {
        if corners.len() < 2 || !corners.iter().all(vector::is_finite) {
            return;
        }
        let corners = vector::thinned(corners);
        let _ = writeln!(self.out, "<polyline points=\"{}\"{}/>", points(&corners), style(None, Some(line)));
    }

    fn rect(&mut self, rect: &Rect, color: Option<Color>, line: Option<&Stroke>) {
        let Some(place) = write::place(rect) else { return };
        let _ = writeln!(self.out, "<rect{place}{}/>", style(color, line));
    }

    /// One group for what the markers share, one `use` each.
    fn markers(&mut self, shape: MarkerShape, marks: impl Iterator<Item = vector::Marker>) {
        let mut shared: Option<(f64, String, Option<Color>)> = None;
        for marker in marks {
            let line = marker.edge.map(vector::edge_stroke);
            let new = shared.as_ref().is_none_or(|(size, _, _)| *size != marker.size);
            if new {
                let id = self.define(&format!("{shape:?} {}", marker.size), 'm', |id| {
                    write::path(&markers::outline(shape, marker.size))
                        .map(|d| format!("<path id=\"{id}\" d=\"{d}\"/>"))
                });
                if shared.is_none() {
                    // An open shape's edge is of the marker's own colour.
                    let line = line.as_ref().map_or_else(String::new, |line| stroke(Some(line)));
                    let _ = writeln!(self.out, "<g{line}{}>", fill(marker.fill));
                }
                let first = shared.as_ref().map_or(marker.fill.or(marker.edge.map(|e| e.0)), |s| s.2);
                shared = Some((marker.size, id, first));
            }
            let Some((_, id, first)) = &shared else { continue };
            let own = match (marker.fill, &line) {
                _ if marker.fill.or(marker.edge.map(|e| e.0)) == *first => String::new(),
                (Some(color), _) => fill(Some(color)),
                (None, line) => stroke(line.as_ref()),
            };
            let [x, y] = marker.at.map(Num);
            let _ = writeln!(self.out, "<use xlink:href=\"#{id}\" x=\"{x}\" y=\"{y}\"{own}/>");
        }
        if shared.is_some() {
            self.out.push_str("</g>\n");
        }
    }

    fn text(&mut self, text: &Text) {
        let sound = text.size > 0.0 && vector::is_finite(&text.at) && text.rotation.is_finite();
        if !sound || text.text.is_empty() {
            return;
        }
        let [right, down] = glyphs::shift(text);
        let line = text::line(&text.text, text.font);
        if line.is_maths {
            self.formula(text, &line, [text.at[0] + right, text.at[1] + down]);
            return;
        }
        let [x, y] = [Num(text.at[0]), Num(text.at[1] + down)];
        let look = look(Face::of(text.font), text.font);
        let _ = write!(self.out, "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\"{look}", Num(text.size));
        match text.halign {
            HAlign::Left => {}
            HAlign::Center => self.out.push_str(" text-anchor=\"middle\""),
            HAlign::Right => self.out.push_str(" text-anchor=\"end\""),
        }
        if text.rotation.rem_euclid(360.0) != 0.0 {
            let [cx, cy] = text.at.map(Num);
            let _ = write!(self.out, " transform=\"rotate({} {cx} {cy})\"", Num(-text.rotation));
        }
        if text.width > 0.0 {
            let width = Num(text.width);
            let _ = write!(self.out, " textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"");
        }
        let shown: String = line.runs.iter().flat_map(|run| &run.glyphs).map(|g| g.character).collect();
        if shown.starts_with(' ') || shown.ends_with(' ') || shown.contains("  ") {
            self.out.push_str(" xml:space=\"preserve\"");
        }
        let _ = writeln!(self.out, "{}>{}</text>", fill(Some(text.color)), escaped(&shown));
    }

    /// A text with formulae: one text of parts that have their places, and the bars.
    fn formula(&mut self, text: &Text, line: &Line, [x, y]: [f64; 2]) {
        let _ = write!(self.out, "<g{}", fill(Some(text.color)));
        if text.rotation.rem_euclid(360.0) != 0.0 {
            let [cx, cy] = text.at.map(Num);
            let _ = write!(self.out, " transform=\"rotate({} {cx} {cy})\"", Num(-text.rotation));
        }
        self.out.push_str("><text xml:space=\"preserve\">");
        for run in line.runs.iter().filter(|run| !is_drawn(run)) {
            let em = run.size * text.size;
            let (x, y) = (Num(x + run.x * text.size), Num(y - run.y * text.size));
            let look = look(run.face, text.font);
            let _ = write!(self.out, "<tspan x=\"{x}\" y=\"{y}\" font-size=\"{}\"{look}", Num(em));
            if run.width > 0.0 {
                let width = Num(run.width * em);
                let _ = write!(self.out, " textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"");
            }
            let shown: String = run.glyphs.iter().map(|glyph| glyph.character).collect();
            let _ = write!(self.out, ">{}</tspan>", escaped(&shown));
        }
        self.out.push_str("</text>");
        for run in line.runs.iter().filter(|run| is_drawn(run)) {
            let mut path = Vec::new();
            for glyph in &run.glyphs {
                let place = |gx: f64, gy: f64| {
                    let (right, up) = (run.x + (glyph.x + gx) * run.size, run.y + gy * run.size);
                    [x + right * text.size, y - up * text.size]
                };
                run.face.trace(glyph.glyph, place, &mut path);
            }
            if let Some(d) = write::path(&path) {
                let _ = write!(self.out, "<path d=\"{d}\"/>");
            }
        }
        for bar in &line.bars {
            let [left, top] = [x + bar.x * text.size, y - (bar.y + bar.height) * text.size];
            let [width, height] = [bar.width, bar.height].map(|v| Num(v * text.size));
            let (left, top) = (Num(left), Num(top));
            let _ =
                write!(self.out, "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>");
        }
        self.out.push_str("</g>\n");
    }

    fn image(&mut self, image: &Image) -> Result<(), PaintError> {
        if !vector::is_sound(image) {
            return Ok(());
        }
        let Some(place) = write::place(&image.rect) else { return Ok(()) };
        let bytes = super::png::encode_cells(&vector::enlarged(image))?;
        let _ = write!(
            self.out,
            "<image{place} preserveAspectRatio=\"none\" \
             style=\"image-rendering:optimizeSpeed;image-rendering:pixelated\" \
             xlink:href=\"data:image/png;base64,"
        );
        base64::encode(&bytes, &mut self.out);
        self.out.push_str("\"/>\n");
        Ok(())
    }

    fn clip(&mut self, shape: &str, inside: Rect) {
        self.clips.push(inside);
        let id = self.define(shape, 'c', |id| Some(format!("<clipPath id=\"{id}\">{shape}</clipPath>")));
        let _ = writeln!(self.out, "<g clip-path=\"url(#{id})\">");
    }

    /// The id of what `what` says; writes its definition the first time.
    fn define(&mut self, what: &str, kind: char, definition: impl FnOnce(&str) -> Option<String>) -> String {
        let hash = twox_hash::XxHash64::oneshot(0, what.as_bytes());
        let id = format!("{kind}{:010x}", hash >> 24);
        if self.defined.insert(id.clone())
            && let Some(text) = definition(&id)
        {
            let _ = writeln!(self.out, "<defs>{text}</defs>");
        }
        id
    }
}

/// Attributes of a face; readers without the font take another one, as wide.
fn look(face: Face, font: Font) -> String {
    match face {
        Face::Upright | Face::Display => String::new(),
        Face::Oblique => " font-style=\"oblique\"".to_owned(),
        Face::Bold => " font-weight=\"bold\"".to_owned(),
        Face::User(_) => {
            let family = escaped(&face.family().replace(['\'', '\\'], ""));
            let weight = if font.bold { " font-weight=\"bold\"" } else { "" };
            let slant = if font.italic { " font-style=\"italic\"" } else { "" };
            format!(" font-family=\"'{family}', 'DejaVu Sans', sans-serif\"{weight}{slant}")
        }
    }
}

/// Whether a run is drawn as a shape: large operators, whose font readers seldom have, and accents,
/// which they would set on letters of their own choice.
fn is_drawn(run: &Run) -> bool {
    let is_accent = |c: char| matches!(c, '\u{300}'..='\u{36F}' | '\u{20D0}'..='\u{20FF}');
    run.face == Face::Display || run.glyphs.iter().any(|glyph| is_accent(glyph.character))
}

#[cfg(test)]
mod tests;
