//! Advice on which failures a function decides on, beyond the mandatory ones.

use super::advise;
use crate::catalog::{self, OTHER};
use crate::diagnostic::Diagnostic;
use crate::facts::AnyKind;
use crate::model::Outcome;
use crate::rules::Judge;

advise!(
    NO_CATCH_ALL,
    "RC120",
    "no-catch-all",
    Warning,
    Some(no_catch_all),
    "an interface has no `other` for failures that nobody named",
    "The errors of libraries and the answers of servers are open lists: there is always one more \
     than was thought of. Without `other` the contract does not say which error the function \
     returns then, so no test is asked for it, and the branch that catches it is often the one \
     that swallows or aborts. Handlers that are too general are a class of their own among the \
     causes of catastrophic failures.\n\n\
     `unexpected_status` of `http` and `unknown` of `grpc` count as well.\n\n\
     Source: Yuan et al., OSDI 2014; the `Unhandled` variant of the AWS SDK and `non_exhaustive` \
     error enums in general.",
);

advise!(
    WAIVED_CATCH_ALL,
    "RC121",
    "waived-catch-all",
    Warning,
    Some(waived_catch_all),
    "`other` is waived",
    "`other` stands for what nobody thought of. That it cannot happen is nothing that anybody \
     could know, and no reason makes it true. Return a typed error instead: the function then \
     fails visibly when the unexpected comes.\n\n\
     Source: Yuan et al., OSDI 2014, on handlers that were never thought to run.",
);

advise!(
    RECOVERED_CATCH_ALL,
    "RC122",
    "recovered-catch-all",
    Info,
    Some(recovered_catch_all),
    "the function succeeds on failures that nobody named",
    "`other` with `recovers` turns every failure that is not known yet into success: wrong \
     credentials and broken requests along with the rest. It is sound where the result does not \
     depend on the interface at all, and for caches it is the rule, so this is only a note. \
     Naming the failures from which the function recovers is better.\n\n\
     Source: Yuan et al., OSDI 2014, on over-general handlers.",
);

advise!(
    EMPTY_FUNCTION,
    "RC123",
    "empty-function",
    Warning,
    Some(empty_function),
    "a function has no failure modes",
    "A contract lists the ways in which a function can fail. One without any promises nothing, \
     demands no test and still counts as a contract. A function that cannot fail needs none; for \
     one that can, begin with `[function.NAME.on.input]` or with the interfaces that it calls.\n\n\
     Source: this format, version 1; Yuan et al., OSDI 2014, on failures that nobody listed.",
);

advise!(
    ALL_WAIVED,
    "RC124",
    "all-waived",
    Warning,
    Some(all_waived),
    "every failure of an interface is waived",
    "If an interface can fail in no way at all, the function does not depend on it, and the \
     table can go. If it can fail after all, a waiver is hiding it. A single waiver is a \
     statement about one mode; all of them together are a way around the contract.\n\n\
     Source: this project; clippy asks of every `allow` that it be as narrow as it can.",
);

advise!(
    WAIVED_LIMIT,
    "RC125",
    "waived-limit",
    Warning,
    Some(waived_limit),
    "an interface has a timeout, and running into it is waived",
    "A limit that is set will be reached one day, and then the function must do something. Either \
     the limit is not there, or the mode is not impossible.\n\n\
     Source: the study of time-out bugs at IC2E 2018, most of which showed in the handling of a \
     time-out that nobody expected.",
);

advise!(
    NO_POISON,
    "RC126",
    "no-poison",
    Warning,
    Some(no_poison),
    "a consumer does not say what happens to a message that always fails",
    "A message that can never be handled comes back for ever, and in an ordered queue it holds up \
     all others behind it. Say after how many deliveries it is set aside, or waive `poison` with \
     the reason why the broker takes care of it.\n\n\
     Source: asyncapi/spec#389, and the dead-letter queues of every broker.",
);

