use super::*;
use quote::ToTokens;

/// The branches of a body as `kind:value`, in the order they are found.
fn branches(body: &str) -> Vec<String> {
    branches_of("fn f() -> R", body)
}

fn branches_of(signature: &str, body: &str) -> Vec<String> {
    let signature = syn::parse_str(signature).unwrap();
    let mut block: Block = syn::parse_str(body).unwrap();
    let mut found = Vec::new();
    instrument(&signature, &mut block, |_, branch, value| {
        found.push(format!(
            "{}:{}",
            branch.kind.name(),
            value.to_token_stream().to_string().replace(' ', "")
        ));
    });
    found
}

#[test]
fn a_question_mark_is_a_branch_and_its_operand_is_marked() {
    assert_eq!(branches("{ a()?; Ok(()) }"), ["question_mark:a()"]);
}

#[test]
fn two_question_marks_are_two_branches_the_inner_one_first() {
    assert_eq!(
        branches("{ a()??; Ok(()) }"),
        ["question_mark:a()", "question_mark:a()?"]
    );
}

#[test]
fn a_tail_ok_is_no_branch_but_what_stands_in_it_can_be() {
    assert_eq!(branches("{ Ok(a()?) }"), ["question_mark:a()"]);
    assert_eq!(branches("{ Result::Ok(1) }"), [""; 0]);
}

#[test]
fn the_arms_of_a_tail_match_are_marked_and_not_the_match() {
    assert_eq!(
        branches("{ match x { 1 => Ok(2), 2 if y()? => Err(A), _ => { b(); other() } } }"),
        ["question_mark:y()", "tail:Err(A)", "tail:other()"]
    );
}

#[test]
fn a_returned_match_is_followed_to_its_leaves() {
    assert_eq!(
        branches("{ return match x { 1 => Ok(2), _ => Err(B) }; }"),
        ["return:Err(B)"]
    );
}

#[test]
fn closures_async_blocks_and_nested_items_leave_nothing() {
    assert_eq!(
        branches(
            "{ let f = || { a()?; return Err(C); }; let g = async { b()? }; \
             fn n() -> Result<(), E> { c()?; Err(D) } f()?; Ok(()) }"
        ),
        ["question_mark:f()"]
    );
}

#[test]
fn a_break_is_a_leaf_only_if_its_loop_is_the_tail() {
    assert_eq!(
        branches("{ loop { if a { break Err(A); } } }"),
        ["tail:Err(A)"]
    );
    assert_eq!(
        branches("{ let x = loop { break Err(A); }; Ok(x) }"),
        [""; 0]
    );
    assert_eq!(
        branches("{ 'o: loop { loop { break 1; } loop { break 'o Err(A); } } }"),
        ["tail:Err(A)"]
    );
    assert_eq!(
        branches("{ 'b: { if x { break 'b Err(A); } Ok(1) } }"),
        ["tail:Err(A)"]
    );
}

#[test]
fn let_else_and_nested_returns_are_branches() {
    assert_eq!(
        branches("{ let Some(x) = y else { return Err(A) }; if z { return b(); } Ok(x) }"),
        ["return:Err(A)", "return:b()"]
    );
}

#[test]
fn arguments_of_known_macros_are_looked_into() {
    assert_eq!(
        branches("{ println!(\"{}\", a()?); let v = vec![b()?; 2]; external!(gateway, c()?) }"),
        [
            "question_mark:a()",
            "question_mark:b()",
            "question_mark:c()",
            "tail:external!(gateway,c()?)"
        ]
    );
}

#[test]
fn a_macro_that_may_leave_unseen_is_reported_as_opaque() {
    let function: syn::ItemFn =
        syn::parse_str("fn f() -> R { own!(x, return 1); select!(a()?); last!(B) }").unwrap();
    let mut body = *function.block;
    let (branches, opaque) = instrument(&function.sig, &mut body, |_, _, _| {});
    assert!(branches.is_empty());
    assert_eq!(opaque.len(), 3);
}

