//! Wider vector registers where the machine has them.

/// A loop worth compiling twice. Its functions must be `#[inline(always)]`, and closures in it are
/// better avoided: what is not inlined is not compiled anew.
pub trait Kernel {
    /// What it gives.
    type Out;
    /// Does the work; to be `#[inline(always)]`.
    fn run(self) -> Self::Out;
}

/// Runs a kernel, compiled for AVX2 where the processor has it. Results are the same either way: AVX2
/// alone fuses no multiplications and additions.
#[inline]
pub fn wide<K: Kernel>(kernel: K) -> K::Out {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { with_avx2(kernel) };
    }
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<K: Kernel>(kernel: K) -> K::Out {
    kernel.run()
}
