use contract_spec::{Source, check};

use super::*;
use crate::contracts::ContractFile;
use crate::formats::tests::report;

const HOSTILE: &str = r#""><script>alert('a')</script><img src=x onerror=alert(1)>&amp;"#;

/// A contract of which every text is what somebody would write who wants to be run.
fn contracts() -> Contracts {
    let hostile = HOSTILE.replace('"', "\\\"");
    let text = format!(
        "format = 1\n[interface.gateway]\nkind = \"http\"\nservice = \"{hostile}\"\n\
         [function.charge]\nsummary = \"{hostile}\"\nerror = \"E\"\ndeadline = \"10s\"\n\
         [function.charge.on.gateway]\ntimeout = {{ returns = \"GatewayTimeout\", log = \"error\", rollback = true }}\n\
         not_found = {{ waived = \"{hostile}\" }}\n"
    );
    let source = Source::new("contracts/payments.toml", text);
    let reading = check(&source);
    let mut contracts = Contracts::default();
    let file = ContractFile::new("checkout", source, reading);
    contracts
        .files
        .insert("contracts/payments.toml".into(), file);
    contracts
}

fn rendered(report: &Report) -> String {
    html(report, &contracts(), Path::new("/nowhere"))
}

/// What stands between the start of `<body>` and the script.
fn body(html: &str) -> &str {
    let (_, body) = html.split_once("<body>").expect("a body");
    body.split_once("<script>").expect("a script").0
}

/// The names of its tags in order, without those that need no end; panics where one ends
/// that did not begin.
fn tags(html: &str) -> Vec<String> {
    let (mut open, mut seen) = (Vec::new(), Vec::new());
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("every < is of a tag");
        let name: String = tag.chars().take_while(|c| !c.is_whitespace()).collect();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "</{name}> ends another");
            continue;
        }
        if !tag.ends_with('/') && !["input", "meta", "!doctype"].contains(&&*name) {
            open.push(name.clone());
        }
        seen.push(name);
    }
    assert!(open.is_empty(), "not ended: {open:?}");
    seen
}

#[test]
fn the_page_of_a_report() {
    let page = rendered(&report());
    insta::assert_snapshot!(body(&page).replace("><", ">\n<"));
}

