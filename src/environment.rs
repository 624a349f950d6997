//! Variables of the environment: read in one way, and refused in one way where their value is wrong.

use std::str::FromStr;

use crate::error::Error;

/// The value of a variable; `None` where it is not set.
pub(crate) fn variable(name: &'static str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// What `read` gives for a variable. One that is empty counts as not set.
pub(crate) fn given(name: &'static str, read: impl Fn(&'static str) -> Option<String>) -> Option<String> {
    read(name).filter(|value| !value.is_empty())
}

/// A variable's value as a `T`, whose own error lists what it takes; `None` where it is not set or empty.
///
/// # Errors
/// [`Error::Environment`] names the variable, its value and the values that it takes.
pub(crate) fn parsed<T: FromStr<Err = String>>(
    variable: &'static str,
    read: impl Fn(&'static str) -> Option<String>,
) -> Result<Option<T>, Error> {
    let Some(value) = given(variable, read) else { return Ok(None) };
    match value.parse() {
        Ok(parsed) => Ok(Some(parsed)),
        Err(allowed) => Err(Error::Environment { variable, value, allowed }),
    }
}

/// A whole number from `LEAST` to `MOST`, both included.
pub(crate) struct WholeNumber<const LEAST: u64, const MOST: u64>(pub(crate) u64);

impl<const LEAST: u64, const MOST: u64> FromStr for WholeNumber<LEAST, MOST> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.parse().ok().filter(|number| (LEAST..=MOST).contains(number));
        number.map(Self).ok_or_else(|| format!("a whole number from {LEAST} to {MOST}"))
    }
}
