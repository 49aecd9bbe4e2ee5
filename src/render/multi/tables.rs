//! `plt.table`: a table of texts and colours inside or beside the axes.

use super::argument::{Argument, Bound};
use super::board::Board;
use super::look;
use crate::data::{Dataset, Dtype, Labelled};
use crate::render::scene::{Color, HAlign};
use crate::render::tabular::{Along, Cell, Colors, Spot, Table};
use crate::render::values;

/// Arguments by position.
pub(super) const POSITIONAL: &[&str] = &[
    "cellText",
    "cellColours",
    "cellLoc",
    "colWidths",
    "rowLabels",
    "rowColours",
    "rowLoc",
    "colLabels",
    "colColours",
    "colLoc",
    "loc",
    "bbox",
    "edges",
];

/// Further arguments; those named after methods of matplotlib's `Table` are what these take.
pub(super) const NAMES: &[&str] = &["auto_set_column_width", "auto_set_font_size", "fontsize", "scale"];

/// Most cells of a table, which nobody could read.
const MOST: usize = 10_000;
/// Most lengths of the axes that a table may reach beyond them.
const FAR: f64 = 10.0;

/// matplotlib's codes of places, in the order of their numbers.
const LOCS: [(&str, [Along; 2]); 18] = [
    ("best", [Along::High, Along::High]),
    ("upper right", [Along::High, Along::High]),
    ("upper left", [Along::Low, Along::High]),
    ("lower left", [Along::Low, Along::Low]),
    ("lower right", [Along::High, Along::Low]),
    ("center left", [Along::Low, Along::Middle]),
    ("center right", [Along::High, Along::Middle]),
    ("lower center", [Along::Middle, Along::Low]),
    ("upper center", [Along::Middle, Along::High]),
    ("center", [Along::Middle, Along::Middle]),
    ("top right", [Along::After, Along::After]),
    ("top left", [Along::Before, Along::After]),
    ("bottom left", [Along::Before, Along::Before]),
    ("bottom right", [Along::After, Along::Before]),
    ("right", [Along::After, Along::Middle]),
    ("left", [Along::Before, Along::Middle]),
    ("top", [Along::Middle, Along::After]),
    ("bottom", [Along::Middle, Along::Before]),
];

