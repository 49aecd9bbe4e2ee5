//! The bundled faces in a PDF: each a CID font of the glyphs that the page shows, with the characters they
//! stand for, so that its text can be searched and copied.

use super::deflated;
use crate::render::paint::PaintError;
use crate::render::text::{Face, Metrics, Run};
use flate2::Compression;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Ref, Str};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

/// The name of a face on the page.
pub(super) fn name(face: Face) -> String {
    match face {
        Face::Upright => "F0".to_owned(),
        Face::Oblique => "F1".to_owned(),
        Face::Bold => "F2".to_owned(),
        Face::Display => "F3".to_owned(),
        Face::User(_) => format!("U{:016x}", face.key().1),
    }
}

/// Of DejaVu's `head`, `hhea` and outlines.
const METRICS: Metrics = Metrics {
    bounds: [-1021.0, -463.0, 1793.0, 1232.0],
    ascent: 928.0,
    descent: -236.0,
    capitals: 729.0,
    slant: 0.0,
};
/// Width of stems; readers use it when they make up a font, which they need not here.
const STEM: f32 = 90.0;
/// Of the oblique's `post`, in degrees.
const SLANT: f32 = -11.0;

const SYSTEM: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The glyphs used so far.
#[derive(Default)]
pub(super) struct Font {
    glyphs: GlyphRemapper,
    /// Character of each glyph, by its number in the subset.
    characters: BTreeMap<u16, char>,
    /// Its width in em.
    widths: BTreeMap<u16, f64>,
}

impl Font {
    /// A run as glyph codes (two bytes each), after some of them the extra distance to the next in
    /// em.
    pub(super) fn codes(&mut self, run: &Run) -> Vec<(Vec<u8>, f64)> {
        let placed = &run.glyphs;
        let mut runs: Vec<(Vec<u8>, f64)> = vec![(Vec::new(), 0.0)];
        for (k, glyph) in placed.iter().enumerate() {
            let code = self.glyphs.remap(glyph.glyph);
            let advance = run.face.advance(glyph.glyph);
            self.characters.entry(code).or_insert(glyph.character);
            self.widths.entry(code).or_insert(advance);
            let next = placed.get(k + 1).map_or(run.width, |next| next.x);
            let kern = next - glyph.x - advance;
            if let Some((codes, after)) = runs.last_mut() {
                codes.extend(code.to_be_bytes());
                if kern.abs() > 1e-4 && k + 1 < placed.len() {
                    *after = kern;
                    runs.push((Vec::new(), 0.0));
                }
            }
        }
        runs
    }

    /// Writes the font's five objects, itself first.
    pub(super) fn write(
        &self,
        face: Face,
        pdf: &mut Pdf,
        [font, cid, descriptor, cmap, file]: [Ref; 5],
    ) -> Result<(), PaintError> {
        let subset = subsetter::subset(face.file(), 0, &self.glyphs)
            .map_err(|error| PaintError::Font(error.to_string()))?;
        // Subsets are told apart by six letters (ISO 32000-1, 9.6.4).
        let hash = twox_hash::XxHash64::oneshot(0, &subset);
        let tag: String = (0..6).map(|k| char::from(b'A' + (hash >> (8 * k)) as u8 % 26)).collect();
        let name = format!("{tag}+{}", face.key().0);
        let name = Name(name.as_bytes());
        pdf.type0_font(font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(cmap);
        let mut object = pdf.cid_font(cid);
        object.subtype(if face.is_cff() { CidFontType::Type0 } else { CidFontType::Type2 });
        object.base_font(name).system_info(SYSTEM).font_descriptor(descriptor).default_width(0.0);
        if !face.is_cff() {
            object.cid_to_gid_map_predefined(Name(b"Identity"));
        }
        let mut widths = object.widths();
        for (code, width) in &self.widths {
            widths.consecutive(*code, [(width * 1e5).round() as f32 / 100.0]);
        }
        widths.finish();
        object.finish();
        let metrics = face.metrics().unwrap_or(METRICS);
        let [left, bottom, right, top] = metrics.bounds;
        let mut described = pdf.font_descriptor(descriptor);
        described
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(pdf_writer::Rect::new(left, bottom, right, top))
            .italic_angle(if face == Face::Oblique { SLANT } else { metrics.slant })
            .ascent(metrics.ascent)
            .descent(metrics.descent)
            .cap_height(metrics.capitals)
            .stem_v(STEM);
        if face.is_cff() {
            described.font_file3(file)
        } else {
            described.font_file2(file)
        };
        described.finish();
        let mut characters = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (code, character) in &self.characters {
            characters.pair(*code, *character);
        }
        let characters = deflated(&characters.finish(), Compression::default());
        pdf.cmap(cmap, &characters).filter(Filter::FlateDecode);
        // Of PostScript outlines readers take the table alone (ISO 32000-1, 9.9).
        let cff = ttf_parser::RawFace::parse(&subset, 0)
            .ok()
            .and_then(|raw| raw.table(ttf_parser::Tag::from_bytes(b"CFF ")))
            .filter(|_| face.is_cff());
        let packed = deflated(cff.unwrap_or(&subset), Compression::default());
        let mut stream = pdf.stream(file, &packed);
        stream.filter(Filter::FlateDecode);
        match cff {
            Some(_) => stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C")),
            None => stream.pair(Name(b"Length1"), subset.len() as i32),
        };
        Ok(())
    }
}
