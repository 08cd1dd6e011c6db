//! One number for a set of names, whatever their order.

/// FNV-1a of each name, added up; never 0, which means "not computed".
pub(crate) fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> u64 {
    let sum = names.into_iter().map(fnv1a).fold(0, u64::wrapping_add);
    if sum == 0 { 1 } else { sum }
}

fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::of_names;

    #[test]
    fn order_does_not_matter_and_names_do() {
        assert_eq!(of_names(["A", "B"]), of_names(["B", "A"]));
        assert_ne!(of_names(["A", "B"]), of_names(["A", "C"]));
        assert_ne!(of_names(["A", "B"]), of_names(["AB"]));
        assert_ne!(of_names([]), 0);
    }
}
