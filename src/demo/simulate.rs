//! Two small simulations worth looking at: Gray–Scott reaction–diffusion and the 2-D Ising model.
//!
//! Both are deterministic: seeds are fixed and the arithmetic is the same everywhere. Sources:
//! J. E. Pearson, "Complex patterns in a simple system", Science 261 (1993) 189–192 (parameters in
//! the corners of his figure 3); N. Metropolis et al., J. Chem. Phys. 21 (1953) 1087.

/// A Gray–Scott universe: feed rate, kill rate, and the name of the pattern they give.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pattern {
    /// Name, also of its file.
    pub(super) name: &'static str,
    /// Feed rate F.
    pub(super) feed: f32,
    /// Kill rate k.
    pub(super) kill: f32,
}

impl Pattern {
    /// One row of one step, from the rows above, here and below.
    fn react(self, u: [&[f32]; 3], v: [&[f32]; 3], out_u: &mut [f32], out_v: &mut [f32]) {
        let n = out_u.len();
        // Equal lengths that the compiler can see: the inner loop then runs on vectors.
        let (u, v, out_v) = (u.map(|row| &row[..n]), v.map(|row| &row[..n]), &mut out_v[..n]);
        for col in 1..n - 1 {
            (out_u[col], out_v[col]) = self.cell(u, v, [col - 1, col, col + 1]);
        }
        (out_u[0], out_v[0]) = self.cell(u, v, [n - 1, 0, 1]);
        (out_u[n - 1], out_v[n - 1]) = self.cell(u, v, [n - 2, n - 1, 0]);
    }

    /// u and v of one cell after one step; `at` are the columns left, here and right.
    #[inline(always)]
    fn cell(self, u: [&[f32]; 3], v: [&[f32]; 3], at: [usize; 3]) -> (f32, f32) {
        let ([left, here, right], [u_up, u_row, u_down], [v_up, v_row, v_down]) = (at, u, v);
        let (u, v) = (u_row[here], v_row[here]);
        let lap_u = u_up[here] + u_down[here] + u_row[left] + u_row[right] - 4.0 * u;
        let lap_v = v_up[here] + v_down[here] + v_row[left] + v_row[right] - 4.0 * v;
        let reaction = u * v * v;
        let next_u = u + 0.16 * lap_u - reaction + self.feed * (1.0 - u);
        let next_v = v + 0.08 * lap_v + reaction - (self.feed + self.kill) * v;
        // Far from the pattern v dies away through denormal numbers, which are slow to compute with.
        (next_u, if next_v < 1e-15 { 0.0 } else { next_v })
    }
}

/// The universes of the demo.
pub(super) const PATTERNS: [Pattern; 6] = [
    Pattern { name: "coral", feed: 0.0545, kill: 0.062 },
    Pattern { name: "mitosis", feed: 0.0367, kill: 0.0649 },
    Pattern { name: "maze", feed: 0.029, kill: 0.057 },
    Pattern { name: "holes", feed: 0.039, kill: 0.058 },
    Pattern { name: "chaos", feed: 0.026, kill: 0.051 },
    Pattern { name: "solitons", feed: 0.03, kill: 0.062 },
];

/// SplitMix64 (Steele, Lea, Flood 2014): the whole generator in one function of its state.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Uniform in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64) as usize
    }
}

/// State of a Gray–Scott system on an n × n torus.
pub(super) struct GrayScott {
    n: usize,
    pattern: Pattern,
    u: Vec<f32>,
    v: Vec<f32>,
    next_u: Vec<f32>,
    next_v: Vec<f32>,
}

impl GrayScott {
    /// u = 1, v = 0, with a few seeded squares of v.
    pub(super) fn new(n: usize, pattern: Pattern, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let (mut u, mut v) = (vec![1.0; n * n], vec![0.0; n * n]);
        let side = (n / 14).max(4);
        for _ in 0..14 {
            let (row, col) = (random.below(n), random.below(n));
            for dy in 0..side {
                for dx in 0..side {
                    let at = (row + dy) % n * n + (col + dx) % n;
                    u[at] = 0.5 + 0.02 * random.uniform() as f32;
                    v[at] = 0.25 + 0.02 * random.uniform() as f32;
                }
            }
        }
        Self { n, pattern, next_u: u.clone(), next_v: v.clone(), u, v }
    }

