//! Reads the manifests in `copilot/`.

fn main() -> Result<(), service_connect_codegen::Error> {
    service_connect_codegen::generate()
}
