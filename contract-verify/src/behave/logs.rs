//! Whether a failure was logged as the contract says: at its level, with the id of the
//! request, the service and the text of what really failed, and without what is sensitive.
//!
//! What could not be heard is not missing: then nothing is concluded, and the reason is
//! kept.

use contract_spec::evidence::{Call, Clock, Field, Log, LogLevel, standing};
use contract_spec::model::{self, Mode};

use super::{Breach, View, failure, possible};
use crate::codes;

/// Names under which something else than the service's name in the contract is logged, and rightly so.
const ADDRESSES: &[&str] = &[
    "server.address",
    "db.system.name",
    "messaging.system",
    "rpc.service",
];

/// What came of looking for the log event of a failure mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Looked {
    /// It was there, or it was not.
    Seen,
    /// It could not be told, for this reason.
    Unseen(String),
}

/// Looks for the event of each mode that the call was in.
pub(super) fn logs(view: &View<'_>, found: &mut Vec<Breach>) -> Vec<(usize, Looked)> {
    sensitive(view, found);
    let modes = view.modes.iter().copied();
    let logged = modes.filter_map(|mode| {
        let log = view.function.modes[mode].log.as_ref()?;
        Some((mode, one(view, mode, log, found)))
    });
    logged.collect()
}

fn one(view: &View<'_>, mode: usize, log: &model::Log, found: &mut Vec<Breach>) -> Looked {
    let call = standing(&view.trace.calls)
        .filter(|call| possible(view.function, call).contains(&mode))
        .last();
    let mode = &view.function.modes[mode];
    let demand = Demand::new(view, mode, log, call);
    let since = match (call, view.trace.seen.clock) {
        // Times that cannot be compared say nothing about what came first.
        (_, Clock::Mixed) | (None, _) => 0,
        (Some(call), _) => call.start_us,
    };
    let events = || {
        let events = view.heard.events.iter().copied();
        events.filter(move |event| event.at_us >= since)
    };
    let faults = events()
        .filter(|event| event.level == demand.level)
        .map(|event| demand.faults(event))
        .min_by_key(Faults::weight);
    let Some(faults) = faults else {
        return demand.not_at_its_level(view, events().find(|event| demand.tells(event)), found);
    };
    // A field of a span that nobody saw may be there.
    let unseen = view.heard.spans_unseen.or(view.heard.unseen);
    if let (false, Some(reason)) = (faults.is_empty(), unseen) {
        return Looked::Unseen(reason.to_owned());
    }
    demand.report(faults, found);
    Looked::Seen
}

/// What the event must be like.
struct Demand<'a> {
    mode: &'a Mode,
    what: String,
    level: LogLevel,
    fields: Vec<&'a str>,
    policy: &'a crate::policy::Log,
    /// What the failed call, or else the returned error, says of itself.
    texts: Vec<&'a str>,
    /// The name of the interface's service.
    service: Option<&'a str>,
    planted: &'a [Field],
}

/// What is wrong with an event. Values are not named: they are another one in every run,
/// and the timeline shows them.
#[derive(Debug, Default)]
struct Faults {
    missing: Vec<String>,
    untrue: Vec<String>,
}

impl Faults {
    fn is_empty(&self) -> bool {
        self.weight() == 0
    }

    fn weight(&self) -> usize {
        self.missing.len() + self.untrue.len()
    }
}

impl<'a> Demand<'a> {
    fn new(view: &View<'a>, mode: &'a Mode, log: &'a model::Log, call: Option<&'a Call>) -> Self {
        let own = log.fields.as_ref();
        let fields = match own {
            Some(fields) => fields.iter().map(|field| field.value.as_str()).collect(),
            None => view.policy.fields.iter().map(String::as_str).collect(),
        };
        let interface = view.contract.interface(&mode.interface);
        let of_call = call.into_iter().flat_map(|call| &call.error);
        let returned = &view.trace.seen.returned;
        Self {
            mode,
            what: call.map_or_else(|| format!("`{}` happened", mode.id()), failure),
            level: level(log.level),
            fields,
            policy: view.policy,
            texts: of_call.chain(returned).map(String::as_str).collect(),
            service: interface
                .and_then(|interface| interface.service.as_ref())
                .map(|service| service.value.as_str()),
            planted: &view.trace.seen.planted,
        }
    }

