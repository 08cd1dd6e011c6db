//! What is going on, on standard error, in cargo's manner.

use clap::builder::styling::{AnsiColor, Style};

/// Whether to say it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Status {
    pub(crate) quiet: bool,
}

impl Status {
    /// `   Recording 24 tests`.
    pub(crate) fn say(self, doing: &str, what: &str) {
        if !self.quiet {
            let style = AnsiColor::Green.on_default().bold();
            anstream::eprintln!("{style}{doing:>12}{style:#} {what}");
        }
    }

    /// What a failing test printed.
    pub(crate) fn show(self, test: &str, output: &str) {
        let style = Style::new().bold();
        anstream::eprintln!("{style}---- {test} ----{style:#}\n{}", output.trim_end());
    }
}

/// `error: …`
pub(crate) fn error(message: &str) {
    let style = AnsiColor::Red.on_default().bold();
    anstream::eprintln!("{style}error{style:#}: {message}");
}
