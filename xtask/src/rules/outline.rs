//! A Rust source as far as this program has to understand it: comments, tests, functions.

use std::ops::Range;

use proc_macro2::{Delimiter, Ident, LexError, TokenStream, TokenTree};

/// Where things are in one source. Ranges are of bytes.
#[derive(Debug, Default)]
pub struct Outline {
    /// Modules in files of their own that are there in tests only.
    pub test_modules: Vec<String>,
    /// Names and literals: what they have in them is no comment.
    tokens: Vec<Range<usize>>,
    /// Modules and functions that are there in tests only.
    tests: Vec<Range<usize>>,
    functions: Vec<(Range<usize>, String)>,
}

impl Outline {
    /// Reads a source.
    pub fn of(text: &str) -> Result<Outline, LexError> {
        let mut outline = Outline::default();
        outline.walk(text, text.parse()?);
        Ok(outline)
    }

    /// Whether this place is in a comment, be it for documentation or not.
    pub fn is_comment(&self, place: usize) -> bool {
        !self.tokens.iter().any(|token| token.contains(&place))
    }

    /// Whether this place is in what is there in tests only.
    pub fn is_test(&self, place: usize) -> bool {
        self.tests.iter().any(|test| test.contains(&place))
    }

    /// The name of the function that this place is in, or else of the next one.
    pub fn function(&self, place: usize) -> Option<&str> {
        let around = self
            .functions
            .iter()
            .filter(|(range, _)| range.contains(&place))
            .min_by_key(|(range, _)| range.len());
        let after = || {
            self.functions
                .iter()
                .filter(|(range, _)| range.start > place)
                .min_by_key(|(range, _)| range.start)
        };
        around.or_else(after).map(|(_, name)| name.as_str())
    }

    fn walk(&mut self, text: &str, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        // Whether an attribute of the item at hand has it in tests only.
        let mut test_only = false;
        for (i, token) in tokens.iter().enumerate() {
            match &tokens[i..] {
                [TokenTree::Punct(hash), TokenTree::Group(attribute), ..]
                    if hash.as_char() == '#' =>
                {
                    test_only |= is_test_only(attribute.stream());
                }
                [TokenTree::Ident(keyword), TokenTree::Ident(name), rest @ ..]
                    if keyword == "mod" || keyword == "fn" =>
                {
                    self.item(keyword, name, rest, test_only);
                }
                _ => {}
            }
            match token {
                TokenTree::Group(group) => {
                    self.walk(text, group.stream());
                    // An item ends with its braces.
                    test_only &= group.delimiter() != Delimiter::Brace;
                }
                TokenTree::Punct(punct) => test_only &= punct.as_char() != ';',
                _ => self.token(text, token.span().byte_range()),
            }
        }
    }

    /// Keeps a name or literal, unless it was made from a comment for documentation.
    fn token(&mut self, text: &str, range: Range<usize>) {
        let source = text.get(range.clone()).unwrap_or_default();
        if !source.starts_with("//") && !source.starts_with("/*") {
            self.tokens.push(range);
        }
    }

    /// A module or function, `rest` being what comes after its name.
    fn item(&mut self, keyword: &Ident, name: &Ident, rest: &[TokenTree], test_only: bool) {
        let body = rest.iter().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(Some(group)),
            TokenTree::Punct(punct) if punct.as_char() == ';' => Some(None),
            _ => None,
        });
        let Some(Some(body)) = body else {
            if keyword == "mod" && test_only {
                self.test_modules.push(name.to_string());
            }
            return;
        };
        let range = keyword.span().byte_range().start..body.span().byte_range().end;
        if test_only || (keyword == "mod" && name == "tests") {
            self.tests.push(range.clone());
        }
        if keyword == "fn" {
            self.functions.push((range, name.to_string()));
        }
    }
}

/// Whether what has this attribute is there in tests only.
fn is_test_only(attribute: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = attribute.into_iter().collect();
    match &tokens[..] {
        [TokenTree::Ident(name)] => name == "test",
        [TokenTree::Ident(name), TokenTree::Group(condition)] if name == "cfg" => {
            needs_test(&condition.stream().into_iter().collect::<Vec<_>>())
        }
        _ => false,
    }
}

