//! Moduli that can be factored because a chip made them (CVE-2017-15361, “ROCA”).
//!
//! Such a modulus is, modulo each small prime, a power of 65537 (Nemec et al., “The Return of Coppersmith's Attack”, CCS
//! 2017, section 3). The primes below are those under 167 of which 65537 does not generate the whole group; a modulus made
//! otherwise passes all of them once in about 2^28.

const PRIMES: [u32; 17] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

/// Whether a modulus, big-endian, has the fingerprint.
pub(super) fn is_weak(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| is_power(remainder(modulus, *prime), *prime))
}

fn remainder(number: &[u8], prime: u32) -> u32 {
    number.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime)
}

/// Whether a remainder is a power of 65537.
fn is_power(rest: u32, prime: u32) -> bool {
    let mut power = 1;
    for _ in 0..prime {
        if power == rest {
            return true;
        }
        power = power * (65_537 % prime) % prime;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_of_the_generator_has_the_fingerprint_and_its_neighbour_has_not() {
        // 65537^7, big-endian.
        let number = 65_537u128.pow(7).to_be_bytes();
        assert!(is_weak(&number));
        assert!(!is_weak(&(65_537u128.pow(7) + 2).to_be_bytes()));
    }
}
