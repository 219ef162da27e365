use std::collections::BTreeSet;

use super::*;

fn written() -> Vec<(String, String)> {
    Files::iter().map(|name| (name.to_string(), text(&name))).collect()
}

#[test]
fn every_module_is_served_after_those_that_it_imports() {
    let mut before = BTreeSet::new();
    for name in MODULES.into_iter().chain(CHAT_MODULES).chain(SLOTS).chain(PAGES).chain(TALK_MODULES) {
        let source = text(name);
        assert!(!source.is_empty(), "{name} is not embedded");
        for imported in source.lines().filter(|line| line.starts_with("import ")) {
            let module = imported.split("\"./").nth(1).and_then(|rest| rest.strip_suffix("\";"));
            let module = module.unwrap_or_else(|| panic!("{name}: an import must stand on one line: {imported}"));
            let shared = !PAGES.contains(&module) && before.contains(module);
            assert!(shared, "{name} imports {module}, which is not served before it");
        }
        before.insert(name);
    }
    let others = ["start.css", "chat.css", "talk.css", "icon.svg", "slots.css", "widget.js"];
    for (name, _) in written() {
        let name = name.as_str();
        assert!(before.contains(name) || others.contains(&name) || LAZY.contains(&name), "{name} is served by nobody");
    }
    for name in LAZY {
        assert!(!text(name).lines().any(|line| line.starts_with("import ")), "{name} is loaded by itself");
    }
}

#[test]
fn no_two_modules_give_the_same_name_to_different_things() {
    let declared = Regex::new(r"(?m)^(?:export )?(?:async )?(?:const|let|function|class) (\w+)").unwrap();
    let mut names = BTreeSet::new();
    let declare = |name: &str, names: &mut BTreeSet<String>| {
        for found in declared.captures_iter(&text(name)) {
            assert!(names.insert(found[1].to_owned()), "{name}: `{}` is declared in another module", &found[1]);
        }
    };
    for name in MODULES.into_iter().chain(CHAT_MODULES).chain(SLOTS).chain(TALK_MODULES) {
        declare(name, &mut names);
    }
    assert!(names.len() > 20);
    // Each page has a script of its own, so their names may be the same.
    for name in PAGES {
        declare(name, &mut names.clone());
    }
}

#[test]
fn what_is_served_holds_no_comment_and_nothing_that_ties_modules() {
    let ends = |line: &str| line.starts_with("export { ") || line.starts_with("import { ");
    for (script, ties) in [(&SERVED.chat, 1), (&SERVED.talk, 2), (&SERVED.upload, 0)] {
        assert_eq!(script.lines().filter(|line| ends(line)).count(), ties);
        for line in script.lines().filter(|line| !ends(line)) {
            assert!(!line.starts_with("import ") && !line.starts_with("export "), "{line}");
            assert!(!line.contains("/**") && !line.starts_with('*') && !line.starts_with("//"), "{line}");
        }
    }
    assert!(SERVED.talk.contains("const talk = {"));
    assert!(SERVED.chat.contains("customElements.define(\"guichet-chat\""));
    assert!(SERVED.start_style.contains("guichet-chat {") && !SERVED.start_style.contains("/*"));
    assert!(SERVED.style.contains(".sheet {") && !SERVED.style.contains("/*"));
    assert!(SERVED.widget.contains("postMessage"));
    assert!(SERVED.slots.ends_with("export { Slots };\n") && !SERVED.slots.contains("import "));
}

#[test]
fn the_page_names_what_is_served() {
    let page = std::fs::read_to_string("src/web/chat/page.html").unwrap();
    let named: Vec<_> = page.split("/chat/assets/{{ revision }}/").skip(1).collect();
    assert_eq!(named.len(), 4);
    for rest in named {
        assert!(
            ["icon.svg", "start.css", "chat.js", "strings-{{ language }}.js"]
                .contains(&rest.split('"').next().unwrap())
        );
    }
}

#[tokio::test]
async fn only_the_current_revision_is_kept_for_good() {
    for (revision, cache) in [(revision(), "public, max-age=31536000, immutable"), ("old", "no-cache")] {
        let response = get(Path((revision.into(), "chat.js".into()))).await.unwrap();
        assert_eq!(response.headers()[header::CACHE_CONTROL], cache);
    }
    assert!(get(Path((revision().into(), "../mod.rs".into()))).await.is_err());
}
