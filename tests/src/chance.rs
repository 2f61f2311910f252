//! Chance from a fixed seed: the same in every run.

/// Numbers that look like chance: xorshift64 of George Marsaglia, "Xorshift RNGs" (2003).
pub struct Chance(u64);

impl Chance {
    /// Each seed gives a sequence of its own.
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds are spread apart, and none is 0, which stays 0 for ever.
        let mut chance = Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            chance.next();
        }
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 to less than `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        ((self.next() >> 32) as usize) % end
    }

    /// One of them.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}
