use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use herald_application::Accounts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Listener, NoQuery, ReadQuery, Reader};
use crate::rest::answer::{self, Answer};

/// A pass for one socket or stream.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ticket {
    /// to be given as `?ticket=`
    #[schema(example = "ht_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    ticket: String,
    /// how many seconds it is good for
    #[schema(example = 30)]
    expires_in: u64,
}

/// How a browser, which cannot set headers here, says who it is.
pub(crate) struct TicketQuery {
    pub(super) ticket: Option<String>,
}

impl ReadQuery for TicketQuery {
    fn read(query: &mut Reader) -> Self {
        Self { ticket: query.text("ticket") }
    }
}

/// Draw a ticket
///
/// A browser cannot send a header with a WebSocket handshake or an event stream, and a token in an
/// address ends up in logs. A ticket is good for 30 seconds, once.
#[utoipa::path(
    tag = "realtime",
    operation_id = "createTicket",
    responses(
        (status = 201, description = "the ticket", body = Ticket),
    )
)]
#[post("/realtime/tickets")]
pub(crate) async fn create_ticket(
    Listener(user): Listener,
    services: Data<Services>,
    _: NoQuery,
) -> Answer {
    let ticket = services.accounts.issue_ticket(&user).await?;
    let expires_in = Accounts::TICKET_TTL.as_secs();
    answer::json(HttpResponse::Created(), &Ticket { ticket, expires_in })
}
