//! Lines and columns, as editors count them.

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> LineIndex<'t> {
    /// Looks through the text once.
    pub fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        for (at, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                starts.push(at + 1);
            }
        }
        Self { text, starts }
    }

    /// The line and the column of an offset, both from 1, the column in characters.
    ///
    /// An offset beyond the text is its end, one inside a character is that
    /// character; a byte order mark takes no column, as no editor shows it.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        let before = self.text[start..offset].trim_start_matches('\u{feff}');
        (line, before.chars().count() + 1)
    }

    /// Where a line begins; the end of the text for lines that it does not have.
    pub fn start(&self, line: usize) -> usize {
        line.checked_sub(1)
            .and_then(|at| self.starts.get(at))
            .copied()
            .unwrap_or(self.text.len())
    }

    /// The text of a line, counted from 1, without its end.
    pub fn line(&self, line: usize) -> &'t str {
        let Some(start) = line.checked_sub(1).and_then(|at| self.starts.get(at)) else {
            return "";
        };
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        self.text[*start..end].trim_end_matches(['\n', '\r'])
    }

    /// How many lines there are; a final line break begins one more.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let index = LineIndex::new("ab\ncd\n");
        assert_eq!(index.line_column(0), (1, 1));
        assert_eq!(index.line_column(1), (1, 2));
        assert_eq!(index.line_column(3), (2, 1));
        assert_eq!(index.line_column(6), (3, 1));
        assert_eq!(index.lines(), 3);
    }

    #[test]
    fn columns_are_characters_not_bytes() {
        let index = LineIndex::new("é = \"ü\"\r\nx");
        assert_eq!(index.line_column(2), (1, 2));
        assert_eq!(index.line_column(1), (1, 1), "inside a character");
        assert_eq!(index.line_column(11), (2, 1));
        assert_eq!(index.line(1), "é = \"ü\"");
    }

    #[test]
    fn any_offset_of_any_text_has_a_place() {
        assert_eq!(LineIndex::new("").line_column(0), (1, 1));
        assert_eq!(LineIndex::new("a").line_column(usize::MAX), (1, 2));
        assert_eq!(LineIndex::new("\u{feff}a").line_column(3), (1, 1));
        assert_eq!(LineIndex::new("a").line(0), "");
        assert_eq!(LineIndex::new("a").line(9), "");
    }
}
