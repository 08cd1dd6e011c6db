//! Holds names against what they name: interfaces, kinds, modes, retry policies,
//! variants of shared enums, functions of the same file.

use super::Source;
use super::contract::tame_name;
use super::duration::excerpt;
use super::table::{Reader, list};
use super::word::{is_identifier, is_snake, snake_case};
use crate::catalog::{self, Kind};
use crate::diagnostic::Diagnostic;
use crate::facts::AnyKind;
use crate::model::{Contract, Function, Interface, Mode, Spanned};
use crate::named::{HasName, Named};
use crate::nearest::nearest;
use crate::rules::shape;

/// Enough names for any contract that people write; a file of nothing else stays cheap.
const MANY: usize = 100;

/// Reports every name that names nothing.
pub(super) fn names(reader: &mut Reader, contract: &Contract, source: &Source) {
    for interface in &contract.interfaces {
        kind(reader, contract, interface);
    }
    for function in &contract.functions {
        for on in &function.interfaces {
            if !matches!(on.as_str(), catalog::INPUT | catalog::DOMAIN) {
                interface_name(reader, contract, on);
            }
        }
        for (interface, _) in &function.max_calls {
            interface_name(reader, contract, interface);
        }
        for mode in &function.modes {
            mode_name(reader, contract, source, mode);
            retry(reader, contract, mode);
            variant(reader, contract, function, mode);
        }
    }
}

/// What a contract and those that it includes have under one key.
fn all<T: HasName + 'static>(
    contract: &Contract,
    section: fn(&Contract) -> &Named<T>,
) -> Vec<&str> {
    let mut names = Vec::new();
    for thing in section(contract) {
        names.push(thing.name());
    }
    for included in &contract.included {
        for thing in section(&included.contract) {
            names.push(thing.name());
        }
    }
    names
}

/// Says that a name is unknown, and which names there are.
fn unknown(reader: &mut Reader, what: &str, name: &Spanned<String>, there: &[&str], declare: &str) {
    let there = &there[..there.len().min(MANY)];
    let message = format!("there is no {what} `{}`", excerpt(name));
    let near = nearest(name, there.iter().copied());
    let mut help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => declare.to_owned(),
    };
    if there.iter().any(|name| Some(*name) != near) {
        help = format!("{help} There is {}", list(there));
    }
    // What is declared under a broken header may be lost.
    reader.report_absent(
        Diagnostic::new(&shape::UNKNOWN_NAME, name.span.clone(), message).help(help),
    );
}

fn interface_name(reader: &mut Reader, contract: &Contract, name: &Spanned<String>) {
    let known = contract.interface(name).is_some() || reader.is_unread("interface", name);
    if known || contract.incomplete {
        return;
    }
    let there = all(contract, |c| &c.interfaces);
    let declare = format!("declare it: [interface.{}] with its kind.", excerpt(name));
    unknown(reader, "interface", name, &there, &declare);
}

fn kind(reader: &mut Reader, contract: &Contract, interface: &Interface) {
    let word = &interface.kind;
    let known = catalog::kind(word);
    let custom = contract.custom_kind(word).is_some() || reader.is_unread("kind", word);
    if word.is_empty() || known.is_some_and(Kind::is_interface) || custom {
        return;
    }
    let message = format!("`{}` is no kind of interface", excerpt(word));
    let diagnostic = Diagnostic::new(&shape::UNKNOWN_KIND, word.span.clone(), message);
    if known.is_some() {
        let help = format!("it needs no interface: write [function.NAME.on.{}]", **word);
        reader.report(diagnostic.help(help));
        return;
    }
    if contract.incomplete {
        return;
    }
    let mut kinds = Vec::new();
    for kind in catalog::kinds() {
        if kind.is_interface() {
            kinds.push(kind.name);
        }
    }
    let own = all(contract, |c| &c.kinds);
    kinds.extend_from_slice(&own[..own.len().min(MANY)]);
    let near = nearest(word, kinds.iter().copied()).or_else(|| other_word(word));
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    let kinds = list(&kinds);
    reader.report(diagnostic.help(format!("{near}the kinds are {kinds}")));
}

/// What people call a kind that has another name here.
fn other_word(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "sql" | "postgres" | "postgresql" | "mysql" | "sqlite" | "db" | "store" => "database",
        "https" | "rest" | "api" | "http_api" | "webhook" => "http",
        "redis" | "memcached" | "kv" => "cache",
        "kafka" | "rabbitmq" | "amqp" | "nats" | "sqs" | "broker" | "producer"
        | "queue_publish" => "queue",
        "consumer" | "subscriber" | "queue_consume" => "queue_consumer",
        "fs" | "file" | "files" | "disk" => "filesystem",
        "s3" | "gcs" | "blob" | "bucket" => "object_store",
        "dns" | "tls" => "dns_tls",
        "jwt" | "oauth" | "oauth2" | "auth_token" | "oidc" => "auth",
        "process" | "command" | "exec" => "subprocess",
        "clock" | "cron" | "timer" | "clock_scheduler" => "scheduler",
        "function" => catalog::CONTRACT,
        _ => return None,
    })
}

