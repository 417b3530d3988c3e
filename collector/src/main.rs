//! The collector's binary: everything is in the library.

fn main() -> std::process::ExitCode {
    ems_collector::cli::main()
}
