//! One number for an enum's name and the names of its variants, whatever their order.

/// The sum of FNV-1a of each name, the enum's weighing more; never 0, which means "not computed".
pub(crate) struct Hash(u64);

impl Hash {
    pub(crate) fn of(name: &str) -> Self {
        Self(fnv1a(name).rotate_left(1))
    }

    pub(crate) fn add(&mut self, variant: &str) {
        self.0 = self.0.wrapping_add(fnv1a(variant));
    }

    pub(crate) fn finish(self) -> u64 {
        if self.0 == 0 { 1 } else { self.0 }
    }
}

fn fnv1a(name: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::Hash;

    fn of_enum<const N: usize>(name: &str, variants: [&str; N]) -> u64 {
        let mut hash = Hash::of(name);
        for variant in variants {
            hash.add(variant);
        }
        hash.finish()
    }

    #[test]
    fn order_does_not_matter_and_names_do() {
        assert_eq!(of_enum("E", ["A", "B"]), of_enum("E", ["B", "A"]));
        assert_ne!(of_enum("E", ["A", "B"]), of_enum("E", ["A", "C"]));
        assert_ne!(of_enum("E", ["A", "B"]), of_enum("E", ["AB"]));
        assert_ne!(of_enum("E", ["A"]), of_enum("A", ["E"]));
        assert_ne!(of_enum("E", ["A"]), of_enum("F", ["A"]));
    }
}
