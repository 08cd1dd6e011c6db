//! `new`: the contract of a function that is yet to be written, into its file.

use std::fmt::Write as _;
use std::path::Path;

use contract_spec::diagnostic::Diagnostic;
use contract_spec::{AnyKind, Contract, Source, catalog, nearest, snake_case};
use toml_edit::{DocumentMut, Item, Table};

use super::Answer;
use super::draft::{self, Interface, Mode, pascal};
use crate::cli::New;
use crate::contracts::{Contracts, reading};
use crate::draw;
use crate::error::{Error, Result};
use crate::exit;
use crate::judge::count;

/// Mistakes that no later decision could mend.
const FATAL: [&str; 4] = ["RC100", "RC101", "RC110", "RC112"];

pub(super) fn new(arguments: &New) -> Result<Answer> {
    let (stem, function) = id(&arguments.id)?;
    let folder = arguments.package_dir.join("contracts");
    let path = folder.join(format!("{stem}.toml"));
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => Some(Source::new(shown(&path), text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Error::Read { path, error }),
    };
    let mut contract = Contract::default();
    if let Some(source) = &before {
        let now = reading(Path::new(""), source);
        if now.has_errors() {
            return Ok(refused(source, &now.diagnostics));
        }
        contract = now.contract;
        if contract.function(&function).is_some() {
            let message = format!(
                "{} has a `[function.{function}]` already; nothing was written",
                source.path
            );
            return Err(Error::Usage(message));
        }
    }
    let siblings = Siblings {
        folder: &folder,
        stem: &stem,
        own: &contract,
    };
    let interfaces = interfaces(&arguments.interfaces, &siblings)?;
    let error = arguments
        .error
        .clone()
        .unwrap_or_else(|| pascal(&function) + "Error");
    let tables = draft::tables(&function, &error, &interfaces);
    let text = match &before {
        None => format!("{}{tables}", draft::HEAD),
        Some(source) => added(source, &tables)?,
    };
    let source = Source::new(shown(&path), text);
    let then = reading(Path::new(""), &source);
    if let Some(fatal) = then
        .diagnostics
        .iter()
        .find(|diagnostic| FATAL.contains(&diagnostic.code))
    {
        return Err(Error::Usage(format!(
            "{}; nothing was written",
            fatal.message
        )));
    }
    write(&folder, &path, &source.text, before.is_none())?;
    Ok(Answer::plain(told(
        arguments,
        &source,
        &interfaces,
        &error,
        &then.diagnostics,
    )))
}

