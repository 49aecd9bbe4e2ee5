//! How many bins data want, by numpy's rules (`numpy.histogram_bin_edges`).

use super::hist::Visit;
use crate::render::chart::BinRule;
use crate::render::error::RenderError;

/// The number of equal bins between `ends`, of the finite values between them. `whole`: the values are
/// integers, whose bins are 1 wide at least. Values are visited some at a time, up to three times;
/// rules by quartiles hold a copy of them.
///
/// # Errors
/// Those of visiting.
pub(super) fn count(
    rule: BinRule,
    ends @ [low, high]: [f64; 2],
    whole: bool,
    visit: &dyn Visit,
) -> Result<f64, RenderError> {
    let inside = |v: &f64| (low..=high).contains(v);
    let (mut n, mut sum, mut least, mut most) = (0.0_f64, 0.0, f64::INFINITY, f64::NEG_INFINITY);
    let quartiles = matches!(rule, BinRule::Auto | BinRule::FreedmanDiaconis);
    let mut kept: Vec<f64> = Vec::new();
    visit.each(&mut |some| {
        for v in some.iter().filter(|v| inside(v)) {
            n += 1.0;
            sum += v;
            (least, most) = (least.min(*v), most.max(*v));
        }
        if quartiles {
            kept.extend(some.iter().filter(|v| inside(v)));
        }
    })?;
    if n == 0.0 {
        return Ok(1.0);
    }
    let extent = most - least;
    let moments = || -> Result<[f64; 2], RenderError> {
        let mean = sum / n;
        let (mut second, mut third) = (0.0, 0.0);
        visit.each(&mut |some| {
            for off in some.iter().filter(|v| inside(v)).map(|v| v - mean) {
                second += off * off;
                third += off * off * off;
            }
        })?;
        Ok([second / n, third / n])
    };
    let sturges = extent / (libm::log2(n) + 1.0);
    let width = match rule {
        BinRule::Sqrt => extent / n.sqrt(),
        BinRule::Sturges => sturges,
        BinRule::Rice => extent / (2.0 * libm::pow(n, 1.0 / 3.0)),
        BinRule::Scott => {
            let [variance, _] = moments()?;
            libm::pow(24.0 * std::f64::consts::PI.sqrt() / n, 1.0 / 3.0) * variance.sqrt()
        }
        BinRule::Doane if n > 2.0 => {
            let [variance, third] = moments()?;
            let skew = third / (variance * variance.sqrt());
            let usual = (6.0 * (n - 2.0) / ((n + 1.0) * (n + 3.0))).sqrt();
            match variance > 0.0 {
                true => extent / (1.0 + libm::log2(n) + libm::log2(1.0 + skew.abs() / usual)),
                false => 0.0,
            }
        }
        BinRule::Doane => 0.0,
        BinRule::FreedmanDiaconis | BinRule::Auto => {
            kept.sort_by(f64::total_cmp);
            let width = 2.0 * (quantile(&kept, 0.75) - quantile(&kept, 0.25)) * libm::pow(n, -1.0 / 3.0);
            if rule == BinRule::Auto { width.max(extent / n.sqrt() / 2.0).min(sturges) } else { width }
        }
    };
    let width = if whole && width > 0.0 { width.max(1.0) } else { width };
    let [low, high] = if low == high { [low - 0.5, high + 0.5] } else { ends };
    Ok(if width > 0.0 { ((high - low) / width).ceil().max(1.0) } else { 1.0 })
}

/// A quantile of sorted values as `numpy.percentile`: between neighbours linearly.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let i = at as usize;
    let (a, b, t) = (sorted[i], sorted[(i + 1).min(sorted.len() - 1)], at - at.floor());
    if t < 0.5 { a + (b - a) * t } else { b - (b - a) * (1.0 - t) }
}
