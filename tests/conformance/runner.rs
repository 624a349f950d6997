//! Runs one row of the table: each case on each executor.

use std::borrow::Cow;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytemuck::NoUninit;
use swath::{Device, Error};

use crate::support::executors::{self, Executor, say};
use crate::support::{Mismatch, equal};

/// One operation.
pub struct Row<C, E, O> {
    /// The test that runs this row.
    pub test: &'static str,
    /// The inputs.
    pub cases: fn() -> Vec<C>,
    /// Bytes of input that the operation looks at all at once: an executor with smaller bindings may refuse the case
    /// with [`Error::TooLarge`].
    pub whole: fn(&C) -> u64,
    /// What must come out, computed once a case.
    pub expected: fn(&C) -> E,
    /// Runs the operation and reads its result.
    pub run: fn(&Device, &C) -> Result<O, Error>,
    /// Compares; the last argument tells whether it ran on a GPU.
    pub compare: fn(&C, &E, &O, bool) -> Result<(), Mismatch>,
}

/// Results whose bits can be compared: those of all CPU executors are the same.
pub trait Bits {
    /// The bytes that make it up.
    fn bits(&self) -> Cow<'_, [u8]>;
}

/// Which bits a NaN has, nobody promises: all of them count as one.
impl<T: NoUninit + PartialEq> Bits for Vec<T> {
    fn bits(&self) -> Cow<'_, [u8]> {
        #[expect(clippy::eq_op, reason = "only NaN differs from itself")]
        let is_nan = |number: &T| number != number;
        let bytes: &[u8] = bytemuck::cast_slice(self);
        if !self.iter().any(is_nan) {
            return bytes.into();
        }
        let mut bytes = bytes.to_vec();
        for (number, bytes) in self.iter().zip(bytes.chunks_exact_mut(size_of::<T>())) {
            if is_nan(number) {
                bytes.fill(0xff);
            }
        }
        bytes.into()
    }
}

impl<C: Display, E, O: Bits> Row<C, E, O> {
    /// Runs all cases on all executors, then fails with everything that was wrong.
    ///
    /// `SWATH_TEST_CASE` and `SWATH_TEST_EXECUTOR` run only the cases and executors of that name.
    pub fn run(&self) {
        self.run_on(executors::all());
    }

    /// As [`Row::run`], on these executors only.
    pub fn run_on(&self, executors: impl IntoIterator<Item = &'static Executor>) {
        let wanted = |executor: &&Executor| is_wanted("SWATH_TEST_EXECUTOR", &executor.name);
        let executors: Vec<_> = executors.into_iter().filter(wanted).collect();
        let (mut checks, mut refused) = (0, 0);
        let mut failures = Vec::new();
        for case in (self.cases)().iter().filter(|case| is_wanted("SWATH_TEST_CASE", case)) {
            let expected = (self.expected)(case);
            let mut first: Option<(&Executor, O)> = None;
            for executor in executors.iter().copied() {
                checks += 1;
                match self.one(case, &expected, executor, first.as_ref()) {
                    Ok(Some(got)) if first.is_none() && !executor.is_gpu() => first = Some((executor, got)),
                    Ok(Some(_)) => {}
                    Ok(None) => refused += 1,
                    Err(mismatch) => failures.push(format!(
                        "{} on {}, case {case}, {mismatch}\n    again: SWATH_TEST_CASE='{case}' \
                         SWATH_TEST_EXECUTOR='{}' cargo test --test conformance {}",
                        self.test, executor.name, executor.name, self.test
                    )),
                }
            }
        }
        assert!(checks > 0, "no case and executor of that name");
        assert!(failures.is_empty(), "{} of {checks} checks failed:\n{}", failures.len(), failures.join("\n"));
        match refused {
            0 => say(format_args!("{}: {checks} checks", self.test)),
            _ => say(format_args!("{}: {checks} checks, {refused} rightly refused as too large", self.test)),
        }
    }

    /// One case on one executor.
    pub fn holds(&self, case: &C, executor: &Executor) -> Result<(), Mismatch> {
        self.one(case, &(self.expected)(case), executor, None).map(drop)
    }

    /// The result, if it is right; none where the case is rightly refused.
    fn one(
        &self,
        case: &C,
        expected: &E,
        executor: &Executor,
        first: Option<&(&Executor, O)>,
    ) -> Result<Option<O>, Mismatch> {
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.run)(&executor.device, case)));
        let got = match outcome {
            Ok(Ok(got)) => got,
            Ok(Err(Error::TooLarge { .. })) if !executor.binds((self.whole)(case)) => return Ok(None),
            Ok(Err(error)) => return Err(Mismatch::at("the call", error, "a result")),
            Err(_) => return Err(Mismatch::at("the call", "a panic, printed above", "a result")),
        };
        (self.compare)(case, expected, &got, executor.is_gpu())?;
        if let Some((other, first)) = first.filter(|_| !executor.is_gpu()) {
            equal(&got.bits(), &first.bits()).map_err(|wrong| Mismatch {
                place: format!("{} of the bytes on {}", wrong.place, other.name),
                ..wrong
            })?;
        }
        Ok(Some(got))
    }
}

fn is_wanted(variable: &str, name: &impl Display) -> bool {
    std::env::var(variable).map_or(true, |wanted| wanted == name.to_string())
}

/// Compares byte by byte.
pub fn same<C, B: AsRef<[u8]>>(_: &C, expected: &B, got: &B, _: bool) -> Result<(), Mismatch> {
    equal(got.as_ref(), expected.as_ref())
}
