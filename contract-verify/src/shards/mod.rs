//! Evidence that lies in files: read, held against each other, and put together.
//!
//! `read` knows one file, `fit` whether several are the parts of one whole, `whole` what is
//! made of them. Files come from elsewhere: whatever is in them, the answer is a whole that
//! holds together or a reason why there is none.

mod fit;
mod read;
mod whole;

pub(crate) use fit::fit;
pub(crate) use read::Shard;
pub(crate) use whole::Whole;