/// The file's stem and the function's name.
fn id(id: &str) -> Result<(String, String)> {
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
struct Siblings<'a> {
    folder: &'a Path,
    stem: &'a str,
    own: &'a Contract,
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

fn interfaces(arguments: &[String], siblings: &Siblings<'_>) -> Result<Vec<Interface>> {
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
        return Err(Error::Usage(format!(
            "`--interface {argument}` names no kind\n  help: `--interface {argument}:http`; the kinds are {}",
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
    let near =
        nearest(kind, known).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    format!(
        "there is no kind `{}`\n  help: {near}the kinds are {}",
        kind.escape_debug(),
        kinds(own)
    )
}

/// A file with more tables, everything else as it was laid out.
fn added(source: &Source, tables: &str) -> Result<String> {
    let broken = |error: toml_edit::TomlError| Error::Usage(format!("{}: {error}", source.path));
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut document: DocumentMut = text.parse().map_err(broken)?;
    let more: DocumentMut = tables.parse().map_err(broken)?;
    for (section, item) in more.iter() {
        let Some(new) = item.as_table() else {
            continue;
        };
        let place = document.entry(section).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        let Some(place) = place.as_table_mut() else {
            let message = format!(
                "`{section}` of {} is no table with headers; add by hand:\n{tables}",
                source.path
            );
            return Err(Error::Usage(message));
        };
        for (name, item) in new.iter() {
            let mut item = item.clone();
            without_position(&mut item);
            place.insert(name, item);
        }
    }
    let mut text = document.to_string();
    if source.text.contains("\r\n") {
        text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    if source.text.starts_with('\u{feff}') {
        text.insert(0, '\u{feff}');
    }
    Ok(text)
}

/// Lets a table stand where its new neighbours stand, not where it came from.
fn without_position(item: &mut Item) {
    if let Some(table) = item.as_table_mut() {
        table.set_position(None);
        for (_, item) in table.iter_mut() {
            without_position(item);
        }
    }
}

fn write(folder: &Path, path: &Path, text: &str, fresh: bool) -> Result<()> {
    let unwritable = |error| {
        let path = path.to_owned();
        Error::Write { path, error }
    };
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let mut options = std::fs::OpenOptions::new();
    // Somebody else may have written the file in the meantime.
    options.write(true).create_new(fresh).truncate(!fresh);
    let mut file = options.open(path).map_err(unwritable)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(unwritable)
}

fn refused(source: &Source, mistakes: &[Diagnostic]) -> Answer {
    let mut text = String::new();
    for mistake in mistakes {
        draw::diagnostic(&mut text, source, mistake);
    }
    let _written = writeln!(
        text,
        "{} has errors: mend them first; nothing was written",
        source.path
    );
    let code = exit::FINDINGS;
    Answer { text, code }
}

/// What was written, what is left to decide, and what comes next.
fn told(
    arguments: &New,
    source: &Source,
    interfaces: &[Interface],
    error: &str,
    mistakes: &[Diagnostic],
) -> String {
    let modes = interfaces
        .iter()
        .map(|interface| interface.modes.len())
        .sum();
    let mut text = format!(
        "wrote `{}` to {}: {}\n",
        arguments.id,
        source.path,
        count(modes, "failure mode")
    );
    if modes > 0 {
        text.push_str("\nLeft to decide. Each is returned for now; it may be retried, logged, recovered from or waived:\n");
    }
    let all = || {
        interfaces.iter().flat_map(|on| {
            on.modes
                .iter()
                .map(|mode| (format!("{}.{}", on.name, mode.name), mode))
        })
    };
    let width = all().map(|(id, _)| id.len()).max().unwrap_or_default();
    for (id, mode) in all() {
        let _written = writeln!(text, "  {id:width$}  {}", mode.decide);
    }
    if !mistakes.is_empty() {
        text.push_str("\nAnd what `check` asks for:\n\n");
        for mistake in mistakes {
            draw::diagnostic(&mut text, source, mistake);
        }
    }
    let gap = if mistakes.is_empty() { "\n" } else { "" };
    let _written = write!(
        text,
        "{gap}Next: `#[resilience_contract(\"{}\")]` on the function, and an enum `{error}`",
        arguments.id
    );
    let variants: Vec<&str> = interfaces
        .iter()
        .flat_map(|on| &on.modes)
        .map(|mode| mode.variant.as_str())
        .collect();
    let _written = match variants.as_slice() {
        [] => writeln!(text),
        variants => writeln!(text, " with {}", variants.join(", ")),
    };
    text
}

fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_function_is_added_and_nothing_else_of_the_file_changes() {
        let text = "#:schema x\nformat = 1 # one\n\n[interface.a]\nkind   = 'http'   # why\n\n[function.f]\n\
                    [function.f.on.a] # here\ntimeout = {returns=\"A\"}\n\n# the end\n";
        let tables = "\n[interface.b]\nkind = \"cache\"\n\n[function.g]\nerror = \"E\"\n\n[function.g.on.b]\nx = 1\n";
        let source = Source::new("contracts/a.toml", text);
        let after = added(&source, tables).unwrap();
        assert!(after.starts_with("#:schema x\nformat = 1 # one\n\n[interface.a]\nkind   = 'http'   # why\n\n[interface.b]"), "{after}");
        assert!(
            after.contains("[function.f.on.a] # here\ntimeout = {returns=\"A\"}\n"),
            "{after}"
        );
        assert!(
            after.contains("\n\n[function.g]\nerror = \"E\"\n\n[function.g.on.b]\nx = 1\n"),
            "{after}"
        );
        assert!(after.ends_with("# the end\n"), "{after}");
    }

    #[test]
    fn line_ends_and_byte_order_marks_are_kept() {
        let source = Source::new("contracts/a.toml", "\u{feff}format = 1\r\n[function.f]\r\n");
        let after = added(&source, "\n[function.g]\nerror = \"E\"\n").unwrap();
        assert_eq!(
            after,
            "\u{feff}format = 1\r\n[function.f]\r\n\r\n[function.g]\r\nerror = \"E\"\r\n"
        );
    }
}
