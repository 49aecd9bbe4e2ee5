//! Fonts of formulae: their names, and letters of Unicode that stand for letters in them.

use crate::render::text::face::Face;

/// Names of fonts after `\math`, or alone.
pub(super) const FONTS: [(&str, Font); 13] = [
    ("rm", Font::Roman),
    ("it", Font::Italic),
    ("bf", Font::Bold),
    ("bfit", Font::Bold),
    ("sf", Font::Roman),
    ("bb", Font::Double),
    ("default", Font::Normal),
    ("normal", Font::Normal),
    ("regular", Font::Roman),
    ("up", Font::Roman),
    ("cal", Font::Script),
    ("scr", Font::Script),
    ("frak", Font::Fraktur),
];

/// The commands of fonts for groups.
pub(super) const FONT_COMMANDS: [&str; 10] = [
    "mathrm",
    "mathit",
    "mathbf",
    "mathbb",
    "mathcal",
    "mathfrak",
    "mathscr",
    "mathsf",
    "mathdefault",
    "mathregular",
];

/// Fonts of matplotlib's that are not bundled.
pub(super) const OTHER_FONTS: [&str; 1] = ["tt"];

/// How letters are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Font {
    /// Letters slanted, but not Greek capitals.
    Normal,
    Roman,
    Italic,
    Bold,
    /// Double-struck.
    Double,
    /// Of the letters that the font has (ℒ, ℋ, …).
    Script,
    /// Of the letters that the font has (ℜ, ℭ, …).
    Fraktur,
}

/// A letter or digit, double-struck.
pub(super) fn double(character: char) -> char {
    let code = character as u32;
    let plain = match character {
        'C' => Some('ℂ'),
        'H' => Some('ℍ'),
        'N' => Some('ℕ'),
        'P' => Some('ℙ'),
        'Q' => Some('ℚ'),
        'R' => Some('ℝ'),
        'Z' => Some('ℤ'),
        'A'..='Z' => char::from_u32(0x1D538 + code - 0x41),
        'a'..='z' => char::from_u32(0x1D552 + code - 0x61),
        '0'..='9' => char::from_u32(0x1D7D8 + code - 0x30),
        _ => None,
    };
    plain.filter(|c| Face::Upright.glyph(*c) != 0).unwrap_or(character)
}

/// A letter in script or in fraktur; `None` if the bundled font has none of it.
pub(super) fn ornate(character: char, font: Font) -> Option<char> {
    const SCRIPT: [(char, char); 10] = [
        ('B', 'ℬ'),
        ('E', 'ℰ'),
        ('F', 'ℱ'),
        ('H', 'ℋ'),
        ('I', 'ℐ'),
        ('L', 'ℒ'),
        ('M', 'ℳ'),
        ('R', 'ℛ'),
        ('e', 'ℯ'),
        ('o', 'ℴ'),
    ];
    const FRAKTUR: [(char, char); 5] = [('C', 'ℭ'), ('H', 'ℌ'), ('I', 'ℑ'), ('R', 'ℜ'), ('Z', 'ℨ')];
    let letters: &[(char, char)] = match font {
        Font::Script => &SCRIPT,
        Font::Fraktur => &FRAKTUR,
        _ => return Some(character),
    };
    match letters.iter().find(|(letter, _)| *letter == character) {
        Some((_, own)) => Some(*own),
        None if character.is_ascii_alphabetic() => None,
        None => Some(character),
    }
}
