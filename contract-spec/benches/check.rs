//! What `check` costs, by the size of a contract: each shape in three sizes, so that
//! whatever grows faster than its input shows.
//!
//!     cargo bench --package contract-spec

use contract_spec::{Source, check};
use divan::Bencher;
use divan::counter::BytesCount;

const SIZES: [usize; 3] = [1_000, 4_000, 16_000];

fn main() {
    divan::main();
}

fn bench(bencher: Bencher<'_, '_>, text: String) {
    let bytes = BytesCount::of_str(&text);
    let source = Source::new("contracts/example.toml", text);
    bencher.counter(bytes).bench(|| check(&source));
}

fn many(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// Functions with an interface, a retry policy and four modes each: what people write.
#[divan::bench(args = SIZES)]
fn functions(bencher: Bencher<'_, '_>, count: usize) {
    let functions = many(count, |n| {
        format!(
            "[interface.api{n}]\nkind = \"http\"\nservice = \"s{n}\"\ntimeout = \"2s\"\n\
             [retry.often{n}]\nmax_attempts = 3\nbackoff = \"exponential\"\n\
             initial_delay = \"10ms\"\nmax_delay = \"1s\"\njitter = \"full\"\n\
             [function.call{n}]\nerror = \"Error{n}\"\nidempotency = \"safe\"\n\
             [function.call{n}.on.api{n}]\n\
             timeout = {{ returns = \"Timeout\", retry = \"often{n}\", log = \"error\" }}\n\
             unauthorized = {{ returns = \"Denied\", log = \"error\" }}\n\
             not_found = {{ returns = \"Missing\" }}\n\
             server_error = {{ returns = \"Down\", log = \"error\" }}\n"
        )
    });
    bench(bencher, format!("format = 1\n{functions}"));
}

/// One function that can fail in as many ways.
#[divan::bench(args = SIZES)]
fn modes(bencher: Bencher<'_, '_>, count: usize) {
    let modes = many(count, |n| format!("m{n} = {{ returns = \"V{n}\" }}\n"));
    bench(
        bencher,
        format!("format = 1\n[function.f.on.domain]\n{modes}"),
    );
}

/// Contracts that call each other, in one long chain.
#[divan::bench(args = SIZES)]
fn chain(bencher: Bencher<'_, '_>, count: usize) {
    let chain = many(count, |n| {
        format!(
            "[interface.next{n}]\nkind = \"contract\"\ncontract = \"example.f{}\"\n\
             [function.f{n}.on.next{n}]\na = {{ returns = \"A\" }}\n",
            n + 1
        )
    });
    bench(bencher, format!("format = 1\n{chain}"));
}

/// Nothing but mistakes: a name that nothing has, with the nearest searched for each.
#[divan::bench(args = SIZES)]
fn unknown_names(bencher: Bencher<'_, '_>, count: usize) {
    let functions = many(count, |n| {
        format!("[function.f{n}.on.i{n}]\ntimeout = {{ returns = \"T\" }}\n")
    });
    bench(bencher, format!("format = 1\n{functions}"));
}

/// Nothing but broken syntax.
#[divan::bench(args = SIZES)]
fn syntax_errors(bencher: Bencher<'_, '_>, count: usize) {
    bench(bencher, many(count, |n| format!("k{n} =\n")));
}
