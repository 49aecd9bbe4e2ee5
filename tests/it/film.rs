//! Films by the real program: what a viewer of them sees, what the account says, what stays on disk when
//! they fail or are interrupted. Videos are "encoded" by a script that writes down what it was given.

use super::cli::Case;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Films of a cube of which five layers grow.
const PLOTS: &str = "
_film:
  based_on: .plot.facet_grid.pcolormesh
  select: {data: data}
  x: dim_2
  y: dim_1
  frames: dim_0
  style: {figure.figsize: [2.03, 1.5], figure.dpi: 50}
  animation: {writer: pillow, writer_kwargs: {pillow: {init: {fps: 8}}}}
a/gif: {based_on: _film, file_ext: gif}
a/apng: {based_on: _film, file_ext: png}
a/lines:
  based_on: [_film, .plot.facet_grid.line]
  y: ~
  x: dim_2
  hue: dim_1
  file_ext: apng
  animation: {writer_kwargs: {pillow: {saving: {dpi: 60}}}}
";

/// The same as a video.
const VIDEO: &str = "
film:
  based_on: [.animation.use_ffmpeg, .plot.facet_grid.pcolormesh]
  select: {data: data}
  x: dim_2
  y: dim_1
  frames: dim_0
  style: {figure.figsize: [2.03, 1.5], figure.dpi: 50}
  animation: {writer_kwargs: {ffmpeg: {init: {fps: 12.5, codec: mpeg4, bitrate: 900, extra_args: [-crf, 18]}}}}
";

/// Delays of the pictures of a GIF in hundredths of a second.
fn gif_delays(bytes: &[u8]) -> Vec<u16> {
    let mut decoder = gif::DecodeOptions::new().read_info(bytes).unwrap();
    let mut delays = Vec::new();
    while let Some(frame) = decoder.next_frame_info().unwrap() {
        delays.push(frame.delay);
    }
    delays
}

/// Number of pictures of an animated PNG, its size and texts.
fn apng(bytes: &[u8]) -> (u32, [u32; 2], Vec<String>) {
    let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let info = reader.info();
    let texts = &info.uncompressed_latin1_text;
    let texts = texts.iter().map(|chunk| format!("{}: {}", chunk.keyword, chunk.text)).collect();
    (info.animation_control().unwrap().num_frames, [info.width, info.height], texts)
}

