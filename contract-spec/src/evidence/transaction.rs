//! What a call does to a database transaction, by the words in its source.

/// What a call does to a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Transaction {
    /// It begins one.
    Begin,
    /// It makes what was done last.
    Commit,
    /// It undoes what was done.
    Rollback,
}

impl Transaction {
    /// From a call as the source has it: `tx.commit().await`, `Transaction::begin(pool)`, or
    /// SQL, `query("COMMIT")`.
    pub const fn of(call: &str) -> Option<Self> {
        let call = call.as_bytes();
        if is_called(call, b"commit") || is_sql(call, b"commit") {
            Some(Self::Commit)
        } else if is_called(call, b"rollback") || is_sql(call, b"rollback") {
            Some(Self::Rollback)
        } else if is_called(call, b"begin")
            || is_called(call, b"transaction")
            || is_sql(call, b"begin")
        {
            Some(Self::Begin)
        } else {
            None
        }
    }

    /// The word in evidence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Commit => "commit",
            Self::Rollback => "rollback",
        }
    }
}

/// Whether the last call of an expression is of a function with this name, or one that begins with
/// it and an underscore: `begin_with(…)`. What stands in its arguments is another call.
const fn is_called(call: &[u8], name: &[u8]) -> bool {
    let mut end = call.len();
    // What follows the call: `.await`, `?`, spaces.
    loop {
        if end > 0 && (call[end - 1].is_ascii_whitespace() || call[end - 1] == b'?') {
            end -= 1;
        } else if end >= 5 && has(call, end - 5, b"await") {
            end -= 5;
            while end > 0 && (call[end - 1].is_ascii_whitespace() || call[end - 1] == b'.') {
                end -= 1;
            }
        } else {
            break;
        }
    }
    if end == 0 || call[end - 1] != b')' {
        return false;
    }
    let mut open = 0;
    let mut at = end;
    while at > 0 {
        at -= 1;
        match call[at] {
            b')' => open += 1,
            b'(' => open -= 1,
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    while at > 0 && call[at - 1].is_ascii_whitespace() {
        at -= 1;
    }
    let end = at;
    while at > 0 && (call[at - 1].is_ascii_alphanumeric() || call[at - 1] == b'_') {
        at -= 1;
    }
    let is_name = has(call, at, name)
        && (at + name.len() == end || (at + name.len() < end && call[at + name.len()] == b'_'));
    is_name && is_behind_dot_or_path(call, at)
}

const fn is_behind_dot_or_path(call: &[u8], mut at: usize) -> bool {
    while at > 0 {
        at -= 1;
        if !call[at].is_ascii_whitespace() {
            return call[at] == b'.' || call[at] == b':';
        }
    }
    false
}

/// Whether a text begins with this word, in capitals or not.
const fn is_sql(call: &[u8], word: &[u8]) -> bool {
    let mut at = 0;
    while at + 1 + word.len() < call.len() {
        if call[at] == b'"'
            && has(call, at + 1, word)
            && !call[at + 1 + word.len()].is_ascii_alphanumeric()
            && call[at + 1 + word.len()] != b'_'
        {
            return true;
        }
        at += 1;
    }
    false
}

const fn has(call: &[u8], at: usize, word: &[u8]) -> bool {
    let mut index = 0;
    while index < word.len() {
        if at + index >= call.len() || call[at + index].to_ascii_lowercase() != word[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::Transaction::{self, Begin, Commit, Rollback};

    #[test]
    fn transactions_are_known_by_the_words_of_the_call() {
        for (call, what) in [
            ("tx.commit().await", Some(Commit)),
            ("tx . commit () . await", Some(Commit)),
            ("Transaction::commit(tx)", Some(Commit)),
            (
                "sqlx::query(\"COMMIT\").execute(&mut *c).await",
                Some(Commit),
            ),
            ("connection.execute(\"commit;\", [])", Some(Commit)),
            ("tx.rollback().await", Some(Rollback)),
            ("pool.begin().await", Some(Begin)),
            ("pool.begin_with(\"BEGIN IMMEDIATE\").await", Some(Begin)),
            ("client.transaction().await", Some(Begin)),
            ("batch(\"begin immediate\")", Some(Begin)),
            ("gateway.charge(order).await", None),
            ("commit(order)", None),
            ("store.commitment(order)", None),
            ("log(\"committed\")", None),
            ("pool.insert(\"commit_log\", 1)", None),
            ("tx.execute(\"rollback_reason = none\")", None),
            ("pool.note(build.commit())", None),
            ("tx.commit(reason()).await?", Some(Commit)),
            ("self.commit.get()", None),
            ("beginning.get()", None),
            ("", None),
        ] {
            assert_eq!(Transaction::of(call), what, "{call}");
        }
    }
}
