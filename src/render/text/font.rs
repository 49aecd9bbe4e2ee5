//! Fonts of texts: the bundled one, and families and files that styles ask for.
//!
//! Files are read once and stay for the life of the process: texts refer to them by number. Numbers
//! depend on the order of asking, so nothing that is written may: painters name fonts by
//! [`Face::key`](super::Face::key), which is of their content.

use crate::diag::near;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{OnceLock, PoisonError, RwLock};

/// Largest font file read, bytes.
const MOST_BYTES: u64 = 64 << 20;
/// Most families of one process.
const MOST_FAMILIES: usize = 256;
/// Most files looked at when a family is searched, and folders within folders.
const MOST_FILES: usize = 20_000;
const DEEPEST: usize = 8;

/// What a text is set in. The default is the bundled DejaVu Sans, upright and regular.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Font {
    /// Its family, 0 for DejaVu Sans.
    family: u16,
    /// Whether it is bold.
    pub bold: bool,
    /// Whether it is italic or oblique.
    pub italic: bool,
}

/// What is said of a text's font; what is not is the figure's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FontOptions {
    /// Family.
    pub family: Option<Family>,
    /// Weight.
    pub bold: Option<bool>,
    /// Slant.
    pub italic: Option<bool>,
}

/// A family that was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Family(u16);

impl FontOptions {
    /// The font of a text where all others are set in `base`.
    pub fn over(&self, base: Font) -> Font {
        Font {
            family: self.family.map_or(base.family, |family| family.0),
            bold: self.bold.unwrap_or(base.bold),
            italic: self.italic.unwrap_or(base.italic),
        }
    }

    /// Takes over what `other` says.
    pub fn update(&mut self, other: &Self) {
        self.family = other.family.or(self.family);
        self.bold = other.bold.or(self.bold);
        self.italic = other.italic.or(self.italic);
    }
}

thread_local! {
    static BASE: Cell<Font> = const { Cell::new(Font { family: 0, bold: false, italic: false }) };
}

/// The font of the figure that this thread draws.
pub fn base() -> Font {
    BASE.with(Cell::get)
}

/// Draws a figure whose texts are set in `font` unless they say otherwise.
pub fn with_base<T>(font: Font, draw: impl FnOnce() -> T) -> T {
    /// Puts the font of before back, also when drawing panics.
    struct Back(Font);
    impl Drop for Back {
        fn drop(&mut self) {
            BASE.with(|base| base.set(self.0));
        }
    }
    let _back = Back(BASE.with(|base| base.replace(font)));
    draw()
}

/// A font file.
pub(super) struct Loaded {
    pub(super) bytes: &'static [u8],
    pub(super) font: ab_glyph::FontRef<'static>,
    pub(super) family: String,
    pub(super) postscript: String,
    pub(super) is_cff: bool,
    /// Hash of its bytes.
    pub(super) key: u64,
}

/// Faces of a family by weight and slant, as numbers of files.
struct Faces {
    name: String,
    /// Regular, italic, bold, bold italic.
    files: [Option<u16>; 4],
}

#[derive(Default)]
struct Library {
    files: Vec<&'static Loaded>,
    families: Vec<Faces>,
}

fn library() -> &'static RwLock<Library> {
    static LIBRARY: OnceLock<RwLock<Library>> = OnceLock::new();
    LIBRARY.get_or_init(RwLock::default)
}

/// A file by its number.
pub(super) fn file(number: u16) -> Option<&'static Loaded> {
    let library = library().read().unwrap_or_else(PoisonError::into_inner);
    library.files.get(usize::from(number)).copied()
}

impl Font {
    /// The number of the file that it is set in; none for the bundled font.
    pub(super) fn file(self) -> Option<u16> {
        let library = library().read().unwrap_or_else(PoisonError::into_inner);
        let faces = &library.families.get(usize::from(self.family).checked_sub(1)?)?.files;
        let wanted = usize::from(self.italic) + 2 * usize::from(self.bold);
        // What the family has not is taken without slant, then without weight.
        [wanted, wanted & 2, wanted & 1, 0, 1, 2, 3].into_iter().find_map(|at| faces[at])
    }

