//! What a user would otherwise pick, each in its best way.

pub mod images;
pub mod kiddo;
pub mod kornia;
pub mod loops;
pub mod resize;