/// `plt.table`.
pub(super) fn table(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    check(call)?;
    let cycle = &board.style.cycle;
    let Texts { cells: texts, mut row_labels, mut col_labels } = Texts::of(call)?;
    let faces = match call.get("cellColours") {
        None => None,
        Some(value) => Some(matrix("cellColours", value, false)?),
    };
    let texts = match (texts, &faces) {
        (Some(texts), _) => texts,
        (None, Some(faces)) => faces.iter().map(|row| vec![String::new(); row.len()]).collect(),
        (None, None) => return Err("`cellText` or `cellColours` is needed".to_owned()),
    };
    let (rows, cols) = (texts.len(), texts.first().map_or(0, Vec::len));
    if rows == 0 || cols == 0 {
        return Err("the table has no cells".to_owned());
    }
    if (rows + 1).saturating_mul(cols + 1) > MOST {
        return Err(format!("a table of {rows} × {cols} cells: at most {MOST} are drawn"));
    }
    if texts.iter().any(|row| row.len() != cols) {
        return Err(format!("each row of `cellText` must have {cols} columns"));
    }
    let faces = match faces {
        None => vec![vec![None; cols]; rows],
        Some(faces) if faces.len() != rows || faces.iter().any(|row| row.len() != cols) => {
            return Err(format!("`cellColours` must have {rows} rows of {cols} columns"));
        }
        Some(faces) => faces
            .iter()
            .map(|row| row.iter().map(|one| face("cellColours", one, cycle)).collect())
            .collect::<Result<_, String>>()?,
    };
    let widths = match call.get("colWidths") {
        None => vec![1.0 / cols as f64; cols],
        Some(value) => {
            let widths = value.vector().map_err(|why| format!("`colWidths`: {why}"))?.values;
            let usable = widths.iter().all(|width| *width >= 0.0) && widths.iter().sum::<f64>() > 0.0;
            if widths.len() != cols || !usable {
                return Err(format!("`colWidths` must be {cols} widths in units of the axes"));
            }
            widths
        }
    };
    let row_faces = strip(call, "rowColours", rows, cycle)?;
    let col_faces = strip(call, "colColours", cols, cycle)?;
    // Labels that are only colours are as wide as the first column.
    let label_width = (row_labels.is_none() && row_faces.is_some()).then_some(widths[0]);
    row_labels = row_labels.or(row_faces.is_some().then(|| vec![String::new(); rows]));
    col_labels = col_labels.or(col_faces.is_some().then(|| vec![String::new(); cols]));
    let counted = |name: &str, labels: &Option<Vec<String>>, count: usize| match labels {
        Some(labels) if labels.len() != count => Err(format!("`{name}` must have {count} entries")),
        _ => Ok(()),
    };
    counted("rowLabels", &row_labels, rows)?;
    counted("colLabels", &col_labels, cols)?;
    let [scale_x, scale_y] = pair_of(call)?;
    let labelled = row_labels.is_some();
    let (first, header) = (usize::from(labelled), usize::from(col_labels.is_some()));
    let mut all: Vec<Option<f64>> = Vec::with_capacity(cols + 1);
    if labelled {
        all.push(label_width.map(|width| scale_x * width));
    }
    all.extend(widths.iter().map(|width| Some(scale_x * width)));
    for column in auto(call)? {
        let at = column + first as i64;
        // Columns that are not there are left out, as matplotlib does.
        if let Some(width) = usize::try_from(at).ok().and_then(|at| all.get_mut(at)) {
            *width = None;
        }
    }
    let [cell_at, row_at, col_at] =
        [("cellLoc", HAlign::Right), ("rowLoc", HAlign::Left), ("colLoc", HAlign::Center)]
            .map(|(name, usual)| side(call, name, usual));
    let (cell_at, row_at, col_at) = (cell_at?, row_at?, col_at?);
    let one = |at, text: &str, face, halign| Cell { at, text: text.to_owned(), face, halign };
    let mut cells = Vec::with_capacity((rows + 1) * (cols + 1));
    for (col, label) in col_labels.iter().flatten().enumerate() {
        let face = col_faces.as_ref().and_then(|faces| faces[col]);
        cells.push(one([0, col + first], label, face, col_at));
    }
    for (row, (texts, faces)) in texts.iter().zip(&faces).enumerate() {
        if let Some(labels) = &row_labels {
            let face = row_faces.as_ref().and_then(|faces| faces[row]);
            cells.push(one([row + header, 0], &labels[row], face, row_at));
        }
        for (col, (text, face)) in texts.iter().zip(faces).enumerate() {
            cells.push(one([row + header, col + first], text, *face, cell_at));
        }
    }
    let style = board.style;
    let size = look::font_size(call, style)?.unwrap_or(style.font_size);
    if !(size > 0.0 && size < 1e4) {
        return Err("`fontsize` must be positive".to_owned());
    }
    let spot = spot(call)?;
    let sum: f64 = all.iter().flatten().sum();
    if matches!(spot, Spot::Loc(_)) && sum > FAR {
        return Err(format!("`colWidths`: together they are wider than {FAR} axes"));
    }
    // White cells would hide the light texts of a dark style.
    let bright = [style.text_color.r, style.text_color.g, style.text_color.b];
    let colors = if bright.iter().all(|part| *part > 127) {
        Colors { face: style.axes_facecolor, edge: style.edgecolor, text: style.text_color }
    } else {
        Colors { face: Color::WHITE, edge: Color::BLACK, text: style.text_color }
    };
    board.tables.push(Table {
        cells,
        rows: rows + header,
        widths: all,
        labelled,
        tall: scale_y,
        spot,
        edges: edges(call)?,
        size,
        shrink: call.truth("auto_set_font_size", true)?,
        order: call.number("zorder")?.unwrap_or(0.0),
        colors,
        scale: 1.0,
    });
    Ok(())
}

/// Whether its constant arguments are what they should be; those of other functions are none of its.
pub(super) fn check(call: &Bound<'_>) -> Result<(), String> {
    let own = |name: &str| name == "zorder" || POSITIONAL.contains(&name) || NAMES.contains(&name);
    if let Some(name) = call.names().find(|name| !own(name)) {
        return Err(format!("it has no argument `{name}`"));
    }
    spot(call)?;
    edges(call)?;
    pair_of(call)?;
    auto(call)?;
    call.number("zorder")?;
    call.truth("auto_set_font_size", true)?;
    for name in ["cellLoc", "rowLoc", "colLoc"] {
        side(call, name, HAlign::Left)?;
    }
    Ok(())
}

