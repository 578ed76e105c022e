//! one test suite per port, run against every adapter
