//! `show` and `catalog`: what a contract says, and what it can say.

use contract_spec::catalog;
use contract_spec::nearest;

use super::prompt::find;
use super::reference::kind_of;
use super::{Answer, contracts};
use crate::cli::{Catalog, Show};
use crate::error::{Error, Result};

/// The file of a contract, with its path before it.
pub(super) fn contract(arguments: &Show) -> Result<Answer> {
    let contracts = contracts(&[], &arguments.selection)?;
    let source = &find(&contracts, &arguments.id)?.source;
    Ok(Answer::plain(format!("# {}\n{}", source.path, source.text)))
}

/// One kind of the catalog, or all.
pub(super) fn catalog(arguments: &Catalog) -> Result<Answer> {
    let mut text = String::new();
    for kind in catalog::kinds() {
        if arguments
            .kind
            .as_deref()
            .is_none_or(|name| name == kind.name)
        {
            kind_of(&mut text, kind);
        }
    }
    if let (Some(name), true) = (&arguments.kind, text.is_empty()) {
        let names = catalog::kinds().iter().map(|kind| kind.name);
        let help = match nearest(name, names.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
        };
        return Err(Error::Usage(format!(
            "the catalog has no kind `{}`\n  help: {help}",
            name.escape_debug()
        )));
    }
    Ok(Answer::plain(text.trim_start()))
}