#[test]
fn no_text_becomes_markup() {
    let plain = tags(body(&rendered(&report())));
    let mut hostile = report();
    let bad = || HOSTILE.to_owned();
    hostile.digest = bad();
    for function in &mut hostile.functions {
        (function.package, function.path, function.file) = (bad(), bad(), bad());
        for mode in &mut function.modes {
            mode.tests = vec![bad()];
            mode.returns = mode.returns.as_ref().map(|_| bad());
        }
        for degraded in &mut function.degraded {
            degraded.reason = bad();
        }
        for branch in &mut function.branches {
            (branch.file, branch.kind) = (bad(), bad());
            (branch.variants, branch.tests) = (vec![bad()], vec![bad()]);
            for mutant in &mut branch.mutants {
                (mutant.from, mutant.to) = (Some(bad()), Some(bad()));
            }
        }
    }
    for finding in hostile.findings.iter_mut().chain(&mut hostile.known) {
        finding.message = bad();
        finding.help = Some(bad());
        finding.file = Some(bad());
        finding.timeline = vec![format!("0.1 ms  {HOSTILE}")];
    }
    let page = rendered(&hostile);
    let count = |tags: &[String], name: &str| tags.iter().filter(|tag| *tag == name).count();
    let found = tags(body(&page));
    for name in ["script", "img"] {
        assert_eq!(count(&found, name), 0, "{name}");
    }
    // Only what had been code in a sentence is gone, with its backticks.
    let without_code = |tags: &[String]| -> Vec<String> {
        tags.iter().filter(|tag| *tag != "code").cloned().collect()
    };
    assert_eq!(without_code(&found), without_code(&plain));
    assert!(!body(&page).contains(HOSTILE));
    assert!(body(&page).contains("&quot;&gt;&lt;script&gt;alert(&#39;a&#39;)"));
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let page = html(&report(), &Contracts::default(), Path::new("/nowhere"));
    for outside in ["http:", "https:", "src=", "url(", "@import", "//cdn"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn every_link_leads_to_a_place_of_the_page_and_every_place_is_one() {
    let page = rendered(&report());
    let values = |name: &str| -> Vec<String> {
        let parts = body(&page).split(name).skip(1);
        parts
            .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
            .collect()
    };
    let mut ids = values(" id=\"");
    let links = values("href=\"#");
    assert!(links.len() > 8, "{links:?}");
    for link in &links {
        assert!(ids.contains(link), "#{link} in {ids:?}");
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "an id is there twice");
}

#[test]
fn an_empty_report_is_a_page_too() {
    let mut empty = report();
    empty.functions.clear();
    empty.findings.clear();
    empty.known.clear();
    let page = html(&empty, &Contracts::default(), Path::new("/nowhere"));
    tags(body(&page));
    assert!(page.contains("There is no contracted function."));
}

/// A service of so many functions on one database, in files of five.
fn service(functions: usize) -> (Report, Contracts) {
    let mut many = report();
    let first = many.functions.remove(0);
    (many.functions, many.findings) = (Vec::new(), Vec::new());
    let mut contracts = Contracts::default();
    for number in 0..functions {
        let mut function = first.clone();
        function.id = format!("part_{}.handle_{number}", number / 5);
        many.functions.push(function);
    }
    for file in 0..functions.div_ceil(5) {
        let mut text =
            "format = 1\n[interface.gateway]\nkind = \"database\"\nservice = \"orders\"\n"
                .to_owned();
        for number in file * 5..functions.min(file * 5 + 5) {
            let (table, on) = ("[function.handle_", "\n[function.handle_");
            for part in [
                table,
                &number.to_string(),
                "]\nerror = \"E\"",
                on,
                &number.to_string(),
            ] {
                text.push_str(part);
            }
            text.push_str(".on.gateway]\ntimeout = { returns = \"T\" }\n");
        }
        let path = format!("contracts/part_{file}.toml");
        let source = Source::new(path.as_str(), text);
        let reading = check(&source);
        let file = ContractFile::new("checkout", source, reading);
        contracts.files.insert(path.into(), file);
    }
    (many, contracts)
}

#[test]
fn what_one_database_holds_together_is_one_drawing_until_it_is_too_large() {
    let drawings = |functions| {
        let (many, contracts) = service(functions);
        let page = html(&many, &contracts, Path::new("/nowhere"));
        tags(body(&page));
        let drawings = page
            .matches("<svg role=\"img\" aria-labelledby=\"drawn")
            .count();
        (drawings, page.contains("are not drawn"))
    };
    assert_eq!(drawings(30), (1, false));
    assert_eq!(drawings(120), (24, false));
    // Forty drawings are enough.
    assert_eq!(drawings(500), (40, true));
}

/// `scripts/test-html` looks at these in a browser.
#[test]
fn a_thousand_functions_are_one_page() {
    let few = report();
    let mut many = few.clone();
    many.functions.clear();
    many.findings.clear();
    for number in 0..1000 {
        let mut function = few.functions[0].clone();
        function.id = format!("service_{}.handle_{number}", number % 40);
        function.path = format!("shop::service_{}::handle_{number}", number % 40);
        function.package = format!("package-{}", number % 5);
        function.tier = ["critical", "standard", "experimental"][number % 3];
        if number % 10 != 0 {
            function
                .modes
                .retain(|mode| mode.verdict == Verdict::Proven);
        } else {
            let mut finding = few.findings[0].clone();
            finding.function = Some(function.id.clone());
            many.findings.push(finding);
        }
        many.functions.push(function);
    }
    many.summary.functions = many.functions.len();
    let page = html(&many, &Contracts::default(), Path::new("/nowhere"));
    tags(body(&page));
    assert_eq!(page.matches("<tr role=\"row\" data-f=").count(), 1000);
    assert!(page.len() < 4_000_000, "{} bytes", page.len());
    if let Some(folder) = std::env::var_os("HTML_FOLDER") {
        let folder = Path::new(&folder);
        std::fs::write(folder.join("many.html"), page).expect("a file");
        std::fs::write(folder.join("hostile.html"), rendered(&few)).expect("a file");
        let (many, contracts) = service(120);
        let page = html(&many, &contracts, Path::new("/nowhere"));
        std::fs::write(folder.join("service.html"), page).expect("a file");
    }
}
