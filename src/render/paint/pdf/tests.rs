//! The objects of a PDF, read back by hand.

use super::vector;
use crate::render::paint::tests::everything;
use crate::render::paint::{Format, paint};
use std::io::Read as _;

/// The file's objects by number: dictionary text and stream, unpacked if it is.
fn objects(pdf: &[u8]) -> Vec<(u32, String, Vec<u8>)> {
    let text: String = pdf.iter().map(|b| *b as char).collect();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(" 0 obj\n") {
        let start = from + at;
        let number = text[..start].rsplit('\n').next().unwrap().parse().unwrap();
        let body = start + " 0 obj\n".len();
        let end = body + text[body..].find("\nendobj").unwrap();
        let dictionary = text[body..end].split("\nstream\n").next().unwrap().to_owned();
        let mut stream = Vec::new();
        if let Some(length) = dictionary.split("/Length ").nth(1) {
            let length: usize = length.split([' ', '\n', '/', '>']).next().unwrap().parse().unwrap();
            let data = body + text[body..].find("\nstream\n").unwrap() + "\nstream\n".len();
            let raw: Vec<u8> = text[data..].chars().take(length).map(|c| c as u8).collect();
            if dictionary.contains("/FlateDecode") {
                flate2::read::ZlibDecoder::new(&raw[..]).read_to_end(&mut stream).unwrap();
            } else {
                stream = raw;
            }
        }
        found.push((number, dictionary, stream));
        from = end;
    }
    found
}

fn pdf() -> Vec<u8> {
    paint(&everything(), Format::Pdf).unwrap()
}

fn page(objects: &[(u32, String, Vec<u8>)]) -> String {
    let (_, _, content) = objects.iter().find(|(number, _, _)| *number == 4).unwrap();
    String::from_utf8_lossy(content).into_owned()
}

#[test]
fn every_command_is_on_the_page_and_every_name_is_defined() {
    let objects = objects(&pdf());
    let page = page(&objects);
    let lines = |end: &str| page.lines().filter(|line| line.ends_with(end)).count();
    // Eight markers and the image.
    assert_eq!(lines(" Do"), 9, "{page}");
    assert_eq!(page.matches("BT").count(), 4);
    assert_eq!(lines(" c"), 1);
    assert_eq!((lines("q"), lines("Q")), (2 + 9, 2 + 9), "clips and placed things, all closed");
    assert_eq!(page.lines().filter(|line| *line == "W").count(), 2);
    let (_, dictionary, _) = objects.iter().find(|(number, _, _)| *number == 3).unwrap();
    for name in page.split_whitespace().filter(|word| word.starts_with('/')) {
        assert!(dictionary.contains(name), "{name} in {dictionary}");
    }
    assert!(dictionary.contains("/MediaBox [0 0 144 72]"), "{dictionary}");
}

#[test]
fn markers_are_shared_forms_and_images_have_their_mask() {
    let objects = objects(&pdf());
    let with = |what: &str| objects.iter().filter(|(_, d, _)| d.contains(what)).collect::<Vec<_>>();
    assert_eq!(with("/Subtype /Form").len(), 3, "two sizes of circles, the plus");
    let images = with("/Subtype /Image");
    assert_eq!(images.len(), 2);
    // Cells of 10 points, 14 samples each way.
    assert_eq!(images[0].2.len(), 2 * 14 * 14 * 3);
    assert_eq!(images[0].2[13 * 3..15 * 3], [10, 20, 30, 200, 100, 50]);
    assert_eq!(images[1].2[13..15], [255, 0]);
}

/// Codes on the page are glyphs of the subset; the map to characters gives the texts back.
#[test]
fn texts_can_be_read_back_through_the_map_to_unicode() {
    let objects = objects(&pdf());
    let (_, _, cmap) = objects.iter().find(|(_, d, _)| d.contains("/Type /CMap")).unwrap();
    let cmap = String::from_utf8_lossy(cmap).into_owned();
    let mut characters = std::collections::BTreeMap::new();
    for line in cmap.lines().filter(|line| line.starts_with('<') && line.matches('<').count() == 2) {
        let mut parts = line.split(['<', '>', ' ']).filter(|part| !part.is_empty());
        let mut hex = || u32::from_str_radix(parts.next().unwrap(), 16).unwrap();
        let (code, character) = (hex(), hex());
        characters.insert(code, char::from_u32(character).unwrap());
    }
    let mut font = super::font::Font::default();
    for text in ["AVA <µ> & x²", "up", "slanted  twice", "−1.5"] {
        let read: String = font
            .codes(&crate::render::text::line(text, crate::render::text::Font::default()).runs[0])
            .iter()
            .flat_map(|(codes, _)| codes.chunks(2))
            .map(|code| characters[&u32::from(u16::from_be_bytes([code[0], code[1]]))])
            .collect();
        assert_eq!(read, text);
    }
    // `AV` is kerned by -131/2048 em in the font.
    assert!(
        (font.codes(&crate::render::text::line("AV", crate::render::text::Font::default()).runs[0])[0].1
            + 131.0 / 2048.0)
            .abs()
            < 1e-9
    );
}

#[test]
fn the_file_says_what_it_is_without_a_clock() {
    let pdf = pdf();
    let text: String = pdf.iter().map(|b| *b as char).collect();
    assert!(text.starts_with("%PDF-1.7") && text.ends_with("%%EOF"));
    for part in ["/Creator (shmplot 0)", "configuration 00ff", "source: a.h5, b.h5", "/ID ["] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("Date"));
    // UTF-16 with a byte order mark, for the β.
    assert!(pdf.windows(2).any(|w| w == [0xfe, 0xff]) || text.to_uppercase().contains("FEFF"));
}

#[test]
fn numbers_are_rounded_to_thousandths() {
    assert_eq!(vector::round(1.23456), 1.235);
    assert_eq!(vector::round(-0.0001).to_bits(), 0.0_f64.to_bits());
}
