service_connect::clients!();

#[service_connect::service_client("api")]
struct A;

#[service_connect::service_client("billing")]
struct B;

#[service_connect::service_client("mail")]
struct C;

#[service_connect::service_client("empty")]
struct D;

fn main() {
    let _ = Api::get("/");
}
