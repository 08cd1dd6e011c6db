//! What keeps a Toxiproxy server from doing what was asked.

use std::error::Error;
use std::{fmt, io};

/// Why a Toxiproxy server did not do what it was asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum ToxiproxyError {
    /// Nobody answered at the address, or what answered does not speak HTTP.
    Unreachable {
        /// The address of the API.
        addr: String,
        /// What went wrong there.
        source: io::Error,
    },
    /// The server refused.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's own words.
        message: String,
    },
    /// The server answered with something that is not Toxiproxy's API.
    Unexpected {
        /// What was missing.
        missing: &'static str,
    },
    /// Toxiproxy cannot do it, and nothing was sent. [`FaultProxy`](crate::faults::FaultProxy) can.
    Unsupported {
        /// What it cannot do, and what to write instead.
        reason: &'static str,
    },
}

impl fmt::Display for ToxiproxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { addr, .. } => write!(
                f,
                "no Toxiproxy answers at {addr}: is it running, and is this its API's address?"
            ),
            Self::Refused { status, message } => {
                write!(f, "Toxiproxy refused with status {status}: {message}")
            }
            Self::Unexpected { missing } => write!(
                f,
                "the answer has no `{missing}`: is this the API of a Toxiproxy 2.x?"
            ),
            Self::Unsupported { reason } => write!(f, "Toxiproxy cannot do this: {reason}"),
        }
    }
}

impl Error for ToxiproxyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreachable { source, .. } => Some(source),
            _ => None,
        }
    }
}
