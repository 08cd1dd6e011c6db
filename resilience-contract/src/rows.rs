//! What a query gave, where no rows at all are a failure.

use crate::OkFailure;

/// A count of rows, a row or a list of rows of which there has to be one: none is the
/// failure mode `not_found`.
///
/// An `UPDATE` that changes no row is an `Ok` to every library, and so is a `SELECT` that
/// finds none. Only the function knows whether that is a failure, so it says so:
///
/// ```ignore
/// let Rows(changed) = external!(orders, client.execute(UPDATE, &[&id]).await.map(Rows))?;
/// let Rows(row) = external!(orders, client.query_opt(SELECT, &[&id]).await.map(Rows))?;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rows<T>(pub T);

fn unless(some: bool) -> Option<&'static str> {
    (!some).then_some("not_found")
}

impl OkFailure for Rows<u64> {
    fn failure_mode(&self) -> Option<&'static str> {
        unless(self.0 > 0)
    }

    fn samples() -> Vec<Self> {
        vec![Rows(0)]
    }
}

impl OkFailure for Rows<usize> {
    fn failure_mode(&self) -> Option<&'static str> {
        unless(self.0 > 0)
    }

    fn samples() -> Vec<Self> {
        vec![Rows(0)]
    }
}

impl<T> OkFailure for Rows<Option<T>> {
    fn failure_mode(&self) -> Option<&'static str> {
        unless(self.0.is_some())
    }

    fn samples() -> Vec<Self> {
        vec![Rows(None)]
    }
}

impl<T> OkFailure for Rows<Vec<T>> {
    fn failure_mode(&self) -> Option<&'static str> {
        unless(!self.0.is_empty())
    }

    fn samples() -> Vec<Self> {
        vec![Rows(Vec::new())]
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;
    use crate::OkFailure;

    #[test]
    fn no_rows_are_not_found_and_some_are_no_failure() {
        for none in [
            Rows(0_u64).failure_mode(),
            Rows(0_usize).failure_mode(),
            Rows(None::<()>).failure_mode(),
            Rows(Vec::<()>::new()).failure_mode(),
        ] {
            assert_eq!(none, Some("not_found"));
        }
        for some in [
            Rows(1_u64).failure_mode(),
            Rows(2_usize).failure_mode(),
            Rows(Some(())).failure_mode(),
            Rows(vec![()]).failure_mode(),
        ] {
            assert_eq!(some, None);
        }
    }
}
