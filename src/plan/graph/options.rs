//! `dag_options`: definitions, meta-operations, where selections begin.

use super::meta::MetaOperation;
use super::{Builder, Keep};
use crate::config::{Node, Yaml};
use crate::diag::{Diagnostic, did_you_mean};
use crate::transform::{Arg, Op};

/// What is carried out later than it is read.
#[derive(Default)]
pub(super) struct Options<'n> {
    /// `define`, sorted by tag.
    pub(super) define: Vec<(&'n Node, &'n Node)>,
    /// `select_base`: a tag.
    pub(super) select_base: Option<&'n Node>,
}

impl Builder<'_> {
    /// Reads `dag_options`; meta-operations are known from then on.
    pub(super) fn options<'n>(&mut self, options: &'n Node) -> Result<Options<'n>, Diagnostic> {
        // Messages, and where caches are: results never depend on them.
        const NO_MATTER: [&str; 2] = ["verbosity", "cache_dir"];
        const KNOWN: [&str; 8] = [
            "cache_dir",
            "define",
            "exclude_from_all",
            "file_cache_defaults",
            "meta_operations",
            "select_base",
            "select_path_prefix",
            "verbosity",
        ];
        let mut read = Options::default();
        if options.is_null() {
            return Ok(read);
        }
        for (key, value) in options.mapping()? {
            match key.text()? {
                name if NO_MATTER.contains(&name) => {}
                name if value.is_null() && KNOWN.contains(&name) => {}
                "file_cache_defaults" => {
                    self.built.keep = Keep::of(value, "`file_cache_defaults`", Keep::default())?;
                }
                "define" => {
                    for (tag, what) in value.mapping()? {
                        tag.text()?;
                        read.define.push((tag, what));
                    }
                }
                "select_path_prefix" => {
                    if matches!(self.scope.selected, super::Selected::Multiverse(_)) {
                        let message = "`select_path_prefix` cannot be used with the creator `multiverse`";
                        return Err(Diagnostic::error(message)
                            .at(key.place.clone())
                            .help("give `select_and_combine: {base_path: …}`".to_owned()));
                    }
                    value.text()?.clone_into(&mut self.prefix);
                }
                "select_base" => {
                    value.text()?;
                    read.select_base = Some(value);
                }
                "exclude_from_all" => {
                    for tag in value.list()? {
                        self.built.excluded.push(tag.text()?.to_owned());
                    }
                }
                "meta_operations" => {
                    for (name, what) in value.mapping()? {
                        let operation = MetaOperation::of(name, what)?;
                        self.meta.insert(name.text()?.to_owned(), operation);
                    }
                }
                name => {
                    return Err(Diagnostic::error(format!("`dag_options: {name}` is not known"))
                        .at(key.place.clone())
                        .help(did_you_mean(name, KNOWN)));
                }
            }
        }
        read.define.sort_by(|a, b| a.0.as_str().cmp(&b.0.as_str()));
        Ok(read)
    }

    /// `define: {tag: constant}` or `{tag: [transforms]}`.
    pub(super) fn define(&mut self, tag: &Node, what: &Node) -> Result<(), Diagnostic> {
        if let (Yaml::Seq(items), None) = (&what.value, what.tag()) {
            let mut last = None;
            for item in items {
                last = Some(self.item(item, false, false)?);
            }
            let Some(last) = last else {
                return Err(Diagnostic::error(format!("`{}` has no transformation", tag.text()?))
                    .at(what.place.clone())
                    .help("a constant list is written `[{define: [[1, 2]]}]`".to_owned()));
            };
            self.pass(last);
            return self.set_tag(tag, last);
        }
        let op = match self.arg(what)? {
            Arg::Value(value) => Op::Const(value),
            arg => Op::Call { name: "define".into(), args: vec![arg], kwargs: Vec::new() },
        };
        let id = self.push(op, &what.place);
        self.set_tag(tag, id)
    }
}