    /// What it is made of, for telling whether a figure is still as it was; empty for the bundled font.
    pub fn digest(self) -> String {
        self.file().and_then(file).map_or_else(String::new, |file| format!("{:016x}", file.key))
    }
}

impl Family {
    /// The bundled DejaVu Sans.
    pub const BUNDLED: Self = Self(0);

    /// A font file by its path.
    ///
    /// # Errors
    /// A file that cannot be read, or is no TrueType or OpenType font.
    pub fn of_file(path: &Path) -> Result<Self, String> {
        let number = load(path)?;
        let name = file(number).map_or_else(String::new, |file| file.family.clone());
        add(Faces { name: format!("{} {name}", path.display()), files: [Some(number), None, None, None] })
    }

    /// A family by its name: the bundled one, or one of the machine's.
    ///
    /// # Errors
    /// That there is none, with the near name.
    pub fn named(name: &str) -> Result<Self, String> {
        if name.eq_ignore_ascii_case("DejaVu Sans") {
            return Ok(Self::BUNDLED);
        }
        let Some(paths) = installed().get(&name.to_lowercase()) else {
            let known = installed().values().map(|(name, _)| name.as_str()).chain(["DejaVu Sans"]);
            let help = near(name, known).map(|found| format!(" (did you mean `{found}`?)"));
            return Err(format!("there is no font `{name}`{}", help.unwrap_or_default()));
        };
        let (name, paths) = paths;
        {
            let library = library().read().unwrap_or_else(PoisonError::into_inner);
            if let Some(at) = library.families.iter().position(|faces| faces.name == *name) {
                return Ok(Self(at as u16 + 1));
            }
        }
        let mut files = [None; 4];
        for (slot, path) in paths.iter().enumerate() {
            if let Some(path) = path {
                files[slot] = Some(load(path)?);
            }
        }
        add(Faces { name: name.clone(), files })
    }
}

fn add(faces: Faces) -> Result<Family, String> {
    let mut library = library().write().unwrap_or_else(PoisonError::into_inner);
    if let Some(at) =
        library.families.iter().position(|own| own.name == faces.name && own.files == faces.files)
    {
        return Ok(Family(at as u16 + 1));
    }
    if library.families.len() >= MOST_FAMILIES {
        return Err(format!("there are more than {MOST_FAMILIES} fonts"));
    }
    library.families.push(faces);
    Ok(Family(library.families.len() as u16))
}

/// Reads a file and gives its number.
fn load(path: &Path) -> Result<u16, String> {
    let failed = |why: &str| format!("cannot read the font {}: {why}", path.display());
    let size = std::fs::metadata(path).map_err(|error| failed(&error.to_string()))?;
    if !size.is_file() || size.len() > MOST_BYTES {
        return Err(failed("it is no file of at most 64 MiB"));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(&error.to_string()))?;
    let key = twox_hash::XxHash64::oneshot(0, &bytes);
    let mut library = library().write().unwrap_or_else(PoisonError::into_inner);
    if let Some(at) = library.files.iter().position(|file| file.key == key && file.bytes == bytes) {
        return Ok(at as u16);
    }
    let face = ttf_parser::Face::parse(&bytes, 0).map_err(|error| failed(&error.to_string()))?;
    let name = |id: u16| names(&face, id).next();
    let family = name(ttf_parser::name_id::TYPOGRAPHIC_FAMILY).or(name(ttf_parser::name_id::FAMILY));
    let family = family.unwrap_or_else(|| "font".to_owned());
    let postscript: String = name(ttf_parser::name_id::POST_SCRIPT_NAME)
        .unwrap_or_else(|| family.clone())
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let is_cff = face.tables().cff.is_some();
    let bytes: &'static [u8] = bytes.leak();
    let font = ab_glyph::FontRef::try_from_slice(bytes).map_err(|error| failed(&error.to_string()))?;
    library.files.push(Box::leak(Box::new(Loaded { bytes, font, family, postscript, is_cff, key })));
    Ok(library.files.len() as u16 - 1)
}

