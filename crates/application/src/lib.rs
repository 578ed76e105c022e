//! the use cases of Herald, over ports only
