//! `cargo verify-contracts`.

use std::process::ExitCode;

fn main() -> ExitCode {
    contract_verify::main(std::env::args_os())
}
