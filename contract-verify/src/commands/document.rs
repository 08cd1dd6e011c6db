//! `agents --errors ID --fix`: puts the `# Errors` section of a contract into the documentation
//! of its function.
//!
//! Only lines between `# Errors` and the next heading are this program's, and only where the
//! mark stands that it has written them. A section by a person is left alone.

use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// What marks a section as ours; readers of the documentation do not see it.
const MARK: &str = "<!-- from the contract; `agents --errors … --fix` writes it anew -->";

/// The text with the section in the documentation of the function whose name stands in this
/// line; why not.
pub(super) fn with_section(text: &str, line: usize, section: &str) -> Result<String, String> {
    let head = head(text, line).ok_or("the function is not found where its attribute stands")?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let first = lines.get(head.first - 1).copied().unwrap_or_default();
    let indent = &first[..first.len() - first.trim_start().len()];
    let end = if first.ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let (replaced, blank) = match ours(&lines, &head)? {
        Some(range) => (range, false),
        None => (head.docs_end..head.docs_end, head.has_docs),
    };
    let mut new: Vec<String> = blank.then(String::new).into_iter().collect();
    for (number, line) in section.lines().enumerate() {
        new.push(line.to_owned());
        if number == 0 {
            new.push(String::new());
            new.push(MARK.to_owned());
        }
    }
    // A heading of the author's needs a line before it.
    if replaced.end < head.docs_end {
        new.push(String::new());
    }
    let mut whole = lines[..replaced.start].concat();
    for line in new {
        whole.push_str(indent);
        whole.push_str(format!("/// {line}").trim_end());
        whole.push_str(end);
    }
    whole.push_str(&lines[replaced.end..].concat());
    Ok(whole)
}

/// The head of a function, in lines.
struct Head {
    /// That of its first attribute, its documentation or itself, from 1.
    first: usize,
    /// The index behind its documentation, or of its first line without one.
    docs_end: usize,
    has_docs: bool,
}

fn head(text: &str, line: usize) -> Option<Head> {
    struct Found {
        line: usize,
        head: Option<Head>,
    }
    impl Found {
        fn see(&mut self, attributes: &[syn::Attribute], signature: &syn::Signature, begin: usize) {
            if signature.ident.span().start().line != self.line {
                return;
            }
            let lines = attributes.iter().map(|attribute| attribute.span());
            let first = lines.map(|span| span.start().line).min();
            let docs = attributes.iter().filter(|a| a.path().is_ident("doc"));
            let last = docs.map(|attribute| attribute.span().end().line).max();
            let first = first.map_or(begin, |first| first.min(begin));
            self.head = Some(Head {
                first,
                docs_end: last.unwrap_or(first - 1),
                has_docs: last.is_some(),
            });
        }
    }
    impl<'ast> Visit<'ast> for Found {
        fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
            self.see(&item.attrs, &item.sig, item.span().start().line);
            visit::visit_item_fn(self, item);
        }
        fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
            self.see(&item.attrs, &item.sig, item.span().start().line);
            visit::visit_impl_item_fn(self, item);
        }
        fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
            self.see(&item.attrs, &item.sig, item.span().start().line);
            visit::visit_trait_item_fn(self, item);
        }
    }
    let file = syn::parse_file(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()?;
    let mut found = Found { line, head: None };
    found.visit_file(&file);
    found.head
}

/// The lines of our section, if there is one; a refusal if it is somebody else's.
fn ours(lines: &[&str], head: &Head) -> Result<Option<Range<usize>>, String> {
    let said = |index: usize| Some(lines.get(index)?.trim().strip_prefix("///")?.trim());
    let all = head.first - 1..head.docs_end;
    let Some(start) = all.clone().find(|&index| said(index) == Some("# Errors")) else {
        return Ok(None);
    };
    let heading = |index: &usize| said(*index).is_some_and(|line| line.starts_with("# "));
    let mut end = (start + 1..head.docs_end)
        .find(heading)
        .unwrap_or(head.docs_end);
    let mut written = start..end;
    if !written.any(|index| said(index) == Some(MARK)) {
        return Err(format!(
            "the documentation has a section `# Errors` that this program did not write (line {}); nothing was \
             written\n  help: take it away, or keep it as it is",
            start + 1
        ));
    }
    // The line before the next heading belongs to that.
    if end < head.docs_end {
        while end > start + 1 && said(end - 1) == Some("") {
            end -= 1;
        }
        // It is written again.
        while end < head.docs_end && said(end) == Some("") {
            end += 1;
        }
    }
    Ok(Some(start..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTION: &str = "# Errors\n\n- one\n- two\n";

    fn written(text: &str, line: usize) -> String {
        let once = with_section(text, line, SECTION).unwrap();
        let moved = once.lines().count() - text.lines().count();
        let again = with_section(&once, line + moved, SECTION).unwrap();
        assert_eq!(again, once, "again");
        once
    }

    #[test]
    fn the_section_comes_behind_what_is_said_already() {
        let text = "/// Charges.\n#[resilience_contract(\"a.b\")]\npub fn b() {}\n";
        let expected = format!(
            "/// Charges.\n///\n/// # Errors\n///\n/// {MARK}\n///\n/// - one\n/// - two\n\
             #[resilience_contract(\"a.b\")]\npub fn b() {{}}\n"
        );
        assert_eq!(written(text, 3), expected);
    }

    #[test]
    fn functions_without_documentation_and_methods_get_it_in_front() {
        let text = "struct S;\nimpl S {\n    #[resilience_contract(\n        \"a.b\"\n    )]\n    async fn b(&self) {}\n}\n";
        let whole = written(text, 6);
        assert!(
            whole.starts_with("struct S;\nimpl S {\n    /// # Errors\n    ///\n"),
            "{whole}"
        );
        assert!(
            whole.contains("    /// - two\n    #[resilience_contract(\n"),
            "{whole}"
        );
    }

    #[test]
    fn a_section_of_ours_is_replaced_and_what_follows_it_stays() {
        let text = format!(
            "/// Charges.\r\n///\r\n/// # Errors\r\n///\r\n/// {MARK}\r\n///\r\n/// - old\r\n///\r\n/// # Panics\r\n///\r\n\
             /// Never.\r\nfn b() {{}}\r\n"
        );
        let whole = written(&text, 12);
        assert!(
            whole.contains("/// - two\r\n///\r\n/// # Panics\r\n///\r\n/// Never.\r\nfn b"),
            "{whole}"
        );
        assert!(!whole.contains("old") && !whole.replace("\r\n", "").contains('\n'));
    }

    #[test]
    fn a_section_by_a_person_is_left_alone() {
        let text = "/// Charges.\n///\n/// # Errors\n///\n/// If it fails.\nfn b() {}\n";
        let refused = with_section(text, 6, SECTION).unwrap_err();
        assert!(refused.contains("line 3"), "{refused}");
        assert!(with_section("fn a() {}\n", 7, SECTION).is_err());
    }
}
