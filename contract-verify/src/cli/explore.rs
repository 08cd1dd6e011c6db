//! The arguments of `explore`.

use std::str::FromStr;
use std::time::Duration;

use contract_spec::evidence::Fault;

use super::evidence::Part;
use super::{Format, Options};

/// Finds out what breaks when what the tests call fails.
///
/// Runs every passing test again for every call to an interface and every failure mode that
/// the contract declares for it: with that failure once, as often as is tried again, and
/// lasting; and the calls that a failure brought about the same way. What the functions do
/// then is held against their contracts, and what `invariant!` says against what is left at
/// the end. The tests' own assertions are about other things and decide nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
    cargo verify-contracts explore
    cargo verify-contracts explore --only 'tests::charges' --fault 'gateway#1=timeout:once'

Exit status:
    0  nothing was found
    2  the command line is wrong
    4  no contracts, or no tests
   96  configuration or a source file cannot be read
  100  findings at error level, a malformed contract included
  101  cargo metadata or the build failed
  102  tests fail with nothing injected, and were left out
  103  the budget did not suffice: the exploration is incomplete
  110  the report could not be written
  130  interrupted")]
pub(crate) struct Explore {
    #[command(flatten)]
    pub(crate) options: Options,

    /// Explore this test and no other; may be given several times.
    #[arg(long, value_name = "TEST")]
    pub(crate) only: Vec<String>,

    /// Inject this and nothing else, as `gateway#1=timeout:once`; several happen in one run.
    /// The first call to `gateway` fails then, and with `:x2` the next one from its place, with
    /// `:lasting` all of them. `timeout+applied` calls first and loses the answer, `timeout/2` is
    /// the second value of that mode, `hangs` never comes back, and `abandoned` has the
    /// function's future dropped while the call waits.
    #[arg(long = "fault", value_name = "FAULT", requires = "only")]
    pub(crate) faults: Vec<Fault>,

    /// Also inject every two failures of different places in one run.
    #[arg(long, conflicts_with = "faults")]
    pub(crate) pairs: bool,

    /// Stop after so many runs (`500`) or so much time (`90s`, `10m`). What is left out then is
    /// said, and the exploration is incomplete.
    #[arg(long, value_name = "RUNS|TIME")]
    pub(crate) budget: Option<Allowance>,

    /// Which part of the tests: `slice:1/4` is the first of four.
    #[arg(long, value_name = "PART")]
    pub(crate) partition: Option<Part>,

    /// What to print to standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// How long an exploration may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowance {
    Runs(u64),
    Time(Duration),
}

impl FromStr for Allowance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form =
            "expected a number of runs such as `500`, or a time such as `90s`, `10m` or `1h`";
        if let Ok(runs) = text.parse() {
            return Ok(Self::Runs(runs));
        }
        let (number, unit) =
            text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
        let number: u64 = number.parse().map_err(|_| form)?;
        let seconds = match unit {
            "s" => number,
            "m" => number.saturating_mul(60),
            "h" => number.saturating_mul(3600),
            _ => return Err(form.into()),
        };
        Ok(Self::Time(Duration::from_secs(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_a_number_of_runs_or_a_time() {
        let read = |text: &str| text.parse::<Allowance>().ok();
        assert_eq!(read("500"), Some(Allowance::Runs(500)));
        assert_eq!(read("90s"), Some(Allowance::Time(Duration::from_secs(90))));
        assert_eq!(read("2m"), Some(Allowance::Time(Duration::from_secs(120))));
        for wrong in ["", "s", "5x", "-1", "1.5s", "zehn", "5ü"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
