//! A table for people: columns as wide as their widest cell.

use std::fmt::Write as _;

use anstyle::Style;

use crate::output::{HEADER, printable};

/// Rows of cells.
pub struct Table {
    rows: Vec<Vec<Cell>>,
}

/// A text and how it looks.
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A cell of that style.
    pub fn new(text: &str, style: Style) -> Self {
        Self {
            text: printable(text),
            style,
        }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text, Style::new())
    }
}

impl Table {
    /// A table with nothing but its head.
    pub fn new<const N: usize>(head: [&str; N]) -> Self {
        let head = head
            .into_iter()
            .map(|title| Cell::new(title, HEADER))
            .collect();
        Self { rows: vec![head] }
    }

    /// Adds a row. Its last cell may be longer than the column is wide.
    pub fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        let mut cells = Vec::from(cells);
        while cells.pop_if(|last| last.text.is_empty()).is_some() {}
        self.rows.push(cells);
    }

    /// The lines, each indented and without blanks at its end.
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            // The last cell of a row pushes nothing.
            let cells = self.rows.iter().filter(|row| row.len() > column + 1);
            cells
                .map(|row| row[column].width())
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut out = String::new();
        for row in &self.rows {
            out.push(' ');
            for (index, cell) in row.iter().enumerate() {
                let Cell { text, style } = cell;
                let _ = write!(out, " {style}{text}{style:#}");
                if index + 1 < row.len() {
                    let blanks = widths[index].saturating_sub(cell.width()) + 1;
                    out.extend(std::iter::repeat_n(' ', blanks));
                }
            }
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_a_last_cell_pushes_nothing() {
        let mut table = Table::new(["service", "url"]);
        table.row(["api".into(), "http://api".into()]);
        table.row(["a long sentence instead".into()]);
        let text = anstream::adapter::strip_str(&table.render()).to_string();
        assert_eq!(
            text,
            "  service  url\n  api      http://api\n  a long sentence instead\n"
        );
    }
}
