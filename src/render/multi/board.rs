//! One axes while calls draw on it: its marks, what its axes show, and the colours that are next.

use super::argument::{Argument, Bound, Vector, VectorKind};
use super::bars::Wanted;
use super::inset;
use super::look::Look;
use super::marking;
use super::polar::Polar;
use crate::data::time::DAY_US;
use crate::diag::Diagnostic;
use crate::render::axis::AxisKind;
use crate::render::chart::{Center, Kind, Levels, Limit, Norm, Scale, Style, View};
use crate::render::color::{self, ColorContent};
use crate::render::content::AxisContent;
use crate::render::marks::{Key, LineMark, Mark};
use crate::render::panel::{Note, PanelOptions};
use crate::render::scene::Color;
use crate::render::sheet::Painted;
use crate::render::tabular::Table;
use std::rc::Rc;

/// Where a bar begins, where it ends, and how long it is.
pub(super) type BarEnds = ([f64; 2], [f64; 2], f64);

/// Axes over others, named after the axis that both share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twin {
    X,
    Y,
}

/// When and how a mark is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rank {
    /// As matplotlib's zorder.
    pub(super) order: f64,
    /// Whether vector formats get an image of it; by its size if nobody says.
    pub(super) rasterized: Option<bool>,
}

/// A mark with its colours, and when it is drawn.
type Ranked = (Rank, Mark, Option<Rc<ColorContent>>);

/// The mark of a panel, the `number`th of its legend.
pub(super) fn painted(number: usize, (Rank { order, rasterized }, mark, color): Ranked) -> Painted {
    Painted { mark, color, number, order, rasterized }
}

/// An axes being drawn on.
pub(super) struct Board<'a> {
    pub(super) style: &'a Style,
    /// Marks with their colours and their order of drawing.
    pub(super) marks: Vec<Ranked>,
    /// What the axes show.
    pub(super) axes: [AxisContent; 2],
    /// What the third axis shows, of axes in space.
    pub(super) z: AxisContent,
    /// What calls want of the axes; helpers say more.
    pub(super) options: PanelOptions,
    /// Whether a function draws a legend by itself, and its title.
    pub(super) legend: Option<String>,
    /// Colour bars.
    pub(super) bars: Vec<Wanted>,
    /// Whether there is no frame, and no ticks.
    pub(super) bare: bool,
    /// Whether marks are drawn past the frame, too.
    pub(super) open: bool,
    /// Room that texts need around the frame, points: left, right, top, bottom.
    pub(super) around: [f64; 4],
    /// Tables inside and beside it.
    pub(super) tables: Vec<Table>,
    /// Polar axes.
    pub(super) polar: Option<Polar>,
    /// From where it is seen, of axes in space.
    pub(super) space: Option<View>,
    /// Ends and lengths of the bars that were drawn last, and whether they lie.
    pub(super) bar_ends: (Vec<BarEnds>, bool),
    /// Axes inside.
    pub(super) insets: Vec<inset::Wanted>,
    /// Which axes follow on these.
    pub(super) next: Option<Twin>,
    pub(super) warnings: &'a mut Vec<Diagnostic>,
    /// How many calls there were.
    pub(super) calls: usize,
    lines: usize,
    patches: usize,
}