    /// Whether an event tells what failed.
    fn tells(&self, event: &Log) -> bool {
        texts(event).any(|text| self.texts.iter().any(|error| shows(text, error)))
    }

    /// There is no event at the level; perhaps this one is it.
    fn not_at_its_level(
        &self,
        view: &View<'_>,
        about: Option<&Log>,
        found: &mut Vec<Breach>,
    ) -> Looked {
        if let Some(reason) = view.heard.unseen {
            return Looked::Unseen(reason.to_owned());
        }
        let (is, should) = (about.map(|event| event.level.name()), self.level.name());
        let id = Some(self.mode.id());
        let what = &self.what;
        if let Some(is) = is {
            let message = format!("{what}, and was logged at `{is}`: the contract says `{should}`");
            let help = "log it at the level of the contract; attempts that are tried again are no \
                        more than warnings";
            found.push(Breach::new(codes::LOG_LEVEL, id, message, help));
            return Looked::Seen;
        }
        let mut loose = view.heard.loose.iter();
        let elsewhere = loose
            .any(|event| event.level == self.level && (self.texts.is_empty() || self.tells(event)));
        if elsewhere {
            let reason =
                "an event that may be it was logged in a task or thread outside of the call";
            return Looked::Unseen(reason.into());
        }
        let message = format!("{what}, and was not logged: the contract says `log = \"{should}\"`");
        let help = "log it where the error leaves the function, with what is known there: the id of \
                    the request, the service, the error itself";
        found.push(Breach::new(codes::LOG_MISSING, id, message, help));
        Looked::Seen
    }

    fn faults(&self, event: &Log) -> Faults {
        let mut faults = Faults::default();
        for field in &self.fields {
            match *field {
                "correlation" => self.correlation(event, &self.policy.correlation, &mut faults),
                "service" => self.service(event, &self.policy.service, &mut faults),
                "error" => self.error(event, &self.policy.error, &mut faults),
                name => self.named(event, name, &mut faults),
            }
        }
        faults
    }

    /// A field that the contract names: that one, and what it says.
    fn named(&self, event: &Log, name: &str, faults: &mut Faults) {
        let only = [name.to_owned()];
        let one_of = |names: &[String]| names.iter().any(|known| same(known, name));
        if one_of(&self.policy.correlation) {
            self.correlation(event, &only, faults);
        } else if one_of(&self.policy.error) {
            self.error(event, &only, faults);
        } else if one_of(&self.policy.service) {
            self.service(event, &only, faults);
        } else if values(event, &only).next().is_none() {
            faults.missing.push(format!("`{name}`"));
        }
    }

    fn correlation(&self, event: &Log, names: &[String], faults: &mut Faults) {
        let mut logged = values(event, names).peekable();
        let Some(first) = logged.peek().copied() else {
            faults.missing.push(said("the id of the request", names));
            return;
        };
        let planted = || {
            let known = self.planted.iter();
            known.filter(|field| names.iter().any(|name| same(name, &field.name)))
        };
        let mut logged = logged.map(|(_, value)| value);
        let true_value = logged.any(|value| {
            planted().next().is_none() || planted().any(|field| shows(value, &field.value))
        });
        if let (false, Some(planted)) = (true_value, planted().next()) {
            let (name, own) = (first.0, &planted.name);
            let untrue = format!("its `{name}` is not the `{own}` of the call");
            faults.untrue.push(untrue);
        } else if first.1.trim().is_empty() {
            faults.untrue.push(format!("its `{}` is empty", first.0));
        }
    }

    fn service(&self, event: &Log, names: &[String], faults: &mut Faults) {
        // Validation and business rules have no service; one without a name has none to log.
        let Some(service) = self.service else {
            return;
        };
        if texts(event).any(|text| shows(text, service)) {
            return;
        }
        match values(event, names).next() {
            None => faults
                .missing
                .push(said(&format!("the service, `{service}`"), names)),
            Some((name, _)) if ADDRESSES.iter().any(|address| same(address, name)) => {}
            Some((name, _)) => {
                let untrue = format!("its `{name}` is not the service, `{service}`");
                faults.untrue.push(untrue);
            }
        }
    }

