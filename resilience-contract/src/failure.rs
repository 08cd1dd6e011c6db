//! The traits through which failures are known by name.

/// A variant of an error enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// The file that it is declared in.
    pub file: &'static str,
    /// The line that it is declared at, from 1.
    pub line: u32,
}

/// What a type says of itself through [`FailureModes`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Enum {
    pub(crate) name: &'static str,
    pub(crate) hash: u64,
    pub(crate) variants: &'static [Variant],
    pub(crate) open: bool,
}

/// A closed set of failures whose members are known by name.
///
/// On the error enum of a contracted function, the variants are what the
/// contract's `returns` name. On the error of an interface, each variant stands
/// for a failure mode of that interface's kind.
///
/// Derive it for an enum:
///
/// ```ignore
/// #[derive(FailureModes)]
/// enum GatewayError {
///     Timeout,                                // the mode `timeout`
///     #[failure(mode = "server_error")]       // another mode than the variant's name
///     Status(u16),
///     #[failure(mode = "other", sample = GatewayError::Decode(sample_error()))]
///     Decode(DecodeError),                    // how to make one, for a payload without `Default`
/// }
/// ```
///
/// Write it by hand for a struct with a `kind()`, where [`VARIANTS`](Self::VARIANTS)
/// are the kinds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closed set of failure modes",
    label = "a contract needs an error enum whose variants are known by name",
    note = "add `#[derive(resilience_contract::FailureModes)]` to the enum; `anyhow::Error`, `Box<dyn Error>`, `String` \
            and foreign errors have to become variants of an enum of your own"
)]
pub trait FailureModes: Sized {
    /// The enum's name, without its path and parameters.
    const NAME: &'static str;

    /// Every variant, in order.
    const VARIANTS: &'static [Variant];

    /// A hash of all these names that the derive fills in; 0 compares the names themselves.
    const HASH: u64 = 0;

    /// Whether a contract may declare fewer variants than there are: a library's error can
    /// be more than one function ever returns. What is returned and not declared is
    /// found when the tests run.
    const OPEN: bool = false;

    /// Whether no variant holds anything, so that there is no failure beyond their names.
    #[doc(hidden)]
    const __PLAIN: bool = false;

    /// All of the above in one place, for the check at compile time.
    #[doc(hidden)]
    const __ENUM: &'static Enum = &Enum {
        name: Self::NAME,
        hash: Self::HASH,
        variants: Self::VARIANTS,
        open: Self::OPEN,
    };

    /// The index in [`VARIANTS`](Self::VARIANTS) of the one that this is.
    fn variant(&self) -> usize;

    /// The failure mode that this is, where it is an interface's error.
    fn failure_mode(&self) -> Option<&'static str> {
        None
    }

    /// Whether [`sample`](Self::sample) can make that variant. The verifier asks while
    /// tests run as they always do, so nothing should be made to find out.
    fn can_sample(variant: usize) -> bool {
        Self::sample(variant).is_some()
    }

    /// One of that variant, made out of nothing; `None` where that cannot be done.
    ///
    /// The verifier returns it in place of the real error, to see whether a test notices.
    fn sample(variant: usize) -> Option<Self> {
        let _: usize = variant;
        None
    }

    /// The variants that can become that one, because what they hold is what it holds; it may
    /// be among them.
    #[doc(hidden)]
    fn __takes(variant: usize) -> &'static [usize] {
        let _: usize = variant;
        &[]
    }

    /// That variant, with what this one holds; this one where that is something else.
    #[doc(hidden)]
    fn __taken(self, variant: usize) -> Result<Self, Self> {
        let _: usize = variant;
        Err(self)
    }

    /// The name of the enum that a variant holds, if others of it can be made.
    #[doc(hidden)]
    fn __inner(variant: usize) -> Option<&'static str> {
        let _: usize = variant;
        None
    }

    /// The same variant, holding another one of that enum.
    #[doc(hidden)]
    fn __exchanged(self) -> Result<Self, Self> {
        Err(self)
    }
}

/// A boxed enum is the enum.
impl<E: FailureModes> FailureModes for Box<E> {
    const NAME: &'static str = E::NAME;
    const VARIANTS: &'static [Variant] = E::VARIANTS;
    const HASH: u64 = E::HASH;
    const OPEN: bool = E::OPEN;
    const __PLAIN: bool = E::__PLAIN;

    fn variant(&self) -> usize {
        E::variant(self)
    }

    fn failure_mode(&self) -> Option<&'static str> {
        E::failure_mode(self)
    }

    fn can_sample(variant: usize) -> bool {
        E::can_sample(variant)
    }

    fn sample(variant: usize) -> Option<Self> {
        E::sample(variant).map(Self::new)
    }

    fn __takes(variant: usize) -> &'static [usize] {
        E::__takes(variant)
    }

    fn __taken(self, variant: usize) -> Result<Self, Self> {
        E::__taken(*self, variant).map(Self::new).map_err(Self::new)
    }

    fn __inner(variant: usize) -> Option<&'static str> {
        E::__inner(variant)
    }

    fn __exchanged(self) -> Result<Self, Self> {
        E::__exchanged(*self).map(Self::new).map_err(Self::new)
    }
}

/// A value that can carry a failure although the call succeeded: a response
/// with an error status, an update that matched no row.
pub trait OkFailure {
    /// The failure mode that the value shows; `None` for none.
    fn failure_mode(&self) -> Option<&'static str>;

    /// One value for each failure mode that can be made out of nothing; none by default.
    ///
    /// The verifier puts them in the place of what an interface really answered, to see
    /// what the function makes of it.
    fn samples() -> Vec<Self>
    where
        Self: Sized,
    {
        Vec::new()
    }
}

/// The two halves of a result, by whatever alias it is written.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a contracted function must return a `Result`, and this is `{Self}`",
    label = "not a `Result`",
    note = "if it is an alias that hides the error, name the error in the attribute: `error = MyError`"
)]
pub trait ResultLike {
    /// The `Ok` half.
    type Ok;
    /// The `Err` half.
    type Err;
}

impl<T, E> ResultLike for Result<T, E> {
    type Ok = T;
    type Err = E;
}

/// That the error type which an attribute names is the one in the signature.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the attribute says `error = {E}`, and the function returns `{Self}`",
    label = "not the error in the signature"
)]
pub trait IsError<E> {
    /// It is.
    const IS: () = ();
}

impl<E> IsError<E> for E {}
