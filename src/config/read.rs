//! Text into [`Node`]s: anchors, aliases, merge keys, tags, duplicate keys, limits.
//!
//! Independent errors (duplicate keys, unknown tags) are collected; a syntax error ends reading.
//! **Limits**: 16 MiB of text, 64 levels, 1,000,000 nodes and 64 MiB of text after aliases are
//! expanded, so that no file takes more memory than it justifies.

use super::{Node, Yaml, scalar, tags};
use crate::diag::{Diagnostic, Place, Source, Span};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use std::collections::{HashMap, HashSet};

/// Largest text read, bytes.
pub const MAX_BYTES: usize = 16 << 20;
/// Deepest nesting.
pub const MAX_DEPTH: usize = 64;
/// Most nodes after alias expansion.
pub const MAX_NODES: usize = 1_000_000;
/// Most bytes of scalars after alias expansion.
const MAX_TEXT: usize = 64 << 20;

/// The one document of `source`; `None` if it is empty.
///
/// # Errors
/// All that is wrong with the text as YAML, with places.
pub fn read(source: &Source) -> Result<Option<Node>, Vec<Diagnostic>> {
    let text = source.text();
    if text.len() > MAX_BYTES {
        let message = format!("{} has {} bytes; at most {MAX_BYTES} are read", source.name(), text.len());
        return Err(vec![Diagnostic::error(message)]);
    }
    if let Some(at) = text.find('\0') {
        let place = Place::new(source, Span { start: at, end: at + 1 });
        return Err(vec![Diagnostic::error("a NUL character cannot stand in YAML").at(place)]);
    }
    let mut builder = Builder {
        offsets: Offsets::new(text),
        source,
        stack: Vec::new(),
        anchors: HashMap::new(),
        root: None,
        num_nodes: 0,
        num_text: 0,
        errors: Vec::new(),
    };
    match builder.run(Parser::new_from_str(text)) {
        Ok(()) if builder.errors.is_empty() => Ok(builder.root),
        Ok(()) => Err(builder.errors),
        Err(fatal) => {
            builder.errors.push(*fatal);
            Err(builder.errors)
        }
    }
}

/// Bytes of a character index: one entry every 64 characters, so that long lines stay cheap.
struct Offsets<'a> {
    text: &'a str,
    every: Vec<usize>,
    ascii: bool,
}

impl<'a> Offsets<'a> {
    const STEP: usize = 64;

    fn new(text: &'a str) -> Self {
        let ascii = text.is_ascii();
        let every = if ascii {
            Vec::new()
        } else {
            text.char_indices().step_by(Self::STEP).map(|(at, _)| at).collect()
        };
        Self { text, every, ascii }
    }

    fn byte(&self, marker: &Marker) -> usize {
        let index = marker.index();
        if self.ascii {
            return index.min(self.text.len());
        }
        let Some(from) = self.every.get(index / Self::STEP) else { return self.text.len() };
        let rest = &self.text[*from..];
        rest.char_indices().nth(index % Self::STEP).map_or(self.text.len(), |(at, _)| from + at)
    }
}

/// A collection being read.
struct Frame {
    tag: Option<String>,
    anchor: usize,
    start: usize,
    kind: FrameKind,
}

enum FrameKind {
    Seq(Vec<Node>),
    Map {
        entries: Vec<(Node, Node)>,
        /// What merge keys brought, in order, with the place of the key.
        merged: Vec<(Node, Node)>,
        merge_place: Option<Place>,
        /// The key whose value comes next.
        key: Option<Key>,
        seen: HashMap<String, Place>,
    },
}

enum Key {
    Plain(Node),
    Merge,
}

struct Builder<'a> {
    source: &'a Source,
    offsets: Offsets<'a>,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Option<Node>>,
    root: Option<Node>,
    num_nodes: usize,
    num_text: usize,
    errors: Vec<Diagnostic>,
}

type Fatal = Box<Diagnostic>;

