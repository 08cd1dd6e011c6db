//! The failure modes of other libraries' errors, so that nobody has to write them.
//!
//! Each library's error is an open set: its variants are the modes of the kind of
//! interface that it belongs to, of which a function declares those that it returns.
//! Which mode an error is, its library's own predicates and codes decide, and the
//! order in which they are asked matters; each file says why.

#[cfg(feature = "lapin")]
mod amqp;
mod filesystem;
#[cfg(feature = "tonic")]
mod grpc;
#[cfg(feature = "reqwest")]
mod http;
#[cfg(feature = "rdkafka")]
mod kafka;
mod kinds;
#[cfg(feature = "tokio-postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
#[cfg(any(feature = "sqlx", feature = "tokio-postgres"))]
mod sqlstate;
#[cfg(feature = "sqlx")]
mod sqlx;

/// Implements `FailureModes` by a function that names the mode, and one that makes an
/// error of a mode.
macro_rules! failure_modes {
    ($error:ty, $name:literal, $kind:ident, $mode:path, $sample:expr) => {
        // Never what is missing where an enum has no derive.
        #[diagnostic::do_not_recommend]
        impl crate::FailureModes for $error {
            const NAME: &'static str = $name;
            const VARIANTS: &'static [crate::Variant] = super::kinds::$kind.variants;
            const OPEN: bool = true;

            fn variant(&self) -> usize {
                super::kinds::$kind.index($mode(self))
            }

            fn failure_mode(&self) -> Option<&'static str> {
                Some($mode(self))
            }

            fn sample(variant: usize) -> Option<Self> {
                let mode = super::kinds::$kind.modes.get(variant)?;
                let sample: fn(&str) -> Option<Self> = $sample;
                // A sample that is taken for something else would be another failure.
                sample(mode).filter(|sample| $mode(sample) == *mode)
            }
        }
    };
}
use failure_modes;