    fn error(&self, event: &Log, names: &[String], faults: &mut Faults) {
        if self.tells(event) {
            return;
        }
        let logged = values(event, names).next();
        match logged {
            // The error's type says nothing of itself: there is nothing to compare with.
            Some(_) if self.texts.is_empty() => {}
            None if self.texts.is_empty() && !event.message.trim().is_empty() => {}
            None => faults.missing.push(said("the text of the error", names)),
            Some((name, _)) => {
                let untrue = format!("its `{name}` is not what the error says of itself");
                faults.untrue.push(untrue);
            }
        }
    }

    fn report(&self, faults: Faults, found: &mut Vec<Breach>) {
        let (what, level) = (&self.what, self.level.name());
        let id = || Some(self.mode.id());
        if !faults.missing.is_empty() {
            let missing = faults.missing.join(", and ");
            let message = format!("{what}, and its `{level}` event lacks {missing}");
            let help = "add it to the event or to a span around it; other names can be declared in \
                        the policy, `[log.names]`";
            found.push(Breach::new(codes::LOG_FIELDS, id(), message, help));
        }
        if !faults.untrue.is_empty() {
            let untrue = faults.untrue.join(", and ");
            let message = format!("{what}, and its `{level}` event is not true to it: {untrue}");
            let help = "log the values at hand, not texts that are written for them; what happened \
                        is shown above";
            found.push(Breach::new(codes::LOG_UNTRUE, id(), message, help));
        }
    }
}

/// What must never be logged, by its name or its value.
fn sensitive(view: &View<'_>, found: &mut Vec<Breach>) {
    for field in &view.function.sensitive {
        let events = view.heard.events.iter();
        let mut told = events.filter_map(|event| Some((*event, tells_secret(event, field)?)));
        if let Some((event, how)) = told.next() {
            let message = format!(
                "`{}` is sensitive, and an event at `{}` tells it: {how}",
                field.value,
                event.level.name()
            );
            let help = "take it out of the event, its spans and whatever is shown in them; log an \
                        id that leads to it";
            found.push(Breach::new(codes::SENSITIVE_LOGGED, None, message, help));
        }
    }
}

/// How an event tells a sensitive field.
pub(crate) fn tells_secret(event: &Log, name: &str) -> Option<String> {
    let last = |name: &str| normal(name.rsplit('.').next().unwrap_or(name));
    let mut fields = event.fields.iter().chain(&event.spans);
    if let Some(field) = fields.find(|field| last(&field.name) == last(name)) {
        return Some(format!("it has a field `{}`", field.name));
    }
    let by_value = event.leaks.iter().any(|leak| leak == name);
    by_value.then(|| "its value is in the text or a field".to_owned())
}

fn level(level: model::Level) -> LogLevel {
    LogLevel::named(level.name()).unwrap_or(LogLevel::Error)
}

/// `the id of the request (`correlation_id`, …)`.
fn said(what: &str, names: &[String]) -> String {
    match names {
        [] => what.to_owned(),
        [one] => format!("{what} (`{one}`)"),
        [first, ..] => format!("{what} (`{first}` or another name of it)"),
    }
}

/// Every text of an event.
fn texts(event: &Log) -> impl Iterator<Item = &str> {
    let fields = event.fields.iter().chain(&event.spans);
    let values = fields.map(|field| field.value.as_str());
    values.chain([event.message.as_str()])
}

/// The fields with one of these names.
fn values<'e>(event: &'e Log, names: &[String]) -> impl Iterator<Item = (&'e str, &'e str)> {
    let fields = event.fields.iter().chain(&event.spans);
    fields
        .filter(|field| names.iter().any(|name| same(name, &field.name)))
        .map(|field| (field.name.as_str(), field.value.as_str()))
}

/// Whether two names are one, in the spelling of OpenTelemetry, of Rust or of HTTP.
fn same(a: &str, b: &str) -> bool {
    normal(a) == normal(b)
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace(['.', '-', ' '], "_")
}

/// Whether a text shows another one, also where `{:#?}` has spread it over lines, or
/// where the end of a long one was cut off.
fn shows(text: &str, wanted: &str) -> bool {
    let head: String = wanted.chars().take(400).collect();
    let squeezed = |text: &str| -> String {
        let plain: String = text.split_whitespace().collect();
        let plain = plain.replace("\\\"", "\"").replace(",}", "}");
        plain.replace(",)", ")").replace(",]", "]")
    };
    !head.trim().is_empty() && (text.contains(&head) || squeezed(text).contains(&squeezed(&head)))
}

#[cfg(test)]
mod tests;