/// What is written in the cells, in row labels and in column labels.
struct Texts {
    cells: Option<Vec<Vec<String>>>,
    row_labels: Option<Vec<String>>,
    col_labels: Option<Vec<String>>,
}

impl Texts {
    fn of(call: &Bound<'_>) -> Result<Self, String> {
        let row_labels = labels(call, "rowLabels")?;
        let col_labels = labels(call, "colLabels")?;
        match call.get("cellText") {
            None => Ok(Self { cells: None, row_labels, col_labels }),
            Some(Argument::Dataset(dataset)) => {
                for (name, given) in [("rowLabels", &row_labels), ("colLabels", &col_labels)] {
                    if given.is_some() {
                        return Err(format!("`{name}` cannot be given for a dataset, which has its own"));
                    }
                }
                frame(dataset)
            }
            Some(value) => {
                let text = |one: &Argument| match one {
                    Argument::None => Ok("None".to_owned()),
                    one => one.text().map_err(|why| format!("`cellText`: {why}")),
                };
                let rows = matrix("cellText", value, true)?;
                let cells = rows
                    .iter()
                    .map(|row| row.iter().map(text).collect::<Result<Vec<_>, _>>())
                    .collect::<Result<_, _>>()?;
                Ok(Self { cells: Some(cells), row_labels, col_labels })
            }
        }
    }
}

/// A dataset as a data frame: its variables are columns, the labels of their dim are those of rows.
fn frame(dataset: &Dataset) -> Result<Texts, String> {
    let Some((_, first)) = dataset.vars.first() else {
        return Err("`cellText`: the dataset has no variables".to_owned());
    };
    if let Some((name, _)) = dataset
        .vars
        .iter()
        .find(|(_, array)| array.ndim() != 1 || array.dims != first.dims || array.shape != first.shape)
    {
        return Err(format!("`cellText`: `{name}` of the dataset is no column like the others"));
    }
    if first.size() > MOST {
        return Err(format!("a table of {} rows: at most {MOST} cells are drawn", first.size()));
    }
    let columns: Vec<Vec<String>> =
        dataset.vars.iter().map(|(_, array)| values::items(array, false)).collect();
    let cells =
        (0..first.size()).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect();
    Ok(Texts {
        cells: Some(cells),
        row_labels: Some(values::items(&values::index_of(first, &first.dims[0]), false)),
        col_labels: Some(dataset.vars.iter().map(|(name, _)| name.clone()).collect()),
    })
}

/// An array as nested lists of texts, or of its numbers.
fn nested(array: &Labelled, as_text: bool) -> Result<Argument, String> {
    if array.size() > 4 * MOST {
        return Err(format!("an array of {} elements: at most {MOST} cells are drawn", array.size()));
    }
    let mut flat: Vec<Argument> = if as_text || array.dtype() == Dtype::Str {
        values::items(array, false).into_iter().map(Argument::Text).collect()
    } else {
        let numbers = values::numbers(array, &array.dims, "colours").map_err(|error| error.to_string())?;
        numbers.into_iter().map(Argument::Number).collect()
    };
    for length in array.shape.iter().skip(1).rev() {
        flat = flat.chunks((*length).max(1)).map(|row| Argument::List(row.to_vec())).collect();
    }
    Ok(Argument::List(flat))
}

/// The items of a list or an array.
fn items(name: &str, value: &Argument, as_text: bool) -> Result<Vec<Argument>, String> {
    let named = |why: String| format!("`{name}`: {why}");
    match value {
        Argument::List(items) => Ok(items.clone()),
        Argument::Array(array) if array.ndim() > 0 => match nested(array, as_text).map_err(named)? {
            Argument::List(items) => Ok(items),
            other => Ok(vec![other]),
        },
        // As many colours as letters, as of a string in Python.
        Argument::Text(text) if !as_text => {
            Ok(text.chars().map(|letter| Argument::Text(letter.to_string())).collect())
        }
        other => Err(named(other.not("a list"))),
    }
}

fn matrix(name: &str, value: &Argument, as_text: bool) -> Result<Vec<Vec<Argument>>, String> {
    items(name, value, as_text)?.iter().map(|row| items(name, row, as_text)).collect()
}

fn labels(call: &Bound<'_>, name: &str) -> Result<Option<Vec<String>>, String> {
    let Some(value) = call.get(name) else { return Ok(None) };
    let one = |item: &Argument| item.text().map_err(|why| format!("`{name}`: {why}"));
    items(name, value, true)?.iter().map(one).collect::<Result<_, _>>().map(Some)
}

