use super::*;
use crate::flow::program::{
    diagnostics::{Severity, Strictness},
    library::Library,
};

/// A folder of these files, each of which holds its own path.
fn folder(paths: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for path in paths {
        let file = root.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, path).unwrap();
    }
    root
}

const SOURCES: [&str; 5] =
    ["claims/fire/fire.yaml", "claims/opening.yaml", "facts.yaml", "insurers/demo.yaml", "tables/orientation.yaml"];
const TRANSCRIPTS: [&str; 2] = ["claims/fire/transcripts/calm.yaml", "claims/opening.transcript.yaml"];
const NEITHER: [&str; 4] = ["claims/fire/notes.md", "demo/people.yaml", ".versions/facts.yaml", "tables/.draft.yaml"];

#[test]
fn the_folder_is_read_at_both_depths_and_transcripts_are_no_sources() {
    let root = folder(&[&SOURCES[..], &TRANSCRIPTS, &NEITHER].concat());
    assert!(read_sources(root.path()).unwrap().into_keys().eq(SOURCES));
    assert_eq!(transcripts(root.path()).unwrap(), TRANSCRIPTS.map(|path| root.path().join(path)));
}

#[test]
fn a_file_that_nothing_reads_is_a_mistake_of_the_folder_and_none_of_a_stored_revision() {
    let misplaced = [
        ("claims/fire/old/fire.yaml", "flows stand in claims/<family>/"),
        ("claims/fire/old/transcripts/calm.yaml", "flows stand in claims/<family>/"),
        ("claims/fire/electric.yml", "its name must end in .yaml"),
        ("claims/fire/panel.YAML", "its name must end in .yaml"),
        ("facts_new.yaml", "no file beside the folders is called so"),
        ("insurers/demo/logo.yaml", "the folders tables/, insurers/ and templates/ have none within"),
        ("letters/letter.yaml", "the folders of YAML are claims/"),
    ];
    let root = folder(&misplaced.map(|(path, _)| path));
    let mut sources = read_sources(root.path()).unwrap();
    assert!(sources.keys().eq(misplaced.iter().map(|(path, _)| path).collect::<std::collections::BTreeSet<_>>()));
    sources.extend(built_in());
    let told = |strictness| {
        let (library, problems) = Library::compile(sources.clone(), strictness);
        let told = problems.into_iter().filter(|problem| problem.message.starts_with("nothing reads this file"));
        (library.is_ok(), told.collect::<Vec<_>>())
    };
    let (sound, problems) = told(Strictness::Files);
    assert!(!sound);
    for (path, why) in misplaced {
        let told = |problem: &&Diagnostic| problem.file == path && problem.message.contains(why);
        assert!(
            problems.iter().find(told).is_some_and(|told| told.severity == Severity::Error),
            "{path}: {problems:?}"
        );
    }
    let (sound, problems) = told(Strictness::Stored);
    assert!(sound, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.severity == Severity::Warning), "{problems:?}");
}

#[test]
fn folders_without_end_are_named() {
    let deep = "a/".repeat(MAX_DEPTH + 1) + "b.yaml";
    let error = read_sources(folder(&[&deep]).path()).unwrap_err();
    assert!(matches!(error, LoadError::TooDeep(_)), "{error}");
}

#[test]
fn the_folder_and_the_flows_inside_the_program_are_the_same() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/flows");
    assert!(read_sources(folder.as_ref()).unwrap() == built_in());
}
