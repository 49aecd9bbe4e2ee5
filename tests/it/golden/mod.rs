//! Scenes against kept texts and pictures, and against what matplotlib made of the same data.

mod axes;
mod bad;
mod bars;
mod calls;
mod charts;
mod degenerate;
mod drawn;
mod gallery;
mod kept;
mod kinds;
mod npy;
mod outside;
mod own;
mod random;
mod ranges;
mod seaborn;
mod sound;
mod spatial;
mod structure;
mod table;
mod wild;

/// What matplotlib made of a picture of the reference gallery.
fn matplotlib(name: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(npy::fixture("matplotlib.json")).expect("a fixture");
    let all: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    all[name].clone()
}

/// Left, top, right and bottom of a text turned by quarters, measured with the font.
fn text_box(text: &shmplot::render::scene::Text) -> [f64; 4] {
    use shmplot::render::scene::HAlign;
    let extent = shmplot::render::text::measure_in(text.font, &text.text, text.size);
    let left = match text.halign {
        HAlign::Left => 0.0,
        HAlign::Center => -extent.width / 2.0,
        HAlign::Right => -extent.width,
    };
    let right = left + extent.width;
    let [x, y] = text.at;
    match text.rotation as i64 {
        90 => [x - extent.ascent, y - right, x + extent.descent, y - left],
        270 => [x - extent.descent, y + left, x + extent.ascent, y + right],
        _ => [x + left, y - extent.ascent, x + right, y + extent.descent],
    }
}
