//! Smaller texts for figures that have no room for theirs: a frame that one can see is worth more.

use super::axis::AxisSpec;
use super::chart::Chart;
use super::panel::TextOptions;
use super::sheet::Sheet;

/// The chart with texts `by` times as large.
pub(super) fn chart(chart: &Chart, by: f64) -> Chart {
    let mut small = chart.clone();
    let style = &mut small.style;
    let [x, y] = &mut style.ticks;
    for size in [
        &mut style.font_size,
        &mut style.title_size,
        &mut style.label_size,
        &mut style.suptitle_size,
        &mut style.suplabel_size,
        &mut x.size,
        &mut y.size,
    ] {
        *size *= by;
    }
    text(&mut small.suptitle_text, by);
    small.suplabels.iter_mut().for_each(|label| text(&mut label.look, by));
    small
}

/// The sheet of a chart that [`chart`] made.
pub(super) fn sheet<'s>(sheet: Sheet<'_>, chart: &'s Chart, by: f64) -> Sheet<'s> {
    let Sheet { chart: _, size, grid, mut panels, mut specs, mut bars, legend, suptitle } = sheet;
    specs.iter_mut().flatten().for_each(|spec| axis(spec, by));
    bars.iter_mut().for_each(|bar| axis(&mut bar.spec, by));
    for panel in &mut panels {
        panel.bars.iter_mut().for_each(|bar| axis(&mut bar.spec, by));
        panel.tables.iter_mut().for_each(|table| table.resize(by));
        let options = &mut panel.options;
        text(&mut options.title_text, by);
        for one in [&mut options.x, &mut options.y, &mut options.z] {
            text(&mut one.label_text, by);
        }
        if let Some(spec) = panel.space.as_mut().and_then(|space| space.spec.as_mut()) {
            axis(spec, by);
        }
    }
    Sheet { chart, size, grid, panels, specs, bars, legend, suptitle }
}

fn axis(spec: &mut AxisSpec, by: f64) {
    spec.size *= by;
    spec.look.size *= by;
}

fn text(options: &mut TextOptions, by: f64) {
    options.size = options.size.map(|size| by * size);
}
