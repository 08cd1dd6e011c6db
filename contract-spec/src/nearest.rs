//! The nearest right word to a wrong one, for the help of diagnostics.

/// Words beyond this length are nobody's slip of the finger, and comparing them costs time.
const LONGEST: usize = 64;

/// The candidate that differs least from `word`, if any differs little enough to
/// be meant. Case and `-` for `_` do not count; on a tie the first one wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut candidates = candidates.into_iter();
    nearest_of(word, &mut || candidates.next())
}

/// Compiled once, and not for every kind of list: whoever uses the macros pays for that.
fn nearest_of<'a>(word: &str, next: &mut dyn FnMut() -> Option<&'a str>) -> Option<&'a str> {
    let word = normal(word)?;
    let mut best: Option<(usize, &'a str)> = None;
    while let Some(candidate) = next() {
        let Some(letters) = normal(candidate) else {
            continue;
        };
        let allowed = (word.len().max(letters.len()) / 3).max(1);
        let distance = distance(&word, &letters);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn normal(word: &str) -> Option<Vec<char>> {
    let mut letters = Vec::new();
    for letter in word.chars() {
        if letters.len() == LONGEST {
            return None;
        }
        letters.push(match letter {
            '-' => '_',
            letter => letter.to_ascii_lowercase(),
        });
    }
    (!letters.is_empty()).then_some(letters)
}

/// How many letters must be put in, left out, replaced or swapped with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..b.len() + 1).collect();
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
    fn slips_of_the_finger_are_understood() {
        let modes = ["timeout", "unauthorized", "not_found", "server_error"];
        assert_eq!(nearest("timout", modes), Some("timeout"));
        assert_eq!(nearest("tiemout", modes), Some("timeout"));
        assert_eq!(nearest("Time-out", modes), Some("timeout"));
        assert_eq!(nearest("not-found", modes), Some("not_found"));
        assert_eq!(nearest("unautorised", modes), Some("unauthorized"));
    }

    #[test]
    fn what_is_far_from_everything_gets_no_guess() {
        assert_eq!(nearest("banana", ["timeout", "not_found"]), None);
        assert_eq!(nearest("", ["timeout"]), None);
        assert_eq!(nearest(&"t".repeat(100_000), ["timeout"]), None);
        assert_eq!(nearest("timeout", [""]), None);
    }

    #[test]
    fn the_first_of_two_equally_near_words_wins() {
        assert_eq!(nearest("bat", ["cat", "hat"]), Some("cat"));
    }
}
