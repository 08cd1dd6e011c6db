//! JUnit: a suite for each function, a case for each failure mode and branch.
//!
//! What the baseline knows is skipped: it is not proven, and it fails nothing.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::report::{Branch, Mode, Report, Verdict};

/// The verdicts as test results: what is less than required has failed.
pub(crate) fn junit(report: &Report) -> Result<String, std::fmt::Error> {
    let mut document = Document::new("resilience contracts");
    for function in &report.functions {
        let mut suite = TestSuite::new(&function.id);
        for mode in &function.modes {
            let mut case = mode_case(mode, &function.path);
            let known = report.known.iter().any(|finding| {
                finding.function.as_ref() == Some(&function.id)
                    && finding.mode.as_ref() == Some(&mode.id)
            });
            skip(&mut case, known);
            suite.add_test_case(case);
        }
        for branch in &function.branches {
            let required = function
                .modes
                .first()
                .map_or(Verdict::Proven, |mode| mode.required);
            let mut case = branch_case(branch, required, &function.path);
            let known = report.known.iter().any(|finding| {
                finding.file.as_ref() == Some(&branch.file)
                    && (finding.line, finding.column) == (Some(branch.line), Some(branch.column))
            });
            skip(&mut case, known);
            suite.add_test_case(case);
        }
        document.add_test_suite(suite);
    }
    let text = document.to_string().map_err(|_| std::fmt::Error)?;
    Ok(text)
}

/// Has a case that failed say that this is known.
fn skip(case: &mut TestCase, known: bool) {
    if known && matches!(case.status, TestCaseStatus::NonSuccess { .. }) {
        let mut status = TestCaseStatus::skipped();
        status.set_message("not proven, and known: it stands in the baseline");
        case.status = status;
    }
}

fn mode_case(mode: &Mode, path: &str) -> TestCase {
    let status = if mode.verdict == Verdict::Waived {
        TestCaseStatus::skipped()
    } else {
        status(mode.verdict, mode.required, mode.reason.as_deref())
    };
    let mut case = TestCase::new(&*mode.id, status);
    case.set_classname(path);
    case
}

fn branch_case(branch: &Branch, required: Verdict, path: &str) -> TestCase {
    let name = format!(
        "{}:{}:{} ({})",
        branch.file, branch.line, branch.column, branch.kind
    );
    let mut case = TestCase::new(
        name,
        status(branch.verdict, required, branch.reason.as_deref()),
    );
    case.set_classname(path);
    case
}

fn status(verdict: Verdict, required: Verdict, reason: Option<&str>) -> TestCaseStatus {
    if verdict >= required {
        return TestCaseStatus::success();
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let message = match reason {
        Some(reason) => format!("{}: {reason}", verdict.name()),
        None => verdict.name().to_owned(),
    };
    status.set_message(message);
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_less_than_required_has_failed_and_what_is_waived_is_skipped() {
        let text = junit(&super::super::tests::report()).unwrap();
        assert!(text.contains("tests=\"5\""), "{text}");
        assert_eq!(text.matches("<failure").count(), 3, "{text}");
        assert_eq!(text.matches("<skipped").count(), 1, "{text}");
        assert!(text.contains("gateway.server_error"), "{text}");
    }

    #[test]
    fn what_is_known_is_skipped() {
        let mut report = super::super::tests::report();
        report.known = vec![report.findings[0].clone()];
        report.known[0].file = Some("src/payments.rs".into());
        let text = junit(&report).unwrap();
        // The branch, and the mode that the finding names.
        assert_eq!(text.matches("<failure").count(), 1, "{text}");
        assert_eq!(text.matches("<skipped").count(), 3, "{text}");
    }
}
