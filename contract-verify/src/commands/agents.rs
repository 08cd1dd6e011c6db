//! `agents`: a few lines about contracts in the files that assistants read of a
//! repository.
//!
//! In files that people write, only what stands between two markers is ours; a file of
//! our own carries a marker too, and without it is somebody else's.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use contract_spec::prompt::{self, Subject};

use super::prompt::{find, unknown, with_errors};
use super::{Answer, code, contracts, document};
use crate::cli::{Agents, Assistant};
use crate::contracts::Contracts;
use crate::error::{Error, Result};
use crate::exit;
use crate::workspace::Workspace;

const BEGIN: &str = "<!-- resilience-contracts: begin; `cargo verify-contracts agents` writes this and loses what is changed here -->";
const END: &str = "<!-- resilience-contracts: end -->";

/// More folders than this are not named one by one.
const FOLDERS: usize = 4;

pub(super) fn agents(arguments: &Agents) -> Result<Answer> {
    let contracts = contracts(&[], &arguments.selection)?;
    if let Some(id) = &arguments.errors {
        return errors(&contracts, id, arguments);
    }
    let root = Workspace::load_members(&arguments.selection)?.root();
    let lines = lines(&contracts);
    let mut assistants = arguments.rules.clone();
    assistants.sort_unstable();
    assistants.dedup();
    let mut planned = vec![shared(&root, "AGENTS.md", &lines)?];
    for assistant in assistants {
        planned.push(match assistant {
            Assistant::Claude => shared(&root, "CLAUDE.md", &lines)?,
            Assistant::Gemini => shared(&root, "GEMINI.md", &lines)?,
            Assistant::Copilot => own(
                &root,
                ".github/instructions/resilience-contracts.instructions.md",
                "applyTo: \"**/*.rs,**/contracts/**/*.toml\"\n",
                &lines,
            )?,
            Assistant::Cursor => own(
                &root,
                ".cursor/rules/resilience-contracts.mdc",
                "description: Functions under a failure contract\nglobs: **/*.rs,**/contracts/**/*.toml\nalwaysApply: false\n",
                &lines,
            )?,
        });
    }
    let mut text = String::new();
    let mut stale = false;
    for plan in &planned {
        let said = match (&plan.before, arguments.check) {
            (Some(before), _) if *before == plan.after => "is up to date",
            (_, true) => {
                stale = true;
                "is stale: `cargo verify-contracts agents` refreshes it"
            }
            (before, false) => {
                plan.write(&root)?;
                match before {
                    Some(_) => "refreshed",
                    None => "written",
                }
            }
        };
        let _written = writeln!(text, "{}: {said}", plan.name);
    }
    let code = if stale { exit::FINDINGS } else { exit::PASSED };
    Ok(Answer { text, code })
}

/// What every assistant is told, without markers.
fn lines(contracts: &Contracts) -> String {
    let mut folders: Vec<String> = contracts
        .files
        .values()
        .filter_map(|file| {
            let (folder, _) = file.source.path.rsplit_once('/')?;
            Some(prompt::code(&format!("{folder}/")))
        })
        .collect();
    folders.sort();
    folders.dedup();
    let folders = if folders.len() > FOLDERS {
        "`contracts/` of each package".to_owned()
    } else {
        folders.join(", ")
    };
    format!(
        "## Failure contracts\n\n\
         A function with `#[resilience_contract(\"FILE.FUNCTION\")]` has a contract, `[function.FUNCTION]` in `FILE.toml` under {folders}: what it does on each failure.\n\n\
         - Before you write or change one, read what it must do: `cargo verify-contracts prompt FILE.FUNCTION`.\n\
         - Afterwards `cargo verify-contracts` must exit 0. `cargo verify-contracts prompt FILE.FUNCTION --for repair` says what to mend.\n\
         - No failure is swallowed, and none leaves as another variant than the contract names.\n\
         - Tests assert on the variant: `is_err()` proves nothing.\n\
         - Contracts, `.config/verify-contracts.toml` and baselines are not yours to change. If a contract is wrong, say so and stop.\n"
    )
}

/// A file before and after.
#[derive(Debug)]
struct Plan {
    /// Relative to the workspace.
    name: &'static str,
    before: Option<String>,
    after: String,
}

impl Plan {
    fn write(&self, root: &Path) -> Result<()> {
        let path = root.join(self.name);
        let failed = |error| {
            let path = path.clone();
            Error::Write { path, error }
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        std::fs::write(&path, &self.after).map_err(failed)
    }
}

fn read(path: PathBuf) -> Result<Option<String>> {
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::Read { path, error }),
    }
}

/// A file that people write, with our lines between the markers.
fn shared(root: &Path, name: &'static str, lines: &str) -> Result<Plan> {
    let before = read(root.join(name))?;
    let after = with_block(before.as_deref().unwrap_or_default(), lines)
        .map_err(|why| Error::Usage(format!("{name}: {why}; nothing was written")))?;
    Ok(Plan {
        name,
        before,
        after,
    })
}

