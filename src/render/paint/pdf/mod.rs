//! Scenes as PDF 1.7 (ISO 32000-1): one page as large as the picture.
//!
//! Text is text in subsets of the bundled fonts (`font`); markers of one shape and size are one form
//! that is placed many times; heat maps are images of one sample a cell. No clock and no random
//! number goes in: equal scenes give equal bytes. Compression is zlib-rs', whose fast paths differ in
//! speed alone.

mod font;
mod image;
mod state;

use super::{PaintError, glyphs, markers, raster, vector};
use crate::render::scene::{Color, Command, Hatch, MarkerShape, Point, Rect, Segment, Stroke, Text};
use crate::render::text::{self, Face};
use crate::render::{Scene, hatch};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use font::Font;
use pdf_writer::types::{ColorSpaceOperand, PaintType, TilingType};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Ref, Str, TextStr};
use state::Ink;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write as _;

/// Objects with fixed numbers; all others follow.
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const INFO: Ref = Ref::new(5);
const FIRST_FREE: i32 = 6;

/// Writes a scene.
pub(super) fn draw(scene: &Scene) -> Result<Vec<u8>, PaintError> {
    let size = vector::size(scene)?;
    let mut page = Page {
        content: Content::with_capacity(64 * 1024),
        ink: Ink::default(),
        pdf: Pdf::with_capacity(64 * 1024),
        next: FIRST_FREE,
        size,
        forms: BTreeMap::new(),
        images: Vec::new(),
        hatches: BTreeMap::new(),
        fonts: BTreeMap::new(),
        saved: Vec::new(),
    };
    page.pdf.set_version(1, 7);
    // Scenes have y down, pages y up.
    page.content.transform([1.0, 0.0, 0.0, -1.0, 0.0, size[1] as f32]);
    if scene.background.a > 0 {
        let whole = Rect { left: 0.0, top: 0.0, right: size[0], bottom: size[1] };
        page.rect(&whole, Some(scene.background), None);
    }
    for command in &scene.commands {
        page.command(scene, command);
    }
    page.finish(scene)
}

struct Page {
    content: Content,
    ink: Ink,
    pdf: Pdf,
    /// Number of the next object.
    next: i32,
    size: [f64; 2],
    /// Markers by shape, hundredths of a point of diameter, and whether they have body and edge.
    forms: BTreeMap<(Cow<'static, str>, u64, bool, bool), Ref>,
    images: Vec<Ref>,
    /// Hatches by their letters, thousandths of a point of line width, and colour.
    hatches: BTreeMap<(String, u64, [u8; 3]), Ref>,
    /// The glyphs of each face so far.
    fonts: BTreeMap<Face, Font>,
    /// What was set when each clip was opened, and the clip.
    saved: Vec<(Ink, Rect)>,
}

impl Page {
    fn object(&mut self) -> Ref {
        self.next += 1;
        Ref::new(self.next - 1)
    }

    fn command(&mut self, scene: &Scene, command: &Command) {
        match command {
            Command::Path { path, fill, stroke } => self.path(path, *fill, stroke.as_ref()),
            Command::Polyline { points, stroke } => self.polyline(points, stroke),
            Command::Rect { rect, fill, stroke } => self.rect(rect, *fill, stroke.as_ref()),
            Command::Markers { shape, at, sizes, fills, edge } => {
                for marker in vector::each_marker(self.size, *shape, at, sizes, fills, edge.as_ref()) {
                    self.marker(*shape, &marker);
                }
            }
            Command::Hatch { path, hatch } => self.hatch(path, hatch),
            Command::Text(text) => self.text(text),
            Command::Image(picture) => self.image(picture),
            Command::Clip(rect) => {
                self.saved.push((self.ink.clone(), *rect));
                self.content.save_state();
                match sides(rect) {
                    Some([x, y, w, h]) => self.content.rect(x, y, w, h),
                    None => self.content.rect(0.0, 0.0, 0.0, 0.0),
                };
                self.content.clip_nonzero().end_path();
            }
            Command::ClipCircle(middle, radius) => {
                self.saved.push((self.ink.clone(), vector::square(*middle, *radius)));
                self.content.save_state();
                if vector::is_finite(middle) && radius.is_finite() {
                    trace(&mut self.content, &Segment::circle(*middle, *radius));
                } else {
                    self.content.rect(0.0, 0.0, 0.0, 0.0);
                }
                self.content.clip_nonzero().end_path();
            }
            Command::Unclip => {
                if let Some((ink, _)) = self.saved.pop() {
                    self.content.restore_state();
                    self.ink = ink;
                }
            }
            Command::Rasterized(commands) => {
                let clip = self.saved.last().map(|(_, clip)| clip);
                if let Some(image) = raster::layer(scene, clip, commands) {
                    self.image(&image);
                }
            }
        }
    }

