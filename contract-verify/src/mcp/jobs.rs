//! Which command a request is. Nothing that a client says can be another argument than the
//! one it stands for, nor name a file outside of the workspace.

use std::path::Path;

use serde_json::{Map, Value, json};

/// A command line of this program.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) arguments: Vec<String>,
}

impl Job {
    fn of(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        Self {
            arguments: arguments.collect(),
        }
    }
}

type Arguments = Map<String, Value>;

/// Something that an assistant may call.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    /// Whether nothing is written, a build's own folder included.
    pub(super) reads_only: bool,
    properties: &'static [Property],
}

#[derive(Debug)]
struct Property {
    name: &'static str,
    description: &'static str,
    kind: Kind,
    required: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Word,
    Flag,
    Paths,
}

const ID: Property = Property {
    name: "id",
    description: "the contract's id: the file's stem, a dot, the function's name, such as `payments.charge`",
    kind: Kind::Word,
    required: true,
};

const PACKAGE: Property = Property {
    name: "package",
    description: "one package of the workspace; by default all",
    kind: Kind::Word,
    required: false,
};

/// All of them.
pub(super) const TOOLS: [Tool; 5] = [
    Tool {
        name: "verify",
        description: "Builds the tests with probes, runs them, breaks every error branch, and says which are missing, \
                      entered or proven and what is wrong, with what to do. Exit status 0: all holds; 100: findings; \
                      102: tests fail by themselves. Takes as long as the tests, and more after a change.",
        reads_only: false,
        properties: &[
            PACKAGE,
            Property {
                name: "fresh",
                description: "run every test, whatever is kept from earlier runs",
                kind: Kind::Flag,
                required: false,
            },
        ],
    },
    Tool {
        name: "check",
        description: "Checks contracts, and the sources as far as they stand, without a build: milliseconds.",
        reads_only: true,
        properties: &[
            PACKAGE,
            Property {
                name: "paths",
                description: "contract files or folders of them, relative to the workspace, instead of all",
                kind: Kind::Paths,
                required: false,
            },
        ],
    },
    Tool {
        name: "get_contract",
        description: "The contract of a function: the file as it stands.",
        reads_only: true,
        properties: &[ID],
    },
    Tool {
        name: "catalog",
        description: "The kinds of interfaces and the ways each fails: effect, whether trying again can help, how it \
                      shows in Rust.",
        reads_only: true,
        properties: &[Property {
            name: "kind",
            description: "one kind, such as `http`; by default all",
            kind: Kind::Word,
            required: false,
        }],
    },
    Tool {
        name: "explain",
        description: "What a code such as RC304 means, why, and what to write instead.",
        reads_only: true,
        properties: &[Property {
            name: "code",
            description: "the code",
            kind: Kind::Word,
            required: true,
        }],
    },
];

/// The prompts, and what each is for.
pub(super) const PROMPTS: [(&str, &str); 3] = [
    ("implement", "Write the function that a contract describes"),
    ("tests", "Write the tests that prove a contract"),
    ("repair", "Repair what the last verification found"),
];

impl Tool {
    /// The JSON Schema of its arguments.
    pub(super) fn schema(&self) -> Arguments {
        let mut properties = Map::new();
        for property in self.properties {
            let mut schema = match property.kind {
                Kind::Word => json!({ "type": "string" }),
                Kind::Flag => json!({ "type": "boolean" }),
                Kind::Paths => json!({ "type": "array", "items": { "type": "string" } }),
            };
            schema["description"] = property.description.into();
            properties.insert(property.name.into(), schema);
        }
        let required = self.properties.iter().filter(|property| property.required);
        let required: Vec<&str> = required.map(|property| property.name).collect();
        let schema = json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        });
        match schema {
            Value::Object(schema) => schema,
            _ => Map::new(),
        }
    }

    /// The command that a call is; why it is refused.
    pub(super) fn job(&self, arguments: &Arguments, root: &Path) -> Result<Job, String> {
        let known = |name: &String| self.properties.iter().any(|property| property.name == name);
        if let Some(unknown) = arguments.keys().find(|name| !known(name)) {
            return Err(format!(
                "`{}` takes no `{}`",
                self.name,
                unknown.escape_debug()
            ));
        }
        let package = word(arguments, "package")?;
        let package = package.map(|package| format!("--package={package}"));
        let everything = package.unwrap_or_else(|| "--workspace".to_owned());
        Ok(match self.name {
            "verify" => {
                let mut job = Job::of(&["--color=never", "--quiet", &everything]);
                match arguments.get("fresh") {
                    None | Some(Value::Bool(false)) => {}
                    Some(Value::Bool(true)) => job.arguments.push("--fresh".to_owned()),
                    Some(_) => return Err("`fresh` is true or false".to_owned()),
                }
                job
            }
            "check" => match paths(arguments, root)? {
                Some(_) if arguments.contains_key("package") => {
                    return Err("either `package` or `paths`".to_owned());
                }
                Some(paths) => {
                    let mut job = Job::of(&["check", "--color=never", "--"]);
                    job.arguments.extend(paths);
                    job
                }
                None => Job::of(&["check", "--color=never", &everything]),
            },
            "get_contract" => Job::of(&["show", "--", needed(arguments, "id")?]),
            "catalog" => match word(arguments, "kind")? {
                Some(kind) => Job::of(&["catalog", "--", kind]),
                None => Job::of(&["catalog"]),
            },
            _ => Job::of(&["explain", "--color=never", "--", needed(arguments, "code")?]),
        })
    }
}

