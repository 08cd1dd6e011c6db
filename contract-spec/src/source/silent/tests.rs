//! Where each pattern fires, and where it must not.

use std::collections::BTreeSet;

use super::*;

/// The codes found in a body, and what would be asked of the compiler.
fn found_with(recovered: &[&str], body: &str) -> (Vec<&'static str>, Vec<String>) {
    let mut block: Block = syn::parse_str(&format!("{{ {body} }}")).unwrap();
    let mut thrown = Vec::new();
    let found = find(&mut block, recovered, &mut |thrown_away| {
        let value = thrown_away.value.to_token_stream();
        thrown.push(value.to_string().replace(' ', ""));
        None
    });
    let codes = found.silences.iter().map(|silence| silence.pattern.code);
    (codes.collect(), thrown)
}

fn found(body: &str) -> Vec<&'static str> {
    found_with(&[], body).0
}

/// Every pattern that syntax alone decides, with a body in which it fires once.
const SILENT: &[(&str, &str)] = &[
    ("RC211", "save().await.ok();"),
    ("RC212", "match f() { Ok(v) => Ok(v), Err(_) => Ok(None) }"),
    ("RC212", "match f() { Ok(v) => Ok(v), _ => Ok(None) }"),
    (
        "RC212",
        "match f() { Ok(v) => Ok(v), Err(error) => { return Ok(0); } }",
    ),
    ("RC212", "let Ok(x) = f() else { return Ok(()) }; g(x)"),
    ("RC212", "f().or_else(|_| Ok(0))"),
    ("RC213", "match f() { Ok(v) => g(v), Err(_) => {} }"),
    ("RC213", "match f() { Ok(v) => g(v), Err(..) => () }"),
    (
        "RC213",
        "for x in y { match f() { Ok(v) => g(v), Err(e) => continue } }",
    ),
    ("RC213", "if let Err(_) = f() {}"),
    (
        "RC214",
        "if let Err(error) = f() { tracing::warn!(?error, \"no\"); }",
    ),
    (
        "RC214",
        "match f() { Ok(v) => g(v), Err(e) => warn!(\"{e}\") }",
    ),
    (
        "RC214",
        "match f() { Ok(v) => Ok(v), Err(e) => { error!(\"{e}\"); Ok(0) } }",
    ),
    (
        "RC215",
        "let x = external!(cache, get()).unwrap_or_default();",
    ),
    ("RC215", "let x = external!(cache, get().await).ok();"),
    (
        "RC215",
        "let x = external!(cache, get()).unwrap_or_else(|_| 1);",
    ),
    ("RC215", "external!(cache, get()).ok();"),
    ("RC216", "match x { 1 => Ok(1), _ => todo!() }"),
    ("RC216", "unimplemented!(\"later\")"),
    ("RC217", "external!(orders, store(key)?.insert())"),
    (
        "RC217",
        "let x = external!(orders, match key { Some(key) => find(key), None => return Ok(0) });",
    ),
    ("RC218", "external!(orders, insert()).await"),
    ("RC218", "(external!(orders, insert())).await?;"),
    ("RC220", "let x = text.parse().ok();"),
    ("RC220", "lines.filter_map(Result::ok).count();"),
    ("RC221", "f().map_err(|_| E::A)"),
    ("RC221", "f().map_err(|_e| E::A)"),
    ("RC222", "let x = f().unwrap();"),
    ("RC222", "let x = f().expect(\"it is there\");"),
    ("RC223", "if x { panic!(\"no\"); } Ok(())"),
    ("RC224", "std::process::exit(1);"),
    ("RC225", "tokio::spawn(send());"),
    ("RC225", "let _ = task::spawn(async move { send().await });"),
    (
        "RC226",
        "loop { if let Err(e) = f() { report(e); sleep(D).await; } }",
    ),
    ("RC227", "select! { a = f() => g(a)?, _ = h() => {} }"),
    ("RC228", "if let Ok(x) = f() { g(x); }"),
    (
        "RC228",
        "for x in y { let Ok(z) = f(x) else { continue }; g(z); }",
    ),
    (
        "RC229",
        "let x = match f() { Ok(v) => v, Err(_) => Vec::new() };",
    ),
    ("RC229", "let x = f().unwrap_or_else(|_| 0);"),
];

