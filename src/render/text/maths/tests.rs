//! Formulae beside matplotlib's.

use crate::render::text::{Font, has_maths, line, measure, missing, problem};

/// Widths, heights and depths of boxes at 100 points, from matplotlib 3.11:
/// `MathTextParser("path").parse(text, dpi=72, prop=FontProperties(size=100))`. It rounds them up.
#[test]
fn boxes_are_those_of_matplotlib() {
    let cases: &[(&str, [f64; 3])] = &[
        (r"$\rho_0^2 \, e^{-\alpha r^2}$", [371.0, 107.0, 35.0]),
        (r"$\frac{1}{8}\sqrt{\tilde r}$", [190.0, 120.0, 38.0]),
        (r"$\langle \cos 2\theta \rangle_{t \geq 0}$", [549.0, 77.0, 16.0]),
        (r"$-\,\Delta\hat\varepsilon \cdot 10^{-1}$", [528.0, 93.0, 2.0]),
        (r"$r / r_\mathrm{max}$", [272.0, 73.0, 16.0]),
        (r"$\partial_t \psi\;[\mathrm{kg\,m^{-2}\,s^{-1}}]$", [772.0, 94.0, 21.0]),
        (
            r"$\Phi(\mathbf{k}) = \int_{-\infty}^{\infty} \frac{\sigma_x^2\,\mu}{\sqrt{2\pi}}\, e^{-i k x}\,dx,\quad \sum_{n=1}^{N} \beta_n \approx \pi$",
            [1696.0, 172.0, 97.0],
        ),
        (r"$\lambda \to \infty,\ \ T \neq 0\ °\mathrm{C},\ \ x \in \mathbb{R}$", [1152.0, 76.0, 12.0]),
        (r"Energy $E = m c^2$ in J", [957.0, 94.0, 21.0]),
        (r"$10^{-3}$", [235.0, 94.0, 2.0]),
        (r"$\rho_{0}^{2}$", [116.0, 96.0, 35.0]),
        (r"$\left(\frac{a}{b}\right)^2$", [192.0, 100.0, 39.0]),
        (r"$\lim_{x \to 0} f(x)$", [342.0, 76.0, 72.0]),
        (r"$\bar{ab} + \vec v \times \dot x$", [493.0, 96.0, 2.0]),
        (r"$\mathit{Nu} \leq 3.14$", [484.0, 75.0, 2.0]),
        (r"$\binom{n}{k}$", [142.0, 79.0, 33.0]),
        (r"$\overline{xy}$", [119.0, 80.0, 21.0]),
        (r"$\nabla \cdot \mathbf{u} = 0$", [396.0, 75.0, 2.0]),
        (r"$x_{a_b}^{c^d}$", [142.0, 108.0, 43.0]),
        (r"$\text{flow rate} \pm 5\%$", [723.0, 76.0, 2.0]),
        (r"$\log_{10}(\sin\theta)$", [561.0, 77.0, 21.0]),
        (r"$AVAV \mathrm{AVAV}$", [513.0, 73.0, 0.0]),
        (r"costs 5\$ or $\$5$", [712.0, 76.0, 15.0]),
        (r"$\dfrac{x+1}{y}$", [259.0, 148.0, 97.0]),
        (r"$f'(x)$", [202.0, 81.0, 14.0]),
        (r"$\sqrt[3]{x}$", [148.0, 88.0, 2.0]),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let line = line(text, Font::default());
        assert!(line.is_maths, "{:?}", problem(text));
        let [height, depth] = line.heights();
        let found = [line.width, height, depth].map(|v| v * 100.0);
        let near = |k: usize, by: f64| (found[k] - (expected[k] - 0.5)).abs() <= by;
        // Roots, grown delimiters, primes and double-struck letters are of other fonts there.
        let grown = ["sqrt", "left", "binom"].iter().any(|name| text.contains(name));
        let other = text.contains("mathbb") || text.contains('\'');
        let by = if grown {
            30.0
        } else if other {
            11.0
        } else {
            2.0
        };
        if !(near(0, by) && near(1, 2.0 + by / 3.0) && near(2, 2.0 + by / 6.0)) {
            wrong.push(format!("{text} {found:.1?} {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_command_of_a_symbol_has_a_glyph() {
    let mut words = super::symbols::NAMES.split_whitespace();
    while let Some(name) = words.next() {
        let symbol = words.next().unwrap();
        assert_eq!(symbol.chars().count(), 1, "{name}");
        let text = format!("$\\{name}$");
        assert_eq!(problem(&text), None);
        assert!(missing(&text, Font::default()).is_empty(), "{name}");
    }
}

#[test]
fn dollars_that_enclose_nothing_stay() {
    let shown = |text: &str| {
        line(text, Font::default())
            .runs
            .iter()
            .flat_map(|run| &run.glyphs)
            .map(|glyph| glyph.character)
            .collect::<String>()
    };
    for (text, expected, is_maths) in [
        (r"5 \$", "5 $", false),
        ("5 $ a", "5 $ a", false),
        ("$a$ and $b", "$a$ and $b", false),
        ("$a$ costs \\$5", "a costs $5", true),
        ("$a\\$b$", "a$b", true),
        ("no_maths^here \\alpha", "no_maths^here \\alpha", false),
    ] {
        assert_eq!((shown(text).as_str(), has_maths(text)), (expected, is_maths), "{text}");
        assert_eq!(problem(text), None, "{text}");
    }
}

#[test]
fn mistakes_name_their_place_and_what_was_expected() {
    for (text, at, what, help) in [
        (r"$\alpah$", 1, r"there is no command `\alpah`", r"did you mean `\alpha`?"),
        (r"a $\farc{1}{2}$", 3, r"there is no command `\farc`", r"did you mean `\frac`?"),
        (r"$\frac{1}$", 9, r"expected `{` after `\frac`", ""),
        (r"$x_{a$", 3, "no `}` closes the group", ""),
        (r"$x_a_b$", 4, "a second subscript", ""),
        (r"$a^$", 3, "expected a script after `^`", ""),
        (r"$a}$", 2, "no `{` is open for the `}`", ""),
        (r"$\left(a$", 8, r"expected `\right`", ""),
        (r"$\left a$", 7, r"expected a delimiter after `\left`", ""),
        (r"$a\right)$", 2, r"no `\left` is open for the `\right`", ""),
        (r"$\sqrt[3{x}$", 11, "expected `]`", ""),
        (
            r"$\mathcal{LA}$",
            11,
            "the bundled font has no `A` in script",
            "it has B E F H I L M R e o in script, C H I R Z in fraktur",
        ),
        (r"$\mathrm x$", 9, r"expected `{` after `\mathrm`", ""),
        (
            r"$\mathtt{L}$",
            1,
            r"the font of `\mathtt` is not bundled",
            r"`\mathrm`, `\mathit`, `\mathbf` and `\mathbb` are",
        ),
        ("$$", 1, "expected a formula between the dollars", ""),
        (r"$\hspace{wide}$", 9, "expected a number of em", ""),
        (r"a $\$", 0, "", ""),
    ] {
        let found = problem(text);
        if what.is_empty() {
            assert_eq!(found, None, "{text}");
            continue;
        }
        let found = found.unwrap_or_else(|| panic!("{text} has no mistake"));
        assert_eq!(
            (found.at, found.what.as_str(), found.help.as_deref().unwrap_or("")),
            (at, what, help),
            "{text}"
        );
        // The text is drawn as it is written.
        assert_eq!(line(text, Font::default()).runs[0].glyphs.len(), text.chars().count());
    }
    let text = crate::diag::Diagnostic::from(problem(r"$\alpah_0$").unwrap()).message;
    assert_eq!(
        text,
        r"the text `$\alpah_0$` is drawn as it is written: there is no command `\alpah` at `\alpah_0$` (character 2)"
    );
}

#[test]
fn any_text_is_set_or_has_a_problem() {
    let pieces = [
        "$", "\\", "{", "}", "_", "^", "'", "x", "\\frac", "\\left", "\\right", "(", "\\sqrt", "[", "]", " ",
        "\\hat", "é", "\\text", "\\sum", "-", ".", "\\mathrm", "日",
    ];
    let mut state = 7u64;
    for _ in 0..20_000 {
        let mut text = "$".to_owned();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        text.push('$');
        let extent = measure(&text, 10.0);
        assert!(extent.width.is_finite() && extent.ascent >= 7.0 && extent.descent >= 2.0, "{text}");
    }
    let deep = format!("${}x{}$", "{".repeat(100_000), "}".repeat(100_000));
    assert!(problem(&deep).is_some_and(|p| p.what.contains("groups within each other")));
    assert!(problem(&format!("${}x$", "\\sqrt".repeat(100_000))).is_some());
}
