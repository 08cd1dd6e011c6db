//! Being there before the first span of a process.
//!
//! A span that nobody listens to is gone, with the fields that the events in it were to
//! have. No test calls us before it opens spans of its own; so the system does, before
//! `main`.

/// What the system runs before `main`, besides its own.
#[expect(
    unsafe_code,
    reason = "naming a section is unsafe, because what stands in it is run: this is a \
              function of the right kind, it needs nothing that `main` sets up (the environment, \
              the heap and locks), and it cannot unwind"
)]
#[used]
#[cfg_attr(
    any(
        target_os = "linux",
        target_os = "android",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd",
        target_os = "dragonfly",
        target_os = "illumos"
    ),
    unsafe(link_section = ".init_array")
)]
#[cfg_attr(
    target_vendor = "apple",
    unsafe(link_section = "__DATA,__mod_init_func")
)]
#[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
static BEFORE_MAIN: extern "C" fn() = {
    extern "C" fn before_main() {
        // Whatever goes wrong is told by who listens later, and late.
        let _heard = std::panic::catch_unwind(super::listener::early);
    }
    before_main
};
