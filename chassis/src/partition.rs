//! Which of the 64 partitions an event belongs to. Fixed at installation: all events of one key stay in order.

/// Number of partitions of every stream.
pub const COUNT: u8 = 64;

/// A number for each partition.
pub type Each = [i64; COUNT as usize];

/// The partition of a tenant's key: FNV-1a (64 bit) over `tenant`, the byte 0x1F and `key`, its halves folded by XOR, modulo 64.
///
/// Test vectors stand below; a reader in another language must give the same numbers.
pub fn of(tenant: &str, key: &str) -> u8 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = tenant.bytes().chain([0x1f]).chain(key.bytes());
    let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    ((hash ^ (hash >> 32)) % u64::from(COUNT)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_vectors() {
        for (tenant, key, expected) in VECTORS {
            assert_eq!(of(tenant, key), expected, "{tenant} {key}");
        }
    }

    const VECTORS: [(&str, &str, u8); 4] = [
        ("", "", 2),
        ("default", "V1", 0),
        ("default", "V2", 29),
        ("ten_demo", "truck-17", 8),
    ];

    #[test]
    fn keys_spread_over_all_partitions() {
        let mut seen = [0u32; COUNT as usize];
        for number in 0..6400 {
            seen[of("default", &format!("VEH-{number:05}")) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (50..200).contains(count)), "{seen:?}");
    }
}