fn face(name: &str, value: &Argument, cycle: &[Color]) -> Result<Option<Color>, String> {
    match value {
        Argument::None => Ok(None),
        value => look::color(value, cycle).map(Some).map_err(|why| format!("`{name}`: {why}")),
    }
}

/// Colours of row or column labels.
fn strip(
    call: &Bound<'_>,
    name: &str,
    count: usize,
    cycle: &[Color],
) -> Result<Option<Vec<Option<Color>>>, String> {
    let Some(value) = call.get(name) else { return Ok(None) };
    let colors =
        items(name, value, false)?.iter().map(|one| face(name, one, cycle)).collect::<Result<Vec<_>, _>>()?;
    if colors.len() != count {
        return Err(format!("`{name}` must have {count} colours"));
    }
    Ok(Some(colors))
}

fn side(call: &Bound<'_>, name: &str, usual: HAlign) -> Result<HAlign, String> {
    match call.text(name)?.as_deref() {
        None => Ok(usual),
        Some("left") => Ok(HAlign::Left),
        Some("center") => Ok(HAlign::Center),
        Some("right") => Ok(HAlign::Right),
        Some(other) => Err(format!("`{name}`: `{other}` is none of left, center and right")),
    }
}

fn spot(call: &Bound<'_>) -> Result<Spot, String> {
    let loc = match call.get("loc") {
        None => LOCS[17].1,
        Some(Argument::Number(code)) => LOCS
            .iter()
            .enumerate()
            .find(|(number, _)| *number as f64 == *code)
            .map(|(_, (_, along))| *along)
            .ok_or_else(|| format!("`loc`: there is no place {code}, they are 0 to 17"))?,
        Some(value) => {
            let name = value.text().map_err(|why| format!("`loc`: {why}"))?;
            LOCS.iter().find(|(known, _)| *known == name).map(|(_, along)| *along).ok_or_else(|| {
                let names: Vec<&str> = LOCS.iter().map(|(name, _)| *name).collect();
                format!("`loc`: there is no place `{name}`, there is: {}", names.join(", "))
            })?
        }
    };
    let Some(value) = call.get("bbox") else { return Ok(Spot::Loc(loc)) };
    match value.vector().map_err(|why| format!("`bbox`: {why}"))?.values[..] {
        [x, y, wide, tall] if wide > 0.0 && tall > 0.0 => {
            let near = [x, y, x + wide, y + tall].iter().all(|end| end.abs() <= FAR);
            if near {
                Ok(Spot::Box([x, y, wide, tall]))
            } else {
                Err(format!("`bbox`: it ends more than {FAR} axes away"))
            }
        }
        _ => Err("`bbox` must be [left, bottom, width, height] in units of the axes".to_owned()),
    }
}

/// Bottom, right, top, left.
fn edges(call: &Bound<'_>) -> Result<[bool; 4], String> {
    let Some(name) = call.text("edges")? else { return Ok([true; 4]) };
    let letters = match name.as_str() {
        "open" => "",
        "closed" => "BRTL",
        "horizontal" => "BT",
        "vertical" => "RL",
        letters => letters,
    };
    if letters.chars().any(|letter| !"BRTL".contains(letter)) {
        return Err(format!(
            "`edges`: `{name}` is none of open, closed, horizontal and vertical, nor some of the letters BRTL"
        ));
    }
    Ok(['B', 'R', 'T', 'L'].map(|letter| letters.contains(letter)))
}

/// How much wider columns and higher rows are.
fn pair_of(call: &Bound<'_>) -> Result<[f64; 2], String> {
    match call.get("scale") {
        None => Ok([1.0; 2]),
        Some(value) => match value.vector().map_err(|why| format!("`scale`: {why}"))?.values[..] {
            [x, y] if [x, y].iter().all(|v| *v > 0.0 && *v < 1e3) => Ok([x, y]),
            _ => Err("`scale` must be two positive numbers".to_owned()),
        },
    }
}

