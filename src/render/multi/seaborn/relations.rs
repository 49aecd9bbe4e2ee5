//! Relations: `sns.lineplot`, `sns.scatterplot`.

use super::column::Column;
use super::estimates::{Draws, Errors, Estimator, normal_quantile};
use super::hue::{self, HueMap};
use super::key::{Key, Level, Verbosity};
use super::semantics::{SizeMap, dashes, markers};
use super::{Rows, label, rows_of};
use crate::render::chart::LineStyle;
use crate::render::marks::{Handle, Mark, ScatterMark, ShapesMark};
use crate::render::multi::argument::{Bound, Vector};
use crate::render::multi::board::Board;
use crate::render::multi::look::Look;
use crate::render::multi::marking;
use crate::render::multi::statistics::quantile;
use crate::render::record::solid;
use crate::render::scene::{Color, MarkerShape};
use std::collections::BTreeMap;

/// What a legend shows without a colour of its own.
const GREY: Color = Color::rgb(0x33, 0x33, 0x33);

/// Most lines of one call.
const MOST_LINES: usize = 10_000;

/// How `hue`, `size` and `style` tell rows apart.
struct Semantics {
    hue: Option<(Column, Vec<Color>, Option<HueMap>)>,
    size: Option<(Column, SizeMap)>,
    style: Option<Style>,
}

/// How styles differ.
struct Style {
    column: Column,
    markers: Option<Vec<Option<MarkerShape>>>,
    dashes: Option<Vec<LineStyle>>,
}

/// What stands for a level in a legend.
#[derive(Clone)]
struct Swatch {
    color: Color,
    size: f64,
    marker: Option<Option<MarkerShape>>,
    dash: Option<LineStyle>,
}

impl Semantics {
    /// `sizes` are those of the least and the largest number.
    fn of(
        board: &Board<'_>,
        call: &Bound<'_>,
        rows: &mut Rows,
        sizes: [f64; 2],
        lines: bool,
    ) -> Result<Self, String> {
        let hue = match rows.hue.take() {
            Some(column) => {
                let column = column.ordered(call, "hue_order")?;
                let (colors, map) = hue::colors(board, call, &column)?;
                Some((column, colors, map))
            }
            None if call.get("hue_norm").is_some() => return Err("`hue_norm` is for a `hue`".to_owned()),
            None => None,
        };
        let size = match rows.size.take() {
            Some(column) => {
                let column = column.ordered(call, "size_order")?;
                let map = SizeMap::of(call, &column, sizes)?;
                Some((column, map))
            }
            None if call.any(&["sizes", "size_norm", "size_order"]).is_some() => {
                return Err("`sizes`, `size_norm` and `size_order` are for a `size`".to_owned());
            }
            None => None,
        };
        let style = match rows.style.take() {
            Some(column) => {
                let column = column.ordered(call, "style_order")?;
                let markers = markers(call, &column, !lines)?;
                let dashes = if lines { dashes(call, &column)? } else { None };
                if markers.is_none() && dashes.is_none() {
                    return Err("without `markers` and `dashes`, `style` has nothing that differs".to_owned());
                }
                Some(Style { column, markers, dashes })
            }
            None => None,
        };
        Ok(Self { hue, size, style })
    }

    fn columns(&self) -> Vec<&Column> {
        let hue = self.hue.as_ref().map(|(column, ..)| column);
        let size = self.size.as_ref().map(|(column, _)| column);
        [hue, size, self.style.as_ref().map(|style| &style.column)].into_iter().flatten().collect()
    }

    /// Whether a row has all levels.
    fn shows(&self, i: usize) -> bool {
        self.columns().iter().all(|column| column.rows.get(i).is_some_and(Option::is_some))
    }

