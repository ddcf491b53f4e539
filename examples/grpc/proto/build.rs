//! Makes Rust of `greeter.proto`, by a compiler that cargo brings: nobody has to install protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=greeter.proto");
    let files = protox::compile(["greeter.proto"], ["."])?;
    // Without its transport: the channel is that of service-connect.
    tonic_prost_build::configure()
        .build_transport(false)
        .compile_fds(files)?;
    Ok(())
}
