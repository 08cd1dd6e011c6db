//! Whatever a source file holds: leaving out what nobody asks about changes nothing of what
//! is found in the rest, and looking for silent failures ends.

#![no_main]

use contract_spec::source::{Cfg, contracted_functions, functions, redefined, silent};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    redefined(text);
    let cfg = Cfg::default();
    let Ok(whole) = functions(text, &cfg) else {
        return;
    };
    let some = contracted_functions(text, &cfg).expect("less of what can be parsed");
    assert_eq!(some.functions.len(), whole.functions.len());
    assert_eq!(some.modules.len(), whole.modules.len());
    for (some, mut whole) in some.functions.into_iter().zip(whole.functions) {
        assert_eq!(some.lines, whole.lines);
        assert_eq!(some.branches().0.len(), whole.branches().0.len());
        silent::find(&mut whole.body, &[], &mut |_| None);
    }
});
