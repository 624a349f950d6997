//! A table of numbers for a person: a heading and a line for each thing that was counted, all columns aligned.

use std::fmt::{self, Display};

use super::Bytes;

const NAME: usize = 22;
const COUNT: usize = 10;
const AMOUNT: usize = 12;

/// What stands in one line of one column: a count, an amount with its unit, or both.
pub(super) struct Cell {
    count: Option<u64>,
    amount: String,
}

impl Cell {
    /// A count alone.
    pub(super) fn count(count: u64) -> Self {
        Self { count: Some(count), amount: String::new() }
    }

    /// Bytes alone.
    pub(super) fn bytes(bytes: u64) -> Self {
        Self { count: None, amount: Bytes(bytes).to_string() }
    }

    /// So many things, of so many bytes.
    pub(super) fn counted(count: u64, bytes: u64) -> Self {
        Self { count: Some(count), ..Self::bytes(bytes) }
    }

    /// A share, as a percentage.
    pub(super) fn share(share: f64) -> Self {
        Self { count: None, amount: format!("{:.1} %", 100.0 * share) }
    }
}

/// A line's name, and what it says of `T`.
pub(super) type Line<T> = (&'static str, fn(&T) -> Cell);

/// A part of the table: a heading with the columns' names, and a line for each thing.
pub(super) fn section<T>(heading: &str, columns: &[(&str, &T)], lines: &[Line<T>]) -> String {
    let mut rows = Vec::from([format!("{heading:<NAME$}")]);
    for (title, _) in columns {
        rows[0] += &format!("{title:>width$}", width = COUNT + AMOUNT);
    }
    for (name, cell) in lines {
        let mut row = format!("  {name:<width$}", width = NAME - 2);
        for (_, stats) in columns {
            let Cell { count, amount } = cell(stats);
            let count = count.map(|count| count.to_string()).unwrap_or_default();
            row += &format!("{count:>COUNT$}{amount:>AMOUNT$}");
        }
        rows.push(row);
    }
    let rows: Vec<_> = rows.iter().map(|row| row.trim_end()).collect();
    rows.join("\n")
}

/// The sections that there are, one under the other.
pub(super) fn joined(f: &mut fmt::Formatter<'_>, sections: &[impl Display]) -> fmt::Result {
    for (index, section) in sections.iter().enumerate() {
        if index > 0 {
            writeln!(f)?;
        }
        write!(f, "{section}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_amounts_stand_under_each_other_and_no_line_ends_with_blanks() {
        let lines: [Line<u64>; 3] = [
            ("buffers", |number| Cell::counted(*number, 1 << 20)),
            ("bytes", |number| Cell::bytes(*number)),
            ("requests", |number| Cell::count(*number)),
        ];
        let expected = "\
memory                                device                  host
  buffers                      7     1.0 MiB       300     1.0 MiB
  bytes                                  7 B                 300 B
  requests                     7                   300";
        assert_eq!(section("memory", &[("device", &7), ("host", &300)], &lines), expected);
    }
}
