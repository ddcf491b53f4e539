service_connect::clients!();

fn main() {}
