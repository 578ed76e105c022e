//! [`SessionStore`](herald_ports::SessionStore): single-use passes for a WebSocket handshake.

use herald_domain::SessionId;
use herald_ports::{Ticket, TokenHash};

use crate::Stores;
use crate::fixtures::{NOW, ROUNDS, at_once, later};

const PASS: TokenHash = [9; 32];

/// A ticket is redeemed once, and is then what was issued.
pub async fn a_ticket_is_redeemed_once(stores: &Stores) {
    let ticket = issue(stores, PASS).await;
    let sessions = &stores.sessions;
    assert_eq!(sessions.redeem_ticket([8; 32], NOW).await.unwrap(), None);
    let redeemed = sessions.redeem_ticket(PASS, later(29)).await.unwrap();
    assert_eq!(redeemed, Some(ticket));
    assert_eq!(sessions.redeem_ticket(PASS, NOW).await.unwrap(), None);
}

/// A ticket of a token that belongs to no login has none either.
pub async fn a_ticket_may_be_of_no_login(stores: &Stores) {
    let ticket = Ticket { session: None, ..ticket(stores).await };
    let sessions = &stores.sessions;
    sessions.issue_ticket(PASS, ticket.clone(), NOW).await.unwrap();
    let redeemed = sessions.redeem_ticket(PASS, NOW).await.unwrap();
    assert_eq!(redeemed, Some(ticket));
}

/// Of many who redeem one ticket at once, one gets in.
pub async fn of_redemptions_at_once_one_succeeds(stores: &Stores) {
    for round in 0..ROUNDS {
        let pass = [round; 32];
        issue(stores, pass).await;
        let redeemed = at_once(16, |_| {
            let stores = stores.clone();
            async move { stores.sessions.redeem_ticket(pass, NOW).await.unwrap() }
        })
        .await;
        assert_eq!(redeemed.iter().flatten().count(), 1);
    }
}

/// A ticket is good for nothing when its time has come.
pub async fn an_expired_ticket_is_refused(stores: &Stores) {
    issue(stores, PASS).await;
    let late = stores.sessions.redeem_ticket(PASS, later(30)).await;
    assert_eq!(late.unwrap(), None);
}

/// Issuing a ticket drops expired ones only.
pub async fn issuing_keeps_tickets_that_are_good(stores: &Stores) {
    issue(stores, PASS).await;
    let next = ticket(stores).await;
    let sessions = &stores.sessions;
    sessions.issue_ticket([8; 32], next, later(29)).await.unwrap();
    let redeemed = sessions.redeem_ticket(PASS, later(29)).await.unwrap();
    assert!(redeemed.is_some());
}

/// A ticket that is good until `later(30)`.
async fn ticket(stores: &Stores) -> Ticket {
    Ticket {
        user: stores.ensure("alice").await,
        session: Some(SessionId::new("laptop")),
        access_expires_at: later(900),
        expires_at: later(30),
    }
}

async fn issue(stores: &Stores, hash: TokenHash) -> Ticket {
    let ticket = ticket(stores).await;
    let issued = stores.sessions.issue_ticket(hash, ticket.clone(), NOW);
    issued.await.unwrap();
    ticket
}
