//! JWT, passwords
