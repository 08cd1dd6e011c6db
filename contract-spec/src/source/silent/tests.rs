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

pub(super) fn found(body: &str) -> Vec<&'static str> {
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
    ("RC212", "f().or(Ok(0))"),
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
    (
        "RC215",
        "let x = external!(cache, get()).map_or(0, |x| x + 1);",
    ),
    (
        "RC215",
        "let x = external!(cache, get()).map_or_else(|_| 0, g);",
    ),
    (
        "RC215",
        "let x = external!(cache, get()).map_or(None, Some);",
    ),
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
    "external!(cache, get()).map_or(Err(E::A), |x| Ok(x + 1))",
    "external!(cache, get()).map_or_else(|error| Err(E::from(error)), Ok)",
    "external!(cache, get()).map_or_else(recover, g)",
    "external!(cache, get()).map_or(fallback, Ok)",
    "f().or(Err(E::A))",
    "option.or(Some(1))",
    "f().or(g())",
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

/// Code in which the failure may be none, or may not be lost, beside code in which it is.
const DOUBTFUL: &[(&str, &str, &str)] = &[
    (
        "the next way is tried behind the match",
        "match f() { Ok(v) => return Ok(v), Err(e) => debug!(\"{e}\") } g()",
        "match f() { Ok(v) => h(v), Err(e) => debug!(\"{e}\") } g()",
    ),
    (
        "the next way is tried behind the match, and not just given up",
        "match f() { Ok(v) => return Ok(v), Err(_) => {} } Err(E::A)",
        "match f() { Ok(v) => return Ok(v), Err(_) => {} } Ok(0)",
    ),
    (
        "every attempt fails, and then the function does",
        "for x in y { match f(x) { Ok(v) => return Ok(v), Err(_) => continue } } Err(E::A)",
        "for x in y { match f(x) { Ok(v) => return Ok(v), Err(_) => continue } } Ok(None)",
    ),
    (
        "the next candidate is tried",
        "for x in y { match f(x) { Ok(v) => { found = v; break; } Err(_) => continue } }",
        "for x in y { match f(x) { Ok(v) => found = v, Err(_) => continue } }",
    ),
    (
        "nobody waits any more who could be told",
        "if let Err(e) = reply_tx.send(1) { warn!(\"{e:?}\"); }",
        "if let Err(e) = mailer.send(1) { warn!(\"{e:?}\"); }",
    ),
    (
        "the failure itself is what is sent",
        "output.send(Err(error)).ok();",
        "output.send(message).ok();",
    ),
    (
        "nobody takes what comes any more",
        "entries.try_for_each(|entry| tx.send(entry)).ok();",
        "entries.try_for_each(|entry| store(entry)).ok();",
    ),
    (
        "a cell is set already",
        "self.cell.set(1).ok();",
        "self.cache.set(key, 1).ok();",
    ),
    (
        "a task has nobody to tell",
        "let t = spawn(async move { if let Err(e) = f().await { error!(\"{e}\"); } }); t.await;",
        "async move { if let Err(e) = f().await { error!(\"{e}\"); } }.await;",
    ),
    (
        "a future that is kept for later has nobody to tell",
        "let hangup = Box::pin(async move { if let Err(e) = f().await { warn!(\"{e}\"); } }); g(hangup)",
        "Box::pin(async move { if let Err(e) = f().await { warn!(\"{e}\"); } Ok(()) })",
    ),
    (
        "it has been there before and may have been handled there",
        "let mut last = Ok(()); for x in y { if let Err(e) = last { warn!(\"{e}\"); } last = x; } last",
        "let last = f(); if let Err(e) = last { warn!(\"{e}\"); } Ok(())",
    ),
    (
        "it came from the caller, who knows it",
        "match outcome { Ok(v) => g(v), Err(_) => Ok(2) }",
        "let outcome = f(); match outcome { Ok(v) => g(v), Err(_) => Ok(2) }",
    ),
    (
        "nothing has come yet",
        "let Ok(next) = queue.try_recv() else { return Ok(0) }; g(next)",
        "let Ok(next) = queue.next() else { return Ok(0) }; g(next)",
    ),
    (
        "one more attempt follows, if the success was not the right one",
        "loop { match f() { Ok(v) => { if v > 1 { break; } g(v) } Err(e) => debug!(\"{e}\") } h(); }",
        "loop { match f() { Ok(v) => { if v > 1 { k(); } g(v) } Err(e) => debug!(\"{e}\") } h(); }",
    ),
    (
        "a callback has nobody to tell",
        "set_hook(Box::new(|_| if let Err(e) = f() { error!(\"{e}\"); }));",
        "{ if let Err(e) = f() { error!(\"{e}\"); } }",
    ),
    (
        "what came out is sent to who waits",
        "let t = spawn(move || { s.send(f()).ok(); }); t.join()?;",
        "s.send(f()).ok();",
    ),
    (
        "the answer names the failure",
        "match f() { Ok(v) => Ok(v), Err(_) => Ok(Status::Failed) }",
        "match f() { Ok(v) => Ok(v), Err(_) => Ok(Status::Done) }",
    ),
    (
        "unknown is the thing, and not the failure",
        "match f() { Ok(v) => Ok(v), Err(_) => Ok(Status::Unavailable) }",
        "match f() { Ok(v) => Ok(v), Err(_) => Ok(Status::Unknown) }",
    ),
    (
        "a condition has picked the others",
        "match f() { Ok(v) => g(v), Err(e) if e.kind() != Gone => return Err(e), _ => {} }",
        "match f() { Ok(v) => g(v), Err(e) if e.kind() != Gone => warn!(\"{e}\"), _ => {} }",
    ),
    (
        "the rest is of successes too",
        "match f() { Ok(v) if v > 1 => g(v), _ => () }",
        "match f() { Ok(v) => g(v), _ => () }",
    ),
    (
        "it is set for the process already",
        "default_provider().install_default().ok();",
        "default_provider().install().ok();",
    ),
    (
        "the logger is there already",
        "env_logger::try_init().ok();",
        "env_logger::init_all().ok();",
    ),
    (
        "nobody signals any more",
        "done.await.ok();",
        "done().await.ok();",
    ),
    (
        "there is no such variable",
        "let Ok(home) = env::var(\"HOME\") else { return Ok(0) }; g(home)",
        "let Ok(home) = env::vars(\"HOME\") else { return Ok(0) }; g(home)",
    ),
    (
        "it is the other of two things",
        "let Ok(data) = frame.into_data() else { return Ok(()) }; g(data)",
        "let Ok(data) = frame.load_data() else { return Ok(()) }; g(data)",
    ),
    (
        "the answer to a question is no",
        "match text.parse() { Ok(v) => Ok(Some(v)), Err(_) => Ok(None) }",
        "match text.parse() { Ok(v) => Ok(v), Err(_) => Ok(0) }",
    ),
    (
        "only a value at hand is asked",
        "match decode(text) { Ok(v) => Ok(Some(v)), Err(_) => Ok(None) }",
        "match decode(text).await { Ok(v) => Ok(Some(v)), Err(_) => Ok(None) }",
    ),
];

