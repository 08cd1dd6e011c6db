//! What the tests need: a gateway that follows a script, and a shop with a database of its own.

mod gateway;
mod shop;

pub(crate) use gateway::{Gateway, Reply};
pub(crate) use shop::{MAX_AMOUNT_CENTS, NO_ORDERS, Setup, Shop, order};
