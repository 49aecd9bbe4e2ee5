//! What `animation` says of how a sequence (`frames`) is written: as numbered pictures or as a film.

use super::numbered::Numbered;
use crate::config::{Entry, Keys, Node};
use crate::diag::{Diagnostic, did_you_mean};
use crate::output::film::rate::Rate;
use crate::output::film::{Container, Film, Video, ffmpeg};
use std::path::Path;

/// Writers, as matplotlib and dantro name them. The last ones are the same as their like without `_file`:
/// here all single pictures are files before they are joined.
const WRITERS: [&str; 6] = ["frames", "ffmpeg", "pillow", "imagemagick", "ffmpeg_file", "imagemagick_file"];

/// Keys of `animation`.
const KEYS: [&str; 5] = ["animation_update_kwargs", "enabled", "fixed_limits", "writer", "writer_kwargs"];

/// The program that encodes videos, as the rcParam `animation.ffmpeg_path` has it.
const FFMPEG: &str = "ffmpeg";

/// Pictures a second, as matplotlib.
const FPS: f64 = 5.0;

/// Dots per inch of numbered pictures, as dantro.
const FRAMES_DPI: f64 = 96.0;

/// How a sequence is written.
pub(super) struct Writer<'a> {
    name: &'a str,
    node: &'a Node,
    /// Of the pictures, if not the figure's own.
    pub(super) dpi: Option<f64>,
    /// Names of pictures.
    pub(super) numbered: Numbered,
    /// Limits of axes and colours are those of all pictures together.
    pub(super) fixed_limits: bool,
    init: Init<'a>,
}

/// `init` of a film's writer.
#[derive(Default)]
struct Init<'a> {
    fps: Option<&'a Node>,
    codec: Option<&'a Node>,
    bitrate: Option<&'a Node>,
    extra_args: Option<&'a Node>,
    metadata: Option<&'a Node>,
}

/// Whether an entry's sequence would be a film.
pub(super) fn is_film(entry: &Entry) -> bool {
    let writer = entry.animation.as_ref().and_then(|animation| animation.get("writer"));
    writer.and_then(Node::as_str).is_some_and(|writer| WRITERS[1..].contains(&writer))
}

impl<'a> Writer<'a> {
    /// What `animation` says. A sequence turns it on by itself.
    ///
    /// # Errors
    /// If it is not given, or wants what there is not.
    pub(super) fn of(entry: &'a Entry) -> Result<Self, Diagnostic> {
        let frames = entry.plot.iter().find(|(key, _)| key.as_str() == Some("frames")).map(|(key, _)| key);
        let Some(animation) = entry.animation.as_ref().filter(|node| !node.is_null()) else {
            let error = Diagnostic::error("`frames` needs an `animation`, which says how to write them");
            let error = error.help("add `.animation.use_frames` to `based_on`".to_owned());
            return Err(frames.map_or(error.clone(), |key| error.at(key.place.clone())));
        };
        let keys = Keys::of(animation, "`animation`", &KEYS)?;
        if let Some(update) = keys.given("animation_update_kwargs").filter(|node| !is_empty(node)) {
            let message = "`animation_update_kwargs` must be empty: `frames` says all there is to a sequence";
            return Err(Diagnostic::error(message).at(update.place.clone()));
        }
        if let Some(enabled) = keys.given("enabled") {
            enabled.boolean()?;
        }
        let Some(writer) = keys.given("writer") else {
            return Err(Diagnostic::error("`animation` needs a `writer`")
                .at(animation.place.clone())
                .help("such as `writer: frames`".to_owned()));
        };
        let name = writer.text()?;
        if !WRITERS.contains(&name) {
            return Err(Diagnostic::error(format!("there is no writer `{name}`"))
                .at(writer.place.clone())
                .help(did_you_mean(name, WRITERS)));
        }
        let is_film = name != "frames";
        let mut own = Self {
            name,
            node: writer,
            dpi: (!is_film).then_some(FRAMES_DPI),
            numbered: Numbered::default(),
            fixed_limits: keys.given("fixed_limits").map_or(Ok(is_film), Node::boolean)?,
            init: Init::default(),
        };
        let Some(options) = keys.given("writer_kwargs") else { return Ok(own) };
        // Those of other writers may be there, for `writer` to choose among; none that nobody reads.
        let options = Keys::of(options, "`writer_kwargs`", &WRITERS)?;
        for other in WRITERS {
            let Some(options) = options.given(other) else { continue };
            let keys = Keys::of(options, "the writer's options", &["grab_frame", "init", "saving"])?;
            match keys.given("init") {
                Some(init) if other == "frames" => frames_init(init).map(drop)?,
                Some(init) => Init::of(init).map(|_| ())?,
                None => {}
            }
        }
        let Some(options) = options.given(name) else { return Ok(own) };
        let keys = Keys::of(options, "the writer's options", &["grab_frame", "init", "saving"])?;
        if let Some(init) = keys.given("init") {
            match is_film {
                true => own.init = Init::of(init)?,
                false => own.numbered = frames_init(init)?,
            }
        }
        if let Some(saving) = keys.given("saving") {
            let keys = Keys::of(saving, "`saving`", &["dpi"])?;
            if let Some(dpi) = keys.given("dpi") {
                own.dpi = Some(
                    dpi.finite()
                        .ok()
                        .filter(|dpi| *dpi > 0.0)
                        .ok_or_else(|| dpi.expected("a positive number"))?,
                );
            }
        }
        if let Some(grab) = keys.given("grab_frame").filter(|node| !is_empty(node)) {
            let error = Diagnostic::error("`grab_frame` is not supported yet").at(grab.place.clone());
            return Err(error.help("`style` and `helpers` say how pictures look".to_owned()));
        }
        Ok(own)
    }