fn no_catch_all(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        for (on, modes) in function.by_interface() {
            let Some(kind) = judge.contract.kind_of(on).filter(|k| !k.is_open()) else {
                continue;
            };
            let own = match kind {
                AnyKind::Known(kind) if kind.name == "http" => "unexpected_status",
                AnyKind::Known(kind) if kind.name == "grpc" => "unknown",
                _ => OTHER,
            };
            if modes
                .iter()
                .any(|m| *m.name.value == *OTHER || *m.name.value == *own)
            {
                continue;
            }
            let message = format!("`{}` has no `other`", **on);
            judge.found.push(
                Diagnostic::new(&NO_CATCH_ALL, on.span.clone(), message)
                    .label("a failure that none of the modes names has no handling")
                    .help("other = { returns = \"Unexpected\", log = \"error\" }"),
            );
        }
    }
}

fn waived_catch_all(judge: &mut Judge<'_>) {
    for mode in judge.contract.functions.iter().flat_map(|f| &f.modes) {
        if let Some(Outcome::Waived(reason)) = &mode.outcome
            && *mode.name.value == *OTHER
        {
            let message = format!("`{}` is waived: nobody can know that", mode.id());
            judge.found.push(
                Diagnostic::new(&WAIVED_CATCH_ALL, reason.span.clone(), message)
                    .help("other = { returns = \"Unexpected\", log = \"error\" }"),
            );
        }
    }
}

fn recovered_catch_all(judge: &mut Judge<'_>) {
    for mode in judge.contract.functions.iter().flat_map(|f| &f.modes) {
        let kind = judge.contract.kind_of(&mode.interface);
        let cache = kind.is_some_and(|k| k.name() == "cache");
        if let Some(Outcome::Recovers(reason)) = &mode.outcome
            && *mode.name.value == *OTHER
            && !cache
        {
            let message = format!(
                "`{}` makes success of failures that nobody named",
                mode.id()
            );
            judge.found.push(
                Diagnostic::new(&RECOVERED_CATCH_ALL, reason.span.clone(), message)
                    .help("name the modes from which the function recovers, and let `other` return an error"),
            );
        }
    }
}

fn empty_function(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        if function.interfaces.is_empty()
            && !contract.is_unread(format_args!("function.{}.on", *function.name))
        {
            let message = format!("`{}` has no failure modes", *function.name);
            let help = format!(
                "[function.{}.on.input]\nout_of_range = {{ returns = \"OutOfRange\" }}",
                *function.name
            );
            judge.report(
                Diagnostic::new(&EMPTY_FUNCTION, function.name.span.clone(), message).help(help),
            );
        }
    }
}

fn all_waived(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        for (on, modes) in function.by_interface() {
            let own = matches!(on.as_str(), catalog::INPUT | catalog::DOMAIN);
            let waived = !modes.is_empty()
                && modes
                    .iter()
                    .all(|m| matches!(m.outcome, Some(Outcome::Waived(_))));
            if waived && !own {
                let message = format!("`{}` waives every failure of `{}`", *function.name, **on);
                judge.found.push(
                    Diagnostic::new(&ALL_WAIVED, on.span.clone(), message).help(
                        "take the table out if the function does not depend on the interface",
                    ),
                );
            }
        }
    }
}

fn waived_limit(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for mode in contract.functions.iter().flat_map(|f| &f.modes) {
        let limit = contract
            .interface(&mode.interface)
            .and_then(|i| i.timeout.as_ref());
        if let (Some(Outcome::Waived(reason)), Some(limit)) = (&mode.outcome, limit)
            && *mode.name.value == *"timeout"
        {
            let message = format!("`{}` is waived although there is a limit", mode.id());
            let diagnostic = Diagnostic::new(&WAIVED_LIMIT, reason.span.clone(), message)
                .help("timeout = { returns = \"Timeout\", log = \"error\" }");
            let own = contract.interfaces.get(&mode.interface).is_some();
            judge.found.push(match own {
                true => diagnostic.also(limit.span.clone(), "the limit"),
                false => diagnostic,
            });
        }
    }
}

fn no_poison(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        for (on, modes) in function.by_interface() {
            let consumer = judge
                .contract
                .kind_of(on)
                .is_some_and(|k| k.name() == "queue_consumer");
            if consumer && !modes.iter().any(|m| *m.name.value == *"poison") {
                let message = format!("`{}` does not decide on `poison`", **on);
                judge.found.push(
                    Diagnostic::new(&NO_POISON, on.span.clone(), message)
                        .help("poison = { returns = \"SetAside\", log = \"error\" }"),
                );
            }
        }
    }
}
