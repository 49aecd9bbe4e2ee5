//! The bundled faces in a PDF: each a CID font of the glyphs that the page shows, with the characters they
//! stand for, so that its text can be searched and copied.

use super::deflated;
use crate::render::paint::PaintError;
use crate::render::text::{Face, Run};
use flate2::Compression;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Ref, Str};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

/// The name of a face on the page.
pub(super) fn name(face: Face) -> &'static [u8] {
    match face {
        Face::Upright => b"F0",
        Face::Oblique => b"F1",
        Face::Bold => b"F2",
        Face::Display => b"F3",
    }
}

/// Its name for readers.
fn postscript(face: Face) -> &'static str {
    match face {
        Face::Upright => "DejaVuSans",
        Face::Oblique => "DejaVuSans-Oblique",
        Face::Bold => "DejaVuSans-Bold",
        Face::Display => "DejaVuSansDisplay",
    }
}

/// Of the font's `head`, `hhea` and outlines, in thousandths of an em.
const BOUNDS: [f32; 4] = [-1021.0, -463.0, 1793.0, 1232.0];
const ASCENT: f32 = 928.0;
const DESCENT: f32 = -236.0;
const CAPITALS: f32 = 729.0;
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
        let name = format!("{tag}+{}", postscript(face));
        let name = Name(name.as_bytes());
        pdf.type0_font(font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(cmap);
        let mut object = pdf.cid_font(cid);
        object
            .subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(SYSTEM)
            .font_descriptor(descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = object.widths();
        for (code, width) in &self.widths {
            widths.consecutive(*code, [(width * 1e5).round() as f32 / 100.0]);
        }
        widths.finish();
        object.finish();
        let [left, bottom, right, top] = BOUNDS;
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(pdf_writer::Rect::new(left, bottom, right, top))
            .italic_angle(if face == Face::Oblique { SLANT } else { 0.0 })
            .ascent(ASCENT)
            .descent(DESCENT)
            .cap_height(CAPITALS)
            .stem_v(STEM)
            .font_file2(file);
        let mut characters = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (code, character) in &self.characters {
            characters.pair(*code, *character);
        }
        let characters = deflated(&characters.finish(), Compression::default());
        pdf.cmap(cmap, &characters).filter(Filter::FlateDecode);
        let packed = deflated(&subset, Compression::default());
        pdf.stream(file, &packed).filter(Filter::FlateDecode).pair(Name(b"Length1"), subset.len() as i32);
        Ok(())
    }
}
