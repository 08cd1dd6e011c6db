//! What is going on, on standard error, in cargo's manner.

use std::time::Instant;

use clap::builder::styling::{AnsiColor, Style};

/// Whether to say it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Status {
    pub(crate) quiet: bool,
    /// Whether to say how long it took, too.
    pub(crate) verbose: bool,
}

impl Status {
    /// `   Recording 24 tests`.
    pub(crate) fn say(self, doing: &str, what: &str) {
        if !self.quiet {
            let style = AnsiColor::Green.on_default().bold();
            anstream::eprintln!("{style}{doing:>12}{style:#} {what}");
        }
    }

    /// `    Recorded 24 tests in 0.21 s`, where somebody wants to know.
    pub(crate) fn done(self, done: &str, what: &str, began: Instant) {
        if self.verbose {
            self.say(
                done,
                &format!("{what} in {:.2} s", began.elapsed().as_secs_f64()),
            );
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