impl<'a> Builder<'a> {
    fn run(&mut self, mut parser: Parser<'a, saphyr_parser::StrInput<'a>>) -> Result<(), Fatal> {
        let mut num_documents = 0;
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(|err| {
                let start = self.offsets.byte(err.marker());
                Box::new(
                    Diagnostic::error(format!("bad YAML: {}", err.info())).at(self.place(start, start + 1)),
                )
            })?;
            let (start, end) = (self.offsets.byte(&span.start), self.offsets.byte(&span.end));
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) => {
                    num_documents += 1;
                    if num_documents > 1 {
                        let message = "a second YAML document begins here; one a file is read";
                        return Err(Box::new(Diagnostic::error(message).at(self.place(start, start + 3))));
                    }
                }
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                Event::Alias(id) => self.alias(id, start, end)?,
                Event::Scalar(text, style, anchor, tag) => {
                    let tag = tag.as_deref();
                    self.scalar(&text, style, anchor, tag, start, end)?;
                }
                Event::SequenceStart(anchor, tag) => {
                    self.open(anchor, tag.as_deref(), start, FrameKind::Seq(Vec::new()))?;
                }
                Event::MappingStart(anchor, tag) => {
                    let kind = FrameKind::Map {
                        entries: Vec::new(),
                        merged: Vec::new(),
                        merge_place: None,
                        key: None,
                        seen: HashMap::new(),
                    };
                    self.open(anchor, tag.as_deref(), start, kind)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(end)?,
            }
        }
        Ok(())
    }

    fn place(&self, start: usize, end: usize) -> Place {
        let len = self.source.text().len();
        let start = start.min(len);
        Place::new(self.source, Span { start, end: end.clamp(start, len) })
    }

    /// The place of a collection: all of it if on one line, else its first line.
    fn block_place(&self, start: usize, end: usize) -> Place {
        let text = &self.source.text()[start..end.max(start)];
        let line = text.lines().next().unwrap_or_default().trim_end();
        self.place(start, start + line.len())
    }

    fn spend(&mut self, nodes: usize, text: usize, at: &Place) -> Result<(), Fatal> {
        self.num_nodes += nodes;
        self.num_text += text;
        if self.num_nodes > MAX_NODES || self.num_text > MAX_TEXT {
            let message = format!(
                "more than {MAX_NODES} nodes or {} MiB of text after aliases are expanded",
                MAX_TEXT >> 20
            );
            return Err(Box::new(Diagnostic::error(message).at(at.clone())));
        }
        Ok(())
    }

    fn alias(&mut self, id: usize, start: usize, end: usize) -> Result<(), Fatal> {
        let place = self.place(start, end);
        let name = self.source.text()[place.span.start..place.span.end].to_owned();
        let Some(Some(node)) = self.anchors.get(&id).cloned() else {
            return Err(Box::new(
                Diagnostic::error(format!("`{name}` refers to what contains it")).at(place),
            ));
        };
        self.deep_enough(node.depth(), &place)?;
        self.spend(node.num_nodes(), node.text_bytes(), &place)?;
        self.add(node, None)
    }

    fn deep_enough(&self, more: usize, at: &Place) -> Result<(), Fatal> {
        if self.stack.len() + more > MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(Box::new(Diagnostic::error(message).at(at.clone())));
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        start: usize,
        end: usize,
    ) -> Result<(), Fatal> {
        let place = self.place(start, end);
        self.deep_enough(1, &place)?;
        self.spend(1, text.len(), &place)?;
        let plain = style == ScalarStyle::Plain;
        let value = match (tag, plain) {
            (Some(tag), _) if tag.is_yaml_core_schema() => core_scalar(&tag.suffix, text),
            (Some(tag), _) if tag.handle.is_empty() && tag.suffix == "!" => Ok(Yaml::Str(text.to_owned())),
            (_, true) => scalar::resolve(text),
            (_, false) => Ok(Yaml::Str(text.to_owned())),
        };
        let value = value.unwrap_or_else(|why| {
            self.errors.push(Diagnostic::error(why).at(place.clone()));
            Yaml::Null
        });
        let merge = plain && tag.is_none() && text == "<<";
        let node = self.tagged(Node::new(value, &place), tag)?;
        if anchor > 0 {
            self.anchors.insert(anchor, Some(node.clone()));
        }
        self.add(node, merge.then_some(place))
    }

    fn open(&mut self, anchor: usize, tag: Option<&Tag>, start: usize, kind: FrameKind) -> Result<(), Fatal> {
        let place = self.place(start, start + 1);
        self.deep_enough(1, &place)?;
        self.spend(1, 0, &place)?;
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
        let own = match tag {
            None => None,
            Some(tag) if tag.is_yaml_core_schema() => {
                let fits = match kind {
                    FrameKind::Seq(_) => tag.suffix == "seq",
                    FrameKind::Map { .. } => tag.suffix == "map",
                };
                if !fits {
                    let message = format!("the tag `!!{}` is not supported here", tag.suffix);
                    self.errors.push(Diagnostic::error(message).at(place));
                }
                None
            }
            Some(tag) => Some(name_of(tag)),
        };
        self.stack.push(Frame { tag: own, anchor, start, kind });
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), Fatal> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let place = self.block_place(frame.start, end);
        let value = match frame.kind {
            FrameKind::Seq(items) => Yaml::Seq(items),
            FrameKind::Map { entries, merged, .. } => Yaml::Map(with_merged(merged, entries)),
        };
        let mut node = Node::new(value, &place);
        if let Some(tag) = frame.tag {
            node = self.computed(tag, node)?;
        }
        if frame.anchor > 0 {
            self.anchors.insert(frame.anchor, Some(node.clone()));
        }
        self.add(node, None)
    }

    fn tagged(&mut self, node: Node, tag: Option<&Tag>) -> Result<Node, Fatal> {
        match tag {
            Some(tag) if !tag.is_yaml_core_schema() && !tag.handle.is_empty() => {
                self.computed(name_of(tag), node)
            }
            _ => Ok(node),
        }
    }

    /// The node after its tag has been looked at: computed, or the tag kept.
    fn computed(&mut self, tag: String, node: Node) -> Result<Node, Fatal> {
        let (place, before) = (node.place.clone(), (node.num_nodes(), node.text_bytes()));
        match tags::apply(&tag, node) {
            Ok(node) => {
                let (nodes, text) = (node.num_nodes(), node.text_bytes());
                self.spend(nodes.saturating_sub(before.0), text.saturating_sub(before.1), &place)?;
                Ok(node)
            }
            Err(error) => {
                self.errors.push(error.or_at(&place));
                Ok(Node::new(Yaml::Null, &place))
            }
        }
    }

    /// Puts a finished node where it belongs. `merge` is set for an unquoted `<<`.
    fn add(&mut self, node: Node, merge: Option<Place>) -> Result<(), Fatal> {
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut frame.kind {
            FrameKind::Seq(items) => items.push(node),
            FrameKind::Map { entries, merged, merge_place, key, seen } => match key.take() {
                None => match merge {
                    Some(place) => {
                        if let Some(first) = merge_place {
                            self.errors.push(duplicate("<<", &place, first));
                        }
                        *merge_place = Some(place);
                        *key = Some(Key::Merge);
                    }
                    None => {
                        if matches!(node.value, Yaml::Map(_)) {
                            let message = "a mapping cannot be a key";
                            let help = "put braces in quotes: `\"{name}\": …`".to_owned();
                            return Err(Box::new(Diagnostic::error(message).at(node.place).help(help)));
                        }
                        if let Some(first) = seen.insert(node.identity(), node.place.clone()) {
                            self.errors.push(duplicate(&node.python_str(), &node.place, &first));
                        }
                        *key = Some(Key::Plain(node));
                    }
                },
                Some(Key::Plain(key)) => entries.push((key, node)),
                Some(Key::Merge) => match merge_sources(node) {
                    Ok(sources) => {
                        let mut known: HashSet<String> =
                            merged.iter().map(|(key, _)| key.identity()).collect();
                        for (key, value) in sources.into_iter().flatten() {
                            if known.insert(key.identity()) {
                                merged.push((key, value));
                            }
                        }
                    }
                    Err(error) => self.errors.push(error),
                },
            },
        }
        Ok(())
    }
}

