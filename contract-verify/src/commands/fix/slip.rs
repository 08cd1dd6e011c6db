//! Slips of the finger: words that differ so little that one was meant as the other.
//!
//! Stricter than the help of a diagnostic, which may suggest what a person then judges.

/// Which of the candidates a word was meant as.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meant<'c> {
    Nothing,
    One(&'c str),
    /// These two are equally near.
    Either(&'c str, &'c str),
}

/// Finds what a word was meant as.
pub(super) fn meant<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Meant<'c> {
    let mut least = usize::MAX;
    let mut found = Meant::Nothing;
    for candidate in candidates {
        let distance = distance(word, candidate);
        if distance > slips_allowed(word) || distance > least {
            continue;
        }
        found = match found {
            Meant::One(first) if distance == least && first != candidate => {
                Meant::Either(first, candidate)
            }
            Meant::Either(first, second) if distance == least => Meant::Either(first, second),
            _ => Meant::One(candidate),
        };
        least = distance;
    }
    found
}

/// Long words give more occasion.
fn slips_allowed(word: &str) -> usize {
    if word.chars().count() > 8 { 2 } else { 1 }
}

/// How many letters must be put in, left out, replaced or swapped with their neighbour;
/// case and `-` for `_` cost nothing.
fn distance(a: &str, b: &str) -> usize {
    let letters = |word: &str| -> Vec<char> {
        let tame = |c: char| {
            if c == '-' {
                '_'
            } else {
                c.to_ascii_lowercase()
            }
        };
        word.chars().map(tame).collect()
    };
    let (a, b) = (letters(a), letters(b));
    // No two words so unlike in length are near, and comparing them would take long.
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_letter_or_two_in_long_words() {
        let modes = ["timeout", "unauthorized", "not_found", "server_error"];
        assert_eq!(meant("timout", modes), Meant::One("timeout"));
        assert_eq!(meant("Time-out", ["time_out"]), Meant::One("time_out"));
        assert_eq!(meant("unautorised", modes), Meant::One("unauthorized"));
        assert_eq!(meant("tmout", modes), Meant::Nothing);
        assert_eq!(meant("payments.charge", ["payments.order"]), Meant::Nothing);
        assert_eq!(meant("", ["timeout"]), Meant::Nothing);
    }

    #[test]
    fn the_nearest_is_meant_and_of_two_neither() {
        assert_eq!(
            meant("server_erro", ["server_errors", "server_error"]),
            Meant::One("server_error")
        );
        assert_eq!(
            meant("db_c", ["db_a", "other", "db_b", "db_d"]),
            Meant::Either("db_a", "db_b")
        );
        assert_eq!(meant("db_c", ["db_a", "db_a"]), Meant::One("db_a"));
    }
}
