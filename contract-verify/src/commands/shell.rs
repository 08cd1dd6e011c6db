//! What shells and manuals want to know of the command line.

use clap::{Args, CommandFactory};

use super::Answer;
use crate::cli::{Arguments, Cargo};
use crate::error::{Error, Result};

const NAME: &str = "cargo-verify-contracts";

/// The program by its own name: cargo's completions are cargo's own.
fn program() -> clap::Command {
    Arguments::augment_args(clap::Command::new(NAME).bin_name(NAME))
}

/// Completions for a shell.
pub(super) fn completions(shell: clap_complete::Shell) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut program(), NAME, &mut script);
    Answer::plain(String::from_utf8_lossy(&script))
}

/// The manual page, in troff.
pub(super) fn man() -> Result<Answer> {
    let mut page = Vec::new();
    let page_of = clap_mangen::Man::new(program());
    page_of.render(&mut page).map_err(Error::Output)?;
    Ok(Answer::plain(String::from_utf8_lossy(&page)))
}

/// The whole command line as cargo's users type it.
pub(super) fn command() -> clap::Command {
    let mut cargo = Cargo::command();
    cargo.build();
    let found = cargo
        .get_subcommands()
        .find(|command| command.get_name() == "verify-contracts");
    found.cloned().unwrap_or(cargo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cargo::command().debug_assert();
        program().debug_assert();
    }

    #[test]
    fn every_shell_gets_completions_of_every_subcommand() {
        use clap::ValueEnum;
        for shell in clap_complete::Shell::value_variants() {
            let script = completions(*shell).text;
            for command in program()
                .get_subcommands()
                .filter(|command| !command.is_hide_set())
            {
                assert!(
                    script.contains(command.get_name()),
                    "{shell} {}",
                    command.get_name()
                );
            }
        }
    }

    #[test]
    fn the_manual_page_names_the_flags() {
        let page = man().unwrap().text;
        assert!(page.contains("verify\\-contracts"), "{page}");
        assert!(page.contains("\\-\\-test\\-timeout"), "{page}");
    }
}
