//! The crate's modules, as its files declare them, and what each name in them means.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::{Token, after_group, production, tokens};

/// A module: a file, or a `mod x { … }` in one.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// `["flow", "run", "ask"]`; the crate's root has none.
    pub(super) path: Vec<String>,
    /// Below `src`.
    pub(super) file: String,
    /// Without its tests and its inner modules.
    pub(super) tokens: Vec<Token>,
    /// What it defines, by name.
    items: BTreeSet<String>,
    children: BTreeSet<String>,
    imports: Vec<Import>,
    /// Every path that it names, imports included.
    pub(super) names: Vec<Named>,
}

impl Module {
    /// The lines that name a word such as `sqlx`, `std::fs` or `println!`, spelt out or through an import's braces.
    pub(super) fn lines_with(&self, word: &str) -> impl Iterator<Item = usize> {
        let word: Vec<String> = tokens(word).into_iter().map(|token| token.text).collect();
        let spelt = self.tokens.windows(word.len()).filter(|some| some.iter().zip(&word).all(|(a, b)| a.is(b)));
        let mut lines: BTreeSet<usize> = spelt.map(|some| some[0].line).collect();
        let path: Vec<&String> = word.iter().filter(|part| *part != "::").collect();
        let begins = |name: &&Named| name.path.len() >= path.len() && path.iter().zip(&name.path).all(|(a, b)| *a == b);
        lines.extend(self.names.iter().filter(begins).map(|name| name.line));
        lines.into_iter()
    }
}

#[derive(Clone, Debug)]
struct Import {
    name: String,
    path: Vec<String>,
}

/// A path as it is written.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) line: usize,
    pub(super) path: Vec<String>,
    /// A `pub use` or `pub(crate) use`: others may have it from here.
    pub(super) passed_on: bool,
}

