//! The files of the flows' folder: which make a revision, which are transcripts, and which have no place.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::diagnostics::Diagnostic;

/// The files beside the folders `claims/`, `tables/`, `insurers/` and `templates/`.
const AT_TOP: [&str; 16] = [
    "clocks.yaml",
    "conventions.yaml",
    "desks.yaml",
    "documents.yaml",
    "events.yaml",
    "experts.yaml",
    "facts.yaml",
    "faq.yaml",
    "handovers.yaml",
    "holidays.yaml",
    "intents.yaml",
    "languages.yaml",
    "messages.yaml",
    "pages.yaml",
    "requests.yaml",
    "vocabulary.yaml",
];

/// Why the flows could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{path} cannot be read: {source}. Check that the flows' folder exists and is readable.", path = .path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{} lies deeper than {MAX_DEPTH} folders: does a link lead back to a folder above it?", .0.display())]
    TooDeep(PathBuf),
    #[error("the flows have mistakes; `guichet flow check` lists them:\n{}", list(.0))]
    Mistakes(Vec<Diagnostic>),
}

fn list(problems: &[Diagnostic]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What a YAML file of the flows' folder is, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// It makes part of a revision.
    Source,
    Transcript,
    /// The people and policies of `guichet demo`.
    Demo,
    /// Nothing reads it.
    Misplaced,
}

/// The role of a file; none for what is no YAML.
fn role(path: &str) -> Option<Role> {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str())?;
    if !["yaml", "yml"].iter().any(|yaml| extension.eq_ignore_ascii_case(yaml)) {
        return None;
    }
    let parts: Vec<&str> = path.split('/').collect();
    Some(match parts.as_slice() {
        ["demo", ..] => Role::Demo,
        _ if extension != "yaml" => Role::Misplaced,
        ["claims", file] | ["claims", _, file] if file.ends_with(".transcript.yaml") => Role::Transcript,
        ["claims", "transcripts", _] | ["claims", _, "transcripts", _] => Role::Transcript,
        ["claims" | "tables" | "insurers" | "templates", _] | ["claims", _, _] => Role::Source,
        [file] if AT_TOP.contains(file) => Role::Source,
        _ => Role::Misplaced,
    })
}

/// Why nothing reads a file, where nothing does.
pub(super) fn misplaced(path: &str) -> Option<String> {
    if role(path) != Some(Role::Misplaced) {
        return None;
    }
    let why = match path.split('/').collect::<Vec<_>>().as_slice() {
        _ if Path::new(path).extension().is_none_or(|extension| extension != "yaml") => "its name must end in .yaml",
        ["claims", ..] => "flows stand in claims/<family>/, and transcripts in claims/<family>/transcripts/",
        ["tables" | "insurers" | "templates", ..] => "the folders tables/, insurers/ and templates/ have none within",
        [_] => "no file beside the folders is called so",
        _ => "the folders of YAML are claims/, tables/, insurers/ and templates/",
    };
    Some(format!("nothing reads this file: {why}; see docs/flow-language.md"))
}

/// The flows that came with this program.
#[derive(rust_embed::RustEmbed)]
#[folder = "flows/"]
struct BuiltIn;

pub(super) fn shipped_source(path: &str) -> Option<String> {
    <BuiltIn as rust_embed::RustEmbed>::get(path).map(|file| String::from_utf8_lossy(&file.data).into_owned())
}

/// The sources of the flows that came with this program, for [`super::library::Library::from_sources`].
pub fn built_in() -> BTreeMap<String, String> {
    let paths = <BuiltIn as rust_embed::RustEmbed>::iter().filter(|path| role(path) == Some(Role::Source));
    paths.filter_map(|path| Some((path.to_string(), shipped_source(&path)?))).collect()
}

/// Reads the files of a revision, by their path in the flows' folder. The YAML files that have no place in it are among
/// them, without their text, so that the check reports them.
///
/// # Errors
///
/// When the folder or a file cannot be read.
pub fn read_sources(folder: &Path) -> Result<BTreeMap<String, String>, LoadError> {
    let mut sources = BTreeMap::new();
    for (path, file) in files(folder)? {
        let text = match role(&path) {
            Some(Role::Source) => {
                std::fs::read_to_string(&file).map_err(|source| LoadError::Unreadable { path: file, source })?
            }
            Some(Role::Misplaced) => String::new(),
            Some(Role::Transcript | Role::Demo) | None => continue,
        };
        sources.insert(path, text);
    }
    Ok(sources)
}

/// The paths of the transcripts in a flows' folder.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn transcripts(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let files = files(folder)?.into_iter().filter(|(path, _)| role(path) == Some(Role::Transcript));
    Ok(files.map(|(_, file)| file).collect())
}

/// The most folders within each other: far more than `claims/<family>/transcripts/`.
const MAX_DEPTH: usize = 8;

/// The files of the flows' folder by their path in it, with `/` as the separator on every system. Names that begin with a
/// dot are left out: they belong to version control, editors and mounted volumes.
fn files(root: &Path) -> Result<BTreeMap<String, PathBuf>, LoadError> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(String::new(), root.to_owned(), 0)];
    while let Some((prefix, folder, depth)) = folders.pop() {
        let unreadable = |source| LoadError::Unreadable { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.path();
            let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{prefix}{name}");
            if !file.is_dir() {
                files.insert(path, file);
            } else if depth < MAX_DEPTH {
                folders.push((format!("{path}/"), file, depth + 1));
            } else {
                return Err(LoadError::TooDeep(file));
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
