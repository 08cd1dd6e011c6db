//! What is going on, on standard error, in cargo's manner.

use std::time::Instant;

use clap::builder::styling::{AnsiColor, Style};

use crate::cli::Voice;

/// Whether to say it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Status {
    pub(crate) quiet: bool,
    /// Whether to say how long it took, too.
    pub(crate) verbose: bool,
}

impl Status {
    /// As the command line asks for it.
    pub(crate) fn of(voice: Voice) -> Self {
        Self {
            quiet: voice.quiet,
            verbose: voice.verbose,
        }
    }

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

    /// `warning: …`, also where nothing else is said.
    pub(crate) fn warn(self, message: &str) {
        let style = AnsiColor::Yellow.on_default().bold();
        anstream::eprintln!("{style}warning{style:#}: {message}");
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
