use crate::flow::{Library, LoadError, built_in};

fn mistakes(path: &str, source: &str) -> String {
    let mut sources = built_in();
    sources.insert(path.to_owned(), source.to_owned());
    match Library::from_sources(sources) {
        Ok(_) => String::new(),
        Err(LoadError::Mistakes(mistakes)) => mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_template_names_only_what_there_is() {
    let text = "text: { fr: \"{{ unicorn }} {{ name }} {{ handler }} {{ loss_date }}\", en: \"x\" }";
    let source =
        format!("template: a\ntitle: {{ fr: A, en: A }}\nperils: [moon]\ninsurers: [nobody]\nuse: dance\n{text}\n");
    let found = mistakes("templates/a.yaml", &source);
    for part in [
        "unicorn",
        "no flow has the peril `moon`",
        "the insurer `nobody` has no file",
        "`use` is reply, close or refuse",
    ] {
        assert!(found.contains(part), "{part} is not in:\n{found}");
    }
    assert!(!found.contains("loss_date") && !found.contains("`handler`"), "{found}");
    assert!(mistakes("templates/b.yaml", &source).contains("must stand in templates/a.yaml"));
    assert!(mistakes("templates/a.yaml", "template: a\ntitle: { fr: A, en: A }\n").contains("needs a `text`"));
}
