//! The codes by which databases name their errors.

/// The mode of a code of the SQL standard, as PostgreSQL uses it.
pub(super) fn sqlstate(code: &str, message: &str) -> &'static str {
    match code {
        "40001" | "40P01" | "55P03" => "write_conflict",
        "40003" | "08007" => "connection_lost_commit",
        "23505" => "unique_violation",
        // One code for a limit of time and for a person who has had enough.
        "57014" if message.contains("timeout") => "timeout",
        "57014" => "query_canceled",
        "57P01" | "57P02" | "25006" => "failover",
        "57P03" | "53300" => "connection",
        "42501" => "permission",
        _ => match code.get(..2) {
            Some("08") => "connection",
            Some("23") => "integrity_violation",
            Some("28") => "permission",
            Some("53") => "resource",
            Some("42") => "bug",
            _ => "other",
        },
    }
}

/// The mode of a result code of SQLite, whose detail stands in the upper bits.
#[cfg(feature = "sqlx")]
pub(super) fn sqlite(code: u32) -> &'static str {
    match (code, code & 0xff) {
        (2067 | 1555, _) => "unique_violation",
        (_, 5 | 6) => "write_conflict",
        (_, 19 | 20) => "integrity_violation",
        (_, 14) => "connection",
        (_, 7 | 10 | 13) => "resource",
        (_, 3 | 8 | 23) => "permission",
        (_, 9) => "query_canceled",
        (_, 1 | 17 | 21 | 25) => "bug",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_standard_become_modes() {
        for (code, mode) in [
            ("40001", "write_conflict"),
            ("40P01", "write_conflict"),
            ("23505", "unique_violation"),
            ("23503", "integrity_violation"),
            ("57P01", "failover"),
            ("57P03", "connection"),
            ("08006", "connection"),
            ("08007", "connection_lost_commit"),
            ("28P01", "permission"),
            ("53100", "resource"),
            ("53300", "connection"),
            ("42P01", "bug"),
            ("22012", "other"),
            ("", "other"),
        ] {
            assert_eq!(sqlstate(code, ""), mode, "{code}");
        }
    }

    #[test]
    fn a_query_that_is_cut_short_is_told_from_one_that_is_called_off() {
        let timeout = "canceling statement due to statement timeout";
        assert_eq!(sqlstate("57014", timeout), "timeout");
        assert_eq!(
            sqlstate("57014", "canceling statement due to user request"),
            "query_canceled"
        );
    }

    #[cfg(feature = "sqlx")]
    #[test]
    fn codes_of_sqlite_become_modes_with_and_without_their_detail() {
        for (code, mode) in [
            (5, "write_conflict"),
            (517, "write_conflict"),
            (6, "write_conflict"),
            (2067, "unique_violation"),
            (787, "integrity_violation"),
            (14, "connection"),
            (13, "resource"),
            (8, "permission"),
            (1, "bug"),
            (11, "other"),
        ] {
            assert_eq!(sqlite(code), mode, "{code}");
        }
    }
}