/// A folder with a program `ffmpeg` that is this script.
fn fake(case: &Case, script: &str) -> PathBuf {
    let folder = case.path("bin");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join("ffmpeg");
    fs::write(&program, format!("#!/bin/sh\n{script}")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    // The script needs the system's own programs, too.
    format!("{}:/usr/bin:/bin", folder.display()).into()
}

/// Whether nothing of a film is left that is not joined: no pictures, no temporary files.
fn is_tidy(case: &Case) -> bool {
    let temporary = |name: &String| name.ends_with(".tmp");
    !case.path("figures/.shmplot/films").exists() && !case.files("figures").iter().any(temporary)
}

#[test]
fn films_have_all_pictures_and_their_time_and_the_same_bytes_whoever_draws() {
    let case = Case::new().plots(PLOTS);
    let mut before: Option<Vec<Vec<u8>>> = None;
    for (number, jobs) in [1, 2, 4, 2].into_iter().enumerate() {
        let ran = case.run(&format!("render plots.yml --data cube.npy -o figures --jobs {jobs}"));
        assert_eq!(ran.code(), 0, "{}", ran.stderr());
        assert!(is_tidy(&case));
        let names = ["a/apng.png", "a/gif.gif", "a/lines.apng"];
        assert_eq!(case.files("figures")[..3], names);
        let films: Vec<Vec<u8>> =
            names.iter().map(|name| fs::read(case.path(&format!("figures/{name}"))).unwrap()).collect();
        if let Some(before) = &before {
            assert!(films == *before, "{jobs} workers, run {number}");
        }
        before = Some(films);
    }
    let films = before.unwrap();
    let (count, size, texts) = apng(&films[0]);
    assert_eq!((count, size), (5, [101, 75]));
    assert_eq!(
        texts[..3],
        ["Title: a/apng", &format!("Software: shmplot {}", env!("CARGO_PKG_VERSION")), "Source: cube.npy"]
    );
    assert!(texts[3].starts_with("Comment: configuration "), "{texts:?}");
    assert_eq!(gif_delays(&films[1]), [13, 12, 13, 12, 13]);
    assert_eq!(apng(&films[2]).1, [121, 90]);
    // One figure each in the account.
    let results = case.results();
    let figures = results["figures"].as_array().unwrap();
    let told: Vec<_> = figures
        .iter()
        .map(|figure| (figure["outputs"][0].as_str().unwrap(), figure["bytes"].as_u64().unwrap()))
        .collect();
    let wanted = [("a/gif.gif", &films[1]), ("a/apng.png", &films[0]), ("a/lines.apng", &films[2])];
    assert_eq!(told, wanted.map(|(name, film)| (name, film.len() as u64)));
    // Done is done; what is missing is drawn again.
    fs::remove_file(case.path("figures/a/gif.gif")).unwrap();
    assert_eq!(case.run("render plots.yml --data cube.npy -o figures --resume").code(), 0);
    assert_eq!(fs::read(case.path("figures/a/gif.gif")).unwrap(), films[1]);
    let results = case.results();
    let status: Vec<_> = results["figures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|figure| figure["status"].as_str().unwrap())
        .collect();
    assert_eq!(status, ["ok", "unchanged", "unchanged"]);
}

#[test]
fn all_pictures_of_a_film_have_the_limits_of_all_and_numbered_ones_their_own() {
    let case = Case::new().plots(&format!(
        "{PLOTS}b/held:\n  based_on: _film\n  file_ext: png\n  animation: {{writer: frames, fixed_limits: true}}\n\
         b/own: {{based_on: _film, file_ext: png, animation: {{writer: frames}}}}\n"
    ));
    let ran = case.run("describe plots.yml --data cube.npy --all -o told");
    assert_eq!(ran.code(), 0, "{}", ran.stderr());
    let told: serde_json::Value =
        serde_json::from_slice(&fs::read(case.path("told/figures.json")).unwrap()).unwrap();
    let limits = |name: &str, what: &str| -> Vec<[f64; 2]> {
        (0..5)
            .map(|number| {
                let ends = &told[format!("{name}/{number:07}.png")]["axes"][0][what];
                [0, 1].map(|i| ends[i].as_f64().unwrap())
            })
            .collect()
    };
    assert_eq!(limits("a/gif", "clim"), [[0.0, 104.5]; 5]);
    assert_eq!(limits("b/held", "clim"), [[0.0, 104.5]; 5]);
    assert_eq!(limits("b/own", "clim")[1], [21.0, 41.5]);
    let margin = 0.05 * 104.5;
    for ends in limits("a/lines", "ylim") {
        assert!((ends[0] + margin).abs() < 1e-3 && (ends[1] - 104.5 - margin).abs() < 1e-3, "{ends:?}");
    }
}

#[test]
fn a_video_is_what_the_program_makes_of_all_pixels() {
    let case = Case::new().plots(VIDEO);
    // The last argument is the file.
    let path = fake(&case, "for to; do :; done\n{ echo \"$@\" | sed 's/ [^ ]*$//'; wc -c; } > \"$to\"\n");
    let ran = case.run_with("render plots.yml --data cube.npy -o figures", &[("PATH", &path)]);
    assert_eq!(ran.code(), 0, "{}", ran.stderr());
    let text = fs::read_to_string(case.path("figures/film.mp4")).unwrap();
    let (arguments, bytes) = text.trim_end().split_once('\n').unwrap();
    // 101 by 75 pixels; one more of each makes them even.
    let begin = "-hide_banner -loglevel error -nostdin -f rawvideo -vcodec rawvideo -s 102x76 -pix_fmt rgba \
                 -framerate 25/2 -i pipe:0 -an -vcodec mpeg4 -b:v 900k -metadata title=film -metadata software=shmplot";
    assert!(arguments.starts_with(begin), "{arguments}");
    assert!(arguments.ends_with("-bitexact -crf 18 -f mp4 -y"), "{arguments}");
    assert_eq!(bytes.trim(), (102 * 76 * 4 * 5).to_string());
    assert!(is_tidy(&case));
}

#[test]
fn without_the_program_nothing_is_drawn_and_its_failure_is_told() {
    let case = Case::new().plots(VIDEO);
    let nowhere = case.path("nowhere");
    let ran = case.run_with("plan plots.yml --data cube.npy", &[("PATH", &nowhere)]);
    assert_eq!(ran.code(), 1);
    let ran = case.run_with("check plots.yml", &[("PATH", &nowhere)]);
    assert!(ran.code() == 2 && ran.stderr().contains("videos need the program `ffmpeg`"), "{}", ran.stderr());
    let ran = case.run_with("render plots.yml --data cube.npy -o figures", &[("PATH", &nowhere)]);
    assert_eq!(ran.code(), 1);
    assert!(
        ran.stderr().contains("videos need the program `ffmpeg`, which is not installed"),
        "{}",
        ran.stderr()
    );
    assert!(ran.stderr().contains("`file_ext: gif`"), "{}", ran.stderr());
    let path = fake(&case, "echo one >&2; echo 'Unknown encoder' >&2; exit 3\n");
    let ran = case.run_with("render plots.yml --data cube.npy -o figures", &[("PATH", &path)]);
    assert_eq!(ran.code(), 1);
    for said in ["bin/ffmpeg` failed: exit status: 3", "Unknown encoder"] {
        assert!(ran.stderr().contains(said), "{}", ran.stderr());
    }
    assert_eq!(case.files("figures"), ["results.json"]);
    assert!(is_tidy(&case));
}

#[test]
fn an_interrupted_film_leaves_nothing_but_the_former_one() {
    let case = Case::new().plots(VIDEO);
    // It reads nothing, says that it was begun, and never ends by itself.
    let path = fake(&case, "for to; do :; done\necho half > \"$to\"\ntouch begun\nexec sleep 60\n");
    fs::create_dir_all(case.path("figures")).unwrap();
    fs::write(case.path("figures/film.mp4"), "former").unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_shmplot"))
        .args(["render", "plots.yml", "--data", "cube.npy", "-o", "figures"])
        .current_dir(case.path(""))
        .env("PATH", &path)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = case.path("begun");
    wait_for(&begun);
    let pid = nix::unistd::Pid::from_raw(i32::try_from(run.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(143));
    assert_eq!(fs::read_to_string(case.path("figures/film.mp4")).unwrap(), "former");
    assert!(is_tidy(&case));
    assert_eq!(case.results()["figures"][0]["status"], "cancelled");
}

fn wait_for(path: &Path) {
    let began = Instant::now();
    while !path.exists() {
        assert!(began.elapsed() < Duration::from_secs(30), "{}", path.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_a_film_cannot_be_is_said_at_its_place() {
    for (keys, said) in [
        ("file_ext: pdf", "the writer `pillow` cannot write `.pdf` files"),
        ("file_ext: mp4", "the writer `pillow` cannot write `.mp4` files"),
        ("file_ext: gif, frames: ~", "cannot write one figure as a `.gif` file"),
        (
            "file_ext: gif, animation: {writer: frames}",
            "the writer `frames` writes pictures, no `.gif` files",
        ),
        ("file_ext: gif, animation: {writer: pilow}", "did you mean `pillow`?"),
        ("file_ext: gif, animation: {wirter: pillow}", "did you mean `writer`?"),
        ("file_ext: gif, animation: {enabled: often}", "often"),
        ("file_ext: gif, animation: {writer_kwargs: {ffmpg: {}}}", "did you mean `ffmpeg`?"),
        ("file_ext: gif, animation: {writer_kwargs: {ffmpeg: {init: {fsp: 3}}}}", "did you mean `fps`?"),
        (
            "file_ext: png, animation: {writer: frames, writer_kwargs: {frames: {init: {fstr: frame}}}}",
            "`fstr` must begin with `{dir:}`",
        ),
        (
            "file_ext: png, animation: {writer: frames, writer_kwargs: {frames: {init: {name_padding: 65}}}}",
            "up to 64",
        ),
        ("file_ext: gif, animation: {writer_kwargs: {pillow: {init: {fps: 60}}}}", "60 pictures a second"),
        ("file_ext: gif, animation: {writer_kwargs: {pillow: {init: {codec: x}}}}", "`codec` is for videos"),
        ("file_ext: gif, animation: {writer_kwargs: {pillow: {init: {speed: 1}}}}", "unknown key `speed`"),
        (
            "file_ext: gif, animation: {animation_update_kwargs: {a: 1}}",
            "`animation_update_kwargs` must be empty",
        ),
    ] {
        let case = Case::new().plots(&format!("{PLOTS}wrong: {{based_on: _film, {keys}}}\n"));
        let ran = case.run("check plots.yml");
        assert!(ran.code() == 2 && ran.stderr().contains(said), "{keys}: {}", ran.stderr());
        let ran = case.run("render plots.yml --data cube.npy -o figures --only wrong");
        assert!(ran.code() == 1 && ran.stderr().contains(said), "{keys}: {}", ran.stderr());
        assert_eq!(case.files("figures"), ["results.json"], "{keys}");
    }
}

#[test]
fn an_animation_that_has_no_effect_is_a_warning_at_most() {
    let plots = format!(
        "{PLOTS}fine: {{based_on: _film, frames: ~, col: dim_0, file_ext: png}}\n\
         wrong: {{based_on: fine, animation: {{writer: pilow}}}}\n"
    );
    let case = Case::new().plots(&plots);
    let ran = case.run("check plots.yml");
    assert_eq!(ran.code(), 0, "{}", ran.stderr());
    assert_eq!(ran.stderr().matches("has no effect without `frames`").count(), 1, "{}", ran.stderr());
    assert!(ran.stderr().contains("there is no writer `pilow`"), "{}", ran.stderr());
}

#[test]
fn numbered_pictures_are_named_as_the_writer_says() {
    let named = |init: &str| {
        let wanted = format!("{{writer: frames, writer_kwargs: {{frames: {{init: {init}}}}}}}");
        let case = Case::new()
            .plots(&format!("{PLOTS}b: {{based_on: _film, file_ext: png, animation: {wanted}}}\n"));
        let ran = case.run("render plots.yml --data cube.npy -o figures --only b");
        assert_eq!(ran.code(), 0, "{}", ran.stderr());
        let mut files = case.files("figures");
        files.retain(|file| file.ends_with(".png"));
        (files.len(), files.into_iter().next_back().unwrap())
    };
    assert_eq!(named("{name_padding: 3}"), (5, "b/004.png".to_owned()));
    assert_eq!(named("{fstr: '{dir:}_t{num:0{pad:}d}.{ext:}'}"), (5, "b_t0000004.png".to_owned()));
}

#[test]
fn limits_of_all_pictures_need_all_data_and_a_memory_limit_below_that_is_an_error_that_says_so() {
    let case = Case::new().plots(PLOTS);
    let args = "render plots.yml --data cube.npy -o figures --only a/gif --arena memory --memory-limit 1500";
    let ran = case.run(args).exits(3);
    assert!(ran.stderr().contains("of data in memory at once"), "{}", ran.stderr());
    assert!(ran.stderr().contains("would do (`--memory-limit "), "{}", ran.stderr());
    assert!(!case.path("figures/a/gif.gif").exists());
}