    /// The film that is written to `file`, with `metadata` besides those of the writer; `None` if pictures
    /// are.
    ///
    /// # Errors
    /// A file that the writer cannot write, options that its kind does not have, no `ffmpeg`.
    pub(super) fn film(
        &self,
        file: &Path,
        metadata: &[(String, String)],
    ) -> Result<Option<Film>, Diagnostic> {
        let ext = file.extension().unwrap_or_default().to_string_lossy();
        let at = |error: Diagnostic| error.at(self.node.place.clone());
        if self.name == "frames" {
            if Container::is_only_film(&ext) {
                let error =
                    Diagnostic::error(format!("the writer `frames` writes pictures, no `.{ext}` files"));
                return Err(at(error).help("`writer: pillow` or `ffmpeg` writes films".to_owned()));
            }
            return Ok(None);
        }
        let container = Container::from_ext(&ext).ok_or_else(|| {
            let help = format!("give a `file_ext`: png, {}", Container::EXTENSIONS.join(", "));
            at(Diagnostic::error(format!("the writer `{}` cannot write `.{ext}` files", self.name)))
                .help(help)
        })?;
        let rate = self.init.rate(container)?;
        let video = match container {
            Container::Video(_) if !self.name.starts_with("ffmpeg") => {
                let error = format!("the writer `{}` cannot write `.{ext}` files", self.name);
                return Err(at(Diagnostic::error(error)).help("`writer: ffmpeg` can".to_owned()));
            }
            Container::Video(video) => Some(self.init.encoder(video, self.node)?),
            Container::Apng | Container::Gif => {
                let Init { codec, bitrate, extra_args, .. } = &self.init;
                let given = [("codec", codec), ("bitrate", bitrate), ("extra_args", extra_args)];
                if let Some((key, node)) = given.iter().find_map(|(key, node)| node.map(|node| (key, node))) {
                    let error = Diagnostic::error(format!("`{key}` is for videos, not for `.{ext}` files"));
                    return Err(error.at(node.place.clone()));
                }
                None
            }
        };
        let mut all = metadata.to_vec();
        for (key, value) in self.init.metadata.map_or(Ok(&[][..]), Node::mapping)? {
            let (key, value) = (key.text()?, value.python_str());
            if !(1..=79).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            {
                let text =
                    format!("`{key}` is no keyword of metadata: ASCII letters, digits and `_`, at most 79");
                return Err(Diagnostic::error(text).at(self.node.place.clone()));
            }
            all.retain(|(known, _)| !known.eq_ignore_ascii_case(key));
            all.push((key.to_owned(), value));
        }
        Ok(Some(Film { container, rate, metadata: all, video }))
    }
}

impl<'a> Init<'a> {
    fn of(node: &'a Node) -> Result<Self, Diagnostic> {
        let keys = Keys::of(node, "`init`", &["bitrate", "codec", "extra_args", "fps", "metadata"])?;
        Ok(Self {
            fps: keys.given("fps"),
            codec: keys.given("codec"),
            bitrate: keys.given("bitrate"),
            extra_args: keys.given("extra_args"),
            metadata: keys.given("metadata"),
        })
    }

    fn rate(&self, container: Container) -> Result<Rate, Diagnostic> {
        let wanted = self.fps.map_or(Ok(FPS), Node::finite)?;
        let [least, most] = container.rates();
        match Rate::new(wanted).filter(|_| (least..=most).contains(&wanted)) {
            Some(rate) => Ok(rate),
            None => {
                let error = Diagnostic::error(format!("{wanted} pictures a second cannot be shown"));
                let help = format!("`fps` is at least {least:.4} and at most {most}");
                let error = error.help(help);
                Err(self.fps.map_or(error.clone(), |fps| error.at(fps.place.clone())))
            }
        }
    }

    fn encoder(&self, _: Video, writer: &Node) -> Result<ffmpeg::Encoder, Diagnostic> {
        let path = std::env::var_os("PATH");
        let program =
            ffmpeg::find(FFMPEG, path.as_deref()).map_err(|error| error.at(writer.place.clone()))?;
        // -1 lets the encoder choose, as in matplotlib.
        let bitrate = match self.bitrate {
            Some(node) if node.integer().is_ok_and(|rate| rate < 0) => None,
            Some(node) => Some(node.count()? as u64),
            None => None,
        };
        let extra = self.extra_args.map_or(Ok(&[][..]), Node::list)?;
        let extra = extra.iter().map(Node::python_str).collect();
        let codec = self.codec.map(|codec| codec.text().map(str::to_owned)).transpose()?;
        Ok(ffmpeg::Encoder { program, codec, bitrate, extra })
    }
}

/// `init` of the writer of pictures.
fn frames_init(init: &Node) -> Result<Numbered, Diagnostic> {
    let keys = Keys::of(init, "`init`", &["fstr", "name_padding"])?;
    Numbered::of(keys.given("name_padding"), keys.given("fstr"))
}

fn is_empty(node: &Node) -> bool {
    node.is_null() || node.as_map().is_some_and(<[_]>::is_empty)
}