    /// `steps` explicit Euler steps (Du = 0.16, Dv = 0.08, dt = 1, five-point Laplacian).
    pub(super) fn advance(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step();
        }
    }

    fn step(&mut self) {
        let n = self.n;
        for row in 0..n {
            let line = |row: usize| row % n * n..row % n * n + n;
            let (up, here, down) = (line(row + n - 1), line(row), line(row + 1));
            let u = [&self.u[up.clone()], &self.u[here.clone()], &self.u[down.clone()]];
            let v = [&self.v[up], &self.v[here.clone()], &self.v[down]];
            self.pattern.react(u, v, &mut self.next_u[here.clone()], &mut self.next_v[here]);
        }
        std::mem::swap(&mut self.u, &mut self.next_u);
        std::mem::swap(&mut self.v, &mut self.next_v);
    }

    /// Concentration of the substrate, n × n.
    pub(super) fn u(&self) -> &[f32] {
        &self.u
    }

    /// Concentration of the activator, n × n.
    pub(super) fn v(&self) -> &[f32] {
        &self.v
    }
}

/// An Ising lattice, n × n on a torus, coupling 1, no field.
pub(super) struct Ising {
    n: usize,
    /// Acceptance of raising the energy by 4 and by 8.
    accept: [f64; 2],
    spins: Vec<i8>,
    random: Random,
}

impl Ising {
    /// Random spins at a temperature (in units of J/k_B; critical at 2.269).
    pub(super) fn new(n: usize, temperature: f64, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let spins = (0..n * n).map(|_| if random.uniform() < 0.5 { -1 } else { 1 }).collect();
        Self { n, accept: [libm::exp(-4.0 / temperature), libm::exp(-8.0 / temperature)], spins, random }
    }

    /// Metropolis sweeps over the checkerboard.
    pub(super) fn sweep(&mut self, sweeps: usize) {
        let n = self.n;
        for _ in 0..sweeps {
            for parity in 0..2 {
                for row in 0..n {
                    let first = (row + parity) % 2;
                    for col in (first..n).step_by(2) {
                        let spin = self.spins[row * n + col];
                        let cost = 2 * i32::from(spin) * self.neighbours(row, col);
                        let flips = cost <= 0 || self.random.uniform() < self.accept[usize::from(cost == 8)];
                        if flips {
                            self.spins[row * n + col] = -spin;
                        }
                    }
                }
            }
        }
    }

    fn neighbours(&self, row: usize, col: usize) -> i32 {
        let n = self.n;
        let at = |r: usize, c: usize| i32::from(self.spins[r % n * n + c % n]);
        at(row + 1, col) + at(row + n - 1, col) + at(row, col + 1) + at(row, col + n - 1)
    }

    /// Spins, −1 or 1, n × n.
    pub(super) fn spins(&self) -> &[i8] {
        &self.spins
    }

    /// Mean spin.
    pub(super) fn magnetization(&self) -> f64 {
        self.spins.iter().map(|s| f64::from(*s)).sum::<f64>() / self.spins.len() as f64
    }

    /// Energy a site, in units of J.
    pub(super) fn energy(&self) -> f64 {
        let mut sum = 0;
        for row in 0..self.n {
            for col in 0..self.n {
                let n = self.n;
                let spin = i32::from(self.spins[row * n + col]);
                let right = i32::from(self.spins[row * n + (col + 1) % n]);
                let below = i32::from(self.spins[(row + 1) % n * n + col]);
                sum -= spin * (right + below);
            }
        }
        f64::from(sum) / self.spins.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// u(1, 0) of the gallery's description of the same generator.
    #[test]
    fn the_generator_is_splitmix64() {
        assert_eq!(Random::new(1).uniform(), 0.566_561_575_172_280_9);
    }

    #[test]
    fn the_ground_state_has_energy_minus_two_and_stays_cold() {
        let mut ising = Ising::new(16, 0.5, 3);
        ising.spins.fill(1);
        assert_eq!((ising.energy(), ising.magnetization()), (-2.0, 1.0));
        ising.sweep(20);
        assert!(ising.magnetization() > 0.99);
    }

    #[test]
    fn a_system_without_activator_stays_as_it_is() {
        let mut system = GrayScott::new(16, PATTERNS[0], 1);
        system.v.fill(0.0);
        system.u.fill(1.0);
        system.advance(10);
        assert!(system.u().iter().all(|u| *u == 1.0) && system.v().iter().all(|v| *v == 0.0));
    }
}