fn duplicate(key: &str, second: &Place, first: &Place) -> Diagnostic {
    let (line, col) = first.line_col();
    Diagnostic::error(format!("the key `{key}` is given twice, first at line {line}, column {col}"))
        .at(second.clone())
        .labelled("given again here")
        .help("keep one of the two".to_owned())
}

/// The mappings that a merge key brings.
fn merge_sources(node: Node) -> Result<Vec<Vec<(Node, Node)>>, Diagnostic> {
    let wrong = |node: &Node| node.expected("a mapping, or a list of mappings, after `<<`");
    if node.tag.is_some() {
        return Err(wrong(&node));
    }
    match node.value {
        Yaml::Map(entries) => Ok(vec![entries]),
        Yaml::Seq(items) => items
            .into_iter()
            .map(|item| match item {
                Node { value: Yaml::Map(entries), tag: None, .. } => Ok(entries),
                other => Err(wrong(&other)),
            })
            .collect(),
        value => Err(wrong(&Node { value, tag: node.tag, place: node.place })),
    }
}

/// Merged entries first, own ones win in their place, as ruamel.yaml does.
fn with_merged(merged: Vec<(Node, Node)>, own: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
    if merged.is_empty() {
        return own;
    }
    let mut at: HashMap<String, usize> = HashMap::new();
    let mut all: Vec<(Node, Node)> = Vec::with_capacity(merged.len() + own.len());
    for (key, value) in merged.into_iter().chain(own) {
        match at.get(&key.identity()) {
            Some(index) => all[*index] = (key, value),
            None => {
                at.insert(key.identity(), all.len());
                all.push((key, value));
            }
        }
    }
    all
}

