//! Whatever a contract file holds, it is read or refused: no panic, no place outside of the
//! text, every mistake in the order of the file and drawn, and the same answer twice.

#![no_main]

use contract_spec::{LineIndex, Source, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let source = Source::new("contracts/fuzz.toml", text);
    let reading = check(&source);
    let lines = LineIndex::new(&source.text);
    let mut last = 0;
    for found in &reading.diagnostics {
        let span = found.primary.span.clone();
        assert!(source.text.get(span.clone()).is_some(), "{found:?}");
        assert!(last <= span.start, "{found:?}");
        last = span.start;
        lines.line_column(span.end);
        assert!(found.render_plain(&source).contains(found.code));
    }
    assert_eq!(check(&source).diagnostics.len(), reading.diagnostics.len());
});
