//! What the verifier has a probe change, and how it says so.

use std::fmt;

/// What a mutant does to what a function returns, or to how often it tries.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// The error that leaves through a branch becomes another variant of the same enum.
    Misreport {
        /// The branch's index.
        branch: u32,
        /// The variant that is changed; others that leave there stay as they are.
        from: String,
        /// The variant it becomes.
        to: String,
    },
    /// The error that leaves through a branch becomes an `Ok` made out of nothing.
    Swallow {
        /// The branch's index.
        branch: u32,
        /// The variant that is changed.
        from: String,
    },
    /// An `Ok` after a failed call becomes an error.
    Unrecover,
    /// A retry policy gives up after the first attempt.
    OneAttempt {
        /// Which policy, by its [`policy_key`](super::policy_key).
        policy: String,
    },
    /// A retry policy tries once more than it says.
    OneTooMany {
        /// Which policy, by its [`policy_key`](super::policy_key).
        policy: String,
    },
}

impl Operator {
    /// The word in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Misreport { .. } => "misreport",
            Self::Swallow { .. } => "swallow",
            Self::Unrecover => "unrecover",
            Self::OneAttempt { .. } => "one_attempt",
            Self::OneTooMany { .. } => "one_too_many",
        }
    }
}

/// A failure branch changed at run time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mutant {
    /// [`function_key`](super::function_key).
    pub function: String,
    /// Only in calls in which the [`standing`](super::standing) failures are one of these; `None` for all calls.
    pub when: Option<Vec<String>>,
    /// What is done there.
    pub operator: Operator,
}

impl Mutant {
    /// Reads what [`Mutant`]'s `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        // From the right: a path in the function's key may hold a `#`, the rest cannot.
        let mut parts = text.rsplitn(6, '#');
        let (to, from, branch) = (parts.next()?, parts.next()?, parts.next()?);
        let operator = match parts.next()? {
            "misreport" => Operator::Misreport {
                branch: branch.parse().ok()?,
                from: from.to_owned(),
                to: to.to_owned(),
            },
            "swallow" => Operator::Swallow {
                branch: branch.parse().ok()?,
                from: from.to_owned(),
            },
            "unrecover" => Operator::Unrecover,
            "one_attempt" => Operator::OneAttempt {
                policy: from.to_owned(),
            },
            "one_too_many" => Operator::OneTooMany {
                policy: from.to_owned(),
            },
            _ => return None,
        };
        let when = match parts.next()? {
            "*" => None,
            when => Some(when.split(',').map(str::to_owned).collect()),
        };
        Some(Self {
            operator,
            when,
            function: parts.next()?.to_owned(),
        })
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = match &self.when {
            None => "*".to_owned(),
            Some(when) => when.join(","),
        };
        write!(f, "{}#{when}#{}#", self.function, self.operator.name())?;
        match &self.operator {
            Operator::Misreport { branch, from, to } => write!(f, "{branch}#{from}#{to}"),
            Operator::Swallow { branch, from } => write!(f, "{branch}#{from}#"),
            Operator::Unrecover => write!(f, "##"),
            Operator::OneAttempt { policy } | Operator::OneTooMany { policy } => {
                write!(f, "#{policy}#")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{function_key, policy_key};
    use super::*;

    #[test]
    fn a_mutant_reads_back_as_it_was_written() {
        let operators = [
            Operator::Misreport {
                branch: 7,
                from: "Timeout".into(),
                to: "Down".into(),
            },
            Operator::Swallow {
                branch: 0,
                from: "Timeout".into(),
            },
            Operator::Unrecover,
            Operator::OneAttempt {
                policy: policy_key(3, true, 100, 1.5, 400, "full"),
            },
            Operator::OneTooMany {
                policy: policy_key(3, false, 100, 2.0, 400, "none"),
            },
        ];
        let whens = [
            None,
            None,
            None,
            Some(vec![String::new()]),
            Some(vec!["a.b+c.?".into(), "d.e".into()]),
        ];
        for (operator, when) in operators.into_iter().zip(whens) {
            let mutant = Mutant {
                function: function_key("p", "c::m::f", "a dir/x#1.rs", 3, 9),
                when,
                operator,
            };
            assert_eq!(Mutant::parse(&mutant.to_string()), Some(mutant));
        }
        assert_eq!(Mutant::parse("nonsense"), None);
        assert_eq!(Mutant::parse("f#*#swallow#x#A#"), None);
    }
}
