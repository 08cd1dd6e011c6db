//! One arm as it should be, and one as it must not be.

use super::row::{level, policy};
use super::{Code, Language, Payload, Subject, block};
use crate::AnyKind;
use crate::model::{Level, Mode};

/// The two arms, for the mode that shows most; none where the function handles no
/// failure of an interface.
pub(super) fn arms(subject: &Subject<'_>, language: Language) -> Option<String> {
    let shown = shown(subject)?;
    let variant = shown.returns()?.value.as_str();
    let (good, bad, why) = match language {
        Language::Rust => (
            rust(subject, shown, variant),
            format!(
                "match external!({}, call().await) {{\n    Ok(reply) => reply,\n    Err(_) => return Ok(Receipt::default()), // every failure, of whatever kind, is gone\n}}",
                *shown.interface
            ),
            "the compiler refuses it",
        ),
        Language::TypeScript => (
            typescript(subject, shown, variant),
            "try {\n  reply = await call();\n} catch {\n  reply = { status: \"UNKNOWN\" }; // every failure, of whatever kind, is gone\n}"
                .to_owned(),
            "a failure that nobody will ever hear of",
        ),
    };
    Some(format!(
        "GOOD, for `{}`; `call` stands for the real one:\n\n{}\n\nBAD, {why}:\n\n{}\n",
        shown.id(),
        block(language.name(), &good),
        block(language.name(), &bad)
    ))
}

/// A mode of an interface that returns, one that is retried and logged before others.
fn shown<'a>(subject: &Subject<'a>) -> Option<&'a Mode> {
    let modes = subject.function.modes.iter().filter(|mode| {
        mode.returns().is_some() && subject.contract.interface(&mode.interface).is_some()
    });
    let weight = |mode: &&Mode| {
        2 * usize::from(mode.log.is_some()) + usize::from(policy(subject, mode).is_some())
    };
    // Of equals the first, and `max_by_key` takes the last.
    modes.rev().max_by_key(weight)
}

fn rust(subject: &Subject<'_>, mode: &Mode, variant: &str) -> String {
    let function = subject.function;
    let Mode {
        interface, name, ..
    } = mode;
    let matcher = match subject.contract.kind_of(interface) {
        Some(AnyKind::Known(kind)) => kind.mode(name).map(|mode| mode.rust),
        _ => None,
    };
    let mut lines = vec![
        format!("match external!({}, call(&request).await) {{", **interface),
        "    Ok(reply) => reply,".to_owned(),
    ];
    if let Some(matcher) = matcher {
        lines.push(format!("    // {matcher}"));
    }
    lines.push(format!("    Err(error) if is_{}(&error) => {{", **name));
    if policy(subject, mode).is_some() {
        lines.push(
            "        // The last attempt has failed too; the loop around this has counted."
                .to_owned(),
        );
    }
    if let Some(level) = level(mode) {
        let service = service(subject, mode)
            .map_or_else(String::new, |service| format!("service = {service:?}, "));
        let log = format!(
            "tracing::{}!({service}correlation_id, error = %error, \"{}\");",
            level.name(),
            mode.id()
        );
        lines.push(format!("        {log}"));
    }
    let payload = match payload(subject.code, variant) {
        Payload::Unit => "",
        Payload::Tuple => "(error.into())",
        Payload::Struct => " { /* its fields, the cause among them */ }",
    };
    lines.push(format!(
        "        return Err({}{payload});",
        Language::Rust.variant(function, variant)
    ));
    lines.push("    }".to_owned());
    lines.push("    // … an arm for each of the other modes; the last one is `other`".to_owned());
    lines.push("}".to_owned());
    lines.join("\n")
}

fn typescript(subject: &Subject<'_>, mode: &Mode, variant: &str) -> String {
    let error = Language::TypeScript.enum_name(subject.function);
    let mut lines = vec![
        "try {".to_owned(),
        "  reply = await call(request);".to_owned(),
        "} catch (cause) {".to_owned(),
        format!(
            "  if (is{}(cause)) {{",
            crate::read::pascal_case(&mode.name)
        ),
    ];
    if policy(subject, mode).is_some() {
        lines.push(
            "    // The last attempt has failed too; the loop around this has counted.".to_owned(),
        );
    }
    if let Some(level) = level(mode) {
        let level = match level {
            Level::Trace => "trace",
            level => level.name(),
        };
        let service = service(subject, mode)
            .map_or_else(String::new, |service| format!("service: {service:?}, "));
        lines.push(format!(
            "    logger.{level}({{ {service}correlationId, error: cause }}, \"{}\");",
            mode.id()
        ));
    }
    lines.push(format!("    throw new {error}({variant:?}, {{ cause }});"));
    lines.push("  }".to_owned());
    lines.push("  // … an arm for each of the other modes; the last one is `other`".to_owned());
    lines.push("}".to_owned());
    lines.join("\n")
}

fn service<'a>(subject: &Subject<'a>, mode: &Mode) -> Option<&'a str> {
    let interface = subject.contract.interface(&mode.interface)?;
    Some(interface.service.as_ref()?.value.as_str())
}

fn payload(code: Option<&Code>, variant: &str) -> Payload {
    let variants = code
        .and_then(|code| code.error.as_ref())
        .map(|error| &error.variants);
    let known = variants
        .into_iter()
        .flatten()
        .find(|(name, _)| name == variant);
    known.map_or(Payload::Unit, |(_, payload)| *payload)
}
