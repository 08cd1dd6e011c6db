//! What stands directly inside of an expression.
//!
//! syn's own visitors would do, but whoever uses the macros compiles them anew for each visitor,
//! types and items included, where nothing fails at run time.

use syn::punctuated::Punctuated;
use syn::{Block, Expr, Pat, Token};

/// A part of an expression that runs when it does.
pub(super) enum Part<'a> {
    Expression(&'a mut Expr),
    Block(&'a mut Block),
}

/// Shows every part, in the order of the source. The input of a macro is none.
pub(super) fn inside(expression: &mut Expr, show: &mut dyn FnMut(Part<'_>)) {
    match expression {
        Expr::Array(inner) => all(&mut inner.elems, show),
        Expr::Assign(inner) => {
            show(Part::Expression(&mut inner.left));
            show(Part::Expression(&mut inner.right));
        }
        Expr::Async(inner) => show(Part::Block(&mut inner.block)),
        Expr::Await(inner) => show(Part::Expression(&mut inner.base)),
        Expr::Binary(inner) => {
            show(Part::Expression(&mut inner.left));
            show(Part::Expression(&mut inner.right));
        }
        Expr::Block(inner) => show(Part::Block(&mut inner.block)),
        Expr::Break(inner) => optional(&mut inner.expr, show),
        Expr::Call(inner) => {
            show(Part::Expression(&mut inner.func));
            all(&mut inner.args, show);
        }
        Expr::Cast(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Closure(inner) => show(Part::Expression(&mut inner.body)),
        Expr::Const(inner) => show(Part::Block(&mut inner.block)),
        Expr::Field(inner) => show(Part::Expression(&mut inner.base)),
        Expr::ForLoop(inner) => {
            show(Part::Expression(&mut inner.expr));
            show(Part::Block(&mut inner.body));
        }
        Expr::Group(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::If(inner) => {
            show(Part::Expression(&mut inner.cond));
            show(Part::Block(&mut inner.then_branch));
            if let Some((_, otherwise)) = &mut inner.else_branch {
                show(Part::Expression(otherwise));
            }
        }
        Expr::Index(inner) => {
            show(Part::Expression(&mut inner.expr));
            show(Part::Expression(&mut inner.index));
        }
        Expr::Let(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Loop(inner) => show(Part::Block(&mut inner.body)),
        Expr::Match(inner) => {
            show(Part::Expression(&mut inner.expr));
            for arm in &mut inner.arms {
                conditions(&mut arm.pat, show);
                show(Part::Expression(&mut arm.body));
            }
        }
        Expr::MethodCall(inner) => {
            show(Part::Expression(&mut inner.receiver));
            all(&mut inner.args, show);
        }
        Expr::Paren(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Range(inner) => {
            optional(&mut inner.start, show);
            optional(&mut inner.end, show);
        }
        Expr::RawAddr(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Reference(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Repeat(inner) => {
            show(Part::Expression(&mut inner.expr));
            show(Part::Expression(&mut inner.len));
        }
        Expr::Return(inner) => optional(&mut inner.expr, show),
        Expr::Struct(inner) => {
            for field in inner.fields.pairs_mut() {
                show(Part::Expression(&mut field.into_value().expr));
            }
            optional(&mut inner.rest, show);
        }
        Expr::Try(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::TryBlock(inner) => show(Part::Block(&mut inner.block)),
        Expr::Tuple(inner) => all(&mut inner.elems, show),
        Expr::Unary(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Unsafe(inner) => show(Part::Block(&mut inner.block)),
        Expr::While(inner) => {
            show(Part::Expression(&mut inner.cond));
            show(Part::Block(&mut inner.body));
        }
        Expr::Yield(inner) => optional(&mut inner.expr, show),
        // `continue`, `_`, a literal, a macro, a path, what syn does not know.
        _ => {}
    }
}

fn all(expressions: &mut Punctuated<Expr, Token![,]>, show: &mut dyn FnMut(Part<'_>)) {
    for pair in expressions.pairs_mut() {
        show(Part::Expression(pair.into_value()));
    }
}

fn optional(expression: &mut Option<Box<Expr>>, show: &mut dyn FnMut(Part<'_>)) {
    if let Some(expression) = expression {
        show(Part::Expression(expression));
    }
}

/// The `if` of an arm; a pattern has nothing else in it that runs.
fn conditions(pattern: &mut Pat, show: &mut dyn FnMut(Part<'_>)) {
    match pattern {
        Pat::Guard(guard) => {
            conditions(&mut guard.pat, show);
            show(Part::Expression(&mut guard.guard));
        }
        Pat::Paren(inner) => conditions(&mut inner.pat, show),
        Pat::Or(inner) => {
            for case in inner.cases.pairs_mut() {
                conditions(case.into_value(), show);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    /// Every kind of expression, with a place in it that runs when it does.
    const AROUND: &[&str] = &[
        "[1, HERE]",
        "x = HERE",
        "a[0] = HERE",
        "HERE += 1",
        "async { HERE }",
        "HERE.await",
        "1 + HERE",
        "{ HERE }",
        "'a: { HERE; 1 }",
        "loop { break HERE; }",
        "g(1, HERE)",
        "(HERE)(1)",
        "HERE as u8",
        "|x| HERE",
        "const { HERE }",
        "HERE.field",
        "for x in HERE {}",
        "for x in y { HERE; }",
        "if HERE {}",
        "if a { HERE } else { b }",
        "if a { b } else { HERE }",
        "if let Some(x) = HERE {}",
        "a[HERE]",
        "HERE[0]",
        "match HERE { _ => 1 }",
        "match x { 1 => 2, _ => HERE }",
        "match x { 1 | 2 if HERE => 2, _ => 3 }",
        "HERE.g()",
        "x.g(1, HERE)",
        "(HERE)",
        "HERE..",
        "..HERE",
        "&raw const HERE",
        "&HERE",
        "[HERE; 2]",
        "return HERE",
        "S { a: 1, b: HERE }",
        "S { a: 1, ..HERE }",
        "HERE?",
        "(1, HERE)",
        "!HERE",
        "unsafe { HERE }",
        "while HERE {}",
        "while a { HERE; }",
        "let x = HERE;",
        "let Some(x) = y else { return HERE; };",
        "assert!(1, HERE)",
        "vec![HERE; 2]",
    ];

    #[test]
    fn nothing_that_runs_is_passed_over() {
        for around in AROUND {
            let body = format!("{}; 1", around.replace("HERE", "f().unwrap()"));
            assert_eq!(found(&body), ["RC222"], "{body}");
        }
    }

    #[test]
    fn what_leaves_a_marked_call_is_found_wherever_it_stands() {
        for around in AROUND {
            let marked = around.replace("HERE", "f()?");
            // A function, a future or a constant of their own, and what a macro is given is tokens.
            let apart = ["async", "|x|", "const", "assert!", "vec!"];
            let stays = apart.iter().any(|begin| around.starts_with(begin));
            let codes = found(&format!("external!(orders, {{ {marked}; 1 }})"));
            assert_eq!(codes.contains(&"RC217"), !stays, "{marked}: {codes:?}");
        }
    }

    #[test]
    fn a_function_in_a_body_and_a_type_in_it_have_none_of_its_silences() {
        for body in [
            "fn g() { f().unwrap(); } 1",
            "struct S { a: [u8; f().unwrap()] } 1",
            "let x: [u8; f().unwrap()] = y;",
        ] {
            assert_eq!(found(body), [""; 0], "{body}");
        }
    }
}
