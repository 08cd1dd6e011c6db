//! Tests that must not run beside each other, and those that may.

mod support;

use support::{Project, Run, WALK, walk};

const SOURCE: &str = walk!("\n");

/// Each takes what only one can have, for a while, and after it has called the function: beside
/// another it fails, whatever the function did.
const TAKING: &str = r#"
#[cfg(test)]
mod tests {
    use super::*;
    struct Taken(std::path::PathBuf);
    impl Taken {
        fn take() -> Self {
            let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).with_extension("taken");
            std::fs::File::create_new(&path).expect("nobody else has it");
            let taken = Self(path);
            std::thread::sleep(std::time::Duration::from_millis(300));
            taken
        }
    }
    impl Drop for Taken { fn drop(&mut self) { std::fs::remove_file(&self.0).unwrap(); } }
    #[test] fn empty() { assert!(step(0).is_err()); Taken::take(); }
    #[test] fn far() { assert!(step(10).is_err()); Taken::take(); }
    #[test] fn near() { assert_eq!(step(1), Ok(1)); Taken::take(); }
}
"#;

/// Each waits for the other.
const MEETING: &str = r#"
#[cfg(test)]
mod tests {
    use super::*;
    fn meet(own: &str, other: &str) {
        let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).with_extension("met");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(own), "").unwrap();
        let began = std::time::Instant::now();
        while !folder.join(other).exists() {
            assert!(began.elapsed().as_secs() < 20, "nobody came");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
    #[test] fn empty() { assert_eq!(step(0), Err(StepError::Empty)); meet("a", "b"); }
    #[test] fn far() { assert_eq!(step(10), Err(StepError::TooFar)); meet("b", "a"); }
}
"#;

fn verified(project: &Project) -> Run {
    project.verify(&["--format", "json", "--quiet", "--jobs", "4"])
}

fn verdicts(run: &Run) -> Vec<String> {
    let report = run.report();
    let branches = report["functions"][0]["branches"].as_array().unwrap();
    let verdicts = branches.iter().filter_map(|b| b["verdict"].as_str());
    verdicts.map(str::to_owned).collect()
}

#[test]
fn tests_that_take_turns_in_one_process_take_turns_in_many() {
    let project = Project::depending("serial_test = { path = \"serial_test\" }\n", &[]);
    project.write(
        "serial_test/Cargo.toml",
        "[package]\nname = \"serial_test\"\nedition = \"2024\"\n",
    );
    // What its attribute does is of no use here.
    project.write("serial_test/src/lib.rs", "");
    project.write("contracts/walk.toml", WALK);
    project.write("src/lib.rs", format!("{SOURCE}{TAKING}"));
    let run = verified(&project);
    // They notice nothing, and no other one has them fail.
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(verdicts(&run), ["entered"; 2]);
}

#[test]
fn all_others_run_beside_each_other() {
    let project = Project::new(&[("contracts/walk.toml", WALK)]);
    project.write("src/lib.rs", format!("{SOURCE}{MEETING}"));
    let run = verified(&project);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(verdicts(&run), ["proven"; 2]);
}
