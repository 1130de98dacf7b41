//! Items, `use` and attributes in the tokens of Rust.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One name of a `use`.
pub(super) struct Use {
    pub(super) path: Vec<String>,
    /// The name, or none for `*`.
    pub(super) name: Option<String>,
    pub(super) public: bool,
}

/// The keywords before the name of an item.
pub(super) const DEFINING: [&str; 8] = [
    "const", "enum", "fn", "static", "struct", "trait", "type", "union",
];

/// Adds the names of a `use`, behind `prefix`.
pub(super) fn uses(tokens: &[TokenTree], prefix: &[String], public: bool, found: &mut Vec<Use>) {
    for tree in tokens.split(|token| is(token, ",")) {
        let mut path = prefix.to_vec();
        let mut name = None;
        for (i, token) in tree.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                    uses(&tokens, &path, public, found);
                }
                TokenTree::Ident(_) if i > 0 && is(&tree[i - 1], "as") => {
                    name = Some(token.to_string());
                }
                TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                TokenTree::Ident(word) if word != "as" => path.push(word.to_string()),
                _ => {}
            }
        }
        match tree.last() {
            Some(TokenTree::Ident(_)) => {
                let name = name.or_else(|| path.last().cloned());
                found.push(Use { path, name, public });
            }
            Some(star) if is(star, "*") => found.push(Use {
                path,
                name: None,
                public,
            }),
            _ => {}
        }
    }
}

/// Returns the number of tokens of an item, or of a field or other part of one.
pub(super) fn item(tokens: &[TokenTree]) -> usize {
    let word = tokens
        .iter()
        .find(|token| matches!(token, TokenTree::Ident(word) if word != "pub"));
    let is_use = word.is_some_and(|word| is(word, "use"));
    let others = [
        "impl",
        "macro_rules",
        "mod",
        "unsafe",
        "use",
        "async",
        "extern",
        "let",
    ];
    let mut known = DEFINING.iter().chain(&others);
    let is_item = word.is_some_and(|word| known.any(|keyword| is(word, keyword)));
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !is_use,
        token => is(token, ";") || (is(token, ",") && !is_item),
    };
    tokens
        .iter()
        .position(is_end)
        .map_or(tokens.len(), |end| end + 1)
}

/// Whether an item with this attribute is compiled only for tests.
pub(super) fn is_test_only(attribute: &TokenStream) -> bool {
    let text = attribute.to_string();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let tests = ["test", "loom", "shuttle"];
    match words[0] {
        "test" => true,
        "cfg" => !words.contains(&"not") && words.iter().any(|word| tests.contains(word)),
        _ => false,
    }
}

/// The file that an attribute `path` names.
pub(super) fn file_of(attribute: &TokenStream) -> Option<String> {
    let text = attribute.to_string();
    let file = text.strip_prefix("path")?.trim_start().strip_prefix('=')?;
    Some(file.trim().trim_matches('"').to_owned())
}

pub(super) fn is(token: &TokenTree, text: &str) -> bool {
    match token {
        TokenTree::Ident(ident) => ident == text,
        TokenTree::Punct(punct) => text.len() == 1 && text.starts_with(punct.as_char()),
        _ => false,
    }
}
