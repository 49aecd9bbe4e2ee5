//! Formulae between dollars, in the words of TeX that matplotlib's users write in labels.
//!
//! Names, sizes and shifts are those of matplotlib's `_mathtext` (3.11) with its font set
//! `dejavusans`; delimiters and roots grow with their font, where matplotlib takes another's.

mod alphabet;
mod block;
mod parse;
mod stack;
mod symbols;

use super::face::Face;
use super::line::{Line, drawn_in};
use crate::diag::Diagnostic;
use block::Block;

/// A mistake in a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The text.
    pub text: String,
    /// The character where it is, counted from 0.
    pub at: usize,
    /// What is wrong there.
    pub what: String,
    /// What may be meant.
    pub help: Option<String>,
}

impl From<Problem> for Diagnostic {
    fn from(problem: Problem) -> Self {
        let rest: String = problem.text.chars().skip(problem.at).take(12).collect();
        let place = if rest.is_empty() { "at its end".to_owned() } else { format!("at `{rest}`") };
        let Problem { text, at, what, help } = problem;
        Self::warning(format!(
            "the text `{text}` is drawn as it is written: {what} {place} (character {})",
            at + 1
        ))
        .help(help)
    }
}

/// Sets a text with an even number of dollars; words outside formulae are in `face`.
pub(super) fn line(text: &str, face: Face) -> Result<Line, Problem> {
    let characters: Vec<char> = text.chars().filter(|c| !c.is_control()).collect();
    let fail = |fault: parse::Fault| Problem {
        text: characters.iter().collect(),
        at: fault.at,
        what: fault.what,
        help: fault.help,
    };
    let mut parts = Vec::new();
    let mut words = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        match (characters[at], characters.get(at + 1)) {
            ('\\', Some('$')) => {
                words.push(Block::character('$', drawn_in(face, '$'), false));
                at += 2;
            }
            ('$', _) => {
                parts.push(Block::row(std::mem::take(&mut words)));
                let end = closing(&characters, at + 1).ok_or_else(|| {
                    fail(parse::Fault { at, what: "no `$` closes the formula".to_owned(), help: None })
                })?;
                parts.push(parse::formula(&characters, at + 1, end).map_err(fail)?);
                at = end + 1;
            }
            (character, _) => {
                words.push(Block::character(character, drawn_in(face, character), false));
                at += 1;
            }
        }
    }
    parts.push(Block::row(words));
    Ok(Block::row(parts).into_line())
}

/// The next dollar that is not `\$`.
fn closing(characters: &[char], mut at: usize) -> Option<usize> {
    while at < characters.len() {
        match characters[at] {
            '$' => return Some(at),
            '\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests;