    fn path(&mut self, path: &[Segment], fill: Option<Color>, stroke: Option<&Stroke>) {
        if !path.is_empty() && finite(path) {
            self.painted(fill, stroke, |content| trace(content, path));
        }
    }

    fn polyline(&mut self, points: &[Point], stroke: &Stroke) {
        if points.len() < 2 || !points.iter().all(vector::is_finite) {
            return;
        }
        let points = vector::thinned(points);
        self.painted(None, Some(stroke), |content| {
            for (k, point) in points.iter().enumerate() {
                let [x, y] = real(*point);
                if k == 0 {
                    content.move_to(x, y)
                } else {
                    content.line_to(x, y)
                };
            }
        });
    }

    fn rect(&mut self, rect: &Rect, fill: Option<Color>, stroke: Option<&Stroke>) {
        if let Some([x, y, w, h]) = sides(rect) {
            self.painted(fill, stroke, |content| {
                content.rect(x, y, w, h);
            });
        }
    }

    /// Sets the ink, draws an outline, and fills and strokes it.
    fn painted(&mut self, fill: Option<Color>, stroke: Option<&Stroke>, outline: impl FnOnce(&mut Content)) {
        let stroke = stroke.filter(|stroke| stroke.width > 0.0);
        if fill.is_none() && stroke.is_none() {
            return;
        }
        self.ink.set(&mut self.content, fill, stroke);
        outline(&mut self.content);
        paint(&mut self.content, fill.is_some(), stroke.is_some());
    }

    fn marker(&mut self, shape: MarkerShape, marker: &vector::Marker) {
        let stroke = marker.edge.map(vector::edge_stroke);
        self.ink.set(&mut self.content, marker.fill, stroke.as_ref());
        let (body, edge) = (marker.fill.is_some(), marker.edge.is_some());
        let key = (name_of(shape), (marker.size * 100.0) as u64, body, edge);
        let form = match self.forms.get(&key) {
            Some(form) => *form,
            None => {
                let form = self.object();
                let mut content = Content::new();
                trace(&mut content, &markers::outline(shape, marker.size));
                paint(&mut content, body, edge);
                // Corners of narrow mitres included.
                let reach = (marker.size + 10.0 * marker.edge.map_or(0.0, |(_, width)| width)) as f32;
                let bytes = content.finish();
                let mut object = self.pdf.form_xobject(form, &bytes);
                object.bbox(pdf_writer::Rect::new(-reach, -reach, reach, reach));
                object.resources();
                object.finish();
                self.forms.insert(key, form);
                form
            }
        };
        let [x, y] = real(marker.at);
        let name = format!("M{}", form.get());
        self.content.save_state().transform([1.0, 0.0, 0.0, 1.0, x, y]);
        self.content.x_object(Name(name.as_bytes())).restore_state();
    }