/// Readable names of a kind.
fn names<'a>(face: &'a ttf_parser::Face<'_>, id: u16) -> impl Iterator<Item = String> + 'a {
    face.names().into_iter().filter(move |name| name.name_id == id).filter_map(|name| name.to_string())
}

/// Paths of the regular, italic, bold and bold italic face of a family.
type Paths = [Option<PathBuf>; 4];

/// The machine's families by name in lower case, with the name as it is written.
fn installed() -> &'static BTreeMap<String, (String, Paths)> {
    static INSTALLED: OnceLock<BTreeMap<String, (String, Paths)>> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
        let data = data.or(home.as_ref().map(|home| home.join(".local/share")));
        let own = data.map(|data| data.join("fonts")).into_iter().chain(home.map(|home| home.join(".fonts")));
        let shared = ["/usr/local/share/fonts", "/usr/share/fonts"].map(PathBuf::from);
        let mut files = Vec::new();
        own.chain(shared).for_each(|folder| gather(&folder, 0, &mut files));
        let mut found: BTreeMap<String, (String, Nearest)> = BTreeMap::new();
        for path in files {
            let Some((family, slot, off)) = described(&path) else { continue };
            let (_, paths) =
                found.entry(family.to_lowercase()).or_insert_with(|| (family, Default::default()));
            if paths[slot].as_ref().is_none_or(|(least, _)| off < *least) {
                paths[slot] = Some((off, path));
            }
        }
        let plain = |paths: Nearest| paths.map(|path| path.map(|(_, path)| path));
        found.into_iter().map(|(key, (family, paths))| (key, (family, plain(paths)))).collect()
    })
}

/// The files of a family's faces so far, with how far their weights are from the usual ones.
type Nearest = [Option<(u16, PathBuf)>; 4];

/// Font files of a folder and those in it, sorted.
fn gather(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        let is_font = path
            .extension()
            .is_some_and(|ext| ["ttf", "otf"].iter().any(|known| ext.eq_ignore_ascii_case(known)));
        if path.is_dir() {
            if depth < DEEPEST {
                gather(&path, depth + 1, files);
            }
        } else if is_font && files.len() < MOST_FILES {
            files.push(path);
        }
    }
}

