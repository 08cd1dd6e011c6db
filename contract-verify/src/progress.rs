//! How far a run has come, drawn on a terminal while somebody watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::status::Status;

/// A line that is gone when it is dropped. Where nobody watches, nothing is drawn.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// So many things to do; `None` if it cannot be said before.
    pub(crate) fn of(status: Status, doing: &'static str, total: Option<usize>) -> Self {
        // As cargo: not where the log is read later, whatever it says it is.
        let is_watched = !status.quiet && std::env::var_os("CI").is_none();
        let target = if is_watched {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self::on(target, doing, total)
    }

    fn on(target: ProgressDrawTarget, doing: &'static str, total: Option<usize>) -> Self {
        let total = total.and_then(|total| u64::try_from(total).ok());
        let (bar, template) = match total {
            Some(total) => (
                ProgressBar::with_draw_target(Some(total), target),
                "{prefix:>12.cyan.bold} [{bar:25}] {pos}/{len} {wide_msg}",
            ),
            None => (
                ProgressBar::with_draw_target(None, target),
                "{prefix:>12.cyan.bold} {pos} tests run {wide_msg}",
            ),
        };
        // A template of our own that cannot be read would be drawn plainly.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(doing);
        Self { bar }
    }

    /// Come to the next of them, by name.
    pub(crate) fn step(&self, name: &str) {
        self.bar.set_message(name.to_owned());
        self.bar.inc(1);
    }

    /// Draws from time to time although nothing happens, so that a hanging test is not
    /// taken for a hanging run.
    pub(crate) fn ticking(self) -> Self {
        self.bar.enable_steady_tick(Duration::from_millis(250));
        self
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;

    #[test]
    fn it_shows_how_far_things_are_and_leaves_nothing() {
        let terminal = InMemoryTerm::new(5, 70);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let progress = Progress::on(target, "Recording", Some(4));
        progress.step("tests::far");
        progress.bar.tick();
        assert_eq!(
            terminal.contents(),
            "   Recording [======>                  ] 1/4 tests::far"
        );
        drop(progress);
        assert_eq!(terminal.contents(), "");
    }

    #[test]
    fn where_the_end_is_not_known_it_counts() {
        let terminal = InMemoryTerm::new(5, 70);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let progress = Progress::on(target, "Breaking", None);
        progress.step("tests::far");
        progress.bar.tick();
        assert_eq!(terminal.contents(), "    Breaking 1 tests run tests::far");
    }
}
