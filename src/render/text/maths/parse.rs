//! The grammar of formulae; what is read is made into blocks at once.

use super::alphabet::{FONT_COMMANDS, FONTS, Font, OTHER_FONTS, double, ornate};
use super::block::{Block, RULE, X_HEIGHT};
use super::stack;
use super::symbols::{ARROWS, BINARY, FUNCTIONS, INTEGRALS, LARGE, LIMITS, NAMES, RELATIONS};
use crate::diag::near;
use crate::render::text::face::Face;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Groups within groups.
const DEEPEST: usize = 64;

/// Commands that name a space, and its width in em.
const SPACES: [(&str, f64); 12] = [
    (",", 3.0 / 18.0),
    ("thinspace", 3.0 / 18.0),
    ("/", 3.0 / 18.0),
    (">", 4.0 / 18.0),
    (":", 4.0 / 18.0),
    (";", 5.0 / 18.0),
    (" ", 6.0 / 18.0),
    ("~", 6.0 / 18.0),
    ("enspace", 0.5),
    ("quad", 1.0),
    ("qquad", 2.0),
    ("!", -3.0 / 18.0),
];

/// The em of spaces: the advance of `m`.
const QUAD: f64 = 1995.0 / 2048.0;

/// Accents and the combining character of each.
const ACCENTS: [(&str, char); 24] = [
    ("hat", '\u{302}'),
    ("widehat", '\u{302}'),
    ("breve", '\u{306}'),
    ("bar", '\u{304}'),
    ("widebar", '\u{305}'),
    ("grave", '\u{300}'),
    ("acute", '\u{301}'),
    ("tilde", '\u{303}'),
    ("widetilde", '\u{303}'),
    ("dot", '\u{307}'),
    ("ddot", '\u{308}'),
    ("dddot", '\u{20DB}'),
    ("ddddot", '\u{20DC}'),
    ("vec", '\u{20D7}'),
    ("check", '\u{30C}'),
    ("overrightarrow", '→'),
    ("overleftarrow", '←'),
    ("mathring", '∘'),
    ("\"", '\u{308}'),
    ("`", '\u{300}'),
    ("'", '\u{301}'),
    ("~", '\u{303}'),
    (".", '\u{307}'),
    ("^", '\u{302}'),
];

/// Commands with arguments.
const COMMANDS: [&str; 15] = [
    "frac",
    "dfrac",
    "tfrac",
    "binom",
    "sqrt",
    "overline",
    "underline",
    "overset",
    "underset",
    "text",
    "operatorname",
    "boldsymbol",
    "left",
    "right",
    "hspace",
];

/// A mistake at a character.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) what: String,
    pub(super) help: Option<String>,
}

type Parsed<T> = Result<T, Fault>;

/// The formula in `text[start..end]`.
pub(super) fn formula(text: &[char], start: usize, end: usize) -> Parsed<Block> {
    let mut parser =
        Parser { text: &text[..end], start, at: start, font: Font::Normal, depth: 0, space_after: false };
    parser.skip();
    if parser.peek().is_none() {
        return Err(parser.fault("expected a formula between the dollars"));
    }
    let blocks = parser.tokens(&Stop::End)?;
    Ok(Block::row(blocks))
}

/// What ends a list of tokens.
#[derive(PartialEq, Eq)]
enum Stop {
    End,
    Brace,
    Bracket,
    Right,
}

struct Parser<'a> {
    text: &'a [char],
    start: usize,
    at: usize,
    font: Font,
    depth: usize,
    /// Whether an operator's scripts are still to come, with room after them.
    space_after: bool,
}

