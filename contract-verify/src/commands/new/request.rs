//! What the command line asks of a new contract, and whether that can be.

use std::path::Path;

use contract_spec::{AnyKind, Contract, catalog, nearest, snake_case};

use super::super::draft::{self, Interface, Mode, pascal};
use crate::contracts::Contracts;
use crate::error::{Error, Result};

/// The file's stem and the function's name.
pub(super) fn id(id: &str) -> Result<(String, String)> {
    let tame = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    match id.rsplit_once('.') {
        Some((stem, function)) if stem.split('.').all(tame) && tame(function) => {
            Ok((stem.to_owned(), function.to_owned()))
        }
        _ => Err(Error::Usage(format!(
            "`{}` is no id of a contract\n  help: the file's stem, a dot, the function's name: `payments.charge`",
            id.escape_debug()
        ))),
    }
}

/// Where an interface may already be declared, and callees stand.
pub(super) struct Siblings<'a> {
    pub(super) folder: &'a Path,
    pub(super) stem: &'a str,
    pub(super) own: &'a Contract,
}

impl Siblings<'_> {
    /// The variants of another contracted function, if its contract can be found.
    fn variants(&self, id: &str) -> Vec<String> {
        let variants = |contract: &Contract, function: &str| {
            let function = contract.function(function);
            function.map(|function| {
                function
                    .variants()
                    .iter()
                    .map(|variant| variant.value.clone())
                    .collect()
            })
        };
        let Some((stem, function)) = id.rsplit_once('.') else {
            return Vec::new();
        };
        if stem == self.stem {
            return variants(self.own, function).unwrap_or_default();
        }
        let path = self.folder.join(format!("{stem}.toml"));
        let Ok(contracts) = Contracts::of_paths(std::slice::from_ref(&path)) else {
            return Vec::new();
        };
        let file = contracts.get(&path);
        file.and_then(|file| variants(file.contract(), function))
            .unwrap_or_default()
    }
}

/// The interfaces that were asked for.
pub(super) fn interfaces(arguments: &[String], siblings: &Siblings<'_>) -> Result<Vec<Interface>> {
    let mut interfaces: Vec<Interface> = Vec::new();
    for argument in arguments {
        let interface = interface(argument, siblings)?;
        if interfaces.iter().any(|other| other.name == interface.name) {
            return Err(Error::Usage(format!(
                "the interface `{}` is named twice",
                interface.name
            )));
        }
        interfaces.push(interface);
    }
    Ok(interfaces)
}

fn interface(argument: &str, siblings: &Siblings<'_>) -> Result<Interface> {
    let mut parts = argument.splitn(3, ':');
    let (Some(name), Some(kind), contract) = (parts.next(), parts.next(), parts.next()) else {
        // `db=postgres` is meant as `db:database`.
        let (name, kind) = argument
            .split_once(['=', '/', ' '])
            .unwrap_or((argument, argument));
        let meant = meant(kind).unwrap_or("http");
        return Err(Error::Usage(format!(
            "`--interface {argument}` names no kind\n  help: `--interface {name}:{meant}`; the kinds are {}",
            kinds(siblings.own)
        )));
    };
    let catalogued = catalog::kind(kind)
        .filter(|kind| kind.is_interface())
        .map(AnyKind::Known);
    let Some(known) = catalogued.or_else(|| siblings.own.custom_kind(kind).map(AnyKind::Custom))
    else {
        return Err(Error::Usage(unknown_kind(kind, siblings.own)));
    };
    let modes = match (kind == catalog::CONTRACT, contract) {
        (false, None) => draft::modes(name, known),
        (true, Some(id)) => of_callee(name, &siblings.variants(id)),
        (true, None) => {
            let help = format!("`--interface {name}:contract:payments.charge`");
            return Err(Error::Usage(format!(
                "`{name}` is a contract without an id\n  help: {help}"
            )));
        }
        (false, Some(_)) => {
            let help = format!("`--interface {name}:{kind}`");
            return Err(Error::Usage(format!(
                "only contracts have an id behind their kind\n  help: {help}"
            )));
        }
    };
    let declared = siblings.own.interface(name);
    if let Some(declared) = declared
        && (declared.kind.value != kind
            || declared.contract.as_ref().map(|id| id.value.as_str()) != contract)
    {
        let message = format!(
            "`{name}` is declared already, with kind = \"{}\"; nothing was written",
            *declared.kind
        );
        return Err(Error::Usage(message));
    }
    Ok(Interface {
        name: name.to_owned(),
        kind: kind.to_owned(),
        contract: contract.map(str::to_owned),
        modes,
        declared: declared.is_some(),
        guessed: None,
    })
}

