//! SVG read back as XML.

use crate::render::paint::tests::everything;
use crate::render::paint::{Format, paint};
use crate::render::scene::Command;
use roxmltree::{Document, Node};

fn svg() -> String {
    String::from_utf8(paint(&everything(), Format::Svg).unwrap()).unwrap()
}

fn all<'a>(document: &'a Document<'_>, name: &str) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|node| node.tag_name().name() == name).collect()
}

#[test]
fn every_command_is_an_element_of_its_own() {
    let text = svg();
    let document = Document::parse(&text).unwrap();
    let count = |name| all(&document, name).len();
    assert_eq!(count("use"), 5 + 3, "one a marker with a place");
    assert_eq!(count("polyline"), 1);
    assert_eq!(count("image"), 1);
    assert_eq!(count("text"), 4);
    // The clip's, the background and the frame; equal clips are defined once.
    assert_eq!((count("clipPath"), count("rect")), (1, 3));
    // Two sizes of circles, the plus, and the path.
    assert_eq!(count("path"), 4);
    let root = document.root_element();
    assert_eq!(root.attribute("viewBox"), Some("0 0 144 72"));
    assert_eq!((root.attribute("width"), root.attribute("height")), (Some("144pt"), Some("72pt")));
}

#[test]
fn references_lead_to_definitions() {
    let text = svg();
    let document = Document::parse(&text).unwrap();
    let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let link = ("http://www.w3.org/1999/xlink", "href");
    for used in all(&document, "use") {
        let id = used.attribute(link).unwrap().strip_prefix('#').unwrap();
        assert!(ids.contains(&id));
    }
    for group in document.descendants().filter_map(|node| node.attribute("clip-path")) {
        let id = group.strip_prefix("url(#").unwrap().strip_suffix(')').unwrap();
        assert!(ids.contains(&id));
    }
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
}

#[test]
fn text_is_text_with_its_measured_length_and_metadata_have_no_clock() {
    let text = svg();
    let document = Document::parse(&text).unwrap();
    let written: Vec<&str> = all(&document, "text").iter().map(|node| node.text().unwrap()).collect();
    assert_eq!(written, ["AVA <µ> & x²", "up", "slanted  twice", "−1.5"]);
    for node in all(&document, "text") {
        let length: f64 = node.attribute("textLength").unwrap().parse().unwrap();
        let measured = crate::render::text::measure(node.text().unwrap(), 10.0).width;
        assert!((length - measured).abs() < 1e-3);
    }
    assert_eq!(all(&document, "text")[1].attribute("transform"), Some("rotate(-90 5 36)"));
    let dc = |name: &str| all(&document, name)[0].text().unwrap().to_owned();
    assert_eq!(dc("title"), "sweep/1__β_0.2");
    assert_eq!((dc("creator"), dc("source")), ("shmplot 0".into(), "a.h5, b.h5".into()));
    assert_eq!(dc("identifier"), "configuration 00ff");
    assert!(all(&document, "date").is_empty());
}

/// The cells come back out of the embedded PNG.
#[test]
fn images_are_embedded_cell_by_cell() {
    let text = svg();
    let document = Document::parse(&text).unwrap();
    let href = all(&document, "image")[0].attribute(("http://www.w3.org/1999/xlink", "href")).unwrap();
    let code = href.strip_prefix("data:image/png;base64,").unwrap();
    let bytes = decoded(code);
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    // Cells of 10 points, 14 samples each way.
    let mut cells = vec![0; 8 * 14 * 14];
    reader.next_frame(&mut cells).unwrap();
    assert_eq!(cells[13 * 4..15 * 4], [10, 20, 30, 255, 200, 100, 50, 0]);
}

fn decoded(code: &str) -> Vec<u8> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = code.chars().filter_map(|c| alphabet.find(c)).map(|digit| digit as u32).collect();
    let mut bytes = Vec::new();
    for four in digits.chunks(4) {
        let bits = four.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - four.len()));
        bytes.extend(&bits.to_be_bytes()[1..four.len()]);
    }
    bytes
}

#[test]
fn formulae_are_texts_of_placed_parts_with_bars_and_large_operators_drawn() {
    let text = r"$\frac{\alpha}{2}$ and $\sum \hat x_0 < \mathbf{k}$";
    let mut scene = everything();
    let mut label = scene.commands.iter().find_map(|command| match command {
        Command::Text(text) if text.rotation != 0.0 => Some(text.clone()),
        _ => None,
    });
    label.as_mut().unwrap().text = text.into();
    scene.commands = label.into_iter().map(Command::Text).collect();
    let svg = String::from_utf8(paint(&scene, Format::Svg).unwrap()).unwrap();
    let tree = Document::parse(&svg).unwrap();
    let group = tree.descendants().find(|node| node.attribute("transform").is_some()).unwrap();
    let named = |name: &'static str| group.descendants().filter(move |node| node.has_tag_name(name));
    let shown: String = named("tspan").filter_map(|node| node.text()).collect();
    assert_eq!(shown, "α2 and x0<k");
    let look = |text: &str, attribute: &str| {
        let node = named("tspan").find(|node| node.text() == Some(text)).unwrap();
        node.attribute(attribute).map(str::to_owned)
    };
    assert_eq!(look("α", "font-style").as_deref(), Some("oblique"));
    assert_eq!(look("k", "font-weight").as_deref(), Some("bold"));
    assert_eq!(look("0", "font-size").as_deref(), Some("7"));
    assert_eq!((named("rect").count(), named("path").count()), (1, 2));
}
