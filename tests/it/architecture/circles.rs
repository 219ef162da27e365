//! Circles of files: those that name each other in a loop, so that none can be understood without the others.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::Modules;

/// Who names whom among the files of a folder: by file, the files in which what it names is defined.
pub(super) fn edges(modules: &Modules, folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for module in modules.iter().filter(|module| module.file.starts_with(folder)) {
        let named = edges.entry(module.file.clone()).or_default();
        let defined = module.names.iter().filter_map(|name| modules.definition(module, &name.path));
        named.extend(defined.map(|to| to.file.clone()).filter(|to| to.starts_with(folder) && *to != module.file));
    }
    edges
}

/// The circles: every set of two files and more that reach each other, with one way round.
pub(super) fn circles(edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> = edges.keys().map(|file| (file, reached(edges, file))).collect();
    let mut seen = BTreeSet::new();
    let mut circles = Vec::new();
    for file in edges.keys() {
        let circle: Vec<String> = edges
            .keys()
            .filter(|other| reached[file].contains(other) && reached[*other].contains(file))
            .cloned()
            .collect();
        if !circle.is_empty() && seen.insert(circle.clone()) {
            circles.push(circle);
        }
    }
    circles
}

fn reached<'a>(edges: &'a BTreeMap<String, BTreeSet<String>>, from: &'a String) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for next in edges.get(file).into_iter().flatten() {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

/// Who names whom in a circle.
pub(super) fn told(edges: &BTreeMap<String, BTreeSet<String>>, circle: &[String]) -> String {
    let line = |file: &String| {
        let named: Vec<_> =
            edges[file].iter().filter(|other| circle.contains(other)).map(|it| format!("src/{it}")).collect();
        format!("  src/{file} names {}", named.join(", "))
    };
    circle.iter().map(line).collect::<Vec<_>>().join("\n")
}
