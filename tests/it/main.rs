//! Black-box tests of the running binary, and of the house as a whole.

mod architecture;
mod support;