/// The name of a local tag, without `!`.
fn name_of(tag: &Tag) -> String {
    match tag.handle.as_str() {
        "!" | "" => tag.suffix.clone(),
        handle => format!("{handle}{}", tag.suffix),
    }
}

/// The value of a scalar with a tag of the core schema.
fn core_scalar(tag: &str, text: &str) -> Result<Yaml, String> {
    let wrong = || format!("`{text}` is not what its tag `!!{tag}` says");
    match tag {
        "str" => Ok(Yaml::Str(text.to_owned())),
        "int" => scalar::int(text)?.map(Yaml::Int).ok_or_else(wrong),
        "float" => match scalar::int(text)? {
            Some(number) => Ok(Yaml::Float(number as f64)),
            None => scalar::float(text).map(Yaml::Float).ok_or_else(wrong),
        },
        "bool" | "null" => match (tag, scalar::resolve(text)?) {
            ("bool", value @ Yaml::Bool(_)) | ("null", value @ Yaml::Null) => Ok(value),
            _ => Err(wrong()),
        },
        _ => Err(format!("the tag `!!{tag}` is not supported")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(yaml: &str) -> String {
        let node = read(&Source::new("t.yml", yaml)).unwrap().unwrap();
        node.python_str()
    }

    fn error_of(yaml: &str) -> String {
        let errors = read(&Source::new("t.yml", yaml)).unwrap_err();
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn anchors_aliases_and_merge_keys_are_expanded() {
        assert_eq!(text_of("a: &x {p: 1, q: 2}\nb: *x"), "{'a': {'p': 1, 'q': 2}, 'b': {'p': 1, 'q': 2}}");
        assert_eq!(
            text_of("a: &x {p: 1}\nb: {q: 2, <<: *x, p: 3}"),
            "{'a': {'p': 1}, 'b': {'p': 3, 'q': 2}}"
        );
        assert_eq!(
            text_of("- &x {p: 1}\n- &y {p: 2, q: 3}\n- {<<: [*x, *y], r: 4}"),
            "[{'p': 1}, {'p': 2, 'q': 3}, {'p': 1, 'q': 3, 'r': 4}]"
        );
        assert_eq!(text_of("\"<<\": 1"), "{'<<': 1}");
    }

    #[test]
    fn errors_point_at_line_and_column() {
        let cases = [
            (
                "a: 1\nb:\n  c: 2\n  c: 3\n",
                "t.yml:4:3: the key `c` is given twice, first at line 3, column 3 (keep one of the two)",
            ),
            (
                "{1: a, 1.0: b}",
                "t.yml:1:8: the key `1.0` is given twice, first at line 1, column 2 (keep one of the two)",
            ),
            ("é: [1, 2\nb: 3", "t.yml:2:2: bad YAML: illegal placement of ':' indicator"),
            ("a: *nope", "t.yml:1:4: bad YAML: while parsing node, found unknown anchor"),
            ("a: &x [*x]", "t.yml:1:8: `*x` refers to what contains it"),
            ("a: 1\n---\nb: 2\n", "t.yml:2:1: a second YAML document begins here; one a file is read"),
            ("é: !sweeep {a: 1}", "t.yml:1:4: unknown tag `!sweeep` (did you mean `!sweep`?)"),
            ("a: !!int x", "t.yml:1:4: `x` is not what its tag `!!int` says"),
            ("{{a: 1}: 2}", "t.yml:1:2: a mapping cannot be a key (put braces in quotes: `\"{name}\": …`)"),
        ];
        for (yaml, error) in cases {
            assert_eq!(error_of(yaml), error, "{yaml}");
        }
    }

    #[test]
    fn independent_errors_are_reported_together() {
        assert_eq!(error_of("a: !nope 1\nb: 1\nb: 2\nc: !sweeep 3\n").lines().count(), 3);
    }

    #[test]
    fn a_billion_laughs_and_deep_nesting_are_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..12 {
            let refs = vec![format!("*a{}", i - 1); 10].join(", ");
            bomb.push_str(&format!("a{i}: &a{i} [{refs}]\n"));
        }
        assert!(error_of(&bomb).contains("more than 1000000 nodes"));
        assert!(error_of(&"[".repeat(100)).contains("nested deeper than 64 levels"));
        let long = format!("- &x \"{}\"\n{}", "y".repeat(1 << 20), "- *x\n".repeat(100));
        assert!(error_of(&long).contains("64 MiB of text"));
    }
}