fn words(list: &'static str) -> impl Iterator<Item = &'static str> + Clone {
    list.split_whitespace()
}

fn has(list: &'static str, character: char) -> bool {
    let mut buffer = [0; 4];
    let character: &str = character.encode_utf8(&mut buffer);
    words(list).any(|word| word == character)
}

/// Symbols by name.
fn names() -> &'static BTreeMap<&'static str, char> {
    static MAP: OnceLock<BTreeMap<&'static str, char>> = OnceLock::new();
    MAP.get_or_init(|| {
        let mut words = words(NAMES);
        let mut map = BTreeMap::new();
        while let (Some(name), Some(symbol)) = (words.next(), words.next()) {
            map.extend(symbol.chars().next().map(|symbol| (name, symbol)));
        }
        map
    })
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn skip(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn fault(&self, what: impl Into<String>) -> Fault {
        Fault { at: self.at, what: what.into(), help: None }
    }

    fn expect(&mut self, character: char, after: &str) -> Parsed<()> {
        self.skip();
        if self.peek() == Some(character) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.fault(format!("expected `{character}` after `{after}`")))
        }
    }

    /// The command that begins here, without reading it.
    fn command(&self) -> Option<String> {
        if self.peek() != Some('\\') {
            return None;
        }
        let rest = &self.text[self.at + 1..];
        let letters = rest.iter().take_while(|c| c.is_ascii_alphabetic()).count();
        Some(rest.iter().take(letters.max(1)).collect())
    }

    /// Tokens up to `stop`, which is not read.
    fn tokens(&mut self, stop: &Stop) -> Parsed<Vec<Block>> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.fault(format!("more than {DEEPEST} groups within each other")));
        }
        let mut blocks = Vec::new();
        loop {
            self.skip();
            match self.peek() {
                None if *stop == Stop::End => break,
                None => {
                    let what = match stop {
                        Stop::Bracket => "expected `]`",
                        Stop::Right => "expected `\\right`",
                        _ => "expected `}`",
                    };
                    return Err(self.fault(what));
                }
                Some('}') if *stop == Stop::Brace => break,
                Some(']') if *stop == Stop::Bracket => break,
                Some('\\') if *stop == Stop::Right && self.command().as_deref() == Some("right") => break,
                _ => blocks.extend(self.token()?),
            }
        }
        self.depth -= 1;
        Ok(blocks)
    }

    /// A space, a change of font, or something with its scripts.
    fn token(&mut self) -> Parsed<Option<Block>> {
        if let Some(command) = self.command() {
            if let Some((_, width)) = SPACES.iter().find(|(name, _)| *name == command) {
                self.at += 1 + command.chars().count();
                return Ok(Some(Block::space(width * QUAD)));
            }
            if let Some((_, font)) = FONTS.iter().find(|(name, _)| *name == command) {
                self.at += 1 + command.len();
                self.font = *font;
                return Ok(None);
            }
            if command == "hspace" {
                return self.hspace().map(Some);
            }
        }
        self.scripted().map(Some)
    }

    fn hspace(&mut self) -> Parsed<Block> {
        self.at += "\\hspace".len();
        self.expect('{', "\\hspace")?;
        let number: String = self.text[self.at..].iter().take_while(|c| **c != '}').collect();
        let width: f64 = match number.trim().parse() {
            Ok(width) if (-100.0..=100.0).contains(&width) => width,
            _ => return Err(self.fault("expected a number of em")),
        };
        self.at += number.chars().count();
        self.expect('}', "\\hspace{…")?;
        Ok(Block::space(width * QUAD))
    }

    /// A nucleus and its scripts and primes.
    fn scripted(&mut self) -> Parsed<Block> {
        let nucleus = match self.peek() {
            Some('_' | '^' | '\'') => Block::default(),
            _ => self.placeable()?,
        };
        let (mut sub, mut sup): (Option<Block>, Option<Block>) = (None, None);
        let mut primes = Vec::new();
        loop {
            self.skip();
            let slot = match self.peek() {
                Some('_') => &mut sub,
                Some('^') => &mut sup,
                Some('\'') => {
                    primes.push(prime());
                    self.at += 1;
                    continue;
                }
                _ => break,
            };
            if slot.is_some() {
                let kind = if self.peek() == Some('_') { "subscript" } else { "superscript" };
                return Err(self.fault(format!("a second {kind}")));
            }
            let sign = self.peek().unwrap_or('_');
            self.at += 1;
            self.skip();
            if self.peek().is_none() {
                return Err(self.fault(format!("expected a script after `{sign}`")));
            }
            let script = self.placeable()?;
            if sign == '_' { sub = Some(script) } else { sup = Some(script) }
        }
        if !primes.is_empty() {
            let rest = sup.take();
            sup = Some(Block::row(rest.into_iter().chain(primes).collect()));
        }
        if sub.is_none() && sup.is_none() {
            return Ok(nucleus);
        }
        let block = if nucleus.has_limits {
            stack::limits(nucleus, sub, sup)
        } else {
            stack::scripts(nucleus, sub, sup)
        };
        if std::mem::take(&mut self.space_after) {
            return Ok(Block::row(vec![block, Block::space(QUAD / 6.0)]));
        }
        Ok(block)
    }

    /// One thing that can have scripts.
    fn placeable(&mut self) -> Parsed<Block> {
        self.skip();
        let at = self.at;
        match self.peek() {
            None => Err(self.fault("expected a symbol")),
            Some('{') => self.group(self.font),
            Some('}') => Err(self.fault("no `{` is open for the `}`")),
            Some('_' | '^' | '\'') => Err(self.fault("expected a symbol or a group")),
            Some('\\') => {
                let command = self.command().unwrap_or_default();
                self.at += 1 + command.chars().count();
                self.named(&command, at)
            }
            Some(character) => {
                if ornate(character, self.font).is_none() {
                    let name = if self.font == Font::Script { "script" } else { "fraktur" };
                    return Err(Fault {
                        at,
                        what: format!("the bundled font has no `{character}` in {name}"),
                        help: Some("it has B E F H I L M R e o in script, C H I R Z in fraktur".to_owned()),
                    });
                }
                self.at += 1;
                Ok(self.symbol(character, at))
            }
        }
    }

    /// `{…}` in a font, which is that of what surrounds it afterwards.
    fn group(&mut self, font: Font) -> Parsed<Block> {
        let open = self.at;
        self.at += 1;
        let before = std::mem::replace(&mut self.font, font);
        let blocks = self.tokens(&Stop::Brace).map_err(|fault| match fault.what.as_str() {
            "expected `}`" => Fault { at: open, what: "no `}` closes the group".to_owned(), ..fault },
            _ => fault,
        })?;
        self.at += 1;
        self.font = before;
        Ok(Block::row(blocks))
    }

    /// A group, or one thing.
    fn argument(&mut self, of: &str) -> Parsed<Block> {
        self.skip();
        match self.peek() {
            None | Some('}') => Err(self.fault(format!("expected `{{` after `\\{of}`"))),
            _ => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(self.fault(format!("more than {DEEPEST} groups within each other")));
                }
                let block = self.placeable()?;
                self.depth -= 1;
                Ok(block)
            }
        }
    }

    /// A command with what follows it; `at` is its backslash.
    fn named(&mut self, command: &str, at: usize) -> Parsed<Block> {
        if let Some((_, mark)) = ACCENTS.iter().find(|(name, _)| *name == command) {
            let body = self.argument(command)?;
            let size = if command == "mathring" { 0.49 } else { 1.0 };
            return Ok(stack::accent(body, *mark, command.starts_with("wide"), size));
        }
        if let Some(font) = command.strip_prefix("math")
            && let Some((_, font)) = FONTS.iter().find(|(name, _)| *name == font)
        {
            self.skip();
            return match self.peek() {
                Some('{') => self.group(*font),
                _ => Err(self.fault(format!("expected `{{` after `\\{command}`"))),
            };
        }
        match command {
            "frac" | "tfrac" | "dfrac" => {
                let (num, den) = (self.argument(command)?, self.argument(command)?);
                return Ok(stack::fraction(num, den, RULE, command == "dfrac"));
            }
            "binom" => {
                let (num, den) = (self.argument(command)?, self.argument(command)?);
                let middle = stack::fraction(num, den, 0.0, false);
                return Ok(stack::delimited(Some('('), middle, Some(')')));
            }
            "sqrt" => {
                self.skip();
                let mut degree = None;
                if self.peek() == Some('[') {
                    self.at += 1;
                    degree = Some(Block::row(self.tokens(&Stop::Bracket)?));
                    self.at += 1;
                }
                return Ok(stack::root(self.argument(command)?, degree));
            }
            "overline" | "underline" => {
                return Ok(stack::lined(self.argument(command)?, command == "overline"));
            }
            "overset" | "underset" => {
                let (note, body) = (self.argument(command)?, self.argument(command)?);
                return Ok(stack::noted(note, body, command == "overset"));
            }
            "text" => return self.words(),
            "operatorname" => {
                self.skip();
                if self.peek() != Some('{') {
                    return Err(self.fault("expected `{` after `\\operatorname`"));
                }
                let name = self.group(Font::Roman)?;
                return Ok(self.operator(name));
            }
            "boldsymbol" => {
                self.skip();
                return match self.peek() {
                    Some('{') => self.group(Font::Bold),
                    _ => Err(self.fault("expected `{` after `\\boldsymbol`")),
                };
            }
            "left" => return self.delimited(),
            "right" => {
                return Err(Fault {
                    at,
                    what: "no `\\left` is open for the `\\right`".to_owned(),
                    help: None,
                });
            }
            _ => {}
        }
        if words(FUNCTIONS).any(|name| name == command) {
            let letters = command.chars().map(|c| Block::character(c, Face::Upright, false)).collect();
            let mut block = self.operator(Block::row(letters));
            block.has_limits = words(LIMITS).any(|name| name == command);
            return Ok(block);
        }
        let escaped = match command {
            "%" | "$" | "{" | "}" | "[" | "]" | "_" | "#" | "&" => command.chars().next(),
            "|" => Some('‖'),
            _ => names().get(command).copied(),
        };
        match escaped {
            Some(symbol) => Ok(self.symbol(symbol, at)),
            None => Err(unknown(command, at)),
        }
    }

    /// `{…}` of upright letters with spaces.
    fn words(&mut self) -> Parsed<Block> {
        self.expect('{', "\\text")?;
        let open = self.at - 1;
        let (mut letters, mut depth) = (Vec::new(), 0);
        loop {
            match self.peek() {
                None => {
                    return Err(Fault { at: open, what: "no `}` closes the group".to_owned(), help: None });
                }
                Some('}') if depth == 0 => break,
                Some('{') => depth += 1,
                Some('}') => depth -= 1,
                Some(character) => letters.push(Block::character(character, Face::Upright, false)),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(Block::row(letters))
    }

    /// The name of a function with room after it, unless a delimiter or a script follows.
    fn operator(&mut self, name: Block) -> Block {
        let next = self.text[self.at..].iter().copied().find(|c| *c != ' ');
        self.space_after = matches!(next, Some('^' | '_'));
        if self.space_after || next.is_some_and(|c| "([<|)]>/.".contains(c)) {
            name
        } else {
            Block::row(vec![name, Block::space(QUAD / 6.0)])
        }
    }

    /// `\left( … \right)`, from the delimiter on.
    fn delimited(&mut self) -> Parsed<Block> {
        let left = self.delimiter("\\left")?;
        let font = self.font;
        let blocks = self.tokens(&Stop::Right)?;
        self.font = font;
        self.at += "\\right".len();
        let right = self.delimiter("\\right")?;
        Ok(stack::delimited(left, Block::row(blocks), right))
    }

    /// A delimiter; none for a dot.
    fn delimiter(&mut self, after: &str) -> Parsed<Option<char>> {
        self.skip();
        let at = self.at;
        let found = match (self.peek(), self.command()) {
            (Some('.'), _) => Some(None),
            (Some('<'), _) => Some(Some('⟨')),
            (Some('>'), _) => Some(Some('⟩')),
            (Some(c), None) if "()[]|/".contains(c) => Some(Some(c)),
            (_, Some(command)) => {
                let symbol = match command.as_str() {
                    "{" | "lbrace" => Some('{'),
                    "}" | "rbrace" => Some('}'),
                    "|" | "Vert" => Some('‖'),
                    "vert" => Some('|'),
                    name => names().get(name).copied().filter(|c| "⟨⟩⌊⌋⌈⌉[]()\\↑↓↕⇑⇓⇕".contains(*c)),
                };
                self.at += command.chars().count();
                symbol.map(Some)
            }
            _ => None,
        };
        match found {
            Some(found) => {
                self.at += 1;
                Ok(found)
            }
            None => Err(Fault { at, what: format!("expected a delimiter after `{after}`"), help: None }),
        }
    }

    /// A symbol in the font that is on, with the room that it wants; it is written at `at`.
    fn symbol(&self, character: char, at: usize) -> Block {
        let character = if character == '-' { '−' } else { character };
        let is_integral = has(INTEGRALS, character);
        let (character, face) = self.face(character);
        let mut block = Block::character(character, face, is_integral);
        block.has_limits = has(LARGE, character);
        let before = self.text[self.start..at].iter().rev().copied().find(|c| *c != ' ');
        let is_binary = has(BINARY, character);
        let spaced = is_binary || has(RELATIONS, character) || has(ARROWS, character);
        let space = || Block::space(0.2 * QUAD);
        if spaced {
            let is_sign = is_binary && before.is_none_or(|c| "{([<=:>".contains(c));
            if self.space_after || is_sign { block } else { Block::row(vec![space(), block, space()]) }
        } else if matches!(character, ',' | ';' | '.' | '!') {
            let next = self.text[at + 1..].iter().copied().find(|c| *c != ' ');
            let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let tight = match character {
                ',' => before == Some('{') && next == Some('}'),
                '.' => is_digit(before) && is_digit(next),
                _ => false,
            };
            if tight { block } else { Block::row(vec![block, space()]) }
        } else {
            block
        }
    }

    /// The character to draw and its face.
    fn face(&self, character: char) -> (char, Face) {
        if Face::Display.glyph(character) != 0 {
            return (character, Face::Display);
        }
        let is_capital_greek = ('\u{370}'..'\u{400}').contains(&character) && character.is_uppercase();
        let (character, wanted) = match self.font {
            Font::Normal if character.is_alphabetic() && !is_capital_greek => (character, Face::Oblique),
            Font::Normal | Font::Roman => (character, Face::Upright),
            Font::Italic => (character, Face::Oblique),
            Font::Bold => (character, Face::Bold),
            Font::Double => (double(character), Face::Upright),
            Font::Script | Font::Fraktur => {
                (ornate(character, self.font).unwrap_or(character), Face::Upright)
            }
        };
        if wanted.glyph(character) == 0 { (character, Face::Upright) } else { (character, wanted) }
    }
}

/// A prime that is raised as a superscript.
fn prime() -> Block {
    let glyph = Block::character('′', Face::Upright, false);
    let mut block = Block::space(glyph.advance());
    let bottom = -glyph.depth;
    // Its foot comes to two thirds of an x-height above the baseline of superscripts.
    block.put(glyph, 0.0, X_HEIGHT / 3.0 - bottom);
    block.scaled(1.0)
}

/// A command that there is not.
fn unknown(command: &str, at: usize) -> Fault {
    let font = command.strip_prefix("math").unwrap_or(command);
    if OTHER_FONTS.contains(&font) {
        return Fault {
            at,
            what: format!("the font of `\\{command}` is not bundled"),
            help: Some("`\\mathrm`, `\\mathit`, `\\mathbf` and `\\mathbb` are".to_owned()),
        };
    }
    let all = names()
        .keys()
        .copied()
        .chain(words(FUNCTIONS))
        .chain(COMMANDS)
        .chain(ACCENTS.iter().map(|(name, _)| *name))
        .chain(SPACES.iter().map(|(name, _)| *name))
        .chain(FONT_COMMANDS)
        .filter(|name| name.len() > 1);
    let help = near(command, all).map(|found| format!("did you mean `\\{found}`?"));
    Fault { at, what: format!("there is no command `\\{command}`"), help }
}