/// What a path leads to.
#[derive(Clone, Copy)]
enum Meaning<'a> {
    Module(&'a Module),
    /// Something that a module defines.
    Item(&'a Module),
}

/// All modules of the crate, by path.
pub(super) struct Modules {
    by_path: BTreeMap<Vec<String>, Module>,
    /// Files that are compiled for tests only.
    pub(super) test_files: BTreeSet<String>,
    /// Files in which a module of tests stands among what it tests.
    pub(super) with_inner_tests: BTreeSet<String>,
}

/// A `use` that follows others for ever is a mistake that the compiler tells of; this only ends.
const MAX_HOPS: usize = 20;

impl Modules {
    /// Reads files by their path below `src`, from `lib.rs` and `main.rs` on.
    pub(super) fn read(files: &BTreeMap<String, String>) -> Self {
        let mut modules =
            Self { by_path: BTreeMap::new(), test_files: BTreeSet::new(), with_inner_tests: BTreeSet::new() };
        modules.read_file(files, "lib.rs", Vec::new());
        if files.contains_key("main.rs") {
            modules.read_file(files, "main.rs", vec!["main".to_owned()]);
        }
        modules
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Module> {
        self.by_path.values()
    }

    /// The module that defines what a path means, whoever passed it on. None when that is of another crate, or a module:
    /// whoever imports a module names what they use of it besides.
    pub(super) fn definition(&self, from: &Module, path: &[String]) -> Option<&Module> {
        match self.resolve(from, path, MAX_HOPS)? {
            Meaning::Item(module) => Some(module),
            Meaning::Module(_) => None,
        }
    }

    /// As [`Self::definition`]; a module that is named itself is where it is declared.
    pub(super) fn place(&self, from: &Module, path: &[String]) -> Option<&Module> {
        let (Meaning::Item(module) | Meaning::Module(module)) = self.resolve(from, path, MAX_HOPS)?;
        Some(module)
    }

    fn read_file(&mut self, files: &BTreeMap<String, String>, file: &str, path: Vec<String>) {
        let text = files.get(file).unwrap_or_else(|| panic!("src/{file} is declared and is not there"));
        let all = tokens(text);
        let kept = production(&all);
        let folder = match file.strip_suffix("mod.rs").or_else(|| file.strip_suffix("lib.rs")) {
            Some(folder) => folder.to_owned(),
            None => format!("{}/", file.strip_suffix(".rs").unwrap()),
        };
        let place = |child: &str| {
            [format!("{folder}{child}.rs"), format!("{folder}{child}/mod.rs")]
                .into_iter()
                .find(|place| files.contains_key(place))
        };
        let declared = |tokens: &[Token]| -> BTreeSet<String> {
            let triples = tokens.windows(3).filter(|three| three[0].is("mod") && three[2].is(";"));
            triples.map(|three| three[1].text.clone()).collect()
        };
        let inner = |tokens: &[Token]| tokens.windows(3).filter(|three| three[0].is("mod") && three[2].is("{")).count();
        if inner(&all) > inner(&kept) {
            self.with_inner_tests.insert(file.to_owned());
        }
        let (in_all, in_kept) = (declared(&all), declared(&kept));
        for child in in_all.difference(&in_kept).filter_map(|child| place(child)) {
            let below = format!("{}/", child.trim_end_matches(".rs").trim_end_matches("/mod"));
            self.test_files.extend(files.keys().filter(|file| file.starts_with(&below)).cloned());
            self.test_files.insert(child);
        }
        for child in &in_kept {
            let mut path = path.clone();
            path.push(child.clone());
            let file = place(child).unwrap_or_else(|| panic!("src/{file} declares `{child}`, which has no file"));
            self.read_file(files, &file, path);
        }
        self.read_module(file, path, &kept);
    }

    fn read_module(&mut self, file: &str, path: Vec<String>, tokens: &[Token]) {
        let mut module = Module { path, file: file.to_owned(), ..Module::default() };
        let mut at = 0;
        let mut depth = 0;
        while let Some(token) = tokens.get(at) {
            let word = |next: usize| tokens.get(at + next).map_or("", |token| token.text.as_str());
            match token.text.as_str() {
                "mod" if word(2) == "{" => {
                    let mut inner = module.path.clone();
                    inner.push(word(1).to_owned());
                    module.children.insert(word(1).to_owned());
                    let end = after_group(tokens, at + 2);
                    self.read_module(file, inner, &tokens[at + 3..end - 1]);
                    at = end;
                    continue;
                }
                "mod" if word(2) == ";" => {
                    module.children.insert(word(1).to_owned());
                }
                "use" => {
                    let end = at + tokens[at..].iter().position(|token| token.is(";")).unwrap_or(tokens.len() - at);
                    let passed_on = at > 0 && (tokens[at - 1].is("pub") || ends_with_pub_crate(&tokens[..at]));
                    let mut tree = UseTree { tokens: &tokens[at + 1..end], at: 0, module: &mut module, passed_on };
                    tree.read(&[]);
                    module.tokens.extend_from_slice(&tokens[at..end]);
                    at = end;
                    continue;
                }
                "fn" | "struct" | "enum" | "trait" | "const" | "static" | "type" | "union" if depth == 0 => {
                    module.items.insert(word(1).to_owned());
                }
                "macro_rules" if depth == 0 => {
                    module.items.insert(word(2).to_owned());
                }
                "{" | "(" | "[" | "#[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ if token.is_word()
                    && word(1) == "::"
                    && !(at > 0 && (tokens[at - 1].is("::") || tokens[at - 1].is("."))) =>
                {
                    let mut path = vec![token.text.clone()];
                    let mut next = 1;
                    while word(next) == "::" && tokens.get(at + next + 1).is_some_and(Token::is_word) {
                        path.push(word(next + 1).to_owned());
                        next += 2;
                    }
                    module.names.push(Named { line: token.line, path, passed_on: false });
                }
                _ => {}
            }
            module.tokens.push(token.clone());
            at += 1;
        }
        self.by_path.insert(module.path.clone(), module);
    }

    fn resolve(&self, from: &Module, path: &[String], hops: usize) -> Option<Meaning<'_>> {
        let (head, mut rest) = path.split_first()?;
        let mut base = from.path.clone();
        match head.as_str() {
            "crate" => self.walk(&[], rest, hops),
            "self" => self.walk(&base, rest, hops),
            "super" => {
                base.pop()?;
                while rest.first().is_some_and(|next| next == "super") {
                    base.pop()?;
                    rest = &rest[1..];
                }
                self.walk(&base, rest, hops)
            }
            _ if from.children.contains(head) || from.items.contains(head) => self.walk(&base, path, hops),
            _ => self.imported(from, path, hops),
        }
    }

    /// What a path means that begins in a module.
    fn walk(&self, base: &[String], path: &[String], hops: usize) -> Option<Meaning<'_>> {
        let module = self.by_path.get(base)?;
        let Some((head, rest)) = path.split_first() else { return Some(Meaning::Module(module)) };
        if module.children.contains(head) {
            let mut inner = base.to_owned();
            inner.push(head.clone());
            return self.walk(&inner, rest, hops);
        }
        if module.items.contains(head) {
            return Some(Meaning::Item(module));
        }
        // What nobody imported either is written by a macro.
        self.imported(module, path, hops).or(Some(Meaning::Item(module)))
    }

    fn imported(&self, module: &Module, path: &[String], hops: usize) -> Option<Meaning<'_>> {
        let hops = hops.checked_sub(1)?;
        let (head, rest) = path.split_first()?;
        if let Some(import) = module.imports.iter().find(|import| import.name == *head) {
            let path: Vec<String> = import.path.iter().chain(rest).cloned().collect();
            return self.follow(module, &path, hops);
        }
        let globs = module.imports.iter().filter(|import| import.name == "*");
        let mut sources = globs.filter_map(|glob| match self.follow(module, &glob.path, hops)? {
            Meaning::Module(source) => Some(source),
            // The variants of an enum.
            Meaning::Item(_) => None,
        });
        let source = sources.find(|source| {
            source.children.contains(head)
                || source.items.contains(head)
                || source.imports.iter().any(|import| import.name == *head)
        })?;
        self.walk(&source.path, path, hops)
    }

    /// What an import's own path means. It may begin with what another import brought, and never means itself.
    fn follow(&self, module: &Module, path: &[String], hops: usize) -> Option<Meaning<'_>> {
        let head = path.first()?;
        if matches!(head.as_str(), "crate" | "self" | "super") {
            return self.resolve(module, path, hops);
        }
        if module.children.contains(head) || (module.items.contains(head) && path.len() > 1) {
            return self.walk(&module.path, path, hops);
        }
        let brought = module.imports.iter().find(|import| import.name == *head && import.path.first() != Some(head))?;
        let path: Vec<String> = brought.path.iter().chain(&path[1..]).cloned().collect();
        self.follow(module, &path, hops.checked_sub(1)?)
    }
}

