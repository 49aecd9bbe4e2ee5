//! Films: pictures that were drawn one by one, joined to one file.
//!
//! [`join`] reads numbered PNG files one after the other and writes animated PNG (`apng`), GIF (`gif`) or
//! the frames of a video to `ffmpeg` (`ffmpeg`). Two pictures are in memory at a time, however many
//! there are, and the same pictures give the same bytes. Nothing here draws, and nothing is renamed:
//! the file that is written is the caller's temporary one.

mod apng;
pub mod ffmpeg;
mod gif;
mod picture;
pub mod rate;

use crate::diag::Diagnostic;
use crate::output::publish::failure;
use picture::{Changes, Picture};
use rate::Rate;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A kind of film by its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Container {
    /// Animated PNG.
    Apng,
    /// GIF.
    Gif,
    /// A container that `ffmpeg` writes.
    Video(Video),
}

/// A container of videos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are extensions of files")]
pub enum Video {
    Mp4,
    M4v,
    Mov,
    Mkv,
    Avi,
    Webm,
}

impl Container {
    /// Extensions of files that are always films, in the order in which they are told.
    pub const EXTENSIONS: [&str; 8] = ["apng", "gif", "mp4", "m4v", "mov", "mkv", "avi", "webm"];

    /// The film of a file extension without dot, any case. `png` is an animated one where a film is
    /// wanted.
    pub fn from_ext(ext: &str) -> Option<Self> {
        Some(match ext.to_ascii_lowercase().as_str() {
            "apng" | "png" => Self::Apng,
            "gif" => Self::Gif,
            "mp4" => Self::Video(Video::Mp4),
            "m4v" => Self::Video(Video::M4v),
            "mov" => Self::Video(Video::Mov),
            "mkv" => Self::Video(Video::Mkv),
            "avi" => Self::Video(Video::Avi),
            "webm" => Self::Video(Video::Webm),
            _ => return None,
        })
    }

    /// Whether a file with this extension, without dot, cannot be a picture.
    pub fn is_only_film(ext: &str) -> bool {
        !ext.eq_ignore_ascii_case("png") && Self::from_ext(ext).is_some()
    }

    /// The fewest and most pictures a second. GIF counts hundredths of a second up to 65535, and what is
    /// shorter than two of them viewers show for ten.
    pub fn rates(self) -> [f64; 2] {
        match self {
            Self::Gif => [1.0 / 655.0, 50.0],
            _ => [1.0 / 3600.0, 1000.0],
        }
    }
}

/// How pictures are joined.
#[derive(Clone, Debug, PartialEq)]
pub struct Film {
    /// Kind of file.
    pub container: Container,
    /// Pictures a second.
    pub rate: Rate,
    /// What the file says of itself: keyword, text.
    pub metadata: Vec<(String, String)>,
    /// What a video needs.
    pub video: Option<ffmpeg::Encoder>,
}

/// Joins `pictures`, PNG files of one size, in their order, and writes the film to `to`, which is created
/// or overwritten.
///
/// # Errors
/// A picture that cannot be read or has another size than the first, by its file's name; what the encoder
/// says; what the file system says, with `path` as the file's name. A file that was begun is left.
pub fn join(film: &Film, pictures: &[PathBuf], to: &Path, path: &Path) -> Result<(), Diagnostic> {
    let mut source = Pictures { paths: pictures.iter(), size: None };
    let Some(first) = source.next().transpose()? else {
        return Err(Diagnostic::error("a film needs pictures, and there are none"));
    };
    if let Container::Video(video) = film.container {
        let encoder = film.video.as_ref().ok_or_else(|| Diagnostic::error("a video needs `ffmpeg`"))?;
        return ffmpeg::write(film, (encoder, video), (first, source), to);
    }
    let mut file = BufWriter::new(File::create(to).map_err(|err| failure("cannot create", path, &err))?);
    match film.container {
        Container::Gif => gif::write(film, first, source, &mut file),
        _ => apng::write(film, pictures.len(), (first, source), &mut file),
    }
    .map_err(|error| match error {
        Broken::Picture(error) => error,
        Broken::File(err) => failure("cannot write", path, &err),
    })?;
    file.flush().map_err(|err| failure("cannot write", path, &err))
}

/// Why a film could not be joined.
enum Broken {
    /// A picture is wrong.
    Picture(Diagnostic),
    /// The file cannot be written.
    File(std::io::Error),
}

impl From<Diagnostic> for Broken {
    fn from(error: Diagnostic) -> Self {
        Self::Picture(error)
    }
}

/// The pictures of a film, read when they are asked for.
struct Pictures<'a> {
    paths: std::slice::Iter<'a, PathBuf>,
    /// Of the first.
    size: Option<[u32; 2]>,
}

impl Iterator for Pictures<'_> {
    type Item = Result<Picture, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        let path = self.paths.next()?;
        Some(Picture::read(path).and_then(|picture| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let size = *self.size.get_or_insert([picture.width, picture.height]);
            if size != [picture.width, picture.height] {
                let [width, height] = size;
                let message = format!(
                    "picture {name} is {} × {} pixels, the first is {width} × {height}",
                    picture.width, picture.height
                );
                let help = "a film has one size; `figsize` or `style: {figure.figsize}` fixes it";
                return Err(Diagnostic::error(message).help(help.to_owned()));
            }
            Ok(picture)
        }))
    }
}

/// What is different in each picture from the one before, to `f`; all of the first.
fn each_change(
    first: Picture,
    rest: Pictures<'_>,
    mut f: impl FnMut(&Picture, Option<&Picture>, Changes) -> Result<(), Broken>,
) -> Result<(), Broken> {
    f(&first, None, first.whole())?;
    let mut before = first;
    for picture in rest {
        let picture = picture?;
        f(&picture, Some(&before), picture.changes(&before))?;
        before = picture;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