    /// Fills a path with a pattern that begins in the page's lower left corner.
    fn hatch(&mut self, path: &[Segment], hatch: &Hatch) {
        if path.is_empty() || !finite(path) {
            return;
        }
        let Color { r, g, b, a } = hatch.color;
        let key = (hatch.letters.clone(), (hatch.width * 1000.0) as u64, [r, g, b]);
        let pattern = match self.hatches.get(&key) {
            Some(pattern) => *pattern,
            None => {
                let pattern = self.object();
                let mut content = Content::new();
                let rgb = [r, g, b].map(|v| f32::from(v) / 255.0);
                content.set_fill_rgb(rgb[0], rgb[1], rgb[2]).set_stroke_rgb(rgb[0], rgb[1], rgb[2]);
                content.set_line_width(vector::round(hatch.width) as f32);
                let up = hatch::tile(&hatch.letters);
                trace(&mut content, &up.iter().map(upright).collect::<Vec<_>>());
                paint(&mut content, true, hatch.width > 0.0);
                let bytes = content.finish();
                let side = hatch::TILE as f32;
                let mut object = self.pdf.tiling_pattern(pattern, &bytes);
                object.paint_type(PaintType::Colored).tiling_type(TilingType::ConstantSpacing);
                object.bbox(pdf_writer::Rect::new(0.0, 0.0, side, side)).x_step(side).y_step(side);
                object.resources();
                object.finish();
                self.hatches.insert(key, pattern);
                pattern
            }
        };
        // A state of its own: the pattern stands where a colour was set.
        self.ink.set(&mut self.content, Some(Color { a, ..Color::BLACK }), None);
        let name = format!("H{}", pattern.get());
        self.content.save_state().set_fill_color_space(ColorSpaceOperand::Pattern);
        self.content.set_fill_pattern([], Name(name.as_bytes()));
        trace(&mut self.content, path);
        self.content.fill_nonzero().restore_state();
    }

    fn text(&mut self, text: &Text) {
        let sound =
            text.size > 0.0 && text.size < 1e5 && vector::is_finite(&text.at) && text.rotation.is_finite();
        if !sound || text.text.is_empty() {
            return;
        }
        self.ink.set(&mut self.content, Some(text.color), None);
        let [right, down] = glyphs::shift(text);
        let turn = text.rotation.rem_euclid(360.0).to_radians();
        let (sin, cos) = match text.rotation.rem_euclid(360.0) {
            0.0 => (0.0, 1.0),
            90.0 => (1.0, 0.0),
            _ => (libm::sin(turn), libm::cos(turn)),
        };
        // Of a place in points right of and above the baseline's beginning.
        let place = |x: f64, up: f64| {
            let (x, y) = (right + x, down - up);
            [text.at[0] + x * cos + y * sin, text.at[1] - x * sin + y * cos]
        };
        let line = text::line(&text.text, text.font);
        for run in line.runs.iter().filter(|run| !run.glyphs.is_empty()) {
            let [x, y] = real(place(run.x * text.size, run.y * text.size));
            let [sin, cos] = [sin as f32, cos as f32];
            self.content.begin_text();
            self.content
                .set_font(Name(font::name(run.face).as_bytes()), vector::round(text.size * run.size) as f32);
            self.content.set_text_matrix([cos, -sin, -sin, -cos, x, y]);
            let runs = self.fonts.entry(run.face).or_default().codes(run);
            match &runs[..] {
                [(codes, _)] => {
                    self.content.show(Str(codes));
                }
                runs => {
                    let mut line = self.content.show_positioned();
                    let mut items = line.items();
                    for (codes, kern) in runs {
                        items.show(Str(codes));
                        if *kern != 0.0 {
                            items.adjust(-(*kern * 1000.0).round() as f32);
                        }
                    }
                }
            }
            self.content.end_text();
        }
        for bar in &line.bars {
            let corners = bar.corners().map(|[x, up]| place(x * text.size, up * text.size));
            let [first, rest @ ..] = corners;
            let mut path = vec![Segment::Move(first)];
            path.extend(rest.map(Segment::Line));
            path.push(Segment::Close);
            self.path(&path, Some(text.color), None);
        }
    }

