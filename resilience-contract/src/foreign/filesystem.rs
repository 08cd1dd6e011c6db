//! `std::io::Error`, as the failure of a file system.

use std::io::{Error, ErrorKind};

super::failure_modes!(Error, "Error", FILESYSTEM, mode, sample);

fn mode(error: &Error) -> &'static str {
    // These have no kind that could be named: std files them under `Uncategorized`.
    #[cfg(unix)]
    match error.raw_os_error() {
        Some(EIO) => return "io",
        Some(EMFILE | ENFILE) => return "fd_exhausted",
        _ => {}
    }
    match error.kind() {
        ErrorKind::NotFound => "not_found",
        ErrorKind::PermissionDenied => "permission",
        ErrorKind::AlreadyExists => "already_exists",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => "no_space",
        ErrorKind::StaleNetworkFileHandle => "io",
        ErrorKind::ReadOnlyFilesystem => "read_only",
        ErrorKind::Interrupted => "interrupted",
        ErrorKind::WriteZero => "partial_write",
        ErrorKind::CrossesDevices => "cross_device",
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => "corrupt",
        _ => "other",
    }
}

/// The same numbers on every Unix that Rust runs on.
#[cfg(unix)]
const EIO: i32 = 5;
#[cfg(unix)]
const ENFILE: i32 = 23;
#[cfg(unix)]
const EMFILE: i32 = 24;

fn sample(mode: &str) -> Option<Error> {
    #[cfg(unix)]
    match mode {
        "io" => return Some(Error::from_raw_os_error(EIO)),
        "fd_exhausted" => return Some(Error::from_raw_os_error(EMFILE)),
        _ => {}
    }
    Some(Error::from(match mode {
        "not_found" => ErrorKind::NotFound,
        "permission" => ErrorKind::PermissionDenied,
        "already_exists" => ErrorKind::AlreadyExists,
        "no_space" => ErrorKind::StorageFull,
        "read_only" => ErrorKind::ReadOnlyFilesystem,
        "interrupted" => ErrorKind::Interrupted,
        "partial_write" => ErrorKind::WriteZero,
        "cross_device" => ErrorKind::CrossesDevices,
        "corrupt" => ErrorKind::UnexpectedEof,
        "other" => ErrorKind::Other,
        _ => return None,
    }))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::FailureModes;

    #[test]
    fn raw_codes_of_the_system_become_modes() {
        for (code, mode) in [
            (2, "not_found"),
            (13, "permission"),
            (1, "permission"),
            (17, "already_exists"),
            (28, "no_space"),
            (122, "no_space"),
            (27, "no_space"),
            (5, "io"),
            (116, "io"),
            (30, "read_only"),
            (4, "interrupted"),
            (24, "fd_exhausted"),
            (23, "fd_exhausted"),
            (18, "cross_device"),
            (8, "other"),
        ] {
            let error = Error::from_raw_os_error(code);
            assert_eq!(error.failure_mode(), Some(mode), "{error}");
        }
    }

    #[test]
    fn real_failures_of_the_file_system_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert_eq!(
            std::fs::read(&path).unwrap_err().failure_mode(),
            Some("not_found")
        );
        std::fs::create_dir(&path).unwrap();
        assert_eq!(
            std::fs::create_dir(&path).unwrap_err().failure_mode(),
            Some("already_exists")
        );
        let text = std::io::read_to_string(&b"\xff"[..]).unwrap_err();
        assert_eq!(text.failure_mode(), Some("corrupt"));
    }

    #[test]
    fn a_sample_is_what_it_was_made_for() {
        for (index, variant) in Error::VARIANTS.iter().enumerate() {
            match Error::sample(index) {
                Some(sample) => assert_eq!(sample.variant(), index),
                // Nothing tells a failed sync from another failure.
                None => assert_eq!(variant.name, "SyncFailed"),
            }
        }
    }
}
