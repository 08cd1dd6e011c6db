//! What differs between the languages that a contract can be fulfilled in.

use super::{Subject, block, code};
use crate::model::{Function, Idempotency};

/// The language of the code that a prompt asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// With the attribute and the verifier of this project.
    Rust,
    /// For services on Node.js, which nothing of this project checks.
    TypeScript,
}

impl Language {
    /// The word for code blocks and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::TypeScript => "typescript",
        }
    }

    /// The error enum's name without its path.
    pub(super) fn enum_name(self, function: &Function) -> String {
        let named = function.error.as_ref().map(|error| error.value.as_str());
        let last = named.and_then(|name| name.rsplit("::").next());
        last.map_or_else(
            || crate::read::pascal_case(&function.name) + "Error",
            str::to_owned,
        )
    }

    /// The function's name as this language writes names.
    pub(super) fn function_name(self, function: &Function) -> String {
        match self {
            Self::Rust => function.name.value.clone(),
            Self::TypeScript => camel(&function.name),
        }
    }

    /// `ChargeError::GatewayTimeout`
    pub(super) fn variant(self, function: &Function, variant: &str) -> String {
        match self {
            Self::Rust => format!("{}::{variant}", self.enum_name(function)),
            Self::TypeScript => format!("{} {variant:?}", self.enum_name(function)),
        }
    }

    /// The word for leaving with an error.
    pub(super) fn returns(self) -> &'static str {
        match self {
            Self::Rust => "returns",
            Self::TypeScript => "throws",
        }
    }

    /// What a call that tests make comes to, where it must fail with a variant.
    pub(super) fn assertion(self, function: &Function, variant: &str) -> String {
        let (name, error) = (self.function_name(function), self.enum_name(function));
        match self {
            Self::Rust => {
                format!("assert!(matches!({name}_result, Err({error}::{variant} {{ .. }})))")
            }
            Self::TypeScript => format!(
                "await expect({name}(…)).rejects.toMatchObject({{ name: {error:?}, kind: {variant:?} }})"
            ),
        }
    }

    pub(super) fn no_signature(self, subject: &Subject<'_>) -> String {
        let function = subject.function;
        let (name, error) = (self.function_name(function), self.enum_name(function));
        let text = match self {
            Self::Rust => format!(
                "#[resilience_contract({:?})]\npub async fn {name}(/* what it needs */) -> Result</* what it gives */, {error}>",
                subject.id
            ),
            Self::TypeScript => format!(
                "export async function {name}(/* what it needs, its clients among it */): Promise</* what it gives */>"
            ),
        };
        format!(
            "There is no such function yet. Write it, async or not as its callers need it:\n\n{}\n",
            block(self.name(), &text)
        )
    }

    pub(super) fn no_enum(self, subject: &Subject<'_>) -> String {
        let function = subject.function;
        let error = self.enum_name(function);
        let variants = function.variants();
        if variants.is_empty() {
            return String::new();
        }
        let modes = |variant: &str| {
            let modes = function.modes.iter().filter(|mode| {
                mode.returns()
                    .is_some_and(|returned| returned.value == variant)
            });
            modes
                .map(crate::model::Mode::id)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let text = match self {
            Self::Rust => {
                let each = variants.iter().map(|variant| {
                    format!(
                        "    /// On {}.\n    #[error(\"…\")]\n    {},\n",
                        modes(variant),
                        variant.value
                    )
                });
                format!(
                    "use resilience_contract::{{FailureModes, external, resilience_contract}};\n\n#[derive(Debug, thiserror::Error, FailureModes)]\npub enum {error} {{\n{}}}",
                    each.collect::<String>()
                )
            }
            Self::TypeScript => {
                let each = variants
                    .iter()
                    .map(|variant| format!("  | {:?} // {}\n", variant.value, modes(variant)));
                format!(
                    "export type {error}Kind =\n{};\n\nexport class {error} extends Error {{\n  override readonly name = {error:?};\n  constructor(readonly kind: {error}Kind, options?: {{ cause?: unknown }}) {{\n    super(kind, options);\n  }}\n}}",
                    each.collect::<String>()
                )
            }
        };
        format!(
            "\nThe error, with exactly these kinds; give a variant fields where its callers need them:\n\n{}\n",
            block(self.name(), &text)
        )
    }

    /// That no failure vanishes.
    pub(super) fn no_silence(self) -> String {
        match self {
            Self::Rust => "No failure vanishes and none ends the process: no `let _ =`, `.ok()`, `unwrap_or…`, no `Err(_) =>` that goes on, no `unwrap`, `expect`, `panic!`, `todo!`. Recover only where the table says so; mark the place `resilience_contract::degrade!(\"the contract's reason\", …)`.",
            Self::TypeScript => "No failure vanishes and none ends the process: no empty `catch`, no `catch` that returns a default, no `.catch(() => …)`, no promise without `await`, no `process.exit`. Recover only where the table says so.",
        }
        .to_owned()
    }

    /// Whether and how a call is marked.
    pub(super) fn call(self) -> Option<&'static str> {
        match self {
            Self::Rust => Some(
                "Every call to an interface stands in `external!(INTERFACE, call)` (`resilience_contract::external`), one call per attempt, so that its failure mode can be told.",
            ),
            Self::TypeScript => None,
        }
    }

    /// Where the numbers of a retry policy come from.
    pub(super) fn retry(self, subject: &Subject<'_>, policies: &[&str]) -> String {
        let stem = subject.id.rsplit_once('.').map_or("", |(stem, _)| stem);
        let mut text = String::from(
            "Try again exactly what the table tries again, with its numbers; an attempt count includes the first. Nothing else is ever tried again",
        );
        match self {
            Self::Rust => {
                let each = policies.iter().map(|policy| {
                    code(&format!(
                        "resilience_contract::retry_policy!({stem:?}, {policy})"
                    ))
                });
                text.push_str(". Take the numbers from ");
                text.push_str(&each.collect::<Vec<_>>().join(", "));
                text.push_str(
                    ", never write them down again: `.delays()` of it is an iterator, one pause before each \
                     further attempt, and `None` when there is to be none",
                );
            }
            Self::TypeScript => {
                text.push_str(", by no client library either: turn its own retries off")
            }
        }
        match subject.function.idempotency.as_ref().map(|word| word.value) {
            Some(Idempotency::Key) => text.push_str(
                ". The idempotency key is made once, before the first attempt, and is the same in all of them",
            ),
            Some(Idempotency::Unsafe) => {
                text.push_str(". The function must not run twice: what may have been applied is not tried again");
            }
            Some(Idempotency::Safe) | None => {}
        }
        text + "."
    }

    /// When the work is done.
    pub(super) fn done(self, subject: &Subject<'_>) -> String {
        match self {
            Self::Rust => format!(
                "Done means {} exits 0.",
                code(&verify(subject))
            ),
            Self::TypeScript => "Done means every test below exists and passes, and fails when its failure branch is taken out (try it: there is no verifier for TypeScript).".to_owned(),
        }
    }
}

/// The command that proves it.
pub(super) fn verify(subject: &Subject<'_>) -> String {
    match subject.package {
        Some(package) => format!("cargo verify-contracts -p {package}"),
        None => "cargo verify-contracts".to_owned(),
    }
}

/// `charge_card` as `chargeCard`.
fn camel(name: &str) -> String {
    let pascal = crate::read::pascal_case(name);
    let mut letters = pascal.chars();
    let first = letters.next().map(char::to_lowercase);
    first.into_iter().flatten().chain(letters).collect()
}
