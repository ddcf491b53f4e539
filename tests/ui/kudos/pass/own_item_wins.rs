//! An item of the user's own with the name of a stub wins; the stubs can live in a module.
service_connect::clients!();

mod services {
    service_connect::clients!();
}

struct Api;

impl Api {
    fn mine() {}
}

fn main() {
    Api::mine();
    let _ = services::Api::base_url();
    let _ = Billing::base_url();
}