/// A text with our block: in the place where it stands, or at the end.
fn with_block(text: &str, lines: &str) -> std::result::Result<String, String> {
    let block = format!("{BEGIN}\n{lines}{END}\n");
    let mut begin = None;
    let mut end = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let is = |marker: &str| line.trim_end() == marker;
        let twice = (is(BEGIN) && begin.is_some()) || (is(END) && end.is_some());
        let alone = is(END) && begin.is_none();
        if twice || alone {
            return Err(broken());
        }
        if is(BEGIN) {
            begin = Some(at);
        }
        at += line.len();
        if is(END) {
            end = Some(at);
        }
    }
    let crlf = text.contains("\r\n");
    let block = if crlf {
        block.replace('\n', "\r\n")
    } else {
        block
    };
    match (begin, end) {
        (Some(begin), Some(end)) => Ok(format!("{}{block}{}", &text[..begin], &text[end..])),
        (None, None) => {
            let line = if crlf { "\r\n" } else { "\n" };
            let gap = match text {
                "" => "",
                text if text.ends_with("\n\n") || text.ends_with("\n\r\n") => "",
                text if text.ends_with('\n') => line,
                _ => &line.repeat(2),
            };
            Ok(format!("{text}{gap}{block}"))
        }
        _ => Err(broken()),
    }
}

fn broken() -> String {
    format!(
        "the markers `{BEGIN}` and `{END}` must stand there once each, in this order; \
         take what is left of them away, and the block is written anew"
    )
}

/// A file of our own, with what its assistant wants at the head.
fn own(root: &Path, name: &'static str, head: &str, lines: &str) -> Result<Plan> {
    let before = read(root.join(name))?;
    if before
        .as_ref()
        .is_some_and(|text| !text.lines().any(|line| line.trim_end() == BEGIN))
    {
        return Err(Error::Usage(format!(
            "{name} was not written by this program; nothing was written\n  help: move it away, or do without `--rules`"
        )));
    }
    Ok(Plan {
        name,
        before,
        after: format!("---\n{head}---\n\n{BEGIN}\n{lines}{END}\n"),
    })
}

/// The `# Errors` section of a function, printed or written.
fn errors(contracts: &Contracts, id: &str, arguments: &Agents) -> Result<Answer> {
    let file = find(contracts, id)?;
    if file.reading.has_errors() {
        return Ok(with_errors(file));
    }
    let name = id.rsplit('.').next().unwrap_or_default();
    let Some(function) = file.contract().function(name) else {
        return Err(Error::Usage(unknown(contracts, id)));
    };
    let section = prompt::errors(&Subject {
        id,
        file: &file.source.path,
        contract: file.contract(),
        function,
        code: None,
        libraries: &[],
        package: None,
    });
    if arguments.fix {
        return fix(&file.package, id, &section, arguments);
    }
    let mut text = String::new();
    for line in section.lines() {
        let _written = writeln!(text, "{}", format!("/// {line}").trim_end());
    }
    Ok(Answer::plain(text))
}

/// Writes the section into the source.
fn fix(package: &str, id: &str, section: &str, arguments: &Agents) -> Result<Answer> {
    let workspace = Workspace::load_members(&arguments.selection)?;
    let package = workspace.packages().find(|found| *found.name == package);
    let sources = package.map(|package| code::read(&workspace, package));
    let sources = sources.transpose()?.unwrap_or_default();
    let Some((file, line)) = sources.place(id) else {
        return Err(Error::Usage(format!(
            "no function carries `{id}`\n  help: put `#[resilience_contract(\"{id}\")]` on it first"
        )));
    };
    let shown = &file.shown;
    let after = document::with_section(&file.text, line, section)
        .map_err(|why| Error::Usage(format!("{shown}:{line}: {why}")))?;
    if after == file.text {
        return Ok(Answer::plain(format!("{shown}: is up to date\n")));
    }
    std::fs::write(&file.path, after).map_err(|error| Error::Write {
        path: file.path.clone(),
        error,
    })?;
    Ok(Answer::plain(format!("{shown}: written\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "one\ntwo\n";

    fn block() -> String {
        format!("{BEGIN}\n{LINES}{END}\n")
    }

    #[test]
    fn the_block_is_added_once_and_nothing_else_is_touched() {
        for text in [
            "",
            "# Ours\n",
            "# Ours",
            "# Ours\n\n",
            "a\r\nb\r\n",
            "\u{feff}# Ours\n",
        ] {
            let once = with_block(text, LINES).unwrap();
            assert!(once.starts_with(text), "{once:?}");
            assert_eq!(
                once.replace("\r\n", "\n").matches(&block()).count(),
                1,
                "{once:?}"
            );
            assert_eq!(with_block(&once, LINES).unwrap(), once, "again");
            assert!(!text.contains('\r') || !once.replace("\r\n", "").contains('\n'));
        }
    }

    #[test]
    fn the_block_is_refreshed_where_it_stands() {
        let old = format!("before\n{BEGIN}\nstale\n{END}\nafter, `{END}` in a line\n");
        let new = with_block(&old, LINES).unwrap();
        assert_eq!(
            new,
            format!("before\n{}after, `{END}` in a line\n", block())
        );
    }

    #[test]
    fn broken_markers_are_refused() {
        for text in [
            format!("{BEGIN}\nx\n"),
            format!("{END}\n"),
            format!("{END}\n{BEGIN}\n"),
            format!("{0}{0}", block()),
        ] {
            assert!(with_block(&text, LINES).is_err(), "{text}");
        }
    }

    #[test]
    fn the_block_is_short() {
        assert!(lines(&Contracts::default()).lines().count() <= 10);
    }
}
