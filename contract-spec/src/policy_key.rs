//! How a retry policy's numbers are written where contracts and evidence meet.

/// The numbers of a retry policy in one word. Times are nanoseconds.
#[inline]
pub fn policy_key(
    max_attempts: u32,
    exponential: bool,
    initial_delay: u64,
    multiplier: f64,
    max_delay: u64,
    jitter: &str,
) -> String {
    // A constant delay grows by nothing, whatever stands there.
    let growth = if exponential { multiplier } else { 1.0 };
    format!("{max_attempts}/{initial_delay}*{growth}/{max_delay}/{jitter}")
}
