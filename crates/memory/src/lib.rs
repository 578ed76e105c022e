//! in-memory adapter of every port: embedding, tests, the reference model