    /// Rows by their levels of hue, size and style.
    fn groups(&self, n: usize) -> BTreeMap<[u32; 3], Vec<usize>> {
        let columns = [
            self.hue.as_ref().map(|(column, ..)| column),
            self.size.as_ref().map(|(column, _)| column),
            self.style.as_ref().map(|style| &style.column),
        ];
        let mut groups: BTreeMap<[u32; 3], Vec<usize>> = BTreeMap::new();
        for i in (0..n).filter(|i| self.shows(*i)) {
            let level = |column: Option<&Column>| column.and_then(|column| column.rows[i]).unwrap_or(0);
            groups.entry(columns.map(level)).or_default().push(i);
        }
        groups
    }

    /// Whether marks that are named by their hue make the legend.
    fn named(&self, call: &Bound<'_>) -> Result<bool, String> {
        let verbosity = Verbosity::of(call)?;
        Ok(match (&self.hue, verbosity) {
            (Some((column, ..)), Some(verbosity)) => {
                self.size.is_none() && self.style.is_none() && verbosity.ticks(column).is_none()
            }
            _ => false,
        })
    }

    /// The legend; none if there is nothing to tell.
    fn key(&self, call: &Bound<'_>, plain: &Swatch) -> Result<Option<Key<Swatch>>, String> {
        let Some(verbosity) = Verbosity::of(call)? else { return Ok(None) };
        if self.columns().is_empty() {
            return Ok(None);
        }
        let mut key = Key::new(verbosity, &self.columns());
        if let Some((column, colors, map)) = &self.hue {
            key.section(column, plain, |level, swatch| match (level, map) {
                (Level::Own(k), _) => swatch.color = colors.get(k).copied().unwrap_or(swatch.color),
                (Level::Round(number), Some(map)) => swatch.color = map.color(number),
                // Colours of single levels have none between.
                (Level::Round(number), None) => {
                    let levels = column.quantities().unwrap_or_default();
                    let k = levels.partition_point(|level| *level <= number).saturating_sub(1);
                    swatch.color = colors.get(k).copied().unwrap_or(swatch.color);
                }
            });
        }
        if let Some((column, map)) = &self.size {
            key.section(column, plain, |level, swatch| {
                swatch.size = match level {
                    Level::Own(k) => map.each.get(k).copied().unwrap_or(swatch.size),
                    Level::Round(number) => map.at(column, number),
                };
            });
        }
        if let Some(Style { column, markers, dashes }) = &self.style {
            // Styles have no numbers between them.
            key.levels(column, plain, |k, swatch| {
                swatch.marker = markers.as_ref().and_then(|all| all.get(k).copied()).or(swatch.marker);
                swatch.dash = dashes.as_ref().and_then(|all| all.get(k).copied()).or(swatch.dash);
            });
        }
        Ok(Some(key))
    }
}