/// The family of a file, which of its faces it is, and how far its weight is from that face's; none for
/// condensed, thin and black ones.
fn described(path: &Path) -> Option<(String, usize, u16)> {
    let size = std::fs::metadata(path).ok()?;
    if size.len() > MOST_BYTES {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    let face = ttf_parser::Face::parse(&bytes, 0).ok()?;
    let weight = face.weight().to_number();
    let (slot, usual) = match weight {
        250..=549 => (0, 400),
        550..=750 => (2, 700),
        _ => return None,
    };
    if face.width() != ttf_parser::Width::Normal {
        return None;
    }
    let family = names(&face, ttf_parser::name_id::FAMILY).next()?;
    Some((family, slot + usize::from(face.is_italic() || face.is_oblique()), weight.abs_diff(usual)))
}

/// Generic families with those that are tried for them, in matplotlib's order; what is bundled stands
/// for the last of them.
pub const GENERIC: [(&str, &[&str]); 5] = [
    ("sans-serif", &["DejaVu Sans"]),
    (
        "serif",
        &[
            "DejaVu Serif",
            "Bitstream Vera Serif",
            "Computer Modern Roman",
            "New Century Schoolbook",
            "Century Schoolbook L",
            "Utopia",
            "ITC Bookman",
            "Bookman",
            "Nimbus Roman No9 L",
            "Times New Roman",
            "Times",
            "Palatino",
            "Charter",
        ],
    ),
    (
        "monospace",
        &[
            "DejaVu Sans Mono",
            "Bitstream Vera Sans Mono",
            "Computer Modern Typewriter",
            "Andale Mono",
            "Nimbus Mono L",
            "Courier New",
            "Courier",
            "Fixed",
            "Terminal",
        ],
    ),
    (
        "cursive",
        &[
            "Apple Chancery",
            "Textile",
            "Zapf Chancery",
            "Sand",
            "Script MT",
            "Felipa",
            "Comic Neue",
            "Comic Sans MS",
        ],
    ),
    ("fantasy", &["Chicago", "Charcoal", "Impact", "Western", "xkcd script"]),
];

impl Family {
    /// The first of several families that there is; a name may be generic, or the path of a file.
    /// `Ok(None)` if only generic ones were named, and the machine has none of theirs.
    ///
    /// # Errors
    /// Why the first family that is not generic cannot be had.
    pub fn first(names: &[String]) -> Result<Option<Self>, String> {
        let mut failed = None;
        for name in names {
            let lower = name.to_lowercase();
            let is_path = name.contains('/') || lower.ends_with(".ttf") || lower.ends_with(".otf");
            let generic = GENERIC
                .iter()
                .find(|(generic, _)| *generic == lower || (*generic == "sans-serif" && lower == "sans"));
            let found = match generic {
                Some((_, tried)) => tried.iter().find_map(|name| Self::named(name).ok()).map(Ok),
                None if is_path => Some(Self::of_file(Path::new(name))),
                None => Some(Self::named(name)),
            };
            match found {
                Some(Ok(family)) => return Ok(Some(family)),
                Some(Err(why)) => failed = failed.or(Some(why)),
                None => {}
            }
        }
        failed.map_or(Ok(None), Err)
    }
}

/// Whether a weight's name or number is bold; `None` if there is no such weight.
pub fn is_bold(name: &str) -> Option<bool> {
    match name {
        "ultralight" | "light" | "normal" | "regular" | "book" | "medium" | "roman" => Some(false),
        "semibold" | "demibold" | "demi" | "bold" | "heavy" | "extra bold" | "black" => Some(true),
        number => number.parse::<f64>().ok().filter(|n| (0.0..=1000.0).contains(n)).map(|n| n >= 600.0),
    }
}

/// Whether a style's name is slanted; `None` if there is no such style.
pub fn is_italic(name: &str) -> Option<bool> {
    match name {
        "normal" => Some(false),
        "italic" | "oblique" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::text::{borrowed, measure_in};

    #[test]
    fn families_that_are_not_there_are_named_with_near_ones() {
        assert_eq!(Family::first(&["DejaVu Sans".to_owned()]), Ok(Some(Family::BUNDLED)));
        assert_eq!(Family::first(&["sans-serif".to_owned()]), Ok(Some(Family::BUNDLED)));
        let error = Family::first(&["DejaVu Sanz".to_owned()]).unwrap_err();
        assert!(error.contains("did you mean `DejaVu Sans`?"), "{error}");
        assert!(Family::first(&["/no/such/font.ttf".to_owned()]).unwrap_err().contains("/no/such/font.ttf"));
    }

    /// A file is a family: here the bundled large operators, which have no letters.
    #[test]
    fn files_are_families_and_what_they_lack_is_taken_from_the_bundled_font() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/fonts/DejaVuSansDisplay.ttf");
        let family = Family::first(&[path.display().to_string()]).unwrap();
        let font = FontOptions { family, ..FontOptions::default() }.over(Font::default());
        assert_ne!(font.digest(), "");
        assert_eq!(borrowed("a∑a", font), ['a']);
        let (own, bundled) =
            (measure_in(font, "∑", 10.0).width, measure_in(Font::default(), "∑", 10.0).width);
        assert!(own > bundled, "{own} {bundled}");
        assert_eq!(measure_in(font, "a", 10.0).width, measure_in(Font::default(), "a", 10.0).width);
    }

    #[test]
    fn the_figures_font_is_back_after_drawing() {
        let bold = Font { bold: true, ..Font::default() };
        assert_eq!(with_base(bold, base), bold);
        assert_eq!(base(), Font::default());
    }
}