/// Whether a condition of `cfg` holds in tests, or under loom, and nowhere else.
fn needs_test(condition: &[TokenTree]) -> bool {
    match condition {
        [TokenTree::Ident(name)] => name == "test" || name == "loom",
        [TokenTree::Ident(operator), TokenTree::Group(group)] => {
            let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
            let comma =
                |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
            let mut parts = tokens.split(comma).filter(|part| !part.is_empty());
            match operator.to_string().as_str() {
                "all" => parts.any(needs_test),
                "any" => parts.all(needs_test),
                _ => false,
            }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outline of a text, and the place of the word `HERE` in it.
    fn at(text: &str) -> (Outline, usize) {
        (
            Outline::of(text).unwrap(),
            text.find("HERE").expect("the word"),
        )
    }

    #[test]
    fn comments_are_told_from_what_only_looks_like_one() {
        for comment in [
            "fn f() {} // HERE",
            "/// HERE\nfn f() {}",
            "//! HERE",
            "/** HERE */ fn f() {}",
            "fn f() { /* /* */ HERE */ }",
            "fn f() { g(\"//\"); /* \" HERE */ }",
            "m! { /// HERE\n a }",
            "fn \u{e9}() {} // HERE",
        ] {
            let (outline, place) = at(comment);
            assert!(outline.is_comment(place), "{comment}");
        }
        for code in [
            "const A: &str = \"// HERE\";",
            "const A: &str = r#\"\n// \" HERE\n\"#;",
            "fn HERE() {}",
            "m!(b\"/* HERE */\");",
            "#[doc = \"HERE\"] fn f() {}",
        ] {
            let (outline, place) = at(code);
            assert!(!outline.is_comment(place), "{code}");
        }
    }

    #[test]
    fn tests_are_what_is_there_in_tests_only() {
        for test in [
            "#[cfg(test)] mod a { // HERE\n }",
            "mod tests { mod b { // HERE\n } }",
            "#[cfg(all(test, unix))] pub(crate) mod a { // HERE\n }",
            "#[cfg(any(all(loom), test))] mod a { // HERE\n }",
            "#[cfg(test)] #[allow(dead_code)] mod a { const B: &str = \"}\"; // HERE\n }",
            "#[test] fn f() { // HERE\n }",
            "mod a { #[cfg(test)] mod b { m! { // HERE\n } } }",
        ] {
            let (outline, place) = at(test);
            assert!(outline.is_test(place), "{test}");
        }
        for other in [
            "mod a { // HERE\n }",
            "#[cfg(not(test))] mod a { // HERE\n }",
            "#[cfg(any(test, unix))] mod a { // HERE\n }",
            "#[cfg(feature = \"test\")] mod a { // HERE\n }",
            "#[cfg(test)] mod a {} mod b { // HERE\n }",
            "#[cfg(test)] use a::b; mod c { // HERE\n }",
            "#[cfg(test)] mod a; mod b { // HERE\n }",
            "mod tests {} // HERE",
        ] {
            let (outline, place) = at(other);
            assert!(!outline.is_test(place), "{other}");
        }
        let modules = "#[cfg(test)] mod a; mod b; #[cfg(not(test))] mod c; #[cfg(test)] mod d {}";
        assert_eq!(Outline::of(modules).unwrap().test_modules, ["a"]);
    }

    #[test]
    fn a_place_has_the_innermost_function_or_the_next() {
        for text in [
            "fn a() {} fn f() { // HERE\n }",
            "fn a() { fn f(x: [u8; 2]) -> u8 { /* HERE */ 0 } }",
            "fn a() {} // HERE\n #[test] fn f() {} fn b() {}",
            "m! { // HERE\n fn f() {} } fn b() {}",
            "trait A { fn a(); } /// HERE\n fn f() {}",
        ] {
            let (outline, place) = at(text);
            assert_eq!(outline.function(place), Some("f"), "{text}");
        }
        let (outline, place) = at("fn f() {} // HERE");
        assert_eq!(outline.function(place), None);
    }
}