/// `sns.lineplot`: the mean of y at each x, with a band where there are several; a line for each hue, size
/// and style.
pub(in crate::render::multi) fn lineplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let style = board.style;
    let mut look = Look::of(&call.without(&["dashes"]), style)?;
    let mut rows = rows_of(call, &["x", "y", "hue", "size", "style"])?;
    let y = rows.y.clone().ok_or("`y` is missing")?;
    let n = y.values.len();
    let x = rows.x.clone().unwrap_or_else(|| Vector::count(n));
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    let width = style.line_width;
    let semantics = Semantics::of(board, call, &mut rows, [0.5 * width, 2.0 * width], true)?;
    look.edge.get_or_insert(Color::WHITE);
    look.marker_edge.get_or_insert(0.75);
    let groups = semantics.groups(n);
    if groups.len() > MOST_LINES {
        return Err(format!(
            "{} lines are too many: `hue`, `size` or `style` has no few levels",
            groups.len()
        ));
    }
    let color = match (look.color, &semantics.hue) {
        (Some(color), _) => color,
        (None, Some(_)) => GREY,
        (None, None) => board.next_line(),
    };
    let (estimator, errors, draws) = (Estimator::of(call)?, Errors::of(call)?, Draws::of(call)?);
    let single = call.given_null("estimator");
    let plain = Swatch {
        color: if semantics.hue.is_some() { GREY } else { color },
        size: look.width.unwrap_or(width),
        marker: look.marker,
        dash: look.dash,
    };
    let told = semantics.named(call)?;
    for ([hue, size, style], members) in groups {
        let pick = |k: u32| k as usize;
        let color =
            semantics.hue.as_ref().and_then(|(_, all, _)| all.get(pick(hue)).copied()).unwrap_or(color);
        let own = match &semantics.hue {
            Some((column, ..)) if told => column.title(pick(hue)),
            Some(_) => String::new(),
            None if semantics.columns().is_empty() => look.label.clone(),
            None => String::new(),
        };
        let mut look = look.clone();
        if let Some((_, map)) = &semantics.size {
            look.width = map.each.get(pick(size)).copied().or(look.width);
        }
        if let Some(kinds) = &semantics.style {
            look.marker =
                kinds.markers.as_ref().and_then(|all| all.get(pick(style)).copied()).or(look.marker);
            look.dash = kinds.dashes.as_ref().and_then(|all| all.get(pick(style)).copied()).or(look.dash);
        }
        let mut points: Vec<(f64, f64)> =
            members.iter().map(|i| (x[*i], y[*i])).filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        if single {
            let (at, values) = points.into_iter().unzip();
            board.line(at, values, color, &look, &own);
            continue;
        }
        let (mut at, mut mean, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for group in points.chunk_by(|a, b| a.0 == b.0) {
            let values: Vec<f64> = group.iter().map(|(_, y)| *y).collect();
            let middle = estimator.at(&values);
            let ends = match errors {
                // seaborn draws samples; this is where their percentiles tend to.
                Errors::Ci(level) if estimator == Estimator::Mean => {
                    let m = values.len() as f64;
                    let squares = values.iter().map(|y| (y - middle) * (y - middle)).sum::<f64>();
                    let half = normal_quantile(0.5 + level / 200.0) * squares.sqrt() / m;
                    [middle - half, middle + half]
                }
                _ => errors.ends(&values, estimator, draws),
            };
            let ends = ends.map(|end| if end.is_finite() { end } else { middle });
            at.push(group[0].0);
            mean.push(middle);
            low.push(ends[0]);
            high.push(ends[1]);
        }
        if low.iter().zip(&high).any(|(low, high)| low < high) {
            let there = at.iter().zip(&low).map(|(x, y)| [*x, *y]);
            let back = at.iter().zip(&high).rev().map(|(x, y)| [*x, *y]);
            let mark = ShapesMark {
                fills: vec![color.faded(0.2)],
                ..ShapesMark::new("fill", vec![there.chain(back).collect()])
            };
            board.add(Mark::Shapes(mark), &Look::default(), None);
        }
        board.line(at, mean, color, &look, &own);
    }
    label(board, 0, &rows.names[0]);
    label(board, 1, &rows.names[1]);
    if told {
        board.legend = Some(rows.names[2].clone());
    } else if let Some(key) = semantics.key(call, &plain)? {
        let handles = |swatch: Swatch| {
            let own =
                Look { width: Some(swatch.size), dash: swatch.dash, marker: swatch.marker, ..look.clone() };
            let color = own.faded(swatch.color);
            let line_marker = marking::marker(&own, style).map(|marker| (marker, color));
            Handle { line: own.stroke(color, style), line_marker, ..Handle::default() }
        };
        key.put(board, handles);
    }
    Ok(())
}

