//! Rules of shape: what the reader itself finds while it reads, and what it would find if
//! called functions stood in the same file.

use super::{callee, define};

define!(
    SYNTAX,
    "RC100",
    "not-toml",
    Error,
    None,
    "the file is not TOML",
    "A contract is a TOML file. Where the syntax is broken, the reader goes on and reports what \
     it can still be sure of, but it says nothing about what seems to be missing and applies no \
     rule: the lines in question may only have been lost.\n\n\
     The most frequent cause is a text without quotes: durations, kinds and variants are strings.\n\n\
     Source: the TOML specification, version 1.1.",
);

define!(
    UNKNOWN_KEY,
    "RC101",
    "unknown-key",
    Error,
    None,
    "a key has no meaning here",
    "Every key that a contract may use is known, and anything else is refused. A key that is \
     silently passed over is worse than none: whoever reads `timout = \"2s\"` believes that there \
     is a limit.\n\n\
     Keys of retry libraries are refused for the same reason. Some count the first attempt and \
     some do not, so a contract knows one number only: `max_attempts`, the first one included. \
     gRPC renamed its own setting because of this confusion.\n\n\
     Source: grpc/proposal#37.",
);

define!(
    WRONG_VALUE,
    "RC102",
    "wrong-value",
    Error,
    None,
    "a value has the wrong type, or is out of bounds",
    "Values are what they say: durations are strings with a unit (`\"100ms\"`, `\"2s\"`, \
     `\"1m30s\"`), numbers are numbers, words come from a fixed list. Nothing is converted: a \
     `timeout = 2` could be two seconds as well as two milliseconds, and wrong values make up \
     nearly half of all time-out bugs.\n\n\
     Limits of zero, negative numbers, infinity and NaN are refused.\n\n\
     Source: the study of 156 time-out bugs at IC2E 2018.",
);

define!(
    UNKNOWN_KIND,
    "RC103",
    "unknown-kind",
    Error,
    None,
    "an interface has a kind that does not exist",
    "The kind of an interface decides which failure modes it has, which of them must be decided \
     on, and what each has done on the other side. Without a kind from the catalog nothing can be \
     held against the contract, so a kind is never guessed from a name.\n\n\
     Whatever is another contracted function has `kind = \"contract\"`. `input` and `domain` are \
     always there and need no interface.\n\n\
     Source: this format, version 1, and its catalog.",
);

define!(
    UNKNOWN_MODE,
    "RC104",
    "unknown-mode",
    Error,
    Some(callee::unknown_modes),
    "an interface of this kind does not fail in this way",
    "Failure modes are words of the catalog, so that one word means one thing in contracts, logs, \
     tests and reports. Whatever the named modes do not cover is `other`, which every kind \
     has.\n\n\
     For an interface of `kind = \"contract\"` the modes are the variants that the other function \
     returns, in snake case: `GatewayTimeout` is `gateway_timeout`.\n\n\
     Source: this format, version 1, and its catalog.",
);

define!(
    UNCLEAR_HANDLING,
    "RC108",
    "unclear-handling",
    Error,
    None,
    "a mode does not end in exactly one way",
    "A function that meets a failure either returns a typed error (`returns`), or succeeds all the \
     same for a reason that can be reviewed (`recovers`), or the failure cannot happen \
     (`waived`). A retry or a log event is no ending: something follows when the last attempt \
     fails.\n\n\
     Source: a routine fulfils its contract or signals its failure, and nothing between \
     (Meyer, *Object-Oriented Software Construction*).",
);

define!(
    UNKNOWN_NAME,
    "RC109",
    "unknown-name",
    Error,
    Some(callee::lost),
    "a name refers to something that is not declared",
    "Interfaces, retry policies, the variants of shared enums and the functions behind \
     `kind = \"contract\"` are declared where their names say. A name that names nothing would \
     make the line that uses it a line without effect.\n\n\
     `contract = \"ledger.book\"` is `[function.book]` of `ledger.toml` in the same folder or, \
     where `check` sees the whole workspace, of the one `ledger.toml` in it.\n\n\
     Source: this format, version 1.",
);

define!(
    DUPLICATE,
    "RC110",
    "duplicate",
    Error,
    None,
    "something is said twice",
    "TOML allows every key once, and a list of names holds each name once. Of two handlings of \
     one mode, nobody could say which holds.\n\n\
     Source: the TOML specification, which makes a repeated key an error.",
);

define!(
    MISSING_KEY,
    "RC111",
    "missing-key",
    Error,
    None,
    "a key that must be there is not",
    "Few keys are demanded: `format` of the file, `kind` of an interface (and `contract`, where it \
     is another function), `variants` of a shared enum, `level` of a log demand. Each decides how \
     the rest is understood, so none has a default.\n\n\
     Source: this format, version 1.",
);

define!(
    BAD_NAME,
    "RC112",
    "bad-name",
    Error,
    None,
    "a name cannot be used",
    "What a contract names itself (functions, interfaces, retry policies, modes) is written in \
     lowercase letters, digits and underscores, because the names appear in ids, log fields and \
     metrics. What Rust names (enums and their variants) must be what Rust would accept, without \
     type arguments, and variants stand without their enum.\n\n\
     `input` and `domain` are always there and cannot be declared as interfaces.\n\n\
     Source: this format, version 1; the Rust reference on identifiers and paths.",
);

define!(
    FORMAT,
    "RC113",
    "unknown-format",
    Error,
    None,
    "the file has a format that this version does not know",
    "`format = 1` says how the file is to be understood. A file of a later format could mean \
     something else by the same words, so nothing in it is taken for granted.\n\n\
     Source: this format, version 1.",
);

define!(
    WAIVED_YET_HANDLED,
    "RC114",
    "waived-yet-handled",
    Error,
    None,
    "a mode that cannot happen is handled all the same",
    "`waived` says that the failure cannot happen. A retry, a log event, a rollback or an effect \
     beside it says that it can. One of the two is wrong, and the tests that would tell which are \
     not demanded for a waived mode.\n\n\
     Source: this format, version 1.",
);

define!(
    IDLE_KEY,
    "RC115",
    "idle-key",
    Error,
    None,
    "a key has no effect beside another",
    "`contract` names the other function of an interface with `kind = \"contract\"`, and nothing \
     for other kinds; `multiplier` lets an exponential delay grow, and a constant one never. A \
     line without effect misleads its readers.\n\n\
     Source: this format, version 1.",
);

define!(
    INCLUDE,
    "RC116",
    "unreadable-include",
    Error,
    None,
    "an included file cannot be read, or leads back to itself",
    "`include = [\"common.toml\"]` makes the interfaces, retry policies, shared enums and kinds of \
     another file known, as if they stood here; its functions stay its own. Paths are relative to \
     the file that includes, end in `.toml` and use forward slashes, so that they mean the same on \
     every machine.\n\n\
     While an included file is missing, names that it may declare are not reported as unknown.\n\n\
     Source: this format, version 1.",
);