fn ends_with_pub_crate(tokens: &[Token]) -> bool {
    let end = ["pub", "(", "crate", ")"];
    tokens.len() >= end.len() && tokens[tokens.len() - end.len()..].iter().zip(end).all(|(token, word)| token.is(word))
}

/// Reads `a::{b, c as d, e::*}`.
struct UseTree<'a> {
    tokens: &'a [Token],
    at: usize,
    module: &'a mut Module,
    passed_on: bool,
}

impl UseTree<'_> {
    fn read(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        let mut line = 0;
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match token.text.as_str() {
                "::" => {}
                "{" => {
                    while self.tokens.get(self.at).is_some_and(|token| !token.is("}")) {
                        self.read(&path);
                        if self.tokens.get(self.at).is_some_and(|token| token.is(",")) {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "*" => return self.found(token.line, "*", path),
                "as" => {
                    let name = self.tokens.get(self.at).map_or("_", |token| token.text.as_str()).to_owned();
                    self.at += 1;
                    return self.found(token.line, &name, path);
                }
                "," | "}" => {
                    self.at -= 1;
                    break;
                }
                "self" if !path.is_empty() => line = token.line,
                word => {
                    path.push(word.to_owned());
                    line = token.line;
                }
            }
        }
        if let Some(name) = path.last().cloned() {
            self.found(line, &name, path);
        }
    }

    fn found(&mut self, line: usize, name: &str, path: Vec<String>) {
        self.module.imports.push(Import { name: name.to_owned(), path: path.clone() });
        self.module.names.push(Named { line, path, passed_on: self.passed_on });
    }
}