#[test]
fn what_is_not_beyond_doubt_is_for_a_reader_to_decide() {
    for (why, doubtful, certain) in DOUBTFUL {
        assert_eq!(found(doubtful), ["RC228"], "{why}: {doubtful}");
        let codes = found(certain);
        assert!(
            codes.len() == 1 && codes[0] < "RC220",
            "{codes:?}: {certain}"
        );
    }
}

#[test]
fn what_is_only_looked_at_is_lost_unless_it_is_used_elsewhere() {
    let logged = "let result = f(); if let Err(e) = &result { warn!(\"{e}\"); }";
    assert_eq!(found(&format!("{logged} result")), [""; 0]);
    assert_eq!(found(&format!("{logged} Ok(())")), ["RC214"]);
    let read = "let result = f(); match result.as_ref() { Ok(v) => g(v), Err(_) => {} }";
    assert_eq!(found(&format!("{read} Ok(result?)")), [""; 0]);
    assert_eq!(found(&format!("{read} Ok(())")), ["RC213"]);
    let bound = "let result = f(); if let Err(ref e) = result { warn!(\"{e}\"); }";
    assert_eq!(found(&format!("{bound} result")), [""; 0]);
    assert_eq!(found(&format!("{bound} Ok(())")), ["RC214"]);
    let through =
        "match request.as_ref().map(|r| r.body()) { Ok(b) => g(b), Err(e) => trace!(\"{e}\") }";
    assert_eq!(
        found(&format!("let request = f(); {through} h(request?)")),
        [""; 0]
    );
}

#[test]
fn writing_and_forgetting_is_for_the_compiler_to_judge() {
    let (codes, thrown) = found_with(
        &[],
        "write!(text, \"a\").ok(); writeln!(file).ok(); f().ok();",
    );
    assert_eq!(codes, ["RC211"]);
    assert_eq!(thrown, ["write!(text,\"a\")", "writeln!(file)"]);
}

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
         let _ = self.l; let _ = m[0]; let _ = *n; let _ = (o()); let _ = (e);",
    );
    assert_eq!(codes, [""; 0]);
    assert_eq!(
        thrown,
        [
            "a()",
            "b().await",
            "c()",
            "d()?",
            "write!(x,\"y\")",
            "h()",
            "(o())"
        ]
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