/// Code that looks like it and is none of it.
const CLEAN: &[&str] = &[
    "let x = f()?; Ok(x)",
    "match f() { Ok(v) => Ok(v), Err(E::NotFound) => Ok(None), Err(error) => Err(error) }",
    "match f() { Ok(v) => Ok(v), Err(e) if e.is_not_found() => Ok(None), Err(e) => Err(e) }",
    "match f() { Ok(v) => Ok(v), Err(NOT_FOUND) => Ok(None), Err(e) => Err(e) }",
    "match f() { Ok(v) => Ok(Ok(v)), Err(e) => Ok(Err(e)) }",
    "match f() { Ok(v) => Ok(v), Err(e) => Ok(format!(\"{e}\")) }",
    "match f() { Ok(v) => Ok(v), Err(e) => { error!(%e); Err(E::from(e)) } }",
    "match f() { Ok(v) => v, Err(e) => { last = Some(e); continue } };",
    "match option { Some(v) => Ok(v), _ => Ok(0) }",
    "match f() { Some(Ok(v)) => v, _ => return Ok(0) };",
    "if let Err(e) = f() { return Err(e); }",
    "if let Err(e) = f() { warn!(%e); failed += 1; }",
    "if let Err(E::Closed) = f() {}",
    "if let Err(_) = f() {} else { g() }",
    "let Ok(x) = f() else { return Err(E::A) }; Ok(x)",
    "let x = option.unwrap_or_default();",
    "let x = option.unwrap_or(1);",
    "let x = external!(cache, get()).unwrap_or_else(|error| recover(error));",
    "let x = external!(cache, get()).map_err(E::from)?;",
    "external!(orders, insert().await)?;",
    "external!(orders, async { begin().await?; insert().await }.await)?;",
    "external!(orders, keys.map(|key| key?.trim()).collect())?;",
    "f().map_err(|error| E::A { source: error })",
    "f().map_err(E::A)",
    "let _ = degrade!(\"the cache is an optimisation\", cache.set());",
    "let x = degrade!(\"the cache is an optimisation\", f().unwrap_or_default());",
    "let handle = tokio::spawn(send()); handle.await??;",
    "loop { attempts += 1; if let Err(e) = f() { note(e); sleep(D).await; } }",
    "fn inner() -> u8 { f().ok(); todo!() } Ok(inner())",
    "let x = matches!(f(), Ok(_));",
    "let _guard = lock();",
    "let _ = value;",
    "drop(guard);",
    "info!(\"{}\", x); Ok(())",
];

#[test]
fn every_pattern_fires_where_it_should_and_once() {
    for (code, body) in SILENT {
        assert_eq!(found(body), [*code], "{body}");
    }
}

#[test]
fn clean_code_is_left_alone() {
    for body in CLEAN {
        assert_eq!(found(body), [""; 0], "{body}");
    }
}

#[test]
fn every_pattern_has_a_body_in_which_it_fires() {
    let tried: BTreeSet<&str> = SILENT.iter().map(|(code, _)| *code).collect();
    for pattern in PATTERNS {
        let is_tried = tried.contains(pattern.code) || pattern.code == DISCARDED.code;
        assert!(is_tried, "{}", pattern.code);
        let expected = if pattern.code < "RC220" {
            Tier::Error
        } else {
            Tier::Warning
        };
        assert_eq!(pattern.tier, expected, "{}", pattern.code);
    }
}

#[test]
fn what_a_statement_throws_away_is_shown_to_the_compiler() {
    let (codes, thrown) = found_with(
        &[],
        "let _ = a(); _ = b().await; drop(c()); let _: R = d()?; let _ = write!(x, \"y\"); \
         std::mem::drop(h()); let _ = e; drop(g); pool::drop(i()); let _ = own!(j); let _ = Some(&k()); \
         let _ = self.l; let _ = m[0]; let _ = *n;",
    );
    assert_eq!(codes, [""; 0]);
    assert_eq!(
        thrown,
        ["a()", "b().await", "c()", "d()?", "write!(x,\"y\")", "h()"]
    );
}

#[test]
fn a_recovery_in_the_contract_speaks_for_the_interface_it_names() {
    let marked = "match external!(cache, get()) { Ok(v) => Ok(v), Err(_) => Ok(0) }";
    assert_eq!(found_with(&["cache"], marked).0, [""; 0]);
    assert_eq!(found_with(&["orders"], marked).0, ["RC212"]);
    assert_eq!(found_with(&[], marked).0, ["RC212"]);
    // Which call it is cannot be seen: no longer beyond doubt.
    let hidden = "match self.cached() { Ok(v) => Ok(v), Err(_) => Ok(0) }";
    assert_eq!(found_with(&["cache"], hidden).0, ["RC228"]);
    let unwrapped = "let x = external!(cache, get()).unwrap_or_default();";
    assert_eq!(found_with(&["cache"], unwrapped).0, [""; 0]);
}

#[test]
fn reasons_are_counted() {
    let mut block: Block =
        syn::parse_str("{ let _ = degrade!(\"the mail is a courtesy\", send()); }").unwrap();
    let found = find(&mut block, &[], &mut |_| None);
    assert_eq!(found.degraded.len(), 1);
    assert_eq!(found.degraded[0].reason, "the mail is a courtesy");
}
