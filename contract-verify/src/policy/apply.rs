//! What a policy does to findings: other levels, and what is allowed for a time.

use super::{Allowed, Date, FILE, Policy};
use crate::codes::{self, Code};
use crate::report::Finding;

/// Applies a policy. What it allows is taken out; an allowance that is used up or
/// that nothing needs becomes a finding itself.
pub(crate) fn apply(policy: &Policy, findings: &mut Vec<Finding>, today: Date) {
    weigh(policy, findings);
    let mut about = Vec::new();
    for allowed in &policy.allowed {
        let needed = findings.iter().any(|finding| allowed.covers(finding));
        match allowed.expires {
            _ if !needed => {
                let message = format!("nothing needs this allowance of {}", allowed.code);
                about.push(allowed.finding(
                    codes::UNUSED_ALLOWANCE,
                    message,
                    "take it out: what it allowed is mended",
                ));
            }
            Some(day) if day < today => {
                let message = format!("this allowance of {} ended on {day}", allowed.code);
                let help = "mend what it allowed, or agree on another day";
                about.push(allowed.finding(codes::EXPIRED_ALLOWANCE, message, help));
            }
            _ => findings.retain(|finding| !allowed.covers(finding)),
        }
    }
    findings.extend(about);
}

/// Applies as much of a policy as a job can that does not see every kind of finding: what
/// nothing here needs, another job may.
pub(crate) fn tolerate(policy: &Policy, findings: &mut Vec<Finding>, today: Date) {
    weigh(policy, findings);
    let allowed = |finding: &Finding| {
        let mut valid = policy.allowed.iter();
        valid.any(|allowed| {
            allowed.expires.is_none_or(|day| day >= today) && allowed.covers(finding)
        })
    };
    findings.retain(|finding| !allowed(finding));
}

/// Gives findings the levels of a policy, and takes out those that it turns off.
fn weigh(policy: &Policy, findings: &mut Vec<Finding>) {
    findings.retain_mut(|finding| match policy.levels.get(finding.code) {
        Some(Some(level)) => {
            finding.level = *level;
            true
        }
        Some(None) => false,
        None => true,
    });
}

impl Allowed {
    fn covers(&self, finding: &Finding) -> bool {
        let same =
            |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        self.code == finding.code
            && same(&self.function, &finding.function)
            && same(&self.mode, &finding.mode)
    }

    fn finding(&self, code: Code, message: String, help: &str) -> Finding {
        Finding {
            code: code.code,
            level: code.level,
            message,
            function: self.function.clone(),
            mode: self.mode.clone(),
            file: Some(FILE.to_owned()),
            line: Some(self.line),
            column: Some(self.column),
            help: Some(help.to_owned()),
            timeline: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Level;
    use contract_spec::Source;

    fn finding(code: &'static str, function: &str, mode: Option<&str>) -> Finding {
        Finding {
            code,
            level: Level::Error,
            message: String::new(),
            function: Some(function.to_owned()),
            mode: mode.map(str::to_owned),
            file: None,
            line: None,
            column: None,
            help: None,
            timeline: Vec::new(),
        }
    }

    fn applied(policy: &str, mut findings: Vec<Finding>) -> Vec<(&'static str, Level)> {
        let (policy, mistakes) = super::super::read(&Source::new(FILE, policy));
        assert!(mistakes.is_empty());
        let today = Date {
            year: 2026,
            month: 11,
            day: 21,
        };
        apply(&policy, &mut findings, today);
        findings
            .iter()
            .map(|finding| (finding.code, finding.level))
            .collect()
    }

    #[test]
    fn levels_are_changed_and_findings_turned_off() {
        let findings = vec![finding("RC304", "a.b", None), finding("RC303", "a.b", None)];
        let left = applied("[level]\nRC304 = \"note\"\nRC303 = \"off\"", findings);
        assert_eq!(left, [("RC304", Level::Note)]);
    }

    const ALLOW: &str = "[[allow]]\ncode = \"RC304\"\nfunction = \"a.b\"\nreason = \"nobody can make the disk full here\"\n";

    #[test]
    fn what_is_allowed_is_taken_out_and_nothing_else() {
        let findings = vec![
            finding("RC304", "a.b", Some("disk.no_space")),
            finding("RC304", "a.c", None),
            finding("RC303", "a.b", None),
        ];
        assert_eq!(
            applied(ALLOW, findings),
            [("RC304", Level::Error), ("RC303", Level::Error)]
        );
    }

    #[test]
    fn an_allowance_for_one_mode_covers_no_other() {
        let policy = format!("{ALLOW}mode = \"disk.no_space\"\n");
        let findings = vec![
            finding("RC304", "a.b", Some("disk.io")),
            finding("RC304", "a.b", Some("disk.no_space")),
        ];
        assert_eq!(applied(&policy, findings), [("RC304", Level::Error)]);
    }

    #[test]
    fn an_allowance_that_nothing_needs_is_a_finding() {
        assert_eq!(applied(ALLOW, vec![]), [("RC510", Level::Warning)]);
    }

    #[test]
    fn an_allowance_ends_after_its_last_day() {
        let findings = || vec![finding("RC304", "a.b", None)];
        let ended = format!("{ALLOW}expires = 2026-11-20\n");
        assert_eq!(
            applied(&ended, findings()),
            [("RC304", Level::Error), ("RC511", Level::Error)]
        );
        let last = format!("{ALLOW}expires = 2026-11-21\n");
        assert_eq!(applied(&last, findings()), []);
    }
}
