//! What a user would otherwise pick, each in its best way.

pub mod kiddo;
pub mod pictures;