/// Another function fails with its variants.
fn of_callee(interface: &str, variants: &[String]) -> Vec<Mode> {
    let known = variants.iter().map(|variant| Mode {
        name: snake_case(variant),
        variant: pascal(interface) + variant,
        decide: "The other contract says what was applied.".to_owned(),
    });
    let mut modes: Vec<Mode> = known.collect();
    modes.push(Mode {
        name: catalog::OTHER.to_owned(),
        variant: pascal(interface) + "Unexpected",
        decide: "Whatever is not named above.".to_owned(),
    });
    modes
}

/// The kind that is meant by a product, a library or a shorter word. Never taken for it: only
/// named where somebody asks what to write.
fn meant(word: &str) -> Option<&'static str> {
    const MEANT: &[(&str, &[&str])] = &[
        ("http", &["api", "rest", "reqwest", "hyper", "webhook"]),
        (
            "database",
            &[
                "db",
                "sql",
                "sqlite",
                "sqlx",
                "rusqlite",
                "postgres",
                "postgresql",
                "mysql",
                "mongodb",
                "diesel",
            ],
        ),
        ("cache", &["redis", "memcached", "valkey"]),
        (
            "queue",
            &[
                "kafka", "rdkafka", "rabbitmq", "lapin", "nats", "sqs", "broker",
            ],
        ),
        ("queue_consumer", &["consumer", "subscriber"]),
        ("filesystem", &["fs", "file", "files", "io", "disk"]),
        ("object_store", &["s3", "gcs", "blob", "bucket"]),
        ("grpc", &["tonic", "rpc"]),
        ("dns_tls", &["dns", "tls"]),
        ("auth", &["oauth", "oidc", "jwt"]),
        ("subprocess", &["process", "command", "exec"]),
        ("scheduler", &["cron", "timer"]),
        ("contract", &["function"]),
    ];
    let word = word.to_lowercase();
    let known = MEANT
        .iter()
        .find(|(kind, words)| *kind == word || words.contains(&word.as_str()));
    known.map(|(kind, _)| *kind)
}

fn kinds(own: &Contract) -> String {
    let known = catalog::kinds()
        .iter()
        .filter(|kind| kind.is_interface())
        .map(|kind| kind.name);
    let custom = own.kinds.iter().map(|kind| kind.name.as_str());
    known.chain(custom).collect::<Vec<_>>().join(", ")
}

fn unknown_kind(kind: &str, own: &Contract) -> String {
    let known = catalog::kinds()
        .iter()
        .filter(|kind| kind.is_interface())
        .map(|kind| kind.name);
    let near = nearest(kind, known).or_else(|| meant(kind));
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    format!(
        "there is no kind `{}`\n  help: {near}the kinds are {}",
        kind.escape_debug(),
        kinds(own)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_word_means_is_a_kind_and_an_unknown_word_means_none() {
        for (word, kind) in [
            ("sqlite", "database"),
            ("Redis", "cache"),
            ("queue", "queue"),
        ] {
            assert_eq!(meant(word), Some(kind));
            assert!(catalog::kind(kind).is_some());
        }
        assert_eq!(meant("gateway"), None);
    }

    #[test]
    fn an_id_is_a_stem_and_a_name() {
        assert_eq!(
            id("payments.charge").unwrap(),
            ("payments".into(), "charge".into())
        );
        assert_eq!(
            id("shop.payments.charge").unwrap(),
            ("shop.payments".into(), "charge".into())
        );
        for wrong in [
            "", ".", "charge", "a.", ".b", "../a.b", "a b.c", "a..b", "ü.b",
        ] {
            assert!(id(wrong).is_err(), "{wrong}");
        }
    }
}
