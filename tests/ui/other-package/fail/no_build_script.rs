service_connect::clients!();

#[service_connect::service_client("api")]
struct Calls;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _ = Calls::get("/");
    let _ = service_connect::listen_addr!()?;
    Ok(())
}
