//! The fault proxy, from both of its ends: what a client and a server see of each fault,
//! and what they see without it; and the calls of a database that has no wire.
//!
//! Nothing here depends on how fast the machine is. A fault that takes time is given an
//! hour, is seen to hold something back, and is then removed.

mod calls;
mod cuts;
mod doors;
mod everywhere;
mod redis;
mod support;
mod toxics;
mod toxiproxy;
