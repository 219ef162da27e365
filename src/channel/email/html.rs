//! The text of an HTML message.
//!
//! The HTML parser's time grows with the square of the nesting, and it reads a tag's attributes in the square of their
//! number; the renderer walks the tree by recursion. Therefore attributes are counted before the parser sees a byte, and the
//! tree is counted while it grows: HTML beyond the bounds has no text. No person's mail program writes such HTML.

use std::{borrow::Cow, cell::Cell};

use html2text::{Element, Handle, RcDom};
use html5ever::{
    Attribute, ExpandedName, ParseOpts, QualName, parse_document,
    tendril::{StrTendril, TendrilSink as _},
    tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeBuilderOpts, TreeSink},
};

/// The largest HTML that is turned into a text.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// How deep elements may be nested. A long exchange of answers nests three or four a message.
const MAX_DEPTH: usize = 256;
/// The most elements and comments. A newsletter has a few thousand.
const MAX_NODES: usize = 50_000;
/// The most templates: each is a tree of its own, whose depth is not its parent's.
const MAX_TEMPLATES: usize = 16;
/// The most attributes of a tag.
const MAX_ATTRIBUTES: usize = 256;
/// The most steps that are made in the tree while it grows: up from each new node, and along the children beside it.
const MAX_STEPS: usize = 4_000_000;
/// How many bytes are parsed between two looks at what they became.
const PIECE: usize = 1024;
/// The width, in columns, of HTML as text: wide enough that no paragraph is wrapped.
const WIDTH: usize = 10_000;

/// The text of `html`; none where its structure is beyond the bounds.
pub(super) fn text_of(html: &str) -> Option<String> {
    let end = html.floor_char_boundary(html.len().min(MAX_BYTES));
    let mut rest = &html[..end];
    if has_long_tag(rest.as_bytes()) {
        return None;
    }
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
        ..ParseOpts::default()
    };
    let mut parser = parse_document(BoundedDom::default(), options);
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(rest.floor_char_boundary(PIECE.min(rest.len())));
        parser.process(piece.into());
        if parser.tokenizer.sink.sink.is_too_much() {
            return None;
        }
        rest = more;
    }
    let dom = parser.finish()?;
    let config = html2text::config::plain_no_decorate()
        .link_footnotes(false)
        .raw_mode(true)
        .allow_width_overflow()
        .empty_img_mode(html2text::config::ImageRenderMode::IgnoreEmpty);
    let tree = config.dom_to_render_tree(&dom).ok()?;
    config.render_to_string(tree, WIDTH).ok()
}

/// Whether a tag has too many attributes. Wherever a tag may begin, one is read to its end, since what stands around it may be
/// a comment or a quoted text for one reader and not for another; a text in which that takes long is refused as well.
fn has_long_tag(html: &[u8]) -> bool {
    let mut steps = 0;
    let budget = 8 * html.len() + 64 * 1024;
    let starts = html.windows(3).enumerate().filter(|(_, window)| {
        window[0] == b'<' && (window[1].is_ascii_alphabetic() || window[1] == b'/' && window[2].is_ascii_alphabetic())
    });
    for (start, _) in starts {
        let (attributes, read) = attributes(&html[start + 1..]);
        steps += read;
        if attributes > MAX_ATTRIBUTES || steps > budget {
            return true;
        }
    }
    false
}

