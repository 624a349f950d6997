//! The conformance table: every operation, on every executor, over sizes and inputs that break things, against
//! references that share no code with the library.
//!
//! Four parts stand apart: cases (`image_cases`, `tensor_cases`, `cloud_cases`, `query_cases`: one line a case), the
//! executors (`support/executors.rs`: one entry an executor), the references (`support/`), and the runner. A row of the
//! table, in `image_rows`, `quantize_rows`, `cloud_rows`, `query_rows` and `feature_rows`, is one operation.

#[path = "../support/mod.rs"]
mod support;

mod cloud_cases;
mod cloud_rows;
mod exhaustive;
mod feature_rows;
mod image_cases;
mod image_references;
mod image_rows;
mod properties;
mod quantize_references;
mod quantize_rows;
mod query_cases;
mod query_rows;
mod references;
mod runner;
mod samples;
mod tensor_cases;
mod tensor_properties;
