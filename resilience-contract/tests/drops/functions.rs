//! Functions whose parameters say when they go. Included twice: `contract!` puts a contract
//! on them, or does nothing.

use super::{Error, Noisy, Once, Pair};

contract! {
    pub(crate) fn in_another_order(a: Noisy, b: Noisy, mut c: Noisy) -> Result<(), Error> {
        let local = b.0.noisy("local");
        c.1 = "c, changed";
        drop(a.0.noisy("temporary"));
        if local.1.is_empty() {
            Err(Error::Gone)
        } else {
            Ok(())
        }
    }
}

contract! {
    pub(crate) fn unused(_a: Noisy, _: Noisy, c: Noisy, _: Noisy) -> Result<(), Error> {
        let _local = c.0.noisy("local");
        Err(Error::Late)
    }
}

contract! {
    pub(crate) fn taken_apart(
        Pair(a, mut b): Pair,
        (_, ref c, [.., d]): (Noisy, Noisy, [Noisy; 2]),
    ) -> Result<(), Error> {
        b.1 = "b, changed";
        let _local = c.0.noisy("local");
        if a.1 == b.1 {
            return Err(Error::Gone);
        }
        Err(if d.1.is_empty() { Error::Gone } else { Error::Late })
    }
}

contract! {
    pub(crate) fn moved_on(a: Noisy, b: Noisy, _c: Noisy) -> Result<(), Error> {
        drop(b);
        let _kept = a;
        Err(Error::Late)
    }
}

contract! {
    pub(crate) fn with_attributes(
        #[cfg(any())] a: Missing,
        #[expect(unused_variables, reason = "what a parameter allows itself")] b: Noisy,
        #[expect(unused_mut, reason = "what a parameter allows itself")] mut c: Noisy,
    ) -> Result<(), Error> {
        let _local = c.0.noisy("local");
        Ok(())
    }
}

contract! {
    pub(crate) async fn later(_a: Noisy, _: Noisy, c: Noisy) -> Result<(), Error> {
        let _local = c.0.noisy("local");
        Once::default().await;
        let _second = c.0.noisy("second");
        Err(Error::Late)
    }
}

contract! {
    pub(crate) fn handed_back(
        a: Noisy,
        _: Noisy,
        mut c: Noisy,
    ) -> impl Future<Output = Result<(), Error>> {
        let _local = a.0.noisy("before");
        c.1 = "c, changed";
        async move {
            Once::default().await;
            let _local = c.0.noisy("local");
            drop(a);
            Err(Error::Late)
        }
    }
}

pub(crate) struct Owner(pub(crate) Noisy);

impl Owner {
    contract! {
        pub(crate) fn consumed(self, a: Noisy, _: Noisy) -> Result<(), Error> {
            let _local = self.0.0.noisy("local");
            if a.1.is_empty() {
                Err(Error::Gone)
            } else {
                Ok(())
            }
        }
    }

    contract! {
        pub(crate) fn unused_self(self, _: Noisy, a: Noisy) -> Result<(), Error> {
            let _local = a.0.noisy("local");
            Err(Error::Late)
        }
    }
}
