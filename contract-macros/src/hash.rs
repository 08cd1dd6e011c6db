//! One number for an enum's name and the names of its variants, whatever their order.

/// FNV-1a of each name, the enum's weighing more; never 0, which means "not computed".
pub(crate) fn of_enum<'a>(name: &str, variants: impl IntoIterator<Item = &'a str>) -> u64 {
    let sum = variants
        .into_iter()
        .map(fnv1a)
        .fold(fnv1a(name).rotate_left(1), u64::wrapping_add);
    if sum == 0 { 1 } else { sum }
}

fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::of_enum;

    #[test]
    fn order_does_not_matter_and_names_do() {
        assert_eq!(of_enum("E", ["A", "B"]), of_enum("E", ["B", "A"]));
        assert_ne!(of_enum("E", ["A", "B"]), of_enum("E", ["A", "C"]));
        assert_ne!(of_enum("E", ["A", "B"]), of_enum("E", ["AB"]));
        assert_ne!(of_enum("E", ["A"]), of_enum("A", ["E"]));
        assert_ne!(of_enum("E", ["A"]), of_enum("F", ["A"]));
    }
}
