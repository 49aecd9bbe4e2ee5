//! Videos by the `ffmpeg` program: raw pixels go to its standard input, one picture after the other.
//!
//! Its arguments are those of matplotlib's writer of the same name, with `-bitexact`, so that the file has
//! neither the time nor the encoder's version in it, and with sides that are whole multiples of two where
//! the pixels' format needs it: the last column or row is there twice.

use super::{Film, Picture, Pictures, Video};
use crate::diag::Diagnostic;
use crate::sys::memfd::Scratch;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Of what it says on stderr, so much is told.
const TOLD: u64 = 1000;

/// How a video is encoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Encoder {
    /// The program.
    pub program: PathBuf,
    /// Codec; H.264, in WebM VP9.
    pub codec: Option<String>,
    /// Bits a second, in thousands.
    pub bitrate: Option<u64>,
    /// Further arguments, before the file's name.
    pub extra: Vec<String>,
}

/// The program `name`: a path, or looked for in the folders of `path`, the variable `PATH`.
///
/// # Errors
/// If there is no such program.
pub fn find(name: &str, path: Option<&OsStr>) -> Result<PathBuf, Diagnostic> {
    let is_program = |path: &PathBuf| {
        path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    let found = match name.contains('/') {
        true => Some(PathBuf::from(name)).filter(is_program),
        false => {
            path.and_then(|path| std::env::split_paths(path).map(|folder| folder.join(name)).find(is_program))
        }
    };
    found.ok_or_else(|| {
        let message = format!("videos need the program `{name}`, which is not installed");
        let help = "install it, or write a film without it: `file_ext: gif` or `apng`; pictures are written by \
                    `.animation.use_frames`";
        Diagnostic::error(message).help(help.to_owned())
    })
}

/// What the program is called with.
fn arguments(film: &Film, (encoder, video): (&Encoder, Video), size: [u32; 2], to: &Path) -> Vec<OsString> {
    let (format, usual) = match video {
        Video::Mp4 | Video::M4v => ("mp4", "h264"),
        Video::Mov => ("mov", "h264"),
        Video::Mkv => ("matroska", "h264"),
        Video::Avi => ("avi", "h264"),
        Video::Webm => ("webm", "vp9"),
    };
    let codec = encoder.codec.as_deref().unwrap_or(usual);
    let size = format!("{}x{}", size[0], size[1]);
    let rate = match film.rate.seconds {
        1 => film.rate.pictures.to_string(),
        seconds => format!("{}/{seconds}", film.rate.pictures),
    };
    let mut all: Vec<OsString> = Vec::new();
    let mut add = |texts: &[&str]| all.extend(texts.iter().map(OsString::from));
    add(&["-hide_banner", "-loglevel", "error", "-nostdin", "-f", "rawvideo", "-vcodec", "rawvideo"]);
    add(&["-s", &size, "-pix_fmt", "rgba", "-framerate", &rate, "-i", "pipe:0", "-an", "-vcodec", codec]);
    if is_halved(codec) {
        add(&["-pix_fmt", "yuv420p"]);
    }
    if let Some(bitrate) = encoder.bitrate {
        add(&["-b:v", &format!("{bitrate}k")]);
    }
    for (keyword, text) in &film.metadata {
        add(&["-metadata", &format!("{}={text}", keyword.to_lowercase())]);
    }
    add(&["-bitexact"]);
    add(&encoder.extra.iter().map(String::as_str).collect::<Vec<_>>());
    add(&["-f", format, "-y"]);
    all.push(to.into());
    all
}

/// Whether colours have half the resolution: H.264 and VP9 otherwise cannot be shown everywhere.
fn is_halved(codec: &str) -> bool {
    matches!(codec, "h264" | "libx264" | "vp9" | "libvpx-vp9")
}

/// Encodes the pictures into `to`.
///
/// # Errors
/// If the program cannot be started or fails: the end of what it said; what is wrong with a picture.
pub(super) fn write(
    film: &Film,
    (encoder, video): (&Encoder, Video),
    (first, rest): (Picture, Pictures<'_>),
    to: &Path,
) -> Result<(), Diagnostic> {
    let system = |what: &str, err: &std::io::Error| {
        Diagnostic::error(format!("{what} `{}`", encoder.program.display())).caused_by(err.to_string())
    };
    let said = Scratch::new("ffmpeg").map_err(|err| system("cannot start", &err))?;
    let errors = said.as_fd().try_clone_to_owned().map_err(|err| system("cannot start", &err))?;
    let size = [first.width.next_multiple_of(2), first.height.next_multiple_of(2)];
    let mut child = Command::new(&encoder.program)
        .args(arguments(film, (encoder, video), size, to))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(errors)
        .spawn()
        .map_err(|err| system("cannot start", &err))?;
    let mut broken = None;
    if let Some(mut pipe) = child.stdin.take() {
        for picture in std::iter::once(Ok(first)).chain(rest) {
            // If the program ended early, its own words say why.
            match picture.map(|picture| pipe.write_all(&even(picture, size))) {
                Ok(Ok(())) => {}
                Ok(Err(_)) => break,
                Err(error) => {
                    broken = Some(error);
                    let _ = child.kill();
                    break;
                }
            }
        }
    }
    let status = child.wait().map_err(|err| system("cannot wait for", &err))?;
    match broken {
        Some(error) => Err(error),
        None if status.success() => Ok(()),
        None => {
            let mut error = Diagnostic::error(format!("`{}` failed: {status}", encoder.program.display()));
            for line in said.tail(TOLD).lines().filter(|line| !line.trim().is_empty()) {
                error = error.caused_by(line.trim().to_owned());
            }
            Err(error)
        }
    }
}

/// The pixels with the last column and row twice where sides are odd.
fn even(picture: Picture, [width, height]: [u32; 2]) -> Vec<u8> {
    if [picture.width, picture.height] == [width, height] {
        return picture.rgba;
    }
    let mut pixels = Vec::with_capacity(4 * width as usize * height as usize);
    for y in 0..height {
        let row = picture.row(y.min(picture.height - 1), 0, picture.width);
        pixels.extend_from_slice(row.as_flattened());
        if let Some(last) = row.last().filter(|_| picture.width < width) {
            pixels.extend_from_slice(last);
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::film::Container;
    use crate::output::film::rate::Rate;

    fn told(encoder: &Encoder, video: Video) -> String {
        let film = Film {
            container: Container::Video(video),
            rate: Rate::new(29.97).unwrap(),
            metadata: vec![("Title".into(), "a b".into())],
            video: None,
        };
        let all = arguments(&film, (encoder, video), [640, 480], Path::new("x.tmp"));
        all.iter().map(|text| text.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn arguments_are_those_of_matplotlib_and_give_the_same_bytes_again() {
        assert_eq!(
            told(&Encoder::default(), Video::Mp4),
            "-hide_banner -loglevel error -nostdin -f rawvideo -vcodec rawvideo -s 640x480 -pix_fmt rgba \
             -framerate 2997/100 -i pipe:0 -an -vcodec h264 -pix_fmt yuv420p -metadata title=a b -bitexact -f mp4 -y \
             x.tmp"
        );
        let encoder = Encoder {
            codec: Some("mpeg4".into()),
            bitrate: Some(1800),
            extra: vec!["-crf".into(), "18".into()],
            ..Encoder::default()
        };
        let text = told(&encoder, Video::Mkv);
        let end = "-an -vcodec mpeg4 -b:v 1800k -metadata title=a b -bitexact -crf 18 -f matroska -y x.tmp";
        assert!(text.ends_with(end), "{text}");
        assert!(told(&Encoder::default(), Video::Webm).contains("-vcodec vp9 -pix_fmt yuv420p"));
    }

    #[test]
    fn a_program_is_looked_for_and_its_absence_is_said_with_a_way_out() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("encode");
        std::fs::write(&program, "").unwrap();
        let error = find("encode", Some(dir.path().as_os_str())).unwrap_err();
        assert!(error.to_string().contains("`encode`, which is not installed"), "{error}");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find("encode", Some(dir.path().as_os_str())).unwrap(), program);
        assert_eq!(find(program.to_str().unwrap(), None).unwrap(), program);
        assert!(find("encode", None).is_err());
    }

    #[test]
    fn odd_sides_get_their_last_pixels_twice() {
        let picture = Picture { width: 1, height: 1, rgba: vec![1, 2, 3, 4], opaque: false };
        assert_eq!(even(picture, [2, 2]), [1, 2, 3, 4].repeat(4));
    }
}