/// `sns.scatterplot`: points by hue, size and style.
pub(in crate::render::multi) fn scatterplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?.with_c(call, board.style)?;
    let mut rows = rows_of(call, &["x", "y", "hue", "size", "style"])?;
    let y = rows.y.clone().ok_or("`y` is missing")?;
    let n = y.values.len();
    let x = rows.x.clone().unwrap_or_else(|| Vector::count(n));
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    let usual = board.style.marker_size * board.style.marker_size;
    let semantics = Semantics::of(board, call, &mut rows, [0.5 * usual, 2.0 * usual], false)?;
    let area = call.number("s")?.unwrap_or(usual).clamp(0.0, 1e8);
    let shape = look.marker.flatten().unwrap_or(MarkerShape::Circle);
    let color = match (look.color.or(look.face), &semantics.hue) {
        (Some(color), _) => color,
        (None, Some(_)) => GREY,
        (None, None) => board.next_patch(),
    };
    let alpha = look.alpha.unwrap_or(1.0);
    let kept: Vec<usize> = (0..n).filter(|i| semantics.shows(*i)).collect();
    let level = |column: &Column, i: usize| column.rows.get(i).copied().flatten().unwrap_or(0) as usize;
    let areas: Option<Vec<f64>> = semantics.size.as_ref().map(|(column, map)| {
        kept.iter().map(|i| map.each.get(level(column, *i)).copied().unwrap_or(area)).collect()
    });
    let edge = {
        let tenth = areas.as_ref().filter(|areas| !areas.is_empty()).map_or(area, |areas| {
            let mut sorted = areas.clone();
            sorted.sort_by(f64::total_cmp);
            quantile(&sorted, 0.1)
        });
        let width = look.width.unwrap_or(0.08 * tenth.sqrt());
        let edge = look.edge.unwrap_or(Color::WHITE);
        (width > 0.0 && edge.a > 0).then(|| solid(edge.faded(alpha), width))
    };
    let usual_edge = areas.is_none() && look.edge.is_none() && look.width.is_none();
    let told = semantics.named(call)?;
    // One mark for each shape.
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (k, i) in kept.iter().enumerate() {
        let part = semantics.style.as_ref().map_or(0, |style| level(&style.column, *i));
        parts.entry(part).or_default().push(k);
    }
    for (part, members) in parts {
        let rows_of = || members.iter().map(|k| kept[*k]);
        let own = semantics.style.as_ref().and_then(|style| style.markers.as_ref()?.get(part).copied());
        let Some(shape) = own.unwrap_or(Some(shape)) else { continue };
        let points = [rows_of().map(|i| x[i]).collect(), rows_of().map(|i| y[i]).collect()];
        let label = if semantics.columns().is_empty() { look.label.clone() } else { String::new() };
        let size = (shape, area.sqrt().min(1e4));
        let mut mark = ScatterMark::plain(label, points, Vec::new(), color, alpha, size);
        if let Some((column, colors, _)) = &semantics.hue {
            let groups = rows_of().map(|i| level(column, i) as u32).collect();
            mark = mark.grouped(groups, if told { column.names() } else { Vec::new() }, colors.clone());
        }
        if let Some(areas) = &areas {
            mark = mark.each(members.iter().map(|k| areas[*k].sqrt().min(1e4)).collect());
        }
        if !usual_edge {
            mark = mark.edged(edge.clone());
        }
        board.add(Mark::Scatter(mark.aggregated(look.aggregate(call)?)), &look, None);
    }
    label(board, 0, &rows.names[0]);
    label(board, 1, &rows.names[1]);
    let plain = Swatch {
        color: if semantics.hue.is_some() { GREY } else { color },
        size: area,
        marker: Some(Some(shape)),
        dash: None,
    };
    if told {
        board.legend = Some(rows.names[2].clone());
    } else if let Some(key) = semantics.key(call, &plain)? {
        key.put(board, |swatch| Handle {
            marker: swatch.marker.flatten().map(|shape| {
                let fill = swatch.color.faded(alpha);
                let edge = if shape.is_open() { Some(solid(fill, 1.5)) } else { edge.clone() };
                (shape, swatch.size.sqrt().min(1e3), fill, edge)
            }),
            ..Handle::default()
        });
    }
    Ok(())
}