    fn image(&mut self, picture: &crate::render::scene::Image) {
        let Some([x, y, w, h]) = sides(&picture.rect).filter(|_| vector::is_sound(picture)) else { return };
        let (id, mask) = (self.object(), self.object());
        image::write(&mut self.pdf, id, mask, &vector::enlarged(picture));
        self.images.push(id);
        // An image is opaque whatever was set for fills.
        self.ink.set(&mut self.content, Some(Color::BLACK), None);
        let name = format!("I{}", id.get());
        self.content.save_state().transform([w, 0.0, 0.0, -h, x, y + h]);
        self.content.x_object(Name(name.as_bytes())).restore_state();
    }

    /// Closes what is open, and writes page, font, catalog and metadata.
    fn finish(mut self, scene: &Scene) -> Result<Vec<u8>, PaintError> {
        while self.saved.pop().is_some() {
            self.content.restore_state();
        }
        let content = std::mem::replace(&mut self.content, Content::new()).finish();
        let packed = deflated(&content, Compression::default());
        self.pdf.stream(CONTENT, &packed).filter(Filter::FlateDecode);
        let mut fonts = Vec::new();
        // By what they are: numbers of files depend on what else was loaded.
        let mut used: Vec<_> = std::mem::take(&mut self.fonts).into_iter().collect();
        used.sort_by_key(|(face, _)| face.key());
        for (face, font) in used {
            let numbers = [(); 5].map(|()| self.object());
            font.write(face, &mut self.pdf, numbers)?;
            fonts.push((face, numbers[0]));
        }
        self.pdf.catalog(CATALOG).pages(PAGES).viewer_preferences().display_doc_title(true);
        self.pdf.pages(PAGES).kids([PAGE]).count(1);
        let mut page = self.pdf.page(PAGE);
        let [width, height] = self.size.map(|v| v as f32);
        page.parent(PAGES).contents(CONTENT).media_box(pdf_writer::Rect::new(0.0, 0.0, width, height));
        let mut resources = page.resources();
        if !fonts.is_empty() {
            let mut names = resources.fonts();
            for (face, font) in &fonts {
                names.pair(Name(font::name(*face).as_bytes()), font);
            }
        }
        if !self.forms.is_empty() || !self.images.is_empty() {
            let mut objects = resources.x_objects();
            let forms = self.forms.values().map(|id| ("M", *id));
            for (kind, id) in forms.chain(self.images.iter().map(|id| ("I", *id))) {
                objects.pair(Name(format!("{kind}{}", id.get()).as_bytes()), id);
            }
        }
        if !self.hatches.is_empty() {
            let mut patterns = resources.patterns();
            for id in self.hatches.values() {
                patterns.pair(Name(format!("H{}", id.get()).as_bytes()), id);
            }
        }
        self.ink.write_opacities(&mut resources);
        resources.finish();
        page.finish();
        info(&mut self.pdf, scene);
        let id: Vec<u8> = [0, 1]
            .into_iter()
            .flat_map(|seed| twox_hash::XxHash64::oneshot(seed, self.pdf.as_bytes()).to_be_bytes())
            .collect();
        self.pdf.set_file_id((id.clone(), id));
        Ok(self.pdf.finish())
    }
}

/// Title, creator, what it is of, and from what.
fn info(pdf: &mut Pdf, scene: &Scene) {
    let get = |keyword| vector::meta(scene, keyword).filter(|text| !text.is_empty());
    let mut info = pdf.document_info(INFO);
    if let Some(title) = get("Title") {
        info.title(TextStr(title));
    }
    if let Some(software) = get("Software") {
        info.creator(TextStr(software)).producer(TextStr(software));
    }
    if let Some(alt) = get("Description").or_else(|| get("Comment")) {
        info.subject(TextStr(alt));
    }
    let words: Vec<String> = [("Comment", ""), ("Source", "source: ")]
        .into_iter()
        .filter_map(|(keyword, what)| get(keyword).map(|text| format!("{what}{text}")))
        .collect();
    if !words.is_empty() {
        info.keywords(TextStr(&words.join("; ")));
    }
}

fn finite(path: &[Segment]) -> bool {
    path.iter().all(|segment| match segment {
        Segment::Move(p) | Segment::Line(p) => vector::is_finite(p),
        Segment::Cubic(a, b, c) => [a, b, c].into_iter().all(vector::is_finite),
        Segment::Close => true,
    })
}

/// A step of a hatch's tile with y up: patterns go by the page's own axes.
fn upright(segment: &Segment) -> Segment {
    let up = |[x, y]: Point| [x, hatch::TILE - y];
    match *segment {
        Segment::Move(p) => Segment::Move(up(p)),
        Segment::Line(p) => Segment::Line(up(p)),
        Segment::Cubic(a, b, p) => Segment::Cubic(up(a), up(b), up(p)),
        Segment::Close => Segment::Close,
    }
}

/// Numbers of PDF, which are single precision here as in its readers.
fn real(point: Point) -> [f32; 2] {
    point.map(|v| vector::round(v) as f32)
}

/// Left, top, width and height; `None` if not finite or with a negative side.
fn sides(rect: &Rect) -> Option<[f32; 4]> {
    let sides = [rect.left, rect.top, rect.width(), rect.height()];
    let sound = sides.iter().all(|v| v.is_finite()) && sides[2] >= 0.0 && sides[3] >= 0.0;
    sound.then(|| sides.map(|v| vector::round(v) as f32))
}

fn trace(content: &mut Content, path: &[Segment]) {
    for segment in path {
        match *segment {
            Segment::Move(p) => {
                let [x, y] = real(p);
                content.move_to(x, y);
            }
            Segment::Line(p) => {
                let [x, y] = real(p);
                content.line_to(x, y);
            }
            Segment::Cubic(a, b, p) => {
                let ([ax, ay], [bx, by], [x, y]) = (real(a), real(b), real(p));
                content.cubic_to(ax, ay, bx, by, x, y);
            }
            Segment::Close => {
                content.close_path();
            }
        }
    }
}

fn paint(content: &mut Content, fill: bool, stroke: bool) {
    match (fill, stroke) {
        (true, true) => content.fill_nonzero_and_stroke(),
        (true, false) => content.fill_nonzero(),
        (false, true) => content.stroke(),
        (false, false) => content.end_path(),
    };
}

fn deflated(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 2), level);
    // Writing to a Vec cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// A shape's key among the forms.
