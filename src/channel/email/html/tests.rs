use std::fmt::Write as _;

use proptest::prelude::*;

use super::{MAX_ATTRIBUTES, attributes, has_long_tag, text_of};

/// Each is within the size that is read, and would keep the parser or the renderer busy for minutes, or take gigabytes.
#[test]
fn html_beyond_the_bounds_has_no_text() {
    let numbered = |tag: &str, count: usize| {
        (0..count).fold(String::new(), |mut html, number| {
            let _ = write!(html, "<{tag} a={number}>");
            html
        })
    };
    let many_attributes = (0..200_000).fold(String::from("<p"), |mut tag, number| {
        let _ = write!(tag, " a{number}");
        tag
    });
    for (name, html) in [
        ("nested", "<div>".repeat(20_000)),
        ("nested, and closed where that does not count", "<div><table><td></div></table>".repeat(20_000)),
        ("nested, and closed in a comment", "<div><!-- </div> -->".repeat(20_000)),
        ("nested, and closed in a text that is no markup", "<svg><![CDATA[></svg></div>]]><div>".repeat(20_000)),
        ("nested in each other's trees", "<template><div>".repeat(20_000)),
        ("nested tables", "<table><tr><td>".repeat(20_000)),
        ("formats that each paragraph repeats", numbered("b", 200) + &"<p>x</p>".repeat(100_000)),
        (
            "texts that a table moves before itself",
            format!("{}<table>{}", "<i>x</i>".repeat(30_000), "<u>x</u>".repeat(19_000)),
        ),
        ("attributes", format!("{many_attributes}>")),
        ("attributes of the end", format!("{}>", many_attributes.replace("<p", "</p"))),
        ("attributes of the one body", numbered("body", 200_000).replace(" a=", " a")),
        ("elements", "<br>".repeat(200_000)),
        ("tags in tags", "<a x=".repeat(200_000)),
    ] {
        assert_eq!(text_of(&html), None, "{name}");
    }
}

#[test]
fn what_mail_programs_write_is_within_the_bounds() {
    let answer =
        "<div class=gmail_quote><div dir=ltr>Le lundi, A a écrit :</div><blockquote style='margin:0'><div><p>Bonjour";
    let exchange = answer.repeat(40);
    let word = "<p class=MsoNormal><span style='font-size:11.0pt'>Bonjour&nbsp;<o:p></o:p></span></p>\n".repeat(5000);
    let picture = format!("<p>Voici</p><img src=\"data:image/png;base64,{}\">", "A ".repeat(400_000));
    let letter = format!("<p>a{}</p>", "<br>\n".repeat(20_000));
    for (name, html) in [
        ("a long exchange", exchange),
        ("a long text", word),
        ("a picture in its tag", picture),
        ("many lines", letter),
        ("nothing", String::new()),
        ("words", "a < b & c <3".repeat(1000)),
    ] {
        assert!(text_of(&html).is_some(), "{name}");
    }
    assert_eq!(text_of("<p>Fuite &agrave; l'<b>étage</b></p><p>Merci</p>").unwrap().trim(), "Fuite à l'étage\n\nMerci");
}

#[test]
fn attributes_are_counted_as_the_standard_reads_them() {
    for (tag, count) in [
        ("p>", 0),
        ("p a b=c d='x y' e=\"x > y\" f>g", 5),
        ("p a\"b c>", 2),
        ("p a = b / c/d>", 3),
        ("p a='b'c>", 2),
        ("p =a =>", 1),
        ("p a/=b>", 2),
        ("p a=b", 1),
    ] {
        assert_eq!(attributes(tag.as_bytes()).0, count, "{tag}");
    }
    let many = format!("<p{}>", " a".repeat(MAX_ATTRIBUTES + 1));
    assert!(has_long_tag(many.as_bytes()) && !has_long_tag(many.replacen(" a", "", 1).as_bytes()));
    assert!(has_long_tag(format!("<!-- <p x='{many}").as_bytes()), "wherever a tag may begin");
}

proptest! {
    /// Whatever the HTML, it has a text or none, and neither takes long.
    #[test]
    fn hostile_html_ends(pieces in proptest::collection::vec((piece(), 1..400_usize), 1..12)) {
        let html: String = pieces.into_iter().map(|(piece, times)| piece.repeat(times)).collect();
        let _ = text_of(&html);
    }
}

fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<b c=1>",
        "<b d>",
        "</b>",
        "<a href=x>",
        "<table>",
        "<td>",
        "</table>",
        "<tr>",
        "<select><option>",
        "</select>",
        "<svg>",
        "<math><mi>",
        "<template>",
        "</template>",
        "<style>",
        "</style>",
        "<!--",
        "-->",
        "<title>",
        "<body e>",
        "<html f>",
        "<form>",
        "<button>",
        "<ul><li>",
        "<ol>",
        "<blockquote>",
        "<pre>",
        "<script>",
        "<plaintext>",
        "&amp;",
        "é",
        "x y",
        "\n",
        "<br>",
        "<img src=x>",
        "<h1>",
        "<frameset>",
    ]);
    prop_oneof![6 => known.prop_map(str::to_owned), 1 => any::<String>()]
}
