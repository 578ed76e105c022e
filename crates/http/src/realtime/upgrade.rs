use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;

use actix_codec::{Encoder, Framed};
use actix_http::body::{BodySize, MessageBody};
use actix_http::h1::{Codec, Message};
use actix_http::{ConnectionType, Request, Response, StatusCode};
use actix_rt::net::TcpStream;
use actix_service::{Service, ServiceFactory};
use actix_web::dev::ServiceResponse;
use bytes::BytesMut;
use futures_util::future::LocalBoxFuture;
use herald_domain::UserPrincipal;
use herald_realtime::{Context, Format, Peer, Resume};
use tokio::io::AsyncWriteExt;

use super::pump;
use super::socket::Socket;

/// What the handler of a handshake leaves in its answer: the socket may go on as a session.
pub(crate) struct Accepted {
    /// whose session, unless the first message will say
    pub(crate) user: Option<UserPrincipal>,
    /// what the device understands
    pub(crate) format: Format,
    /// where the inbox stood when the handshake was accepted, if the device cannot say where it wants to
    /// begin
    pub(crate) since: Option<Resume>,
}

/// Takes connections that ask to be upgraded out of HTTP.
///
/// The request is answered by the ordinary application, so that extractors and middleware work as
/// everywhere. If the answer is an accepted handshake, the bare connection becomes a [`Socket`], and
/// the dispatcher with its buffers is gone; any other answer is written, and the connection closed.
pub(crate) struct Upgrade<S> {
    app: S,
    context: Rc<Context>,
}

impl<S> Upgrade<S> {
    /// Answers by `app`; what is accepted belongs to this worker.
    pub(crate) fn new(app: S, context: Rc<Context>) -> Self {
        Self { app, context }
    }
}

impl<S, B> ServiceFactory<(Request, Framed<TcpStream, Codec>)> for Upgrade<S>
where
    S: ServiceFactory<
            Request,
            Config = (),
            Response = ServiceResponse<B>,
            Error = actix_web::Error,
        > + 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    type Response = ();
    type Error = actix_web::Error;
    type Config = ();
    type Service = Upgrader<S::Service>;
    type InitError = S::InitError;
    type Future = LocalBoxFuture<'static, Result<Self::Service, Self::InitError>>;

    fn new_service(&self, (): ()) -> Self::Future {
        let app = self.app.new_service(());
        let context = self.context.clone();
        Box::pin(async move { Ok(Upgrader { app: Rc::new(app.await?), context }) })
    }
}

/// One worker's [`Upgrade`].
pub(crate) struct Upgrader<S> {
    app: Rc<S>,
    context: Rc<Context>,
}

impl<S, B> Service<(Request, Framed<TcpStream, Codec>)> for Upgrader<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ();
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<(), actix_web::Error>>;

    actix_service::always_ready!();

    fn call(&self, (request, framed): (Request, Framed<TcpStream, Codec>)) -> Self::Future {
        let app = self.app.clone();
        let context = self.context.clone();
        Box::pin(async move {
            let mut response = match app.call(request).await {
                Ok(response) => Response::from(response).map_body(|_, body| body.boxed()),
                Err(error) => error.error_response().into(),
            };
            let accepted = response.extensions_mut().remove::<Accepted>();
            let is_upgraded = response.status() == StatusCode::SWITCHING_PROTOCOLS;
            let done = match accepted.filter(|_| is_upgraded) {
                Some(accepted) => accept(framed, response, accepted, &context),
                None => refuse(framed, response).await,
            };
            // actix would log this as an error, but it is the client who left
            if let Err(error) = done {
                tracing::debug!(%error, "connection broke during the handshake");
            }
            Ok(())
        })
    }
}

/// Writes the handshake's answer, and starts the session in a task of its own: this future is as
/// large as the dispatcher, and must not live as long as the socket.
fn accept<B: MessageBody>(
    framed: Framed<TcpStream, Codec>,
    response: Response<B>,
    accepted: Accepted,
    context: &Rc<Context>,
) -> io::Result<()> {
    let mut parts = framed.into_parts();
    let mut out = parts.write_buf;
    let (head, _) = response.into_parts();
    parts.codec.encode(Message::Item((head, BodySize::None)), &mut out)?;
    let sent = match parts.io.try_write(&out) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
        other => other?,
    };
    let socket = Socket::new(parts.io, &out[sent..]);
    let Accepted { user, format, since } = accepted;
    let peer = match &user {
        Some(user) => Peer::of(context, socket, user, format, since),
        None => Peer::anonymous(context, socket),
    };
    actix_rt::spawn(pump::run(peer, parts.read_buf.freeze()));
    Ok(())
}

/// Writes an answer that is no accepted handshake, as it comes, for it may be a stream without end;
/// and closes.
async fn refuse<B: MessageBody>(
    framed: Framed<TcpStream, Codec>,
    mut response: Response<B>,
) -> io::Result<()> {
    let mut parts = framed.into_parts();
    let mut out: BytesMut = parts.write_buf;
    response.head_mut().set_connection_type(ConnectionType::Close);
    let (head, body) = response.into_parts();
    parts.codec.encode(Message::Item((head, body.size())), &mut out)?;
    let mut body = Box::pin(body);
    while let Some(chunk) = poll_fn(|cx| Pin::as_mut(&mut body).poll_next(cx)).await {
        let chunk = chunk.map_err(|error| io::Error::other(error.into().to_string()))?;
        parts.codec.encode(Message::Chunk(Some(chunk)), &mut out)?;
        parts.io.write_all_buf(&mut out).await?;
    }
    parts.codec.encode(Message::Chunk(None), &mut out)?;
    parts.io.write_all_buf(&mut out).await?;
    parts.io.shutdown().await
}
