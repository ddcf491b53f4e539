service_connect::clients!();

fn main() {
    let _ = Billling::get("/");
}
