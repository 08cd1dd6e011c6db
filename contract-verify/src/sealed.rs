//! Lines with an end that tells whether they are whole: cut short, altered, or as they
//! were written.
//!
//! The seal shows damage and carelessness. It is no signature: whoever can write a file
//! can seal it, so a file is worth as much as the way by which it came.

use contract_spec::evidence::file::{End, Line, Run, SCHEMA, VERSION};

/// Makes lines, and at last the one that ends them.
#[derive(Debug, Default)]
pub(crate) struct Sealer {
    hasher: blake3::Hasher,
    lines: usize,
}

impl Sealer {
    /// A line, its end included.
    pub(crate) fn line(&mut self, line: &Line) -> String {
        let mut text = json(line);
        text.push('\n');
        self.count(&text);
        text
    }

    /// The line of a run, and those of its probes.
    pub(crate) fn run(&mut self, mut run: Run, probes: &str) -> String {
        run.lines = probes.lines().count();
        let mut text = self.line(&Line::Run(run));
        self.count(probes);
        text.push_str(probes);
        text
    }

    fn count(&mut self, text: &str) {
        self.hasher.update(text.as_bytes());
        self.lines += text.lines().count();
    }

    /// The last line.
    pub(crate) fn end(&self) -> String {
        let end = Line::End(End {
            lines: self.lines,
            digest: self.hasher.finalize().to_hex().to_string(),
        });
        json(&end) + "\n"
    }
}

fn json(line: &Line) -> String {
    // Nothing in a line is a map without text for its keys, which is all that could fail.
    serde_json::to_string(line).unwrap_or_default()
}

/// A line that was read, with those of the probes behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) line: Line,
    pub(crate) probes: String,
}

/// Reads sealed lines, their end left out; or why they cannot be relied on.
pub(crate) fn open(bytes: &[u8]) -> Result<Vec<Opened>, String> {
    if bytes.is_empty() {
        return Err("it is empty".to_owned());
    }
    // What comes first tells most about what is no evidence at all.
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
    known(first)?;
    let cut_short = || "it was cut short: it has no end".to_owned();
    let whole = bytes.strip_suffix(b"\n").ok_or_else(cut_short)?;
    let start = whole
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    let (body, last) = (&bytes[..start], &whole[start..]);
    let Ok(Line::End(end)) = serde_json::from_slice(last) else {
        return Err(cut_short());
    };
    if blake3::hash(body).to_hex().as_str() != end.digest {
        return Err("it was changed or damaged: its content is not what its end says".to_owned());
    }
    let text = std::str::from_utf8(body).map_err(|error| format!("it is no text: {error}"))?;
    let found = text.lines().count();
    if found != end.lines {
        return Err(format!(
            "it has {found} lines, and its end says {}",
            end.lines
        ));
    }
    lines(text)
}

/// Refuses what is no evidence, or of another form.
fn known(first: &[u8]) -> Result<(), String> {
    #[derive(serde::Deserialize)]
    struct Form {
        schema: String,
        format: u32,
    }
    match serde_json::from_slice::<Form>(first) {
        Ok(form) if form.schema != SCHEMA => {
            Err(format!("it is no evidence, but {:?}", form.schema))
        }
        Ok(form) if form.format != VERSION => Err(format!(
            "it is in format {}, and this program reads {VERSION}",
            form.format
        )),
        Ok(_) => Ok(()),
        Err(_) => Err("it is no evidence, or its first line is damaged".to_owned()),
    }
}

fn lines(text: &str) -> Result<Vec<Opened>, String> {
    let mut opened = Vec::new();
    let mut rest = text;
    let mut number = 0;
    while let Some((line, after)) = rest.split_once('\n') {
        number += 1;
        let line: Line =
            serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
        rest = after;
        let behind = match &line {
            Line::Run(run) => run.lines,
            _ => 0,
        };
        let mut length = 0;
        for _ in 0..behind {
            match rest[length..].find('\n') {
                Some(end) => length += end + 1,
                None => return Err(format!("line {number}: it says that {behind} lines follow")),
            }
        }
        number += behind;
        let (probes, after) = rest.split_at(length);
        rest = after;
        opened.push(Opened {
            line,
            probes: probes.to_owned(),
        });
    }
    Ok(opened)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract_spec::evidence::file::{Binary, Test};

    fn sealed() -> String {
        let mut sealer = Sealer::default();
        let mut text = sealer.line(&Line::Binary(Binary {
            schema: SCHEMA.into(),
            format: VERSION,
            key: "k".into(),
        }));
        let test = Test {
            test: 0,
            id: "a \"b\"\nü".into(),
            whole: false,
            ignored: true,
        };
        text += &sealer.line(&Line::Test(test));
        let run = Run {
            test: 0,
            failure: None,
            duration_us: 7,
            should_panic: false,
            lines: 0,
        };
        text += &sealer.run(run, "{\"a\":1}\n{\"b\":2}\n");
        text + &sealer.end()
    }

    #[test]
    fn what_is_sealed_can_be_opened() {
        let opened = open(sealed().as_bytes()).unwrap();
        assert_eq!(opened.len(), 3);
        assert_eq!(opened[2].probes, "{\"a\":1}\n{\"b\":2}\n");
    }

    #[test]
    fn no_beginning_of_it_can_be_opened() {
        let text = sealed();
        for end in 0..text.len() {
            assert!(open(&text.as_bytes()[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn whatever_byte_is_altered_is_noticed() {
        let bytes = sealed().into_bytes();
        for place in 0..bytes.len() {
            for flip in [1, 0x20, 0x80] {
                let mut altered = bytes.clone();
                altered[place] ^= flip;
                // In the end itself, what is altered may mean the same.
                if let Ok(opened) = open(&altered) {
                    assert_eq!(opened, open(&bytes).unwrap(), "{place} {flip}");
                }
            }
        }
    }

    #[test]
    fn lines_that_are_left_out_put_in_or_moved_are_noticed() {
        let text = sealed();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for index in 0..lines.len() {
            let mut without = lines.clone();
            without.remove(index);
            assert!(open(without.concat().as_bytes()).is_err(), "{index}");
            let mut twice = lines.clone();
            twice.insert(index, lines[index]);
            assert!(open(twice.concat().as_bytes()).is_err(), "{index}");
            let mut moved = lines.clone();
            moved.swap(index, (index + 1) % lines.len());
            assert!(open(moved.concat().as_bytes()).is_err(), "{index}");
        }
    }

    #[test]
    fn what_it_is_instead_is_said() {
        for (text, says) in [
            ("", "empty"),
            ("{}\n", "no evidence"),
            ("{\"schema\":\"x\",\"format\":1}\n", "but \"x\""),
            (
                "{\"schema\":\"resilience-contract/evidence\",\"format\":2}\n",
                "format 2",
            ),
            (
                "{\"schema\":\"resilience-contract/evidence\",\"format\":1}\n",
                "cut short",
            ),
        ] {
            let said = open(text.as_bytes()).unwrap_err();
            assert!(said.contains(says), "{text}: {said}");
        }
    }

    #[test]
    fn a_run_that_claims_more_lines_than_there_are_is_refused() {
        let text = sealed().replace("\"lines\":2}", "\"lines\":18446744073709551615}");
        let body = text.rsplit_once("{\"kind\":\"end\"").unwrap().0;
        let end = End {
            lines: 5,
            digest: blake3::hash(body.as_bytes()).to_hex().to_string(),
        };
        let resealed = format!("{body}{}\n", json(&Line::End(end)));
        assert!(open(resealed.as_bytes()).unwrap_err().contains("follow"));
    }
}
