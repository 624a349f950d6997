//! Pictures in their order, each decoded when the stream asks for it, so that few are in memory at a time.

use std::cell::{Cell, RefCell};

use image::RgbImage;

use crate::source::Source;

/// What came of the pictures so far. The stream has the pictures themselves, so this is shared with it.
#[derive(Debug, Default)]
pub struct Log {
    /// Those that were decoded, in the order of the stream's items.
    names: RefCell<Vec<String>>,
    /// Those that were left out, and why.
    failures: RefCell<Vec<String>>,
    bytes: Cell<u64>,
}

impl Log {
    /// Notes what was wrong with an item of the stream.
    pub fn fail_item(&self, index: usize, error: &dyn std::fmt::Display) {
        let name = self.names.borrow().get(index).cloned().unwrap_or_else(|| format!("picture {index}"));
        self.fail(&name, error);
    }

    /// Pictures that were left out, and why.
    pub fn failures(&self) -> Vec<String> {
        self.failures.borrow().clone()
    }

    /// Bytes of the pictures that were decoded.
    pub fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    fn fail(&self, name: &str, error: &dyn std::fmt::Display) {
        self.failures.borrow_mut().push(format!("{name}: {error}"));
    }
}

/// The pictures. One that cannot be read is noted and left out; it ends them unless they are to go on.
pub struct Pictures<'a> {
    sources: std::vec::IntoIter<Source>,
    keep_going: bool,
    log: &'a Log,
}

impl<'a> Pictures<'a> {
    /// All of these, in this order.
    pub fn new(sources: Vec<Source>, keep_going: bool, log: &'a Log) -> Self {
        Self { sources: sources.into_iter(), keep_going, log }
    }
}

impl Iterator for Pictures<'_> {
    type Item = RgbImage;

    fn next(&mut self) -> Option<RgbImage> {
        loop {
            let source = self.sources.next()?;
            match source.open() {
                Ok(picture) => {
                    self.log.names.borrow_mut().push(source.name());
                    self.log.bytes.set(self.log.bytes.get() + picture.as_raw().len() as u64);
                    return Some(picture);
                }
                Err(error) => self.log.fail(&source.name(), &error),
            }
            if !self.keep_going {
                self.sources = Vec::new().into_iter();
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.sources.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up;

    fn sources() -> Vec<Source> {
        vec![Source::MadeUp(0), Source::File("no/such.png".into()), Source::MadeUp(1)]
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_told() {
        let log = Log::default();
        assert_eq!(Pictures::new(sources(), true, &log).count(), 2);
        log.fail_item(1, &"too large");
        let failures = log.failures();
        assert!(failures[0].starts_with("no/such.png: "), "{failures:?}");
        assert_eq!(failures[1], "made-up picture 1: too large");
    }

    #[test]
    fn or_it_ends_them() {
        let log = Log::default();
        assert_eq!(Pictures::new(sources(), false, &log).count(), 1);
        let first = made_up::picture(0).into_raw();
        assert_eq!((log.failures().len(), log.bytes()), (1, first.len() as u64));
    }
}
