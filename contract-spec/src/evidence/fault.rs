//! Which failures the verifier has a probe put in the place of what an interface answers,
//! and what a probe says of the calls that it could do so to.

use std::fmt;
use std::str::FromStr;

/// A failure of an interface that is injected while a test runs.
///
/// Written `gateway#1=timeout:once`: the first call to `gateway` in the process ends in the
/// mode `timeout`, once. `timeout+applied` calls first and then loses the answer. `timeout/2` is
/// the second of the variants that bear the mode.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fault {
    /// The interface that fails.
    pub interface: String,
    /// Which call to it in its process is the first to fail, from 1, in the order in which
    /// they begin.
    pub number: u32,
    /// The failure mode.
    pub mode: String,
    /// Which of the values that bear the mode, from 1.
    pub variant: u32,
    /// Whether the interface does what was asked before the failure takes its place.
    pub applied: bool,
    /// How often it fails.
    pub extent: Extent,
}

/// The mode of a fault that is none of the interface's: whoever called the function drops its
/// future while the call is under way.
pub const ABANDONED: &str = "abandoned";

/// The mode of a fault that is none of the interface's: the call never comes back, and what
/// ends the wait for it is a time-out around it.
pub const HANGS: &str = "hangs";

/// The failure mode in which a call takes as long as it may.
pub const TIMEOUT: &str = "timeout";

impl Fault {
    /// The failure mode of a contract that it stands for: who is never answered waits too long.
    pub fn declared_mode(&self) -> &str {
        match self.mode.as_str() {
            HANGS => TIMEOUT,
            mode => mode,
        }
    }

    /// Whether the interface fails in one of its own modes.
    pub fn is_of_interface(&self) -> bool {
        self.mode != ABANDONED && self.mode != HANGS
    }
}

/// How often a fault happens: at the call that it names, and at those that follow from
/// the same place in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Extent {
    /// So many times.
    Times(u32),
    /// From then on.
    Lasting,
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Times(1) => write!(f, "once"),
            Self::Times(times) => write!(f, "x{times}"),
            Self::Lasting => write!(f, "lasting"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            interface,
            number,
            mode,
            variant,
            applied,
            extent,
        } = self;
        write!(f, "{interface}#{number}={mode}")?;
        if *variant > 1 {
            write!(f, "/{variant}")?;
        }
        let applied = if *applied { "+applied" } else { "" };
        write!(f, "{applied}:{extent}")
    }
}

/// What a fault must look like, for who wrote another thing.
const FORM: &str = "expected `INTERFACE#NUMBER=MODE:EXTENT`, such as `gateway#1=timeout:once`; \
                    EXTENT is `once`, `x2` (two times) or `lasting`; `/2` after the mode is the \
                    second of the variants that bear it, and `+applied` has the call do its work \
                    first";

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (interface, rest) = text.split_once('#')?;
            let (number, rest) = rest.split_once('=')?;
            let (mode, extent) = rest.rsplit_once(':').unwrap_or((rest, "once"));
            let (mode, applied) = match mode.strip_suffix("+applied") {
                Some(mode) => (mode, true),
                None => (mode, false),
            };
            let (mode, variant) = match mode.split_once('/') {
                Some((mode, variant)) => (mode, variant.parse().ok()?),
                None => (mode, 1),
            };
            let extent = match extent {
                "once" => Extent::Times(1),
                "lasting" => Extent::Lasting,
                times => Extent::Times(times.strip_prefix('x')?.parse().ok()?),
            };
            let fault = Self {
                interface: interface.to_owned(),
                number: number.parse().ok()?,
                mode: mode.to_owned(),
                variant,
                applied,
                extent,
            };
            let word = |word: &str| {
                let letter = |c: char| c.is_alphanumeric() || c == '_';
                !word.is_empty() && word.chars().all(letter)
            };
            let counts = fault.number > 0 && variant > 0 && fault.extent != Extent::Times(0);
            (word(interface) && word(mode) && counts).then_some(fault)
        };
        parse().ok_or_else(|| FORM.to_owned())
    }
}

/// Several faults in one text, as the environment hands them over.
pub fn write_faults(faults: &[Fault]) -> String {
    let faults: Vec<String> = faults.iter().map(Fault::to_string).collect();
    faults.join(",")
}

/// Reads what [`write_faults`] wrote.
///
/// # Errors
///
/// What one of them should have looked like.
pub fn read_faults(text: &str) -> Result<Vec<Fault>, String> {
    let faults = text.split(',').filter(|fault| !fault.is_empty());
    faults.map(str::parse).collect()
}

/// What is known of a call to an interface while faults may be injected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Explored {
    /// Which call to its interface in its process it is, from 1, in the order in which they begin.
    pub number: u32,
    /// The type of its value, as rustc writes it.
    pub value: String,
    /// The failure modes in which that type can be made out of nothing, each as often as there
    /// are values of it, in their order.
    pub injectable: Vec<String>,
    /// Whether these are all the failures that the type has.
    #[cfg_attr(feature = "serde", serde(default))]
    pub whole: bool,
    /// Whether it is awaited, and shows no time-out in itself: it can be had to wait for ever.
    #[cfg_attr(feature = "serde", serde(default))]
    pub unlimited: bool,
    /// Whether it had to wait for something, in which time its future can be dropped.
    #[cfg_attr(feature = "serde", serde(default))]
    pub waits: bool,
    /// The fault that stands in the place of its outcome.
    pub injected: Option<String>,
}

/// A call to an interface has come so far, where faults may be injected.
///
/// Written when it happens: of a contracted call that never ends there is no trace.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Step {
    /// The contracted call in whose course it is.
    pub call: u64,
    /// The function's number in this file.
    pub function: u32,
    /// The interface's name.
    pub interface: String,
    /// Which call to its interface in its process it is, from 1.
    pub number: u32,
    /// Whether it is over.
    pub ended: bool,
    /// The fault that stands in the place of its outcome.
    pub injected: Option<String>,
}

/// What must hold after every run, and whether it did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Invariant {
    /// What must hold, in the words of the test.
    pub name: String,
    /// Where it stands in the source.
    pub site: String,
    /// Whether it held; `None` where that could not be found out.
    pub held: Option<bool>,
    /// What else is known of it.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_back_as_it_was_written() {
        for text in [
            "gateway#1=timeout:once",
            "orders#12=write_conflict:x2",
            "gateway#1=timeout+applied:lasting",
            "gateway#1=timeout/2:once",
            "gateway#1=timeout/3+applied:x2",
            "gateway#1=hangs:once",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        let once: Fault = "gateway#1=timeout".parse().unwrap();
        assert_eq!(once.extent, Extent::Times(1));
        let faults = "a#1=b:once,c#2=d+applied:lasting";
        assert_eq!(write_faults(&read_faults(faults).unwrap()), faults);
        assert!(read_faults("").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_fault_is_told_what_one_looks_like() {
        for text in [
            "",
            "gateway",
            "gateway=timeout",
            "gateway#0=timeout:once",
            "gateway#1=:once",
            "gateway#1=timeout:twice",
            "gateway#1=timeout:x0",
            "gateway#1=timeout/0:once",
            "gateway#1=timeout/:once",
            "gate way#1=timeout:once",
        ] {
            let error = text.parse::<Fault>().unwrap_err();
            assert!(error.contains("gateway#1=timeout:once"), "{text}");
        }
    }
}
