//! Faults that were found in another inbox by hand (research/field.md, section 6), from outside.

mod bodies;
mod docs;
mod races;
