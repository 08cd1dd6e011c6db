//! Nothing but tests: `scripts/test-libraries` runs them.
