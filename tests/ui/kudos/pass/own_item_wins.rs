//! An item of the user's own with the name of a stub wins; the stubs can live in a module.
#![deny(warnings)]
service_connect::clients!();

mod services {
    service_connect::clients!();
}

// The compiler says that the other one is hidden, where this one is private.
#[allow(hidden_glob_reexports)]
struct Api;

impl Api {
    fn mine() {}
}

fn main() {
    Api::mine();
    let _ = services::Api::base_url();
    let _ = Billing::base_url();
}