/// The command that renders a prompt; why it is refused.
pub(super) fn prompt(name: &str, arguments: &Arguments) -> Result<Job, String> {
    if !PROMPTS.iter().any(|(known, _)| *known == name) {
        return Err(format!("there is no prompt `{}`", name.escape_debug()));
    }
    let purpose = format!("--for={name}");
    Ok(Job::of(&[
        "prompt",
        &purpose,
        "--",
        needed(arguments, "id")?,
    ]))
}

fn needed<'a>(arguments: &'a Arguments, name: &str) -> Result<&'a str, String> {
    word(arguments, name)?.ok_or_else(|| format!("`{name}` is missing"))
}

/// A name: an id, a package, a kind, a code. Never a path.
fn word<'a>(arguments: &'a Arguments, name: &str) -> Result<Option<&'a str>, String> {
    let Some(value) = arguments.get(name) else {
        return Ok(None);
    };
    let word = value.as_str().filter(|word| {
        let of_words = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        !word.is_empty() && !word.starts_with(['-', '.']) && word.chars().all(of_words)
    });
    match word {
        Some(word) => Ok(Some(word)),
        None => Err(format!(
            "`{name}` is a name: letters, digits, `_`, `-`, `.`"
        )),
    }
}

/// Files and folders of the workspace, by whatever links they are reached.
fn paths(arguments: &Arguments, root: &Path) -> Result<Option<Vec<String>>, String> {
    let Some(value) = arguments.get("paths") else {
        return Ok(None);
    };
    let refused = || "`paths` is a list of paths, relative to the workspace".to_owned();
    let listed = value.as_array().filter(|list| !list.is_empty());
    let mut paths = Vec::new();
    for path in listed.ok_or_else(refused)? {
        let path = path.as_str().ok_or_else(refused)?;
        let whole = root.join(path).canonicalize();
        let whole = whole.map_err(|_| format!("there is no `{}`", path.escape_debug()))?;
        if !whole.starts_with(root) {
            return Err(format!(
                "`{}` is outside of the workspace, and is not read",
                path.escape_debug()
            ));
        }
        paths.push(whole.to_string_lossy().into_owned());
    }
    Ok(Some(paths))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace with a secret beside it, and a link to that.
    fn workspace() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        std::fs::create_dir_all(path("root/contracts")).unwrap();
        std::fs::write(path("secret.toml"), "format = 1\n").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(path("secret.toml"), path("root/link.toml")).unwrap();
        let root = path("root").canonicalize().unwrap();
        (folder, root)
    }

    fn job(tool: &str, arguments: Value) -> Result<Vec<String>, String> {
        let (_folder, root) = workspace();
        let tool = TOOLS.iter().find(|found| found.name == tool).unwrap();
        let job = tool.job(arguments.as_object().unwrap(), &root)?;
        let shown = root.to_string_lossy().into_owned();
        let arguments = job.arguments.iter();
        Ok(arguments
            .map(|argument| argument.replace(&shown, "ROOT"))
            .collect())
    }

    #[test]
    fn a_call_is_one_command() {
        let jobs = [
            ("verify", json!({}), "--color=never --quiet --workspace"),
            (
                "verify",
                json!({ "package": "a-b", "fresh": true }),
                "--color=never --quiet --package=a-b --fresh",
            ),
            ("check", json!({}), "check --color=never --workspace"),
            (
                "check",
                json!({ "paths": ["contracts"] }),
                "check --color=never -- ROOT/contracts",
            ),
            ("get_contract", json!({ "id": "a.b" }), "show -- a.b"),
            ("catalog", json!({ "kind": "http" }), "catalog -- http"),
            ("catalog", json!({}), "catalog"),
            (
                "explain",
                json!({ "code": "RC304" }),
                "explain --color=never -- RC304",
            ),
        ];
        for (tool, arguments, expected) in jobs {
            assert_eq!(job(tool, arguments).unwrap().join(" "), expected);
        }
    }

    #[test]
    fn what_leads_out_of_the_workspace_or_is_another_argument_is_refused() {
        let outside = [
            "../secret.toml",
            "/etc/passwd",
            "contracts/../../secret.toml",
            "link.toml",
            "..",
        ];
        for path in outside {
            let refused = job("check", json!({ "paths": ["contracts", path] })).unwrap_err();
            assert!(refused.contains("outside of the workspace"), "{refused}");
        }
        for (tool, arguments) in [
            ("verify", json!({ "package": "--config=x" })),
            ("verify", json!({ "package": "../other" })),
            ("verify", json!({ "fresh": "yes" })),
            ("verify", json!({ "target_dir": "/tmp" })),
            ("check", json!({ "paths": [] })),
            ("check", json!({ "paths": "contracts" })),
            ("check", json!({ "paths": ["contracts"], "package": "a" })),
            ("get_contract", json!({ "id": "../../etc/passwd" })),
            ("get_contract", json!({ "id": "" })),
            ("get_contract", json!({})),
            ("explain", json!({ "code": "-h" })),
            ("catalog", json!({ "kind": 7 })),
        ] {
            assert!(job(tool, arguments.clone()).is_err(), "{tool} {arguments}");
        }
        let arguments = json!({ "id": "a.b" });
        assert!(prompt("repair", arguments.as_object().unwrap()).is_ok());
        assert!(prompt("destroy", arguments.as_object().unwrap()).is_err());
    }
}