/// Columns that are as wide as their texts need: those asked for, and row labels.
fn auto(call: &Bound<'_>) -> Result<Vec<i64>, String> {
    let wrong = || "`auto_set_column_width` must be numbers of columns".to_owned();
    match call.get("auto_set_column_width") {
        None => Ok(Vec::new()),
        Some(value) => {
            let columns = value.vector().map_err(|_| wrong())?.values;
            let whole = columns.iter().all(|column| column.fract() == 0.0 && column.abs() < 1e6);
            if whole { Ok(columns.into_iter().map(|column| column as i64).collect()) } else { Err(wrong()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Place, Source, Span};
    use crate::render::chart::{ColorOptions, Style};
    use crate::render::multi::argument::Call;
    use serde_json::Value;
    use std::collections::BTreeMap;

    fn argument(value: &Value) -> Argument {
        match value {
            Value::Number(number) => Argument::Number(number.as_f64().unwrap()),
            Value::String(text) => Argument::Text(text.clone()),
            Value::Array(items) => Argument::List(items.iter().map(argument).collect()),
            other => panic!("{other}"),
        }
    }

    fn tables(arguments: &Value) -> Result<Table, String> {
        let kwargs = arguments.as_object().unwrap().iter();
        let call = Call {
            function: "plt.table".to_owned(),
            args: Vec::new(),
            kwargs: kwargs.map(|(name, value)| (name.clone(), argument(value))).collect(),
            color: ColorOptions::default(),
            calls: Vec::new(),
            place: Place::new(&Source::new("p.yml", ""), Span::default()),
        };
        let (style, mut warnings) = (Style::default(), Vec::new());
        let mut board = Board::new(&style, &mut warnings);
        table(&mut board, &Bound::new(&call, POSITIONAL, &BTreeMap::new())?)?;
        Ok(board.tables.remove(0))
    }

    /// Expected: matplotlib 3.11 (`fixtures/tables_by_matplotlib.py`), on axes of 216 × 144 points. Widths of texts
    /// are hinted there, by up to 2 %: row labels differ by that, and texts at the very limit of their cells by a point.
    #[test]
    fn cells_stand_where_matplotlib_puts_them() {
        let text = include_str!("../../../tests/fixtures/tables_by_matplotlib.json");
        let cases: Value = serde_json::from_str(text).unwrap();
        for (name, case) in cases.as_object().unwrap() {
            let table = tables(&case["arguments"]).unwrap();
            let laid = table.laid([216.0, 144.0]);
            assert_eq!(laid.size, case["size"].as_f64().unwrap(), "{name}");
            let cells = case["cells"].as_object().unwrap();
            assert_eq!(table.cells.len(), cells.len(), "{name}");
            for cell in &table.cells {
                let [row, column] = cell.at;
                let want = cells[&format!("{row},{column}")].as_array().unwrap();
                let left = laid.columns[column];
                let bottom = laid.top - (row + 1) as f64 * laid.row;
                let own = [left, bottom, laid.columns[column + 1] - left, laid.row];
                let near = |(a, b): (&f64, &Value)| (a - b.as_f64().unwrap()).abs() < 0.01;
                assert!(own.iter().zip(want).all(near), "{name}, {row}, {column}: {own:?} for {want:?}");
                let exact = column > 0 || !table.labelled;
                let same = |(a, b): (&f64, &Value)| (a - b.as_f64().unwrap()).abs() < 1e-6;
                assert!(!exact || own.iter().zip(want).all(same), "{name}: {own:?} for {want:?}");
            }
        }
    }

    #[test]
    fn arguments_that_do_not_fit_are_named() {
        let refused = |text: &str, why: &str| {
            let error = tables(&serde_json::from_str(text).unwrap()).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        };
        refused(r#"{"loc": "top"}"#, "`cellText` or `cellColours`");
        refused(r#"{"cellText": [["a"], ["b", "c"]]}"#, "1 columns");
        refused(r#"{"cellText": [["a"]], "rowLabels": ["b", "c"]}"#, "`rowLabels` must have 1");
        refused(
            r#"{"cellText": [["a"]], "cellColours": [["r", "g"]]}"#,
            "`cellColours` must have 1 rows of 1",
        );
        refused(r#"{"cellText": [["a"]], "colWidths": [0.1, 0.2]}"#, "`colWidths` must be 1");
        refused(r#"{"cellText": [["a"]], "loc": "below"}"#, "no place `below`");
        refused(r#"{"cellText": [["a"]], "edges": "BX"}"#, "`BX`");
        refused(r#"{"cellText": [["a"]], "cellLoc": "top"}"#, "`cellLoc`");
        refused(r#"{"cellText": [["a"]], "bbox": [0, 0, 1]}"#, "`bbox`");
        refused(r#"{"cellText": [["a"]], "color": "red"}"#, "no argument `color`");
        refused(r#"{"cellText": []}"#, "no cells");
    }
}
