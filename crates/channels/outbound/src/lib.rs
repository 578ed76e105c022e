//! What the channels that speak HTTP share, so that none of them needs another.
//!
//! [`client`] makes what asks the providers that an operator chose, and [`Guarded`] what asks the
//! addresses that users gave: it connects to nothing that is not on the public Internet. A request
//! that got no answer becomes a [`DeliveryError`](herald_ports::DeliveryError) by [`unanswered`]; of
//! one that did, [`Answer`] has what counts.
//!
//! ```
//! use herald_outbound::{Guarded, Reach, Settings};
//! use herald_ports::DeliveryError;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let web = Guarded::new(&Settings::default(), Reach::default())?;
//! assert!(web.post("https://example.com/hooks/herald").is_ok());
//!
//! let refused = web.post("https://169.254.169.254/latest/meta-data").unwrap_err();
//! assert!(matches!(refused, DeliveryError::Permanent { .. }));
//! assert_eq!(refused.to_string(), "address is not public");
//! # Ok(())
//! # }
//! ```

mod answer;
mod below;
mod client;
mod guard;
mod json_text;
mod line;
mod retry_after;
mod trace;
mod unanswered;

pub use answer::Answer;
pub use below::below;
pub use client::{NoClient, Settings, client};
pub use guard::{Guarded, Reach};
pub use json_text::{json_len, shortened};
pub use line::{headline, one_line, path_of};
pub use retry_after::retry_after;
pub use trace::traced;
pub use unanswered::unanswered;