impl<'a> Board<'a> {
    pub(super) fn new(style: &'a Style, warnings: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            style,
            marks: Vec::new(),
            axes: [AxisContent::default(), AxisContent::default()],
            z: AxisContent::default(),
            options: PanelOptions::default(),
            legend: None,
            bars: Vec::new(),
            bare: false,
            open: false,
            around: [0.0; 4],
            tables: Vec::new(),
            insets: Vec::new(),
            next: None,
            bar_ends: (Vec::new(), false),
            polar: None,
            space: None,
            warnings,
            calls: 0,
            lines: 0,
            patches: 0,
        }
    }

    /// The axes that follow, with one axis of their own; colours go on as matplotlib's begin anew.
    pub(super) fn after<'b>(
        twin: Twin,
        axes: [AxisContent; 2],
        style: &'b Style,
        warnings: &'b mut Vec<Diagnostic>,
    ) -> Board<'b> {
        let mut board = Board::new(style, warnings);
        let shared = usize::from(twin == Twin::Y);
        board.axes[shared].kind = axes[shared].kind.clone();
        board
    }

    /// Whether there is something to be seen on them.
    pub(super) fn drawn(&self) -> bool {
        let lines = self.options.hlines.is_some() || self.options.vlines.is_some();
        lines || !self.tables.is_empty() || !self.marks.is_empty() || self.space.is_some()
    }

    /// Makes the axes polar.
    pub(super) fn make_polar(&mut self) -> Result<(), String> {
        if self.polar.is_none() && (!self.marks.is_empty() || self.space.is_some()) {
            return Err("axes cannot become polar when something is drawn on them".to_owned());
        }
        self.polar.get_or_insert_default();
        Ok(())
    }

    /// The view of axes in space, which they become.
    pub(super) fn view(&mut self) -> Result<&mut View, String> {
        if self.space.is_none() && (!self.marks.is_empty() || self.polar.is_some()) {
            return Err("it is for axes in space, and these are a plane".to_owned());
        }
        Ok(self.space.get_or_insert_default())
    }

    /// Positions on paper: of polar axes angles and radii become places.
    pub(super) fn paper(&mut self, [x, y]: [Vec<f64>; 2]) -> [Vec<f64>; 2] {
        match &mut self.polar {
            Some(polar) => polar.places(&x, &y),
            None => [x, y],
        }
    }

    /// The next colour of lines.
    pub(super) fn next_line(&mut self) -> Color {
        self.lines += 1;
        self.cycled(self.lines - 1)
    }

    /// The next colour of areas and points, which matplotlib counts on their own.
    pub(super) fn next_patch(&mut self) -> Color {
        self.patches += 1;
        self.cycled(self.patches - 1)
    }

    /// A colour of the cycle.
    pub(super) fn cycled(&self, i: usize) -> Color {
        self.style.cycle.get(i % self.style.cycle.len().max(1)).copied().unwrap_or(Color::BLACK)
    }

    /// Positions along axis `i` (0 is x, 2 the third): texts become categories, in the order in which they come.
    pub(super) fn place(&mut self, i: usize, vector: Vector) -> Result<Vec<f64>, String> {
        let name = ["x", "y", "z"][i];
        let empty = self.marks.is_empty();
        let kind = self.axes.get_mut(i).map_or(&mut self.z.kind, |axis| &mut axis.kind);
        match vector.kind {
            VectorKind::Text(texts) => {
                if *kind == AxisKind::Number && empty {
                    *kind = AxisKind::Category(Vec::new());
                }
                let names = match kind {
                    AxisKind::Category(names) => names,
                    AxisKind::Time(calendar) => {
                        let day = |text: &String| {
                            let micros = calendar.span(text).map(|(start, _)| start);
                            let days = micros.map(|micros| micros as f64 / DAY_US as f64);
                            days.ok_or_else(|| format!("`{text}` is no date such as 2000-01-31 along {name}"))
                        };
                        return texts.iter().map(day).collect();
                    }
                    AxisKind::Number => return Err(format!("texts along {name} beside numbers")),
                };
                let mut index = |text: &String| {
                    names.iter().position(|known| known == text).unwrap_or_else(|| {
                        names.push(text.clone());
                        names.len() - 1
                    })
                };
                Ok(texts.iter().map(|text| index(text) as f64).collect())
            }
            VectorKind::Time(calendar) => {
                if *kind == AxisKind::Number && empty {
                    *kind = AxisKind::Time(calendar);
                }
                if *kind != AxisKind::Time(calendar) {
                    return Err(format!("times along {name} beside other values"));
                }
                Ok(vector.values)
            }
            VectorKind::Number => Ok(vector.values),
        }
    }

    /// One position along axis `i`.
    pub(super) fn spot(&mut self, i: usize, value: &Argument) -> Result<f64, String> {
        match self.place(i, value.vector()?)?[..] {
            [at] if at.is_finite() => Ok(at),
            _ => Err(value.not(&format!("one position along {}", ["x", "y"][i]))),
        }
    }

    /// Adds a mark; lines are drawn over areas and points, images below, unless the call says so.
    pub(super) fn add(&mut self, mut mark: Mark, look: &Look, color: Option<Rc<ColorContent>>) {
        if let (Some(polar), Mark::Shapes(shapes)) = (&mut self.polar, &mut mark) {
            polar.shapes(shapes);
        }
        let order = look.zorder.unwrap_or(match &mark {
            Mark::Line(_) => 2.0,
            Mark::Space(mark) => mark.order(),
            Mark::Mesh(mark) if mark.is_image() => 0.0,
            _ => 1.0,
        });
        self.marks.push((Rank { order, rasterized: look.rasterized }, mark, color));
    }

    /// Adds a line.
    pub(super) fn line(&mut self, x: Vec<f64>, y: Vec<f64>, color: Color, look: &Look, label: &str) {
        let mut look = look.clone();
        if let Some((dash, marker)) = self.style.cycle_marks.get(self.lines.max(1) - 1) {
            look.dash = look.dash.or(*dash);
            look.marker = look.marker.or(marker.map(Some));
        }
        let look = &look;
        let [x, y] = self.paper([x, y]);
        let stroke = look.stroke(look.faded(color), self.style);
        let marker = marking::marker(look, self.style);
        let mark = LineMark::plain(label.to_owned(), x.into(), y.into(), look.faded(color), stroke, marker);
        let mark = LineMark { step: look.steps, ..mark };
        self.add(Mark::Line(mark), look, None);
    }

    /// Sets the scale of an axis.
    pub(super) fn scale(&mut self, i: usize, scale: Scale) {
        let axis = if i == 0 { &mut self.options.x } else { &mut self.options.y };
        axis.scale = Some(scale);
    }

    /// Sets the limits of an axis.
    pub(super) fn limits(&mut self, i: usize, [low, high]: [f64; 2]) {
        let axis = if i == 0 { &mut self.options.x } else { &mut self.options.y };
        axis.limits = [Limit::At(low), Limit::At(high)];
    }

    /// Adds a text.
    pub(super) fn note(&mut self, note: Note) {
        self.options.texts.get_or_insert_default().push(note);
    }

    /// Adds a key to the arrows that were drawn last.
    pub(super) fn key(&mut self, key: &Key) -> Result<(), String> {
        let arrows = self.marks.iter_mut().rev().any(|(_, mark, _)| match mark {
            Mark::Other(mark) => mark.key(key),
            _ => false,
        });
        if arrows { Ok(()) } else { Err("there are no arrows before it: call `plt.quiver` first".to_owned()) }
    }

    /// How values become colours in a call, on a log scale.
    pub(super) fn log_colors(
        &mut self,
        call: &Bound<'_>,
        values: &[f64],
    ) -> Result<Rc<ColorContent>, String> {
        let mut own = call.call.clone();
        own.color.norm = Norm::Log;
        self.colors(&call.like(&own), Kind::PColorMesh, values)
    }

    /// How values become colours in a call.
    pub(super) fn colors(
        &mut self,
        call: &Bound<'_>,
        kind: Kind,
        values: &[f64],
    ) -> Result<Rc<ColorContent>, String> {
        let mut options = call.call.color.clone();
        options.vmin = call.number("vmin")?.or(options.vmin);
        options.vmax = call.number("vmax")?.or(options.vmax);
        // matplotlib, unlike xarray, never makes limits symmetric about 0 by itself.
        if options.center == Center::Auto {
            options.center = Center::Off;
        }
        // Nor does it show by itself that there are values beyond the limits.
        if !matches!(kind, Kind::Contour | Kind::ContourF) {
            options.extend.get_or_insert([false; 2]);
        }
        if options.cmap.is_none() && options.colors.is_none() {
            options.cmap = Some(self.style.cmap.clone());
        }
        if matches!(kind, Kind::Contour | Kind::ContourF) {
            options.extend = match call.text("extend")?.as_deref() {
                None | Some("neither") => Some([false; 2]),
                Some("both") => Some([true; 2]),
                Some("min") => Some([true, false]),
                Some("max") => Some([false, true]),
                Some(other) => {
                    return Err(format!("`extend`: `{other}` is none of neither, both, min and max"));
                }
            };
        }
        if let Some(levels) = call.get("levels") {
            options.levels = Some(match levels {
                Argument::Number(n) if *n >= 1.0 && *n <= 1000.0 => Levels::Count(*n as usize),
                other => Levels::At(other.vector()?.values),
            });
        }
        if let Some(colors) = call.get("colors") {
            let one = |value: &Argument| super::look::color(value, &self.style.cycle);
            options.line_colors = Some(match colors {
                Argument::List(items) => items.iter().map(one).collect::<Result<_, _>>()?,
                other => vec![one(other)?],
            });
        }
        let content = color::decide(&options, self.style, kind, &[values], String::new(), self.warnings);
        let alpha = if let Some(Argument::Number(alpha)) = call.get("alpha") { *alpha } else { 1.0 };
        let content = content.map_err(|error| error.to_string())?;
        Ok(Rc::new(ColorContent { alpha, ..content }))
    }
}
