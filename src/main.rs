//! The `shmplot` program.

fn main() -> std::process::ExitCode {
    shmplot::cli::main()
}
