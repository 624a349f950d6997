//! Tables in the documentation, between marker lines that name the command that writes them.

use crate::process;

/// Puts `table` between the lines of `file` that `command` marks; `file` is a path from the root.
pub fn fill(file: &str, command: &str, table: &str) -> Result<(), String> {
    let path = process::root().join(file);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {file}: {error}"))?;
    let filled = between(&text, command, table).ok_or(format!("{file} has no marker lines of `{command}`"))?;
    std::fs::write(&path, filled).map_err(|error| format!("cannot write {file}: {error}"))
}

/// `text` with `table` in place of whatever stood between the markers; none where there are no markers.
fn between(text: &str, command: &str, table: &str) -> Option<String> {
    let begin = format!("<!-- begin: {command} -->\n");
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once("<!-- end -->\n")?;
    Some(format!("{before}{begin}{table}\n<!-- end -->\n{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_takes_the_place_of_the_old_one() {
        let text = |table| format!("# Title\n\n<!-- begin: make table -->\n{table}\n<!-- end -->\n\nMore.\n");
        assert_eq!(between(&text("old\nrows"), "make table", "new"), Some(text("new")));
        assert_eq!(between(&text("old"), "make another", "new"), None);
        assert_eq!(between("# Title\n", "make table", "new"), None);
    }
}
