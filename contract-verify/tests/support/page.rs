//! Pages of the book that are done as they say: files written, changed and commands run,
//! in the order of the page, and what the page shows held against what comes out.
//!
//! - a paragraph `` `PATH`: `` and a block: the file is written; `` `PATH`, at the end: ``:
//!   the block is added to it.
//! - `` `PATH`, changed: `` and `diff` blocks: the lines without `+` stand in the file, once,
//!   and those without `-` take their place.
//! - a `console` block: each line after `$ ` is run in a shell. What stands below it is what it
//!   prints, both streams; `…` stands for any lines, and lines before the first may always be
//!   there. A command that shows no error succeeds.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Write this file.
    Write { path: String, text: String },
    /// Add to this file.
    Append { path: String, text: String },
    /// Change these lines of it.
    Change { path: String, diff: String },
    /// Run this, and see these lines.
    Run { command: String, shown: Vec<String> },
}

/// What a page has its reader do.
pub(crate) fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut place: Option<(String, &str)> = None;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let text = block.iter().map(|line| format!("{line}\n")).collect();
            match (language, &place) {
                ("console", _) => run_steps(&block, &mut steps),
                ("diff", Some((path, ", changed"))) => steps.push(Step::Change {
                    path: path.clone(),
                    diff: text,
                }),
                (_, Some((path, ""))) => steps.push(Step::Write {
                    path: path.clone(),
                    text,
                }),
                (_, Some((path, ", at the end"))) => steps.push(Step::Append {
                    path: path.clone(),
                    text,
                }),
                other => panic!("nobody says what this block is for: {other:?}\n{block:#?}"),
            }
            // A file may be changed at several places.
            place = place.filter(|_| language == "diff");
        } else if let Some(named) = place_of(line) {
            place = Some(named);
        } else if !line.is_empty() {
            place = None;
        }
    }
    steps
}

/// `` `src/lib.rs`, changed: ``
fn place_of(line: &str) -> Option<(String, &str)> {
    let (path, how) = line.strip_prefix('`')?.strip_suffix(':')?.split_once('`')?;
    ["", ", changed", ", at the end"]
        .contains(&how)
        .then(|| (path.to_owned(), how))
}

fn run_steps(block: &[&str], steps: &mut Vec<Step>) {
    for line in block {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step::Run {
                command: command.to_owned(),
                shown: Vec::new(),
            });
        } else if let Some(Step::Run { shown, .. }) = steps.last_mut() {
            shown.push((*line).to_owned());
        }
    }
}

/// A reader, in a folder.
pub(crate) struct Reader {
    folder: PathBuf,
    target: PathBuf,
    status: i32,
}

impl Reader {
    /// Begins in this folder; everything is built in `target`.
    pub(crate) fn new(folder: &Path, target: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            target: target.to_owned(),
            status: 0,
        }
    }

    /// Does one thing, and says what is not as the page says.
    pub(crate) fn does(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Write { path, text } => self.write(path, text),
            Step::Append { path, text } => {
                let before = self.read(path)?;
                self.write(path, &format!("{before}\n{text}"))
            }
            Step::Change { path, diff } => {
                let text = changed(&self.read(path)?, diff).map_err(|why| format!("{path}: {why}"));
                self.write(path, &text?)
            }
            Step::Run { command, shown } => self.runs(command, shown),
        }
    }

    fn read(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(self.folder.join(path)).map_err(|error| format!("{path}: {error}"))
    }

    fn write(&self, path: &str, text: &str) -> Result<(), String> {
        let whole = self.folder.join(path);
        let parent = whole.parent().ok_or("a file at the root")?;
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&whole, text))
            .map_err(|error| format!("{path}: {error}"))
    }

    fn runs(&mut self, command: &str, shown: &[String]) -> Result<(), String> {
        if let Some(folder) = command.strip_prefix("cd ") {
            self.folder.push(folder);
            return Ok(());
        }
        // What `cargo install` would bring is there: the program that is tested.
        if command.starts_with("cargo install") {
            return Ok(());
        }
        let status = self.status;
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &format!("(exit {status}); {command} 2>&1")])
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TERM_COLOR", "never")
            .env("PATH", path_with_the_program())
            .env_remove("COLUMNS")
            .env_remove("RUSTFLAGS");
        for (key, _) in std::env::vars() {
            if key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_") {
                shell.env_remove(key);
            }
        }
        let output = shell.output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stdout);
        self.status = output.status.code().unwrap_or(-1);
        let fails = shown.iter().any(|line| is_failure(line));
        if !fails && self.status != 0 {
            return Err(format!("`{command}` ends with {}:\n{said}", self.status));
        }
        if fails && self.status == 0 {
            return Err(format!("`{command}` succeeds:\n{said}"));
        }
        holds(&said, shown).map_err(|line| {
            format!("`{command}` does not say, or not here:\n  {line}\n\nIt says:\n{said}")
        })
    }
}

