//! The correlation id: one number that ties together all that is logged about a request, here and
//! elsewhere.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// Where callers send theirs, and where every response carries it.
pub const HEADER: HeaderName = HeaderName::from_static("x-correlation-id");

const LONGEST: usize = 64;

/// The id of the request at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrelationId(pub String);

impl CorrelationId {
    /// The caller's id if it is fit for a log line, else a new one.
    fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(HEADER).and_then(|value| value.to_str().ok());
        match sent {
            Some(id) if is_plain(id) => Self(id.to_owned()),
            _ => Self(format!("{:016x}", fastrand::u64(..))),
        }
    }
}

/// Whether nobody can forge a log line with it.
fn is_plain(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Gives every request its id, and every response the header that tells it.
pub async fn correlate(mut request: Request, next: Next) -> Response {
    let id = CorrelationId::of(request.headers());
    let header = HeaderValue::from_str(&id.0);
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    if let Ok(value) = header {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(sent: &'static str) -> String {
        CorrelationId::of(&HeaderMap::from_iter([(
            HEADER,
            HeaderValue::from_static(sent),
        )]))
        .0
    }

    #[test]
    fn the_callers_id_is_kept() {
        assert_eq!(id_for("shop-7f3a"), "shop-7f3a");
    }

    #[test]
    fn an_id_that_could_forge_a_log_line_is_replaced() {
        for sent in ["", "a b", "x\ty", "service=other"] {
            assert_eq!(id_for(sent).len(), 16, "{sent:?}");
        }
        let long = HeaderValue::from_str(&"a".repeat(65)).unwrap();
        assert_eq!(
            CorrelationId::of(&HeaderMap::from_iter([(HEADER, long)]))
                .0
                .len(),
            16
        );
    }

    #[test]
    fn requests_without_an_id_get_different_ones() {
        let none = HeaderMap::new();
        assert_ne!(CorrelationId::of(&none), CorrelationId::of(&none));
    }
}