fn name_of(shape: MarkerShape) -> Cow<'static, str> {
    let name = match shape {
        MarkerShape::Circle => "circle",
        MarkerShape::Point => "point",
        MarkerShape::Square => "square",
        MarkerShape::TriangleUp => "up",
        MarkerShape::TriangleDown => "down",
        MarkerShape::TriangleLeft => "left",
        MarkerShape::TriangleRight => "right",
        MarkerShape::Diamond => "diamond",
        MarkerShape::ThinDiamond => "thin diamond",
        MarkerShape::Plus => "plus",
        MarkerShape::Cross => "cross",
        MarkerShape::Star => "star",
        MarkerShape::Pentagon => "pentagon",
        MarkerShape::Hexagon => "hexagon",
        MarkerShape::FlatHexagon => "flat hexagon",
        MarkerShape::Octagon => "octagon",
        MarkerShape::FilledPlus => "filled plus",
        MarkerShape::FilledCross => "filled cross",
        MarkerShape::TriDown => "tri down",
        MarkerShape::TriUp => "tri up",
        MarkerShape::TriLeft => "tri left",
        MarkerShape::TriRight => "tri right",
        MarkerShape::VerticalBar => "vertical bar",
        MarkerShape::HorizontalBar => "horizontal bar",
        MarkerShape::Pixel => "pixel",
        MarkerShape::Regular { sides, star, turned } => {
            let kind = if star { "star" } else { "polygon" };
            return Cow::Owned(format!("{kind} {sides}{}", if turned { " turned" } else { "" }));
        }
    };
    Cow::Borrowed(name)
}

#[cfg(test)]
mod tests;