/// The number of attributes of the tag whose name begins here, counted up to one too many, and how many bytes were read.
/// As the tokenizer of the HTML standard reads them (13.2.5.32 and what follows).
fn attributes(tag: &[u8]) -> (usize, usize) {
    enum At {
        /// In the tag's name or an unquoted value, or in front of an attribute.
        Word,
        Space,
        Name,
        AfterName,
        BeforeValue,
        Unquoted,
        Quoted(u8),
    }
    let (mut at, mut count) = (At::Word, 0);
    for (read, byte) in tag.iter().copied().enumerate() {
        let is_space = byte.is_ascii_whitespace();
        at = match at {
            At::Quoted(quote) if byte == quote => At::Space,
            At::Quoted(quote) => At::Quoted(quote),
            _ if byte == b'>' => return (count, read),
            At::Unquoted if !is_space => At::Unquoted,
            At::BeforeValue if is_space => At::BeforeValue,
            At::BeforeValue if matches!(byte, b'"' | b'\'') => At::Quoted(byte),
            At::BeforeValue => At::Unquoted,
            At::Name | At::AfterName if byte == b'=' => At::BeforeValue,
            At::Name if !is_space && byte != b'/' => At::Name,
            At::Name | At::AfterName if is_space => At::AfterName,
            _ if is_space || byte == b'/' => At::Space,
            At::Word => At::Word,
            _ => {
                count += 1;
                if count > MAX_ATTRIBUTES {
                    return (count, read);
                }
                At::Name
            }
        };
    }
    (count, tag.len())
}

/// The tree that html2text renders, and how much of it there is so far.
#[derive(Default)]
struct BoundedDom {
    dom: RcDom,
    nodes: Cell<usize>,
    templates: Cell<usize>,
    steps: Cell<usize>,
    is_too_deep: Cell<bool>,
}

impl BoundedDom {
    fn is_too_much(&self) -> bool {
        self.is_too_deep.get()
            || self.nodes.get() > MAX_NODES
            || self.templates.get() > MAX_TEMPLATES
            || self.steps.get() > MAX_STEPS
    }

    /// One more child below `parent`; a text may become a part of the one beside it.
    fn grow(&self, parent: &Handle, child: &NodeOrText<Handle>) {
        add(&self.nodes, usize::from(matches!(child, NodeOrText::AppendNode(_))));
        let (mut depth, mut at) = (0, Some(parent.clone()));
        while let Some(node) = at {
            depth += 1;
            if depth > MAX_DEPTH {
                self.is_too_deep.set(true);
                break;
            }
            at = parent_of(&node);
        }
        add(&self.steps, depth);
    }

    /// The children of a node's parent are searched for it.
    fn search(&self, node: &Handle) {
        if let Some(parent) = parent_of(node) {
            add(&self.steps, parent.children.borrow().len());
        }
    }
}

fn add(count: &Cell<usize>, more: usize) {
    count.set(count.get().saturating_add(more));
}

fn parent_of(node: &Handle) -> Option<Handle> {
    let parent = node.parent.take();
    let found = parent.as_ref().and_then(std::rc::Weak::upgrade);
    node.parent.set(parent);
    found
}

/// Everything is the tree's own; what makes it grow or walks along it is counted.
impl TreeSink for BoundedDom {
    type Handle = Handle;
    /// None where it is too much.
    type Output = Option<RcDom>;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Option<RcDom> {
        let is_too_much = self.is_too_much();
        (!is_too_much).then_some(self.dom)
    }

    /// Errors are no news of a mail, and a list of them has no bound.
    fn parse_error(&self, _error: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.dom.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        self.dom.elem_name(target)
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Handle {
        add(&self.templates, usize::from(flags.template));
        self.dom.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        self.dom.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.dom.create_pi(target, data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.grow(parent, &child);
        self.dom.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        if parent_of(element).is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.dom.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.dom.get_template_contents(target)
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        self.dom.same_node(x, y)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.dom.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.grow(sibling, &child);
        self.search(sibling);
        if let NodeOrText::AppendNode(node) = &child {
            self.search(node);
        }
        self.dom.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attributes: Vec<Attribute>) {
        if let Element { attrs, .. } = &target.data {
            add(&self.steps, attrs.borrow().len());
        }
        self.dom.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.search(target);
        self.dom.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        add(&self.steps, node.children.borrow().len());
        self.dom.reparent_children(node, new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, target: &Handle) -> bool {
        self.dom.is_mathml_annotation_xml_integration_point(target)
    }
}

#[cfg(test)]
mod tests;