/// The two halves of an id: what names the file, and the function in it.
pub(crate) fn split_id(id: &str) -> Option<(&str, &str)> {
    id.rsplit_once('.')
}

/// The function's name, if the id belongs to this file.
pub(crate) fn local<'i>(id: &'i str, source: &Source) -> Option<&'i str> {
    let (file, name) = split_id(id)?;
    (file == source.stem()).then_some(name)
}

fn mode_name(reader: &mut Reader, contract: &Contract, source: &Source, mode: &Mode) {
    let name = mode.name.as_str();
    if let Some(kind) = contract.kind_of(&mode.interface).filter(|k| !k.is_open()) {
        if name == catalog::OTHER || kind.mode(name).is_some() {
            return;
        }
        let message = format!(
            "`{}` is no failure mode of `{}`",
            excerpt(name),
            kind.name()
        );
        unknown_mode(
            reader,
            mode,
            message,
            meant(kind, name),
            &list(&names_of_modes(kind)),
        );
        return;
    }
    let interface = contract.interface(&mode.interface);
    let id = interface.and_then(|i| i.contract.as_deref());
    if id.is_some_and(|id| local(id, source).is_some_and(|f| contract.function(f).is_some())) {
        // Held against the function's own failures, by a rule.
        return;
    }
    let own = matches!(mode.interface.as_str(), catalog::INPUT | catalog::DOMAIN);
    if !is_snake(name) && (own || !is_mode_name(name)) {
        let message = format!(
            "`{}` is no name: lowercase letters, digits and `_`, a letter first",
            excerpt(name)
        );
        let diagnostic = Diagnostic::new(&shape::BAD_NAME, mode.name.span.clone(), message);
        reader.report(diagnostic.help(tame_name(name)));
    }
}

/// Whether a failure of another contract could have this name: variants need not be
/// ASCII, and neither need the modes named after them.
pub(crate) fn is_mode_name(name: &str) -> bool {
    is_snake(name) || (is_identifier(name) && snake_case(name) == name)
}

fn unknown_mode(
    reader: &mut Reader,
    mode: &Mode,
    message: String,
    near: Option<&str>,
    modes: &str,
) {
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    reader.report(
        Diagnostic::new(&shape::UNKNOWN_MODE, mode.name.span.clone(), message)
            .help(format!("{near}the modes are {modes}")),
    );
}

/// The mode of a kind that somebody probably meant.
pub(crate) fn meant<'c>(kind: AnyKind<'c>, word: &str) -> Option<&'c str> {
    nearest(word, names_of_modes(kind)).or_else(|| status(kind, word))
}

fn names_of_modes(kind: AnyKind<'_>) -> Vec<&str> {
    let mut names = Vec::new();
    for mode in kind.modes() {
        if names.len() < MANY {
            names.push(mode.name);
        }
    }
    names.push(catalog::OTHER);
    names
}

/// The mode of an HTTP status, where somebody wrote the number.
fn status(kind: AnyKind<'_>, word: &str) -> Option<&'static str> {
    if kind.name() != "http" {
        return None;
    }
    let number = word
        .trim_start_matches("http_")
        .trim_start_matches("status_");
    Some(match number {
        "401" => "unauthorized",
        "403" => "forbidden",
        "404" | "410" => "not_found",
        "409" | "412" => "conflict",
        "429" => "rate_limited",
        "400" | "413" | "415" | "422" | "4xx" => "bad_request",
        "500" | "502" | "503" | "504" | "5xx" => "server_error",
        _ => return None,
    })
}

fn retry(reader: &mut Reader, contract: &Contract, mode: &Mode) {
    let Some(name) = &mode.retry else {
        return;
    };
    let known = contract.retry(name).is_some() || reader.is_unread("retry", name);
    if !known && !contract.incomplete {
        let there = all(contract, |c| &c.retries);
        let declare = format!(
            "declare it: [retry.{}] with max_attempts = 3.",
            excerpt(name)
        );
        unknown(reader, "retry policy", name, &there, &declare);
    }
}

/// A shared enum knows its variants.
fn variant(reader: &mut Reader, contract: &Contract, function: &Function, mode: &Mode) {
    let shared = function
        .error
        .as_ref()
        .and_then(|e| contract.shared_error(e));
    let shared = shared.filter(|e| !reader.is_unread("error", &format!("{}.variants", *e.name)));
    if let (Some(shared), Some(variant)) = (shared, mode.returns())
        && !shared.variants.iter().any(|v| v.value == variant.value)
    {
        let mut there = Vec::new();
        for variant in &shared.variants {
            there.push(variant.as_str());
        }
        let what = format!("variant of `{}` named", *shared.name);
        let declare = format!("add it to [error.{}].", *shared.name);
        unknown(reader, &what, variant, &there, &declare);
    }
}
