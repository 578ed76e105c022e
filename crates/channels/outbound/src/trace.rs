use herald_ports::Outgoing;
use reqwest::RequestBuilder;
use reqwest::header::HeaderValue;

/// The request with the trace that the message belongs to (W3C Trace Context), if there is one.
pub fn traced(request: RequestBuilder, message: &Outgoing) -> RequestBuilder {
    let trace = message.traceparent.as_deref().map(HeaderValue::from_str);
    match trace {
        Some(Ok(trace)) => request.header("traceparent", trace),
        // what is no header cannot be passed on, and is no reason to keep the message back
        Some(Err(_)) | None => request,
    }
}