#[test]
fn a_branch_knows_the_macros_around_it() {
    let function: syn::ItemFn = syn::parse_str(
        "fn f() -> R { println!(\"{}\", vec![a()?, 1]); std::write!(o, b()?); ensure!(c()?, D); Err(E) }",
    )
    .unwrap();
    let mut body = *function.block;
    let (branches, _) = instrument(&function.sig, &mut body, |_, _, _| {});
    let macros: Vec<_> = branches
        .iter()
        .map(|branch| branch.macros.join("/"))
        .collect();
    assert_eq!(macros, ["println/vec", "", "ensure", "ensure", ""]);
}

#[test]
fn macros_that_are_known_to_leave_are_branches() {
    assert_eq!(
        branches(
            "{ ensure!(a()? > 1, A); let x = match y { Some(x) => x, None => bail!(B) }; bail!(C) }"
        ),
        [
            "question_mark:a()",
            "macro:ensure!(a()?>1,A)",
            "macro:bail!(B)",
            "macro:bail!(C)"
        ]
    );
}

#[test]
fn an_err_that_a_question_mark_leaves_with_is_one_branch() {
    assert_eq!(
        branches("{ if a { return Err(A)?; } Err(B)? }"),
        ["question_mark:Err(A)", "question_mark:Err(B)"]
    );
}

#[test]
fn functions_of_std_that_never_come_back_are_no_branches() {
    assert_eq!(
        branches("{ if a { std::process::exit(1) } else { process::abort() } }"),
        [""; 0]
    );
    assert_eq!(branches("{ exit(1) }"), ["tail:exit(1)"]);
}

#[test]
fn where_the_last_statement_may_be_left_out_the_one_before_is_a_tail_too() {
    let function: syn::ItemFn = syn::parse_str(
        "fn f() -> R { one()?; #[cfg(unix)] { two() } #[cfg(not(unix))] { match x { #[cfg(a)] 1 => Err(A), _ => three() } } }",
    )
    .unwrap();
    let mut body = *function.block;
    let mut found = Vec::new();
    let (listed, _) = instrument(&function.sig, &mut body, |_, branch, value| {
        let text = value.to_token_stream().to_string().replace(' ', "");
        found.push((branch.kind.name(), text, branch.cfg.len()));
    });
    let expected = [
        ("question_mark", "one()", 0),
        ("tail", "two()", 1),
        ("tail", "Err(A)", 2),
        ("tail", "three()", 1),
    ];
    assert_eq!(found.len(), listed.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!((found.0, &*found.1, found.2), expected);
    }
}

#[test]
fn diverging_tails_are_no_branches() {
    assert_eq!(branches("{ panic!(\"no\") }"), [""; 0]);
    assert_eq!(branches("{ loop { step(); } }"), [""; 0]);
    assert_eq!(branches("{ if a { return Ok(1); } todo!() }"), [""; 0]);
}

#[test]
fn a_future_that_is_handed_back_is_followed_into_its_async_block() {
    let boxed = "fn f() -> Pin<Box<dyn Future<Output = R>>>";
    assert_eq!(
        branches_of(boxed, "{ g(); Box::pin(async move { a()?; Err(A) }) }"),
        ["question_mark:a()", "tail:Err(A)"]
    );
    assert_eq!(
        branches_of(
            "fn f() -> impl Future<Output = R>",
            "{ async { return Err(A); } }"
        ),
        ["return:Err(A)"]
    );
    assert_eq!(
        branches_of(
            boxed,
            "{ if x { return Box::pin(ready(Err(A))); } async { b().await }.boxed() }"
        ),
        ["return:ready(Err(A))", "tail:b().await"]
    );
}

#[test]
fn what_async_trait_makes_of_a_body_has_the_branches_of_the_body() {
    let signature = "fn f<'a>(&'a self) -> Pin<Box<dyn Future<Output = R> + Send + 'a>>";
    let body = "{ Box::pin(async move { \
        if let Some(__ret) = None::<R> { #[allow(unreachable_code)] return __ret; } \
        let __self = self; let __ret: R = { a()?; Err(A) }; \
        #[allow(unreachable_code)] __ret }) }";
    assert_eq!(
        branches_of(signature, body),
        ["question_mark:a()", "tail:Err(A)"]
    );
}