/// The folder of the program that is tested, before all others.
fn path_with_the_program() -> std::ffi::OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_cargo-verify-contracts"));
    let mut path = program
        .parent()
        .unwrap_or(Path::new(""))
        .as_os_str()
        .to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    path
}

/// `error: …`, `error[RC304]: …`, or a headline that ends in `; 2 errors`.
fn is_failure(line: &str) -> bool {
    ["error:", "error["]
        .iter()
        .any(|mark| line.starts_with(mark))
        || [" error", " errors"]
            .iter()
            .any(|mark| line.ends_with(mark))
}

/// Whether all that is shown was said, in this order; the first line of what was not.
fn holds(said: &str, shown: &[String]) -> Result<(), String> {
    let said: Vec<&str> = said.lines().map(str::trim_end).collect();
    let mut rest = &said[..];
    for part in shown
        .split(|line| line == "…")
        .filter(|part| !part.is_empty())
    {
        let part: Vec<&str> = part.iter().map(|line| line.trim_end()).collect();
        let at = rest.windows(part.len()).position(|window| window == part);
        let Some(at) = at else {
            let missing = part.iter().find(|line| !rest.contains(line));
            return Err((*missing.unwrap_or(&part[0])).to_owned());
        };
        rest = &rest[at + part.len()..];
    }
    let open = shown.is_empty() || shown.last().is_some_and(|line| line == "…");
    if !open && !rest.is_empty() {
        return Err(format!(
            "(nothing more, but there is) {}",
            rest.join("\n  ")
        ));
    }
    Ok(())
}

/// A text with the lines of a diff changed.
fn changed(text: &str, diff: &str) -> Result<String, String> {
    let mut old = String::new();
    let mut new = String::new();
    for line in diff.lines() {
        let (kind, rest) = line.split_at(line.len().min(1));
        if kind != "+" {
            old.push_str(rest);
            old.push('\n');
        }
        if kind != "-" {
            new.push_str(rest);
            new.push('\n');
        }
    }
    match text.matches(&old).count() {
        1 => Ok(text.replacen(&old, &new, 1)),
        found => Err(format!("these lines are there {found} times:\n{old}")),
    }
}

#[test]
fn what_a_page_shows_is_held_against_what_comes_out() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let said = "Compiling\na\nb\nc\nd";
    for shown in ["a\nb\n…", "a\n…\nd", "…\nb\nc\n…", "c\nd", ""] {
        assert_eq!(holds(said, &lines(shown)), Ok(()), "{shown}");
    }
    for shown in ["b\na\n…", "a\nc\n…", "a", "a\n…\nc", "e\n…"] {
        assert!(holds(said, &lines(shown)).is_err(), "{shown}");
    }
}

#[test]
fn a_change_needs_its_lines_once() {
    let text = "a\n  b\nc\nb\n";
    assert_eq!(
        changed(text, " a\n-  b\n+  x\n"),
        Ok("a\n  x\nc\nb\n".into())
    );
    assert!(changed(text, "-y\n+x\n").is_err());
    assert!(changed("b\nb\n", "-b\n+x\n").is_err());
}

#[test]
fn the_steps_of_a_page_are_found() {
    let page = "`a.rs`:\n\n```rust\nfn a() {}\n```\n\n`a.rs`, changed:\n\n```diff\n-fn a\n+fn b\n```\n\n\
                ```console\n$ ls\na.rs\n$ true\n```\n";
    let run = |command: &str, shown: &[&str]| Step::Run {
        command: command.into(),
        shown: shown.iter().map(|line| (*line).into()).collect(),
    };
    assert_eq!(
        steps(page),
        [
            Step::Write {
                path: "a.rs".into(),
                text: "fn a() {}\n".into()
            },
            Step::Change {
                path: "a.rs".into(),
                diff: "-fn a\n+fn b\n".into()
            },
            run("ls", &["a.rs"]),
            run("true", &[]),
        ]
    );
}
