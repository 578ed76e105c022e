use async_nats::jetstream::context::DeleteStreamErrorKind;
use async_nats::jetstream::{self, ErrorCode};
use herald_broker::Settings;

use crate::Address;
use crate::connection::{Connection, Ended, Peer};
use crate::streams::Streams;

/// Removes everything that an installation has on the broker, with the jobs that wait there. Nodes that
/// run make it anew. The error says in a few words why it is still there.
pub async fn erase(address: &Address, settings: &Settings) -> Result<(), String> {
    let peer = Peer { address: address.clone(), name: settings.name("erase") };
    delete(&peer, &Streams::new(settings)).await.map_err(|ended| ended.to_string())
}

async fn delete(peer: &Peer, streams: &Streams) -> Result<(), Ended> {
    let connection = Connection::open(peer).await?;
    let jetstream = jetstream::new(connection.client.clone());
    for stream in streams.names() {
        match jetstream.delete_stream(stream).await {
            Ok(_) => {}
            Err(error) => match error.kind() {
                DeleteStreamErrorKind::JetStream(error)
                    if error.error_code() == ErrorCode::STREAM_NOT_FOUND => {}
                _ => return Err(Ended::of(error)),
            },
        }
    }
    Ok(())
}
